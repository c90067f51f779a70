//! Which events are current, and which retracted (MERGE-4, MERGE-5, MERGE-7).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::classification::Refers;
use super::event_types::{EVENT_RETRACTED, EVENT_TYPES, RECORD_CREATED, Selecting};
use super::ledger::Ledger;
use crate::verify::verdicts::SignedEvent;

/// The effect of a retraction (MERGE-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Its target is not in the set.
    Waiting,
    /// Its target is retracted.
    Applied,
    /// Its target is of another signer, or a retraction.
    Rejected,
}

impl Effect {
    /// The word of a state.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Applied => "applied",
            Self::Rejected => "rejected",
        }
    }
}

/// The conforming events of one slot, ordered; retracted ones included.
#[derive(Clone, Debug)]
pub struct Slot<'l> {
    /// All of them.
    pub events: Vec<&'l SignedEvent>,
    /// The one that is current, with the reason (TRACE-2).
    pub winner: Option<(&'l SignedEvent, &'static str)>,
}

/// The decision on every event of a ledger.
pub struct Selection<'l, 'p> {
    /// The ledger.
    pub ledger: &'l Ledger<'p>,
    /// The events by (instant, id) (MERGE-4).
    pub events: Vec<&'l SignedEvent>,
    /// The ids of the retracted events.
    pub retracted: HashSet<&'l str>,
    /// The effect of each conforming retraction by its id.
    effects: HashMap<&'l str, Effect>,
    /// The conforming events of each event type, ordered.
    pub conforming: Vec<Vec<&'l SignedEvent>>,
    /// The slots of each event type of the selection `latest`, by the order of their winners; then
    /// those without one.
    pub slots: Vec<Vec<Slot<'l>>>,
    /// The slot of `record_created`, if an event of it conforms.
    pub first: Option<Slot<'l>>,
}

/// The key of the order of events: (instant, id).
pub(crate) fn order(event: &SignedEvent) -> (&str, &str) {
    (&event.instant, &event.event_id)
}

impl<'l, 'p> Selection<'l, 'p> {
    /// Select the current events of a ledger.
    pub fn of(ledger: &'l Ledger<'p>) -> Self {
        let mut events: Vec<&SignedEvent> = ledger.events.values().map(std::sync::Arc::as_ref).collect();
        events.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut conforming = vec![Vec::new(); EVENT_TYPES.len()];
        for event in &events {
            let made = &event.classification;
            if let (Some(index), None) = (made.event_type, made.code) {
                conforming[index].push(*event);
            }
        }
        let mut selection = Self {
            ledger,
            events,
            retracted: HashSet::new(),
            effects: HashMap::new(),
            conforming,
            slots: Vec::new(),
            first: None,
        };
        selection.retract();
        selection.slots = (0..EVENT_TYPES.len()).map(|index| selection.latest(index)).collect();
        let created = selection.conforming[RECORD_CREATED].clone();
        if !created.is_empty() {
            let winner = selection.first_of(&created);
            selection.first = Some(Slot { events: created, winner });
        }
        selection
    }

    fn retract(&mut self) {
        for retraction in &self.conforming[EVENT_RETRACTED] {
            let Refers::Retracts(target) = &retraction.classification.refers else { continue };
            let effect = match self.ledger.events.get(target) {
                None => Effect::Waiting,
                Some(event) if is_retractable(self.ledger, retraction, event) => {
                    self.retracted.insert(&event.event_id);
                    Effect::Applied
                }
                Some(_) => Effect::Rejected,
            };
            self.effects.insert(&retraction.event_id, effect);
        }
    }

    /// The effect of a conforming retraction.
    pub fn effect(&self, event: &SignedEvent) -> Option<Effect> {
        self.effects.get(event.event_id.as_str()).copied()
    }

    /// Whether an event is retracted.
    pub fn is_retracted(&self, event: &SignedEvent) -> bool {
        self.retracted.contains(event.event_id.as_str())
    }

    fn left<'e>(&'e self, events: &'e [&'l SignedEvent]) -> impl Iterator<Item = &'l SignedEvent> + 'e {
        events.iter().copied().filter(|event| !self.is_retracted(event))
    }

    fn first_of(&self, events: &[&'l SignedEvent]) -> Option<(&'l SignedEvent, &'static str)> {
        let count = self.left(events).count();
        let winner = self.left(events).next()?;
        Some((winner, if count == 1 { "only" } else { "first" }))
    }

    /// The slots of an event type of the selection `latest`.
    fn latest(&self, index: usize) -> Vec<Slot<'l>> {
        if EVENT_TYPES[index].selecting != Selecting::Latest {
            return Vec::new();
        }
        let mut by_slot: BTreeMap<&[u8], Vec<&SignedEvent>> = BTreeMap::new();
        for event in &self.conforming[index] {
            by_slot.entry(&event.classification.slot).or_default().push(event);
        }
        let mut slots: Vec<Slot<'_>> =
            by_slot.into_values().map(|events| Slot { winner: self.newest_of(&events), events }).collect();
        slots.sort_by(|a, b| match (&a.winner, &b.winner) {
            (Some((a, _)), Some((b, _))) => order(a).cmp(&order(b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        slots
    }

    fn newest_of(&self, events: &[&'l SignedEvent]) -> Option<(&'l SignedEvent, &'static str)> {
        let count = self.left(events).count();
        let newest = &self.left(events).last()?.instant;
        let mut of_newest = self.left(events).filter(|event| event.instant == *newest);
        let winner = of_newest.next()?;
        let reason = match (count, of_newest.next()) {
            (1, _) => "only",
            (_, None) => "newest",
            (_, Some(_)) => "smallest_id",
        };
        Some((winner, reason))
    }

    /// The current events of an event type that is not `record_created` or `alias_added`, ordered.
    pub fn current(&self, index: usize) -> Vec<&'l SignedEvent> {
        match EVENT_TYPES[index].selecting {
            Selecting::Latest => self.slots[index].iter().filter_map(|slot| Some(slot.winner?.0)).collect(),
            _ => self.left(&self.conforming[index]).collect(),
        }
    }

    /// The unrecognised events, ordered (MERGE-6).
    pub fn unrecognised(&self) -> impl Iterator<Item = &'l SignedEvent> + '_ {
        self.events.iter().copied().filter(|event| event.classification.code.is_some())
    }
}

/// Whether a retraction of an event is applied: of the same signer, and of no retraction (MERGE-7).
pub(crate) fn is_retractable(ledger: &Ledger<'_>, retraction: &SignedEvent, target: &SignedEvent) -> bool {
    ledger.signer_of(retraction) == ledger.signer_of(target)
        && target.event_type != EVENT_TYPES[EVENT_RETRACTED].name
}
