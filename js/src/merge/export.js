/**
 * Exports: bundles that contain the valid events [EXPORT-1, EXPORT-2].
 *
 * @module
 */
/** @import { Limits } from "../encoding/limits.js" */
/** @import { Obj, Value } from "../encoding/values.js" */
/** @import { ValidEvent } from "../verify/verdicts.js" */
/** @import { State } from "./state.js" */
import { PithError } from "../errors.js";
import { canonicalBytes } from "../encoding/canonical.js";
import { parseJson } from "../encoding/json-reader.js";
import { BUNDLE_LIMITS } from "../encoding/limits.js";
import { countValues, objectOf } from "../encoding/values.js";
import { elementOf } from "../bundle/event-element.js";

/** @param {ValidEvent} event @returns {Obj} the element [EXPORT-1] */
export const exportedEvent = (event) => elementOf(event.format, event);

/** The bundle and its list of events. */
const LEVELS_ABOVE_AN_EVENT = 2;

/** @typedef {Record<"size" | "nodes" | "events", number>} Cost of a part, or of one more event */

/**
 * @param {Value} value @param {number} events @param {Limits} limits of strings and of depth, which no sum concerns
 * @param {number} above levels of the bundle above the value
 * @returns {Cost} throws `size` for a string or a name over its limit, `depth` [EXPORT-2]
 */
function costOf(value, events, limits, above) {
  const canonical = canonicalBytes(value);
  parseJson(canonical, { ...limits, size: Infinity, nodes: Infinity, depth: limits.depth - above });
  return { size: canonical.length, nodes: countValues(value), events };
}
/** @param {Cost} a @param {Cost} b @returns {Cost} */
const sumOf = (a, b) => ({ size: a.size + b.size, nodes: a.nodes + b.nodes, events: a.events + b.events });
/** @param {Cost} cost @param {Limits} limits @returns {"size" | "nodes" | "events" | undefined} the code of the first limit that it exceeds */
const exceededBy = (cost, limits) => /** @type {const} */ (["size", "nodes", "events"]).find((name) => cost[name] > limits[name]);

/**
 * @param {State} state @param {Limits} [limits] of an input
 * @returns {Uint8Array[]} one or more bundles; throws `size`, `nodes`, `depth` or `events` where no bundle can contain the record and one event [EXPORT-2]
 */
export function exportParts({ record, ledger }, limits = BUNDLE_LIMITS) {
  const bundleOf = (/** @type {Value[]} */ events) => objectOf({
    bundle_type: "pith_open_graph_bundle", bundle_version: "1.0", pith_number: record.pithNumber,
    canonical_sha256: record.sha256, canonical_record: record.value, events,
  });
  const ensureFits = (/** @type {Cost} */ cost) => {
    const code = exceededBy(cost, limits);
    if (code !== undefined) throw new PithError(code);
  };
  const empty = costOf(bundleOf([]), 0, limits, 0);
  ensureFits(empty);
  const comma = { size: 1, nodes: 0, events: 0 };
  /** @type {Value[]} */
  let part = [];
  let used = empty;
  const parts = [part];
  for (const event of ledger.events.map(exportedEvent)) {
    const cost = costOf(event, 1, limits, LEVELS_ABOVE_AN_EVENT);
    const more = sumOf(sumOf(used, comma), cost);
    if (part.length > 0 && exceededBy(more, limits) === undefined) used = more;
    else {
      used = sumOf(empty, cost);
      ensureFits(used);
      if (part.length > 0) {
        part = [];
        parts.push(part);
      }
    }
    part.push(event);
  }
  return parts.map((events) => canonicalBytes(bundleOf(events)));
}
