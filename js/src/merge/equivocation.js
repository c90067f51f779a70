/**
 * Equivocations: contradictory statements of one signer at one instant [MERGE-8].
 *
 * @module
 */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { ClassifiedEvent } from "./ledger.js" */
import { compareStrings } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical.js";
import { objectOf } from "../encoding/values.js";
import { EVENT_TYPES } from "./event-types.js";
import { grouped } from "./ledger.js";
import { slotOf } from "./selection.js";

/**
 * @typedef {object} Equivocation
 * @property {string} eventType
 * @property {string} signer
 * @property {Value[]} slot
 * @property {string} instant
 * @property {string[]} eventIds sorted
 * @property {readonly ClassifiedEvent[]} events
 */

/** @param {string} type */
const decidingMembers = (type) => EVENT_TYPES.get(type)?.deciding ?? [];

/** @param {ClassifiedEvent} event @returns {string} what a conflict compares [MERGE-8] */
export const decidingValues = ({ type, payload }) => canonicalJson(decidingMembers(type).map((name) => payload.get(name) ?? null));

/** @param {readonly ClassifiedEvent[]} events in order, retracted ones included @returns {Equivocation[]} in the order of STATE-4 */
export function equivocationsOf(events) {
  const mayConflict = events.filter(({ conforms, type }) => conforms && decidingMembers(type).length > 0);
  const found = [];
  for (const group of grouped(mayConflict, (event) => canonicalJson([event.type, slotOf(event), event.instant])).values()) {
    if (new Set(group.map(decidingValues)).size < 2) continue;
    const [{ type: eventType, signerId: signer, instant }] = group;
    const slot = slotOf(group[0]);
    const equivocation = { eventType, signer, slot, instant, eventIds: group.map(({ id }) => id).sort(), events: group };
    found.push({ equivocation, order: [eventType, signer, canonicalJson(slot), instant] });
  }
  found.sort((a, b) => a.order.reduce((sum, text, i) => sum || compareStrings(text, b.order[i]), 0));
  return found.map(({ equivocation }) => equivocation);
}

/** @param {Equivocation} equivocation @returns {Obj} as the state has it [STATE-4] */
export const equivocationEntry = ({ eventIds, eventType, instant, signer, slot }) => objectOf({
  event_ids: eventIds, event_type: eventType, instant, signer, slot,
});
