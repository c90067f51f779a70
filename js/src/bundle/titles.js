/**
 * Hashes of titles and abstracts [TITLE-1, TITLE-2], by Unicode 14.0 whatever the engine's own tables are.
 *
 * @module
 */
import { PithError } from "../errors.js";
import { utf8 } from "../encoding/bytes.js";
import { sha256Hex } from "../encoding/digest.js";
import { stringFault } from "../encoding/values.js";
import { CASED, CASE_IGNORABLE, LOWER } from "./unicode14.js";

/**
 * Parses a table of `unicode14.js`; `tools/make_unicode14.py` explains its spelling.
 * @param {string} table @returns {Map<number, string>} each code point, with what it becomes
 */
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

/** The tables, parsed for the first title that is not ASCII. @type {null | Record<"lower" | "cased" | "ignorable", Map<number, string>>} */
let unicode = null;

/** @param {string} text without lone surrogates */
function lowerCase(text) {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  unicode ??= { lower: unicodeTable(LOWER), cased: unicodeTable(CASED), ignorable: unicodeTable(CASE_IGNORABLE) };
  const { lower, cased, ignorable } = unicode;
  const codes = Array.from(text, (character) => /** @type {number} */ (character.codePointAt(0)));
  /** Whether the next character in a direction that is not Case_Ignorable is Cased. @param {number} at @param {1 | -1} step */
  const meetsCased = (at, step) => {
    do at += step; while (ignorable.has(codes[at]));
    return cased.has(codes[at]);
  };
  return codes.map((code, at) => {
    if (code === 0x3a3 && meetsCased(at, -1) && !meetsCased(at, 1)) return "\u03c2";
    return lower.get(code) ?? String.fromCodePoint(code);
  }).join("");
}

/** @param {string} text @returns {string} what is hashed of a title; throws `surrogate` or `string` [TITLE-1] */
export function canonicalTitle(text) {
  const code = stringFault(text);
  if (code !== null) throw new PithError(code, "");
  const runs = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
  return lowerCase(text.replace(runs, " ").replace(/^ | $/g, ""));
}

/** @param {string} text @returns {Promise<string>} hash of a title or an abstract [TITLE-1, TITLE-2] */
export const titleSha256 = async (text) => sha256Hex(utf8(canonicalTitle(text)));
