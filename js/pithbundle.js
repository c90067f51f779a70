/**
 * pithbundle in JavaScript: a second implementation, written from `spec.md`.
 *
 * Bytes in, a value or a {@link PithError} out; no I/O, clock, environment or randomness. Names in
 * brackets, such as [MERGE-5], are clauses of the specification, which says the rules in full.
 *
 * A value is null, a boolean, a number, a string, an array or a Map. Objects are Maps: a plain object
 * would move keys such as "10" to the front and give "__proto__" a meaning. An integer and a float need
 * no types of their own, since a float of the data model is never whole [DATA-3].
 *
 *     const bundle = await readBundle(bytes);
 *     const checked = await check(bundle, await readPolicy(policyBytes));
 *     const merged = await merge([checked]);        // merged.stateBytes, merged.stateSha256
 *
 * @module
 */
import { CASED, CASE_IGNORABLE, LOWER } from "./unicode14.js";

// ---------------------------------------------------------------------------------------- errors

/**
 * What a member is, the checks of its object have made sure of before it is read.
 * @typedef {Map<string, any>} Obj
 */
/** @typedef {null | boolean | number | string | any[] | Obj} Value */

/** The only error that leaves this module for any input [ERR-1]. */
export class PithError extends Error {
  /**
   * @param {string} code one of section 16
   * @param {string | null} [pointer] RFC 6901: the member at fault
   * @param {number | null} [offset] bytes from the start of the input to the token or item at fault
   */
  constructor(code, pointer = null, offset = null) {
    super(`${code}${pointer === null ? "" : ` at ${pointer || "the top"}`}`);
    this.name = "PithError";
    this.code = code;
    this.pointer = pointer;
    this.offset = offset;
  }
}

/** @param {string} name */
const escaped = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
/** What no text may hold is U+FFFD in a place. @param {readonly (string | number)[]} path */
const pointerOf = (path) => path.map((part) => `/${escaped(String(part)).replace(FORBIDDEN, "\ufffd")}`).join("");

// ---------------------------------------------------------------------------------- bytes and text

/** Code units that no text may hold [DATA-5], and all that no text may hold [DATA-5, DATA-6]. */
const LONE = /[\ud800-\udfff]/u;
const FORBIDDEN = /[\0\ud800-\udfff\p{Noncharacter_Code_Point}]/gu;
const UTF8 = new TextEncoder();
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {string} text */
export const utf8 = (text) => UTF8.encode(text);
/** @param {Uint8Array} bytes @returns {string | null} null where the bytes are not UTF-8 */
const decoded = (bytes) => {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return null;
  }
};

/** UTF-8 length, counting a lone surrogate as the three bytes it would take. @param {string} text */
function utf8Length(text) {
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
 * Order of code points, which is that of UTF-8 bytes; JavaScript's own is that of UTF-16 units, which
 * puts U+10000 before U+E000.
 * @param {string} a @param {string} b
 */
export function compareText(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return (x >= 0xd800 && x < 0xe000 ? x + 0x10000 : x) - (y >= 0xd800 && y < 0xe000 ? y + 0x10000 : y);
  }
  return a.length - b.length;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function compareBytes(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

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

/** @param {string} text base64 in any spelling that `atob` takes */
export function looseBase64(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** @param {string} text @param {number | null} [length] bytes @returns {Uint8Array} [TEXT-1, TEXT-3] */
export function fromBase64(text, length = null) {
  // atob forgives white space, missing padding and unused bits: only the re-encoding decides.
  let bytes;
  try {
    bytes = looseBase64(text);
  } catch {
    throw new PithError("encoding");
  }
  if ((length !== null && bytes.length !== length) || toBase64(bytes) !== text) throw new PithError("encoding");
  return bytes;
}

/** @param {Uint8Array} bytes @param {number} length characters of upper-case base32, RFC 4648 */
function base32(bytes, length) {
  let out = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(held >> (bits - 5)) & 31];
  }
  return out.slice(0, length);
}

/** @param {Uint8Array} bytes */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {any} */ (bytes)));
/** @param {Uint8Array} bytes */
export const sha256Hex = async (bytes) => toHex(await sha256(bytes));

const HEX64 = /^[0-9a-f]{64}$/;
const EVENT_ID = /^sha256:[0-9a-f]{64}$/;

/** @param {string} text @returns {string} the digest as hex [TEXT-4] */
export function eventIdDigest(text) {
  if (!EVENT_ID.test(text)) throw new PithError("encoding");
  return text.slice(7);
}

// ------------------------------------------------------------------------------- limits and faults

// Limits of one input [LIM-1 to LIM-5] are options: they change no verdict.
/** @typedef {Readonly<Record<"size" | "depth" | "nodes" | "text" | "aliases" | "events", number>>} Limits */
/** @type {Limits} */
export const LIMITS = Object.freeze({ size: 4194304, depth: 32, nodes: 200000, text: 1048576, aliases: 1000, events: 5000 });
/** @type {Limits} */
export const BUNDLE_LIMITS = Object.freeze({ ...LIMITS, depth: 64 });

/** Of a state or a report, which are made of many inputs [LIM-7]. @type {Limits} */
export const STATE_LIMITS = Object.freeze({ ...LIMITS, size: 64 * LIMITS.size, nodes: 64 * LIMITS.nodes, depth: 200 });

/** However high the option is set [LIM-2]: what is read can be walked without exhausting the stack. @param {Limits} limits */
const deepest = ({ depth }) => Math.min(depth, 200);

/** Limits of one event [LIM-6]: part of the rules, the same for all. */
const EVENT_SIZE = 262144;
const EVENT_DEPTH = 24;
const EVENT_NODES = 20000;
const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** What most texts show at once that they lack. */
const DOUBTFUL = /[\0\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/;

/** @param {string} text @returns {string | null} the code [DATA-5, DATA-6] */
function textFault(text) {
  if (!DOUBTFUL.test(text)) return null;
  return LONE.test(text) ? "surrogate" : text.search(FORBIDDEN) >= 0 ? "string" : null;
}

/** @param {string} key @returns {string | null} the code [DATA-5 to DATA-7, in the order of FAULT-2] */
const keyFault = (key) => textFault(key) ?? (/[\ud800-\uffff]/.test(key) || utf8Length(key) > 256 ? "key" : null);

/** @param {number} number finite @returns {boolean} [DATA-3]; in this range String() is the one spelling */
const portable = (number) => !Number.isInteger(number) && Math.abs(number) >= 1e-4 && Math.abs(number) < 1e16;

/**
 * The first value-level fault [FAULT-2] outside the elements of `events`, and the first in each of them
 * [FAULT-3], so that a bundle's reader can confine it.
 */
class Faults {
  constructor() {
    /** @type {PithError | null} */
    this.first = null;
    /** @type {PithError | null} */
    this.outside = null;
    /** @type {Map<number, PithError>} by place */
    this.inElement = new Map();
  }

  /** @param {string} code @param {readonly (string | number)[]} path @param {() => number} offset costs a scan */
  add(code, path, offset) {
    if (path.length >= 2 && path[0] === "events" && typeof path[1] === "number") {
      if (!this.inElement.has(path[1])) this.inElement.set(path[1], new PithError(code, pointerOf(path)));
    } else if (this.outside === null) this.outside = new PithError(code, pointerOf(path), offset());
    this.first ??= this.outside ?? new PithError(code, pointerOf(path), offset());
  }
}

/** @typedef {{ value: Value, faults: Faults }} Read */

// -------------------------------------------------------------------------------------- JSON reader

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const LITERALS = /** @type {const} */ ([
  ["true", true], ["false", false], ["null", null], ["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity],
]);
const ESCAPES = /** @type {Record<string, string>} */ ({
  '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t",
});

/** @param {string} text @param {Limits} limits [JSON-4, JSON-5] */
function scanJson(text, limits) {
  let depth = 0;
  let tooDeep = -1;
  let nodes = 1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > deepest(limits) && tooDeep < 0) tooDeep = i;
      SPACE.lastIndex = i + 1;
      SPACE.exec(text);
      const next = text.charCodeAt(SPACE.lastIndex);
      if (next !== 0x5d && next !== 0x7d) nodes++;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
    else if (unit === 0x2c) nodes++;
  }
  if (tooDeep >= 0) throw new PithError("depth", null, utf8Length(text.slice(0, tooDeep)));
  if (nodes > limits.nodes) throw new PithError("nodes");
}

/** @param {Uint8Array} bytes @returns {number} where the first sequence that is not UTF-8 begins */
function firstInvalid(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at];
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    // No overlong form, no surrogate, nothing above U+10FFFF: the second byte tells.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (length === 0 || (length > 1 && !(bytes[at + 1] >= low && bytes[at + 1] <= high))) return at;
    for (let i = 2; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return at;
    at += length;
  }
  return at;
}

/** @param {Uint8Array} bytes @param {Limits} limits @returns {Read} */
function readJson(bytes, limits) {
  if (bytes.length > limits.size) throw new PithError("size");
  const text = decoded(bytes);
  if (text === null) throw new PithError("utf8", null, firstInvalid(bytes));
  if (text.charCodeAt(0) === 0xfeff) throw new PithError("bom", null, 0);
  scanJson(text, limits);

  const faults = new Faults();
  /** @type {(string | number)[]} */
  const path = [];
  let at = 0;
  let tooLong = -1;
  const offsetOf = (/** @type {number} */ index) => utf8Length(text.slice(0, index));
  const syntax = (index = at) => new PithError("syntax", null, offsetOf(index));
  const space = () => {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  };

  /** A string token, from its quotation mark. @returns {string} */
  const string = () => {
    const start = at++;
    let out = "";
    for (let from = at; ; ) {
      const unit = text.charCodeAt(at);
      if (unit === 0x22) {
        out += text.slice(from, at++);
        break;
      }
      // NaN, past the end, is neither below nor above anything: it must be named.
      if (Number.isNaN(unit) || unit < 0x20) throw syntax(start);
      if (unit !== 0x5c) {
        at++;
        continue;
      }
      out += text.slice(from, at);
      const letter = text[at + 1];
      if (letter === "u") {
        const hex = text.slice(at + 2, at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw syntax(start);
        out += String.fromCharCode(parseInt(hex, 16));
        at += 6;
      } else {
        const plain = letter === undefined || !Object.hasOwn(ESCAPES, letter) ? null : ESCAPES[letter];
        if (plain === null) throw syntax(start);
        out += plain;
        at += 2;
      }
      from = at;
    }
    // Three bytes a unit is the most that UTF-8 takes.
    if (tooLong < 0 && out.length * 3 > limits.text && utf8Length(out) > limits.text) tooLong = start;
    return out;
  };

  /** @returns {number} */
  const number = () => {
    const start = at;
    NUMBER.lastIndex = at;
    const match = NUMBER.exec(text);
    if (match === null) throw syntax();
    at = NUMBER.lastIndex;
    const spelled = match[0];
    const value = Number(spelled);
    const float = match[1] !== undefined || match[2] !== undefined;
    const fault = (/** @type {string} */ code) => faults.add(code, path, () => offsetOf(start));
    if (!Number.isFinite(value) || (!float && Math.abs(value) > MAX_INTEGER)) fault("number_range");
    else if (float ? !portable(value) || String(value) !== spelled : Object.is(value, -0)) fault("number_form");
    return value;
  };

  /** @returns {Value} */
  const value = () => {
    const start = at;
    switch (text[at]) {
      case '"': {
        const out = string();
        const code = textFault(out);
        if (code !== null) faults.add(code, path, () => offsetOf(start));
        return out;
      }
      case "{":
        return object();
      case "[":
        return array();
    }
    if (/[0-9]/.test(text[at]) || (text[at] === "-" && text[at + 1] !== "I")) return number();
    for (const [token, literal] of LITERALS) {
      if (text.startsWith(token, at)) {
        at += token.length;
        if (typeof literal === "number") faults.add("number_nonfinite", path, () => offsetOf(start));
        return literal;
      }
    }
    throw syntax();
  };

  const array = () => {
    /** @type {Value[]} */
    const out = [];
    at++;
    space();
    if (text[at] === "]") {
      at++;
      return out;
    }
    for (;;) {
      path.push(out.length);
      out.push(value());
      path.pop();
      space();
      const mark = text[at];
      if (mark !== "," && mark !== "]") throw syntax();
      at++;
      if (mark === "]") return out;
      space();
    }
  };

  const object = () => {
    /** @type {Obj} */
    const out = new Map();
    at++;
    space();
    if (text[at] === "}") {
      at++;
      return out;
    }
    for (;;) {
      const start = at;
      if (text[at] !== '"') throw syntax();
      const key = string();
      path.push(key);
      const code = keyFault(key) ?? (out.has(key) ? "duplicate_key" : null);
      if (code !== null) faults.add(code, path, () => offsetOf(start));
      space();
      if (text[at] !== ":") throw syntax();
      at++;
      space();
      out.set(key, value());
      path.pop();
      space();
      const mark = text[at];
      if (mark !== "," && mark !== "}") throw syntax();
      at++;
      if (mark === "}") return out;
      space();
    }
  };

  space();
  const out = value();
  space();
  if (at < text.length) throw syntax();
  if (tooLong >= 0) throw new PithError("size", null, offsetOf(tooLong));
  return { value: out, faults };
}

// -------------------------------------------------------------------------------------- CBOR reader

/** @param {Uint8Array} bytes @param {Limits} limits @returns {Read} */
function readCbor(bytes, limits) {
  if (bytes.length > limits.size) throw new PithError("size");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const faults = new Faults();
  /** @type {(string | number)[]} */
  const path = [];
  let at = 0;
  let nodes = 0;

  /**
   * The head at `at`: faults in the order of the clauses.
   * @param {boolean} isKey
   */
  const head = (isKey) => {
    const start = at;
    const fail = (/** @type {string} */ code) => new PithError(code, null, start);
    if (at >= bytes.length) throw fail("cbor_truncated");
    const major = bytes[at] >> 5;
    const info = bytes[at] & 31;
    if (isKey && major !== 3 && major !== 6) throw fail("cbor_key_type");
    if (info >= 28) throw fail(info < 31 || major === 0 || major === 1 || major === 6 ? "cbor_reserved" : "cbor_indefinite");
    const width = info < 24 ? 0 : 1 << (info - 24);
    if (at + 1 + width > bytes.length) throw fail("cbor_truncated");
    // Above 2^53 a double may be off by a little, which no comparison below can see.
    const argument = width === 0 ? info : width === 1 ? bytes[at + 1] : width === 2 ? view.getUint16(at + 1)
      : width === 4 ? view.getUint32(at + 1) : view.getUint32(at + 1) * 0x100000000 + view.getUint32(at + 5);
    if (major !== 7 && width > 0 && argument < [24, 0x100, 0x10000, 0, 0x100000000][width >> 1]) throw fail("cbor_nonminimal");
    if (major === 6) throw fail("cbor_tag");
    if (major === 2 || (major === 7 && info < 25 && (info < 20 || info > 22))) throw fail("cbor_type");
    at += 1 + width;
    return { major, info, width, argument, start };
  };

  /** @param {number} start @param {number} length @returns {string} */
  const text = (start, length) => {
    if (length > bytes.length - at) throw new PithError("cbor_truncated", null, start);
    if (length > limits.text) throw new PithError("size", null, start);
    const out = decoded(bytes.subarray(at, at + length));
    if (out === null) throw new PithError("utf8", null, start);
    at += length;
    return out;
  };

  /** @param {number} depth of the container that would begin here @returns {Value} */
  const item = (depth) => {
    const { major, info, width, argument, start } = head(false);
    const fault = (/** @type {string} */ code) => faults.add(code, path, () => start);
    const float = info < 25 || major !== 7 ? 0.5
      : width === 2 ? half(argument) : width === 4 ? view.getFloat32(start + 1) : view.getFloat64(start + 1);
    // Its width is of the head, before depth and value count; DATA-3 and DATA-4 judge it first, and do not stop the walk.
    const code = !Number.isFinite(float) ? "number_nonfinite" : !portable(float) ? "number_form" : null;
    if (code === null && major === 7 && width > floatWidth(float)) throw new PithError("cbor_nonminimal", null, start);
    if ((major === 4 || major === 5) && depth > deepest(limits)) throw new PithError("depth", null, start);
    if (++nodes > limits.nodes) throw new PithError("nodes", null, start);
    if ((major === 4 || major === 5) && (major - 3) * argument > bytes.length - at) throw new PithError("cbor_truncated", null, start);
    if (major === 0 || major === 1) {
      const whole = major === 0 ? argument : -1 - argument;
      if (Math.abs(whole) > MAX_INTEGER) fault("number_range");
      return whole;
    }
    if (major === 3) {
      const string = text(start, argument);
      const textCode = textFault(string);
      if (textCode !== null) fault(textCode);
      return string;
    }
    if (major === 4) {
      /** @type {Value[]} */
      const out = [];
      for (let i = 0; i < argument; i++) {
        path.push(i);
        out.push(item(depth + 1));
        path.pop();
      }
      return out;
    }
    if (major === 5) return map(argument, depth);
    if (info < 24) return info === 20 ? false : info === 21 ? true : null;
    if (code !== null) fault(code);
    return float;
  };

  /** @param {number} pairs @param {number} depth */
  const map = (pairs, depth) => {
    /** @type {Obj} */
    const out = new Map();
    /** @type {Uint8Array | null} */
    let before = null;
    for (let i = 0; i < pairs; i++) {
      const { argument, start } = head(true);
      const encoding = bytes.subarray(start, at + argument);
      const key = text(start, argument);
      const order = before === null ? 1 : compareBytes(encoding, before);
      if (order < 0) throw new PithError("cbor_key_order", null, start);
      before = encoding;
      path.push(key);
      const code = keyFault(key) ?? (order === 0 ? "duplicate_key" : null);
      if (code !== null) faults.add(code, path, () => start);
      out.set(key, item(depth + 1));
      path.pop();
    }
    return out;
  };

  const value = item(1);
  if (at < bytes.length) throw new PithError("trailing", null, at);
  return { value, faults };
}

/** @param {number} bits */
function half(bits) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent < 31 ? (1024 + fraction) * 2 ** (exponent - 25) : fraction ? NaN : Infinity;
  return bits & 0x8000 ? -size : size;
}

