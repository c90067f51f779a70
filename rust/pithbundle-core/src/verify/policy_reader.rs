//! The strict reading of a policy (POL-1, POL-2, POL-6, POL-7).

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::policy::{KeyStatus, PolicyKey};
use crate::encoding::pointer::{item, member};
use crate::encoding::spellings::{digest_from_hex, event_id_digest};
use crate::encoding::tree::Value;
use crate::error::Fault;
use crate::formats::{EventFormat, INTEGRITY_1, PITHBUNDLE_EVENT_1};
use crate::signature::PublicKey;

const MAX_KEYS: usize = 1_000;
const MAX_NAME: usize = 256;
/// The most formats of a key, and of a policy (FORMAT-6).
const MAX_FORMATS: usize = 8;
const MAX_OF_PAIR: usize = 4;
const MAX_OF_KEY_ID: usize = 16;

fn reject<T>(at: &str, detail: impl Into<Cow<'static, str>>) -> Result<T, Fault> {
    Err(Fault::at("policy", at).with(detail))
}

/// Read a policy: its keys as given, and all formats that they list.
pub(super) fn read(value: Value<'_>) -> Result<(Vec<PolicyKey>, Vec<EventFormat>), Fault> {
    if !value.is_object() {
        return reject("", "a policy is an object with policy_type, policy_version and keys");
    }
    let text = |name| value.get(name).and_then(Value::as_str);
    if text("policy_type") != Some("pithbundle_policy") {
        return reject("/policy_type", "write \"pithbundle_policy\"");
    }
    if text("policy_version") != Some("1") {
        return reject("/policy_version", "write \"1\", the only version that this reader knows");
    }
    check_members(value, &["keys", "policy_type", "policy_version"], "")?;
    let Some(keys) = value.get("keys").filter(|keys| keys.is_array()) else {
        return reject("/keys", "write an array of keys");
    };
    if keys.len() > MAX_KEYS {
        return reject("/keys", format!("{} keys; a policy contains {MAX_KEYS} at most", keys.len()));
    }
    let mut read = Vec::with_capacity(keys.len());
    for (index, key) in keys.items().enumerate() {
        read.push(read_key(key, &item("/keys", index))?);
    }
    if read.is_empty() {
        return reject("/keys", "a policy without keys trusts nobody: add at least one key");
    }
    check_clashes(&read)?;
    check_formats(&read)?;
    let mut formats = Vec::new();
    let keys = read.into_iter().map(|(key, listed)| {
        formats.extend(listed);
        key
    });
    let keys = keys.collect();
    Ok((keys, formats))
}

fn check_members(value: Value<'_>, known: &[&str], at: &str) -> Result<(), Fault> {
    match value.members().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => {
            reject(&member(at, name), format!("no such member; known here: {}", known.join(", ")))
        }
        None => Ok(()),
    }
}

fn read_key(value: Value<'_>, at: &str) -> Result<(PolicyKey, Vec<EventFormat>), Fault> {
    const MEMBERS: [&str; 7] = [
        "accepted_event_ids",
        "event_formats",
        "event_types",
        "key_id",
        "public_key_hex",
        "signer_id",
        "status",
    ];
    if !value.is_object() {
        return reject(at, "write an object with signer_id, key_id and public_key_hex");
    }
    check_members(value, &MEMBERS, at)?;
    let hex_at = member(at, "public_key_hex");
    let Some(raw) = value.get("public_key_hex").and_then(Value::as_str).and_then(digest_from_hex) else {
        return reject(&hex_at, "write 64 lower-case hex digits");
    };
    let public_key = PublicKey::new(&raw).map_err(|fault| fault.below(&hex_at))?;
    let signer_id = name(value.get("signer_id"), &member(at, "signer_id"))?;
    let key_id = name(value.get("key_id"), &member(at, "key_id"))?;
    let event_types = event_types(value.get("event_types"), &member(at, "event_types"))?;
    let status = status(value.get("status"), &member(at, "status"))?;
    let accepted_event_ids =
        accepted(value.get("accepted_event_ids"), status, &member(at, "accepted_event_ids"))?;
    let formats = event_formats(value.get("event_formats"), &member(at, "event_formats"))?;
    let mut format_sha256s: Vec<String> = formats.documents.iter().map(|each| each.sha256.clone()).collect();
    format_sha256s.sort();
    let key = PolicyKey {
        signer_id,
        key_id,
        fingerprint: public_key.fingerprint_hex(),
        public_key,
        event_types,
        status,
        accepted_event_ids,
        format_sha256s,
        lists_flat: formats.flat,
        lists_unknown: formats.unknown,
    };
    Ok((key, formats.documents))
}

fn name(value: Option<Value<'_>>, at: &str) -> Result<String, Fault> {
    match value.and_then(Value::as_str) {
        Some(text) if (1..=MAX_NAME).contains(&text.len()) => Ok(text.to_owned()),
        _ => reject(at, format!("must be a string of 1 to {MAX_NAME} bytes")),
    }
}

