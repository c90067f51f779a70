/**
 * Pith Numbers [NUM-1 to NUM-5].
 *
 * @module
 */
import { PithError } from "../errors.js";
import { base32 } from "../encoding/spellings.js";

/** @typedef {{ form: "full" | "short", suffix: string, year: number | null }} ClaimedNumber */

/** @param {string} text @returns {ClaimedNumber} [NUM-2, NUM-4, NUM-5] */
export function parseNumber(text) {
  const match = /^pith:(?:(\d{4}):([A-Z2-7]{26})|([A-Z2-7]{8}(?:[A-Z2-7]{4}){0,2}))$/.exec(text);
  if (match === null || match[1] === "0000") throw new PithError("suffix");
  if (match[3] !== undefined) return { form: "short", suffix: match[3], year: null };
  return { form: "full", suffix: match[2], year: Number(match[1]) };
}

/** @param {Uint8Array} digest the canonical hash, raw @returns {string} [NUM-1] */
export const suffixOf = (digest) => base32(digest, 26);

/**
 * Whether a text is the full number of a record, with one of its years [CHECK-4].
 * @param {string} text @param {{ years: readonly number[], suffix: string }} record
 */
export const isNumberOf = (text, record) => record.years.some((year) => text === `pith:${String(year).padStart(4, "0")}:${record.suffix}`);

/**
 * @param {string} id @returns {{ year: number | null, hasAliases: boolean }} its year, null where it is no arXiv id
 * [NUM-3], and whether aliases follow from it: not where it has a subject class [ALIAS-1]
 */
export function arxivId(id) {
  const match = /^(?:(\d\d)(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(\.[A-Za-z-]+)?\/(\d\d)(?:0[1-9]|1[0-2])\d{3})$/.exec(id);
  if (match === null) return { year: null, hasAliases: false };
  const two = Number(match[1] ?? match[3]);
  return { year: match[1] === undefined && two >= 91 ? 1900 + two : 2000 + two, hasAliases: match[2] === undefined };
}
