//! A report as canonical JSON (REPORT-1). It decides nothing.

use std::borrow::Cow;
use std::collections::HashMap;

use super::joined::{Input, Listed, Located, Report, exit_status};
use crate::encoding::pointer::is_forbidden;
use crate::encoding::writer::Writer;
use crate::error::Fault;
use crate::merge::RULES;
use crate::merge::completeness::{Completeness, completeness};
use crate::merge::equivocation::Equivocation;
use crate::merge::selection::Selection;
use crate::merge::state::State;
use crate::verify::policy::Policy;
use crate::verify::verdicts::{CheckedEvent, FormatOf, ReceiptVerdict, Verdict};

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

/// For each valid event with no part in the state, why.
type NotApplied<'r> = HashMap<&'r str, Vec<&'static str>>;

/// A name of a file as a string of the data model.
fn portable(name: &str) -> Cow<'_, str> {
    if name.contains(is_forbidden) {
        name.chars().map(|c| if is_forbidden(c) { '\u{FFFD}' } else { c }).collect::<String>().into()
    } else {
        name.into()
    }
}

/// The members `clause` and `code` of a fault or of none.
fn fault_head(out: &mut Writer, fault: Option<&Fault>) {
    if let Some(fault) = fault {
        out.name("clause").text(fault.clause());
    }
    out.name("code").optional(fault.map(|fault| fault.code));
}

fn fault_message(out: &mut Writer, fault: Option<&Fault>) {
    if let Some(fault) = fault {
        out.name("message").text(fault.message());
    }
}

fn fault_offset(out: &mut Writer, fault: Option<&Fault>) {
    if let Some(fault) = fault {
        match fault.offset {
            Some(offset) => out.name("offset").count(offset),
            None => out.name("offset").null(),
        }
    }
}

fn fault_pointer(out: &mut Writer, fault: Option<&Fault>) {
    if let Some(fault) = fault {
        out.name("pointer").optional(fault.pointer.as_deref());
    }
}

fn write_fault(out: &mut Writer, fault: &Fault, file: Option<&str>) {
    out.object(|out| {
        let fault = Some(fault);
        fault_head(out, fault);
        if let Some(file) = file {
            out.name("file").text(&portable(file));
        }
        fault_message(out, fault);
        fault_offset(out, fault);
        fault_pointer(out, fault);
    });
}

impl<'r> Parts<'r, '_, '_> {
    /// The canonical bytes of the report.
    pub fn bytes(&self) -> Vec<u8> {
        let found = completeness(self.selection);
        let outcomes = self.report.outcomes(!self.rejected.is_empty(), !self.groups.is_empty(), &found);
        let not_applied = self.not_applied();
        let (ledger, report) = (self.selection.ledger, self.report);
        let mut out = Writer::with_capacity(4096);
        out.object(|out| {
            out.name("canonical_sha256").text(&ledger.record.hex);
            out.name("completeness").array(&found, write_completeness);
            out.name("equivocations").array(self.groups, write_group);
            out.name("event_count").count(ledger.event_count());
            out.name("events").array(&report.events, |out, each| self.listed(out, each, &not_applied));
            out.name("events_sha256").text(&self.state.events_sha256);
            out.name("exit_status").int(exit_status(&outcomes));
            out.name("inputs").array(self.inputs, write_input);
            out.name("invalid_event_count").count(ledger.invalid_event_count());
            out.name("outcome").optional(outcomes.first().copied());
            out.name("outcomes").texts(&outcomes);
            out.name("pith_number").text(&ledger.record.number.to_string());
            out.name("policy_sha256").text(&self.policy().sha256);
            out.name("receipts").array(&report.receipts, |out, each| self.receipt(out, each.0, each.1));
            let rejected = self.rejected;
            out.name("rejected").array(rejected, |out, each| write_fault(out, &each.1, Some(&each.0)));
            out.name("report_type").text("pithbundle_report");
            out.name("report_version").text("1");
            out.name("rules").text(RULES);
            out.name("state_sha256").text(&self.state.sha256);
            out.name("unrecognised");
            self.unrecognised(out);
            out.name("unverified");
            self.unverified(out);
            out.name("unverified_count").count(report.unverified.len());
            out.name("unverified_sha256").text(&report.unverified_sha256);
            out.name("valid_event_count").count(ledger.events.len());
            out.name("warnings").array(report.events.iter().filter(|each| has_warning(each)), write_warning);
            out.name("without_id").array(&report.without_id, |out, each| {
                self.element(out, each.element, Some(*each), &[*each], None, None);
            });
        });
        out.bytes()
    }

