/**
 * Proofs of equivocations, which verify without the bundles that they come from [PROOF-1 to PROOF-3].
 *
 * @module
 */
/** @import { EventFormat } from "./bundle/event-formats.js" */
/** @import { CanonicalRecord } from "./bundle/record.js" */
/** @import { Obj } from "./encoding/values.js" */
/** @import { ClassifiedEvent } from "./merge/ledger.js" */
/** @import { Policy, PolicyKey } from "./verify/policy.js" */
import { ensure } from "./errors.js";
import { compareBytes, compareStrings } from "./encoding/bytes.js";
import { canonicalBytes, canonicalJson } from "./encoding/canonical.js";
import { parseJson } from "./encoding/json-reader.js";
import { BUNDLE_LIMITS } from "./encoding/limits.js";
import { toHex } from "./encoding/spellings.js";
import { member, objectOf } from "./encoding/values.js";
import { readRecord } from "./bundle/record.js";
import { decideById } from "./verify/verdicts.js";
import { decidingValues } from "./merge/equivocation.js";
import { exportedEvent } from "./merge/export.js";
import { MERGE_RULES } from "./merge/rules.js";
import { stateOf } from "./merge/state.js";
import { check } from "./verifier.js";

const PROOF_TYPE = "pithbundle_equivocation_proof";
const PROOF_VERSION = "1";

/** @param {PolicyKey} key @param {EventFormat} format @returns {Obj} */
const proofKey = (key, format) => objectOf({ format_sha256: format.sha256, key_id: key.keyId, public_key_hex: toHex(key.raw), signer_id: key.signerId });

/** @param {readonly ClassifiedEvent[]} events @returns {ClassifiedEvent[]} */
const sortedById = (events) => [...events].sort((a, b) => (a.id < b.id ? -1 : 1));

/**
 * @param {CanonicalRecord} record @param {{ events: readonly ClassifiedEvent[] }} equivocation
 * @returns {Uint8Array} [PROOF-1]
 */
export function equivocationProof(record, { events }) {
  const sorted = sortedById(events);
  const two = [sorted[0], sorted.find((event) => decidingValues(event) !== decidingValues(sorted[0])) ?? sorted[0]];
  const used = two.toSorted((a, b) => compareBytes(a.key.raw, b.key.raw) || compareStrings(a.format.sha256, b.format.sha256));
  const keys = new Map(used.map(({ key, format }) => [`${toHex(key.raw)} ${format.sha256}`, proofKey(key, format)]));
  return canonicalBytes(objectOf({
    proof_type: PROOF_TYPE, proof_version: PROOF_VERSION, rules: MERGE_RULES, canonical_record: record.value,
    events: two.map(exportedEvent), keys: [...keys.values()],
  }));
}

/**
 * @typedef {object} VerifiedProof
 * @property {string} eventType
 * @property {string} signer
 * @property {string[]} eventIds sorted
 * @property {string[]} statuses of the keys, in that order [PROOF-3]
 */

/** @param {Uint8Array} bytes @param {Policy} policy @returns {Promise<VerifiedProof>} [PROOF-2] */
export async function verifyProof(bytes, policy) {
  const proof = parseJson(bytes, BUNDLE_LIMITS);
  ensure(proof instanceof Map && proof.get("proof_type") === PROOF_TYPE, "type", "/proof_type");
  ensure(proof.get("proof_version") === PROOF_VERSION, "version", "/proof_version");
  ensure(proof.get("rules") === MERGE_RULES, "version", "/rules");
  const record = await readRecord(proof.get("canonical_record"), "/canonical_record");
  const values = member(proof, "events", "array", "");
  ensure(values.length === 2, "type", "/events");
  const known = new Set(policy.keys.flatMap((key) => key.formats.filter(({ isBinding }) => isBinding).map((format) => canonicalJson(proofKey(key, format)))));
  const keys = member(proof, "keys", "array", "");
  ensure(keys.length === 1 || keys.length === 2, "type", "/keys");
  for (const [i, key] of keys.entries()) ensure(known.has(canonicalJson(key)), "key_unknown", `/keys/${i}`);
  const active = { ...policy, keys: policy.keys.map((key) => ({ ...key, status: "active" })) };
  const { elements } = await check({ record, elements: values, mismatches: [] }, active);
  for (const { pointer, verdict } of elements) {
    ensure(verdict.status === "verified", verdict.code ?? "type", `${pointer}${verdict.pointer ?? ""}`);
  }
  const { equivocations } = stateOf(record, [...decideById(elements).values()].flatMap(({ valid }) => valid ?? []));
  ensure(equivocations.length === 1, "type", "/events");
  const [{ eventType, signer, eventIds, events }] = equivocations;
  ensure(compareBytes(equivocationProof(record, { events }), bytes) === 0, "encoding", "");
  const statusOf = (/** @type {PolicyKey} */ key) => policy.keys.find(({ raw }) => compareBytes(raw, key.raw) === 0)?.status ?? "";
  return { eventType, signer, eventIds, statuses: sortedById(events).map(({ key }) => statusOf(key)) };
}
