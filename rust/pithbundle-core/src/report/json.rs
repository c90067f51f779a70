//! A report as canonical JSON (REPORT-1). It decides nothing.

use std::collections::HashMap;

use super::joined::{Input, Listed, Located, Report, exit_status};
use crate::encoding::output::Json;
use crate::encoding::pointer::is_forbidden;
use crate::error::Fault;
use crate::merge::RULES;
use crate::merge::completeness::completeness;
use crate::merge::equivocation::Equivocation;
use crate::merge::selection::Selection;
use crate::merge::state::State;
use crate::verify::policy::Policy;
use crate::verify::verdicts::{CheckedEvent, FormatOf, ReceiptVerdict, Verdict};

type Members = Vec<(&'static str, Json)>;

/// What a report is made of.
pub struct Parts<'r, 'l, 'p> {
    /// The inputs that were read.
    pub inputs: &'r [Input],
    /// The inputs that were rejected, by name.
    pub rejected: &'r [(String, Fault)],
    /// The joined elements and receipts.
    pub report: &'r Report<'r>,
    /// The merged events.
    pub selection: &'r Selection<'l, 'p>,
    /// Their equivocations.
    pub groups: &'r [Equivocation<'l>],
    /// Their state.
    pub state: &'r State,
}

/// A name of a file as a string of the data model.
fn portable(name: &str) -> Json {
    Json::from(name.chars().map(|c| if is_forbidden(c) { '\u{FFFD}' } else { c }).collect::<String>())
}

/// A fault as JSON.
pub fn fault_members(fault: &Fault) -> Members {
    vec![
        ("code", Json::from(fault.code)),
        ("clause", Json::from(fault.clause())),
        ("message", Json::from(fault.message())),
        ("pointer", Json::optional(fault.pointer.as_deref())),
        ("offset", fault.offset.map_or(Json::Null, Json::count)),
    ]
}

fn fault_json(fault: &Fault) -> Json {
    Json::object(fault_members(fault))
}

fn verdict_members(verdict: &Verdict) -> Members {
    let mut members = match &verdict.fault {
        Some(fault) => fault_members(fault),
        None => vec![("code", Json::Null)],
    };
    members.push(("verdict", Json::from(verdict.status.word())));
    members
}

