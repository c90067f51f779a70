//! The state: its bytes and digests (STATE-1 to STATE-7).

use std::collections::BTreeMap;

use super::RULES;
use super::classification::Refers;
use super::equivocation::{Equivocation, equivocations};
use super::event_types::{ALIAS_ADDED, EVENT_TYPES, RECORD_CREATED, Selecting};
use super::selection::Selection;
use crate::encoding::canonical::{sha256_hex, write_int, write_string};
use crate::encoding::output::Json;
use crate::verify::verdicts::SignedEvent;

/// The members of `current` in the order of STATE-2.
pub(crate) const SECTIONS: [&str; 13] = [
    "canonical_record",
    "source_aliases",
    "graph_snapshots",
    "receipt",
    "timestamp_anchors",
    "storage_attestations",
    "author_claims",
    "citations",
    "replications",
    "integrity_findings",
    "retractions",
    "checkpoints",
    "equivocations",
];

/// The indices of the members of `current`, sorted by name.
const SORTED: [usize; 13] = [6, 0, 11, 7, 12, 2, 9, 3, 8, 10, 1, 5, 4];

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The bytes (STATE-1).
    pub bytes: Vec<u8>,
    /// `state_sha256` (STATE-5).
    pub sha256: String,
    /// `events_sha256` (STATE-6).
    pub events_sha256: String,
}

/// The bytes of a section: in a state, and canonical.
struct Section {
    bytes: Vec<u8>,
    canonical: Option<Vec<u8>>,
}

/// The aliases of a state, each with its first current event, if there is one (STATE-4).
pub(crate) type Aliases<'l> = BTreeMap<(&'l str, &'l str), Option<&'l SignedEvent>>;

pub(crate) fn aliases<'l>(selection: &Selection<'l, '_>) -> Aliases<'l> {
    let record = &selection.ledger.record;
    let mut found: Aliases<'l> =
        record.aliases.iter().map(|(kind, value)| ((kind.as_str(), value.as_str()), None)).collect();
    for event in selection.current(ALIAS_ADDED) {
        if let Refers::Alias(kind, value) = &event.classification.refers {
            let kept = found.entry((kind, value)).or_default();
            // Events are ordered: the first is the smallest.
            kept.get_or_insert(event);
        }
    }
    found
}

