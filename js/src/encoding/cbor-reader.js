/**
 * The strict reader of deterministic CBOR [CBOR-1 to CBOR-10].
 *
 * @module
 */
/** @import { Read } from "./faults.js" */
/** @import { Limits } from "./limits.js" */
/** @import { Obj, Value } from "./values.js" */
import { PithError } from "../errors.js";
import { compareBytes, decodeUtf8 } from "./bytes.js";
import { floatWidth, halfFloat } from "./cbor-floats.js";
import { Faults, valueOrThrow } from "./faults.js";
import { LIMITS, readableDepth } from "./limits.js";
import { MAX_INTEGER, isPortable, keyFault, stringFault } from "./values.js";

/** @typedef {{ major: number, info: number, width: number, argument: number, start: number }} Head */

/** Reads items in order; `at` is the index of the next byte. */
class CborParser {
  /** @param {Uint8Array} bytes @param {Limits} limits */
  constructor(bytes, limits) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limits = limits;
    this.at = 0;
    this.nodes = 0;
    /** @type {(string | number)[]} */
    this.path = [];
    this.faults = new Faults();
  }

  /** @param {string} code of a value-level fault @param {number} start of its item */
  fault(code, start) {
    this.faults.add(code, this.path, () => start);
  }

  /**
   * The head at `at`; its faults are found in the order of CBOR-1.
   * @param {boolean} isKey @returns {Head}
   */
  head(isKey) {
    const { bytes, view, at: start } = this;
    const fail = (/** @type {string} */ code) => new PithError(code, null, start);
    if (start >= bytes.length) throw fail("cbor_truncated");
    const major = bytes[start] >> 5;
    const info = bytes[start] & 31;
    if (isKey && major !== 3 && major !== 6) throw fail("cbor_key_type");
    if (info >= 28) throw fail(info < 31 || major === 0 || major === 1 || major === 6 ? "cbor_reserved" : "cbor_indefinite");
    const width = info < 24 ? 0 : 1 << (info - 24);
    const next = start + 1;
    if (next + width > bytes.length) throw fail("cbor_truncated");
    // Above 2^53 a double may be inexact, but not by enough to change a comparison below.
    const argument = width === 0 ? info : width === 1 ? bytes[next] : width === 2 ? view.getUint16(next)
      : width === 4 ? view.getUint32(next) : view.getUint32(next) * 0x100000000 + view.getUint32(next + 4);
    if (major !== 7 && width > 0 && argument < [24, 0x100, 0x10000, 0, 0x100000000][width >> 1]) throw fail("cbor_nonminimal");
    if (major === 6) throw fail("cbor_tag");
    if (major === 2 || (major === 7 && info < 25 && (info < 20 || info > 22))) throw fail("cbor_type");
    this.at = next + width;
    return { major, info, width, argument, start };
  }

  /** @param {number} start of the item @param {number} length @returns {string} */
  string(start, length) {
    const { bytes, at } = this;
    if (length > bytes.length - at) throw new PithError("cbor_truncated", null, start);
    if (length > this.limits.string) throw new PithError("size", null, start);
    const out = decodeUtf8(bytes.subarray(at, at + length));
    if (out === null) throw new PithError("utf8", null, start);
    this.at += length;
    return out;
  }

  /** @param {Head} head of major type 7 @returns {number} the float, or 0.5 for another simple value */
  float({ info, width, argument, start }) {
    if (info < 25) return 0.5;
    return width === 2 ? halfFloat(argument) : width === 4 ? this.view.getFloat32(start + 1) : this.view.getFloat64(start + 1);
  }

  /** @param {number} depth of the container that would begin here @returns {Value} */
  item(depth) {
    const head = this.head(false);
    const { major, info, width, argument, start } = head;
    const float = major === 7 ? this.float(head) : 0.5;
    // The width of a float is part of the head, before depth and value count; but DATA-3 and DATA-4
    // come before it, and they are value-level.
    const code = !Number.isFinite(float) ? "number_nonfinite" : !isPortable(float) ? "number_form" : null;
    if (code === null && major === 7 && width > floatWidth(float)) throw new PithError("cbor_nonminimal", null, start);
    const isContainer = major === 4 || major === 5;
    if (isContainer && depth > readableDepth(this.limits)) throw new PithError("depth", null, start);
    if (++this.nodes > this.limits.nodes) throw new PithError("nodes", null, start);
    if (isContainer && (major - 3) * argument > this.bytes.length - this.at) throw new PithError("cbor_truncated", null, start);
    if (major === 0 || major === 1) {
      const whole = major === 0 ? argument : -1 - argument;
      if (Math.abs(whole) > MAX_INTEGER) this.fault("number_range", start);
      return whole;
    }
    if (major === 3) {
      const string = this.string(start, argument);
      const stringCode = stringFault(string);
      if (stringCode !== null) this.fault(stringCode, start);
      return string;
    }
    if (major === 4) return this.array(argument, depth);
    if (major === 5) return this.map(argument, depth);
    if (info < 24) return info === 20 ? false : info === 21 ? true : null;
    if (code !== null) this.fault(code, start);
    return float;
  }

  /** @param {number} length @param {number} depth @returns {Value[]} */
  array(length, depth) {
    /** @type {Value[]} */
    const out = [];
    for (let i = 0; i < length; i++) {
      this.path.push(i);
      out.push(this.item(depth + 1));
      this.path.pop();
    }
    return out;
  }

  /** @param {number} pairs @param {number} depth @returns {Obj} */
  map(pairs, depth) {
    /** @type {Obj} */
    const out = new Map();
    /** @type {Uint8Array | null} */
    let before = null;
    for (let i = 0; i < pairs; i++) {
      const { argument, start } = this.head(true);
      const encoding = this.bytes.subarray(start, this.at + argument);
      const key = this.string(start, argument);
      const order = before === null ? 1 : compareBytes(encoding, before);
      if (order < 0) throw new PithError("cbor_key_order", null, start);
      before = encoding;
      this.path.push(key);
      const code = keyFault(key) ?? (order === 0 ? "duplicate_key" : null);
      if (code !== null) this.fault(code, start);
      out.set(key, this.item(depth + 1));
      this.path.pop();
    }
    return out;
  }
}

/** @param {Uint8Array} bytes @param {Limits} limits @returns {Read} */
export function readCbor(bytes, limits) {
  if (bytes.length > limits.size) throw new PithError("size");
  const parser = new CborParser(bytes, limits);
  const value = parser.item(1);
  if (parser.at < bytes.length) throw new PithError("trailing", null, parser.at);
  return { value, faults: parser.faults };
}

/** @param {Uint8Array} bytes @param {Limits} [limits] @returns {Value} [CBOR-1 to CBOR-10] */
export const parseCbor = (bytes, limits = LIMITS) => valueOrThrow(readCbor(bytes, limits));
