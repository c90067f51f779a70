/**
 * The strict JSON reader [JSON-1 to JSON-8].
 *
 * The text-level checks come first, on the whole input; the parser collects value-level faults while it
 * goes on, since a text-level fault later in the input comes before them [FAULT-1].
 *
 * @module
 */
/** @import { Read } from "./faults.js" */
/** @import { Limits } from "./limits.js" */
/** @import { Obj, Value } from "./values.js" */
import { PithError } from "../errors.js";
import { decodeUtf8, utf8Length } from "./bytes.js";
import { Faults, valueOrThrow } from "./faults.js";
import { LIMITS, readableDepth } from "./limits.js";
import { MAX_INTEGER, isPortable, keyFault, stringFault } from "./values.js";

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const LITERALS = /** @type {const} */ ([
  ["true", true], ["false", false], ["null", null], ["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity],
]);
const ESCAPES = /** @type {Record<string, string>} */ ({
  '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t",
});

/** Depth and value count, before parsing. @param {string} text @param {Limits} limits [JSON-4, JSON-5] */
function scan(text, limits) {
  let depth = 0;
  let tooDeep = -1;
  let nodes = 1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > readableDepth(limits) && tooDeep < 0) tooDeep = i;
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
    // The second byte excludes overlong forms, surrogates and what is above U+10FFFF.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (length === 0 || (length > 1 && !(bytes[at + 1] >= low && bytes[at + 1] <= high))) return at;
    for (let i = 2; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return at;
    at += length;
  }
  return at;
}

/** A recursive-descent parser; `at` is the index of the next UTF-16 unit. */
class JsonParser {
  /** @param {string} text @param {Limits} limits */
  constructor(text, limits) {
    this.text = text;
    this.limits = limits;
    this.at = 0;
    /** Where the first string over the limit begins. */
    this.tooLong = -1;
    /** @type {(string | number)[]} */
    this.path = [];
    this.faults = new Faults();
  }

  /** @param {number} index */
  offsetOf(index) {
    return utf8Length(this.text.slice(0, index));
  }

  syntax(index = this.at) {
    return new PithError("syntax", null, this.offsetOf(index));
  }

  /** @param {string} code of a value-level fault @param {number} start of its token */
  fault(code, start) {
    this.faults.add(code, this.path, () => this.offsetOf(start));
  }

  space() {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    this.at = SPACE.lastIndex;
  }

  /** @returns {Read} */
  document() {
    this.space();
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw this.syntax();
    if (this.tooLong >= 0) throw new PithError("size", null, this.offsetOf(this.tooLong));
    return { value, faults: this.faults };
  }

  /** @returns {Value} */
  value() {
    const { text, at: start } = this;
    switch (text[start]) {
      case '"': {
        const out = this.string();
        const code = stringFault(out);
        if (code !== null) this.fault(code, start);
        return out;
      }
      case "{":
        return this.object();
      case "[":
        return this.array();
    }
    if (/[0-9]/.test(text[start]) || (text[start] === "-" && text[start + 1] !== "I")) return this.number();
    for (const [token, literal] of LITERALS) {
      if (text.startsWith(token, start)) {
        this.at += token.length;
        if (typeof literal === "number") this.fault("number_nonfinite", start);
        return literal;
      }
    }
    throw this.syntax();
  }

  /** A string token, from its quotation mark. @returns {string} */
  string() {
    const { text } = this;
    const start = this.at++;
    let out = "";
    for (let from = this.at; ; ) {
      const unit = text.charCodeAt(this.at);
      if (unit === 0x22) {
        out += text.slice(from, this.at++);
        break;
      }
      // Past the end the unit is NaN, which no comparison finds.
      if (Number.isNaN(unit) || unit < 0x20) throw this.syntax(start);
      if (unit !== 0x5c) {
        this.at++;
        continue;
      }
      out += text.slice(from, this.at) + this.escape(start);
      from = this.at;
    }
    // UTF-8 takes at most three bytes a unit.
    if (this.tooLong < 0 && out.length * 3 > this.limits.string && utf8Length(out) > this.limits.string) this.tooLong = start;
    return out;
  }

  /** An escape, from its backslash. @param {number} start of the string @returns {string} */
  escape(start) {
    const { text, at } = this;
    const letter = text[at + 1];
    if (letter === "u") {
      const hex = text.slice(at + 2, at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.syntax(start);
      this.at += 6;
      return String.fromCharCode(parseInt(hex, 16));
    }
    const plain = letter === undefined || !Object.hasOwn(ESCAPES, letter) ? null : ESCAPES[letter];
    if (plain === null) throw this.syntax(start);
    this.at += 2;
    return plain;
  }

  /** @returns {number} */
  number() {
    const start = this.at;
    NUMBER.lastIndex = start;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.syntax();
    this.at = NUMBER.lastIndex;
    const spelled = match[0];
    const value = Number(spelled);
    const float = match[1] !== undefined || match[2] !== undefined;
    if (!Number.isFinite(value) || (!float && Math.abs(value) > MAX_INTEGER)) this.fault("number_range", start);
    else if (float ? !isPortable(value) || String(value) !== spelled : Object.is(value, -0)) this.fault("number_form", start);
    return value;
  }

  /** @returns {Value[]} */
  array() {
    const { text, path } = this;
    /** @type {Value[]} */
    const out = [];
    this.at++;
    this.space();
    if (text[this.at] === "]") {
      this.at++;
      return out;
    }
    for (;;) {
      path.push(out.length);
      out.push(this.value());
      path.pop();
      this.space();
      const mark = text[this.at];
      if (mark !== "," && mark !== "]") throw this.syntax();
      this.at++;
      if (mark === "]") return out;
      this.space();
    }
  }

  /** @returns {Obj} */
  object() {
    const { text, path } = this;
    /** @type {Obj} */
    const out = new Map();
    this.at++;
    this.space();
    if (text[this.at] === "}") {
      this.at++;
      return out;
    }
    for (;;) {
      const start = this.at;
      if (text[start] !== '"') throw this.syntax();
      const key = this.string();
      path.push(key);
      const code = keyFault(key) ?? (out.has(key) ? "duplicate_key" : null);
      if (code !== null) this.fault(code, start);
      this.space();
      if (text[this.at] !== ":") throw this.syntax();
      this.at++;
      this.space();
      out.set(key, this.value());
      path.pop();
      this.space();
      const mark = text[this.at];
      if (mark !== "," && mark !== "}") throw this.syntax();
      this.at++;
      if (mark === "}") return out;
      this.space();
    }
  }
}

/** @param {Uint8Array} bytes @param {Limits} limits @returns {Read} */
export function readJson(bytes, limits) {
  if (bytes.length > limits.size) throw new PithError("size");
  const text = decodeUtf8(bytes);
  if (text === null) throw new PithError("utf8", null, firstInvalid(bytes));
  if (text.charCodeAt(0) === 0xfeff) throw new PithError("bom", null, 0);
  scan(text, limits);
  return new JsonParser(text, limits).document();
}

/** @param {Uint8Array} bytes @param {Limits} [limits] @returns {Value} [JSON-1 to JSON-8] */
export const parseJson = (bytes, limits = LIMITS) => valueOrThrow(readJson(bytes, limits));
