/**
 * The event types of pithbundle-merge-1, as data [KIND-1 and KIND-3 to KIND-13].
 *
 * @module
 */
/** @import { EventType } from "./schema.js" */
import { canonicalJson } from "../encoding/canonical.js";
import { aTimestamp, anEventId, anObject, base64, grammar, hex64, integerFrom, oneOf, prose, sortedIds } from "./schema.js";

const printable512 = grammar(/^[!-~]{1,512}$/);
const lowerName = grammar(/^[a-z][a-z0-9_.-]{0,63}$/);
const aUrl = grammar(/^https?:\/\/[!-~]{1,2040}$/);
const aWord = grammar(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/);
/** @type {NonNullable<EventType["match"]>} */
const isOfRecord = (payload, record) => (payload.get("canonical_sha256") === record.sha256 ? null : "hash_mismatch");

/** Of a citation [KIND-9]. */
export const RELATIONSHIPS = "supports refutes extends uses_method depends_on replaces compares cites";

/** In the order of the table. @type {ReadonlyMap<string, EventType>} */
export const EVENT_TYPES = new Map(Object.entries(/** @type {Record<string, EventType>} */ ({
  record_created: { // KIND-3
    target: "record", section: "receipt", selection: "first",
    members: { canonical_record: anObject, canonical_sha256: hex64, receipt: anObject },
    match: (payload, record) => {
      const same = canonicalJson(payload.get("canonical_record")) === canonicalJson(record.value);
      return same ? isOfRecord(payload, record) : "hash_mismatch";
    },
  },
  alias_added: { // KIND-4
    target: "record", section: "source_aliases", selection: "all",
    members: { alias_kind: grammar(/^[a-z][a-z0-9_]{0,63}$/), alias_value: printable512 },
    match: (payload, record) => {
      const kind = payload.get("alias_kind");
      const derives = kind === "arxiv" || kind === "arxiv_version" || kind.startsWith("pith_short_");
      return !derives || record.aliases.get(kind) === payload.get("alias_value") ? null : "subject";
    },
  },
  graph_snapshot: { target: "graph", section: "graph_snapshots", selection: "all", members: { graph_snapshot: anObject } }, // KIND-5
  timestamp_anchor: { // KIND-6
    target: "record", section: "timestamp_anchors", selection: "all",
    members: { canonical_sha256: hex64, proof_b64: base64 }, match: isOfRecord,
  },
  storage_attestation: { // KIND-7
    target: "record", section: "storage_attestations", selection: "all",
    members: { provider: lowerName, url: aUrl, captured_at: aTimestamp, "content_sha256?": hex64 },
  },
  author_claim: { // KIND-8
    target: "record", section: "author_claims", selection: "latest", slot: ["scheme", "identifier"], deciding: ["strength"],
    members: { scheme: lowerName, identifier: printable512, strength: oneOf("strong weak") },
  },
  citation: { // KIND-9
    target: "record", section: "citations", selection: "all",
    members: { citing_work: printable512, relationship: oneOf(RELATIONSHIPS) },
  },
  replication: { // KIND-10
    target: "record", section: "replications", selection: "all",
    members: {
      claimant: prose(512), claim: prose(4096), "url?": aUrl, kind: oneOf("replication falsification formal_bridge"),
      outcome: oneOf("supports refutes inconclusive"), moderation: oneOf("pending accepted rejected"),
    },
  },
  "pith.integrity.v1": { // KIND-11
    target: "record", section: "integrity_findings", selection: "latest", slot: ["detector", "evidence_hash"],
    deciding: ["finding_type", "verdict_class", "severity"],
    members: {
      event_type: oneOf("pith.integrity.v1"), detector: aWord,
      detector_version: grammar(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/), finding_type: aWord,
      verdict_class: oneOf("incontrovertible cross_source threshold_with_margin rescinded"),
      severity: oneOf("critical advisory informational"),
      arxiv_id: grammar(/^[!-~]{1,64}$/), evidence_hash: hex64, evidence: anObject, audited_at: aTimestamp,
      "paper_version?": integerFrom(1), "snippet?": prose(65536), "note?": prose(65536), "ref_index?": integerFrom(0),
      "detected_doi?": prose(65536), "detected_arxiv_id?": prose(65536), "external_url?": prose(65536), "resolved_title?": prose(65536),
      "detector_url?": prose(65536),
    },
    match: (payload, record) => (payload.get("arxiv_id") === record.sourceId ? null : "subject"),
  },
  event_retracted: { // KIND-12
    target: "event", section: "retractions", selection: "all", members: { event_id: anEventId, "reason?": prose(4096) },
  },
  checkpoint: { target: "bundle", section: "checkpoints", selection: "all", members: { event_ids: sortedIds } }, // KIND-13
})));
