/**
 * The trace: a reason for every entry of the state [TRACE-1 to TRACE-4].
 *
 * @module
 */
/** @import { Losers, Reason, Selection } from "./selection.js" */
/** @import { State } from "./state.js" */
import { canonicalBytes } from "../encoding/canonical.js";
import { objectOf } from "../encoding/values.js";
import { MERGE_RULES, SECTIONS } from "./rules.js";

/** @typedef {{ pointer: string, reason: Reason, winners: string[], losers: Losers }} Decision [TRACE-1] */

/** @param {string} pointer @param {Selection} selection @returns {Decision} */
const decision = (pointer, { winner, reason, losers }) => ({ pointer, reason, winners: winner === null ? [] : [winner.id], losers });

/** @param {State} state @param {string} section @returns {Decision[]} */
function decisionsOf({ selections: { sections, aliases, receipt }, equivocations }, section) {
  const pointer = `/current/${section}`;
  switch (section) {
    case "canonical_record": return [{ pointer, reason: "derived", winners: [], losers: [] }];
    case "source_aliases": return aliases.map((alias, i) => decision(`${pointer}/${i}`, alias));
    case "receipt": return receipt === null ? [] : [decision(pointer, receipt)];
    case "equivocations": return equivocations.map(({ eventIds }, i) => ({ pointer: `${pointer}/${i}`, reason: "listed", winners: eventIds, losers: [] }));
    default: return (sections.get(section) ?? []).map((entry, i) => decision(`${pointer}/${i}`, entry));
  }
}

/** @param {State} state @returns {Decision[]} in the order of the state [TRACE-1] */
export const trace = (state) => SECTIONS.flatMap((section) => decisionsOf(state, section));

/** @param {State} state @returns {Uint8Array} [TRACE-4] */
export function traceBytes(state) {
  const decisions = trace(state).map(({ losers, pointer, winners, reason }) => objectOf({
    losers: losers.map(([event_id, why]) => objectOf({ event_id, reason: why })), pointer, winners, reason,
  }));
  return canonicalBytes(objectOf({ pith_number: state.record.pithNumber, rules: MERGE_RULES, trace: decisions }));
}
