/**
 * The report: the verdict on every element of the inputs of one record, and the outcome [REPORT-1, REPORT-2].
 *
 * @module
 */
/** @import { EventFormat } from "./bundle/event-formats.js" */
/** @import { Bundle } from "./bundle/reader.js" */
/** @import { Value } from "./encoding/values.js" */
/** @import { Merged } from "./merge/merge.js" */
/** @import { CheckedBundle, CheckedElement, Status, Verdict } from "./verify/verdicts.js" */
import { clauseOf } from "./codes.js";
import { PithError } from "./errors.js";
import { compareStrings } from "./encoding/bytes.js";
import { canonicalJson } from "./encoding/canonical.js";
import { grouped } from "./merge/ledger.js";
import { merge } from "./merge/merge.js";
import { MERGE_RULES } from "./merge/rules.js";
import { STEP, UNVERIFIED, decidesBefore, unverifiedOf } from "./verify/verdicts.js";

/** @typedef {"rejected" | "invalid" | "conflict" | "incomplete" | "unverified" | "valid"} OutcomeName */

/** The outcomes in their order, each with its exit status. @type {readonly (readonly [OutcomeName, number])[]} */
const OUTCOMES = [["rejected", 1], ["invalid", 1], ["conflict", 1], ["incomplete", 3], ["unverified", 3], ["valid", 0]];

/**
 * The outcome of a report: the first of `all`, which lists those that apply.
 * @param {Pick<Merged, "elements" | "byId" | "completeness" | "state"> | null} merged null where every input was rejected
 * @param {number} [rejected] inputs that were rejected
 * @returns {{ outcome: OutcomeName, exitStatus: number, all: OutcomeName[] }} [REPORT-2]
 */
export function outcomeOf(merged, rejected = 0) {
  const elements = merged?.elements ?? [];
  const withoutId = elements.flatMap(({ id, verdict }) => (id === null ? [verdict] : []));
  const decided = [...(merged?.byId.values() ?? [])].map(({ verdict }) => verdict);
  const receipts = elements.flatMap(({ receipt }) => receipt?.verdict ?? []);
  const verdicts = [...withoutId, ...decided, ...receipts];
  const some = (/** @type {Status[]} */ ...statuses) => verdicts.some(({ status }) => statuses.includes(status));
  /** @type {Record<OutcomeName, boolean>} */
  const holds = {
    rejected: rejected > 0,
    invalid: some("invalid"),
    conflict: (merged?.state.equivocations.length ?? 0) > 0,
    incomplete: merged?.completeness.some(({ missing }) => missing.length > 0) ?? false,
    unverified: some(...UNVERIFIED) || (merged !== null && !verdicts.some(({ step }) => step === STEP.VALID)),
    valid: false,
  };
  holds.valid = !Object.values(holds).includes(true);
  const all = OUTCOMES.filter(([name]) => holds[name]);
  const [[first, exitStatus]] = all;
  return { outcome: first, exitStatus, all: all.map(([name]) => name) };
}

/**
 * @typedef {object} Part one input that was read and checked
 * @property {string} file
 * @property {CheckedBundle} checked
 * @property {Bundle["elements"]} values the elements as they were read, for the details of faults
 */
/** @typedef {{ file: string, error: PithError, owner: "record" | "bundle" | "merge" | null, detail: string }} Rejection */
/** @typedef {{ input: number, file: string, index: number, pointer: string }} Location */
/** @typedef {{ code: string | null, clause?: string, detail?: string, pointer?: string | null, offset?: number | null }} FaultValue */
/** @typedef {{ element: CheckedElement, value: Value | PithError, location: Location }} Occurrence */
/**
 * The report on the inputs of one record as JSON, with the members of REPORT-1. It has neither times of a clock nor texts that
 * depend on a reader, so that whatever shows it makes no decision.
 * @typedef {Record<string, any>} ReportValue
 */

/** @param {Value | undefined} value @param {string} pointer below the value @returns {Value | undefined} */
function valueAt(value, pointer) {
  let found = value;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    found = found instanceof Map ? found.get(name) : Array.isArray(found) ? found[Number(name)] : undefined;
  }
  return found;
}

/** @param {Value | undefined} value @returns {string} a description of the value of a member; it may quote text of an input */
function described(value) {
  if (value === undefined) return "it is missing";
  if (value instanceof Map) return `it is an object of ${value.size} members`;
  if (Array.isArray(value)) return `it is an array of ${value.length} elements`;
  return `it is ${typeof value === "string" ? JSON.stringify(value) : String(value)}`;
}

/**
 * What is at the pointer of a fault. It may quote text of an input.
 * @param {Value | PithError | undefined} value the document or the element @param {string | null} pointer @returns {string}
 */
export const detailAt = (value, pointer) => (pointer === null || pointer === "" || value === undefined || value instanceof PithError ? "" : described(valueAt(value, pointer)));

