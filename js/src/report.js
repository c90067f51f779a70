/**
 * The outcome of a report [REPORT-2].
 *
 * @module
 */
/** @import { Merged } from "./merge/merge.js" */
/** @import { Status } from "./verify/verdicts.js" */
import { STEP } from "./verify/verdicts.js";

/** @typedef {"rejected" | "invalid" | "conflict" | "incomplete" | "unverified" | "valid"} OutcomeName */

/** The outcomes in their order, each with its exit status. @type {readonly (readonly [OutcomeName, number])[]} */
const OUTCOMES = [["rejected", 1], ["invalid", 1], ["conflict", 1], ["incomplete", 3], ["unverified", 3], ["valid", 0]];

/**
 * The outcome of a report: the first of `all`, which lists those that hold.
 * @param {Pick<Merged, "elements" | "byId" | "completeness" | "state"> | null} merged null where every input was rejected
 * @param {number} [rejected] inputs that were rejected
 * @returns {{ outcome: OutcomeName, exitStatus: number, all: OutcomeName[] }} [REPORT-2]
 */
export function outcomeOf(merged, rejected = 0) {
  const elements = merged?.elements ?? [];
  const withoutId = elements.flatMap(({ id, verdict }) => (id === null ? [verdict] : []));
  const decided = [...(merged?.byId.values() ?? [])].map(({ verdict }) => verdict);
  const receipts = elements.flatMap(({ receipt }) => (receipt === null ? [] : [receipt]));
  const verdicts = [...withoutId, ...decided, ...receipts];
  const some = (/** @type {Status[]} */ ...statuses) => verdicts.some(({ status }) => statuses.includes(status));
  /** @type {Record<OutcomeName, boolean>} */
  const holds = {
    rejected: rejected > 0,
    invalid: some("invalid"),
    conflict: (merged?.state.equivocations.length ?? 0) > 0,
    incomplete: merged?.completeness.some(({ missing }) => missing.length > 0) ?? false,
    unverified: some("unbound", "unknown_key", "not_signed") || (merged !== null && !verdicts.some(({ step }) => step === STEP.VALID)),
    valid: false,
  };
  holds.valid = !Object.values(holds).includes(true);
  const all = OUTCOMES.filter(([name]) => holds[name]);
  const [[first, exitStatus]] = all;
  return { outcome: first, exitStatus, all: all.map(([name]) => name) };
}