/** @param {number} float of the data model @returns {2 | 4 | 8} the fewest bytes that hold it exactly */
function floatWidth(float) {
  if (Math.fround(float) !== float) return 8;
  const size = Math.abs(float);
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  return size <= 65504 && Number.isInteger(size / unit) ? 2 : 4;
}

// ------------------------------------------------------------------------- readers and their writers

/** @param {Read} read @returns {Value} */
function whole({ value, faults }) {
  if (faults.first !== null) throw faults.first;
  return value;
}

/** @param {Uint8Array} bytes @param {Limits} [limits] @returns {Value} [section 3] */
export const parseJson = (bytes, limits = LIMITS) => whole(readJson(bytes, limits));
/** @param {Uint8Array} bytes @param {Limits} [limits] @returns {Value} [section 4] */
export const parseCbor = (bytes, limits = LIMITS) => whole(readCbor(bytes, limits));

/** @param {Value} value @returns {string} the canonical text [CANON-1] */
export function canonicalText(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (value instanceof Map) {
    // Keys have nothing from U+D800 up [DATA-7], where UTF-16 order and code point order part.
    return `{${[...value.keys()].sort().map((key) => `${JSON.stringify(key)}:${canonicalText(value.get(key))}`).join(",")}}`;
  }
  return String(value);
}
/** @param {Value} value */
export const canonicalBytes = (value) => utf8(canonicalText(value));
/** @param {Value} value */
export const canonicalSha256 = (value) => sha256Hex(canonicalBytes(value));

/** @param {Value} value @returns {Uint8Array} deterministic CBOR [section 4] */
export function cborBytes(value) {
  /** @type {Uint8Array[]} */
  const parts = [];
  /** @param {number} major @param {number} argument */
  const head = (major, argument) => {
    const width = argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x10000 ? 2 : argument < 0x100000000 ? 4 : 8;
    const view = new DataView(new ArrayBuffer(1 + width));
    view.setUint8(0, (major << 5) | (width === 0 ? argument : 24 + Math.log2(width)));
    if (width === 1) view.setUint8(1, argument);
    else if (width === 2) view.setUint16(1, argument);
    else if (width === 4) view.setUint32(1, argument);
    else if (width === 8) view.setBigUint64(1, BigInt(argument));
    return new Uint8Array(view.buffer);
  };
  /** @param {string} text */
  const encoded = (text) => {
    const bytes = utf8(text);
    return join([head(3, bytes.length), bytes]);
  };
  /** @param {Value} item */
  const write = (item) => {
    if (item === null || typeof item === "boolean") parts.push(Uint8Array.of(item === null ? 0xf6 : item ? 0xf5 : 0xf4));
    else if (typeof item === "string") parts.push(encoded(item));
    else if (typeof item === "number") {
      if (Number.isInteger(item)) parts.push(item < 0 ? head(1, -1 - item) : head(0, item));
      else parts.push(floatBytes(item));
    } else if (Array.isArray(item)) {
      parts.push(head(4, item.length));
      item.forEach(write);
    } else {
      parts.push(head(5, item.size));
      const keys = [...item].map(([key, member]) => /** @type {const} */ ([encoded(key), member]));
      keys.sort((a, b) => compareBytes(a[0], b[0]));
      for (const [key, member] of keys) {
        parts.push(key);
        write(member);
      }
    }
  };
  write(value);
  return join(parts);
}

/** @param {number} float of the data model */
function floatBytes(float) {
  const view = new DataView(new ArrayBuffer(9));
  const width = floatWidth(float);
  if (width === 8) {
    view.setUint8(0, 0xfb);
    view.setFloat64(1, float);
    return new Uint8Array(view.buffer);
  }
  if (width === 4) {
    view.setUint8(0, 0xfa);
    view.setFloat32(1, float);
    return new Uint8Array(view.buffer, 0, 5);
  }
  view.setFloat32(5, float);
  const single = view.getUint32(5);
  const exponent = ((single >>> 23) & 0xff) - 112;
  const fraction = (single >>> 13) & 0x3ff;
  // Below 2^-14 a half has no leading one of its own.
  const bits = exponent > 0 ? (exponent << 10) | fraction : (0x400 | fraction) >> (1 - exponent);
  view.setUint8(0, 0xf9);
  view.setUint16(1, ((single >>> 16) & 0x8000) | bits);
  return new Uint8Array(view.buffer, 0, 3);
}

