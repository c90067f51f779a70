//! Proofs of equivocations (PROOF-1 to PROOF-3).

use crate::bundle::record::Record;
use crate::encoding::limits::Limits;
use crate::encoding::output::Json;
use crate::encoding::spellings::hex;
use crate::encoding::tree::Value;
use crate::encoding::{Regions, read_json};
use crate::error::Fault;
use crate::merge::RULES;
use crate::merge::equivocation::{Equivocation, equivocations};
use crate::merge::export::exported_event;
use crate::merge::ledger::Ledger;
use crate::merge::selection::Selection;
use crate::verify::checks::check_alone;
use crate::verify::policy::Policy;
use crate::verify::verdicts::{SignedEvent, Status};

const PROOF_TYPE: &str = "pithbundle_equivocation_proof";

/// The two events of a proof: the smallest id, and the smallest id that differs from it in a deciding member.
fn pair<'l>(group: &Equivocation<'l>) -> Option<[&'l SignedEvent; 2]> {
    let first = *group.events.first()?;
    let differs = |event: &&&SignedEvent| event.classification.deciding != first.classification.deciding;
    Some([first, *group.events.iter().find(differs)?])
}

fn key_json(ledger: &Ledger<'_>, event: &SignedEvent) -> Json {
    let key = &ledger.policy.keys[event.key];
    Json::object([
        ("format_sha256", Json::from(ledger.policy.formats[event.format].sha256.as_str())),
        ("key_id", Json::from(key.key_id.as_str())),
        ("public_key_hex", Json::from(hex(&key.public_key.raw))),
        ("signer_id", Json::from(key.signer_id.as_str())),
    ])
}

/// The bytes of the proof of an equivocation (PROOF-1).
pub fn proof_bytes(ledger: &Ledger<'_>, group: &Equivocation<'_>) -> Result<Vec<u8>, Fault> {
    let events = pair(group).ok_or_else(|| Fault::new("type"))?;
    let mut elements = Vec::new();
    for event in events {
        elements.push(Json::Raw(exported_event(ledger, event)?));
    }
    let mut keys = events.to_vec();
    // Keys of a policy and its formats are sorted by raw key and digest.
    keys.sort_by_key(|event| (event.key, event.format));
    keys.dedup_by_key(|event| (event.key, event.format));
    Ok(Json::object([
        ("canonical_record", Json::Raw(ledger.record.canonical.clone())),
        ("events", Json::Array(elements)),
        ("keys", Json::array(keys.into_iter().map(|event| key_json(ledger, event)))),
        ("proof_type", Json::from(PROOF_TYPE)),
        ("proof_version", Json::from("1")),
        ("rules", Json::from(RULES)),
    ])
    .bytes())
}

/// What a proof that holds shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The event type.
    pub event_type: String,
    /// The signer.
    pub signer: String,
    /// The ids, sorted.
    pub event_ids: Vec<String>,
    /// The status of the key of each event, in the order of the ids (PROOF-3).
    pub statuses: Vec<&'static str>,
}

/// Verify a proof (PROOF-2).
pub fn verify_proof(data: &[u8], policy: &Policy) -> Result<Proven, Fault> {
    let tree = read_json(data, &Limits::default().of_bundles(), Regions::One)?;
    let proof = tree.root();
    let text = |name| proof.get(name).and_then(Value::as_str);
    let at = |code, pointer: &str| Fault::at(code, pointer).by("PROOF-2");
    if text("proof_type") != Some(PROOF_TYPE) {
        return Err(at("type", "/proof_type"));
    }
    if text("proof_version") != Some("1") {
        return Err(at("version", "/proof_version"));
    }
    if text("rules") != Some(RULES) {
        return Err(at("version", "/rules"));
    }
    let record = proof.get("canonical_record").ok_or_else(|| at("type", "/canonical_record"))?;
    let record = Record::of(record).map_err(|fault| fault.below("/canonical_record"))?;
    let record = std::sync::Arc::new(record);
    let events = proof.get("events").filter(|events| events.is_array() && events.len() == 2);
    let events = events.ok_or_else(|| at("type", "/events"))?;
    let keys = proof.get("keys").filter(|keys| keys.is_array() && (1..=2).contains(&keys.len()));
    for (index, key) in keys.ok_or_else(|| at("type", "/keys"))?.items().enumerate() {
        if !is_policy_key(key, policy) {
            return Err(at("key_unknown", &format!("/keys/{index}")));
        }
    }
    let mut elements = Vec::new();
    for (index, element) in events.items().enumerate() {
        let checked = check_alone(element, &record, policy);
        let pointer = format!("/events/{index}");
        if checked.verdict.status != Status::Verified {
            let fault = checked.verdict.fault.unwrap_or_else(|| Fault::new("type"));
            return Err(fault.below(&pointer));
        }
        elements.push(checked);
    }
    let ledger = Ledger::of_elements(record, &elements, policy);
    let selection = Selection::of(&ledger);
    let groups = equivocations(&selection);
    let [group] = &groups[..] else { return Err(at("type", "/events")) };
    if group.events.len() != 2 {
        return Err(at("type", "/events"));
    }
    if proof_bytes(&ledger, group)? != data {
        return Err(at("encoding", ""));
    }
    Ok(Proven {
        event_type: group.event_type.to_owned(),
        signer: group.signer.to_owned(),
        event_ids: group.event_ids().map(str::to_owned).collect(),
        statuses: group.events.iter().map(|event| policy.keys[event.key].status.word()).collect(),
    })
}

/// Whether a value is a key of the policy under a format that it lists and that binds.
fn is_policy_key(value: Value<'_>, policy: &Policy) -> bool {
    let text = |name| value.get(name).and_then(Value::as_str);
    let is_key = |key: &&crate::verify::PolicyKey| {
        text("public_key_hex") == Some(&hex(&key.public_key.raw))
            && text("key_id") == Some(&key.key_id)
            && text("signer_id") == Some(&key.signer_id)
    };
    let Some(key) = policy.keys.iter().find(is_key) else { return false };
    let is_format = |format: &&crate::formats::EventFormat| {
        text("format_sha256") == Some(&format.sha256)
            && format.is_binding
            && key.format_sha256s.contains(&format.sha256)
    };
    value.len() == 4 && policy.formats.iter().any(|format| is_format(&format))
}
