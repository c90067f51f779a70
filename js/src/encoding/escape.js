/**
 * Makes text of an input safe to show [DISPLAY-1, DISPLAY-3]. The controls of a terminal do nothing in a page,
 * but bidirectional controls do, and characters that draw nothing can deceive a reader.
 *
 * @module
 */

import { ESCAPED, MARKS } from "./escape-tables.js";

/** @param {string} table @returns {string} its ranges, for a character class of a pattern */
const ranges = (table) => table.trim().split(/\s+/)
  .map((span) => span.split("..").map((point) => `\\u{${point}}`).join("-")).join("");
const UNSAFE = new RegExp(`(?<=[${ranges(MARKS)}]{3})[${ranges(MARKS)}]|[${ranges(ESCAPED)}]`, "gu");

/** @param {string} text @param {number} [limit] characters @returns {string} one line without effect on the text around it */
export function visible(text, limit = 512) {
  const characters = [...text];
  const cut = characters.length - limit;
  const kept = (cut > 0 ? characters.slice(0, limit).join("") : text).replaceAll("\\", "\\\\");
  const shown = kept.replace(UNSAFE, (found) => `\\u{${/** @type {number} */ (found.codePointAt(0)).toString(16)}}`);
  return cut > 0 ? `${shown}… (${cut} more characters)` : shown;
}
