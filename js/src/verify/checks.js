/**
 * Who signed what: the checks of each element, in the order of `spec/checks.md`.
 *
 * @module
 */
/** @import { EventFormat } from "../bundle/event-formats.js" */
/** @import { Event, SignedContent } from "../bundle/event.js" */
/** @import { Bundle } from "../bundle/reader.js" */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { Policy, PolicyKey } from "./policy.js" */
/** @import { CheckedBundle, CheckedElement, ValidEvent, Verdict } from "./verdicts.js" */
import { PithError } from "../errors.js";
import { utf8 } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical.js";
import { EVENT_ID, HEX64, eventIdDigest, fromBase64, fromHex, toHex } from "../encoding/spellings.js";
import { verifySignature } from "../ed25519/strict.js";
import { EVENT_V1 } from "../bundle/event-formats.js";
import { eventOrFault, isFlat, signedContentOf, unsignedMembers } from "../bundle/event.js";
import { isNumberOf } from "../bundle/number.js";
import { checkReceipts } from "./receipts.js";
import { checkUnderKeys, roleFault, rawSignature } from "./signatures.js";
import { STEP, invalid, unboundIfInvalid, verdict } from "./verdicts.js";

/** @typedef {Pick<CheckedElement, "id" | "verdict" | "unsigned" | "valid">} Found */
/** @typedef {{ record: CanonicalRecord, policy: Policy, knownTypes: ReadonlySet<string> }} Context `knownTypes`: those of the merge rules [CHECK-10] */

/**
 * @param {Bundle} bundle @param {Policy} policy @param {ReadonlySet<string>} knownTypes event types of the merge rules
 * @returns {Promise<CheckedBundle>} [CHECK-1 to CHECK-13]
 */
export async function checkBundle({ record, elements: values, mismatches }, policy, knownTypes) {
  const context = { record, policy, knownTypes };
  const elements = await Promise.all(values.map((value, i) => checkElement(value, `/events/${i}`, context)));
  await checkReceipts(values, elements, record, policy);
  return { record, policy, elements, mismatches };
}

/** @param {Value | PithError | undefined} object @param {string} name @returns {string | null} a member, where it is a string */
function stringMember(object, name) {
  const value = object instanceof Map ? object.get(name) : null;
  return typeof value === "string" ? value : null;
}

/** @param {Value | PithError} value @param {string} pointer @param {Context} context @returns {Promise<CheckedElement>} */
async function checkElement(value, pointer, context) {
  const signer = value instanceof Map ? value.get("signer") : null;
  const claimed = { type: stringMember(value, "event_type"), createdAt: stringMember(value, "created_at"), signer: stringMember(signer, "signer_id") };
  const element = { pointer, id: null, claimed, unsigned: [], receipt: null, valid: null };
  if (value instanceof PithError) return { ...element, verdict: invalid(STEP.READ, value.code) };
  if (!(value instanceof Map)) return { ...element, verdict: invalid(STEP.READ, "type", "") };
  return { ...element, ...(await (isFlat(value) ? checkFlat : checkEnvelope)(value, context)) };
}

/**
 * The keys that an element's signer names, and what it states that no key of the policy has [CHECK-5].
 * @param {Obj} value @param {Policy} policy @returns {{ keys: PolicyKey[], unknown: string | null }} `unknown`: a pointer
 */
function namedKeys(value, policy) {
  const signer = value.get("signer");
  const [signerId, keyId] = signer instanceof Map ? [signer.get("signer_id"), signer.get("key_id")] : [];
  if (typeof signerId !== "string" || typeof keyId !== "string") return { keys: [], unknown: null };
  let keys = policy.keys.filter((key) => key.signerId === signerId && key.keyId === keyId);
  if (keys.length === 0) return { keys, unknown: "/signer" };
  const fingerprint = signer.get("public_key_fingerprint");
  if (typeof fingerprint === "string") keys = keys.filter((key) => key.fingerprint === fingerprint);
  if (keys.length === 0) return { keys, unknown: "/signer/public_key_fingerprint" };
  const signature = value.get("signature");
  const signing = signature instanceof Map ? signature.get("key_id") : null;
  return { keys, unknown: typeof signing === "string" && signing !== keyId ? "/signature/key_id" : null };
}

/** @param {Obj} value @param {Context} context @returns {Promise<Found>} checks 5, 2, 1, then the rest */
async function checkEnvelope(value, context) {
  const { keys, unknown } = namedKeys(value, context.policy);
  const early = unknown !== null ? verdict(STEP.KEY, "unknown_key", "key_unknown", unknown) // CHECK-5
    : (value.get("signature") ?? null) === null ? verdict(STEP.SIGNED, "not_signed", null) : null; // CHECK-2
  const none = { id: null, unsigned: [], valid: null };
  // No format is tried [CHECK-13]; an element that fails CHECK-5 is read as event-v1 [RULE-1].
  if (unknown === null && keys.length > 0 && keys.every(({ format }) => format === null)) {
    return { ...none, verdict: early ?? verdict(STEP.BINDS, "unbound", null) };
  }
  const final = (/** @type {Verdict} */ of) => early ?? (keys.some(({ listsUnknown }) => listsUnknown) ? unboundIfInvalid(of) : of);
  const event = eventOrFault(value, false);
  if (event instanceof PithError) return { ...none, verdict: final(invalid(STEP.FORMED, event.code, event.pointer)) }; // CHECK-1
  // A well-formed element states a fingerprint; of two keys with one fingerprint the smaller counts [POL-6].
  const key = unknown === null ? keys[0] : undefined;
  const format = key?.format ?? EVENT_V1;
  const content = await signedContentOf(event, format);
  const out = { id: content.id, unsigned: unsignedMembers(value, format), valid: null };
  // A well-formed element without a key is unknown_key.
  if (early !== null || key === undefined) return { ...out, verdict: early ?? verdict(STEP.KEY, "unknown_key", "key_unknown") };
  const found = final(await checkContent(value, content, key, format, context));
  return { ...out, verdict: found, valid: found.step === STEP.VALID ? validEvent(event, content, key) : null };
}

