/**
 * Value-level faults, which a reader collects while it goes on [FAULT-1 to FAULT-3].
 *
 * @module
 */
/** @import { Value } from "./values.js" */
import { PithError } from "../errors.js";
import { pointerOf } from "./pointer.js";

/**
 * The first value-level fault [FAULT-2] outside the elements of `events`, and the first in each of them:
 * the reader of a bundle confines the latter to its element [FAULT-3].
 */
export class Faults {
  constructor() {
    /** @type {PithError | null} */
    this.first = null;
    /** @type {PithError | null} */
    this.outside = null;
    /** @type {Map<number, PithError>} by index */
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

/** @param {Read} read @returns {Value} of an input in which every fault rejects the whole */
export function valueOrThrow({ value, faults }) {
  if (faults.first !== null) throw faults.first;
  return value;
}
