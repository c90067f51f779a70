//! The state: its bytes and digests (STATE-1 to STATE-7).

use std::collections::BTreeMap;
use std::ops::Range;

use super::RULES;
use super::classification::Refers;
use super::equivocation::{Equivocation, equivocations};
use super::event_types::{ALIAS_ADDED, EVENT_TYPES};
use super::selection::{Effect, Selection};
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

/// Where a section is in the bytes of a state, and its canonical bytes if they are other ones.
struct Section {
    range: Range<usize>,
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
        let (bytes, sections) = state_bytes(selection, groups);
        let sha256 = sha256_hex(&digested(selection, &bytes, &sections));
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

/// The bytes of the state (STATE-1), and where its sections are, in the order of STATE-2.
fn state_bytes(selection: &Selection<'_, '_>, groups: &[Equivocation<'_>]) -> (Vec<u8>, Vec<Section>) {
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
    let mut sections = Vec::with_capacity(SECTIONS.len());
    for name in SECTIONS {
        member(name, &mut out);
        let start = out.len();
        let canonical = write_section(name, selection, groups, &mut out);
        sections.push(Section { range: start..out.len(), canonical });
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
    (out, sections)
}

/// The bytes that `state_sha256` is the digest of (STATE-5).
fn digested(selection: &Selection<'_, '_>, bytes: &[u8], sections: &[Section]) -> Vec<u8> {
    let record = &selection.ledger.record;
    let mut out = Vec::with_capacity(bytes.len() + 256);
    out.push(b'{');
    text_member("canonical_sha256", &record.hex, &mut out);
    member("current", &mut out);
    out.push(b'{');
    for index in SORTED {
        member(SECTIONS[index], &mut out);
        let section = &sections[index];
        let same = &bytes[section.range.clone()];
        out.extend_from_slice(section.canonical.as_deref().unwrap_or(same));
    }
    out.push(b'}');
    text_member("pith_number", &record.number.to_string(), &mut out);
    text_member("rules", RULES, &mut out);
    out.push(b'}');
    out
}

/// Write a section; its canonical bytes are returned if they are other ones.
fn write_section(
    name: &str,
    selection: &Selection<'_, '_>,
    groups: &[Equivocation<'_>],
    out: &mut Vec<u8>,
) -> Option<Vec<u8>> {
    match name {
        "canonical_record" => out.extend_from_slice(&selection.ledger.record.canonical),
        "source_aliases" => write_aliases(selection, out),
        "receipt" => out.extend_from_slice(receipt(selection).unwrap_or(b"null")),
        "equivocations" => Json::array(groups.iter().map(Equivocation::to_json)).write(out),
        _ => return write_entries(name, selection, out),
    }
    None
}

/// The receipt of the current `record_created`, if it is verified.
fn receipt<'l>(selection: &Selection<'l, '_>) -> Option<&'l [u8]> {
    let (event, _) = selection.first.as_ref()?.winner?;
    event.receipt.as_deref()
}

fn write_aliases(selection: &Selection<'_, '_>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, ((kind, value), event)) in aliases(selection).into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.push(b'{');
        text_member("alias_kind", kind, out);
        text_member("alias_value", value, out);
        if let Some(event) = event {
            raw_member("created_at", &event.created_at, out);
        }
        out.push(b'}');
    }
    out.push(b']');
}

fn write_entries(section: &str, selection: &Selection<'_, '_>, out: &mut Vec<u8>) -> Option<Vec<u8>> {
    let of = EVENT_TYPES.iter().position(|each| each.section == section)?;
    let current = selection.current(of);
    let mut canonical = vec![b'['];
    out.push(b'[');
    for (index, event) in current.iter().enumerate() {
        if index > 0 {
            out.push(b',');
            canonical.push(b',');
        }
        let effect = selection.effect(event).map(Effect::word);
        write_entry(event, effect, out);
        write_canonical_entry(event, effect, &mut canonical);
    }
    out.push(b']');
    canonical.push(b']');
    (!current.is_empty()).then_some(canonical)
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
    raw_member("payload", event.payload(), out);
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
    raw_member("payload", event.payload(), out);
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
