//! What each event changed when it came, in the order of the events (TIMELINE-1, TIMELINE-2).

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::classification::Refers;
use super::event_types::{ALIAS_ADDED, CHECKPOINT, EVENT_RETRACTED, EVENT_TYPES, Selecting};
use super::ledger::Ledger;
use super::selection::{Selection, is_retractable};
use crate::verify::verdicts::SignedEvent;

/// A slot: the event type, and for `latest` the slot of the event.
type SlotKey<'l> = (usize, &'l [u8]);

/// The state of the events before one.
struct Before<'l, 'p> {
    ledger: &'l Ledger<'p>,
    seen: HashSet<&'l str>,
    retracted: HashSet<&'l str>,
    /// The ids that a retraction of a signer names, whether or not the event has come.
    named: HashSet<(&'l str, &'l str)>,
    /// The events of each alias that are not retracted.
    aliases: HashMap<(&'l str, &'l str), usize>,
    /// The rivals of each slot, the winner first.
    rivals: HashMap<SlotKey<'l>, BTreeSet<(Reverse<&'l str>, &'l str)>>,
}

/// The id and the change of each valid event, in order.
pub fn timeline<'l>(selection: &Selection<'l, '_>) -> Vec<(&'l str, &'static str)> {
    let mut before = Before {
        ledger: selection.ledger,
        seen: HashSet::new(),
        retracted: HashSet::new(),
        named: HashSet::new(),
        aliases: HashMap::new(),
        rivals: HashMap::new(),
    };
    selection.events.iter().map(|event| (event.event_id.as_str(), before.add(event))).collect()
}

fn slot_of(event: &SignedEvent) -> Option<SlotKey<'_>> {
    let index = event.classification.event_type.filter(|_| event.classification.code.is_none())?;
    match EVENT_TYPES[index].selecting {
        Selecting::All => None,
        Selecting::First => Some((index, &[])),
        Selecting::Latest => Some((index, &event.classification.slot)),
    }
}

/// The place of an event among its rivals: the smallest wins.
fn place(event: &SignedEvent) -> (Reverse<&str>, &str) {
    (Reverse(&event.instant), &event.event_id)
}

impl<'l> Before<'l, '_> {
    fn add(&mut self, event: &'l SignedEvent) -> &'static str {
        let change = self.change(event);
        self.seen.insert(&event.event_id);
        let is_withdrawn = self.is_withdrawn(event);
        if is_withdrawn {
            self.retracted.insert(&event.event_id);
        } else if event.classification.code.is_none() {
            if let Refers::Alias(kind, value) = &event.classification.refers {
                *self.aliases.entry((kind, value)).or_default() += 1;
            }
            if let Some(slot) = slot_of(event) {
                self.rivals.entry(slot).or_default().insert(place(event));
            }
        }
        change
    }

    /// Whether a retraction that is applied to the event is before it.
    fn is_withdrawn(&self, event: &SignedEvent) -> bool {
        let key = (self.ledger.signer_of(event), event.event_id.as_str());
        event.event_type != EVENT_TYPES[EVENT_RETRACTED].name && self.named.contains(&key)
    }

    fn change(&mut self, event: &'l SignedEvent) -> &'static str {
        let made = &event.classification;
        let (Some(index), None) = (made.event_type, made.code) else { return "unrecognised" };
        if let Refers::Retracts(target) = &made.refers {
            return self.retract(event, target);
        }
        if self.is_withdrawn(event) {
            return "withdrawn";
        }
        if index == CHECKPOINT {
            return "lists";
        }
        if let (ALIAS_ADDED, Refers::Alias(kind, value)) = (index, &made.refers) {
            let known = self.aliases.get(&(kind.as_str(), value.as_str()));
            return if known.is_some_and(|&count| count > 0) { "restates" } else { "adds" };
        }
        let Some(slot) = slot_of(event) else { return "adds" };
        let rivals = self.rivals.get(&slot);
        let winner = match EVENT_TYPES[index].selecting {
            // The smallest (instant, id) is the last of the greatest instants first, by instant.
            Selecting::First => rivals.and_then(smallest),
            _ => rivals.and_then(|rivals| rivals.first().copied()),
        };
        let Some((Reverse(instant), id)) = winner else { return "sets" };
        let is_latest = EVENT_TYPES[index].selecting == Selecting::Latest;
        if is_latest && event.instant.as_str() > instant {
            return "replaces";
        }
        let payload = self.ledger.events.get(id).map(|winner| winner.payload());
        if payload == Some(event.payload()) { "restates" } else { "superseded" }
    }

    fn retract(&mut self, event: &'l SignedEvent, target: &'l str) -> &'static str {
        let signer = self.ledger.signer_of(event);
        self.named.insert((signer, target));
        let Some(target) = self.ledger.events.get(target).filter(|_| self.seen.contains(target)) else {
            return "waits";
        };
        if !is_retractable(self.ledger, event, target) {
            return "rejected";
        }
        if self.retracted.insert(&target.event_id) && target.classification.code.is_none() {
            if let Refers::Alias(kind, value) = &target.classification.refers {
                if let Some(count) = self.aliases.get_mut(&(kind.as_str(), value.as_str())) {
                    *count -= 1;
                }
            }
            if let Some(rivals) = slot_of(target).and_then(|slot| self.rivals.get_mut(&slot)) {
                rivals.remove(&place(target));
            }
        }
        "retracts"
    }
}

/// The rival of the smallest (instant, id).
fn smallest<'l>(rivals: &BTreeSet<(Reverse<&'l str>, &'l str)>) -> Option<(Reverse<&'l str>, &'l str)> {
    let (instant, _) = *rivals.last()?;
    rivals.range((instant, "")..).next().copied()
}
