/**
 * The ledger: the valid events of one record in order, each classified once when it enters.
 *
 * @module
 */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { ValidEvent } from "../verify/verdicts.js" */
import { EVENT_TYPES } from "./event-types.js";
import { eventIdOf, schemaError } from "./schema.js";

/** @typedef {"applied" | "waiting" | "rejected"} Effect of a retraction [MERGE-7] */
/**
 * `code` is the schema error, null where the event conforms [KIND-2].
 * @typedef {ValidEvent & { conforms: boolean, code: string | null, retracted: boolean }} ClassifiedEvent
 */
/**
 * @typedef {object} Ledger
 * @property {CanonicalRecord} record
 * @property {readonly ClassifiedEvent[]} events by (instant, id)
 * @property {Map<string, ClassifiedEvent[]>} conforming by type, in order
 * @property {Map<string, Effect>} effects of conforming retractions, by id
 */

/** @param {ValidEvent} a @param {ValidEvent} b [MERGE-4] */
export const byTime = (a, b) => (a.instant < b.instant ? -1 : a.instant > b.instant ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** @template T @param {Iterable<T>} items @param {(item: T) => string} nameOf @returns {Map<string, T[]>} each group in the order of the items */
export function grouped(items, nameOf) {
  /** @type {Map<string, T[]>} */
  const out = new Map();
  for (const item of items) {
    const name = nameOf(item);
    const group = out.get(name);
    if (group === undefined) out.set(name, [item]);
    else group.push(item);
  }
  return out;
}

/**
 * @param {ClassifiedEvent} retraction conforming @param {ClassifiedEvent | undefined} target where it is in the set
 * @returns {Effect} [MERGE-7]
 */
export function effectOf(retraction, target) {
  if (target === undefined) return "waiting";
  return target.signerId === retraction.signerId && target.type !== "event_retracted" ? "applied" : "rejected";
}

/** @param {CanonicalRecord} record @param {readonly ValidEvent[]} valid of distinct ids, in any order @returns {Ledger} */
export function ledgerOf(record, valid) {
  /** @type {ClassifiedEvent[]} */
  const events = [...valid].sort(byTime).map((event) => {
    const code = schemaError(EVENT_TYPES.get(event.type), event, record);
    return { ...event, code, conforms: code === null, retracted: false };
  });
  const byId = new Map(events.map((event) => [event.id, event]));
  const conforming = grouped(events.filter(({ conforms }) => conforms), ({ type }) => type);
  /** @type {Map<string, Effect>} */
  const effects = new Map();
  for (const event of conforming.get("event_retracted") ?? []) {
    const target = byId.get(eventIdOf(event.payload.get("event_id")));
    const effect = effectOf(event, target);
    effects.set(event.id, effect);
    if (target !== undefined && effect === "applied") target.retracted = true;
  }
  return { record, events, conforming, effects };
}
