/**
 * The pointers of an event format: parsed once, compared with each other, and followed in elements [FORMAT-2].
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
import { keyFault } from "../encoding/values.js";

/** A parsed pointer: its tokens from the element. @typedef {readonly string[]} Path */

const MAX_TOKENS = 16;
/** A token that indexes an array. */
const INDEX = /^(?:[0-9]|[1-5][0-9]|6[0-3])$/;

/** @param {string} token @returns {boolean} whether it indexes an array */
export const isIndex = (token) => INDEX.test(token);

/** @param {string} pointer @returns {Path | null} null where no document may have it */
export function pathOf(pointer) {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) return null;
  const tokens = pointer.slice(1).split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  return tokens.length <= MAX_TOKENS && tokens.every((token) => token !== "-" && keyFault(token) === null) ? tokens : null;
}

/** @param {Path} a @param {Path} b @returns {boolean} whether `a` is `b` or is above it */
export const isAtOrAbove = (a, b) => a.length <= b.length && a.every((token, i) => token === b[i]);
/** @param {Path} a @param {Path} b @returns {boolean} whether one of them is the other or is above it */
export const overlap = (a, b) => isAtOrAbove(a, b) || isAtOrAbove(b, a);

/** @param {Value | undefined} value @param {Path} path @returns {Value | undefined} what is there, by way of objects only */
export function atPath(value, path) {
  for (const token of path) {
    if (!(value instanceof Map)) return undefined;
    value = value.get(token);
  }
  return value;
}

/** @param {Value | undefined} value @param {Path} path @returns {Value | undefined} what is there, by way of objects and arrays */
export function atIndexedPath(value, path) {
  for (const token of path) {
    if (value instanceof Map) value = value.get(token);
    else if (Array.isArray(value) && isIndex(token)) value = value[Number(token)];
    else return undefined;
  }
  return value;
}

/** @param {Obj} object @param {readonly Path[]} paths that pass through objects @returns {Obj} without what is there */
export function withoutPaths(object, paths) {
  const out = new Map(object);
  for (const path of paths) {
    let parent = out;
    for (const token of path.slice(0, -1)) {
      const inner = new Map(parent.get(token));
      parent.set(token, inner);
      parent = inner;
    }
    parent.delete(path[path.length - 1]);
  }
  return out;
}
