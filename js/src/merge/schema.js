/**
 * What an event type requires of a target and a payload [KIND-1, KIND-2].
 *
 * @module
 */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
import { utf8Length } from "../encoding/bytes.js";
import { HEX64, fromBase64 } from "../encoding/spellings.js";
import { isTimestamp } from "../encoding/timestamps.js";

/** @typedef {(value: Value) => string | null} MemberCheck the code of a value that does not conform, or null */
/**
 * @typedef {object} EventType [KIND-1]
 * @property {string} target
 * @property {string} section of `current`
 * @property {"first" | "latest" | "all"} selection [MERGE-5]
 * @property {string[]} [slot] payload members after the signer
 * @property {string[]} [deciding] payload members that make a conflict [MERGE-8]
 * @property {Record<string, MemberCheck>} members in the order of the table; a name ending in ? is optional
 * @property {(payload: Obj, record: CanonicalRecord) => string | null} [match] the code of the fault, null where there is none
 */

/** @param {RegExp} pattern of the whole text @returns {MemberCheck} */
export const grammar = (pattern) => (value) => (typeof value !== "string" ? "type" : pattern.test(value) ? null : "encoding");
/** @param {string} names @returns {MemberCheck} */
export const oneOf = (names) => (value) => (typeof value === "string" && names.split(" ").includes(value) ? null : "type");
/** @param {number} bytes at most @returns {MemberCheck} */
export const prose = (bytes) => (value) => (typeof value !== "string" ? "type" : value !== "" && utf8Length(value) <= bytes ? null : "encoding");
/** @param {number} least @returns {MemberCheck} */
export const integerFrom = (least) => (value) => (Number.isInteger(value) && /** @type {number} */ (value) >= least ? null : "type");
/** @type {MemberCheck} */
export const anObject = (value) => (value instanceof Map ? null : "type");
/** @type {MemberCheck} */
export const aTimestamp = (value) => (typeof value !== "string" ? "type" : isTimestamp(value) ? null : "time");
/** @type {MemberCheck} at least one byte */
export const base64 = (value) => (typeof value !== "string" ? "type" : value !== "" && isBase64(value) ? null : "encoding");
/** The id of an event in a payload [FORMAT-10]. */
const LISTED_ID = /^(?:sha256:)?[0-9a-f]{64}$/;
/** @param {string} text of a payload that conforms @returns {string} the id [FORMAT-10] */
export const eventIdOf = (text) => (text.startsWith("sha256:") ? text : `sha256:${text}`);
/** @type {MemberCheck} */
export const sortedIds = (value) => {
  if (!Array.isArray(value)) return "type";
  const bad = value.findIndex((id, i) => typeof id !== "string" || !LISTED_ID.test(id) || (i > 0 && eventIdOf(value[i - 1]) >= eventIdOf(id)));
  return bad < 0 ? null : typeof value[bad] === "string" ? "encoding" : "type";
};
export const hex64 = grammar(HEX64);
export const anEventId = grammar(LISTED_ID);

/** @param {string} text */
function isBase64(text) {
  try {
    return fromBase64(text).length > 0;
  } catch {
    return false;
  }
}

/**
 * @param {EventType | undefined} eventType @param {{ target: string, payload: Obj }} event @param {CanonicalRecord} record
 * @returns {string | null} the code, null where the event conforms [KIND-2, MERGE-6]
 */
export function schemaError(eventType, { target, payload }, record) {
  if (eventType === undefined) return "unknown_type";
  if (target !== eventType.target) return "type";
  for (const [name, check] of Object.entries(eventType.members)) {
    const optional = name.endsWith("?");
    const value = payload.get(optional ? name.slice(0, -1) : name) ?? null;
    const code = value !== null ? check(value) : optional ? null : "type";
    if (code !== null) return code;
  }
  return eventType.match?.(payload, record) ?? null;
}
