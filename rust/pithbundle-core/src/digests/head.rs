//! Heads of a mirror and their signatures (MIRROR-4, MIRROR-6).

use super::is_name;
use super::tree::depth_of;
use crate::encoding::canonical::{self, Excluded, sha256_hex, write_without};
use crate::encoding::limits::Limits;
use crate::encoding::spellings::{digest_from_hex, from_base64};
use crate::encoding::timestamps::is_utc_second;
use crate::encoding::tree::Value;
use crate::encoding::{Regions, read_json};
use crate::error::Fault;
use crate::signature::PublicKey;

/// The most bytes of a head.
pub(super) const HEAD_BYTES: usize = 4_096;
const CONTEXT: &[u8] = b"pithbundle mirror head v1\n";
const REQUIRED: [&str; 11] = [
    "depth",
    "events",
    "generated_at",
    "generation",
    "head_type",
    "head_version",
    "origin",
    "policy_sha256",
    "records",
    "root",
    "rules",
];
const OPTIONAL: [&str; 4] = ["archive", "delta", "previous", "signature"];

/// A head.
#[derive(Debug)]
pub struct Head {
    /// The file.
    pub bytes: Vec<u8>,
    /// The canonical bytes without the signature.
    pub content: Vec<u8>,
    /// Their SHA-256 in hex.
    pub sha256: String,
    /// The name of the mirror.
    pub origin: String,
    /// The policy.
    pub policy_sha256: String,
    /// The generation.
    pub generation: u64,
    /// The number of records.
    pub records: u64,
    /// The name of the root.
    pub root: String,
    /// The head before.
    pub previous: Option<String>,
    /// The delta against the generation before.
    pub delta: Option<String>,
    /// The claimed key and the signature.
    signature: Option<([u8; 32], [u8; 64])>,
}

fn wrong(name: &str, detail: &'static str) -> Fault {
    Fault::at("digest_invalid", format!("/{name}")).with(detail).by("MIRROR-4")
}

fn is_label(text: &str, most: usize) -> bool {
    let is_end = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let data = text.as_bytes();
    (1..=most).contains(&data.len())
        && data.iter().all(|&c| is_end(c) || matches!(c, b'.' | b'-'))
        && is_end(data[0])
        && is_end(data[data.len() - 1])
}

fn is_archive(text: &str) -> bool {
    let is_segment = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'))
    };
    text.len() <= 256
        && text.split('/').all(is_segment)
        && text.rsplit('/').next() == Some("pith-archive.json")
}

impl Head {
    /// Read a head strictly; its signature is not verified.
    pub fn from_bytes(data: &[u8]) -> Result<Self, Fault> {
        let limits = Limits { size: HEAD_BYTES, ..Limits::default() };
        let tree = read_json(data, &limits, Regions::One)
            .map_err(|fault| Fault { code: "digest_invalid", ..fault.by("MIRROR-4") })?;
        let head = tree.root();
        let text = |name| head.get(name).and_then(Value::as_str);
        if text("head_type") != Some("pithbundle_mirror_head") {
            return Err(wrong("head_type", "head_type must be \"pithbundle_mirror_head\""));
        }
        if text("head_version") != Some("1") {
            return Err(Fault::at("version", "/head_version").by("MIRROR-4"));
        }
        let is_known = |name: &str| REQUIRED.contains(&name) || OPTIONAL.contains(&name);
        let has_required = REQUIRED.iter().all(|name| head.get(name).is_some());
        if !has_required || !head.members().all(|(name, _)| is_known(name)) {
            return Err(Fault::at("digest_invalid", "").by("MIRROR-4"));
        }
        let read = Self::members(head, data)?;
        if canonical::bytes(head) != data {
            return Err(Fault::at("digest_invalid", "").by("MIRROR-4"));
        }
        Ok(read)
    }

    fn members(head: Value<'_>, data: &[u8]) -> Result<Self, Fault> {
        let text = |name: &str, is_right: fn(&str) -> bool| {
            let found = head.get(name).and_then(Value::as_str).filter(|text| is_right(text));
            found.map(str::to_owned).ok_or_else(|| wrong(name, "is not what MIRROR-4 requires"))
        };
        let optional =
            |name: &str, is_right: fn(&str) -> bool| head.get(name).map(|_| text(name, is_right)).transpose();
        let number = |name: &str, least: i64| {
            let found = head.get(name).and_then(Value::as_int).filter(|&number| number >= least);
            found.map(|number| number as u64).ok_or_else(|| wrong(name, "is not what MIRROR-4 requires"))
        };
        text("rules", |text| is_label(text, 64))?;
        text("generated_at", is_utc_second)?;
        optional("archive", is_archive)?;
        number("events", 0)?;
        let generation = number("generation", 1)?;
        let records = number("records", 0)?;
        let previous = optional("previous", is_name)?;
        let delta = optional("delta", is_name)?;
        if previous.is_none() != (generation == 1) {
            return Err(wrong("previous", "is absent if and only if generation is 1"));
        }
        if delta.is_some() && previous.is_none() {
            return Err(wrong("delta", "the first head has no delta"));
        }
        if number("depth", 0)? != depth_of(records) as u64 {
            return Err(wrong("depth", "does not follow from records"));
        }
        let mut without = Excluded::default();
        without.add(&["signature".to_owned()]);
        let mut content = Vec::new();
        write_without(head, Some(&without), &mut content);
        Ok(Self {
            bytes: data.to_vec(),
            sha256: sha256_hex(&content),
            content,
            origin: text("origin", |text| is_label(text, 253))?,
            policy_sha256: text("policy_sha256", is_name)?,
            generation,
            records,
            root: text("root", is_name)?,
            previous,
            delta,
            signature: head.get("signature").map(signature).transpose()?,
        })
    }

    /// The message of a signature (MIRROR-6).
    pub fn message(&self) -> Vec<u8> {
        [CONTEXT, &self.content].concat()
    }

    /// What a reader knows who pinned a key (MIRROR-6).
    pub fn signature_status(&self, pinned: &PublicKey) -> &'static str {
        match &self.signature {
            None => "unsigned",
            Some((key, _)) if *key != pinned.raw => "other_key",
            Some((_, signature)) if pinned.verify(&self.message(), signature) => "signed",
            Some(_) => "invalid",
        }
    }
}

fn signature(value: Value<'_>) -> Result<([u8; 32], [u8; 64]), Fault> {
    let text = |name| value.get(name).and_then(Value::as_str);
    if value.len() != 2 || !value.is_object() {
        return Err(wrong("signature", "has the members public_key_hex and signature_b64"));
    }
    let raw = text("signature_b64").and_then(from_base64).and_then(|raw| raw.try_into().ok());
    let raw = raw.ok_or_else(|| wrong("signature/signature_b64", "must be the base64 of 64 bytes"))?;
    let key = text("public_key_hex").and_then(digest_from_hex);
    let key = key.filter(|key| PublicKey::new(key).is_ok());
    let key = key.ok_or_else(|| wrong("signature/public_key_hex", "must be an acceptable key"))?;
    Ok((key, raw))
}
