//! The checks of a bundle: a verdict on every element and receipt (CHECK-14, FORMAT-9, CHECK-12).

use std::collections::HashMap;
use std::sync::Arc;

use super::policy::Policy;
use super::questions::Questions;
use super::readings::{Contents, Decision, Judge, Judged, State};
use super::receipts::{CARRIER, Receipts, receipt_in};
use super::verdicts::{CheckedEvent, FormatOf, ReceiptVerdict, SignedEvent, Status, Verdict};
use crate::bundle::reader::{Bundle, Element};
use crate::bundle::record::Record;
use crate::encoding::canonical;
use crate::encoding::pointer::of_tokens;
use crate::encoding::tree::Value;
use crate::error::Fault;
use crate::formats::{FlatReading, Reading, signer_bytes, unsigned};
use crate::merge::classification::classify;

/// A bundle after the checks.
#[derive(Debug)]
pub struct CheckedBundle {
    /// The record.
    pub record: Arc<Record>,
    /// One entry for each element, in order.
    pub events: Vec<CheckedEvent>,
    /// The receipts, in the order of the elements.
    pub receipts: Vec<ReceiptVerdict>,
    /// The mismatches (BUN-6).
    pub mismatches: Vec<Fault>,
}

/// An element before any signature is verified.
enum Pending<'t> {
    Unreadable(&'t Fault),
    Value(Value<'t>, Vec<Judged<'t>>, Option<FlatReading<'t>>),
}

/// Check every element and receipt of a bundle under a policy.
pub fn check(bundle: &Bundle, policy: &Policy) -> CheckedBundle {
    let judge = Judge { policy, record: &bundle.record, ignores_revocation: false };
    let (events, receipts) = check_elements(bundle.elements(), judge);
    CheckedBundle { record: bundle.record.clone(), events, receipts, mismatches: bundle.mismatches.clone() }
}

/// Check one element by itself, as one of a record and whatever the status of its key is (PROOF-2, PROOF-3).
pub(crate) fn check_alone(element: Value<'_>, record: &Record, policy: &Policy) -> CheckedEvent {
    let judge = Judge { policy, record, ignores_revocation: true };
    let (events, _) = check_elements(std::iter::once(Element::Value(element)), judge);
    let unread = bare(0, Verdict::new(Status::UnknownFormat, 0));
    events.into_iter().next().unwrap_or(unread)
}

fn check_elements<'t, 'p: 't>(
    elements: impl Iterator<Item = Element<'t>>,
    judge: Judge<'p>,
) -> (Vec<CheckedEvent>, Vec<ReceiptVerdict>) {
    let (policy, record) = (judge.policy, judge.record);
    let mut questions = Questions::new(policy);
    let receipts = Receipts::new(policy, record);
    let mut foreseen = 0;
    let pending: Vec<Pending<'_>> = elements
        .map(|element| match element {
            Element::Unreadable(fault) => Pending::Unreadable(fault),
            Element::Value(value) => {
                let (judged, flat) = readings(&judge, value, &mut questions);
                if let Some(receipt) = probable_receipt(&judged).filter(|_| foreseen < FORESEEN) {
                    foreseen += 1;
                    receipts.foresee(receipt, &mut questions);
                }
                Pending::Value(value, judged, flat)
            }
        })
        .collect();
    questions.verify();
    let mut run = Run { judge, questions, receipts, carried: HashMap::new() };
    let mut events: Vec<CheckedEvent> = Vec::with_capacity(pending.len());
    for (index, each) in pending.into_iter().enumerate() {
        events.push(run.element(index, each));
    }
    run.receipts.ask(&mut run.questions);
    run.questions.verify();
    let receipts = run.receipts.verdicts(&run.questions);
    for (element, (place, bytes)) in run.carried {
        let event = events[element].event.as_mut().and_then(Arc::get_mut);
        if let Some(event) = event.filter(|_| receipts[place].verdict.status == Status::Verified) {
            event.receipt = Some(bytes);
        }
    }
    (events, receipts)
}

/// The receipts that are verified together with their events. The bound keeps that of RCPT-4 on receipts of
/// events that turn out not to be valid.
const FORESEEN: usize = 4;

/// The receipt of a `record_created` that only its signature can make invalid.
fn probable_receipt<'t>(judged: &[Judged<'t>]) -> Option<Value<'t>> {
    let [judged] = judged else { return None };
    let reading = judged.reading.as_ref().filter(|_| matches!(judged.state, State::Open(..)))?;
    if reading.event_type != CARRIER {
        return None;
    }
    receipt_in(Some(CARRIER), Some(reading.payload))
}

