/**
 * Times of events: the forms in which a format can write them, and their instants [FORMAT-11].
 *
 * @module
 */
/** @import { Value } from "../encoding/values.js" */
/** @import { TimeForm } from "./event-formats.js" */
import { ensure } from "../errors.js";
import { instantOf } from "../encoding/timestamps.js";

/** Seconds since 1970 of the first second of the year 1 and of the last of 9999. */
const FIRST = -62135596800;
const LAST = 253402300799;

/** @param {Value} time as written @param {TimeForm} form @param {string | null} pointer of a fault @returns {string} the instant */
export function instantIn(time, form, pointer) {
  if (form === "rfc3339") return instantOf(/** @type {string} */ (time), pointer);
  const milliseconds = /** @type {number} */ (time) * (form === "seconds" ? 1000 : 1);
  ensure(milliseconds >= FIRST * 1000 && milliseconds < (LAST + 1) * 1000, "time", pointer);
  // A whole year has four digits in this range.
  return `${new Date(milliseconds).toISOString().slice(0, 23)}000`;
}
