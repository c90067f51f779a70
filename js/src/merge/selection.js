/**
 * Selection: which event of a slot is current, why, and what becomes of the others. This module decides;
 * state, trace, status and timeline present its decisions.
 *
 * @module
 */
/** @import { CanonicalRecord } from "../bundle/record.js" */
/** @import { Value } from "../encoding/values.js" */
/** @import { ClassifiedEvent, Effect, Ledger } from "./ledger.js" */
/** @import { EventType } from "./schema.js" */
import { compareStrings } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical.js";
import { EVENT_TYPES } from "./event-types.js";
import { byTime, grouped } from "./ledger.js";
import { eventIdOf } from "./schema.js";

/** @typedef {"derived" | "only" | "first" | "newest" | "smallest_id" | "listed" | "waiting" | "rejected" | "retracted"} Reason [TRACE-2] */
/** @typedef {"retracted" | "restated" | "superseded" | "rejected"} LosingReason [TRACE-2] */
/** @typedef {[string, LosingReason][]} Losers event ids by (instant, id) */
/**
 * @typedef {object} Selection the decision for one entry
 * @property {ClassifiedEvent | null} winner
 * @property {Reason} reason
 * @property {Losers} losers
 */
/** @typedef {Selection & { winner: ClassifiedEvent }} Entry */
/** @typedef {Selection & { kind: string, value: string }} AliasSelection */
/**
 * @typedef {object} Selections of a ledger
 * @property {Map<string, Entry[]>} sections entries by section, each by (instant, id): all but the two below
 * @property {AliasSelection[]} aliases derived and signed, sorted [STATE-4]
 * @property {Selection | null} receipt null without a conforming record_created
 */

/** @param {ClassifiedEvent} event @returns {Value[]} its slot [MERGE-5] */
export const slotOf = ({ type, signerId, payload }) => [signerId, ...(EVENT_TYPES.get(type)?.slot ?? []).map((name) => payload.get(name) ?? null)];

/** @param {string} kind @param {string} value @returns {string} the slot of an alias: one entry for each, of any signer [STATE-4] */
const aliasSlot = (kind, value) => canonicalJson(["alias_added", kind, value]);

/**
 * @param {ClassifiedEvent} event conforming
 * @returns {{ name: string, selection: "first" | "latest" } | null} the slot in which it competes; null where all are current
 */
export function competitionOf(event) {
  const { type, payload } = event;
  if (type === "alias_added") return { name: aliasSlot(payload.get("alias_kind"), payload.get("alias_value")), selection: "first" };
  const { selection } = /** @type {EventType} */ (EVENT_TYPES.get(type));
  if (selection === "all") return null;
  return { name: canonicalJson([type, ...(selection === "latest" ? slotOf(event) : [])]), selection };
}

/** The events of one slot so far, of which one is current [MERGE-5]. */
export class Slot {
  /** @param {"first" | "latest"} selection by the smallest instant, or by the greatest; of one instant by the smallest id */
  constructor(selection) {
    this.isLatest = selection === "latest";
    /** @type {ClassifiedEvent[][]} by instant, ascending */
    this.instants = [];
  }

  /** @param {ClassifiedEvent} event not before those that are here, by (instant, id) */
  add(event) {
    const last = this.instants.at(-1);
    if (last !== undefined && last[0].instant === event.instant) last.push(event);
    else this.instants.push([event]);
  }

  /** @param {(event: ClassifiedEvent) => boolean} isRetracted for good: such an event is dropped @returns {ClassifiedEvent | null} */
  winner(isRetracted) {
    for (;;) {
      const group = this.instants.at(this.isLatest ? -1 : 0);
      if (group === undefined) return null;
      const found = group.find((event) => !isRetracted(event));
      if (found !== undefined) {
        group.splice(0, group.indexOf(found));
        return found;
      }
      if (this.isLatest) this.instants.pop();
      else this.instants.shift();
    }
  }
}

/** @param {ClassifiedEvent} event that is not current and not retracted @param {ClassifiedEvent} winner @returns {"restated" | "superseded"} [TRACE-2] */
export const losingReason = (event, winner) => (event.type === "alias_added" || event.payloadJson === winner.payloadJson ? "restated" : "superseded");

