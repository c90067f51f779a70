/**
 * The writer of deterministic CBOR [CBOR-1 to CBOR-10].
 *
 * @module
 */
/** @import { Value } from "./values.js" */
import { compareBytes, concatBytes, utf8 } from "./bytes.js";
import { floatBytes } from "./cbor-floats.js";

/** @param {number} major @param {number} argument @returns {Uint8Array} */
function head(major, argument) {
  const width = argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8;
  const view = new DataView(new ArrayBuffer(1 + width));
  view.setUint8(0, (major << 5) | (width === 0 ? argument : 24 + Math.log2(width)));
  if (width === 1) view.setUint8(1, argument);
  else if (width === 2) view.setUint16(1, argument);
  else if (width === 4) view.setUint32(1, argument);
  else if (width === 8) view.setBigUint64(1, BigInt(argument));
  return new Uint8Array(view.buffer);
}

/** @param {string} text @returns {Uint8Array} */
function string(text) {
  const bytes = utf8(text);
  return concatBytes([head(3, bytes.length), bytes]);
}

/** @param {Value} value @param {Uint8Array[]} parts that its encoding is appended to */
function write(value, parts) {
  if (value === null || typeof value === "boolean") parts.push(Uint8Array.of(value === null ? 0xf6 : value ? 0xf5 : 0xf4));
  else if (typeof value === "string") parts.push(string(value));
  else if (typeof value === "number") {
    if (Number.isInteger(value)) parts.push(value < 0 ? head(1, -1 - value) : head(0, value));
    else parts.push(floatBytes(value));
  } else if (Array.isArray(value)) {
    parts.push(head(4, value.length));
    for (const element of value) write(element, parts);
  } else {
    parts.push(head(5, value.size));
    const keys = [...value].map(([key, member]) => /** @type {const} */ ([string(key), member]));
    keys.sort((a, b) => compareBytes(a[0], b[0]));
    for (const [key, member] of keys) {
      parts.push(key);
      write(member, parts);
    }
  }
}

/** @param {Value} value @returns {Uint8Array} */
export function cborBytes(value) {
  /** @type {Uint8Array[]} */
  const parts = [];
  write(value, parts);
  return concatBytes(parts);
}
