/**
 * The canonical record, its hash, its number and the aliases that follow from it [REC-1 to REC-5, ALIAS-1].
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
import { ensure } from "../errors.js";
import { compareStrings } from "../encoding/bytes.js";
import { canonicalBytes } from "../encoding/canonical.js";
import { sha256 } from "../encoding/digest.js";
import { escapeToken } from "../encoding/pointer.js";
import { HEX64, toHex } from "../encoding/spellings.js";
import { isTimestamp } from "../encoding/timestamps.js";
import { byName, member } from "../encoding/values.js";
import { arxivId, suffixOf } from "./number.js";

/**
 * @typedef {object} CanonicalRecord
 * @property {Obj} value
 * @property {string} sha256 the canonical hash [REC-5], hex
 * @property {Uint8Array} digest the same, raw
 * @property {string} suffix
 * @property {string} pithNumber [NUM-1]
 * @property {number[]} years that a claimed number may have, the derived one first [NUM-3]
 * @property {Map<string, string>} aliases derived, by kind in order [ALIAS-1]
 * @property {string} sourceId
 */

/**
 * Checks the form of a record, in the order of REC-4.
 * @param {Value | undefined} value of the data model @param {string} pointer of it @returns {asserts value is Obj}
 */
function ensureRecord(value, pointer) {
  ensure(value instanceof Map, "type", pointer);
  ensure(!value.has("event_type"), "type", `${pointer}/event_type`);
  const metadata = member(value, "metadata", "object", pointer);
  const inMetadata = `${pointer}/metadata`;
  const hash = (/** @type {string} */ name) => {
    ensure(HEX64.test(member(metadata, name, "string", inMetadata)), "encoding", `${inMetadata}/${name}`);
  };
  hash("abstract_canon_sha256");
  member(metadata, "cross_cats_sorted", "array", inMetadata).forEach((/** @type {Value} */ category, /** @type {number} */ i) => {
    ensure(typeof category === "string", "type", `${inMetadata}/cross_cats_sorted/${i}`);
  });
  member(metadata, "license", "string", inMetadata);
  member(metadata, "primary_cat", "string", inMetadata);
  const submitted = member(metadata, "submitted_at", "string", inMetadata);
  ensure(submitted.length === 20 && isTimestamp(submitted), "time", `${inMetadata}/submitted_at`);
  hash("title_canon_sha256");
  ensure(member(value, "schema_version", "string", pointer) === "1.0", "version", `${pointer}/schema_version`);
  const source = member(value, "source", "object", pointer);
  member(source, "id", "string", `${pointer}/source`);
  member(source, "kind", "string", `${pointer}/source`);
  const version = member(source, "version", "integer", `${pointer}/source`);
  ensure(version >= 1, "type", `${pointer}/source/version`);
  const float = firstFloat(value, pointer);
  ensure(float === null, "number_form", float);
}

/** @param {Value} value @param {string} pointer of it @returns {string | null} of the first float, in sorted order [REC-4] */
function firstFloat(value, pointer) {
  if (typeof value === "number") return Number.isInteger(value) ? null : pointer;
  /** @type {[string | number, Value][]} */
  const members = Array.isArray(value) ? [...value.entries()] : value instanceof Map ? [...value].sort(byName) : [];
  for (const [name, inner] of members) {
    const found = firstFloat(inner, `${pointer}/${escapeToken(String(name))}`);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Reads a record. No limit of an input applies: the input that contains it was measured.
 * @param {Value | undefined} value of the data model @param {string} [pointer] of it
 * @returns {Promise<CanonicalRecord>} [REC-1 to REC-5, NUM-1, NUM-3, ALIAS-1]
 */
export async function readRecord(value, pointer = "") {
  ensureRecord(value, pointer);
  const source = value.get("source");
  const id = source.get("id");
  const digest = await sha256(canonicalBytes(value));
  const suffix = suffixOf(digest);
  const year = value.get("metadata").get("submitted_at").slice(0, 4);
  const arxiv = source.get("kind") === "arxiv" ? arxivId(id) : { year: null, hasAliases: false };
  const aliases = [["pith_short_8", suffix.slice(0, 8)], ["pith_short_12", suffix.slice(0, 12)], ["pith_short_16", suffix.slice(0, 16)]];
  if (arxiv.hasAliases) aliases.push(["arxiv", id], ["arxiv_version", `${id}v${source.get("version")}`], ["doi", `10.48550/arxiv.${id}`]);
  return {
    value, sha256: toHex(digest), digest, suffix, pithNumber: `pith:${year}:${suffix}`, sourceId: id,
    years: [...new Set([Number(year), arxiv.year ?? Number(year)])],
    aliases: new Map(/** @type {[string, string][]} */ (aliases.sort(([a], [b]) => compareStrings(a, b)))),
  };
}