impl Parts<'_, '_, '_> {
    /// The canonical bytes of the report.
    pub fn bytes(&self) -> Vec<u8> {
        let found = completeness(self.selection);
        let has_conflict = !self.groups.is_empty();
        let outcomes = self.report.outcomes(!self.rejected.is_empty(), has_conflict, &found);
        let retracted = self.not_applied();
        let rejected = self.rejected.iter().map(|(name, fault)| {
            let mut members = fault_members(fault);
            members.push(("file", portable(name)));
            Json::object(members)
        });
        let mut members: Members = vec![
            ("report_type", Json::from("pithbundle_report")),
            ("report_version", Json::from("1")),
            ("outcome", Json::optional(outcomes.first().copied())),
            ("exit_status", Json::Int(exit_status(&outcomes))),
            ("outcomes", Json::strings(&outcomes)),
            ("inputs", Json::array(self.inputs.iter().map(input_json))),
            ("rejected", Json::array(rejected)),
            ("events", Json::array(self.report.events.iter().map(|each| self.listed(each, &retracted)))),
            ("without_id", Json::array(self.report.without_id.iter().map(|each| self.without_id(*each)))),
            ("receipts", Json::array(self.report.receipts.iter().map(|each| self.receipt(each.0, each.1)))),
            ("unverified", self.unverified()),
            ("unverified_count", Json::count(self.report.unverified.len())),
            ("unverified_sha256", Json::from(self.report.unverified_sha256.as_str())),
            ("warnings", Json::array(self.report.events.iter().filter_map(warning))),
            ("policy_sha256", Json::from(self.policy().sha256.as_str())),
        ];
        let completeness = found.iter().map(|each| {
            let as_of = each.as_of.as_ref().map(|(instant, id)| Json::strings([instant, id]));
            Json::object([
                ("signer", Json::from(each.signer.as_str())),
                ("missing", Json::strings(&each.missing)),
                ("as_of", as_of.unwrap_or(Json::Null)),
            ])
        });
        members.push(("completeness", Json::array(completeness)));
        members.extend(self.ledger_members());
        Json::object(members).bytes()
    }

    fn policy(&self) -> &Policy {
        self.selection.ledger.policy
    }

    fn ledger_members(&self) -> Members {
        let ledger = self.selection.ledger;
        let groups = self.groups.iter().map(|group| {
            Json::object([
                ("event_type", Json::from(group.event_type)),
                ("signer", Json::from(group.signer)),
                ("event_ids", Json::strings(group.event_ids())),
            ])
        });
        let unrecognised = self.selection.unrecognised().map(|event| {
            Json::object([
                ("event_id", Json::from(event.event_id.as_str())),
                ("event_type", Json::from(event.event_type.as_str())),
                ("code", Json::optional(event.classification.code)),
            ])
        });
        vec![
            ("rules", Json::from(RULES)),
            ("pith_number", Json::from(ledger.record.number.to_string())),
            ("canonical_sha256", Json::from(ledger.record.hex.as_str())),
            ("events_sha256", Json::from(self.state.events_sha256.as_str())),
            ("state_sha256", Json::from(self.state.sha256.as_str())),
            ("event_count", Json::count(ledger.event_count())),
            ("valid_event_count", Json::count(ledger.events.len())),
            ("invalid_event_count", Json::count(ledger.invalid_event_count())),
            ("equivocations", Json::array(groups)),
            ("unrecognised", Json::array(unrecognised)),
        ]
    }

    /// For each valid event with no part in the state, why.
    fn not_applied(&self) -> HashMap<&str, Vec<&'static str>> {
        let mut found: HashMap<&str, Vec<&'static str>> = HashMap::new();
        for event in self.selection.unrecognised() {
            // An event type outside the rules has a verdict of its own.
            if let Some(code) = event.classification.code.filter(|&code| code != "unknown_type") {
                found.entry(&event.event_id).or_default().push(code);
            }
        }
        for id in &self.selection.retracted {
            found.entry(id).or_default().push("retracted");
        }
        found
    }

    fn location(&self, located: Located<'_>) -> Json {
        self.location_at(located.input, located.element.index, format!("/events/{}", located.element.index))
    }

    fn location_at(&self, input: usize, index: usize, pointer: String) -> Json {
        Json::object([
            ("file", portable(&self.inputs[input].name)),
            ("index", Json::count(index)),
            ("input", Json::count(input)),
            ("pointer", Json::from(pointer)),
        ])
    }

    fn format(&self, of: Option<FormatOf>) -> Json {
        let (name, sha256) = match of {
            None => return Json::Null,
            Some(FormatOf::Flat) => ("integrity-1", "integrity-1"),
            Some(FormatOf::Document(at)) => {
                let format = &self.policy().formats[at];
                (format.name.as_str(), format.sha256.as_str())
            }
        };
        Json::object([("name", Json::from(name)), ("format_sha256", Json::from(sha256))])
    }

    fn element(&self, element: &CheckedEvent) -> Members {
        let mut members = verdict_members(&element.verdict);
        members.push(("event_id", Json::optional(element.event_id.as_deref())));
        members.push(("event_type", Json::optional(element.claimed_type.as_deref())));
        members.push(("event_format", self.format(element.format)));
        if let Some(event) = &element.event {
            let key = &self.policy().keys[event.key];
            members.push(("created_at", Json::Raw(event.created_at.clone())));
            members.push(("signer", Json::from(key.signer_id.as_str())));
            members.push(("key_id", Json::from(key.key_id.as_str())));
        }
        if let Some(key) = element.key {
            let fingerprint = &self.policy().keys[key].fingerprint;
            members.push(("public_key_fingerprint", Json::from(fingerprint.as_str())));
        }
        if let Some(claim) = &element.claim {
            let claim = Json::object([
                ("signer_id", Json::from(claim.signer_id.as_str())),
                ("key_id", Json::from(claim.key_id.as_str())),
            ]);
            members.push(("claim", claim));
        }
        if let Some(id) = &element.claimed_id {
            members.push(("claimed_event_id", Json::from(id.as_str())));
        }
        members.push(("remarks", Json::array(element.remarks.iter().map(fault_json))));
        members
    }

    fn listed(&self, listed: &Listed<'_>, not_applied: &HashMap<&str, Vec<&'static str>>) -> Json {
        let element = listed.decides.element;
        let mut members = self.element(element);
        if element.event.is_some() {
            let id = element.event_id.as_deref().unwrap_or_default();
            let reasons = not_applied.get(id).map_or(&[][..], Vec::as_slice);
            members.push(("not_applied", Json::strings(reasons)));
        }
        members.push(("location", self.location(listed.decides)));
        members.push(("locations", Json::array(listed.all.iter().map(|each| self.location(*each)))));
        members.push(("unsigned", Json::strings(&listed.unsigned)));
        Json::object(members)
    }

    fn without_id(&self, located: Located<'_>) -> Json {
        let mut members = self.element(located.element);
        let location = self.location(located);
        members.push(("location", location.clone()));
        members.push(("locations", Json::array([location])));
        members.push(("unsigned", Json::strings(&located.element.unsigned)));
        Json::object(members)
    }

    fn receipt(&self, input: usize, receipt: &ReceiptVerdict) -> Json {
        let key = receipt.key.map(|key| &self.policy().keys[key]);
        let mut members = verdict_members(&receipt.verdict);
        members.push(("location", self.location_at(input, receipt.element, receipt.pointer.clone())));
        members.push(("event_id", Json::optional(receipt.event_id.as_deref())));
        members.push(("key_id", Json::optional(receipt.key_id.as_deref())));
        members.push(("signer", Json::optional(key.map(|key| key.signer_id.as_str()))));
        let fingerprint = key.map(|key| key.fingerprint.as_str());
        members.push(("public_key_fingerprint", Json::optional(fingerprint)));
        Json::object(members)
    }

    fn unverified(&self) -> Json {
        Json::array(self.report.unverified.iter().filter_map(|each| {
            let element = each.all.first()?.element;
            let mut members = verdict_members(&element.verdict);
            members.push(("element_sha256", Json::from(each.sha256)));
            members.push(("event_type", Json::optional(element.claimed_type.as_deref())));
            members.push(("event_format", self.format(element.format)));
            members.push(("locations", Json::array(each.all.iter().map(|each| self.location(*each)))));
            Some(Json::object(members))
        }))
    }
}

fn input_json(given: &Input) -> Json {
    let record = &given.checked.record;
    Json::object([
        ("file", portable(&given.name)),
        ("pith_number", Json::from(record.number.to_string())),
        ("canonical_sha256", Json::from(record.hex.as_str())),
        ("elements", Json::count(given.checked.events.len())),
        ("mismatches", Json::array(given.checked.mismatches.iter().map(fault_json))),
    ])
}

/// `warn_unsigned` of an id (REPORT-4); the others need a clock.
fn warning(listed: &Listed<'_>) -> Option<Json> {
    let unsigned: Vec<&str> = listed.unsigned.iter().copied().collect();
    (!unsigned.is_empty()).then(|| {
        Json::object([
            ("code", Json::from("warn_unsigned")),
            ("event_id", Json::optional(listed.decides.element.event_id.as_deref())),
            ("detail", Json::from(unsigned.join(", "))),
        ])
    })
}