/** @param {readonly Uint8Array[]} parts */
function join(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

// --------------------------------------------------------------------------------------------- time

/** @param {string} text @param {string | null} [pointer] of a fault @returns {string} the instant, compared as text [TIME-1, TIME-2] */
export function instantOf(text, pointer = null) {
  const match = /^((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d))(?:\.(\d{3}(?:\d{3})?))?(?:Z|\+00:00)$/.exec(text);
  if (match === null) throw new PithError("time", pointer);
  const [year, month, day, hour, minute, second] = match.slice(2, 8).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [0, 31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] ?? 0;
  if (year < 1 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) throw new PithError("time", pointer);
  return `${match[1]}.${(match[8] ?? "").padEnd(6, "0")}`;
}

// ----------------------------------------------------------------------- record, number and aliases

/** @typedef {"object" | "array" | "text" | "integer"} Type */

/** @param {Value} value @param {Type} type by exact type */
function isOf(value, type) {
  if (type === "object") return value instanceof Map;
  if (type === "array") return Array.isArray(value);
  if (type === "text") return typeof value === "string";
  return Number.isInteger(value);
}

/**
 * A required member, by exact type.
 * @param {Obj} object @param {string} name @param {Type} type @param {string} at
 * @returns {any}
 */
function member(object, name, type, at) {
  const value = object.get(name);
  if (value === undefined || !isOf(value, type)) throw new PithError("type", `${at}/${name}`);
  return value;
}

/** An object whose names are ours. @param {Record<string, Value>} members @returns {Obj} */
const object = (members) => new Map(Object.entries(members));

/** @param {boolean} holds @param {string} code @param {string | null} [pointer] @returns {asserts holds} */
function demand(holds, code, pointer = null) {
  if (!holds) throw new PithError(code, pointer);
}

/**
 * @typedef {object} CanonicalRecord
 * @property {Obj} value
 * @property {string} sha256 the canonical hash [REC-5], hex
 * @property {Uint8Array} digest the same, raw
 * @property {string} suffix
 * @property {string} pithNumber [NUM-1]
 * @property {number[]} years that a stated number may carry, the derived one first [NUM-3]
 * @property {Map<string, string>} aliases derived, by kind in order [ALIAS-1]
 * @property {string} sourceId
 */

/** @param {Value | undefined} value of the data model @param {string} [at] pointer @returns {Promise<CanonicalRecord>} [section 7] */
export async function readRecord(value, at = "") {
  demand(value instanceof Map, "type", at);
  demand(!value.has("event_type"), "type", `${at}/event_type`);
  const metadata = member(value, "metadata", "object", at);
  const inMetadata = `${at}/metadata`;
  const hash = (/** @type {string} */ name) => {
    demand(HEX64.test(member(metadata, name, "text", inMetadata)), "encoding", `${inMetadata}/${name}`);
  };
  hash("abstract_canon_sha256");
  member(metadata, "cross_cats_sorted", "array", inMetadata).forEach((/** @type {Value} */ cat, /** @type {number} */ i) => {
    demand(typeof cat === "string", "type", `${inMetadata}/cross_cats_sorted/${i}`);
  });
  member(metadata, "license", "text", inMetadata);
  member(metadata, "primary_cat", "text", inMetadata);
  const submitted = member(metadata, "submitted_at", "text", inMetadata);
  demand(submitted.length === 20 && isTime(submitted), "time", `${inMetadata}/submitted_at`);
  hash("title_canon_sha256");
  demand(member(value, "schema_version", "text", at) === "1.0", "version", `${at}/schema_version`);
  const source = member(value, "source", "object", at);
  const id = member(source, "id", "text", `${at}/source`);
  const kind = member(source, "kind", "text", `${at}/source`);
  const version = member(source, "version", "integer", `${at}/source`);
  demand(version >= 1, "type", `${at}/source/version`);
  const float = firstFloat(value, at);
  demand(float === null, "number_form", float);

  const digest = await sha256(canonicalBytes(value));
  const suffix = base32(digest, 26);
  const year = submitted.slice(0, 4);
  const arxiv = kind === "arxiv" ? arxivId(id) : { year: null, plain: false };
  const aliases = [["pith_short_8", suffix.slice(0, 8)], ["pith_short_12", suffix.slice(0, 12)], ["pith_short_16", suffix.slice(0, 16)]];
  if (arxiv.plain) aliases.push(["arxiv", id], ["arxiv_version", `${id}v${version}`], ["doi", `10.48550/arxiv.${id}`]);
  return {
    value, sha256: toHex(digest), digest, suffix, pithNumber: `pith:${year}:${suffix}`, sourceId: id,
    years: [...new Set([Number(year), arxiv.year ?? Number(year)])],
    aliases: new Map(/** @type {[string, string][]} */ (aliases.sort(([a], [b]) => compareText(a, b)))),
  };
}

/** @param {string} text */
function isTime(text) {
  try {
    return instantOf(text) !== "";
  } catch {
    return false;
  }
}

/** @param {readonly [string, any]} a @param {readonly [string, any]} b keys, which hold nothing from U+D800 up */
const byName = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

/** @param {Value} value @param {string} at @returns {string | null} pointer of the first float, in sorted order [REC-4] */
function firstFloat(value, at) {
  if (typeof value === "number") return Number.isInteger(value) ? null : at;
  /** @type {[string | number, Value][]} */
  const members = Array.isArray(value) ? [...value.entries()] : value instanceof Map ? [...value].sort(byName) : [];
  for (const [name, inner] of members) {
    const found = firstFloat(inner, `${at}/${escaped(String(name))}`);
    if (found !== null) return found;
  }
  return null;
}

/**
 * @param {string} id @returns {{ year: number | null, plain: boolean }} its year, null where it is no arXiv id [NUM-3], and whether
 * aliases follow from it: not where it has a subject class [ALIAS-1]
 */
function arxivId(id) {
  const match = /^(?:(\d\d)(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(\.[A-Za-z-]+)?\/(\d\d)(?:0[1-9]|1[0-2])\d{3})$/.exec(id);
  if (match === null) return { year: null, plain: false };
  const two = Number(match[1] ?? match[3]);
  return { year: match[1] === undefined && two >= 91 ? 1900 + two : 2000 + two, plain: match[2] === undefined };
}

/** @typedef {{ form: "full" | "short", suffix: string, year: number | null }} StatedNumber */

/** @param {string} text @returns {StatedNumber} [NUM-2, NUM-4, NUM-5] */
export function parseNumber(text) {
  const match = /^pith:(?:(\d{4}):([A-Z2-7]{26})|([A-Z2-7]{8}(?:[A-Z2-7]{4}){0,2}))$/.exec(text);
  if (match === null || match[1] === "0000") throw new PithError("suffix");
  if (match[3] !== undefined) return { form: "short", suffix: match[3], year: null };
  return { form: "full", suffix: match[2], year: Number(match[1]) };
}

/** Whether a text is the full number of a record, by either year [CHECK-4]. @param {string} text @param {CanonicalRecord} record */
const names = (text, record) => record.years.some((year) => text === `pith:${String(year).padStart(4, "0")}:${record.suffix}`);

/** A table of `unicode14.js`, whose maker explains the spelling: each code point, with what it becomes. @param {string} table */
function unicodeTable(table) {
  /** @type {Map<number, string>} */
  const found = new Map();
  for (const [, first, last, step, added, to] of table.matchAll(/([0-9a-f]+)(?:\.\.([0-9a-f]+))?(\/2)?(?:([+-][0-9a-f]+)|=([0-9a-f.]+))?/g)) {
    const end = parseInt(last ?? first, 16);
    for (let code = parseInt(first, 16); code <= end; code += step ? 2 : 1) {
      const becomes = to ? to.split(".").map((one) => parseInt(one, 16)) : [code + parseInt(added ?? "0", 16)];
      found.set(code, String.fromCodePoint(...becomes));
    }
  }
  return found;
}

/** Unicode 14.0 [TITLE-1], read when the first title that is not ASCII comes. @type {null | Record<"lower" | "cased" | "ignorable", Map<number, string>>} */
let unicode = null;

/** Lower case by Unicode 14.0, whatever the engine's own tables are. @param {string} text without lone surrogates */
function lowerCase(text) {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  unicode ??= { lower: unicodeTable(LOWER), cased: unicodeTable(CASED), ignorable: unicodeTable(CASE_IGNORABLE) };
  const { lower, cased, ignorable } = unicode;
  const codes = Array.from(text, (character) => /** @type {number} */ (character.codePointAt(0)));
  /** Whether a cased character is next in that direction, Case_Ignorable ones passed over. @param {number} at @param {1 | -1} step */
  const meetsCased = (at, step) => {
    do at += step; while (ignorable.has(codes[at]));
    return cased.has(codes[at]);
  };
  return codes.map((code, at) => {
    if (code === 0x3a3 && meetsCased(at, -1) && !meetsCased(at, 1)) return "\u03c2";
    return lower.get(code) ?? String.fromCodePoint(code);
  }).join("");
}

/** @param {string} text @returns {string} what is hashed of a title; `surrogate` or `string` [TITLE-1] */
export function canonicalTitle(text) {
  const code = textFault(text);
  if (code !== null) throw new PithError(code, "");
  const runs = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
  return lowerCase(text.replace(runs, " ").replace(/^ | $/g, ""));
}

/** @param {string} text @returns {Promise<string>} hash of a title or an abstract [TITLE-1, TITLE-2] */
export const titleSha256 = async (text) => sha256Hex(utf8(canonicalTitle(text)));

// ------------------------------------------------------------------------------------------ Ed25519

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
/** @param {bigint} x */
const mod = (x) => ((x % P) + P) % P;
/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let out = 1n;
  for (let b = base; exponent > 0n; exponent >>= 1n, b = mod(b * b)) if (exponent & 1n) out = mod(out * b);
  return out;
}
const D = mod(-121665n * power(121666n, P - 2n));
const SQRT_M1 = power(2n, (P - 1n) / 4n);
/** Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z. @typedef {readonly [bigint, bigint, bigint, bigint]} Point */
/** @type {Point} */
const ZERO = [0n, 1n, 1n, 0n];

/** @param {Point} a @param {Point} b @returns {Point} complete: it holds for equal points too */
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** @param {Point} point @param {bigint} scalar @returns {Point} */
function multiply(point, scalar) {
  let out = ZERO;
  for (let p = point; scalar > 0n; scalar >>= 1n, p = add(p, p)) if (scalar & 1n) out = add(out, p);
  return out;
}

/** @param {Uint8Array} bytes little-endian */
const integer = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** @param {Uint8Array} bytes 32 @returns {Point | null} null where not canonical or not on the curve */
function decompress(bytes) {
  const encoded = integer(bytes);
  const sign = encoded >> 255n;
  const y = encoded & (2n ** 255n - 1n);
  if (y >= P) return null;
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(mod(u * power(v, 7n)), (P - 5n) / 8n));
  if (mod(v * x * x) !== u) x = mod(x * SQRT_M1);
  if (mod(v * x * x) !== u || (x === 0n && sign === 1n)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

/** @param {Point} point */
function compress([x, y, z]) {
  const inverse = power(z, P - 2n);
  const encoded = mod(y * inverse) | ((mod(x * inverse) & 1n) << 255n);
  return Uint8Array.from({ length: 32 }, (_, i) => Number((encoded >> BigInt(8 * i)) & 255n));
}

const BASE = /** @type {Point} */ (decompress(fromHex("58" + "66".repeat(31))));

/** y of one point of order 8; the others have this y or -y. */
const Y8 = integer(fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"));
/** The y of the eight points of small order, which no other point has. */
const SMALL_Y = new Set([0n, 1n, P - 1n, Y8, P - Y8]);

/** @param {Uint8Array} bytes 32 @returns {boolean} y < p and the point, if there is one, not of small order */
function canonicalAndLarge(bytes) {
  const y = integer(bytes) & (2n ** 255n - 1n);
  return y < P && !SMALL_Y.has(y);
}

/** Keys that WebCrypto imported, or null where it cannot. @type {Map<string, CryptoKey | null>} */
const imported = new Map();

/** @param {Uint8Array} key @returns {Promise<CryptoKey | null>} */
async function importKey(key) {
  const name = toHex(key);
  const known = imported.get(name);
  if (known !== undefined) return known;
  // What one engine refuses to import and another fails to verify with is left to our own arithmetic.
  const made = await crypto.subtle.importKey("raw", /** @type {any} */ (key), "Ed25519", false, ["verify"]).catch(() => null);
  if (imported.size >= 1000) imported.clear();
  imported.set(name, made);
  return made;
}

/**
 * Strict cofactorless Ed25519 [SIG-2]. WebCrypto compares R as bytes with [S]B - [k]A and checks S < L,
 * but engines differ on keys and R of small order or not canonical: those are refused before it.
 * @param {Uint8Array} key @param {Uint8Array} message @param {Uint8Array} signature @returns {Promise<boolean>}
 */
export async function verifySignature(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  if (!canonicalAndLarge(key) || !canonicalAndLarge(r) || integer(signature.subarray(32)) >= L) return false;
  const handle = await importKey(key);
  if (handle === null) return verifyOurselves(key, message, signature);
  return crypto.subtle.verify("Ed25519", handle, /** @type {any} */ (signature), /** @type {any} */ (message));
}

/**
 * The same after the checks in front, for an engine without Ed25519: slow.
 * @param {Uint8Array} key @param {Uint8Array} message @param {Uint8Array} signature
 */
export async function verifyOurselves(key, message, signature) {
  const a = decompress(key);
  if (a === null) return false;
  const r = signature.subarray(0, 32);
  const hash = await crypto.subtle.digest("SHA-512", /** @type {any} */ (join([r, key, message])));
  const k = integer(new Uint8Array(hash)) % L;
  const minusA = /** @type {Point} */ ([P - a[0], a[1], a[2], P - a[3]]);
  const expected = compress(add(multiply(BASE, integer(signature.subarray(32))), multiply(minusA, k)));
  return compareBytes(expected, r) === 0;
}

/** Verdicts of {@link fitToPin}, which costs milliseconds. @type {Map<string, boolean>} */
const fit = new Map();

/** @param {Uint8Array} key @returns {boolean} [KEY-2] */
export function fitToPin(key) {
  if (key.length !== 32 || !canonicalAndLarge(key)) return false;
  const name = toHex(key);
  let known = fit.get(name);
  if (known === undefined) {
    const point = decompress(key);
    const [x, y, z] = point === null ? [1n, 1n, 1n] : multiply(point, L);
    known = point !== null && x === 0n && y === z;
    if (fit.size >= 1000) fit.clear();
    fit.set(name, known);
  }
  return known;
}

/** @param {Uint8Array} key raw @returns {Promise<{ hex: string, base32: string }>} [KEY-3, KEY-4]; `key_invalid` [KEY-2] */
export async function fingerprints(key) {
  demand(fitToPin(key), "key_invalid");
  const digest = await sha256(key);
  return { hex: toHex(digest.subarray(0, 16)), base32: base32(digest, 26) };
}

// ------------------------------------------------------------------------------- formats and policy

/** @typedef {"digest" | "hex" | "id" | "bytes"} Signed */
/** @typedef {{ omitted: readonly string[] | null, signed: Signed, binds: boolean }} EventFormat */

/**
 * Every event format of RULE-5 by name. `omitted` is what is excluded from the body, null for the payload
 * alone; `binds` states whether RULE-3 is met.
 * @type {Map<string, EventFormat>}
 */
export const FORMATS = new Map();
for (const signed of /** @type {Signed[]} */ (["digest", "hex", "id", "bytes"])) {
  const out = ["event_id", "signature"];
  FORMATS.set(signed === "digest" ? "event-v1" : `event-full-${signed}`, { omitted: out, signed, binds: true });
  FORMATS.set(`event-no-signer-${signed}`, { omitted: [...out, "signer"], signed, binds: false });
  FORMATS.set(`event-no-time-${signed}`, { omitted: [...out, "created_at"], signed, binds: false });
  FORMATS.set(`event-no-signer-no-time-${signed}`, { omitted: [...out, "created_at", "signer"], signed, binds: false });
  FORMATS.set(`event-payload-${signed}`, { omitted: null, signed, binds: false });
}
const EVENT_V1 = /** @type {EventFormat} */ (FORMATS.get("event-v1"));
const UNKNOWN = "unknown";

/**
 * @typedef {object} PolicyKey
 * @property {string} signerId
 * @property {string} keyId
 * @property {Uint8Array} raw
 * @property {string} fingerprint hex
 * @property {string[] | "*"} eventTypes
 * @property {string} status
 * @property {string[]} honours
 * @property {string | null} formatName of its events; null where the key lists `unknown` alone
 * @property {EventFormat | null} format
 * @property {boolean} maybeOther the key lists `unknown`: its events may be of another format [CHECK-13]
 */

/**
 * @typedef {object} Policy
 * @property {PolicyKey[]} keys sorted [POL-5]
 * @property {Uint8Array} effective canonical bytes
 * @property {string} sha256
 */

const BUILT_IN = {
  signer_id: "pith.science", key_id: "pith-v1-2026-05",
  public_key_hex: "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3", event_formats: [UNKNOWN],
};

/** @param {PolicyKey} key @param {string} type @returns {boolean} */
const maySign = (key, type) => key.eventTypes === "*" || key.eventTypes.includes(type);

/** @param {Value} value @param {string} at @returns {string} */
function policyName(value, at) {
  demand(typeof value === "string" && value !== "" && utf8Length(value) <= 256, "policy", at);
  return value;
}

/**
 * A list of texts without repeats.
 * @param {Value} value @param {string} at @param {(item: Value, at: string) => string} each @returns {string[]}
 */
function policyList(value, at, each) {
  demand(Array.isArray(value), "policy", at);
  /** @type {Set<string>} */
  const seen = new Set();
  value.forEach((item, i) => {
    const text = each(item, `${at}/${i}`);
    demand(!seen.has(text), "policy", `${at}/${i}`);
    seen.add(text);
  });
  return [...seen].sort(compareText);
}

/** @param {Value} value @param {string} at @returns {Promise<PolicyKey>} [POL-2] */
async function policyKey(value, at) {
  demand(value instanceof Map, "policy", at);
  const known = ["signer_id", "key_id", "public_key_hex", "event_types", "status", "honours", "event_formats"];
  for (const name of [...value.keys()].sort()) demand(known.includes(name), "policy", `${at}/${escaped(name)}`);
  const hex = value.get("public_key_hex");
  demand(typeof hex === "string" && HEX64.test(hex), "policy", `${at}/public_key_hex`);
  const raw = fromHex(hex);
  demand(fitToPin(raw), "key_invalid", `${at}/public_key_hex`);
  const signerId = policyName(value.get("signer_id"), `${at}/signer_id`);
  const keyId = policyName(value.get("key_id"), `${at}/key_id`);
  const types = value.has("event_types") ? value.get("event_types") : "*";
  const eventTypes = types === "*" ? /** @type {const} */ ("*") : policyList(types, `${at}/event_types`, policyName);
  demand(eventTypes.length > 0, "policy", `${at}/event_types`);
  const status = value.has("status") ? value.get("status") : "active";
  demand(status === "active" || status === "retired" || status === "revoked", "policy", `${at}/status`);
  const listed = value.has("honours") ? value.get("honours") : [];
  demand(Array.isArray(listed) && (status === "revoked" || listed.length === 0), "policy", `${at}/honours`);
  const honours = policyList(listed, `${at}/honours`, (item, place) => {
    demand(typeof item === "string" && EVENT_ID.test(item), "policy", place);
    return item;
  });
  const { formatName, maybeOther } = policyFormats(value.has("event_formats") ? value.get("event_formats") : ["event-v1"], `${at}/event_formats`);
  const format = formatName === null ? null : FORMATS.get(formatName) ?? null;
  return { signerId, keyId, raw, fingerprint: (await fingerprints(raw)).hex, eventTypes, status, honours, formatName, format, maybeOther };
}

/** @param {Value} value @param {string} at [POL-2] */
function policyFormats(value, at) {
  /** @type {string | null} */
  let formatName = null;
  const listed = policyList(value, at, (item, place) => {
    demand(typeof item === "string" && (item === UNKNOWN || FORMATS.has(item)), "policy", place);
    // One name of RULE-5 at most; a repeated one is the list's own fault.
    demand(item === UNKNOWN || formatName === null || formatName === item, "policy", place);
    if (item !== UNKNOWN) formatName = item;
    return item;
  });
  demand(listed.length > 0, "policy", at);
  return { formatName, maybeOther: listed.includes(UNKNOWN) };
}

/** @param {PolicyKey} key @returns {string[]} its `event_formats`, `unknown` last [POL-5] */
const formatsOf = ({ formatName, maybeOther }) => [...(formatName === null ? [] : [formatName]), ...(maybeOther ? [UNKNOWN] : [])];

/** At most so many keys share (`signer_id`, `key_id`), and so many a `key_id` [POL-6]. */
const KEYS_OF_PAIR = 4;
const KEYS_OF_ID = 16;

/** @param {readonly PolicyKey[]} keys in the order of the file [POL-6, POL-7] */
function demandNoClash(keys) {
  const seen = new Set();
  /** @type {Map<string, number>} */
  const shared = new Map();
  const another = (/** @type {string} */ mark) => {
    shared.set(mark, (shared.get(mark) ?? 0) + 1);
    return /** @type {number} */ (shared.get(mark));
  };
  keys.forEach(({ signerId, keyId, raw }, i) => {
    demand(!seen.has(toHex(raw)), "policy", `/keys/${i}/public_key_hex`);
    seen.add(toHex(raw));
    demand(another(JSON.stringify([signerId, keyId])) <= KEYS_OF_PAIR, "policy", `/keys/${i}/key_id`);
    demand(another(JSON.stringify([keyId])) <= KEYS_OF_ID, "policy", `/keys/${i}/key_id`);
  });
}

/** @param {Uint8Array | null} bytes of a policy file, null for the built-in policy @returns {Promise<Policy>} [section 10] */
export async function readPolicy(bytes) {
  const file = bytes !== null ? parseJson(bytes) : new Map(Object.entries({
    policy_type: "pithbundle_policy", policy_version: "1", keys: [new Map(Object.entries(BUILT_IN))],
  }));
  demand(file instanceof Map, "policy", "");
  for (const [name, wanted] of [["policy_type", "pithbundle_policy"], ["policy_version", "1"]]) {
    demand(file.get(name) === wanted, "policy", `/${name}`);
  }
  for (const name of [...file.keys()].sort()) {
    demand(["policy_type", "policy_version", "keys"].includes(name), "policy", `/${escaped(name)}`);
  }
  const listed = file.get("keys");
  demand(Array.isArray(listed) && listed.length >= 1 && listed.length <= 1000, "policy", "/keys");
  /** @type {PolicyKey[]} */
  const keys = [];
  for (const [i, value] of listed.entries()) keys.push(await policyKey(value, `/keys/${i}`));
  demandNoClash(keys);
  keys.sort((a, b) => compareBytes(a.raw, b.raw));
  const effective = canonicalBytes(new Map(Object.entries({
    policy_type: "pithbundle_policy",
    policy_version: "1",
    keys: keys.map((key) => new Map(Object.entries({
      signer_id: key.signerId, key_id: key.keyId, public_key_hex: toHex(key.raw), event_types: key.eventTypes,
      status: key.status, honours: key.honours, event_formats: formatsOf(key),
    }))),
  })));
  return { keys, effective, sha256: await sha256Hex(effective) };
}

// ------------------------------------------------------------------------------------ bundle reader

/**
 * @typedef {object} Bundle
 * @property {CanonicalRecord} record
 * @property {(Value | PithError)[]} elements of `events`: the fault where the reader found one [FAULT-3]
 * @property {string[]} stated pointers of members that differ from the record [BUN-6]
 */

/**
 * Reads a bundle and recomputes its record and number [section 11].
 * @param {Uint8Array} bytes
 * @param {{ format?: "json" | "cbor" | null, limits?: Limits }} [options]
 * @returns {Promise<Bundle>}
 */
export async function readBundle(bytes, { format = null, limits = BUNDLE_LIMITS } = {}) {
  const cbor = format === null ? bytes[0] >= 0xa0 && bytes[0] <= 0xbf : format === "cbor";
  const { value, faults } = cbor ? readCbor(bytes, limits) : readJson(bytes, limits);
  if (faults.outside !== null) throw faults.outside;
  demand(value instanceof Map, "type", "");
  const events = value.get("events");
  const aliases = value.get("source_aliases");
  demand(value.get("bundle_type") === "pith_open_graph_bundle", "type", "/bundle_type");
  demand(member(value, "bundle_version", "text", "") === "1.0", "version", "/bundle_version");
  member(value, "events", "array", "");
  demand(events.length <= limits.events, "events", "/events");
  demand(!Array.isArray(aliases) || aliases.length <= limits.aliases, "size", "/source_aliases");
  const record = await readRecord(value.get("canonical_record"), "/canonical_record");
  demand(value.get("canonical_sha256") === record.sha256, "hash_mismatch", "/canonical_sha256");
  demand(names(value.get("pith_number"), record), "subject", "/pith_number");
  return {
    record,
    elements: events.map((/** @type {Value} */ element, /** @type {number} */ i) => faults.inElement.get(i) ?? element),
    stated: statedDifferences(value, record),
  };
}

/** @param {Obj} bundle @param {CanonicalRecord} record @returns {string[]} [BUN-6, ALIAS-2] */
function statedDifferences(bundle, record) {
  const out = [];
  const short = bundle.get("short_pith_number");
  if (short !== undefined && short !== `pith:${record.suffix.slice(0, 8)}`) out.push("/short_pith_number");
  const source = bundle.get("source");
  const same = (/** @type {string} */ name) => source instanceof Map && source.get(name) === record.value.get("source").get(name);
  if (bundle.has("source") && !["id", "kind", "version"].every(same)) out.push("/source");
  if (!bundle.has("source_aliases")) return out;
  const aliases = bundle.get("source_aliases");
  if (!Array.isArray(aliases)) return [...out, "/source_aliases"];
  aliases.forEach((alias, i) => {
    const kind = alias instanceof Map ? alias.get("alias_kind") : null;
    const value = alias instanceof Map ? alias.get("alias_value") : null;
    const formed = typeof kind === "string" && typeof value === "string";
    if (!formed || (record.aliases.get(kind) ?? value) !== value) out.push(`/source_aliases/${i}`);
  });
  return out;
}

// -------------------------------------------------------------------------------------------- event

const FLAT_ONLY = ["payload_sha256", "signature_b64", "signing_key_id"];
const NESTED_ONLY = ["signature", "signer", "subject_pith_number", "target"];
/** @type {readonly (readonly [string, Type])[]} */
const SIGNER = [["key_id", "text"], ["public_key_fingerprint", "text"], ["signer_id", "text"], ["signer_type", "text"]];

/**
 * `full`: the bytes of the body under event-v1, none of a flat event.
 * @typedef {{ value: Obj, flat: boolean, instant: string, full: Uint8Array }} Event
 */

/** @param {Obj} element @returns {boolean} of both spellings it is checked as an envelope, and is malformed [EVT-7] */
const isFlat = (element) => FLAT_ONLY.some((name) => element.has(name)) && !NESTED_ONLY.some((name) => element.has(name));

/** @param {Obj} element @param {boolean} flat @returns {Event} well-formed, or the first fault in the order of EVT-6 */
function readEvent(element, flat) {
  demand(flat || !FLAT_ONLY.some((name) => element.has(name)), "type", "");
  member(element, "created_at", "text", "");
  if (flat) {
    member(element, "event_id", "integer", "");
    member(element, "event_type", "text", "");
    member(element, "payload", "object", "");
    member(element, "payload_sha256", "text", "");
    if ((element.get("signature_b64") ?? null) !== null) member(element, "signature_b64", "text", "");
    member(element, "signing_key_id", "text", "");
  } else {
    if (element.has("event_id")) member(element, "event_id", "text", "");
    member(element, "event_type", "text", "");
    member(element, "payload", "object", "");
    if (element.has("signature") && element.get("signature") !== null) {
      const signature = member(element, "signature", "object", "");
      member(signature, "key_id", "text", "/signature");
      demand(member(signature, "kind", "text", "/signature") === "pith_event_signature", "type", "/signature/kind");
      member(signature, "signature_b64", "text", "/signature");
    }
    const signer = member(element, "signer", "object", "");
    for (const [name, type] of SIGNER) member(signer, name, type, "/signer");
    member(element, "subject_pith_number", "text", "");
    member(element, "target", "text", "");
  }
  const instant = instantOf(element.get("created_at"), "/created_at");
  if (flat) return { value: element, flat, instant, full: new Uint8Array() };
  const body = without(element, ["event_id", "signature"]);
  demandWithinLimits(body);
  const full = canonicalBytes(body);
  demand(full.length <= EVENT_SIZE, "event_size", "");
  return { value: element, flat, instant, full };
}

/** @param {Obj} object @param {readonly string[]} omitted @returns {Obj} */
const without = (object, omitted) => new Map([...object].filter(([name]) => !omitted.includes(name)));

/** @param {Obj} body depth and value count, level by level [LIM-6, EVT-6] */
function demandWithinLimits(body) {
  let nodes = 1;
  /** @type {Value[]} */
  let level = [body];
  for (let depth = 1; level.length > 0; depth++) {
    /** @type {Value[]} */
    const next = [];
    demand(depth <= EVENT_DEPTH, "depth", "");
    for (const container of level) {
      const inner = Array.isArray(container) ? container : container instanceof Map ? container.values() : [];
      for (const value of inner) {
        nodes++;
        if (value instanceof Map || Array.isArray(value)) next.push(value);
      }
    }
    demand(nodes <= EVENT_NODES, "nodes", "");
    level = next;
  }
}

// ------------------------------------------------------------------------------------------- checks

/** @typedef {"verified" | "unknown_type" | "unbound" | "unknown_key" | "not_signed" | "invalid" | "not_checked"} Verdict */
/** @typedef {"recomputed" | "stated" | "neither"} Covered which digest a signature covers where the ids differ [CHECK-3] */
/**
 * @typedef {object} Outcome
 * @property {number} step of {@link STEP}: the check that failed, `BINDS` or `VALID`
 * @property {Verdict} verdict
 * @property {string | null} code
 * @property {string | null} at pointer inside the element of what failed, where one member did
 * @property {Covered | null} covered
 */

/** The checks in the order of section 14. */
const STEP = Object.freeze({
  READ: 0, KEY: 1, SIGNED: 2, FORMED: 3, SUBJECT: 4, ROLE: 5, ALGORITHM: 6, TEXT: 7, ID: 8, VERIFIES: 9, BINDS: 10, VALID: 11,
});

/**
 * @param {number} step @param {Verdict} verdict @param {string | null} code @param {string | null} [at]
 * @param {Covered | null} [covered] @returns {Outcome}
 */
const outcome = (step, verdict, code, at = null, covered = null) => ({ step, verdict, code, at, covered });
/** @param {number} step @param {string} code @param {string | null} [at] */
const invalid = (step, code, at = null) => outcome(step, "invalid", code, at);
/** @param {Outcome} of an element under a key that may have signed in another format @returns {Outcome} [CHECK-13] */
const excused = (of) => (of.verdict === "invalid" ? { ...of, verdict: "unbound" } : of);

/**
 * @typedef {object} ValidEvent all that merge takes
 * @property {string} id
 * @property {string} instant
 * @property {string} type
 * @property {string} target
 * @property {string} createdAt
 * @property {Obj} payload
 * @property {string} text the payload, canonical
 * @property {Obj} signer as signed
 * @property {string} signerId of the policy
 * @property {PolicyKey} key
 * @property {Uint8Array} signature the kept one, 64 raw bytes
 * @property {Obj} body
 * @property {boolean} receiptVerified of a record_created
 */

/**
 * @typedef {object} Copy one element of `events` with its own verdict
 * @property {string} pointer
 * @property {string | null} id recomputed; of a flat event its payload_sha256; null where it has none [CHECK-11, CHECK-13]
 * @property {{ type: string | null, createdAt: string | null, signer: string | null }} stated texts of the element: signed only where it is valid
 * @property {Outcome} outcome
 * @property {string[]} unsigned pointers inside the element [EVT-5]
 * @property {Outcome | null} receipt of the object at /payload/receipt, where there is one [RCPT-4]
 * @property {ValidEvent | null} valid
 */

/** @typedef {{ record: CanonicalRecord, policy: Policy, copies: Copy[], stated: string[] }} Checked */

/** @param {Bundle} bundle @param {Policy} policy @returns {Promise<Checked>} who signed what [section 14] */
export async function check({ record, elements, stated }, policy) {
  const copies = await Promise.all(elements.map((element, i) => checkElement(element, `/events/${i}`, record, policy)));
  await checkReceipts(elements, copies, record, policy);
  return { record, policy, copies, stated };
}

/**
 * @param {Value | PithError} element @param {string} pointer @param {CanonicalRecord} record @param {Policy} policy
 * @returns {Promise<Copy>}
 */
async function checkElement(element, pointer, record, policy) {
  const textAt = (/** @type {Value | PithError | undefined} */ of, /** @type {string} */ name) => {
    const value = of instanceof Map ? of.get(name) : null;
    return typeof value === "string" ? value : null;
  };
  const signer = element instanceof Map ? element.get("signer") : null;
  const stated = { type: textAt(element, "event_type"), createdAt: textAt(element, "created_at"), signer: textAt(signer, "signer_id") };
  /** @type {Copy} */
  const copy = { pointer, id: null, stated, outcome: invalid(STEP.READ, "type"), unsigned: [], receipt: null, valid: null };
  if (element instanceof PithError) return { ...copy, outcome: invalid(STEP.READ, element.code) };
  if (!(element instanceof Map)) return { ...copy, outcome: invalid(STEP.READ, "type", "") };
  return { ...copy, ...(await (isFlat(element) ? checkFlat : checkEnvelope)(element, record, policy)) };
}

/** @param {Obj} value @param {boolean} flat @returns {Event | PithError} */
function formed(value, flat) {
  try {
    return readEvent(value, flat);
  } catch (fault) {
    if (!(fault instanceof PithError)) throw fault;
    return fault;
  }
}

/** @typedef {{ id: string, digest: Uint8Array, bytes: Uint8Array, body: Obj }} Content what a format makes of an element [EVT-4] */

/** @param {Event} event @param {EventFormat} format @returns {Promise<Content>} */
async function contentOf({ value, full }, format) {
  const body = format.omitted === null ? value.get("payload") : without(value, format.omitted);
  const bytes = format === EVENT_V1 ? full : canonicalBytes(body);
  const digest = await sha256(bytes);
  return { id: `sha256:${toHex(digest)}`, digest, bytes, body };
}

/**
 * The keys that an element's signer names, and why it names none of the policy [CHECK-5].
 * @param {Obj} value @param {Policy} policy @returns {{ keys: PolicyKey[], unknown: string | null }}
 */
function namedKeys(value, policy) {
  const signer = value.get("signer");
  const [signerId, keyId] = signer instanceof Map ? [signer.get("signer_id"), signer.get("key_id")] : [];
  if (typeof signerId !== "string" || typeof keyId !== "string") return { keys: [], unknown: null };
  let keys = policy.keys.filter((key) => key.signerId === signerId && key.keyId === keyId);
  if (keys.length === 0) return { keys, unknown: "/signer" };
  const fingerprint = signer.get("public_key_fingerprint");
  if (typeof fingerprint === "string") keys = keys.filter((key) => key.fingerprint === fingerprint);
  if (keys.length === 0) return { keys, unknown: "/signer/public_key_fingerprint" };
  const signature = value.get("signature");
  const signing = signature instanceof Map ? signature.get("key_id") : null;
  return { keys, unknown: typeof signing === "string" && signing !== keyId ? "/signature/key_id" : null };
}

/**
 * @param {Obj} value @param {CanonicalRecord} record @param {Policy} policy
 * @returns {Promise<Pick<Copy, "id" | "outcome" | "unsigned" | "valid">>} checks 5, 2, 1, then the rest
 */
async function checkEnvelope(value, record, policy) {
  const { keys, unknown } = namedKeys(value, policy);
  const early = unknown !== null ? outcome(STEP.KEY, "unknown_key", "key_unknown", unknown) // CHECK-5
    : (value.get("signature") ?? null) === null ? outcome(STEP.SIGNED, "not_signed", null) : null; // CHECK-2
  const none = { id: null, unsigned: [], valid: null };
  // No format is tried [CHECK-13]; what fails CHECK-5 is read as event-v1 [RULE-1].
  if (unknown === null && keys.length > 0 && keys.every(({ format }) => format === null)) {
    return { ...none, outcome: early ?? outcome(STEP.BINDS, "unbound", null) };
  }
  const judged = (/** @type {Outcome} */ of) => early ?? (keys.some(({ maybeOther }) => maybeOther) ? excused(of) : of);
  const event = formed(value, false);
  if (event instanceof PithError) return { ...none, outcome: judged(invalid(STEP.FORMED, event.code, event.pointer)) }; // CHECK-1
  // Well-formed, it states a fingerprint; of two keys with one fingerprint the smaller would count [POL-6].
  const key = unknown === null ? keys[0] : undefined;
  const format = key?.format ?? EVENT_V1;
  const content = await contentOf(event, format);
  const out = { id: content.id, unsigned: unsignedMembers(value, format), valid: null };
  // Without a key a well-formed element is unknown_key.
  if (early !== null || key === undefined) return { ...out, outcome: early ?? outcome(STEP.KEY, "unknown_key", "key_unknown") };
  const said = judged(await checkContent(value, content, key, format, record));
  return { ...out, outcome: said, valid: said.step === STEP.VALID ? validEvent(event, content, key) : null };
}

/** @param {Event} event @param {Content} content @param {PolicyKey} key @returns {ValidEvent} */
function validEvent({ value, instant }, { id, body }, key) {
  return {
    id, instant, type: value.get("event_type"), target: value.get("target"), createdAt: value.get("created_at"), payload: value.get("payload"),
    text: canonicalText(value.get("payload")), signer: value.get("signer"), signerId: key.signerId, key, body,
    signature: fromBase64(value.get("signature").get("signature_b64")), receiptVerified: false,
  };
}

/** @param {Obj} event @param {EventFormat} format @returns {string[]} sorted pointers [EVT-5, RULE-1] */
function unsignedMembers(event, { omitted }) {
  const left = (/** @type {string} */ name) => (omitted === null ? name !== "payload" : omitted.includes(name));
  const out = [...event.keys()].filter((name) => name !== "event_id" && name !== "signature" && left(name));
  const signature = [...(event.get("signature")?.keys() ?? [])];
  const extra = signature.filter((name) => !["kind", "key_id", "algorithm", "signature_b64"].includes(name));
  return [...out.map((name) => pointerOf([name])), ...extra.map((name) => pointerOf(["signature", name]))].sort(compareText);
}

/**
 * Checks 4, 6, 7, 8, 3, 9 and 10; the first that fails decides.
 * @param {Obj} event @param {Content} content @param {PolicyKey} key @param {EventFormat} format @param {CanonicalRecord} record
 * @returns {Promise<Outcome>}
 */
async function checkContent(event, { id, digest, bytes }, key, { signed, binds }, record) {
  const type = event.get("event_type");
  if (!names(event.get("subject_pith_number"), record)) return invalid(STEP.SUBJECT, "subject", "/subject_pith_number"); // CHECK-4
  const role = checkRole(key, type, id); // CHECK-6
  if (role !== null) return invalid(STEP.ROLE, role, role === "key_role" ? "/event_type" : "/signer/key_id");
  const signature = event.get("signature");
  if (signature.get("algorithm") !== "ed25519") return invalid(STEP.ALGORITHM, "algorithm", "/signature/algorithm"); // CHECK-7
  const stated = event.get("event_id") ?? id;
  if (!EVENT_ID.test(stated)) return invalid(STEP.TEXT, "encoding", "/event_id"); // CHECK-8
  const raw = rawSignature(signature.get("signature_b64"));
  if (raw === null) return invalid(STEP.TEXT, "encoding", "/signature/signature_b64");
  const message = (/** @type {Uint8Array} */ of) => (signed === "digest" ? of : utf8(`${signed === "id" ? "sha256:" : ""}${toHex(of)}`));
  const genuine = await verifySignature(key.raw, signed === "bytes" ? bytes : message(digest), raw);
  if (stated !== id) { // CHECK-3
    const altered = !genuine && signed !== "bytes" && (await verifySignature(key.raw, message(fromHex(eventIdDigest(stated))), raw));
    return outcome(STEP.ID, "invalid", "hash_mismatch", "/event_id", genuine ? "recomputed" : altered ? "stated" : "neither");
  }
  if (!genuine) return invalid(STEP.VERIFIES, "signature_invalid", "/signature/signature_b64"); // CHECK-9
  if (!binds) return outcome(STEP.BINDS, "unbound", null); // CHECK-10
  return outcome(STEP.VALID, KINDS.has(type) ? "verified" : "unknown_type", null);
}

/** @param {PolicyKey} key @param {string} type @param {string | null} id recomputed @returns {string | null} the code [CHECK-6] */
function checkRole(key, type, id) {
  if (!maySign(key, type)) return "key_role";
  return key.status === "revoked" && (id === null || !key.honours.includes(id)) ? "key_revoked" : null;
}

/** @param {string} base64 @returns {Uint8Array | null} 64 bytes [CHECK-8] */
function rawSignature(base64) {
  try {
    return fromBase64(base64, 64);
  } catch {
    return null;
  }
}

/**
 * Checks 6 to 9 under every key of a `key_id`, without an id: the key that got furthest decides [RCPT-2, EVT-8].
 * @param {readonly PolicyKey[]} keys @param {string} type @param {Value | undefined} algorithm @param {string} base64
 * @param {Uint8Array} message @param {boolean} verify false: `not_checked` instead of a signature check
 * @returns {Promise<Outcome>}
 */
async function checkUnderKeys(keys, type, algorithm, base64, message, verify = true) {
  let best = outcome(STEP.KEY, "unknown_key", "key_unknown");
  const raw = rawSignature(base64);
  for (const key of keys) {
    const role = checkRole(key, type, null);
    let result;
    if (role !== null) result = invalid(STEP.ROLE, role);
    else if (algorithm !== "ed25519") result = invalid(STEP.ALGORITHM, "algorithm");
    else if (raw === null) result = invalid(STEP.TEXT, "encoding");
    else if (!verify) return outcome(STEP.VERIFIES, "not_checked", null);
    else if (await verifySignature(key.raw, message, raw)) return outcome(STEP.VALID, "verified", null);
    else result = invalid(STEP.VERIFIES, "signature_invalid");
    if (decidesBefore(result, best)) best = result;
  }
  return best;
}

/**
 * @param {Value} receipt @param {CanonicalRecord} record @param {Policy} policy
 * @param {boolean} [verify] false: `not_checked` where the verdict needs a signature check @returns {Promise<Outcome>} [RCPT-1, RCPT-2]
 */
export async function checkReceipt(receipt, record, policy, verify = true) {
  const named = receipt instanceof Map && receipt.get("kind") === "pith_receipt" && typeof receipt.get("key_id") === "string";
  if (!named) return invalid(STEP.FORMED, "type");
  const keys = policy.keys.filter(({ keyId }) => keyId === receipt.get("key_id"));
  if (keys.length === 0) return outcome(STEP.KEY, "unknown_key", "key_unknown");
  const base64 = receipt.get("signature_b64") ?? null;
  if (base64 === null) return outcome(STEP.SIGNED, "not_signed", null);
  if (typeof base64 !== "string") return invalid(STEP.FORMED, "type");
  return checkUnderKeys(keys, "record_created", receipt.get("algorithm"), base64, record.digest, verify);
}

/** Pairs of a bundle that are checked besides the receipts of valid events [RCPT-4]. */
const OTHER_RECEIPTS = 16;

/** @param {Copy} copy @returns {boolean} */
const isCreated = ({ valid }) => valid?.type === "record_created";

/**
 * The receipts of a bundle: of each valid record_created, and a bounded number of others [RCPT-3, RCPT-4].
 * @param {readonly (Value | PithError)[]} elements @param {readonly Copy[]} copies theirs: their receipts are set
 * @param {CanonicalRecord} record @param {Policy} policy
 */
async function checkReceipts(elements, copies, record, policy) {
  /** @type {Map<string, Promise<Outcome>>} by what a verdict depends on, so that a repeated receipt costs one check */
  const known = new Map();
  const checked = (/** @type {Value} */ receipt, /** @type {boolean} */ verify) => {
    if (!(receipt instanceof Map)) return checkReceipt(receipt, record, policy);
    const read = ["kind", "key_id", "algorithm", "signature_b64"].map((name) => receipt.get(name) ?? null);
    const mark = canonicalText([verify, ...read]);
    const made = known.get(mark) ?? checkReceipt(receipt, record, policy, verify);
    known.set(mark, made);
    return made;
  };
  /** @type {{ copy: Copy, receipt: Obj, mark: string }[]} */
  const others = [];
  /** @type {Map<string, [string, string]>} */
  const pairs = new Map();
  for (const [i, copy] of copies.entries()) {
    const receipt = receiptOf(elements[i]);
    if (receipt === undefined) continue;
    copy.receipt = await checked(receipt, isCreated(copy));
    if (copy.valid !== null) copy.valid.receiptVerified = copy.receipt.verdict === "verified";
    if (copy.receipt.verdict !== "not_checked" || !(receipt instanceof Map)) continue;
    /** @type {[string, string]} */
    const pair = [receipt.get("key_id"), receipt.get("signature_b64")];
    const mark = canonicalText(pair);
    pairs.set(mark, pair);
    others.push({ copy, receipt, mark });
  }
  const sorted = [...pairs].sort(([, a], [, b]) => compareText(a[0], b[0]) || compareText(a[1], b[1]));
  const chosen = new Set(sorted.slice(0, OTHER_RECEIPTS).map(([mark]) => mark));
  for (const { copy, receipt, mark } of others) if (chosen.has(mark)) copy.receipt = await checked(receipt, true);
}

/** @param {Value | PithError} element @returns {Value | undefined} what is checked at /payload/receipt [RCPT-4] */
function receiptOf(element) {
  const payload = element instanceof Map ? element.get("payload") : null;
  if (!(element instanceof Map) || !(payload instanceof Map)) return undefined;
  const receipt = payload.get("receipt");
  if (element.get("event_type") === "record_created") return receipt;
  return receipt instanceof Map && receipt.get("kind") === "pith_receipt" ? receipt : undefined;
}

/** @param {Obj} value @param {CanonicalRecord} record @param {Policy} policy @returns {Promise<Pick<Copy, "id" | "outcome">>} [EVT-7, EVT-8] */
async function checkFlat(value, record, policy) {
  const keyId = value.get("signing_key_id");
  const keys = policy.keys.filter((key) => key.keyId === keyId);
  const event = formed(value, true);
  const id = !(event instanceof PithError) && HEX64.test(value.get("payload_sha256")) ? value.get("payload_sha256") : null;
  if (typeof keyId === "string" && keys.length === 0) return { id, outcome: outcome(STEP.KEY, "unknown_key", "key_unknown", "/signing_key_id") };
  const base64 = value.get("signature_b64") ?? null;
  if (base64 === null) return { id, outcome: outcome(STEP.SIGNED, "not_signed", null) };
  const said = await (async () => {
    if (event instanceof PithError) return invalid(STEP.FORMED, event.code, event.pointer);
    if (value.get("payload").get("arxiv_id") !== record.sourceId) return invalid(STEP.SUBJECT, "subject", "/payload/arxiv_id");
    if (id === null) return invalid(STEP.TEXT, "encoding", "/payload_sha256");
    const under = await checkUnderKeys(keys, value.get("event_type"), "ed25519", base64, fromHex(id));
    return under.step === STEP.VALID ? outcome(STEP.BINDS, "unbound", null) : under;
  })();
  return { id, outcome: keys.some(({ maybeOther }) => maybeOther) ? excused(said) : said };
}

/** @param {Outcome} of @returns {number} a valid element before an unbound one before the others [CHECK-11] */
const rank = ({ step, verdict }) => (step === STEP.VALID ? 2 : verdict === "unbound" ? 1 : 0);
/** @param {Outcome} a @param {Outcome} b @returns {boolean} [CHECK-11] */
function decidesBefore(a, b) {
  const order = rank(a) - rank(b) || a.step - b.step;
  return order > 0 || (order === 0 && compareText(a.code ?? "", b.code ?? "") < 0);
}

/**
 * @typedef {object} Decided what follows for one id from all of its elements
 * @property {Outcome} outcome of the deciding element [CHECK-11]
 * @property {ValidEvent | null} valid with the kept signature
 * @property {boolean} counts an element is valid or invalid [STATE-7]
 * @property {string[]} unsigned of all elements, sorted [EVT-5]
 */

/** @param {readonly Copy[]} copies @returns {Map<string, Decided>} by id [CHECK-11] */
export function decide(copies) {
  /** @type {Map<string, Decided>} */
  const out = new Map();
  /** @type {Map<string, Set<string>>} */
  const allUnsigned = new Map();
  for (const { id, outcome: said, valid, unsigned } of copies) {
    if (id === null) continue;
    const counts = said.step === STEP.VALID || said.verdict === "invalid";
    const before = out.get(id) ?? { outcome: said, valid, counts, unsigned: [] };
    const keep = before.valid !== null && (valid === null || compareBytes(before.valid.signature, valid.signature) <= 0);
    const members = allUnsigned.get(id) ?? new Set();
    for (const pointer of unsigned) members.add(pointer);
    allUnsigned.set(id, members);
    out.set(id, {
      outcome: decidesBefore(said, before.outcome) ? said : before.outcome,
      valid: keep ? before.valid : valid ?? before.valid, counts: before.counts || counts, unsigned: [],
    });
  }
  for (const [id, decided] of out) decided.unsigned = [...(allUnsigned.get(id) ?? [])].sort(compareText);
  return new Map([...out].sort(([a], [b]) => compareText(a, b)));
}

// -------------------------------------------------------------------------------------------- kinds

/** @typedef {(value: Value) => string | null} Fit the code of what does not fit, or null */
/**
 * @typedef {object} Kind [KIND-1]
 * @property {string} target
 * @property {string} section of `current`
 * @property {"once" | "latest" | "each"} select
 * @property {string[]} [slot] payload members after the signer
 * @property {string[]} [deciding] payload members that make a conflict [MERGE-8]
 * @property {Record<string, Fit>} members in the order of the table; a name ending in ? is optional
 * @property {(payload: Obj, record: CanonicalRecord) => string | null} [match] the code where it does not hold
 */

/** @param {RegExp} grammar of the whole text @returns {Fit} */
const grammar = (grammar) => (value) => (typeof value !== "string" ? "type" : grammar.test(value) ? null : "encoding");
/** @param {string} words @returns {Fit} */
const oneOf = (words) => (value) => (typeof value === "string" && words.split(" ").includes(value) ? null : "type");
/** @param {number} bytes @returns {Fit} */
const prose = (bytes) => (value) => (typeof value !== "string" ? "type" : value !== "" && utf8Length(value) <= bytes ? null : "encoding");
/** @param {number} least @returns {Fit} */
const integerFrom = (least) => (value) => (Number.isInteger(value) && /** @type {number} */ (value) >= least ? null : "type");
/** @type {Fit} */
const anObject = (value) => (value instanceof Map ? null : "type");
/** @type {Fit} */
const aTime = (value) => (typeof value !== "string" ? "type" : isTime(value) ? null : "time");
/** @type {Fit} */
const aProof = (value) => (typeof value !== "string" ? "type" : value !== "" && isBase64(value) ? null : "encoding");
/** @type {Fit} */
const sortedIds = (value) => {
  if (!Array.isArray(value)) return "type";
  const bad = value.findIndex((id, i) => typeof id !== "string" || !EVENT_ID.test(id) || (i > 0 && value[i - 1] >= id));
  return bad < 0 ? null : typeof value[bad] === "string" ? "encoding" : "type";
};
/** @param {string} text */
function isBase64(text) {
  try {
    return fromBase64(text).length > 0;
  } catch {
    return false;
  }
}

const hex64 = grammar(HEX64);
const anId = grammar(EVENT_ID);
const printable512 = grammar(/^[!-~]{1,512}$/);
const lowerName = grammar(/^[a-z][a-z0-9_.-]{0,63}$/);
const aUrl = grammar(/^https?:\/\/[!-~]{1,2040}$/);
const aWord = grammar(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/);
/** @type {NonNullable<Kind["match"]>} */
const ofRecord = (payload, record) => (payload.get("canonical_sha256") === record.sha256 ? null : "hash_mismatch");

const RELATIONSHIPS = "supports refutes extends uses_method depends_on replaces compares cites";

/** The kinds of pithbundle-merge-1, in the order of the table. @type {Map<string, Kind>} */
const KINDS = new Map(Object.entries(/** @type {Record<string, Kind>} */ ({
  record_created: { // KIND-3
    target: "record", section: "receipt", select: "once",
    members: { canonical_record: anObject, canonical_sha256: hex64, receipt: anObject },
    match: (payload, record) => {
      const same = canonicalText(payload.get("canonical_record")) === canonicalText(record.value);
      return same ? ofRecord(payload, record) : "hash_mismatch";
    },
  },
  alias_added: { // KIND-4
    target: "record", section: "source_aliases", select: "each",
    members: { alias_kind: grammar(/^[a-z][a-z0-9_]{0,63}$/), alias_value: printable512 },
    match: (payload, record) => {
      const kind = payload.get("alias_kind");
      const derives = kind === "arxiv" || kind === "arxiv_version" || kind.startsWith("pith_short_");
      return !derives || record.aliases.get(kind) === payload.get("alias_value") ? null : "subject";
    },
  },
  graph_snapshot: { target: "graph", section: "graph_snapshots", select: "each", members: { graph_snapshot: anObject } }, // KIND-5
  timestamp_anchor: { // KIND-6
    target: "record", section: "timestamp_anchors", select: "each",
    members: { canonical_sha256: hex64, proof_b64: aProof }, match: ofRecord,
  },
  storage_attestation: { // KIND-7
    target: "record", section: "storage_attestations", select: "each",
    members: { provider: lowerName, url: aUrl, captured_at: aTime, "content_sha256?": hex64 },
  },
  author_claim: { // KIND-8
    target: "record", section: "author_claims", select: "latest", slot: ["scheme", "identifier"], deciding: ["strength"],
    members: { scheme: lowerName, identifier: printable512, strength: oneOf("strong weak") },
  },
  citation: { // KIND-9
    target: "record", section: "citations", select: "each",
    members: { citing_work: printable512, relationship: oneOf(RELATIONSHIPS) },
  },
  replication: { // KIND-10
    target: "record", section: "replications", select: "each",
    members: {
      claimant: prose(512), claim: prose(4096), "url?": aUrl, kind: oneOf("replication falsification formal_bridge"),
      outcome: oneOf("supports refutes inconclusive"), moderation: oneOf("pending accepted rejected"),
    },
  },
  "pith.integrity.v1": { // KIND-11
    target: "record", section: "integrity_findings", select: "latest", slot: ["detector", "evidence_hash"],
    deciding: ["finding_type", "verdict_class", "severity"],
    members: {
      event_type: oneOf("pith.integrity.v1"), detector: aWord,
      detector_version: grammar(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/), finding_type: aWord,
      verdict_class: oneOf("incontrovertible cross_source threshold_with_margin rescinded"),
      severity: oneOf("critical advisory informational"),
      arxiv_id: grammar(/^[!-~]{1,64}$/), evidence_hash: hex64, evidence: anObject, audited_at: aTime,
      "paper_version?": integerFrom(1), "snippet?": prose(65536), "note?": prose(65536), "ref_index?": integerFrom(0),
      "detected_doi?": prose(65536), "detected_arxiv_id?": prose(65536), "external_url?": prose(65536), "resolved_title?": prose(65536), "detector_url?": prose(65536),
    },
    match: (payload, record) => (payload.get("arxiv_id") === record.sourceId ? null : "subject"),
  },
  event_retracted: { // KIND-12
    target: "event", section: "retractions", select: "each", members: { event_id: anId, "reason?": prose(4096) },
  },
  checkpoint: { target: "bundle", section: "checkpoints", select: "each", members: { event_ids: sortedIds } }, // KIND-13
})));

/** @param {ValidEvent} event @param {CanonicalRecord} record @returns {string | null} the code, null where it fits [KIND-2] */
function unfit({ type, target, payload }, record) {
  const kind = KINDS.get(type);
  if (kind === undefined) return "unknown_type";
  if (target !== kind.target) return "type";
  for (const [name, fits] of Object.entries(kind.members)) {
    const optional = name.endsWith("?");
    const value = payload.get(optional ? name.slice(0, -1) : name) ?? null;
    const code = value !== null ? fits(value) : optional ? null : "type";
    if (code !== null) return code;
  }
  return kind.match?.(payload, record) ?? null;
}

// -------------------------------------------------------------------------------------------- merge

export const MERGE_RULES = "pithbundle-merge-1";

/** @typedef {{ pointer: string, word: string, wins: string[], loses: [string, string][] }} Step [TRACE-1] */

/**
 * @typedef {object} Merged
 * @property {Uint8Array} stateBytes [STATE-1]
 * @property {string} stateSha256 [STATE-5]
 * @property {string} eventsSha256 [STATE-6]
 * @property {Map<string, Decided>} verdicts of every id, by id
 * @property {Uint8Array} traceBytes [TRACE-4]
 * @property {{ signer: string, missing: string[], asOf: [string, string] | null }[]} completeness `asOf`: complete as of this [MERGE-9]
 * @property {Obj[]} equivocations as in the state
 * @property {readonly Copy[]} copies of all inputs
 * @property {CanonicalRecord} record
 * @property {View} view
 */

/** @typedef {ValidEvent & { fits: boolean, code: string | null, retracted: boolean }} Placed */
/** @typedef {[string, string][]} Members names and JSON texts, in the order of the state */

/**
 * @typedef {object} View what follows from a set of valid events
 * @property {Members} current
 * @property {string} canonical `current`, canonical throughout [STATE-5]
 * @property {Obj[]} unrecognised
 * @property {Step[]} trace
 * @property {Obj[]} equivocations
 * @property {Placed[][]} groups the events of each equivocation
 * @property {Placed[]} events in order
 * @property {Map<string, Placed[]>} standing by section
 * @property {Map<string, string>} effects of retractions, by id
 */

/** @param {Members} members @returns {string} in their order */
const written = (members) => `{${members.map(([name, text]) => `"${name}":${text}`).join(",")}}`;
/** @param {Members} members @returns {string} canonical */
const writtenSorted = (members) => written([...members].sort(byName));

/** @param {readonly Checked[]} parts of one record, under one policy @returns {Promise<Merged>} [section 15] */
export async function merge(parts) {
  const [{ record, policy }] = parts;
  for (const part of parts) {
    demand(part.record.pithNumber === record.pithNumber, "subject");
    demand(part.record.sha256 === record.sha256, "collision");
    demand(part.policy.sha256 === policy.sha256, "policy");
  }
  const copies = parts.flatMap((part) => part.copies);
  const verdicts = decide(copies);
  const events = [...verdicts.values()].flatMap(({ valid }) => (valid === null ? [] : [valid]));
  const view = viewOf(record, events);
  return {
    stateBytes: stateBytes(record, view, [...verdicts.values()].filter(({ counts }) => counts).length),
    stateSha256: await sha256Hex(utf8(written([
      ["canonical_sha256", JSON.stringify(record.sha256)], ["current", view.canonical],
      ["pith_number", JSON.stringify(record.pithNumber)], ["rules", JSON.stringify(MERGE_RULES)],
    ]))),
    eventsSha256: await canonicalSha256(events.map(({ id }) => id)),
    verdicts,
    traceBytes: traceBytes(record, view.trace),
    completeness: completeness(view.events),
    equivocations: view.equivocations,
    copies, record, view,
  };
}

/** @typedef {"rejected" | "invalid" | "conflict" | "incomplete" | "unverified" | "valid"} OutcomeName */
/** The outcomes in their order, each with its exit status [REPORT-2]. @type {readonly (readonly [OutcomeName, number])[]} */
const OUTCOMES = [["rejected", 1], ["invalid", 1], ["conflict", 1], ["incomplete", 3], ["unverified", 3], ["valid", 0]];

/**
 * The outcome of a report: the first of `all`, which lists those that hold.
 * @param {Pick<Merged, "copies" | "verdicts" | "completeness" | "equivocations"> | null} merged null where every input was refused
 * @param {number} [rejected] inputs that were refused
 * @returns {{ outcome: OutcomeName, exitStatus: number, all: OutcomeName[] }} [REPORT-2]
 */
export function outcomeOf(merged, rejected = 0) {
  const copies = merged?.copies ?? [];
  const alone = copies.flatMap(({ id, outcome: said }) => (id === null ? [said] : []));
  const decided = [...(merged?.verdicts.values() ?? [])].map(({ outcome: said }) => said);
  const receipts = copies.flatMap(({ receipt }) => (receipt === null ? [] : [receipt]));
  const each = [...alone, ...decided, ...receipts];
  const some = (/** @type {Verdict[]} */ ...verdicts) => each.some(({ verdict }) => verdicts.includes(verdict));
  /** @type {Record<OutcomeName, boolean>} */
  const holds = {
    rejected: rejected > 0,
    invalid: some("invalid"),
    conflict: (merged?.equivocations.length ?? 0) > 0,
    incomplete: merged?.completeness.some(({ missing }) => missing.length > 0) ?? false,
    unverified: some("unbound", "unknown_key", "not_signed") || (merged !== null && !each.some(({ step }) => step === STEP.VALID)),
    valid: false,
  };
  holds.valid = !Object.values(holds).includes(true);
  const all = OUTCOMES.filter(([name]) => holds[name]);
  const [[first, exitStatus]] = all;
  return { outcome: first, exitStatus, all: all.map(([name]) => name) };
}

/** @param {CanonicalRecord} record @param {View} view @param {number} listed distinct ids [STATE-7] @returns {Uint8Array} [STATE-1] */
export function stateBytes(record, view, listed) {
  return utf8(written([
    ["state_type", '"pith_open_graph_state"'], ["state_version", '"1.0"'],
    ["pith_number", JSON.stringify(record.pithNumber)], ["merge_version", JSON.stringify(MERGE_RULES)],
    ["event_count", String(listed)], ["valid_event_count", String(view.events.length)],
    ["invalid_event_count", String(listed - view.events.length)], ["equivocation_count", String(view.equivocations.length)],
    ["current", written(view.current)], ["unrecognised", canonicalText(view.unrecognised)],
  ]));
}

/** @param {ValidEvent} a @param {ValidEvent} b [MERGE-4] */
const byTime = (a, b) => (a.instant < b.instant ? -1 : a.instant > b.instant ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
/** @param {Placed} event @returns {Value[]} [MERGE-5] */
const slotOf = ({ type, signerId, payload }) => [signerId, ...(KINDS.get(type)?.slot ?? []).map((name) => payload.get(name) ?? null)];

/** @template T @param {readonly T[]} items @param {(item: T) => string} keyOf @returns {Map<string, T[]>} */
function grouped(items, keyOf) {
  /** @type {Map<string, T[]>} */
  const out = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const group = out.get(key);
    if (group === undefined) out.set(key, [item]);
    else group.push(item);
  }
  return out;
}

/** @param {CanonicalRecord} record @param {readonly ValidEvent[]} valid of distinct ids, in any order @returns {View} */
export function viewOf(record, valid) {
  /** @type {Placed[]} */
  const events = [...valid].sort(byTime).map((event) => {
    const code = unfit(event, record);
    return { ...event, code, fits: code === null, retracted: false };
  });
  const byId = new Map(events.map((event) => [event.id, event]));
  const fitting = (/** @type {string} */ type) => events.filter((event) => event.fits && event.type === type);

  /** @type {Map<string, string>} [MERGE-7] */
  const effects = new Map();
  for (const event of fitting("event_retracted")) {
    const target = byId.get(event.payload.get("event_id"));
    const may = target !== undefined && target.signerId === event.signerId && target.type !== "event_retracted";
    effects.set(event.id, target === undefined ? "waiting" : may ? "applied" : "refused");
    if (may) target.retracted = true;
  }

  /** @type {Step[]} */
  const trace = [{ pointer: "/current/canonical_record", word: "derived", wins: [], loses: [] }];
  /** @type {Map<string, [string, string]>} each as the state writes it, and canonical */
  const sections = new Map();
  /** @type {Map<string, Placed[]>} */
  const standing = new Map();
  const section = (/** @type {string} */ name, /** @type {Value} */ value) => {
    const text = canonicalText(value);
    sections.set(name, [text, text]);
  };
  for (const [type, { section: name, select }] of KINDS) {
    if (name === "receipt" || name === "source_aliases") continue;
    const entries = select === "latest" ? latest(fitting(type)) : each(fitting(type), effects);
    const members = entries.map(({ event }) => entryMembers(event, effects.get(event.id)));
    sections.set(name, [`[${members.map(written).join(",")}]`, `[${members.map(writtenSorted).join(",")}]`]);
    entries.forEach(({ step }, i) => trace.push({ ...step, pointer: `/current/${name}/${i}` }));
    standing.set(name, entries.map(({ event }) => event));
  }
  const aliases = aliasEntries(record, fitting("alias_added"));
  section("source_aliases", aliases.map(({ entry }) => entry));
  aliases.forEach(({ step }, i) => trace.push({ ...step, pointer: `/current/source_aliases/${i}` }));
  const receipt = receiptStep(fitting("record_created"));
  if (receipt.step !== null) trace.push(receipt.step);
  section("receipt", receipt.value);
  section("canonical_record", record.value);
  const { entries: equivocations, groups } = equivocationsOf(events);
  section("equivocations", equivocations);
  groups.forEach((group, i) => {
    trace.push({ pointer: `/current/equivocations/${i}`, word: "listed", wins: group.map(({ id }) => id).sort(), loses: [] });
  });

  const rank = (/** @type {Step} */ { pointer }) => CURRENT.indexOf(pointer.split("/")[2]);
  return {
    current: CURRENT.map((name) => [name, sections.get(name)?.[0] ?? "null"]),
    canonical: writtenSorted(CURRENT.map((name) => [name, sections.get(name)?.[1] ?? "null"])),
    unrecognised: events.filter(({ fits }) => !fits).map(({ code, id, type }) => object({ code, event_id: id, event_type: type })),
    trace: trace.sort((a, b) => rank(a) - rank(b)),
    equivocations, groups, events, standing, effects,
  };
}

/** The members of `current` in order [STATE-2]. */
const CURRENT = [
  "canonical_record", "source_aliases", "graph_snapshots", "receipt", "timestamp_anchors", "storage_attestations",
  "author_claims", "citations", "replications", "integrity_findings", "retractions", "checkpoints", "equivocations",
];

/** @param {Placed} event @param {string | undefined} effect @returns {Members} [STATE-3] */
function entryMembers({ id, target, createdAt, signer, text }, effect) {
  /** @type {Members} */
  const end = effect === undefined ? [] : [["effect", `"${effect}"`]];
  return [["event_id", `"${id}"`], ["target", JSON.stringify(target)], ["created_at", `"${createdAt}"`], ["signer", canonicalText(signer)], ["payload", text], ...end];
}

/** @typedef {{ event: Placed, step: Step }} Entry */

/** @param {Placed[]} events of one `each` kind @param {Map<string, string>} effects @returns {Entry[]} [TRACE-3] */
function each(events, effects) {
  return events.filter(({ retracted }) => !retracted).map((event) => {
    const effect = effects.get(event.id);
    const applied = effect === "applied";
    return { event, step: {
      pointer: "", word: effect === undefined || applied ? "listed" : effect, wins: [event.id],
      loses: applied ? [[event.payload.get("event_id"), "retracted"]] : [],
    } };
  });
}

/** @param {Placed[]} events of one `latest` kind @returns {Entry[]} [MERGE-5, TRACE-2] */
function latest(events) {
  const entries = [];
  for (const slot of grouped(events, (event) => canonicalText(slotOf(event))).values()) {
    const candidates = slot.filter(({ retracted }) => !retracted);
    if (candidates.length === 0) continue;
    const newest = candidates.filter(({ instant }) => instant === candidates[candidates.length - 1].instant);
    const word = candidates.length === 1 ? "only" : newest.length === 1 ? "newest" : "smallest_id";
    entries.push({ event: newest[0], step: { pointer: "", word, wins: [newest[0].id], loses: losers(slot, newest[0]) } });
  }
  return entries.sort((a, b) => byTime(a.event, b.event));
}

/** @param {Placed[]} events in order @param {Placed} winner @returns {[string, string][]} */
const losers = (events, winner) => events.filter((event) => event !== winner).map((event) => [
  event.id, event.retracted ? "retracted" : event.text === winner.text ? "restated" : "superseded",
]);

/** @param {Placed[]} events fitting record_created @returns {{ value: Value, step: Step | null }} [STATE-4, TRACE-2] */
function receiptStep(events) {
  if (events.length === 0) return { value: null, step: null };
  const pointer = "/current/receipt";
  const candidates = events.filter(({ retracted }) => !retracted);
  const [winner] = candidates;
  if (winner === undefined) {
    return { value: null, step: { pointer, word: "retracted", wins: [], loses: events.map(({ id }) => [id, "retracted"]) } };
  }
  const loses = losers(events, winner);
  if (winner.receiptVerified) {
    const word = candidates.length === 1 ? "only" : "first";
    return { value: winner.payload.get("receipt"), step: { pointer, word, wins: [winner.id], loses } };
  }
  // Among those that lost the winner keeps its place by (instant, id).
  loses.splice(events.indexOf(winner), 0, [winner.id, "refused"]);
  return { value: null, step: { pointer, word: "refused", wins: [], loses } };
}

/**
 * @param {CanonicalRecord} record @param {Placed[]} events fitting alias_added
 * @returns {{ entry: Obj, step: Step }[]} [STATE-4, TRACE-3]
 */
function aliasEntries(record, events) {
  // No grammar of a kind has a space.
  const signed = grouped(events, ({ payload }) => `${payload.get("alias_kind")} ${payload.get("alias_value")}`);
  const derived = new Set([...record.aliases].map(([kind, value]) => `${kind} ${value}`));
  const out = [];
  for (const key of new Set([...derived, ...signed.keys()])) {
    const [kind, value] = [key.slice(0, key.indexOf(" ")), key.slice(key.indexOf(" ") + 1)];
    const all = signed.get(key) ?? [];
    const candidates = all.filter(({ retracted }) => !retracted);
    if (candidates.length === 0 && !derived.has(key)) continue;
    /** @type {Obj} */
    const entry = new Map([["alias_kind", kind], ["alias_value", value]]);
    if (candidates.length > 0) entry.set("created_at", candidates[0].createdAt);
    const word = derived.has(key) ? "derived" : candidates.length === 1 ? "only" : "first";
    const others = all.filter((event) => event !== candidates[0]);
    /** @type {[string, string][]} */
    const loses = others.map(({ id, retracted }) => [id, retracted ? "retracted" : "restated"]);
    out.push({ kind, value, entry, step: { pointer: "", word, wins: candidates.slice(0, 1).map(({ id }) => id), loses } });
  }
  return out.sort((a, b) => compareText(a.kind, b.kind) || compareText(a.value, b.value));
}

/** @param {Placed} event @returns {string} what a conflict compares [MERGE-8] */
const decidingOf = ({ type, payload }) => canonicalText((KINDS.get(type)?.deciding ?? []).map((name) => payload.get(name) ?? null));

/** @param {readonly Placed[]} events in order @returns {{ entries: Obj[], groups: Placed[][] }} [MERGE-8, STATE-4] */
function equivocationsOf(events) {
  const mayConflict = events.filter(({ fits, type }) => fits && (KINDS.get(type)?.deciding ?? []).length > 0);
  const found = [];
  for (const group of grouped(mayConflict, (event) => canonicalText([event.type, slotOf(event), event.instant])).values()) {
    if (new Set(group.map(decidingOf)).size < 2) continue;
    const [event] = group;
    const [slot, { type, signerId, instant }] = [slotOf(event), event];
    const entry = object({ event_ids: group.map(({ id }) => id).sort(), event_type: type, instant, signer: signerId, slot });
    found.push({ entry, group, order: [type, signerId, canonicalText(slot), instant] });
  }
  found.sort((a, b) => a.order.reduce((sum, text, i) => sum || compareText(text, b.order[i]), 0));
  return { entries: found.map(({ entry }) => entry), groups: found.map(({ group }) => group) };
}

/** @param {readonly Placed[]} events in order @returns {Merged["completeness"]} [MERGE-9] */
function completeness(events) {
  const ids = new Set(events.map(({ id }) => id));
  return [...grouped(events, ({ signerId }) => signerId)].sort(([a], [b]) => compareText(a, b)).map(([signer, own]) => {
    const checkpoints = own.filter(({ fits, type, retracted }) => fits && type === "checkpoint" && !retracted);
    const missing = new Set(checkpoints.flatMap(({ payload }) => payload.get("event_ids")).filter((id) => !ids.has(id)));
    const last = checkpoints.at(-1);
    return { signer, missing: [...missing].sort(), asOf: last === undefined || missing.size > 0 ? null : [last.instant, last.id] };
  });
}

/** @param {CanonicalRecord} record @param {readonly Step[]} trace @returns {Uint8Array} [TRACE-4] */
function traceBytes(record, trace) {
  const steps = trace.map(({ loses, pointer, wins, word }) => new Map(Object.entries({
    loses: loses.map(([event_id, why]) => object({ event_id, word: why })), pointer, wins, word,
  })));
  return canonicalBytes(new Map(Object.entries({ pith_number: record.pithNumber, rules: MERGE_RULES, trace: steps })));
}

// ------------------------------------------------------------------------------------------- status

/** @param {View} view @returns {object} [STATUS-1] */
export function status({ standing, effects, equivocations, unrecognised }) {
  const of = (/** @type {string} */ section) => standing.get(section) ?? [];
  const counted = (/** @type {Iterable<string>} */ found, /** @type {string} */ words) => {
    const all = [...found];
    return Object.fromEntries(words.split(" ").map((word) => [word, all.filter((one) => one === word).length]));
  };
  const values = (/** @type {Placed[]} */ events, /** @type {string} */ name) => events.map(({ payload }) => payload.get(name));
  const references = of("graph_snapshots").at(-1)?.payload.get("graph_snapshot").get("references");
  const count = references instanceof Map ? references.get("count") : null;
  const rescinded = of("integrity_findings").filter(({ payload }) => payload.get("verdict_class") === "rescinded");
  const findings = of("integrity_findings").filter((event) => !rescinded.includes(event));
  const outcomes = ["supports", "refutes", "inconclusive"].map((word) => {
    const found = of("replications").filter(({ payload }) => payload.get("outcome") === word);
    return [word, counted(values(found, "moderation"), "pending accepted rejected")];
  });
  return {
    attested: counted(values(of("author_claims"), "strength"), "strong weak"),
    anchored: of("timestamp_anchors").length,
    stored: of("storage_attestations").length,
    references: Number.isInteger(count) && count >= 0 ? count : null,
    citations: counted(values(of("citations"), "relationship"), RELATIONSHIPS),
    replications: Object.fromEntries(outcomes),
    findings: { ...counted(values(findings, "severity"), "critical advisory informational"), rescinded: rescinded.length },
    retractions: counted(effects.values(), "applied waiting refused"),
    conflicts: equivocations.length,
    unrecognised: unrecognised.length,
  };
}

// ----------------------------------------------------------------------------------------- timeline

/** The events of one slot so far, of which one is current [MERGE-5]. */
class Slot {
  /** @param {boolean} latest the greatest instant, or else the smallest */
  constructor(latest) {
    this.latest = latest;
    /** @type {Placed[][]} by instant, ascending */
    this.instants = [];
  }

  /** @param {Placed} event not earlier than those here */
  push(event) {
    const last = this.instants.at(-1);
    if (last !== undefined && last[0].instant === event.instant) last.push(event);
    else this.instants.push([event]);
  }

  /** @param {ReadonlySet<string>} retracted for ever: what it names is dropped @returns {Placed | null} */
  current(retracted) {
    for (;;) {
      const group = this.instants.at(this.latest ? -1 : 0);
      if (group === undefined) return null;
      const first = group.find(({ id }) => !retracted.has(id));
      if (first !== undefined) {
        group.splice(0, group.indexOf(first));
        return first;
      }
      if (this.latest) this.instants.pop();
      else this.instants.shift();
    }
  }
}

/** @param {View} view @returns {[string, string][]} event ids and what each changed [TIMELINE-1, TIMELINE-2] */
export function timeline({ events }) {
  /** @type {Map<string, Placed>} */
  const before = new Map();
  /** @type {Set<string>} retracted by those before */
  const retracted = new Set();
  /** @type {Set<string>} named by a retraction before them, with its signer */
  const awaited = new Set();
  /** @type {Map<string, Slot>} */
  const slots = new Map();
  const markOf = (/** @type {string} */ id, /** @type {string} */ signerId) => JSON.stringify([id, signerId]);

  const change = (/** @type {Placed} */ event) => {
    const { type, fits, payload, signerId, id, text } = event;
    if (!fits) return "unrecognised";
    if (type === "event_retracted") {
      const target = before.get(payload.get("event_id"));
      if (target === undefined) {
        awaited.add(markOf(payload.get("event_id"), signerId));
        return "waits";
      }
      if (target.signerId !== signerId || target.type === "event_retracted") return "refused";
      retracted.add(target.id);
      return "retracts";
    }
    if (retracted.has(id)) return "withdrawn";
    if (type === "checkpoint") return "lists";
    const { select } = /** @type {Kind} */ (KINDS.get(type));
    const alias = type === "alias_added";
    if (select === "each" && !alias) return "adds";
    const name = alias ? [payload.get("alias_kind"), payload.get("alias_value")] : select === "once" ? [] : slotOf(event);
    const mark = canonicalText([type, ...name]);
    const slot = slots.get(mark) ?? new Slot(select === "latest");
    slots.set(mark, slot);
    const current = slot.current(retracted);
    slot.push(event);
    if (alias) return current === null ? "adds" : "restates";
    if (current === null) return "sets";
    if (slot.current(retracted) === event) return "replaces";
    return current.text === text ? "restates" : "loses";
  };

  return events.map((event) => {
    if (event.type !== "event_retracted" && awaited.has(markOf(event.id, event.signerId))) retracted.add(event.id);
    const changed = change(event);
    before.set(event.id, event);
    return [event.id, changed];
  });
}

// ------------------------------------------------------------------------------------------- export

/** @param {Value} value @returns {number} objects, arrays and scalars in it */
function countValues(value) {
  const inner = value instanceof Map ? [...value.values()] : Array.isArray(value) ? value : [];
  return inner.reduce((sum, one) => sum + countValues(one), 1);
}

/**
 * Bundles that hold the valid events, each within the limits of an input.
 * @param {Pick<Merged, "record" | "view">} merged @param {Limits} [limits]
 * @returns {Uint8Array[]} [EXPORT-1, EXPORT-2]
 */
export function exportParts({ record, view }, limits = BUNDLE_LIMITS) {
  const bundleOf = (/** @type {Value[]} */ events) => object({
    bundle_type: "pith_open_graph_bundle", bundle_version: "1.0", pith_number: record.pithNumber,
    canonical_sha256: record.sha256, canonical_record: record.value, events,
  });
  const frame = { size: canonicalBytes(bundleOf([])).length, nodes: countValues(bundleOf([])), events: 0 };
  const names = /** @type {const} */ (["size", "nodes", "events"]);
  /** @type {Value[][]} */
  const parts = [[]];
  let used = { ...frame };
  for (const event of view.events.map(exported)) {
    // A comma or not, the size is never counted too low.
    const cost = { size: canonicalBytes(event).length + 1, nodes: countValues(event), events: 1 };
    const over = (/** @type {typeof used} */ sum) => names.find((name) => sum[name] + cost[name] > limits[name]);
    if (over(used) !== undefined) {
      const alone = over(frame);
      if (alone !== undefined) throw new PithError(alone);
      parts.push([]);
      used = { ...frame };
    }
    for (const name of names) used[name] += cost[name];
    /** @type {Value[]} */ (parts.at(-1)).push(event);
  }
  return parts.map((events) => canonicalBytes(bundleOf(events)));
}

// --------------------------------------------------------------------------------------- comparison

/** @typedef {"signed" | "unsigned" | "labels"} Group */
/** @typedef {[Group, string, "differs" | "only ours" | "only theirs"]} Difference group, pointer, how */
/** @typedef {(string | number)[]} Path */

/** @param {Value} a @param {Value} b @returns {boolean} of one JSON type, and not containers, equal */
const isSame = (a, b) => a === b && !(a instanceof Map) && !Array.isArray(a);
/** @param {Value} value @returns {boolean} `false` and 0 are not empty [REPORT-3] */
const isEmpty = (value) => value === null || value === "" || (Array.isArray(value) && value.length === 0) || (value instanceof Map && value.size === 0);

/** @param {Value} element of an array in `current` @param {boolean} alias @returns {string} [REPORT-5] */
function identityOf(element, alias) {
  if (alias && element instanceof Map) return canonicalText([element.get("alias_kind") ?? null, element.get("alias_value") ?? null]);
  const id = element instanceof Map ? element.get("event_id") ?? null : null;
  return canonicalText(id !== null ? ["id", id] : ["value", element]);
}

/** Each element with its identity and how many of that identity stand before it. @param {Value[]} list @param {boolean} alias */
function occurrences(list, alias) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return list.map((element) => {
    const identity = identityOf(element, alias);
    const count = seen.get(identity) ?? 0;
    seen.set(identity, count + 1);
    return `${count} ${identity}`;
  });
}

/** The differences between our state and another [REPORT-3, REPORT-5]. */
class Comparison {
  /** @param {CanonicalRecord} record */
  constructor(record) {
    this.record = record;
    /** @type {Difference[]} */
    this.found = [];
  }

  /** @param {Path} path @param {Difference[2]} how @param {Value} [value] of the one side that has it */
  add(path, how, value = null) {
    this.found.push([this.groupOf(path, how, value), pointerOf(path), how]);
  }

  /** @param {Path} path @param {Difference[2]} how @param {Value} value @returns {Group} */
  groupOf(path, how, value) {
    const [top, section] = path;
    if (top === "pith_number") return "signed";
    if (top !== "current") return "labels";
    if (section === "source_aliases") {
      const kind = path.length === 3 && how === "only theirs" && value instanceof Map ? value.get("alias_kind") : null;
      return typeof kind === "string" && kind !== "doi" && this.record.aliases.has(kind) ? "signed" : "unsigned";
    }
    return path.length === 2 && how !== "differs" && isEmpty(value) ? "labels" : "signed";
  }

  /** @param {Value} ours @param {Value} theirs @param {Path} path */
  compare(ours, theirs, path) {
    if (ours instanceof Map && theirs instanceof Map) {
      for (const [name, value] of ours) {
        if (theirs.has(name)) this.compare(value, theirs.get(name), [...path, name]);
        else this.add([...path, name], "only ours", value);
      }
      for (const [name, value] of theirs) if (!ours.has(name)) this.add([...path, name], "only theirs", value);
    } else if (Array.isArray(ours) && Array.isArray(theirs)) {
      if (path.length === 2 && path[0] === "current") this.match(ours, theirs, path);
      else this.walk(ours, theirs, path);
    } else if (!isSame(ours, theirs)) this.add(path, "differs");
  }

  /** Index by index. @param {Value[]} ours @param {Value[]} theirs @param {Path} path */
  walk(ours, theirs, path) {
    const shared = Math.min(ours.length, theirs.length);
    for (let i = 0; i < shared; i++) this.compare(ours[i], theirs[i], [...path, i]);
    for (let i = shared; i < ours.length; i++) this.add([...path, i], "only ours", ours[i]);
    for (let i = shared; i < theirs.length; i++) this.add([...path, i], "only theirs", theirs[i]);
  }

  /** By identity. @param {Value[]} ours @param {Value[]} theirs @param {Path} path */
  match(ours, theirs, path) {
    const alias = path[1] === "source_aliases";
    const indices = new Map(occurrences(theirs, alias).map((identity, i) => [identity, i]));
    /** @type {number[]} theirs, in our order */
    const matched = [];
    occurrences(ours, alias).forEach((identity, i) => {
      const other = indices.get(identity);
      if (other === undefined) this.add([...path, i], "only ours", ours[i]);
      else {
        matched.push(other);
        this.compare(ours[i], theirs[other], [...path, i]);
      }
    });
    const known = new Set(matched);
    theirs.forEach((element, i) => {
      if (!known.has(i)) this.add([...path, i], "only theirs", element);
    });
    if (matched.some((index, i) => i > 0 && matched[i - 1] > index)) this.found.push(["labels", pointerOf(path), "differs"]);
  }
}

/**
 * @param {Merged} merged @param {Uint8Array} theirs a state @returns {Difference[]} in order; those of the group
 * `signed` fail the comparison [REPORT-3, REPORT-5]
 */
export function compareState({ record, stateBytes: ours }, theirs) {
  const state = parseJson(theirs, STATE_LIMITS);
  demand(state instanceof Map && state.get("state_type") === "pith_open_graph_state", "type", "/state_type");
  const comparison = new Comparison(record);
  comparison.compare(parseJson(ours, { ...STATE_LIMITS, size: Infinity, nodes: Infinity, text: Infinity }), state, []);
  return comparison.found;
}

// ------------------------------------------------------------------------------------------- proofs

const PROOF_TYPE = "pithbundle_equivocation_proof";

/** @param {PolicyKey} key */
const shownKey = (key) => object({ event_format: key.formatName, key_id: key.keyId, public_key_hex: toHex(key.raw), signer_id: key.signerId });

/** @param {ValidEvent} event @returns {Obj} [EXPORT-1] */
function exported({ id, key, body, signature }) {
  const four = object({ algorithm: "ed25519", key_id: key.keyId, kind: "pith_event_signature", signature_b64: toBase64(signature) });
  return new Map([...body, ["event_id", id], ["signature", four]]);
}

/** @param {CanonicalRecord} record @param {readonly Placed[]} group of one equivocation @returns {Uint8Array} [PROOF-1] */
export function proofOf(record, group) {
  const events = [...group].sort((a, b) => (a.id < b.id ? -1 : 1));
  const two = [events[0], events.find((event) => decidingOf(event) !== decidingOf(events[0])) ?? events[0]];
  const keys = [...new Set(two.map(({ key }) => key))].sort((a, b) => compareBytes(a.raw, b.raw));
  return canonicalBytes(object({
    proof_type: PROOF_TYPE, proof_version: "1", rules: MERGE_RULES, canonical_record: record.value,
    events: two.map(exported), keys: keys.map(shownKey),
  }));
}

/**
 * @typedef {object} Proven
 * @property {string} eventType
 * @property {string} signer
 * @property {string[]} eventIds sorted
 * @property {string[]} statuses of the keys, in that order [PROOF-3]
 */

/** @param {Uint8Array} bytes @param {Policy} policy @returns {Promise<Proven>} [PROOF-2] */
export async function checkProof(bytes, policy) {
  const proof = parseJson(bytes, BUNDLE_LIMITS);
  demand(proof instanceof Map && proof.get("proof_type") === PROOF_TYPE, "type", "/proof_type");
  demand(proof.get("proof_version") === "1", "version", "/proof_version");
  demand(proof.get("rules") === MERGE_RULES, "version", "/rules");
  const record = await readRecord(proof.get("canonical_record"), "/canonical_record");
  const events = member(proof, "events", "array", "");
  demand(events.length === 2, "type", "/events");
  const known = new Set(policy.keys.filter(({ format }) => format !== null).map((key) => canonicalText(shownKey(key))));
  const keys = member(proof, "keys", "array", "");
  demand(keys.length === 1 || keys.length === 2, "type", "/keys");
  for (const [i, key] of keys.entries()) demand(known.has(canonicalText(key)), "key_unknown", `/keys/${i}`);
  const whatever = { ...policy, keys: policy.keys.map((key) => ({ ...key, status: "active" })) };
  const { copies } = await check({ record, elements: events, stated: [] }, whatever);
  for (const { pointer, outcome: said } of copies) demand(said.verdict === "verified", said.code ?? "type", `${pointer}${said.at ?? ""}`);
  const { groups } = viewOf(record, [...decide(copies).values()].flatMap(({ valid }) => valid ?? []));
  demand(groups.length === 1, "type", "/events");
  const [group] = groups;
  demand(compareBytes(proofOf(record, group), bytes) === 0, "encoding", "");
  const sorted = [...group].sort((a, b) => (a.id < b.id ? -1 : 1));
  const statusOf = (/** @type {PolicyKey} */ key) => policy.keys.find(({ raw }) => compareBytes(raw, key.raw) === 0)?.status ?? "";
  const [{ type: eventType, signerId: signer }] = group;
  return { eventType, signer, eventIds: sorted.map(({ id }) => id), statuses: sorted.map(({ key }) => statusOf(key)) };
}
