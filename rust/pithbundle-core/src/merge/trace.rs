//! The trace: why each entry of a state is there (TRACE-1 to TRACE-4).

use std::collections::{BTreeMap, HashMap};

use super::RULES;
use super::classification::Refers;
use super::equivocation::Equivocation;
use super::event_types::{ALIAS_ADDED, EVENT_RETRACTED, EVENT_TYPES, Selecting};
use super::selection::{Effect, Selection, Slot, order};
use super::state::{SECTIONS, aliases};
use crate::encoding::output::Json;
use crate::verify::verdicts::SignedEvent;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The pointer of the entry in the state.
    pub pointer: String,
    /// The reason of the entry.
    pub reason: &'static str,
    /// The ids that it is made of.
    pub winners: Vec<String>,
    /// The ids that have no part in it, each with its reason.
    pub losers: Vec<(String, &'static str)>,
}

impl Decision {
    fn to_json(&self) -> Json {
        let losers = self.losers.iter().map(|(id, reason)| {
            Json::object([("event_id", Json::from(id.as_str())), ("reason", Json::from(*reason))])
        });
        Json::object([
            ("losers", Json::array(losers)),
            ("pointer", Json::from(self.pointer.as_str())),
            ("reason", Json::from(self.reason)),
            ("winners", Json::strings(&self.winners)),
        ])
    }
}

/// The decisions in the order of the state.
pub fn decisions(selection: &Selection<'_, '_>, groups: &[Equivocation<'_>]) -> Vec<Decision> {
    let mut found = Vec::new();
    for section in SECTIONS {
        let pointer = format!("/current/{section}");
        match section {
            "canonical_record" => found.push(decision(pointer, "derived", &[])),
            "source_aliases" => add_aliases(selection, &pointer, &mut found),
            "receipt" => found.extend(selection.first.as_ref().map(|slot| receipt(selection, slot, pointer))),
            "equivocations" => {
                for (index, group) in groups.iter().enumerate() {
                    found.push(decision(format!("{pointer}/{index}"), "listed", &group.events));
                }
            }
            _ => add_entries(selection, section, &pointer, &mut found),
        }
    }
    found
}

/// The bytes of the trace (TRACE-4).
pub fn trace_bytes(selection: &Selection<'_, '_>, groups: &[Equivocation<'_>]) -> Vec<u8> {
    let decisions = decisions(selection, groups);
    Json::object([
        ("pith_number", Json::from(selection.ledger.record.number.to_string())),
        ("rules", Json::from(RULES)),
        ("trace", Json::array(decisions.iter().map(Decision::to_json))),
    ])
    .bytes()
}

fn decision(pointer: String, reason: &'static str, winners: &[&SignedEvent]) -> Decision {
    let winners = winners.iter().map(|event| event.event_id.clone()).collect();
    Decision { pointer, reason, winners, losers: Vec::new() }
}

/// The reason of a loser against the event that is current, if there is one (TRACE-2).
fn loser(selection: &Selection<'_, '_>, event: &SignedEvent, current: Option<&SignedEvent>) -> &'static str {
    if selection.is_retracted(event) {
        "retracted"
    } else if current.is_some_and(|current| current.payload() == event.payload()) {
        "restated"
    } else {
        "superseded"
    }
}

fn losers(
    selection: &Selection<'_, '_>,
    slot: &Slot<'_>,
    current: Option<&SignedEvent>,
) -> Vec<(String, &'static str)> {
    let others = slot.events.iter().filter(|event| current.is_none_or(|one| one.event_id != event.event_id));
    others.map(|event| (event.event_id.clone(), loser(selection, event, current))).collect()
}

fn receipt(selection: &Selection<'_, '_>, slot: &Slot<'_>, pointer: String) -> Decision {
    let Some((current, reason)) = slot.winner else {
        return Decision { losers: losers(selection, slot, None), ..decision(pointer, "retracted", &[]) };
    };
    let others = losers(selection, slot, Some(current));
    if current.receipt.is_some() {
        return Decision { losers: others, ..decision(pointer, reason, &[current]) };
    }
    // A null receipt: the current event is a loser, in its place in the order.
    let mut losers = others;
    losers.push((current.event_id.clone(), "rejected"));
    let places: HashMap<&str, usize> =
        slot.events.iter().enumerate().map(|(place, event)| (event.event_id.as_str(), place)).collect();
    losers.sort_by_key(|(id, _)| places.get(id.as_str()).copied());
    Decision { losers, ..decision(pointer, "rejected", &[]) }
}

fn add_aliases(selection: &Selection<'_, '_>, pointer: &str, found: &mut Vec<Decision>) {
    let mut events: BTreeMap<(&str, &str), Vec<&SignedEvent>> = BTreeMap::new();
    for &event in &selection.conforming[ALIAS_ADDED] {
        if let Refers::Alias(kind, value) = &event.classification.refers {
            events.entry((kind, value)).or_default().push(event);
        }
    }
    for (index, ((kind, value), first)) in aliases(selection).into_iter().enumerate() {
        let is_derived = selection.ledger.record.alias(kind) == Some(value);
        let all = events.remove(&(kind, value)).unwrap_or_default();
        let others = all.iter().filter(|event| first.is_none_or(|one| one.event_id != event.event_id));
        let losers = others.map(|event| {
            let reason = if selection.is_retracted(event) { "retracted" } else { "restated" };
            (event.event_id.clone(), reason)
        });
        let losers = losers.collect();
        let winners: Vec<&SignedEvent> = first.into_iter().collect();
        let left = all.iter().filter(|event| !selection.is_retracted(event)).count();
        let reason = match (is_derived, left) {
            (true, _) => "derived",
            (false, 1) => "only",
            (false, _) => "first",
        };
        found.push(Decision { losers, ..decision(format!("{pointer}/{index}"), reason, &winners) });
    }
}

fn add_entries(selection: &Selection<'_, '_>, section: &str, pointer: &str, found: &mut Vec<Decision>) {
    let Some(of) = EVENT_TYPES.iter().position(|each| each.section == section) else { return };
    if EVENT_TYPES[of].selecting == Selecting::Latest {
        let won = selection.slots[of].iter().filter_map(|slot| Some((slot, slot.winner?)));
        for (index, (slot, (winner, reason))) in won.enumerate() {
            let losers = losers(selection, slot, Some(winner));
            found.push(Decision { losers, ..decision(format!("{pointer}/{index}"), reason, &[winner]) });
        }
        return;
    }
    for (index, event) in selection.current(of).into_iter().enumerate() {
        let mut made = decision(format!("{pointer}/{index}"), "listed", &[event]);
        if of == EVENT_RETRACTED {
            match (selection.effect(event), &event.classification.refers) {
                (Some(Effect::Applied), Refers::Retracts(target)) => {
                    made.losers.push((target.clone(), "retracted"));
                }
                (Some(effect), _) => made.reason = effect.word(),
                (None, _) => {}
            }
        }
        found.push(made);
    }
    debug_assert!(
        selection.events.is_sorted_by_key(|event| order(event)),
        "decisions follow the order of events"
    );
}
