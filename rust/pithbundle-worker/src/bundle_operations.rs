//! The operations on bundles.

use pithbundle_core::bundle::reader::{Bundle, Encoding};
use pithbundle_core::bundle::record::Record;
use pithbundle_core::digests::lines::leaf_digest;
use pithbundle_core::encoding::canonical::{bytes as canonical_bytes, sha256, sha256_hex};
use pithbundle_core::encoding::limits::Limits;
use pithbundle_core::encoding::output::Json;
use pithbundle_core::encoding::spellings::hex;
use pithbundle_core::encoding::{Regions, read_json};
use pithbundle_core::error::Fault;
use pithbundle_core::merge::accumulate::accumulate;
use pithbundle_core::merge::completeness::completeness;
use pithbundle_core::merge::equivocation::equivocations;
use pithbundle_core::merge::export::export;
use pithbundle_core::merge::ledger::Ledger;
use pithbundle_core::merge::selection::Selection;
use pithbundle_core::merge::state::State;
use pithbundle_core::merge::status::status;
use pithbundle_core::merge::timeline::timeline;
use pithbundle_core::merge::trace::trace_bytes;
use pithbundle_core::proof::{proof_bytes, verify_proof};
use pithbundle_core::report::comparison::{Group, differences, read_state};
use pithbundle_core::report::joined::exit_status;
use pithbundle_core::report::{Input, Report};
use pithbundle_core::verify::verdicts::{CheckedEvent, FormatOf};
use pithbundle_core::verify::{Policy, check};

use crate::operations::{base64, bytes, decoded, policy, text};
use crate::request::Value;
use crate::{Answer, Failure};

/// Run an operation on bundles.
pub(crate) fn run(op: &str, args: &Value) -> Answer {
    match op {
        "check" => check_operation(args),
        "merge" => {
            let policy = policy(args, "policy")?;
            merged(&inputs(args, "inputs")?, &policy)
        }
        "status" => with_ledger(args, |ledger, _| {
            let selection = Selection::of(ledger);
            Ok(Json::object([("status", status(&selection, &equivocations(&selection)))]))
        }),
        "timeline" => with_ledger(args, |ledger, _| {
            let selection = Selection::of(ledger);
            let changes = timeline(&selection).into_iter().map(|(id, change)| Json::strings([id, change]));
            Ok(Json::object([("timeline", Json::array(changes))]))
        }),
        "proof" => with_ledger(args, |ledger, _| {
            let mut proofs = Vec::new();
            for group in equivocations(&Selection::of(ledger)) {
                proofs.push(base64(&proof_bytes(ledger, &group)?));
            }
            Ok(Json::object([("proofs", Json::Array(proofs))]))
        }),
        "verify_proof" => {
            let proven = verify_proof(&bytes(args, "data")?, &policy(args, "policy")?)?;
            Ok(Json::object([
                ("event_type", Json::from(proven.event_type)),
                ("signer", Json::from(proven.signer)),
                ("event_ids", Json::strings(proven.event_ids)),
                ("statuses", Json::strings(proven.statuses)),
            ]))
        }
        "compare" => compare(args),
        "export" => export_operation(args),
        "accumulate" => accumulate_operation(args),
        "leaf_line" => with_ledger(args, |ledger, report| {
            let selection = Selection::of(ledger);
            let state = State::of(&selection, &equivocations(&selection));
            let record = &ledger.record;
            let unverified = &report.unverified_sha256;
            let digest = leaf_digest(&record.hex, &state.events_sha256, &state.sha256, unverified);
            Ok(Json::object([
                ("suffix", Json::from(record.number.suffix.as_str())),
                ("digest", Json::optional(digest.as_deref())),
            ]))
        }),
        _ => Err(Failure::Unsupported),
    }
}

fn inputs(args: &Value, name: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let items = args.get(name).and_then(Value::items).ok_or(Failure::Request("inputs must be an array"))?;
    items.iter().map(|each| decoded(Some(each))).collect()
}

fn verdict_members(element: &CheckedEvent) -> Vec<(&'static str, Json)> {
    vec![
        ("event_id", Json::optional(element.event_id.as_deref())),
        ("verdict", Json::from(element.verdict.status.word())),
        ("code", Json::optional(element.verdict.code())),
    ]
}

