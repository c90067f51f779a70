//! Events of one signer that contradict each other (MERGE-8).

use std::collections::{BTreeMap, BTreeSet};

use super::event_types::EVENT_TYPES;
use super::selection::Selection;
use crate::encoding::output::Json;
use crate::verify::verdicts::SignedEvent;

/// A group of events that contradict each other.
#[derive(Clone, Debug)]
pub struct Equivocation<'l> {
    /// The event type.
    pub event_type: &'static str,
    /// The signer.
    pub signer: &'l str,
    /// The canonical bytes of the slot.
    pub slot: &'l [u8],
    /// The instant.
    pub instant: &'l str,
    /// The events, by id.
    pub events: Vec<&'l SignedEvent>,
}

impl Equivocation<'_> {
    /// The ids, sorted.
    pub fn event_ids(&self) -> impl Iterator<Item = &str> {
        self.events.iter().map(|event| event.event_id.as_str())
    }

    /// The entry of a state (STATE-4).
    pub fn to_json(&self) -> Json {
        Json::object([
            ("event_ids", Json::strings(self.event_ids())),
            ("event_type", Json::from(self.event_type)),
            ("instant", Json::from(self.instant)),
            ("signer", Json::from(self.signer)),
            ("slot", Json::Raw(self.slot.to_vec())),
        ])
    }
}

/// The equivocations of a ledger, by event type, signer, slot and instant (STATE-4).
pub fn equivocations<'l>(selection: &Selection<'l, '_>) -> Vec<Equivocation<'l>> {
    let mut groups: BTreeMap<(&str, &str, &[u8], &str), Vec<&SignedEvent>> = BTreeMap::new();
    let ledger: &'l _ = selection.ledger;
    for (of, events) in EVENT_TYPES.iter().zip(&selection.conforming) {
        if of.deciding.is_empty() {
            continue;
        }
        for &event in events {
            let key = (
                of.name,
                ledger.signer_of(event),
                event.classification.slot.as_slice(),
                event.instant.as_str(),
            );
            groups.entry(key).or_default().push(event);
        }
    }
    let differ = |events: &Vec<&SignedEvent>| {
        events.iter().map(|event| &event.classification.deciding).collect::<BTreeSet<_>>().len() > 1
    };
    groups
        .into_iter()
        .filter(|(_, events)| differ(events))
        .map(|((event_type, signer, slot, instant), events)| Equivocation {
            event_type,
            signer,
            slot,
            instant,
            // Of one instant, the order of events is that of ids.
            events,
        })
        .collect()
}
