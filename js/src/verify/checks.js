/**
 * Who signed what: the verdict on each element, from all formats that read it [CHECK-14, FORMAT-9].
 *
 * @module
 */
/** @import { Reading } from "../bundle/event.js" */
/** @import { Bundle } from "../bundle/reader.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { Policy } from "./policy.js" */
/** @import { Context, Encodings, Found } from "./readings.js" */
/** @import { ReceiptLocation } from "./receipts.js" */
/** @import { CheckedBundle, CheckedElement, Status, Verdict } from "./verdicts.js" */
import { PithError } from "../errors.js";
import { compareStrings } from "../encoding/bytes.js";
import { canonicalSha256 } from "../encoding/canonical.js";
import { pointerOf } from "../encoding/pointer.js";
import { readingOf } from "../bundle/event.js";
import { isFlat } from "../bundle/flat-event.js";
import { checkFlat } from "./flat.js";
import { checkReading } from "./readings.js";
import { checkReceipts } from "./receipts.js";
import { SignatureChecks } from "./signatures.js";
import { STEP, UNVERIFIED, verdict } from "./verdicts.js";

/** The statuses of readings, the one that decides first [FORMAT-9]. @type {readonly (readonly Status[])[]} */
const ORDER = [["verified", "unknown_type"], ["unbound"], ["invalid"], ["not_signed"], ["unknown_key"], ["unknown_format"]];

/**
 * @param {Bundle} bundle @param {Policy} policy @param {ReadonlySet<string>} knownTypes event types of the merge rules
 * @returns {Promise<CheckedBundle>}
 */
export async function checkBundle({ record, elements: values, mismatches }, policy, knownTypes) {
  const context = { record, policy, knownTypes, checks: new SignatureChecks() };
  const checked = await Promise.all(values.map((value, i) => checkElement(value, `/events/${i}`, context)));
  await checkReceipts(checked.flatMap(({ location }) => location ?? []), record, policy, context.checks);
  return { record, policy, elements: checked.map(({ element }) => element), mismatches };
}

/** @param {Value | undefined} object @param {string} name @returns {string | null} a member, where it is a string */
function stringMember(object, name) {
  const value = object instanceof Map ? object.get(name) : null;
  return typeof value === "string" ? value : null;
}

/** @typedef {{ type: string | null, createdAt: string | null, signer: string | null }} Claimed */
/** @typedef {{ found: Found, claimed: Claimed, payload: Value | undefined, payloadPointer: string }} Read by one format */
/** @typedef {{ element: CheckedElement, location: ReceiptLocation | null }} Checked */

/** @param {Obj} element @returns {Claimed} where no format gives the roles, and in a flat event */
const claimedOf = (element) => ({
  type: stringMember(element, "event_type"), createdAt: stringMember(element, "created_at"), signer: stringMember(element.get("signer"), "signer_id"),
});

/** @param {Reading} reading @param {Found} found @returns {Read} */
function readOf({ format: { body }, roles }, found) {
  const payload = body.roles.get("payload");
  const time = roles.get("created_at");
  return {
    found, claimed: { type: roles.get("event_type"), createdAt: time === undefined ? null : String(time), signer: roles.get("signer_id") },
    payload: roles.get("payload"), payloadPointer: payload !== undefined && "path" in payload ? pointerOf(payload.path) : "",
  };
}

/** @param {Obj} element @param {Context} context @returns {Promise<Read[]>} the deciding reading first [FORMAT-9] */
async function readingsOf(element, context) {
  /** @type {Encodings} */
  const encodings = new Map();
  const all = await Promise.all(context.policy.formats.map(async (format) => {
    if (format.body === null) {
      if (!isFlat(element)) return [];
      return [{ found: await checkFlat(element, context), claimed: claimedOf(element), payload: element.get("payload"), payloadPointer: "/payload" }];
    }
    const reading = readingOf(element, format);
    return reading === null ? [] : [readOf(reading, await checkReading(reading, context, encodings))];
  }));
  return all.flat().sort((a, b) => byVerdict(a.found, b.found));
}

/** @param {Found} a @param {Found} b @returns {number} which of two readings of one element decides [FORMAT-9] */
function byVerdict({ verdict: a, format: formatA }, { verdict: b, format: formatB }) {
  const rank = (/** @type {Verdict} */ { status }) => ORDER.findIndex((statuses) => statuses.includes(status));
  return rank(a) - rank(b) || b.step - a.step || compareStrings(a.code ?? "", b.code ?? "") || compareStrings(formatA.sha256, formatB.sha256);
}

/** @param {Value | PithError} value @param {string} pointer @param {Context} context @returns {Promise<Checked>} */
async function checkElement(value, pointer, context) {
  const claimed = value instanceof Map ? claimedOf(value) : { type: null, createdAt: null, signer: null };
  const none = { pointer, id: null, claimed, format: null, remarks: [], sha256: null, unsigned: [], receipt: null, valid: null };
  if (value instanceof PithError) { // FORMAT-14
    const status = context.policy.isEvent1Only ? "invalid" : "unknown_format";
    return { element: { ...none, verdict: verdict(STEP.READ, status, value.code) }, location: null };
  }
  if (!(value instanceof Map)) { // FORMAT-14
    const isInvalid = context.policy.isEvent1Only;
    const found = verdict(STEP.READ, isInvalid ? "invalid" : "unknown_format", "type");
    return { element: { ...none, verdict: found, sha256: isInvalid ? null : await canonicalSha256(value) }, location: null };
  }
  const [first, ...others] = await readingsOf(value, context);
  if (first === undefined) {
    const element = { ...none, verdict: verdict(STEP.READ, "unknown_format", null), sha256: await canonicalSha256(value) };
    return { element, location: { element, payload: value.get("payload"), type: claimed.type, pointer: "/payload/receipt" } };
  }
  const { found, payload, payloadPointer } = first;
  const element = {
    ...none, ...found, claimed: first.claimed, sha256: UNVERIFIED.includes(found.verdict.status) ? await canonicalSha256(value) : null,
    remarks: others.flatMap((other) => (other.found.verdict.status === "invalid" ? [other.found.verdict] : [])),
  };
  return { element, location: { element, payload, type: first.claimed.type, pointer: `${payloadPointer}/receipt` } };
}