/// An array of strings without repetition, each read by itself.
fn set(
    value: Value<'_>,
    at: &str,
    read: impl Fn(Value<'_>, &str) -> Result<String, Fault>,
) -> Result<BTreeSet<String>, Fault> {
    if !value.is_array() {
        return reject(at, "must be an array of strings");
    }
    let mut found = BTreeSet::new();
    for (index, each) in value.items().enumerate() {
        let at = item(at, index);
        if !found.insert(read(each, &at)?) {
            return reject(&at, "is in the list twice: leave one out");
        }
    }
    Ok(found)
}

fn event_types(value: Option<Value<'_>>, at: &str) -> Result<Option<BTreeSet<String>>, Fault> {
    let Some(value) = value.filter(|value| value.as_str() != Some("*")) else { return Ok(None) };
    let types = set(value, at, |each, at| name(Some(each), at))?;
    if types.is_empty() {
        return reject(at, "the list is empty: write \"*\", or the types that the key may sign");
    }
    Ok(Some(types))
}

fn status(value: Option<Value<'_>>, at: &str) -> Result<KeyStatus, Fault> {
    let Some(value) = value else { return Ok(KeyStatus::Active) };
    match value.as_str() {
        Some("active") => Ok(KeyStatus::Active),
        Some("retired") => Ok(KeyStatus::Retired),
        Some("revoked") => Ok(KeyStatus::Revoked),
        _ => reject(at, "write \"active\", \"retired\" or \"revoked\""),
    }
}

fn accepted(value: Option<Value<'_>>, status: KeyStatus, at: &str) -> Result<BTreeSet<String>, Fault> {
    let Some(value) = value else { return Ok(BTreeSet::new()) };
    if !value.is_empty() && value.is_array() && status != KeyStatus::Revoked {
        let detail = "only a revoked key has accepted_event_ids: leave them out, or write status \"revoked\"";
        return reject(at, detail);
    }
    set(value, at, |each, at| match each.as_str() {
        Some(text) if event_id_digest(text).is_some() => Ok(text.to_owned()),
        _ => reject(at, "write an event id: sha256: and 64 lower-case hex digits"),
    })
}

#[derive(Default)]
struct Listed {
    documents: Vec<EventFormat>,
    flat: bool,
    unknown: bool,
}

/// The formats of a key (FORMAT-6).
fn event_formats(value: Option<Value<'_>>, at: &str) -> Result<Listed, Fault> {
    let Some(value) = value else {
        return Ok(Listed { documents: vec![EventFormat::built_in()], ..Listed::default() });
    };
    if !value.is_array() || !(1..=MAX_FORMATS).contains(&value.len()) {
        let detail =
            format!("write a list of 1 to {MAX_FORMATS} event formats; a name, a document or unknown each");
        return reject(at, detail);
    }
    let mut found = Listed::default();
    for (index, each) in value.items().enumerate() {
        let at = item(at, index);
        let is_new = match each.as_str() {
            Some("unknown") => !std::mem::replace(&mut found.unknown, true),
            Some(INTEGRITY_1) => !std::mem::replace(&mut found.flat, true),
            Some(PITHBUNDLE_EVENT_1) => add(&mut found.documents, EventFormat::built_in()),
            _ if each.is_object() => {
                let document = EventFormat::from_document(each).map_err(|fault| fault.below(&at))?;
                add(&mut found.documents, document)
            }
            _ => {
                let known = format!("{PITHBUNDLE_EVENT_1}, {INTEGRITY_1}, unknown");
                let detail = format!("no such event format; write one of {known}, or a format document");
                return reject(&at, detail);
            }
        };
        if !is_new {
            return reject(&at, "is in the list twice: leave one out");
        }
    }
    Ok(found)
}

fn add(documents: &mut Vec<EventFormat>, document: EventFormat) -> bool {
    let is_new = documents.iter().all(|each| each.sha256 != document.sha256);
    documents.push(document);
    is_new
}

/// POL-6: what keys share.
fn check_clashes(keys: &[(PolicyKey, Vec<EventFormat>)]) -> Result<(), Fault> {
    let mut raws = HashSet::new();
    let mut pairs: HashMap<(&str, &str), usize> = HashMap::new();
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for (index, (key, _)) in keys.iter().enumerate() {
        let at = item("/keys", index);
        if !raws.insert(key.public_key.raw) {
            return reject(&member(&at, "public_key_hex"), "an earlier key of this policy is the same key");
        }
        let of_pair = pairs.entry((&key.signer_id, &key.key_id)).or_default();
        *of_pair += 1;
        if *of_pair > MAX_OF_PAIR {
            let detail = format!("more than {MAX_OF_PAIR} keys of one signer_id and key_id");
            return reject(&member(&at, "key_id"), detail);
        }
        let of_id = ids.entry(&key.key_id).or_default();
        *of_id += 1;
        if *of_id > MAX_OF_KEY_ID {
            return reject(&member(&at, "key_id"), format!("more than {MAX_OF_KEY_ID} keys of one key_id"));
        }
    }
    Ok(())
}

/// FORMAT-6: two formats of one name, then a ninth format.
fn check_formats(keys: &[(PolicyKey, Vec<EventFormat>)]) -> Result<(), Fault> {
    let mut by_name: HashMap<&str, &str> = HashMap::new();
    let mut found: HashSet<&str> = HashSet::new();
    for (index, (key, documents)) in keys.iter().enumerate() {
        let at = member(&item("/keys", index), "event_formats");
        let mut sorted: Vec<&EventFormat> = documents.iter().collect();
        sorted.sort_by(|a, b| a.sha256.cmp(&b.sha256));
        let documents = sorted.into_iter().map(|each| (each.name.as_str(), each.sha256.as_str()));
        for (name, sha256) in documents.chain(key.lists_flat.then_some((INTEGRITY_1, INTEGRITY_1))) {
            if *by_name.entry(name).or_insert(sha256) != sha256 {
                let detail = format!("two formats of this policy have the name {name}: give one another");
                return reject(&at, detail);
            }
            found.insert(sha256);
            if found.len() > MAX_FORMATS {
                let detail = format!("a policy has {MAX_FORMATS} different event formats at most");
                return reject(&at, detail);
            }
        }
    }
    Ok(())
}