/** @param {Verdict} verdict @param {string} detail */
function verdictValue({ status, code, pointer, covered }, detail) {
  const fault = code === null ? { code } : { code, clause: clauseOf(code), detail, pointer };
  return { verdict: status, ...fault, ...(covered === null ? {} : { covered }) };
}

/** @param {EventFormat | null} format that a verdict is of @returns {ReportValue | null} null where no format reads the element [FORMAT-9] */
const formatValue = (format) => (format === null ? null : { name: format.name, format_sha256: format.sha256 });

/** @param {readonly Part[]} parts @returns {Occurrence[]} */
const occurrencesOf = (parts) => parts.flatMap(({ file, checked, values }, input) => checked.elements.map((element, index) => (
  { element, value: values[index], location: { input, file, index, pointer: element.pointer } })));

/**
 * The occurrences of each id, the deciding one first; each element without an id by itself [CHECK-11].
 * @param {readonly Occurrence[]} all @returns {{ byId: Occurrence[][], withoutId: Occurrence[] }} in order of first appearance
 */
function join(all) {
  const withoutId = all.filter(({ element }) => element.id === null);
  const groups = grouped(all.filter(({ element }) => element.id !== null), ({ element }) => element.id ?? "");
  const byId = [...groups.values()].map((group) => {
    const first = group.reduce((best, one) => (decidesBefore(one.element.verdict, best.element.verdict) ? one : best));
    return [first, ...group.filter((one) => one !== first)];
  });
  return { byId, withoutId };
}

/**
 * @param {Occurrence[]} group the first one decides @param {Map<string, string[]>} notApplied
 * @returns {ReportValue} of one id, or of one element without an id
 */
function eventValue(group, notApplied) {
  const [{ element: { id, claimed, format, verdict, remarks, valid }, value, location }] = group;
  const ids = verdict.code === "hash_mismatch" && id !== null ? `; the recomputed id is ${id}` : "";
  // The pointer of a reader's fault begins at the input, that of a verdict at the element.
  const pointer = value instanceof PithError && value.pointer !== null ? value.pointer.slice(location.pointer.length) : verdict.pointer;
  const detail = pointer === null ? "" : `${detailAt(value, pointer)}${ids}`;
  const locations = group.map((one) => one.location).sort((a, b) => a.input - b.input || a.index - b.index);
  return {
    event_id: id, event_type: claimed.type, ...verdictValue({ ...verdict, pointer }, detail), event_format: formatValue(format),
    ...(valid === null ? { claim: { signer_id: claimed.signer, created_at: claimed.createdAt } } : {
      created_at: valid.createdAt, instant: valid.instant, signer: valid.signerId, key_id: valid.key.keyId, key_status: valid.key.status,
      public_key_fingerprint: valid.key.fingerprint, not_applied: notApplied.get(valid.id) ?? [],
    }),
    location, locations, unsigned: [...new Set(group.flatMap(({ element }) => element.unsigned))].sort(compareStrings),
    remarks: remarks.map(({ code, pointer: at }) => ({ code, clause: clauseOf(code ?? ""), detail: detailAt(value, at), pointer: at })),
  };
}

/** @param {readonly Occurrence[]} all @returns {ReportValue[]} the unverified elements, each identity once [UNV-2] */
function unverifiedValues(all) {
  const groups = grouped(all.filter(({ element }) => element.sha256 !== null), ({ element }) => element.sha256 ?? "");
  return [...groups].map(([sha256, group]) => {
    const [{ element: { claimed, verdict, format }, value }] = group;
    return {
      element_sha256: sha256, event_type: claimed.type, ...verdictValue(verdict, detailAt(value, verdict.pointer)), event_format: formatValue(format),
      locations: group.map(({ location }) => location),
    };
  });
}

/**
 * The receipts: equal ones of the elements of one id once, a checked one before others; of every other element each [REPORT-2].
 * @param {readonly Occurrence[]} all @returns {ReportValue[]}
 */
function receiptValues(all) {
  /** @type {Map<string | number, ReportValue>} */
  const found = new Map();
  for (const { element: { id, receipt }, location } of all) {
    if (receipt === null) continue;
    const name = id === null ? found.size : `${id} ${canonicalJson(receipt.value)}`;
    if ((found.get(name)?.verdict ?? "not_checked") !== "not_checked") continue;
    found.set(name, { location: { ...location, pointer: `${location.pointer}${receipt.pointer}` }, event_id: id, ...verdictValue(receipt.verdict, "") });
  }
  return [...found.values()];
}

/** @param {Merged} merged @returns {Map<string, string[]>} for each valid event with no part in the state, why [MERGE-6, MERGE-7] */
function notAppliedOf({ state: { ledger } }) {
  return new Map(ledger.events.map(({ id, code, retracted }) => (
    [id, [...(code === null || code === "unknown_type" ? [] : [code]), ...(retracted ? ["retracted"] : [])]])));
}

