/**
 * The timeline: what each event changes in the state of the events before it [TIMELINE-1, TIMELINE-2].
 *
 * @module
 */
/** @import { ClassifiedEvent } from "./ledger.js" */
/** @import { State } from "./state.js" */
import { effectOf } from "./ledger.js";
import { eventIdOf } from "./schema.js";
import { Slot, competitionOf, losingReason } from "./selection.js";

/** @param {string} id @param {string} signerId */
const retractionOf = (id, signerId) => JSON.stringify([id, signerId]);

/** The state of the events so far, as far as changes depend on it. */
class Progress {
  constructor() {
    /** @type {Map<string, ClassifiedEvent>} */
    this.before = new Map();
    /** Ids that an event so far retracts. @type {Set<string>} */
    this.retracted = new Set();
    /** Retractions so far whose target is not there, with the signer. @type {Set<string>} */
    this.waiting = new Set();
    /** @type {Map<string, Slot>} */
    this.slots = new Map();
  }

  /** @param {ClassifiedEvent} event the next one @returns {string} its change */
  add(event) {
    // A retraction before it becomes applied now.
    if (event.type !== "event_retracted" && this.waiting.has(retractionOf(event.id, event.signerId))) this.retracted.add(event.id);
    const change = this.change(event);
    this.before.set(event.id, event);
    return change;
  }

  /** @param {ClassifiedEvent} event @returns {string} [TIMELINE-2] */
  change(event) {
    if (!event.conforms) return "unrecognised";
    if (event.type === "event_retracted") return this.retraction(event);
    if (this.retracted.has(event.id)) return "withdrawn";
    if (event.type === "checkpoint") return "lists";
    return this.selection(event);
  }

  /** @param {ClassifiedEvent} event a retraction @returns {string} */
  retraction(event) {
    const id = eventIdOf(event.payload.get("event_id"));
    const effect = effectOf(event, this.before.get(id));
    if (effect === "rejected") return effect;
    if (effect === "waiting") {
      this.waiting.add(retractionOf(id, event.signerId));
      return "waits";
    }
    this.retracted.add(id);
    return "retracts";
  }

  /** @param {ClassifiedEvent} event @returns {string} */
  selection(event) {
    const competition = competitionOf(event);
    if (competition === null) return "adds";
    const { name, selection } = competition;
    const slot = this.slots.get(name) ?? new Slot(selection);
    this.slots.set(name, slot);
    const isRetracted = (/** @type {ClassifiedEvent} */ { id }) => this.retracted.has(id);
    const former = slot.winner(isRetracted);
    slot.add(event);
    if (former === null) return event.type === "alias_added" ? "adds" : "sets";
    if (slot.winner(isRetracted) === event) return "replaces";
    const reason = losingReason(event, former);
    return reason === "restated" ? "restates" : reason;
  }
}

/** @param {State} state @returns {[string, string][]} event ids and what each changed [TIMELINE-1] */
export function timeline({ ledger: { events } }) {
  const progress = new Progress();
  return events.map((event) => [event.id, progress.add(event)]);
}