/** @param {readonly ClassifiedEvent[]} events of a slot, in order @param {"first" | "latest"} selection @returns {Selection} [MERGE-5, TRACE-2] */
function select(events, selection) {
  const slot = new Slot(selection);
  for (const event of events) slot.add(event);
  const winner = slot.winner(({ retracted }) => retracted);
  if (winner === null) return { winner, reason: "retracted", losers: events.map(({ id }) => [id, "retracted"]) };
  const candidates = events.filter(({ retracted }) => !retracted);
  const rivals = candidates.filter(({ instant }) => instant === winner.instant);
  /** @type {Reason} */
  const reason = candidates.length === 1 ? "only" : selection === "first" ? "first" : rivals.length === 1 ? "newest" : "smallest_id";
  /** @type {Losers} */
  const losers = events.filter((event) => event !== winner).map((event) => [event.id, event.retracted ? "retracted" : losingReason(event, winner)]);
  return { winner, reason, losers };
}

/** @param {readonly ClassifiedEvent[]} events of one `latest` type @returns {Entry[]} */
function latestEntries(events) {
  const slots = grouped(events, (event) => canonicalJson(slotOf(event)));
  const found = [...slots.values()].map((slot) => select(slot, "latest"));
  return found.filter(isEntry).sort((a, b) => byTime(a.winner, b.winner));
}

/** @param {Selection} selection @returns {selection is Entry} */
const isEntry = (selection) => selection.winner !== null;

/** @param {readonly ClassifiedEvent[]} events of one `all` type @param {Map<string, Effect>} effects @returns {Entry[]} [TRACE-3] */
function allEntries(events, effects) {
  return events.filter(({ retracted }) => !retracted).map((winner) => {
    const effect = effects.get(winner.id) ?? "applied";
    return {
      winner, reason: effect === "applied" ? "listed" : effect,
      losers: effects.get(winner.id) === "applied" ? [[eventIdOf(winner.payload.get("event_id")), "retracted"]] : [],
    };
  });
}

/** @param {readonly ClassifiedEvent[]} events conforming record_created @returns {Selection | null} [STATE-4, TRACE-2] */
function receiptSelection(events) {
  if (events.length === 0) return null;
  const { winner, reason, losers } = select(events, "first");
  if (winner === null || winner.isReceiptVerified) return { winner, reason, losers };
  // The winner is listed among the losers, in order.
  return { winner: null, reason: "rejected", losers: losers.toSpliced(events.indexOf(winner), 0, [winner.id, "rejected"]) };
}

/**
 * @param {CanonicalRecord} record @param {readonly ClassifiedEvent[]} events conforming alias_added
 * @returns {AliasSelection[]} [STATE-4, TRACE-3]
 */
function aliasSelections(record, events) {
  const signed = grouped(events, ({ payload }) => aliasSlot(payload.get("alias_kind"), payload.get("alias_value")));
  /** @type {AliasSelection[]} */
  const out = [];
  for (const [kind, value] of record.aliases) {
    const slot = aliasSlot(kind, value);
    const { winner, losers } = select(signed.get(slot) ?? [], "first");
    out.push({ kind, value, winner, reason: "derived", losers });
    signed.delete(slot);
  }
  for (const group of signed.values()) {
    const { payload } = group[0];
    const selection = select(group, "first");
    if (selection.winner !== null) out.push({ kind: payload.get("alias_kind"), value: payload.get("alias_value"), ...selection });
  }
  return out.sort((a, b) => compareStrings(a.kind, b.kind) || compareStrings(a.value, b.value));
}

/** @param {Ledger} ledger @returns {Selections} */
export function selectionsOf({ record, conforming, effects }) {
  const of = (/** @type {string} */ type) => conforming.get(type) ?? [];
  /** @type {Map<string, Entry[]>} */
  const sections = new Map();
  for (const [type, { section, selection }] of EVENT_TYPES) {
    if (section === "receipt" || section === "source_aliases") continue;
    sections.set(section, selection === "latest" ? latestEntries(of(type)) : allEntries(of(type), effects));
  }
  return { sections, aliases: aliasSelections(record, of("alias_added")), receipt: receiptSelection(of("record_created")) };
}
