//! Two heads of one mirror that contradict each other (MIRROR-7).

use super::head::{HEAD_BYTES, Head};
use super::malformed;
use crate::encoding::limits::Limits;
use crate::encoding::output::Json;
use crate::encoding::tree::Value;
use crate::encoding::{Regions, read_json};
use crate::error::Fault;
use crate::signature::PublicKey;

/// Why two heads contradict each other, if they do.
fn reason(one: &Head, other: &Head, pinned: &PublicKey) -> Option<&'static str> {
    let is_signed = |head: &Head| head.signature_status(pinned) == "signed";
    if one.sha256 == other.sha256 || one.origin != other.origin || !is_signed(one) || !is_signed(other) {
        return None;
    }
    let differ = (&one.root, &one.policy_sha256) != (&other.root, &other.policy_sha256);
    if one.generation == other.generation && differ {
        return Some("generation");
    }
    (one.previous.is_some() && one.previous == other.previous).then_some("previous")
}

/// The evidence that two heads contradict each other, if they do.
pub fn evidence(one: &Head, other: &Head, pinned: &PublicKey) -> Option<Vec<u8>> {
    let reason = reason(one, other, pinned)?;
    let mut heads = [one, other];
    heads.sort_by(|a, b| a.sha256.cmp(&b.sha256));
    let texts = heads.map(|head| Json::from(String::from_utf8_lossy(&head.bytes).into_owned()));
    let value = Json::object([
        ("contradiction_type", Json::from("pithbundle_mirror_contradiction")),
        ("contradiction_version", Json::from("1")),
        ("reason", Json::from(reason)),
        ("heads", Json::array(texts)),
    ]);
    Some(value.bytes())
}

/// Check evidence under a pinned key; the reason is returned.
pub fn verify(data: &[u8], pinned: &PublicKey) -> Result<&'static str, Fault> {
    let limits = Limits { size: 4 * HEAD_BYTES, ..Limits::default() };
    let tree = read_json(data, &limits, Regions::One)
        .map_err(|fault| malformed("MIRROR-7", fault.message().to_owned()))?;
    let value = tree.root();
    let text = |name| value.get(name).and_then(Value::as_str);
    if text("contradiction_type") != Some("pithbundle_mirror_contradiction") {
        return Err(malformed("MIRROR-7", "not evidence of a contradiction"));
    }
    if text("contradiction_version") != Some("1") {
        return Err(Fault::at("version", "/contradiction_version").by("MIRROR-7"));
    }
    let heads = value.get("heads").filter(|heads| heads.is_array() && heads.len() == 2);
    let heads = heads.ok_or_else(|| malformed("MIRROR-7", "the evidence has two heads"))?;
    let mut read = Vec::new();
    for head in heads.items() {
        let text = head.as_str().ok_or_else(|| malformed("MIRROR-7", "a head is a string"))?;
        read.push(Head::from_bytes(text.as_bytes())?);
    }
    let [one, other] = &read[..] else { return Err(malformed("MIRROR-7", "the evidence has two heads")) };
    let found = reason(one, other, pinned)
        .ok_or_else(|| malformed("MIRROR-7", "under this key the heads do not contradict each other"))?;
    // Members, order and spelling are those of the evidence as it is written.
    if evidence(one, other, pinned).as_deref() != Some(data) {
        return Err(malformed("MIRROR-7", "not written as this evidence is"));
    }
    Ok(found)
}
