/**
 * Bytes written as text: hex, base64, base32, event ids. Each value has one spelling [TEXT-1].
 *
 * @module
 */
import { PithError } from "../errors.js";

/** 32 bytes in hex [TEXT-2]. */
export const HEX64 = /^[0-9a-f]{64}$/;
/** An event id [TEXT-4]. */
export const EVENT_ID = /^sha256:[0-9a-f]{64}$/;

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

/** @param {Uint8Array} bytes */
export const toHex = (bytes) => Array.from(bytes, (byte) => HEX[byte]).join("");

/** @param {string} text @param {number | null} [length] bytes @returns {Uint8Array} [TEXT-2] */
export function fromHex(text, length = null) {
  if (!/^(?:[0-9a-f]{2})*$/.test(text) || (length !== null && text.length !== 2 * length)) throw new PithError("encoding");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.substr(2 * i, 2), 16));
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** @param {string} text base64 in any spelling that `atob` accepts: of a trusted caller, never of an input */
export function lenientBase64(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** @param {string} text @param {number | null} [length] bytes @returns {Uint8Array} [TEXT-1, TEXT-3] */
export function fromBase64(text, length = null) {
  // atob accepts white space, missing padding and unused bits: only the re-encoding decides.
  let bytes;
  try {
    bytes = lenientBase64(text);
  } catch {
    throw new PithError("encoding");
  }
  if ((length !== null && bytes.length !== length) || toBase64(bytes) !== text) throw new PithError("encoding");
  return bytes;
}

/** @param {Uint8Array} bytes @param {number} length characters of upper-case base32, RFC 4648 */
export function base32(bytes, length) {
  let out = "";
  let bits = 0;
  let buffer = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(buffer >> (bits - 5)) & 31];
  }
  return out.slice(0, length);
}

/** @param {string} text @returns {string} the digest as hex [TEXT-4] */
export function eventIdDigest(text) {
  if (!EVENT_ID.test(text)) throw new PithError("encoding");
  return text.slice(7);
}
