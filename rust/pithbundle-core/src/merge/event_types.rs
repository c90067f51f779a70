//! The event types of `pithbundle-merge-1` as data (KIND-1, KIND-3 to KIND-13).

use super::schema::Check::{
    self, EventId, EventIds, Hex, IntegerFrom, Object, OneOf, Pattern, Proof, Prose, Time,
};
use super::schema::{detector, kind, name, printable_64, printable_512, url, version};

/// Which events of a type are current (MERGE-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selecting {
    /// The smallest (instant, id) over all signers.
    First,
    /// In each slot the greatest instant, of several the smallest id.
    Latest,
    /// All of them.
    All,
}

/// What an event must have in common with the record or itself (KIND-2, 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Nothing,
    /// `canonical_record` and `canonical_sha256` are those of the record.
    Record,
    /// `canonical_sha256` is that of the record.
    Hash,
    /// The alias is not another one than the record derives.
    Alias,
    /// `arxiv_id` is `source.id` of the record.
    ArxivId,
}

/// A member of a payload.
pub(crate) struct Member {
    pub name: &'static str,
    pub check: Check,
    pub is_required: bool,
}

/// An event type.
pub struct EventType {
    /// Its name.
    pub name: &'static str,
    /// Its target.
    pub target: &'static str,
    /// The section of the state.
    pub section: &'static str,
    /// Which events are current.
    pub selecting: Selecting,
    /// The members of the payload in a slot.
    pub slot: &'static [&'static str],
    /// The members that decide of an equivocation.
    pub deciding: &'static [&'static str],
    pub(crate) members: &'static [Member],
    pub(crate) matching: Match,
}

const fn required(name: &'static str, check: Check) -> Member {
    Member { name, check, is_required: true }
}

const fn optional(name: &'static str, check: Check) -> Member {
    Member { name, check, is_required: false }
}

const ALL: EventType = EventType {
    name: "",
    target: "record",
    section: "",
    selecting: Selecting::All,
    slot: &[],
    deciding: &[],
    members: &[],
    matching: Match::Nothing,
};

const RELATIONSHIPS: &[&str] =
    &["supports", "refutes", "extends", "uses_method", "depends_on", "replaces", "compares", "cites"];

/// The index of `record_created`.
pub const RECORD_CREATED: usize = 0;
/// The index of `alias_added`.
pub const ALIAS_ADDED: usize = 1;
/// The index of `event_retracted`.
pub const EVENT_RETRACTED: usize = 9;
/// The index of `checkpoint`.
pub const CHECKPOINT: usize = 10;

/// The table of KIND-1.
pub static EVENT_TYPES: [EventType; 11] = [
    EventType {
        name: "record_created",
        section: "receipt",
        selecting: Selecting::First,
        members: &[
            required("canonical_record", Object),
            required("canonical_sha256", Hex),
            required("receipt", Object),
        ],
        matching: Match::Record,
        ..ALL
    },
    EventType {
        name: "alias_added",
        section: "source_aliases",
        members: &[required("alias_kind", Pattern(kind)), required("alias_value", Pattern(printable_512))],
        matching: Match::Alias,
        ..ALL
    },
    EventType {
        name: "graph_snapshot",
        target: "graph",
        section: "graph_snapshots",
        members: &[required("graph_snapshot", Object)],
        ..ALL
    },
    EventType {
        name: "timestamp_anchor",
        section: "timestamp_anchors",
        members: &[required("canonical_sha256", Hex), required("proof_b64", Proof)],
        matching: Match::Hash,
        ..ALL
    },
    EventType {
        name: "storage_attestation",
        section: "storage_attestations",
        members: &[
            required("provider", Pattern(name)),
            required("url", Pattern(url)),
            required("captured_at", Time),
            optional("content_sha256", Hex),
        ],
        ..ALL
    },
    EventType {
        name: "author_claim",
        section: "author_claims",
        selecting: Selecting::Latest,
        slot: &["scheme", "identifier"],
        deciding: &["strength"],
        members: &[
            required("scheme", Pattern(name)),
            required("identifier", Pattern(printable_512)),
            required("strength", OneOf(&["strong", "weak"])),
        ],
        ..ALL
    },
    EventType {
        name: "citation",
        section: "citations",
        members: &[
            required("citing_work", Pattern(printable_512)),
            required("relationship", OneOf(RELATIONSHIPS)),
        ],
        ..ALL
    },
    EventType {
        name: "replication",
        section: "replications",
        members: &[
            required("claimant", Prose(512)),
            required("claim", Prose(4_096)),
            optional("url", Pattern(url)),
            required("kind", OneOf(&["replication", "falsification", "formal_bridge"])),
            required("outcome", OneOf(&["supports", "refutes", "inconclusive"])),
            required("moderation", OneOf(&["pending", "accepted", "rejected"])),
        ],
        ..ALL
    },
    EventType {
        name: "pith.integrity.v1",
        section: "integrity_findings",
        selecting: Selecting::Latest,
        slot: &["detector", "evidence_hash"],
        deciding: &["finding_type", "verdict_class", "severity"],
        members: &[
            required("event_type", OneOf(&["pith.integrity.v1"])),
            required("detector", Pattern(detector)),
            required("detector_version", Pattern(version)),
            required("finding_type", Pattern(detector)),
            required(
                "verdict_class",
                OneOf(&["incontrovertible", "cross_source", "threshold_with_margin", "rescinded"]),
            ),
            required("severity", OneOf(&["critical", "advisory", "informational"])),
            required("arxiv_id", Pattern(printable_64)),
            required("evidence_hash", Hex),
            required("evidence", Object),
            required("audited_at", Time),
            optional("paper_version", IntegerFrom(1)),
            optional("snippet", Prose(65_536)),
            optional("note", Prose(65_536)),
            optional("ref_index", IntegerFrom(0)),
            optional("detected_doi", Prose(65_536)),
            optional("detected_arxiv_id", Prose(65_536)),
            optional("external_url", Prose(65_536)),
            optional("resolved_title", Prose(65_536)),
            optional("detector_url", Prose(65_536)),
        ],
        matching: Match::ArxivId,
        ..ALL
    },
    EventType {
        name: "event_retracted",
        target: "event",
        section: "retractions",
        members: &[required("event_id", EventId), optional("reason", Prose(4_096))],
        ..ALL
    },
    EventType {
        name: "checkpoint",
        target: "bundle",
        section: "checkpoints",
        members: &[required("event_ids", EventIds)],
        ..ALL
    },
];
