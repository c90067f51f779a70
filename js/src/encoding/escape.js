/**
 * Text from an input made safe to show [DISPLAY-1, DISPLAY-3]: a page is not moved by a terminal's
 * controls, but it is by bidirectional ones, and a text that shows as nothing can still lie.
 *
 * @module
 */

import { ESCAPED, MARKS } from "./escape-tables.js";

/** @param {string} table @returns {string} its ranges as they stand in the brackets of a pattern */
const ranges = (table) => table.trim().split(/\s+/)
  .map((span) => span.split("..").map((point) => `\\u{${point}}`).join("-")).join("");
const UNSAFE = new RegExp(`(?<=[${ranges(MARKS)}]{3})[${ranges(MARKS)}]|[${ranges(ESCAPED)}]`, "gu");

/** @param {string} text @param {number} [limit] characters @returns {string} one line that obeys nothing */
export function visible(text, limit = 512) {
  const characters = [...text];
  const cut = characters.length - limit;
  const kept = (cut > 0 ? characters.slice(0, limit).join("") : text).replaceAll("\\", "\\\\");
  const shown = kept.replace(UNSAFE, (found) => `\\u{${/** @type {number} */ (found.codePointAt(0)).toString(16)}}`);
  return cut > 0 ? `${shown}… (${cut} more characters)` : shown;
}
