/**
 * Times as text. An instant is a string of fixed width and is compared as text, never as a number.
 *
 * @module
 */
import { PithError } from "../errors.js";

/** @param {string} text @param {string | null} [pointer] of a fault @returns {string} the instant [TIME-1, TIME-2] */
export function instantOf(text, pointer = null) {
  const match = /^((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d))(?:\.(\d{3}(?:\d{3})?))?(?:Z|\+00:00)$/.exec(text);
  if (match === null) throw new PithError("time", pointer);
  const [year, month, day, hour, minute, second] = match.slice(2, 8).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [0, 31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] ?? 0;
  if (year < 1 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59) throw new PithError("time", pointer);
  return `${match[1]}.${(match[8] ?? "").padEnd(6, "0")}`;
}

/** @param {string} text */
export function isTimestamp(text) {
  try {
    return instantOf(text) !== "";
  } catch {
    return false;
  }
}
