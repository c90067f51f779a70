/**
 * The canonical bytes of a value and their digest.
 *
 * @module
 */
/** @import { Value } from "./values.js" */
import { utf8 } from "./bytes.js";
import { sha256Hex } from "./digest.js";

/** @param {Value} value @returns {string} [CANON-1] */
export function canonicalJson(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value instanceof Map) {
    // Keys contain nothing from U+D800 up [DATA-7], where UTF-16 order and code point order differ.
    return `{${[...value.keys()].sort().map((key) => `${JSON.stringify(key)}:${canonicalJson(value.get(key))}`).join(",")}}`;
  }
  return String(value);
}
/** @param {Value} value @returns {Uint8Array} [CANON-1] */
export const canonicalBytes = (value) => utf8(canonicalJson(value));
/** @param {Value} value @returns {Promise<string>} hex [CANON-2] */
export const canonicalSha256 = (value) => sha256Hex(canonicalBytes(value));
