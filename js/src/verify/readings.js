/**
 * The verdict on an element as one document format reads it: the keys that agree with it, and the checks under each
 * candidate [CHECK-1 to CHECK-10, FORMAT-4, FORMAT-5].
 *
 * @module
 */
/** @import { BodyRole, DocumentFormat, EventFormat } from "../bundle/event-formats.js" */
/** @import { Reading } from "../bundle/event.js" */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Value } from "../encoding/values.js" */
/** @import { Policy, PolicyKey } from "./policy.js" */
/** @import { SignatureChecks } from "./signatures.js" */
/** @import { ValidEvent, Verdict } from "./verdicts.js" */
import { PithError } from "../errors.js";
import { utf8 } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical.js";
import { sha256, sha256Hex } from "../encoding/digest.js";
import { pointerOf } from "../encoding/pointer.js";
import { fromHex, toHex } from "../encoding/spellings.js";
import { objectOf } from "../encoding/values.js";
import { unsignedMembers } from "../bundle/event-element.js";
import { hashFromText, idFromText, signatureBytes } from "../bundle/event-texts.js";
import { instantOrFault, meaningOf, optionalRole, signedValue, signerObject } from "../bundle/event.js";
import { isNumberOf } from "../bundle/number.js";
import { roleFault } from "./signatures.js";
import { STEP, decidesBefore, invalid, underKeys, verdict } from "./verdicts.js";

/**
 * What all elements of a bundle are checked with.
 * @typedef {object} Context
 * @property {CanonicalRecord} record
 * @property {Policy} policy
 * @property {ReadonlySet<string>} knownTypes those of the merge rules [CHECK-10]
 * @property {SignatureChecks} checks
 */
/** @typedef {{ format: EventFormat, id: string | null, verdict: Verdict, unsigned: string[], valid: ValidEvent | null }} Found of a reading */
/** @typedef {{ bytes: Uint8Array, digest: Uint8Array }} Encoded M and its digest [FORMAT-3] */
/** @typedef {Map<string, Promise<Encoded>>} Encodings of one element, by body [FORMAT-13] */
/** @typedef {{ instant: string, encoded: Encoded, id: string }} Formed what follows from a well-formed reading */

