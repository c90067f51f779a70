/**
 * Receipts: the registry's signatures over the record [RCPT-1 to RCPT-4].
 *
 * @module
 */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { Policy } from "./policy.js" */
/** @import { SignatureChecks } from "./signatures.js" */
/** @import { CheckedElement, Verdict } from "./verdicts.js" */
import { compareStrings } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical.js";
import { checkUnderKeys } from "./signatures.js";
import { STEP, invalid, verdict } from "./verdicts.js";

/** Pairs of a bundle that are checked besides the receipts of valid events [RCPT-4]. */
const OTHER_RECEIPTS = 16;

/**
 * @param {Value} receipt @param {CanonicalRecord} record @param {Policy} policy
 * @param {SignatureChecks | null} checks null: `not_checked` where the verdict needs a signature check @returns {Promise<Verdict>} [RCPT-1, RCPT-2]
 */
async function checkReceipt(receipt, record, policy, checks) {
  const isReceipt = receipt instanceof Map && receipt.get("kind") === "pith_receipt" && typeof receipt.get("key_id") === "string";
  if (!isReceipt) return invalid(STEP.FORMED, "type");
  const keys = policy.keys.filter(({ keyId }) => keyId === receipt.get("key_id"));
  if (keys.length === 0) return verdict(STEP.KEY, "unknown_key", "key_unknown");
  const base64 = receipt.get("signature_b64") ?? null;
  if (base64 === null) return verdict(STEP.SIGNED, "not_signed", null);
  if (typeof base64 !== "string") return invalid(STEP.FORMED, "type");
  return checkUnderKeys(keys, "record_created", receipt.get("algorithm"), base64, record.digest, checks);
}

/** @param {CheckedElement} element @returns {boolean} */
const isRecordCreated = ({ valid }) => valid?.type === "record_created";

/** @typedef {{ element: CheckedElement, payload: Value | undefined, type: string | null, pointer: string }} ReceiptLocation where a receipt may be [RCPT-4] */

/** @param {ReceiptLocation} location @returns {Value | undefined} what is checked there [RCPT-4] */
function receiptAt({ payload, type }) {
  const receipt = payload instanceof Map ? payload.get("receipt") : undefined;
  if (type === "record_created") return receipt;
  return receipt instanceof Map && receipt.get("kind") === "pith_receipt" ? receipt : undefined;
}

/**
 * Sets the receipts of elements: of each valid record_created, and a bounded number of others [RCPT-3, RCPT-4].
 * @param {readonly ReceiptLocation[]} locations one of each element without a value-level fault
 * @param {CanonicalRecord} record @param {Policy} policy @param {SignatureChecks} checks
 */
export async function checkReceipts(locations, record, policy, checks) {
  /** @type {Map<string, Promise<Verdict>>} by all that a verdict depends on, so that a repeated receipt costs one check */
  const known = new Map();
  const checked = (/** @type {Value} */ receipt, /** @type {boolean} */ verify) => {
    if (!(receipt instanceof Map)) return checkReceipt(receipt, record, policy, null);
    const read = ["kind", "key_id", "algorithm", "signature_b64"].map((name) => receipt.get(name) ?? null);
    const name = canonicalJson([verify, ...read]);
    const found = known.get(name) ?? checkReceipt(receipt, record, policy, verify ? checks : null);
    known.set(name, found);
    return found;
  };
  /** @type {{ found: NonNullable<CheckedElement["receipt"]>, receipt: Obj, name: string }[]} */
  const others = [];
  /** @type {Map<string, [string, string]>} */
  const pairs = new Map();
  for (const location of locations) {
    const { element, pointer } = location;
    const receipt = receiptAt(location);
    if (receipt === undefined) continue;
    const found = { pointer, value: receipt, verdict: await checked(receipt, isRecordCreated(element)) };
    element.receipt = found;
    if (element.valid !== null) element.valid.isReceiptVerified = found.verdict.status === "verified";
    if (found.verdict.status !== "not_checked" || !(receipt instanceof Map)) continue;
    /** @type {[string, string]} */
    const pair = [receipt.get("key_id"), receipt.get("signature_b64")];
    const name = canonicalJson(pair);
    pairs.set(name, pair);
    others.push({ found, receipt, name });
  }
  const sorted = [...pairs].sort(([, a], [, b]) => compareStrings(a[0], b[0]) || compareStrings(a[1], b[1]));
  const chosen = new Set(sorted.slice(0, OTHER_RECEIPTS).map(([name]) => name));
  for (const { found, receipt, name } of others) if (chosen.has(name)) found.verdict = await checked(receipt, true);
}
