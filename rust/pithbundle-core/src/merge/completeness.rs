//! What signed lists show to be missing (MERGE-9).

use std::collections::{BTreeMap, BTreeSet};

use super::classification::Refers;
use super::event_types::CHECKPOINT;
use super::selection::Selection;

/// The completeness of one signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completeness {
    /// The signer.
    pub signer: String,
    /// The ids that are missing, sorted.
    pub missing: Vec<String>,
    /// The (instant, id) as of which the set is complete.
    pub as_of: Option<(String, String)>,
}

/// The completeness for each signer of a valid event, sorted by signer.
pub fn completeness(selection: &Selection<'_, '_>) -> Vec<Completeness> {
    let ledger = selection.ledger;
    let mut signers: BTreeMap<&str, Completeness> = BTreeMap::new();
    for event in &selection.events {
        let signer = ledger.signer_of(event);
        signers.entry(signer).or_insert_with(|| Completeness {
            signer: signer.to_owned(),
            missing: Vec::new(),
            as_of: None,
        });
    }
    let mut missing: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
    for checkpoint in selection.current(CHECKPOINT) {
        let signer = ledger.signer_of(checkpoint);
        if let Some(found) = signers.get_mut(signer) {
            // Checkpoints are ordered: the last is the greatest.
            found.as_of = Some((checkpoint.instant.clone(), checkpoint.event_id.clone()));
        }
        if let Refers::Lists(ids) = &checkpoint.classification.refers {
            let absent = ids.iter().filter(|id| !ledger.events.contains_key(*id));
            missing.entry(signer).or_default().extend(absent);
        }
    }
    for (signer, ids) in missing {
        if let Some(found) = signers.get_mut(signer).filter(|_| !ids.is_empty()) {
            found.missing = ids.into_iter().cloned().collect();
            found.as_of = None;
        }
    }
    signers.into_values().collect()
}