    fn policy(&self) -> &Policy {
        self.selection.ledger.policy
    }

    fn not_applied(&self) -> NotApplied<'r> {
        let mut found: NotApplied<'r> = HashMap::new();
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

    fn unrecognised(&self, out: &mut Writer) {
        out.array(self.selection.unrecognised(), |out, event| {
            out.object(|out| {
                out.name("code").optional(event.classification.code);
                out.name("event_id").text(&event.event_id);
                out.name("event_type").text(&event.event_type);
            });
        });
    }

    fn location(&self, out: &mut Writer, located: Located<'_>) {
        let index = located.element.index;
        self.location_at(out, located.input, index, &format!("/events/{index}"));
    }

    fn location_at(&self, out: &mut Writer, input: usize, index: usize, pointer: &str) {
        out.object(|out| {
            out.name("file").text(&portable(&self.inputs[input].name));
            out.name("index").count(index);
            out.name("input").count(input);
            out.name("pointer").text(pointer);
        });
    }

    fn format(&self, out: &mut Writer, of: Option<FormatOf>) {
        let (name, sha256) = match of {
            None => return out.null(),
            Some(FormatOf::Flat) => ("integrity-1", "integrity-1"),
            Some(FormatOf::Document(at)) => {
                let format = &self.policy().formats[at];
                (format.name.as_str(), format.sha256.as_str())
            }
        };
        out.object(|out| {
            out.name("format_sha256").text(sha256);
            out.name("name").text(name);
        });
    }

    fn listed(&self, out: &mut Writer, listed: &Listed<'_>, not_applied: &NotApplied<'_>) {
        let element = listed.decides.element;
        let id = element.event_id.as_deref().unwrap_or_default();
        let reasons = element.event.as_ref().map(|_| not_applied.get(id).map_or(&[][..], Vec::as_slice));
        self.element(out, element, Some(listed.decides), &listed.all, reasons, Some(listed));
    }

