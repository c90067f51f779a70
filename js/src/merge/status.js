/**
 * The status: counts of the entries of a state [STATUS-1].
 *
 * @module
 */
/** @import { ClassifiedEvent } from "./ledger.js" */
/** @import { State } from "./state.js" */
import { RELATIONSHIPS } from "./event-types.js";

/** @param {Iterable<string>} values @param {string} names @returns {Record<string, number>} how often each of the names occurs */
function counted(values, names) {
  const all = [...values];
  return Object.fromEntries(names.split(" ").map((name) => [name, all.filter((value) => value === name).length]));
}

/** @param {readonly ClassifiedEvent[]} events @param {string} name of a member of their payloads @returns {string[]} */
const valuesOf = (events, name) => events.map(({ payload }) => payload.get(name));

/** @param {State} state @returns {object} [STATUS-1] */
export function status({ ledger, selections, equivocations, unrecognised }) {
  const of = (/** @type {string} */ section) => (selections.sections.get(section) ?? []).map(({ winner }) => winner);
  const references = of("graph_snapshots").at(-1)?.payload.get("graph_snapshot").get("references");
  const count = references instanceof Map ? references.get("count") : null;
  const rescinded = of("integrity_findings").filter(({ payload }) => payload.get("verdict_class") === "rescinded");
  const findings = of("integrity_findings").filter((event) => !rescinded.includes(event));
  const outcomes = ["supports", "refutes", "inconclusive"].map((outcome) => {
    const found = of("replications").filter(({ payload }) => payload.get("outcome") === outcome);
    return [outcome, counted(valuesOf(found, "moderation"), "pending accepted rejected")];
  });
  return {
    attested: counted(valuesOf(of("author_claims"), "strength"), "strong weak"),
    anchored: of("timestamp_anchors").length,
    stored: of("storage_attestations").length,
    references: Number.isInteger(count) && count >= 0 ? count : null,
    citations: counted(valuesOf(of("citations"), "relationship"), RELATIONSHIPS),
    replications: Object.fromEntries(outcomes),
    findings: { ...counted(valuesOf(findings, "severity"), "critical advisory informational"), rescinded: rescinded.length },
    retractions: counted(ledger.effects.values(), "applied waiting rejected"),
    conflicts: equivocations.length,
    unrecognised: unrecognised.length,
  };
}
