/**
 * Verdicts: what the checks find of an element and of an event id. It is all that `merge` knows of `verify`.
 *
 * @module
 */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Obj } from "../encoding/values.js" */
/** @import { Policy, PolicyKey } from "./policy.js" */
import { compareBytes, compareStrings } from "../encoding/bytes.js";

/** @typedef {"verified" | "unknown_type" | "unbound" | "unknown_key" | "not_signed" | "invalid" | "not_checked"} Status */
/** @typedef {"recomputed" | "stated" | "neither"} Covered which digest a signature covers where the ids differ [CHECK-3] */
/**
 * @typedef {object} Verdict
 * @property {number} step of {@link STEP}: the check that failed, `BINDS` or `VALID`
 * @property {Status} status
 * @property {string | null} code
 * @property {string | null} pointer inside the element, of what failed; null where no one member did
 * @property {Covered | null} covered
 */

/** The checks in the order in which they are made, `spec/checks.md`. */
export const STEP = Object.freeze({
  READ: 0, KEY: 1, SIGNED: 2, FORMED: 3, SUBJECT: 4, ROLE: 5, ALGORITHM: 6, TEXT: 7, ID: 8, VERIFIES: 9, BINDS: 10, VALID: 11,
});

/**
 * @param {number} step @param {Status} status @param {string | null} code @param {string | null} [pointer]
 * @param {Covered | null} [covered] @returns {Verdict}
 */
export const verdict = (step, status, code, pointer = null, covered = null) => ({ step, status, code, pointer, covered });
/** @param {number} step @param {string} code @param {string | null} [pointer] */
export const invalid = (step, code, pointer = null) => verdict(step, "invalid", code, pointer);
/** @param {Verdict} of an element whose key may have signed in another format @returns {Verdict} [CHECK-13] */
export const unboundIfInvalid = (of) => (of.status === "invalid" ? { ...of, status: "unbound" } : of);

/**
 * @typedef {object} ValidEvent the input of merge
 * @property {string} id
 * @property {string} instant
 * @property {string} type
 * @property {string} target
 * @property {string} createdAt
 * @property {Obj} payload
 * @property {string} payloadJson the payload, canonical
 * @property {Obj} signer as signed
 * @property {string} signerId of the policy
 * @property {PolicyKey} key
 * @property {Uint8Array} signature the kept one, 64 raw bytes
 * @property {Obj} content the signed members
 * @property {boolean} isReceiptVerified of a record_created
 */

/**
 * @typedef {object} CheckedElement one element of `events` with its own verdict
 * @property {string} pointer
 * @property {string | null} id recomputed; of a flat event its payload_sha256; null where it has none [CHECK-11, CHECK-13]
 * @property {{ type: string | null, createdAt: string | null, signer: string | null }} claimed by the element: signed only where it is valid
 * @property {Verdict} verdict
 * @property {string[]} unsigned pointers inside the element [EVT-5]
 * @property {Verdict | null} receipt of the object at /payload/receipt, where there is one [RCPT-4]
 * @property {ValidEvent | null} valid
 */

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
    const keep = before.valid !== null && (valid === null || compareBytes(before.valid.signature, valid.signature) <= 0);
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
