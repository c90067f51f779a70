/**
 * Text from an input made safe to show [DISPLAY-1, DISPLAY-3]: a page is not moved by a terminal's
 * controls, but it is by bidirectional ones, and a text that shows as nothing can still lie.
 *
 * @module
 */

const MARKS = "\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05bd\\u0610-\\u061a\\u064b-\\u065f\\u0e31\\u0e34-\\u0e3a\\u0e47-\\u0e4e"
  + "\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f";
const UNSAFE = new RegExp(
  `(?<=[${MARKS}]{3})[${MARKS}]|`
  + "[\\0-\\x1f\\x7f-\\x9f\\xad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f"
  + "\\u200b-\\u200f\\u2028-\\u202f\\u2060-\\u206f\\u3164\\ud800-\\udfff\\ue000-\\uf8ff\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb"
  + "\\p{Noncharacter_Code_Point}\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{10ffff}]",
  "gu",
);

/** @param {string} text @param {number} [limit] characters @returns {string} one line that obeys nothing */
export function visible(text, limit = 512) {
  const characters = [...text];
  const cut = characters.length - limit;
  const kept = (cut > 0 ? characters.slice(0, limit).join("") : text).replaceAll("\\", "\\\\");
  const shown = kept.replace(UNSAFE, (found) => `\\u{${/** @type {number} */ (found.codePointAt(0)).toString(16)}}`);
  return cut > 0 ? `${shown}… (${cut} more characters)` : shown;
}
