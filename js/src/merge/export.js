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
import { BUNDLE_LIMITS } from "../encoding/limits.js";
import { toBase64 } from "../encoding/spellings.js";
import { countValues, objectOf } from "../encoding/values.js";

/** @param {ValidEvent} event @returns {Obj} its signed content, its id and one signature [EXPORT-1] */
export function exportedEvent({ id, key, content, signature }) {
  const members = objectOf({ algorithm: "ed25519", key_id: key.keyId, kind: "pith_event_signature", signature_b64: toBase64(signature) });
  return new Map([...content, ["event_id", id], ["signature", members]]);
}

/**
 * @param {State} state @param {Limits} [limits] of an input
 * @returns {Uint8Array[]} one or more bundles; throws `size`, `nodes` or `events` where an event fits into none [EXPORT-2]
 */
export function exportParts({ record, ledger }, limits = BUNDLE_LIMITS) {
  const bundleOf = (/** @type {Value[]} */ events) => objectOf({
    bundle_type: "pith_open_graph_bundle", bundle_version: "1.0", pith_number: record.pithNumber,
    canonical_sha256: record.sha256, canonical_record: record.value, events,
  });
  const frame = { size: canonicalBytes(bundleOf([])).length, nodes: countValues(bundleOf([])), events: 0 };
  const measures = /** @type {const} */ (["size", "nodes", "events"]);
  /** @type {Value[][]} */
  const parts = [[]];
  let used = { ...frame };
  for (const event of ledger.events.map(exportedEvent)) {
    // With a comma, whether or not there is one: the size is never too small.
    const cost = { size: canonicalBytes(event).length + 1, nodes: countValues(event), events: 1 };
    const exceeded = (/** @type {typeof used} */ sum) => measures.find((name) => sum[name] + cost[name] > limits[name]);
    if (exceeded(used) !== undefined) {
      const alone = exceeded(frame);
      if (alone !== undefined) throw new PithError(alone);
      parts.push([]);
      used = { ...frame };
    }
    for (const name of measures) used[name] += cost[name];
    /** @type {Value[]} */ (parts.at(-1)).push(event);
  }
  return parts.map((events) => canonicalBytes(bundleOf(events)));
}