/** @param {Merged} merged @returns {ReportValue} digests, counts and findings of the merged events */
function mergedValue({ record, state, stateSha256, eventsSha256, unverifiedSha256, completeness }) {
  return {
    rules: MERGE_RULES, pith_number: record.pithNumber, canonical_sha256: record.sha256, events_sha256: eventsSha256, state_sha256: stateSha256,
    valid_event_count: state.ledger.events.length, unverified_sha256: unverifiedSha256,
    equivocations: state.equivocations.map(({ eventType, signer, eventIds, instant }) => ({ event_type: eventType, signer, event_ids: eventIds, instant })),
    unrecognised: state.unrecognised.map((one) => Object.fromEntries(one)),
    completeness: completeness.map(({ signer, missing, asOf }) => ({ signer, missing, as_of: asOf })),
  };
}

/** @param {Rejection} rejection @returns {ReportValue} */
const rejectedValue = ({ file, error: { code, pointer, offset }, owner, detail }) => ({ file, code, clause: clauseOf(code, owner), detail, pointer, offset });

/**
 * The report on inputs of one record.
 * @param {readonly Part[]} parts none if every input was rejected @param {Merged | null} merged the parts, merged
 * @param {ReportValue[]} rejected one array for all reports: there may be as many rejected inputs as records
 * @param {string | null} futureAfter an instant, of the caller's clock [REPORT-4] @returns {ReportValue}
 */
function reportValue(parts, merged, rejected, futureAfter) {
  const { outcome, exitStatus, all: outcomes } = outcomeOf(merged, rejected.length);
  const occurrences = occurrencesOf(parts);
  const { byId, withoutId } = join(occurrences);
  const notApplied = merged === null ? new Map() : notAppliedOf(merged);
  const events = byId.map((group) => eventValue(group, notApplied));
  const unsigned = events.filter((event) => event.unsigned.length > 0).map((event) => ({ code: "warn_unsigned", event_id: event.event_id, detail: event.unsigned.join(", ") }));
  const future = events.filter(({ instant }) => futureAfter !== null && instant > futureAfter).map((event) => ({ code: "warn_future", event_id: event.event_id, detail: event.created_at }));
  return {
    report_type: "pithbundle_report", report_version: "1", outcome, outcomes, exit_status: exitStatus,
    inputs: parts.map(({ file, checked: { record, elements, mismatches } }) => (
      { file, pith_number: record.pithNumber, canonical_sha256: record.sha256, elements: elements.length, mismatches: mismatches.map((pointer) => ({ pointer })) })),
    rejected, events, without_id: withoutId.map((one) => eventValue([one], notApplied)), receipts: receiptValues(occurrences),
    unverified: unverifiedValues(occurrences), unverified_count: unverifiedOf(merged?.elements ?? []).length,
    warnings: [...unsigned, ...future],
    ...(merged === null ? {} : { policy_sha256: parts[0].checked.policy.sha256, ...mergedValue(merged) }),
  };
}

/**
 * One report for each record, in order of first appearance; each has every rejected input [REPORT-1].
 * Inputs of records with one number and two hashes are rejected, all of them [MERGE-2].
 * @param {readonly Part[]} parts under one policy @param {readonly Rejection[]} rejections @param {string | null} futureAfter
 * @returns {Promise<{ report: ReportValue, state: Uint8Array }[]>} `state`: empty where there is none
 */
export async function reportsOf(parts, rejections, futureAfter) {
  const rejected = [...rejections];
  /** @type {[Part[], Merged][]} */
  const groups = [];
  for (const group of grouped(parts, ({ checked }) => checked.record.pithNumber).values()) {
    try {
      groups.push([group, await merge(group.map(({ checked }) => checked))]);
    } catch (error) {
      if (!(error instanceof PithError)) throw error;
      for (const { file } of group) rejected.push({ file, error, owner: "merge", detail: "" });
    }
  }
  const values = rejected.map(rejectedValue);
  if (groups.length === 0) return rejected.length === 0 ? [] : [{ report: reportValue([], null, values, futureAfter), state: new Uint8Array() }];
  return groups.map(([group, merged]) => ({ report: reportValue(group, merged, values, futureAfter), state: merged.stateBytes }));
}

/**
 * The outcome of several reports: each has an outcome that one of them has [REPORT-2].
 * @param {readonly ReportValue[]} reports at least one @returns {OutcomeName[]} those that apply, the first of which is the outcome
 */
export function together(reports) {
  const held = new Set(reports.flatMap(({ outcomes }) => outcomes));
  const found = OUTCOMES.map(([name]) => name).filter((name) => name !== "valid" && held.has(name));
  return found.length > 0 ? found : ["valid"];
}