/// What each format of the policy that reads an element makes of it (FORMAT-8).
fn readings<'p, 't>(
    judge: &Judge<'p>,
    element: Value<'t>,
    questions: &mut Questions<'p>,
) -> (Vec<Judged<'t>>, Option<FlatReading<'t>>)
where
    'p: 't,
{
    let mut judged = Vec::new();
    if !element.is_object() {
        return (judged, None);
    }
    let mut contents: Contents = Vec::new();
    for (at, format) in judge.policy.formats.iter().enumerate() {
        if let Some(reading) = Reading::of(format, element) {
            judged.push(judge.event(at, element, reading, &mut contents, questions));
        }
    }
    let flat = if judge.policy.has_flat { FlatReading::of(element) } else { None };
    if let Some(reading) = flat {
        judged.push(judge.flat(reading, questions));
    }
    (judged, flat)
}

/// The decision on the elements of one bundle, in their order.
struct Run<'p> {
    judge: Judge<'p>,
    questions: Questions<'p>,
    receipts: Receipts<'p>,
    /// For valid `record_created` events by element: the place of the receipt and its bytes.
    carried: HashMap<usize, (usize, Vec<u8>)>,
}

impl Run<'_> {
    fn element(&mut self, index: usize, pending: Pending<'_>) -> CheckedEvent {
        let knows_one_format = self.judge.policy.knows_one_format;
        // FORMAT-14: no format reads it, and only where no other is possible it is wrong.
        let status = if knows_one_format { Status::Invalid } else { Status::UnknownFormat };
        let (element, judged, flat) = match pending {
            Pending::Value(element, judged, flat) => (element, judged, flat),
            Pending::Unreadable(fault) => {
                // Inside an element the pointer of every fault begins at the element.
                let prefix = format!("/events/{index}");
                let pointer = fault.pointer.as_deref().unwrap_or("");
                let pointer = pointer.strip_prefix(&prefix).unwrap_or(pointer).to_owned();
                let fault = Fault { pointer: Some(pointer), ..fault.clone() };
                return bare(index, Verdict::of(status, 0, fault));
            }
        };
        if !element.is_object() {
            let fault = Fault::at("type", "").with("an event must be an object");
            let identity = (!knows_one_format).then(|| identity(element));
            return CheckedEvent { element_sha256: identity, ..bare(index, Verdict::of(status, 0, fault)) };
        }
        let decisions: Vec<Decision> =
            judged.iter().map(|each| self.judge.decide(each, &self.questions)).collect();
        // Formats are sorted by digest, so the first of equals is that of the smallest (FORMAT-9).
        let best = (0..judged.len()).min_by_key(|&at| decisions[at].verdict.reading_rank());
        let Some(best) = best else { return self.unread(index, element) };
        let others = decisions.iter().enumerate().filter(|&(at, _)| at != best);
        let remarks = others
            .filter(|(_, decision)| decision.verdict.status == Status::Invalid)
            .filter_map(|(_, decision)| decision.verdict.fault.clone())
            .collect();
        let (judged, decision) = (&judged[best], &decisions[best]);
        let checked = match (judged.format, flat) {
            (FormatOf::Flat, Some(reading)) => self.flat(index, element, reading, judged, decision),
            (FormatOf::Document(at), _) => self.decided(index, element, at, judged, decision),
            (FormatOf::Flat, None) => bare(index, decision.verdict.clone()),
        };
        CheckedEvent { remarks, ..checked }
    }

    /// An element that no format of the policy reads; its receipt is taken up.
    fn unread(&mut self, index: usize, element: Value<'_>) -> CheckedEvent {
        let text = |name| element.get(name).and_then(Value::as_str);
        let event_type = text("event_type");
        if let Some(receipt) = receipt_in(event_type, element.get("payload")) {
            let pointer = format!("/events/{index}/payload/receipt");
            self.receipts.collect(receipt, pointer, index, None, false);
        }
        CheckedEvent {
            claimed_type: event_type.map(str::to_owned),
            claimed_id: text("event_id").map(str::to_owned),
            element_sha256: Some(identity(element)),
            ..bare(index, Verdict::new(Status::UnknownFormat, 0))
        }
    }

    /// An element with the verdict of a reading of a document.
    fn decided(
        &mut self,
        index: usize,
        element: Value<'_>,
        at: usize,
        judged: &Judged<'_>,
        decision: &Decision,
    ) -> CheckedEvent {
        let format = &self.judge.policy.formats[at];
        let Some(reading) = &judged.reading else { return bare(index, decision.verdict.clone()) };
        let event_id = judged.content.as_ref().map(|content| content.event_id.clone());
        let mut verdict = decision.verdict.clone();
        let event = self.valid(element, at, judged, decision);
        if event.as_ref().is_some_and(|event| event.classification.event_type.is_none()) {
            verdict.status = Status::UnknownType;
        }
        let always = event.is_some() && reading.event_type == CARRIER;
        if let Some(receipt) = receipt_in(Some(reading.event_type), Some(reading.payload)) {
            let pointer = format!("/events/{index}{}/receipt", of_tokens(&format.body.payload));
            let place = self.receipts.collect(receipt, pointer, index, event_id.clone(), always);
            if always {
                self.carried.insert(index, (place, canonical::bytes(receipt)));
            }
        }
        let claimed_id = reading.event_id.and_then(Value::as_str).filter(|_| event_id.is_none());
        let is_unverified = verdict.status.is_unverified();
        CheckedEvent {
            index,
            claimed_type: Some(reading.event_type.to_owned()),
            unsigned: if event_id.is_some() { unsigned(format, element) } else { Vec::new() },
            event_id,
            key: decision.signed.map(|(_, key)| key).or(judged.key),
            event: event.map(Arc::new),
            claim: judged.claim.clone(),
            claimed_id: claimed_id.map(str::to_owned),
            format: Some(FormatOf::Document(at)),
            element_sha256: is_unverified.then(|| identity(element)),
            remarks: Vec::new(),
            verdict,
        }
    }

    /// The event of a reading that is verified.
    fn valid(
        &self,
        element: Value<'_>,
        at: usize,
        judged: &Judged<'_>,
        decision: &Decision,
    ) -> Option<SignedEvent> {
        if decision.verdict.status != Status::Verified {
            return None;
        }
        let format = &self.judge.policy.formats[at];
        let (reading, content) = (judged.reading.as_ref()?, judged.content.as_ref()?);
        let (signature, key) = decision.signed?;
        let signer = &self.judge.policy.keys[key].signer_id;
        Some(SignedEvent {
            event_id: content.event_id.clone(),
            digest: content.digest,
            event_type: reading.event_type.to_owned(),
            target: reading.target.to_owned(),
            created_at: canonical::bytes(reading.created_at?),
            instant: judged.instant.clone()?,
            signer: signer_bytes(format, element, reading.signer_id),
            content: Arc::clone(content),
            signature,
            key,
            format: at,
            receipt: None,
            classification: classify(
                reading.event_type,
                reading.target,
                reading.payload,
                signer,
                self.judge.record,
            ),
        })
    }

    fn flat(
        &mut self,
        index: usize,
        element: Value<'_>,
        reading: FlatReading<'_>,
        judged: &Judged<'_>,
        decision: &Decision,
    ) -> CheckedEvent {
        let verdict = decision.verdict.clone();
        let listed = reading.listed_id().filter(|_| verdict.status != Status::UnknownFormat);
        let event_id = listed.map(str::to_owned);
        if let Some(receipt) = receipt_in(Some(reading.event_type), Some(reading.payload)) {
            let pointer = format!("/events/{index}/payload/receipt");
            self.receipts.collect(receipt, pointer, index, event_id.clone(), false);
        }
        CheckedEvent {
            event_id,
            claimed_type: Some(reading.event_type.to_owned()),
            key: decision.signed.map(|(_, key)| key),
            claim: judged.claim.clone(),
            format: Some(FormatOf::Flat),
            element_sha256: verdict.status.is_unverified().then(|| identity(element)),
            ..bare(index, verdict)
        }
    }
}

/// An element of which nothing more than its verdict is known.
fn bare(index: usize, verdict: Verdict) -> CheckedEvent {
    CheckedEvent {
        index,
        event_id: None,
        claimed_type: None,
        verdict,
        event: None,
        unsigned: Vec::new(),
        key: None,
        claim: None,
        claimed_id: None,
        format: None,
        element_sha256: None,
        remarks: Vec::new(),
    }
}

/// `element_sha256` (UNV-1).
fn identity(element: Value<'_>) -> String {
    canonical::sha256_hex(&canonical::bytes(element))
}