impl State {
    /// The state of a selection.
    pub fn of(selection: &Selection<'_, '_>, groups: &[Equivocation<'_>]) -> Self {
        let sections: Vec<Section> = SECTIONS.iter().map(|name| section(name, selection, groups)).collect();
        let bytes = state_bytes(selection, groups, &sections);
        let sha256 = sha256_hex(&digested(selection, &sections));
        let events_sha256 = events_sha256(selection);
        Self { bytes, sha256, events_sha256 }
    }
}

/// The state of a ledger, with its selection at hand.
pub fn state_of(selection: &Selection<'_, '_>) -> State {
    State::of(selection, &equivocations(selection))
}

fn events_sha256(selection: &Selection<'_, '_>) -> String {
    let ids = selection.ledger.events.keys();
    let mut out = Vec::with_capacity(2 + 75 * ids.len());
    out.push(b'[');
    for id in ids {
        if out.len() > 1 {
            out.push(b',');
        }
        write_string(id, &mut out);
    }
    out.push(b']');
    sha256_hex(&out)
}

fn member(name: &str, out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{')) {
        out.push(b',');
    }
    write_string(name, out);
    out.push(b':');
}

fn text_member(name: &str, text: &str, out: &mut Vec<u8>) {
    member(name, out);
    write_string(text, out);
}

fn state_bytes(selection: &Selection<'_, '_>, groups: &[Equivocation<'_>], sections: &[Section]) -> Vec<u8> {
    let ledger = selection.ledger;
    let mut out = Vec::with_capacity(2048);
    out.push(b'{');
    text_member("state_type", "pith_open_graph_state", &mut out);
    text_member("state_version", "1.0", &mut out);
    text_member("pith_number", &ledger.record.number.to_string(), &mut out);
    text_member("merge_version", RULES, &mut out);
    let counts = [
        ("event_count", ledger.event_count()),
        ("valid_event_count", ledger.events.len()),
        ("invalid_event_count", ledger.invalid_event_count()),
        ("equivocation_count", groups.len()),
    ];
    for (name, count) in counts {
        member(name, &mut out);
        write_int(count as i64, &mut out);
    }
    member("current", &mut out);
    out.push(b'{');
    for (name, section) in SECTIONS.iter().zip(sections) {
        member(name, &mut out);
        out.extend_from_slice(&section.bytes);
    }
    out.push(b'}');
    member("unrecognised", &mut out);
    let entries = selection.unrecognised().map(|event| {
        Json::object([
            ("code", Json::optional(event.classification.code)),
            ("event_id", Json::from(event.event_id.as_str())),
            ("event_type", Json::from(event.event_type.as_str())),
        ])
    });
    Json::array(entries).write(&mut out);
    out.push(b'}');
    out
}

/// The bytes that `state_sha256` is the digest of (STATE-5).
fn digested(selection: &Selection<'_, '_>, sections: &[Section]) -> Vec<u8> {
    let record = &selection.ledger.record;
    let mut out = Vec::with_capacity(2048);
    out.push(b'{');
    text_member("canonical_sha256", &record.hex, &mut out);
    member("current", &mut out);
    out.push(b'{');
    for index in SORTED {
        member(SECTIONS[index], &mut out);
        let section = &sections[index];
        out.extend_from_slice(section.canonical.as_ref().unwrap_or(&section.bytes));
    }
    out.push(b'}');
    text_member("pith_number", &record.number.to_string(), &mut out);
    text_member("rules", RULES, &mut out);
    out.push(b'}');
    out
}

fn section(name: &str, selection: &Selection<'_, '_>, groups: &[Equivocation<'_>]) -> Section {
    let same = |bytes| Section { bytes, canonical: None };
    match name {
        "canonical_record" => same(selection.ledger.record.canonical.clone()),
        "source_aliases" => same(alias_entries(selection)),
        "receipt" => same(receipt(selection)),
        "equivocations" => same(Json::array(groups.iter().map(Equivocation::to_json)).bytes()),
        _ => entries(name, selection),
    }
}

/// The receipt of the current `record_created`, if it is verified.
fn receipt(selection: &Selection<'_, '_>) -> Vec<u8> {
    let current = selection.first.as_ref().and_then(|slot| slot.winner);
    current.and_then(|(event, _)| event.receipt.clone()).unwrap_or_else(|| b"null".to_vec())
}

fn alias_entries(selection: &Selection<'_, '_>) -> Vec<u8> {
    let mut out = vec![b'['];
    for ((kind, value), event) in aliases(selection) {
        if out.len() > 1 {
            out.push(b',');
        }
        out.push(b'{');
        text_member("alias_kind", kind, &mut out);
        text_member("alias_value", value, &mut out);
        if let Some(event) = event {
            member("created_at", &mut out);
            out.extend_from_slice(&event.created_at);
        }
        out.push(b'}');
    }
    out.push(b']');
    out
}

fn entries(section: &str, selection: &Selection<'_, '_>) -> Section {
    let of = EVENT_TYPES.iter().position(|each| each.section == section).unwrap_or(RECORD_CREATED);
    debug_assert!(EVENT_TYPES[of].selecting != Selecting::First, "the receipt is no list of entries");
    let mut bytes = vec![b'['];
    let mut canonical = vec![b'['];
    for event in selection.current(of) {
        if bytes.len() > 1 {
            bytes.push(b',');
            canonical.push(b',');
        }
        let effect = selection.effect(event).map(super::selection::Effect::word);
        write_entry(event, effect, &mut bytes);
        write_canonical_entry(event, effect, &mut canonical);
    }
    bytes.push(b']');
    canonical.push(b']');
    Section { bytes, canonical: Some(canonical) }
}

fn raw_member(name: &str, bytes: &[u8], out: &mut Vec<u8>) {
    member(name, out);
    out.extend_from_slice(bytes);
}

/// An entry in the order of STATE-3.
fn write_entry(event: &SignedEvent, effect: Option<&str>, out: &mut Vec<u8>) {
    out.push(b'{');
    text_member("event_id", &event.event_id, out);
    text_member("target", &event.target, out);
    raw_member("created_at", &event.created_at, out);
    raw_member("signer", &event.signer, out);
    raw_member("payload", &event.payload, out);
    if let Some(effect) = effect {
        text_member("effect", effect, out);
    }
    out.push(b'}');
}

fn write_canonical_entry(event: &SignedEvent, effect: Option<&str>, out: &mut Vec<u8>) {
    out.push(b'{');
    raw_member("created_at", &event.created_at, out);
    if let Some(effect) = effect {
        text_member("effect", effect, out);
    }
    text_member("event_id", &event.event_id, out);
    raw_member("payload", &event.payload, out);
    raw_member("signer", &event.signer, out);
    text_member("target", &event.target, out);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_is_the_order_of_names() {
        let names: Vec<&str> = SORTED.iter().map(|&index| SECTIONS[index]).collect();
        assert!(names.is_sorted());
        assert_eq!(names.len(), SECTIONS.len());
    }
}
