//! Exports: the events of a ledger as bundles within the limits (EXPORT-1, EXPORT-2).

use super::ledger::Ledger;
use super::selection::order;
use crate::encoding::limits::Limits;
use crate::encoding::output::Json;
use crate::encoding::{Regions, canonical, read_json};
use crate::error::Fault;
use crate::formats::{Exported, exported};
use crate::verify::verdicts::SignedEvent;

/// Limits of what was read already and is read again.
pub(crate) fn unbounded() -> Limits {
    Limits { size: usize::MAX, depth: usize::MAX, nodes: usize::MAX, string: usize::MAX, ..Limits::default() }
}

/// The canonical bytes of the exported element of an event (FORMAT-12).
pub fn exported_event(ledger: &Ledger<'_>, event: &SignedEvent) -> Result<Vec<u8>, Fault> {
    let key = &ledger.policy.keys[event.key];
    let content = read_json(&event.content.canonical, &unbounded(), Regions::One)?;
    let parts = Exported {
        content: content.root(),
        payload: event.payload(),
        digest: &event.digest,
        signature: &event.signature,
        key_id: &key.key_id,
        fingerprint: &key.fingerprint,
    };
    Ok(exported(&ledger.policy.formats[event.format], &parts))
}

/// What a part has so far.
struct Part {
    events: Vec<Vec<u8>>,
    bytes: usize,
    values: usize,
}

impl Part {
    /// The bytes between the events so far and the next one.
    fn comma(&self) -> usize {
        usize::from(!self.events.is_empty())
    }
}

/// The parts of an export, each a bundle (EXPORT-2).
pub fn export(ledger: &Ledger<'_>, limits: &Limits) -> Result<Vec<Vec<u8>>, Fault> {
    let mut events: Vec<&SignedEvent> = ledger.events.values().map(std::sync::Arc::as_ref).collect();
    events.sort_by(|a, b| order(a).cmp(&order(b)));
    let empty = frame(ledger, &[]);
    let (frame_size, frame_values) = (empty.len(), measure(&empty)?.values);
    let start = || Part { events: Vec::new(), bytes: frame_size, values: frame_values };
    let mut part = start();
    let mut parts = Vec::new();
    for event in events {
        let element = exported_event(ledger, event)?;
        let found = measure(&element)?;
        // The bundle and its array are above an element.
        if found.depth + 2 > limits.bundle_depth {
            return Err(Fault::new("depth"));
        }
        let fits = |part: &Part| {
            if part.events.len() >= limits.events {
                Err(Fault::new("events"))
            } else if part.bytes + part.comma() + element.len() > limits.size {
                Err(Fault::new("size"))
            } else if part.values + found.values > limits.nodes {
                Err(Fault::new("nodes"))
            } else {
                Ok(())
            }
        };
        if fits(&part).is_err() && !part.events.is_empty() {
            parts.push(frame(ledger, &std::mem::replace(&mut part, start()).events));
        }
        fits(&part)?;
        part.bytes += part.comma() + element.len();
        part.values += found.values;
        part.events.push(element);
    }
    parts.push(frame(ledger, &part.events));
    Ok(parts)
}

fn measure(bytes: &[u8]) -> Result<canonical::Measure, Fault> {
    let tree = read_json(bytes, &unbounded(), Regions::One)?;
    Ok(canonical::write(tree.root(), &mut Vec::new()))
}

/// The canonical bytes of a bundle of these elements.
fn frame(ledger: &Ledger<'_>, events: &[Vec<u8>]) -> Vec<u8> {
    Json::object([
        ("bundle_type", Json::from("pith_open_graph_bundle")),
        ("bundle_version", Json::from("1.0")),
        ("canonical_record", Json::Raw(ledger.record.canonical.clone())),
        ("canonical_sha256", Json::from(ledger.record.hex.as_str())),
        ("events", Json::array(events.iter().cloned().map(Json::Raw))),
        ("pith_number", Json::from(ledger.record.number.to_string())),
    ])
    .bytes()
}
