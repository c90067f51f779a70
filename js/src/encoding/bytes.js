/**
 * Bytes and strings: UTF-8, and orders that do not depend on the engine.
 *
 * @module
 */

const ENCODER = new TextEncoder();
const STRICT_DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {string} text */
export const utf8 = (text) => ENCODER.encode(text);

/** @param {Uint8Array} bytes @returns {string | null} null where the bytes are not UTF-8 */
export function decodeUtf8(bytes) {
  try {
    return STRICT_DECODER.decode(bytes);
  } catch {
    return null;
  }
}

/** The length in UTF-8; a lone surrogate counts three bytes [JSON-7]. @param {string} text */
export function utf8Length(text) {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff) {
      length += 2;
      if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
    } else if (unit > 0x7f) length++;
  }
  return length;
}

/**
 * Compares by code point, which is the order of UTF-8 bytes. JavaScript compares UTF-16 units, which puts
 * U+10000 before U+E000.
 * @param {string} a @param {string} b
 */
export function compareStrings(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return (x >= 0xd800 && x < 0xe000 ? x + 0x10000 : x) - (y >= 0xd800 && y < 0xe000 ? y + 0x10000 : y);
  }
  return a.length - b.length;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
export function compareBytes(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** @param {readonly Uint8Array[]} parts */
export function concatBytes(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
