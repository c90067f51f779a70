/**
 * The texts in which elements write ids and signatures [FORMAT-1].
 *
 * @module
 */
/** @import { Proof } from "./event-formats.js" */
import { EVENT_ID, HEX64, fromBase64, fromHex, toBase64, toHex } from "../encoding/spellings.js";

/** @param {string} text @param {Proof["signatureText"]} form @returns {Uint8Array | null} 64 bytes, null where it is not in this form [CHECK-8] */
export function signatureBytes(text, form) {
  try {
    if (form === "hex") return fromHex(text, 64);
    if (form === "base64") return fromBase64(text, 64);
    if (!/^[A-Za-z0-9_-]{86}$/.test(text)) return null;
    return fromBase64(`${text.replaceAll("-", "+").replaceAll("_", "/")}==`, 64);
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes @param {Proof["signatureText"]} form @returns {string} */
export function signatureText(bytes, form) {
  if (form === "hex") return toHex(bytes);
  const text = toBase64(bytes);
  return form === "base64" ? text : text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text @param {Proof["idText"]} form @returns {string | null} the id, `sha256:` and hex; null where it is not in this form */
export function idFromText(text, form) {
  if (form === "hex") return HEX64.test(text) ? `sha256:${text}` : null;
  return EVENT_ID.test(text) ? text : null;
}

/** @param {string} text @returns {string | null} the hex digits of a claimed hash of a payload; null where it is none [FORMAT-4] */
export const hashFromText = (text) => /^(?:sha256:)?([0-9a-f]{64})$/.exec(text)?.[1] ?? null;