fn format_name(policy: &Policy, of: Option<FormatOf>) -> Json {
    match of {
        None => Json::Null,
        Some(FormatOf::Flat) => Json::from("integrity-1"),
        Some(FormatOf::Document(at)) => Json::from(policy.formats[at].sha256.as_str()),
    }
}

fn check_operation(args: &Value) -> Answer {
    let encoding = match text(args, "format").as_deref() {
        Some("json") => Some(Encoding::Json),
        Some("cbor") => Some(Encoding::Cbor),
        _ => None,
    };
    let policy = policy(args, "policy")?;
    let bundle = Bundle::read(&bytes(args, "data")?, &Limits::default(), encoding)?;
    let inputs = [Input { name: String::new(), place: 0, checked: check(&bundle, &policy) }];
    let checked = &inputs[0].checked;
    let report = Report::of(&inputs, &policy);
    let elements = checked.events.iter().map(|element| {
        let mut members = verdict_members(element);
        members.push(("pointer", Json::from(format!("/events/{}", element.index))));
        members.push(("unsigned", Json::strings(&element.unsigned)));
        Json::object(members)
    });
    let mut listed: Vec<_> = report.events.iter().collect();
    listed.sort_by_key(|each| &each.decides.element.event_id);
    let events = listed.into_iter().map(|each| {
        let mut members = verdict_members(each.decides.element);
        members.push(("unsigned", Json::strings(&each.unsigned)));
        Json::object(members)
    });
    let receipts = checked.receipts.iter().map(|receipt| {
        Json::object([
            ("event_id", Json::optional(receipt.event_id.as_deref())),
            ("pointer", Json::from(receipt.pointer.as_str())),
            ("verdict", Json::from(receipt.verdict.status.word())),
            ("code", Json::optional(receipt.verdict.code())),
        ])
    });
    let mismatches = checked.mismatches.iter().filter_map(|fault| fault.pointer.as_deref());
    let unverified = checked.events.iter().map(|each| Json::optional(each.element_sha256.as_deref()));
    Ok(Json::object([
        ("pith_number", Json::from(checked.record.number.to_string())),
        ("canonical_sha256", Json::from(checked.record.hex.as_str())),
        ("policy_sha256", Json::from(policy.sha256.as_str())),
        ("elements", Json::array(elements)),
        ("events", Json::array(events)),
        ("receipts", Json::array(receipts)),
        ("mismatches", Json::strings(mismatches)),
        ("formats", Json::array(checked.events.iter().map(|each| format_name(&policy, each.format)))),
        ("unverified", Json::array(unverified)),
        ("unverified_sha256", Json::from(report.unverified_sha256.as_str())),
    ]))
}

/// The inputs of one record, checked, and those that are rejected.
struct Together<'p> {
    inputs: Vec<Input>,
    rejected: Vec<(usize, Fault)>,
    ledger: Ledger<'p>,
}

/// Read, check and merge inputs (BUN-5, MERGE-2).
fn together<'p>(data: &[Vec<u8>], policy: &'p Policy) -> Result<Together<'p>, Failure> {
    let (mut inputs, mut rejected) = (Vec::new(), Vec::new());
    for (place, each) in data.iter().enumerate() {
        match Bundle::read(each, &Limits::default(), None) {
            Ok(bundle) => {
                inputs.push(Input { name: place.to_string(), place, checked: check(&bundle, policy) })
            }
            Err(fault) => rejected.push((place, fault)),
        }
    }
    let Some((first, others)) = inputs.split_first() else {
        let fault = rejected.into_iter().next().map(|(_, fault)| fault);
        return Err(fault.unwrap_or_else(|| Fault::new("type").by("MERGE-2")).into());
    };
    let mut ledger = Ledger::of(&first.checked, policy);
    for other in others {
        ledger.add(&other.checked)?;
    }
    Ok(Together { inputs, rejected, ledger })
}

fn with_ledger(args: &Value, answer: impl Fn(&Ledger<'_>, &Report<'_>) -> Answer) -> Answer {
    let policy = policy(args, "policy")?;
    let together = together(&inputs(args, "inputs")?, &policy)?;
    answer(&together.ledger, &Report::of(&together.inputs, &policy))
}

