//! The reading of an element under a format (FORMAT-8, EVT-1).

use super::document::{JsonType, Role, TimeForm};
use super::format::EventFormat;
use super::paths::{Path, member_at, value_at};
use crate::encoding::timestamps::{instant, instant_of_milliseconds, instant_of_seconds};
use crate::encoding::tree::Value;

/// What a format reads of an element.
#[derive(Clone, Debug)]
pub(crate) struct Reading<'t> {
    pub event_type: &'t str,
    pub subject: Option<&'t str>,
    pub target: &'t str,
    pub payload: Value<'t>,
    pub payload_sha256: Option<&'t str>,
    pub created_at: Option<Value<'t>>,
    pub signer_id: &'t str,
    /// For each path of `key_id` the string there, if there is one.
    pub key_ids: Vec<Option<&'t str>>,
    /// The signature, if it is present and not `null`.
    pub signature: Option<Value<'t>>,
    pub event_id: Option<Value<'t>>,
    pub fingerprint: Option<Value<'t>>,
    pub algorithm: Option<Value<'t>>,
}

/// Whether a value has a JSON type (FORMAT-1).
pub(crate) fn has_type(value: Value<'_>, of: JsonType) -> bool {
    match of {
        JsonType::Array => value.is_array(),
        JsonType::Boolean => value.as_bool().is_some(),
        JsonType::Integer => value.as_int().is_some(),
        JsonType::Number => value.as_int().is_some() || value.is_float(),
        JsonType::Object => value.is_object(),
        JsonType::String => value.as_str().is_some(),
    }
}

/// The string of a role.
pub(crate) fn role_at<'t>(element: Value<'t>, role: &'t Role) -> Option<&'t str> {
    match role {
        Role::At(path) => member_at(element, path)?.as_str(),
        Role::Constant(text) => Some(text),
    }
}

/// The string at a path if the format names it; `None` if it is named and there is none.
fn text_at<'t>(element: Value<'t>, path: Option<&Path>) -> Option<Option<&'t str>> {
    match path {
        None => Some(None),
        Some(path) => member_at(element, path)?.as_str().map(Some),
    }
}

/// The instant of a time as a format writes it (FORMAT-11).
pub(crate) fn instant_of(time: TimeForm, value: Value<'_>) -> Option<String> {
    match time {
        TimeForm::Rfc3339 => instant(value.as_str()?),
        TimeForm::Seconds => instant_of_seconds(value.as_int()?),
        TimeForm::Milliseconds => instant_of_milliseconds(value.as_int()?),
    }
}

/// The instant of the time of an element (FORMAT-11).
pub(crate) fn time_instant(format: &EventFormat, created_at: Value<'_>) -> Option<String> {
    instant_of(format.body.time, created_at)
}

impl<'t> Reading<'t> {
    /// The reading of an element, `None` if the format does not read it.
    pub fn of(format: &'t EventFormat, element: Value<'t>) -> Option<Self> {
        let (body, proof) = (&format.body, &format.proof);
        if !has_objects(format, element) {
            return None;
        }
        let created_at = match &body.created_at {
            None => None,
            Some(path) => {
                let value = member_at(element, path)?;
                let of = if body.time == TimeForm::Rfc3339 { JsonType::String } else { JsonType::Integer };
                Some(value).filter(|&value| has_type(value, of)).map(Some)?
            }
        };
        for (path, of) in &body.required {
            if !has_type(member_at(element, path)?, *of) {
                return None;
            }
        }
        for (path, constant) in &body.constants {
            if !constant.equals(member_at(element, path)?) {
                return None;
            }
        }
        let signature = value_at(element, &proof.signature).filter(|value| !value.is_null());
        let is_signed = signature.is_some();
        for ((path, constant), &is_outside) in proof.constants.iter().zip(&format.constant_outside) {
            if !is_signed && is_outside {
                continue;
            }
            if !constant.equals(found_at(element, path, is_outside)?) {
                return None;
            }
        }
        let mut key_ids = Vec::with_capacity(proof.key_id.len());
        for (path, &is_outside) in proof.key_id.iter().zip(&format.key_id_outside) {
            let text = found_at(element, path, is_outside).and_then(Value::as_str);
            if text.is_none() && (is_signed || !is_outside) {
                return None;
            }
            key_ids.push(text);
        }
        let proof_at = |path: &Option<Path>| path.as_ref().and_then(|path| value_at(element, path));
        Some(Self {
            event_type: role_at(element, &body.event_type)?,
            subject: text_at(element, body.subject.as_ref())?,
            target: role_at(element, &body.target)?,
            payload: member_at(element, &body.payload).filter(|value| value.is_object())?,
            payload_sha256: text_at(element, body.payload_sha256.as_ref())?,
            created_at,
            signer_id: role_at(element, &body.signer_id)?,
            key_ids,
            signature,
            event_id: proof_at(&proof.event_id),
            fingerprint: proof_at(&proof.fingerprint),
            algorithm: proof_at(&proof.algorithm),
        })
    }
}

/// Whether there is an object at `base`, and every object that contains an excluded pointer.
fn has_objects(format: &EventFormat, element: Value<'_>) -> bool {
    let is_object = |path: &[String]| member_at(element, path).is_some_and(Value::is_object);
    let parents = format.body.excluded.iter().map(|path| &path[..path.len() - 1]);
    element.is_object() && is_object(&format.body.base) && parents.into_iter().all(is_object)
}

/// What is at a path of `proof`, which may index arrays only outside the content.
fn found_at<'t>(element: Value<'t>, path: &[String], is_outside: bool) -> Option<Value<'t>> {
    if is_outside { value_at(element, path) } else { member_at(element, path) }
}
