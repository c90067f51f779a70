/**
 * The reader of bundles [BUN-1 to BUN-6].
 *
 * @module
 */
/** @import { Limits } from "../encoding/limits.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { CanonicalRecord } from "./record.js" */
import { PithError, ensure } from "../errors.js";
import { readCbor } from "../encoding/cbor-reader.js";
import { readJson } from "../encoding/json-reader.js";
import { BUNDLE_LIMITS } from "../encoding/limits.js";
import { member } from "../encoding/values.js";
import { isNumberOf } from "./number.js";
import { readRecord } from "./record.js";

/**
 * @typedef {object} Bundle
 * @property {CanonicalRecord} record
 * @property {(Value | PithError)[]} elements of `events`; the fault where the reader found one [FAULT-3]
 * @property {string[]} mismatches pointers of members that differ from the record [BUN-6]
 */

/**
 * Reads a bundle and recomputes its record and number [BUN-4].
 * @param {Uint8Array} bytes
 * @param {{ encoding?: "json" | "cbor" | null, limits?: Limits }} [options] without an encoding, the first byte decides [BUN-1]
 * @returns {Promise<Bundle>}
 */
export async function readBundle(bytes, { encoding = null, limits = BUNDLE_LIMITS } = {}) {
  const cbor = encoding === null ? bytes[0] >= 0xa0 && bytes[0] <= 0xbf : encoding === "cbor";
  const { value, faults } = cbor ? readCbor(bytes, limits) : readJson(bytes, limits);
  if (faults.outside !== null) throw faults.outside;
  ensure(value instanceof Map, "type", "");
  const events = value.get("events");
  const aliases = value.get("source_aliases");
  ensure(value.get("bundle_type") === "pith_open_graph_bundle", "type", "/bundle_type");
  ensure(member(value, "bundle_version", "string", "") === "1.0", "version", "/bundle_version");
  member(value, "events", "array", "");
  ensure(events.length <= limits.events, "events", "/events");
  ensure(!Array.isArray(aliases) || aliases.length <= limits.aliases, "size", "/source_aliases");
  const record = await readRecord(value.get("canonical_record"), "/canonical_record");
  ensure(value.get("canonical_sha256") === record.sha256, "hash_mismatch", "/canonical_sha256");
  ensure(isNumberOf(value.get("pith_number"), record), "subject", "/pith_number");
  return {
    record,
    elements: events.map((/** @type {Value} */ element, /** @type {number} */ i) => faults.inElement.get(i) ?? element),
    mismatches: mismatchesOf(value, record),
  };
}

/** @param {Obj} bundle @param {CanonicalRecord} record @returns {string[]} pointers [BUN-6, ALIAS-2] */
function mismatchesOf(bundle, record) {
  const out = [];
  const short = bundle.get("short_pith_number");
  if (short !== undefined && short !== `pith:${record.suffix.slice(0, 8)}`) out.push("/short_pith_number");
  const source = bundle.get("source");
  const isSame = (/** @type {string} */ name) => source instanceof Map && source.get(name) === record.value.get("source").get(name);
  if (bundle.has("source") && !["id", "kind", "version"].every(isSame)) out.push("/source");
  if (!bundle.has("source_aliases")) return out;
  const aliases = bundle.get("source_aliases");
  if (!Array.isArray(aliases)) return [...out, "/source_aliases"];
  aliases.forEach((alias, i) => {
    const kind = alias instanceof Map ? alias.get("alias_kind") : null;
    const value = alias instanceof Map ? alias.get("alias_value") : null;
    const isAlias = typeof kind === "string" && typeof value === "string";
    if (!isAlias || (record.aliases.get(kind) ?? value) !== value) out.push(`/source_aliases/${i}`);
  });
  return out;
}