    /// An id or an element without one.
    fn element(
        &self,
        out: &mut Writer,
        element: &CheckedEvent,
        location: Option<Located<'_>>,
        locations: &[Located<'_>],
        not_applied: Option<&[&'static str]>,
        listed: Option<&Listed<'_>>,
    ) {
        let fault = element.verdict.fault.as_ref();
        let event = element.event.as_ref().map(|event| (event, &self.policy().keys[event.key]));
        out.object(|out| {
            if let Some(claim) = &element.claim {
                out.name("claim").object(|out| {
                    out.name("key_id").text(&claim.key_id);
                    out.name("signer_id").text(&claim.signer_id);
                });
            }
            if let Some(id) = &element.claimed_id {
                out.name("claimed_event_id").text(id);
            }
            fault_head(out, fault);
            if let Some((event, _)) = event {
                out.name("created_at").raw(&event.created_at);
            }
            out.name("event_format");
            self.format(out, element.format);
            out.name("event_id").optional(element.event_id.as_deref());
            out.name("event_type").optional(element.claimed_type.as_deref());
            if let Some((_, key)) = event {
                out.name("key_id").text(&key.key_id);
            }
            if let Some(located) = location {
                out.name("location");
                self.location(out, located);
            }
            out.name("locations").array(locations, |out, each| self.location(out, *each));
            fault_message(out, fault);
            if let Some(reasons) = not_applied {
                out.name("not_applied").texts(reasons);
            }
            fault_offset(out, fault);
            fault_pointer(out, fault);
            if let Some(key) = element.key {
                out.name("public_key_fingerprint").text(&self.policy().keys[key].fingerprint);
            }
            out.name("remarks").array(&element.remarks, |out, fault| write_fault(out, fault, None));
            if let Some((_, key)) = event {
                out.name("signer").text(&key.signer_id);
            }
            match listed {
                Some(listed) => out.name("unsigned").texts(&listed.unsigned),
                None => out.name("unsigned").texts(&element.unsigned),
            }
            out.name("verdict").text(element.verdict.status.word());
        });
    }

    fn receipt(&self, out: &mut Writer, input: usize, receipt: &ReceiptVerdict) {
        let key = receipt.key.map(|key| &self.policy().keys[key]);
        let fault = receipt.verdict.fault.as_ref();
        out.object(|out| {
            fault_head(out, fault);
            out.name("event_id").optional(receipt.event_id.as_deref());
            out.name("key_id").optional(receipt.key_id.as_deref());
            out.name("location");
            self.location_at(out, input, receipt.element, &receipt.pointer);
            fault_message(out, fault);
            fault_offset(out, fault);
            fault_pointer(out, fault);
            out.name("public_key_fingerprint").optional(key.map(|key| key.fingerprint.as_str()));
            out.name("signer").optional(key.map(|key| key.signer_id.as_str()));
            out.name("verdict").text(receipt.verdict.status.word());
        });
    }

    fn unverified(&self, out: &mut Writer) {
        out.array(&self.report.unverified, |out, each| {
            let Some(first) = each.all.first() else { return };
            let (element, verdict): (&CheckedEvent, &Verdict) = (first.element, &first.element.verdict);
            let fault = verdict.fault.as_ref();
            out.object(|out| {
                fault_head(out, fault);
                out.name("element_sha256").text(each.sha256);
                out.name("event_format");
                self.format(out, element.format);
                out.name("event_type").optional(element.claimed_type.as_deref());
                out.name("locations").array(&each.all, |out, each| self.location(out, *each));
                fault_message(out, fault);
                fault_offset(out, fault);
                fault_pointer(out, fault);
                out.name("verdict").text(verdict.status.word());
            });
        });
    }
}

fn write_completeness(out: &mut Writer, each: &Completeness) {
    out.object(|out| {
        match &each.as_of {
            Some((instant, id)) => out.name("as_of").texts([instant, id]),
            None => out.name("as_of").null(),
        }
        out.name("missing").texts(&each.missing);
        out.name("signer").text(&each.signer);
    });
}

fn write_group(out: &mut Writer, group: &Equivocation<'_>) {
    out.object(|out| {
        out.name("event_ids").texts(group.event_ids());
        out.name("event_type").text(group.event_type);
        out.name("signer").text(group.signer);
    });
}

fn write_input(out: &mut Writer, given: &Input) {
    let record = &given.checked.record;
    out.object(|out| {
        out.name("canonical_sha256").text(&record.hex);
        out.name("elements").count(given.checked.events.len());
        out.name("file").text(&portable(&given.name));
        out.name("mismatches").array(&given.checked.mismatches, |out, fault| write_fault(out, fault, None));
        out.name("pith_number").text(&record.number.to_string());
    });
}

/// Whether an id has unsigned members (REPORT-4); the other warnings need a clock.
fn has_warning(listed: &Listed<'_>) -> bool {
    !listed.unsigned.is_empty()
}

fn write_warning(out: &mut Writer, listed: &Listed<'_>) {
    let unsigned: Vec<&str> = listed.unsigned.iter().copied().collect();
    out.object(|out| {
        out.name("code").text("warn_unsigned");
        out.name("detail").text(&unsigned.join(", "));
        out.name("event_id").optional(listed.decides.element.event_id.as_deref());
    });
}
