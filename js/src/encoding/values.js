/**
 * The data model, which JSON and CBOR share [DATA-1 to DATA-9].
 *
 * A value is null, a boolean, a number, a string, an array or a Map. Objects are Maps: a plain object
 * would move keys such as "10" to the front and give "__proto__" a meaning. Integers and floats need
 * no types of their own, since a float of the data model is never whole [DATA-3].
 *
 * @module
 */
import { PithError } from "../errors.js";
import { utf8Length } from "./bytes.js";

/**
 * An object. Its members are of type `any`: the code that reads one has checked its type before.
 * @typedef {Map<string, any>} Obj
 */
/** @typedef {null | boolean | number | string | any[] | Obj} Value */
/** @typedef {"object" | "array" | "string" | "integer"} JsonType */

/** The greatest integer; the smallest is its negative [DATA-2]. */
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** Code units that no string may contain [DATA-5], and all that no string may contain [DATA-5, DATA-6]. */
const LONE = /[\ud800-\udfff]/u;
export const FORBIDDEN = /[\0\ud800-\udfff\p{Noncharacter_Code_Point}]/gu;
/** A superset of {@link FORBIDDEN} that is cheap to test: most strings do not match it. */
const SUSPECT = /[\0\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/;

/** @param {string} text @returns {string | null} the code [DATA-5, DATA-6] */
export function stringFault(text) {
  if (!SUSPECT.test(text)) return null;
  return LONE.test(text) ? "surrogate" : text.search(FORBIDDEN) >= 0 ? "string" : null;
}

/** @param {string} key @returns {string | null} the code [DATA-5 to DATA-7, in the order of FAULT-2] */
export const keyFault = (key) => stringFault(key) ?? (/[\ud800-\uffff]/.test(key) || utf8Length(key) > 256 ? "key" : null);

/** @param {number} number finite @returns {boolean} [DATA-3]; in this range String() is the one spelling */
export const isPortable = (number) => !Number.isInteger(number) && Math.abs(number) >= 1e-4 && Math.abs(number) < 1e16;

/** @param {Value} value @param {JsonType} type by exact type */
function hasType(value, type) {
  if (type === "object") return value instanceof Map;
  if (type === "array") return Array.isArray(value);
  if (type === "string") return typeof value === "string";
  return Number.isInteger(value);
}

/**
 * A required member, by exact type.
 * @param {Obj} object @param {string} name @param {JsonType} type @param {string} pointer of the object
 * @returns {any}
 */
export function member(object, name, type, pointer) {
  const value = object.get(name);
  if (value === undefined || !hasType(value, type)) throw new PithError("type", `${pointer}/${name}`);
  return value;
}

/** An object with the members of a literal, whose names this code chooses. @param {Record<string, Value>} members @returns {Obj} */
export const objectOf = (members) => new Map(Object.entries(members));

/** @param {Obj} object @param {readonly string[]} excluded @returns {Obj} */
export const without = (object, excluded) => new Map([...object].filter(([name]) => !excluded.includes(name)));

/**
 * Compares members by key. Keys contain nothing from U+D800 up [DATA-7], so every order is the same.
 * @param {readonly [string, any]} a @param {readonly [string, any]} b
 */
export const byName = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

/** @param {Value} value @returns {number} objects, arrays and scalars in it, itself included */
export function countValues(value) {
  const inner = value instanceof Map ? [...value.values()] : Array.isArray(value) ? value : [];
  return inner.reduce((sum, one) => sum + countValues(one), 1);
}
