/**
 * The merge rules by name, and what is fixed under it [MERGE-1].
 *
 * @module
 */
import { EVENT_TYPES } from "./event-types.js";

export const MERGE_RULES = "pithbundle-merge-1";

/** Types that the checks call `verified` and not `unknown_type` [CHECK-10]. @type {ReadonlySet<string>} */
export const KNOWN_TYPES = new Set(EVENT_TYPES.keys());

/** The members of `current`, in order [STATE-2]. */
export const SECTIONS = [
  "canonical_record", "source_aliases", "graph_snapshots", "receipt", "timestamp_anchors", "storage_attestations",
  "author_claims", "citations", "replications", "integrity_findings", "retractions", "checkpoints", "equivocations",
];
