//! The valid events of one record under one policy, as a set (MERGE-2, MERGE-3).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::bundle::record::Record;
use crate::error::Fault;
use crate::verify::checks::CheckedBundle;
use crate::verify::policy::Policy;
use crate::verify::verdicts::{CheckedEvent, SignedEvent, Status};

/// The valid events of one record, each once.
#[derive(Clone, Debug)]
pub struct Ledger<'p> {
    /// The policy under which all were checked.
    pub policy: &'p Policy,
    /// The record.
    pub record: Arc<Record>,
    /// The events by id.
    pub events: BTreeMap<String, Arc<SignedEvent>>,
    /// The ids of which an element is invalid.
    invalid: BTreeSet<String>,
}

impl<'p> Ledger<'p> {
    /// The valid events of one bundle.
    pub fn of(checked: &CheckedBundle, policy: &'p Policy) -> Self {
        Self::of_elements(checked.record.clone(), &checked.events, policy)
    }

    /// The valid events of checked elements of one record.
    pub(crate) fn of_elements(record: Arc<Record>, elements: &[CheckedEvent], policy: &'p Policy) -> Self {
        let mut ledger = Self { policy, record, events: BTreeMap::new(), invalid: BTreeSet::new() };
        ledger.take(elements);
        ledger
    }

    /// Add the valid events of another bundle of the record (MERGE-2).
    pub fn add(&mut self, checked: &CheckedBundle) -> Result<(), Fault> {
        if checked.record.number != self.record.number {
            return Err(Fault::new("subject").by("MERGE-2"));
        }
        if checked.record.sha256 != self.record.sha256 {
            return Err(Fault::new("collision"));
        }
        self.take(&checked.events);
        Ok(())
    }

    fn take(&mut self, elements: &[CheckedEvent]) {
        for element in elements {
            if let Some(event) = &element.event {
                self.insert(event);
            } else if let (Status::Invalid, Some(id)) = (element.verdict.status, &element.event_id) {
                self.invalid.insert(id.clone());
            }
        }
    }

    /// Keep the occurrence with the smallest (raw signature, raw key, `format_sha256`) (FORMAT-12).
    fn insert(&mut self, event: &Arc<SignedEvent>) {
        let rank = |event: &SignedEvent| {
            let key = self.policy.keys[event.key].public_key.raw;
            (event.signature, key, event.format)
        };
        match self.events.get(&event.event_id) {
            Some(kept) if rank(kept) <= rank(event) => {}
            _ => {
                self.events.insert(event.event_id.clone(), event.clone());
            }
        }
    }

    /// The signer of an event: the `signer_id` of its key in the policy.
    pub fn signer_of(&self, event: &SignedEvent) -> &'p str {
        &self.policy.keys[event.key].signer_id
    }

    /// The number of ids of which an element is valid or invalid (STATE-7).
    pub fn event_count(&self) -> usize {
        self.events.len() + self.invalid_event_count()
    }

    /// The number of those without a valid element (STATE-7).
    pub fn invalid_event_count(&self) -> usize {
        self.invalid.iter().filter(|id| !self.events.contains_key(*id)).count()
    }
}
