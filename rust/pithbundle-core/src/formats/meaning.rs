//! What a signed value means under a format that binds (FORMAT-5).

use super::document::{Role, TimeForm};
use super::format::EventFormat;
use super::paths::{Path, member_at};
use super::reading::{has_type, instant_of};
use crate::encoding::canonical;
use crate::encoding::output::Json;
use crate::encoding::spellings::{digest_from_hex, event_id_digest, hex};
use crate::encoding::tree::Value;

/// The parts of a meaning; two formats agree if all are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    event_type: String,
    subject: String,
    target: String,
    signer_id: String,
    /// The canonical bytes of the payload, or the digest of `payload_sha256` with the wrapper.
    payload: Result<Vec<u8>, (String, Option<String>)>,
    /// The canonical bytes of the time as written.
    time: Vec<u8>,
    instant: String,
    signer: Vec<u8>,
}

/// The digest that a `payload_sha256` spells (FORMAT-4).
pub(crate) fn payload_digest(text: &str) -> Option<[u8; 32]> {
    digest_from_hex(text).or_else(|| event_id_digest(text))
}

/// The path of the signer object, if it is not `{"signer_id": ...}` (FORMAT-5).
fn signer_path(format: &EventFormat) -> Option<&[String]> {
    let path = format.body.signer_id.path()?;
    (path.len() >= format.body.base.len() + 2).then(|| &path[..path.len() - 1])
}

/// The canonical bytes of the signer object of an element, as the signed value has it.
pub(crate) fn signer_bytes(format: &EventFormat, element: Value<'_>, signer_id: &str) -> Vec<u8> {
    match signer_path(format).and_then(|path| Some((path, member_at(element, path)?))) {
        Some((path, signer)) => {
            let below = format.excluded.below(&path[format.body.base.len()..]);
            let mut out = Vec::with_capacity(256);
            canonical::write_without(signer, below, &mut out);
            out
        }
        None => Json::object([("signer_id", Json::from(signer_id))]).bytes(),
    }
}

/// The meaning of a signed value under a format that binds, if it has one.
pub(crate) fn meaning_of(format: &EventFormat, signed: Value<'_>) -> Option<Meaning> {
    let body = &format.body;
    let content = match &body.wrapper {
        Some(name) if signed.len() == 1 => signed.get(name)?,
        Some(_) => return None,
        None => signed,
    };
    let below = |path: &Path| member_at(content, &path[body.base.len()..]);
    if !content.is_object() {
        return None;
    }
    for path in &body.excluded {
        let (last, parent) = path[body.base.len()..].split_last()?;
        let parent = member_at(content, parent).filter(|value| value.is_object())?;
        if parent.get(last).is_some() {
            return None;
        }
    }
    for (path, of) in &body.required {
        below(path).filter(|&value| has_type(value, *of))?;
    }
    for (path, constant) in &body.constants {
        below(path).filter(|&value| constant.equals(value))?;
    }
    let role = |role: &Role| match role {
        Role::At(path) => Some(below(path)?.as_str()?.to_owned()),
        Role::Constant(text) => Some(text.clone()),
    };
    let created_at = below(body.created_at.as_ref()?)?;
    let is_time = matches!(body.time, TimeForm::Rfc3339) == created_at.as_str().is_some();
    let hash = match &body.payload_sha256 {
        Some(path) => Some(payload_digest(below(path)?.as_str()?)?),
        None => None,
    };
    let payload = if format.covers_payload {
        Ok(canonical::bytes(below(&body.payload).filter(|value| value.is_object())?))
    } else {
        Err((hex(&hash?), body.payload_wrapper.clone()))
    };
    let signer_id = role(&body.signer_id)?;
    let signer = match signer_path(format) {
        Some(path) => canonical::bytes(member_at(content, &path[body.base.len()..])?),
        None => Json::object([("signer_id", Json::from(signer_id.as_str()))]).bytes(),
    };
    Some(Meaning {
        event_type: role(&body.event_type)?,
        subject: below(body.subject.as_ref()?)?.as_str()?.to_owned(),
        target: role(&body.target)?,
        payload,
        time: canonical::bytes(created_at),
        instant: instant_of(body.time, created_at).filter(|_| is_time)?,
        signer_id,
        signer,
    })
}