fn merged(data: &[Vec<u8>], policy: &Policy) -> Answer {
    let Together { inputs, rejected, ledger } = together(data, policy)?;
    let report = Report::of(&inputs, policy);
    let selection = Selection::of(&ledger);
    let groups = equivocations(&selection);
    let state = State::of(&selection, &groups);
    let found = completeness(&selection);
    let outcomes = report.outcomes(!rejected.is_empty(), !groups.is_empty(), &found);
    let mut elements: Vec<&CheckedEvent> = report.events.iter().map(|each| each.decides.element).collect();
    elements.sort_by_key(|element| &element.event_id);
    let without_id = report.without_id.iter().map(|located| {
        let element = located.element;
        Json::object([
            ("input", Json::count(inputs[located.input].place)),
            ("pointer", Json::from(format!("/events/{}", element.index))),
            ("verdict", Json::from(element.verdict.status.word())),
            ("code", Json::optional(element.verdict.code())),
        ])
    });
    let rejected = rejected.iter().map(|(place, fault)| {
        Json::object([("input", Json::count(*place)), ("code", Json::from(fault.code))])
    });
    let completeness = found.iter().map(|each| {
        let as_of = each.as_of.as_ref().map(|(instant, id)| Json::strings([instant, id]));
        Json::object([
            ("signer", Json::from(each.signer.as_str())),
            ("missing", Json::strings(&each.missing)),
            ("as_of", as_of.unwrap_or(Json::Null)),
        ])
    });
    Ok(Json::object([
        ("state", base64(&state.bytes)),
        ("state_sha256", Json::from(state.sha256)),
        ("events_sha256", Json::from(state.events_sha256)),
        ("policy_sha256", Json::from(policy.sha256.as_str())),
        ("verdicts", Json::array(elements.into_iter().map(|each| Json::object(verdict_members(each))))),
        ("without_id", Json::array(without_id)),
        ("rejected", Json::array(rejected)),
        ("trace", base64(&trace_bytes(&selection, &groups))),
        ("exit_status", Json::Int(exit_status(&outcomes))),
        ("outcomes", Json::strings(outcomes)),
        ("completeness", Json::array(completeness)),
        ("unverified_sha256", Json::from(report.unverified_sha256.as_str())),
        ("unverified_count", Json::count(report.unverified.len())),
    ]))
}

fn compare(args: &Value) -> Answer {
    let theirs = bytes(args, "state")?;
    with_ledger(args, |ledger, _| {
        let selection = Selection::of(ledger);
        let ours = State::of(&selection, &equivocations(&selection));
        let (ours, theirs) = (read_state(&ours.bytes)?, read_state(&theirs)?);
        let found = differences(&ours, &theirs, &ledger.record);
        let rows = found.iter().map(|each| Json::strings([each.group.word(), &each.pointer, each.how]));
        let is_same = found.iter().all(|each| each.group != Group::Signed);
        Ok(Json::object([("differences", Json::array(rows)), ("same", Json::Bool(is_same))]))
    })
}

fn export_operation(args: &Value) -> Answer {
    let policy = policy(args, "policy")?;
    let together = together(&inputs(args, "inputs")?, &policy)?;
    let parts = export(&together.ledger, &Limits::default())?;
    let Json::Object(mut members) = merged(&parts, &policy)? else { return Err(Failure::Unsupported) };
    let mut elements = Vec::new();
    for part in &parts {
        let limits = Limits::default().of_bundles();
        let tree = read_json(part, &limits, Regions::One)?;
        let events = tree.root().get("events").map(|events| events.items().collect::<Vec<_>>());
        for event in events.unwrap_or_default() {
            elements.push(Json::from(sha256_hex(&canonical_bytes(event))));
        }
    }
    members.push(("elements".to_owned(), Json::Array(elements)));
    Ok(Json::Object(members))
}

fn accumulate_operation(args: &Value) -> Answer {
    let policy = policy(args, "policy")?;
    let tree = read_json(&bytes(args, "record")?, &Limits::default(), Regions::One)?;
    let record = Record::of(tree.root())?;
    let pool = inputs(args, "events")?;
    let count = args.get("count").and_then(Value::int).unwrap_or_default();
    let seed = text(args, "seed").unwrap_or_default();
    let mut running = Vec::new();
    accumulate(record, &pool, &policy, &seed, count as u64, &mut |state| {
        running.extend_from_slice(&sha256(state));
    })?;
    Ok(Json::object([("digest", Json::from(hex(&sha256(&running))))]))
}
