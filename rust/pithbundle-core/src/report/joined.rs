//! The elements and receipts of several inputs of one record, joined (CHECK-11, RCPT-4, UNV-2, REPORT-2).

use std::collections::{BTreeSet, HashMap};

use crate::encoding::canonical::sha256_hex;
use crate::encoding::output::Json;
use crate::merge::completeness::Completeness;
use crate::verify::checks::CheckedBundle;
use crate::verify::policy::Policy;
use crate::verify::verdicts::{CheckedEvent, ReceiptVerdict, Status};

/// One named input that was checked.
#[derive(Debug)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its place among all inputs, rejected ones included.
    pub place: usize,
    /// The result of the checks.
    pub checked: CheckedBundle,
}

/// An element and where it is: the input and the element in it.
#[derive(Clone, Copy, Debug)]
pub struct Located<'r> {
    /// The input, by its index in the report.
    pub input: usize,
    /// The element.
    pub element: &'r CheckedEvent,
}

/// One id over all inputs.
#[derive(Clone, Debug)]
pub struct Listed<'r> {
    /// The deciding element.
    pub decides: Located<'r>,
    /// All elements of the id.
    pub all: Vec<Located<'r>>,
    /// The unsigned members of all of them, sorted.
    pub unsigned: BTreeSet<&'r str>,
}

/// One unverified identity over all inputs (UNV-2).
#[derive(Clone, Debug)]
pub struct Unverified<'r> {
    /// The identity.
    pub sha256: &'r str,
    /// The elements, the first of them first.
    pub all: Vec<Located<'r>>,
}

/// The report on the inputs of one record.
#[derive(Debug)]
pub struct Report<'r> {
    /// Every id, in order of first appearance.
    pub events: Vec<Listed<'r>>,
    /// The elements without an id.
    pub without_id: Vec<Located<'r>>,
    /// The receipts, equal ones of one id once, each with its input.
    pub receipts: Vec<(usize, &'r ReceiptVerdict)>,
    /// The unverified identities, in order of first appearance.
    pub unverified: Vec<Unverified<'r>>,
    /// The digest of the identities (UNV-2).
    pub unverified_sha256: String,
}

/// Whether an element decides for its id rather than another (CHECK-11).
fn decides(element: &CheckedEvent, other: &CheckedEvent, policy: &Policy) -> bool {
    match (&element.event, &other.event) {
        (Some(mine), Some(theirs)) => {
            let raw = |key: usize| policy.keys[key].public_key.raw;
            (mine.signature, raw(mine.key), mine.format) < (theirs.signature, raw(theirs.key), theirs.format)
        }
        _ => element.verdict.rank() < other.verdict.rank(),
    }
}

impl<'r> Report<'r> {
    /// Join the results of the checks of inputs of one record.
    pub fn of(inputs: &'r [Input], policy: &Policy) -> Self {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut identities: HashMap<&str, usize> = HashMap::new();
        let (mut events, mut without_id): (Vec<Listed<'r>>, _) = (Vec::new(), Vec::new());
        let mut unverified: Vec<Unverified<'r>> = Vec::new();
        for (input, given) in inputs.iter().enumerate() {
            for element in &given.checked.events {
                let located = Located { input, element };
                if let Some(sha256) = &element.element_sha256 {
                    let place = *identities.entry(sha256).or_insert(unverified.len());
                    if place == unverified.len() {
                        unverified.push(Unverified { sha256, all: Vec::new() });
                    }
                    unverified[place].all.push(located);
                }
                let Some(id) = &element.event_id else {
                    without_id.push(located);
                    continue;
                };
                let place = *places.entry(id).or_insert(events.len());
                if place == events.len() {
                    events.push(Listed { decides: located, all: Vec::new(), unsigned: BTreeSet::new() });
                }
                let listed = &mut events[place];
                listed.all.push(located);
                listed.unsigned.extend(element.unsigned.iter().map(String::as_str));
                if decides(element, listed.decides.element, policy) {
                    listed.decides = located;
                }
            }
        }
        let unverified_sha256 = unverified_sha256(unverified.iter().map(|each| each.sha256));
        Self { events, without_id, receipts: join_receipts(inputs), unverified, unverified_sha256 }
    }

    /// The statuses that count for the outcome.
    fn statuses(&self) -> impl Iterator<Item = Status> + '_ {
        let events = self.events.iter().map(|listed| listed.decides.element.verdict.status);
        let without_id = self.without_id.iter().map(|located| located.element.verdict.status);
        events.chain(without_id).chain(self.receipts.iter().map(|(_, receipt)| receipt.verdict.status))
    }

    /// Every outcome that holds, in the order of REPORT-2.
    pub fn outcomes(
        &self,
        has_rejected: bool,
        has_conflict: bool,
        completeness: &[Completeness],
    ) -> Vec<&'static str> {
        let is_signed = self.statuses().any(Status::is_valid);
        let holds = [
            ("rejected", has_rejected),
            ("invalid", self.statuses().any(|status| status == Status::Invalid)),
            ("conflict", has_conflict),
            ("incomplete", completeness.iter().any(|each| !each.missing.is_empty())),
            ("unverified", !is_signed || self.statuses().any(Status::is_unverified)),
        ];
        let found: Vec<&str> = holds.iter().filter(|(_, holds)| *holds).map(|(name, _)| *name).collect();
        if found.is_empty() { vec!["valid"] } else { found }
    }
}

/// The exit status of outcomes (REPORT-2).
pub fn exit_status(outcomes: &[&str]) -> i64 {
    match outcomes.first() {
        Some(&("rejected" | "invalid" | "conflict")) => 1,
        Some(&("incomplete" | "unverified")) => 3,
        _ => 0,
    }
}

/// `unverified_sha256` of identities (UNV-2).
pub fn unverified_sha256<'r>(identities: impl Iterator<Item = &'r str>) -> String {
    let distinct: BTreeSet<&str> = identities.collect();
    sha256_hex(&Json::strings(distinct).bytes())
}

/// Equal receipts of the elements of one id once; of one that was checked and one that was not, that (RCPT-4).
fn join_receipts(inputs: &[Input]) -> Vec<(usize, &ReceiptVerdict)> {
    let mut places: HashMap<(&str, &[u8; 32]), usize> = HashMap::new();
    let mut found: Vec<(usize, &ReceiptVerdict)> = Vec::new();
    for (input, given) in inputs.iter().enumerate() {
        for receipt in &given.checked.receipts {
            let place = match &receipt.event_id {
                None => found.len(),
                Some(id) => *places.entry((id, &receipt.sha256)).or_insert(found.len()),
            };
            if place == found.len() {
                found.push((input, receipt));
            } else if found[place].1.verdict.status == Status::NotChecked {
                found[place] = (input, receipt);
            }
        }
    }
    found
}
