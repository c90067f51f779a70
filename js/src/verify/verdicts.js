/**
 * Verdicts: what the checks find of an element and of an event id. It is all that `merge` knows of `verify`.
 *
 * @module
 */
/** @import { DocumentFormat, EventFormat } from "../bundle/event-formats.js" */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { Policy, PolicyKey } from "./policy.js" */
import { compareBytes, compareStrings } from "../encoding/bytes.js";

/** @typedef {"verified" | "unknown_type" | "unbound" | "unknown_format" | "unknown_key" | "not_signed" | "invalid" | "not_checked"} Status */
/** @typedef {"recomputed" | "claimed" | "neither"} Covered which digest a signature covers where the ids differ [CHECK-3] */
/**
 * @typedef {object} Verdict
 * @property {number} step of {@link STEP}: the check that decided
 * @property {Status} status
 * @property {string | null} code
 * @property {string | null} pointer inside the element, of what failed; null where no one member did
 * @property {Covered | null} covered
 */

/** The checks in the order in which they are made, `spec/checks.md`. */
export const STEP = Object.freeze({
  READ: 0, KEY: 1, FORMAT: 2, SIGNED: 3, FORMED: 4, SUBJECT: 5, ROLE: 6, ALGORITHM: 7, TEXT: 8, ID: 9, VERIFIES: 10, MEANING: 11, BINDS: 12, VALID: 13,
});

/**
 * @param {number} step @param {Status} status @param {string | null} code @param {string | null} [pointer]
 * @param {Covered | null} [covered] @returns {Verdict}
 */
export const verdict = (step, status, code, pointer = null, covered = null) => ({ step, status, code, pointer, covered });
/** @param {number} step @param {string} code @param {string | null} [pointer] */
export const invalid = (step, code, pointer = null) => verdict(step, "invalid", code, pointer);
/** The statuses of unverified elements [UNV-1]. @type {readonly Status[]} */
export const UNVERIFIED = ["unbound", "unknown_format", "unknown_key", "not_signed"];

/** The codes of a limit of one event [LIM-6]. */
const LIMITS = ["depth", "nodes", "event_size"];
/**
 * What a fault of a reading means under its keys [CHECK-13, FORMAT-14].
 * @param {Verdict} of @param {boolean} listsUnknown an agreeing key may have signed in another format @param {boolean} isEvent1Only
 * @returns {Verdict}
 */
export function underKeys(of, listsUnknown, isEvent1Only) {
  if (of.status !== "invalid") return of;
  if (listsUnknown) return { ...of, status: "unbound" };
  const isLimit = of.step === STEP.FORMED && LIMITS.includes(of.code ?? "");
  return isLimit && !isEvent1Only ? { ...of, status: "unknown_format" } : of;
}

/**
 * @typedef {object} ValidEvent the input of merge
 * @property {string} id
 * @property {string} instant
 * @property {string} type
 * @property {string} target
 * @property {string | number} createdAt as written
 * @property {Obj} payload
 * @property {string} payloadJson the payload, canonical
 * @property {Obj} signer the signer object [FORMAT-5]
 * @property {string} signerId of the policy
 * @property {PolicyKey} key
 * @property {DocumentFormat} format
 * @property {Uint8Array} signature the kept one, 64 raw bytes
 * @property {Obj} content the signed members
 * @property {boolean} isReceiptVerified of a record_created
 */

/**
 * @typedef {object} CheckedElement one element of `events` with its own verdict
 * @property {string} pointer
 * @property {string | null} id recomputed; of a flat event its payload_sha256; null where it has none [CHECK-11, CHECK-13]
 * @property {{ type: string | null, createdAt: string | null, signer: string | null }} claimed by the element: signed only where it is valid
 * @property {EventFormat | null} format of the reading that decided; null where no format reads it [FORMAT-9]
 * @property {Verdict} verdict
 * @property {Verdict[]} remarks the `invalid` verdicts of other readings [FORMAT-9]
 * @property {string | null} sha256 its identity, where it is unverified [UNV-1]
 * @property {string[]} unsigned pointers inside the element [EVT-5]
 * @property {{ pointer: string, value: Value, verdict: Verdict } | null} receipt where there is one; `pointer` inside the element [RCPT-4]
 * @property {ValidEvent | null} valid
 */

/** @param {readonly CheckedElement[]} elements @returns {string[]} the distinct identities of those that are unverified, sorted [UNV-2] */
export const unverifiedOf = (elements) => [...new Set(elements.flatMap(({ sha256 }) => sha256 ?? []))].sort();

/** @typedef {{ record: CanonicalRecord, policy: Policy, elements: CheckedElement[], mismatches: string[] }} CheckedBundle */

/** @param {Verdict} of @returns {number} a valid element decides before an unbound one, and that before the others [CHECK-11] */
const rank = ({ step, status }) => (step === STEP.VALID ? 2 : status === "unbound" ? 1 : 0);
/** @param {Verdict} a @param {Verdict} b @returns {boolean} [CHECK-11] */
export function decidesBefore(a, b) {
  const order = rank(a) - rank(b) || a.step - b.step;
  return order > 0 || (order === 0 && compareStrings(a.code ?? "", b.code ?? "") < 0);
}

/**
 * @typedef {object} DecidedEvent what follows for one id from all of its elements
 * @property {Verdict} verdict of the deciding element [CHECK-11]
 * @property {ValidEvent | null} valid with the kept signature
 * @property {boolean} counts an element is valid or invalid [STATE-7]
 * @property {string[]} unsigned of all elements, sorted [EVT-5]
 */

/** @param {ValidEvent} a @param {ValidEvent} b @returns {number} which occurrence of an id is kept [CHECK-11] */
const byProof = (a, b) => compareBytes(a.signature, b.signature) || compareBytes(a.key.raw, b.key.raw) || compareStrings(a.format.sha256, b.format.sha256);

/** @param {readonly CheckedElement[]} elements @returns {Map<string, DecidedEvent>} sorted by id [CHECK-11] */
export function decideById(elements) {
  /** @type {Map<string, DecidedEvent>} */
  const out = new Map();
  /** @type {Map<string, Set<string>>} */
  const allUnsigned = new Map();
  for (const { id, verdict: found, valid, unsigned } of elements) {
    if (id === null) continue;
    const counts = found.step === STEP.VALID || found.status === "invalid";
    const before = out.get(id) ?? { verdict: found, valid, counts, unsigned: [] };
    const keep = before.valid !== null && (valid === null || byProof(before.valid, valid) <= 0);
    const members = allUnsigned.get(id) ?? new Set();
    for (const pointer of unsigned) members.add(pointer);
    allUnsigned.set(id, members);
    out.set(id, {
      verdict: decidesBefore(found, before.verdict) ? found : before.verdict,
      valid: keep ? before.valid : valid ?? before.valid, counts: before.counts || counts, unsigned: [],
    });
  }
  for (const [id, decided] of out) decided.unsigned = [...(allUnsigned.get(id) ?? [])].sort(compareStrings);
  return new Map([...out].sort(([a], [b]) => compareStrings(a, b)));
}