/** @param {string} json canonical @param {"none" | "ascii"} escape @returns {Uint8Array} [FORMAT-3] */
function escapedBytes(json, escape) {
  // One code unit at a time: an astral character becomes a surrogate pair.
  return utf8(escape === "none" ? json : json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

/** @param {Reading} reading @param {Encodings} encodings @returns {Promise<Encoded>} */
function encodedOf({ format: { body }, content }, encodings) {
  const encode = async () => {
    const bytes = escapedBytes(canonicalJson(signedValue(body, content)), body.escape);
    return { bytes, digest: await sha256(bytes) };
  };
  const found = encodings.get(body.key) ?? encode();
  encodings.set(body.key, found);
  return found;
}

/**
 * The keys that agree with a reading, and the pointer of what none of them agrees with [CHECK-5].
 * @param {Reading} reading @param {Policy} policy @returns {{ keys: PolicyKey[], fault: string | null }}
 */
function agreeingKeys(reading, policy) {
  const { format, roles, keyIds } = reading;
  let keys = policy.keys.filter(({ signerId }) => signerId === roles.get("signer_id"));
  if (keys.length === 0) return { keys, fault: rolePointer(format, "signer_id") };
  const claimed = keyIds.filter(({ keyId }) => typeof keyId === "string");
  keys = keys.filter(({ keyId }) => claimed.every((one) => one.keyId === keyId));
  if (keys.length === 0) {
    const differing = claimed.find(({ keyId }, i) => i > 0 && keyId !== claimed[i - 1].keyId);
    return { keys, fault: pointerOf((differing ?? keyIds[keyIds.length - 1]).path ?? []) };
  }
  const fingerprint = optionalRole(reading, "fingerprint");
  if (typeof fingerprint === "string") keys = keys.filter((key) => key.fingerprint === fingerprint);
  return { keys, fault: keys.length === 0 ? pointerOf(format.proof.roles.get("fingerprint") ?? []) : null };
}

/**
 * Whether a key lists `unknown` that agrees with all that the element itself states: a constant is no statement of it [CHECK-13].
 * @param {Reading} reading @param {readonly PolicyKey[]} keys that agree with it @param {Policy} policy @returns {boolean}
 */
function mayBeUnknown(reading, keys, policy) {
  const { format: { body, proof }, roles, keyIds } = reading;
  const isConstantSigner = "constant" in (body.roles.get("signer_id") ?? {});
  const isConstantKeyId = "constant" in proof.keyId;
  const fingerprint = optionalRole(reading, "fingerprint");
  const isPossible = (/** @type {PolicyKey} */ key) => (isConstantSigner || key.signerId === roles.get("signer_id"))
    && (isConstantKeyId || keyIds.every(({ keyId }) => typeof keyId !== "string" || keyId === key.keyId))
    && (typeof fingerprint !== "string" || fingerprint === key.fingerprint);
  return (isConstantSigner || isConstantKeyId ? policy.keys.filter(isPossible) : keys).some(({ listsUnknown }) => listsUnknown);
}

/** @param {DocumentFormat} format @param {BodyRole} name @returns {string} of a role; that of the element for a constant */
function rolePointer({ body }, name) {
  const role = body.roles.get(name);
  return role !== undefined && "path" in role ? pointerOf(role.path) : "";
}

/** @param {Reading} reading @param {Context} context @param {Encodings} encodings @returns {Promise<Found>} */
export async function checkReading(reading, context, encodings) {
  const { format, element } = reading;
  const { policy } = context;
  const { keys, fault } = agreeingKeys(reading, policy);
  const candidates = keys.filter((key) => key.formats.some(({ sha256: one }) => one === format.sha256));
  const instant = instantOrFault(reading);
  const isSigned = (optionalRole(reading, "signature") ?? null) !== null;
  const early = fault !== null ? verdict(STEP.KEY, "unknown_key", "key_unknown", fault) // CHECK-5
    : candidates.length === 0 ? verdict(STEP.FORMAT, "unknown_format", null)
      : !isSigned ? verdict(STEP.SIGNED, "not_signed", null) : null; // CHECK-2
  const final = (/** @type {Verdict} */ of) => underKeys(of, mayBeUnknown(reading, keys, policy), policy.isEvent1Only);
  if (instant instanceof PithError) {
    const found = early ?? final(invalid(STEP.FORMED, instant.code, instant.pointer)); // CHECK-1
    return { format, id: null, verdict: found, unsigned: [], valid: null };
  }
  if (early?.status === "unknown_format") return { format, id: null, verdict: early, unsigned: [], valid: null };
  const encoded = await encodedOf(reading, encodings);
  const formed = { instant, encoded, id: `sha256:${toHex(encoded.digest)}` };
  const out = { format, id: formed.id, unsigned: unsignedMembers(element, format), valid: null };
  if (early !== null) return { ...out, verdict: early };
  const { best, key } = await bestOf(candidates, (one) => checkContent(reading, formed, one, context));
  return { ...out, verdict: final(best), valid: best.step === STEP.VALID ? validEvent(reading, formed, key) : null };
}

/**
 * The first candidate whose signature verifies decides, else the one that got furthest [CHECK-14].
 * @param {readonly PolicyKey[]} candidates by raw key @param {(key: PolicyKey) => Promise<Verdict>} check
 */
async function bestOf(candidates, check) {
  let [key] = candidates;
  let best = await check(key);
  for (const other of candidates.slice(1)) {
    if (best.step > STEP.VERIFIES) break;
    const found = await check(other);
    if (found.step > STEP.VERIFIES || decidesBefore(found, best)) [best, key] = [found, other];
  }
  return { best, key };
}

/**
 * Checks 4 and 6 to 10 of one candidate; the first that fails decides.
 * @param {Reading} reading @param {Formed} formed @param {PolicyKey} key @param {Context} context
 * @returns {Promise<Verdict>}
 */
async function checkContent(reading, { encoded, id }, key, { record, policy, knownTypes, checks }) {
  const { format, roles } = reading;
  const { body, proof, isBinding } = format;
  const at = (/** @type {"signature" | "event_id" | "algorithm"} */ name) => pointerOf(proof.roles.get(name) ?? []);
  if (roles.has("subject") && !isNumberOf(roles.get("subject"), record)) return invalid(STEP.SUBJECT, "subject", rolePointer(format, "subject")); // CHECK-4
  const role = roleFault(key, roles.get("event_type"), id); // CHECK-6
  if (role === "key_role") return invalid(STEP.ROLE, role, rolePointer(format, "event_type"));
  if (role === "key_revoked") return invalid(STEP.ROLE, role, pointerOf(reading.keyIds[reading.keyIds.length - 1].path ?? []));
  const isAlgorithm = !proof.roles.has("algorithm") || optionalRole(reading, "algorithm") === proof.algorithmText;
  if (!isAlgorithm) return invalid(STEP.ALGORITHM, "algorithm", at("algorithm")); // CHECK-7
  const text = /** @type {string | undefined} */ (optionalRole(reading, "event_id"));
  const claimed = text === undefined ? id : idFromText(text, proof.idText);
  if (claimed === null) return invalid(STEP.TEXT, "encoding", at("event_id")); // CHECK-8
  const raw = signatureBytes(/** @type {string} */ (optionalRole(reading, "signature")), proof.signatureText);
  if (raw === null) return invalid(STEP.TEXT, "encoding", at("signature"));
  const hash = await payloadFault(reading);
  if (hash !== null) return hash; // CHECK-8, CHECK-3
  const genuine = await checks.verify(key.raw, messageOf(proof.signs, encoded), raw);
  if (claimed !== id) { // CHECK-3
    const digest = fromHex(claimed.slice(7));
    const altered = !genuine && proof.signs !== "bytes" && (await checks.verify(key.raw, messageOf(proof.signs, { bytes: digest, digest }), raw));
    return verdict(STEP.ID, "invalid", "hash_mismatch", at("event_id"), genuine ? "recomputed" : altered ? "claimed" : "neither");
  }
  if (!genuine) return invalid(STEP.VERIFIES, "signature_invalid", at("signature")); // CHECK-9
  if (!isBinding) return verdict(STEP.BINDS, "unbound", null); // CHECK-10
  if (isAmbiguous(format, signedValue(body, reading.content), policy)) return verdict(STEP.MEANING, "unbound", "ambiguous"); // FORMAT-5
  return verdict(STEP.VALID, knownTypes.has(roles.get("event_type")) ? "verified" : "unknown_type", null);
}

/** @param {DocumentFormat["proof"]["signs"]} signs @param {Encoded} encoded @returns {Uint8Array} the message [FORMAT-1] */
function messageOf(signs, { bytes, digest }) {
  if (signs === "bytes") return bytes;
  return signs === "digest" ? digest : utf8(`${signs === "prefixed" ? "sha256:" : ""}${toHex(digest)}`);
}

/** @param {Reading} reading @returns {Promise<Verdict | null>} a fault of the claimed hash of the payload [FORMAT-4] */
async function payloadFault({ format, roles }) {
  const { body } = format;
  if (!roles.has("payload_sha256")) return null;
  const pointer = rolePointer(format, "payload_sha256");
  const claimed = hashFromText(roles.get("payload_sha256"));
  if (claimed === null) return invalid(STEP.TEXT, "encoding", pointer);
  const payload = roles.get("payload");
  const hashed = body.payloadWrapper === null ? payload : objectOf({ [body.payloadWrapper]: payload });
  return (await sha256Hex(escapedBytes(canonicalJson(hashed), body.escape))) === claimed ? null : invalid(STEP.ID, "hash_mismatch", rolePointer(format, "payload"));
}

/** @param {DocumentFormat} format @param {Value} signed @param {Policy} policy @returns {boolean} [FORMAT-5] */
function isAmbiguous(format, signed, { formats }) {
  const binding = formats.flatMap((one) => (one.body !== null && one.isBinding && one.body.key !== format.body.key ? one : []));
  if (binding.length === 0) return false;
  const meaning = meaningOf(format, signed);
  return binding.some((one) => (meaningOf(one, signed) ?? meaning) !== meaning);
}

/** @param {Reading} reading @param {Formed} formed @param {PolicyKey} key @returns {ValidEvent} */
function validEvent(reading, { instant, id }, key) {
  const { format, roles, content } = reading;
  const payload = roles.get("payload");
  const signature = /** @type {Uint8Array} */ (signatureBytes(/** @type {string} */ (optionalRole(reading, "signature")), format.proof.signatureText));
  return {
    id, instant, type: roles.get("event_type"), target: roles.get("target"), createdAt: roles.get("created_at"), payload,
    payloadJson: canonicalJson(payload), signer: signerObject(format, content, roles), signerId: key.signerId, key, format, content, signature,
    isReceiptVerified: false,
  };
}
