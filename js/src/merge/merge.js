/**
 * Merges checked bundles of one record [MERGE-2, MERGE-3].
 *
 * @module
 */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { CheckedBundle, CheckedElement, DecidedEvent } from "../verify/verdicts.js" */
/** @import { Completeness } from "./completeness.js" */
/** @import { State } from "./state.js" */
import { ensure } from "../errors.js";
import { canonicalSha256 } from "../encoding/canonical.js";
import { decideById, unverifiedOf } from "../verify/verdicts.js";
import { completeness } from "./completeness.js";
import { stateBytes, stateOf, stateSha256 } from "./state.js";
import { traceBytes } from "./trace.js";

/**
 * @typedef {object} Merged
 * @property {CanonicalRecord} record
 * @property {State} state
 * @property {Uint8Array} stateBytes [STATE-1]
 * @property {string} stateSha256 [STATE-5]
 * @property {string} eventsSha256 [STATE-6]
 * @property {Uint8Array} traceBytes [TRACE-4]
 * @property {Map<string, DecidedEvent>} byId what follows for each id, sorted by id
 * @property {readonly CheckedElement[]} elements of all inputs
 * @property {string[]} unverified the distinct identities of unverified elements, sorted
 * @property {string} unverifiedSha256 [UNV-2]
 * @property {Completeness[]} completeness [MERGE-9]
 */

/** @param {readonly CheckedBundle[]} parts of one record, under one policy @returns {Promise<Merged>} [MERGE-1 to MERGE-9] */
export async function merge(parts) {
  const [{ record, policy }] = parts;
  for (const part of parts) {
    ensure(part.record.pithNumber === record.pithNumber, "subject");
    ensure(part.record.sha256 === record.sha256, "collision");
    ensure(part.policy.sha256 === policy.sha256, "policy");
  }
  const elements = parts.flatMap((part) => part.elements);
  const byId = decideById(elements);
  const events = [...byId.values()].flatMap(({ valid }) => (valid === null ? [] : [valid]));
  const state = stateOf(record, events);
  const unverified = unverifiedOf(elements);
  return {
    record, state,
    stateBytes: stateBytes(state, [...byId.values()].filter(({ counts }) => counts).length),
    stateSha256: await stateSha256(state),
    eventsSha256: await canonicalSha256(events.map(({ id }) => id)),
    traceBytes: traceBytes(state),
    byId, elements, unverified, unverifiedSha256: await canonicalSha256(unverified),
    completeness: completeness(state.ledger.events),
  };
}