/** @param {Event} event @param {SignedContent} content @param {PolicyKey} key @returns {ValidEvent} */
function validEvent({ value, instant }, { id, members }, key) {
  return {
    id, instant, type: value.get("event_type"), target: value.get("target"), createdAt: value.get("created_at"), payload: value.get("payload"),
    payloadJson: canonicalJson(value.get("payload")), signer: value.get("signer"), signerId: key.signerId, key, content: members,
    signature: fromBase64(value.get("signature").get("signature_b64")), isReceiptVerified: false,
  };
}

/**
 * Checks 4, 6, 7, 8, 3, 9 and 10; the first that fails decides.
 * @param {Obj} event @param {SignedContent} content @param {PolicyKey} key @param {EventFormat} format @param {Context} context
 * @returns {Promise<Verdict>}
 */
async function checkContent(event, { id, digest, bytes }, key, { signed, isBinding }, { record, knownTypes }) {
  const type = event.get("event_type");
  if (!isNumberOf(event.get("subject_pith_number"), record)) return invalid(STEP.SUBJECT, "subject", "/subject_pith_number"); // CHECK-4
  const role = roleFault(key, type, id); // CHECK-6
  if (role !== null) return invalid(STEP.ROLE, role, role === "key_role" ? "/event_type" : "/signer/key_id");
  const signature = event.get("signature");
  if (signature.get("algorithm") !== "ed25519") return invalid(STEP.ALGORITHM, "algorithm", "/signature/algorithm"); // CHECK-7
  const statedId = event.get("event_id") ?? id;
  if (!EVENT_ID.test(statedId)) return invalid(STEP.TEXT, "encoding", "/event_id"); // CHECK-8
  const raw = rawSignature(signature.get("signature_b64"));
  if (raw === null) return invalid(STEP.TEXT, "encoding", "/signature/signature_b64");
  const message = (/** @type {Uint8Array} */ of) => (signed === "digest" ? of : utf8(`${signed === "id" ? "sha256:" : ""}${toHex(of)}`));
  const genuine = await verifySignature(key.raw, signed === "bytes" ? bytes : message(digest), raw);
  if (statedId !== id) { // CHECK-3
    const altered = !genuine && signed !== "bytes" && (await verifySignature(key.raw, message(fromHex(eventIdDigest(statedId))), raw));
    return verdict(STEP.ID, "invalid", "hash_mismatch", "/event_id", genuine ? "recomputed" : altered ? "stated" : "neither");
  }
  if (!genuine) return invalid(STEP.VERIFIES, "signature_invalid", "/signature/signature_b64"); // CHECK-9
  if (!isBinding) return verdict(STEP.BINDS, "unbound", null); // CHECK-10
  return verdict(STEP.VALID, knownTypes.has(type) ? "verified" : "unknown_type", null);
}

/** @param {Obj} value @param {Context} context @returns {Promise<Pick<Found, "id" | "verdict">>} [EVT-7, EVT-8] */
async function checkFlat(value, { record, policy }) {
  const keyId = value.get("signing_key_id");
  const keys = policy.keys.filter((key) => key.keyId === keyId);
  const event = eventOrFault(value, true);
  const id = !(event instanceof PithError) && HEX64.test(value.get("payload_sha256")) ? value.get("payload_sha256") : null;
  if (typeof keyId === "string" && keys.length === 0) return { id, verdict: verdict(STEP.KEY, "unknown_key", "key_unknown", "/signing_key_id") };
  const base64 = value.get("signature_b64") ?? null;
  if (base64 === null) return { id, verdict: verdict(STEP.SIGNED, "not_signed", null) };
  const found = await (async () => {
    if (event instanceof PithError) return invalid(STEP.FORMED, event.code, event.pointer);
    if (value.get("payload").get("arxiv_id") !== record.sourceId) return invalid(STEP.SUBJECT, "subject", "/payload/arxiv_id");
    if (id === null) return invalid(STEP.TEXT, "encoding", "/payload_sha256");
    const under = await checkUnderKeys(keys, value.get("event_type"), "ed25519", base64, fromHex(id));
    return under.step === STEP.VALID ? verdict(STEP.BINDS, "unbound", null) : under;
  })();
  return { id, verdict: keys.some(({ listsUnknown }) => listsUnknown) ? unboundIfInvalid(found) : found };
}
