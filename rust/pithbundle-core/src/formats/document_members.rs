//! The members of a format document, each read by itself (FORMAT-1).

use std::borrow::Cow;

use super::document::{Role, Scalar};
use super::paths::{Path, path_of};
use crate::encoding::pointer::{item, member};
use crate::encoding::tree::Value;
use crate::error::Fault;

const WRAPPERS: [&str; 8] = ["body", "content", "data", "envelope", "event", "message", "payload", "signed"];
/// The longest string of a role, in bytes.
const MAX_TEXT: usize = 256;

/// The fault of a document at a location.
pub(crate) fn reject<T>(at: &str, detail: impl Into<Cow<'static, str>>) -> Result<T, Fault> {
    Err(Fault::at("format", at).with(detail))
}

/// An object at a location.
pub(crate) fn object<'t>(value: Option<Value<'t>>, at: &str) -> Result<Value<'t>, Fault> {
    match value {
        Some(value) if value.is_object() => Ok(value),
        _ => reject(at, "must be an object"),
    }
}

/// Reject the first unknown member by name.
pub(crate) fn check_members(value: Value<'_>, known: &[&str], at: &str) -> Result<(), Fault> {
    match value.members().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => {
            reject(&member(at, name), format!("no such member; known here: {}", known.join(", ")))
        }
        None => Ok(()),
    }
}

/// One of a list of words.
pub(crate) fn word<T: Copy>(
    value: Option<Value<'_>>,
    words: &[&str],
    meanings: &[T],
    default: Option<T>,
    at: &str,
) -> Result<T, Fault> {
    if let (None, Some(default)) = (value, default) {
        return Ok(default);
    }
    let found = value.and_then(Value::as_str).and_then(|text| words.iter().position(|&word| word == text));
    match found {
        Some(index) => Ok(meanings[index]),
        None => reject(at, format!("must be one of: {}", words.join(", "))),
    }
}

/// The name of an object around what is signed.
pub(crate) fn wrapper(value: Option<Value<'_>>, at: &str) -> Result<Option<String>, Fault> {
    match value {
        None => Ok(None),
        Some(value) if value.is_null() => Ok(None),
        _ => word(value, &WRAPPERS, &WRAPPERS, None, at).map(|name| Some(name.to_owned())),
    }
}

/// A pointer.
pub(crate) fn path(value: Value<'_>, at: &str) -> Result<Path, Fault> {
    match value.as_str().and_then(path_of) {
        Some(path) => Ok(path),
        None => {
            reject(at, "must be a JSON pointer from the element, of at most 16 tokens, none of them \"-\"")
        }
    }
}

/// An array of pointers without repetition.
pub(crate) fn paths(value: Value<'_>, at: &str) -> Result<Vec<Path>, Fault> {
    if !value.is_array() {
        return reject(at, "must be an array of pointers");
    }
    let mut found: Vec<Path> = Vec::new();
    for (index, each) in value.items().enumerate() {
        let at = item(at, index);
        let path = path(each, &at)?;
        if found.contains(&path) {
            return reject(&at, "is in the list twice");
        }
        found.push(path);
    }
    Ok(found)
}

/// A string of 1 to 256 bytes.
pub(crate) fn text(value: Value<'_>, at: &str) -> Result<String, Fault> {
    match value.as_str() {
        Some(text) if (1..=MAX_TEXT).contains(&text.len()) => Ok(text.to_owned()),
        _ => reject(at, format!("must be a string of 1 to {MAX_TEXT} bytes")),
    }
}

/// A value of `constants`.
pub(crate) fn scalar(value: Value<'_>, at: &str) -> Result<Scalar, Fault> {
    if let Some(text) = value.as_str() {
        Ok(Scalar::Str(text.to_owned()))
    } else if let Some(number) = value.as_int() {
        Ok(Scalar::Int(number))
    } else if let Some(flag) = value.as_bool() {
        Ok(Scalar::Bool(flag))
    } else if value.is_null() {
        Ok(Scalar::Null)
    } else {
        reject(at, "must be a string, an integer, true, false or null")
    }
}

/// An object whose member names are pointers; none if it is absent.
pub(crate) fn by_path<T>(
    value: Option<Value<'_>>,
    at: &str,
    read: impl Fn(Value<'_>, &str) -> Result<T, Fault>,
) -> Result<Vec<(Path, T)>, Fault> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let value = object(Some(value), at)?;
    let mut found = Vec::with_capacity(value.len());
    for (name, each) in value.members() {
        let at = member(at, name);
        let Some(path) = path_of(name) else {
            let detail = "must be a JSON pointer from the element, of at most 16 tokens, none of them \"-\"";
            return reject(&at, detail);
        };
        found.push((path, read(each, &at)?));
    }
    Ok(found)
}

/// `{"constant": STRING}`.
fn constant(value: Value<'_>, at: &str) -> Result<String, Fault> {
    match value.get("constant").filter(|found| value.len() == 1 && found.as_str().is_some()) {
        Some(found) => text(found, at),
        None => reject(at, "must be a pointer or {\"constant\": STRING}"),
    }
}

fn role(value: Value<'_>, at: &str) -> Result<Role, Fault> {
    if value.as_str().is_some() {
        path(value, at).map(Role::At)
    } else {
        constant(value, at).map(Role::Constant)
    }
}

fn required<'t>(roles: Value<'t>, name: &str, at: &str) -> Result<(Value<'t>, String), Fault> {
    let at = member(at, name);
    match roles.get(name) {
        Some(value) => Ok((value, at)),
        None => reject(&at, "is missing: a format names this role"),
    }
}

fn optional_path(roles: Value<'_>, name: &str, at: &str) -> Result<Option<Path>, Fault> {
    roles.get(name).map(|value| path(value, &member(at, name))).transpose()
}

pub(crate) struct BodyRoles {
    pub event_type: Role,
    pub subject: Option<Path>,
    pub target: Role,
    pub payload: Path,
    pub payload_sha256: Option<Path>,
    pub created_at: Option<Path>,
    pub signer_id: Role,
}

/// The roles of `body`, in the order of FORMAT-2.
pub(crate) fn body_roles(value: Option<Value<'_>>, at: &str) -> Result<BodyRoles, Fault> {
    const KNOWN: [&str; 7] =
        ["event_type", "subject", "target", "payload", "payload_sha256", "created_at", "signer_id"];
    let roles = object(value, at)?;
    check_members(roles, &KNOWN, at)?;
    let needed = |name| required(roles, name, at).and_then(|(value, at)| role(value, &at));
    Ok(BodyRoles {
        event_type: needed("event_type")?,
        subject: optional_path(roles, "subject", at)?,
        target: needed("target")?,
        payload: required(roles, "payload", at).and_then(|(value, at)| path(value, &at))?,
        payload_sha256: optional_path(roles, "payload_sha256", at)?,
        created_at: optional_path(roles, "created_at", at)?,
        signer_id: needed("signer_id")?,
    })
}

/// The roles of `proof`; those after `key_id` are read after it.
pub(crate) struct ProofRoles<'t> {
    pub signature: Path,
    pub event_id: Option<Path>,
    pub key_id: Value<'t>,
    pub fingerprint: Option<Value<'t>>,
    pub algorithm: Option<Value<'t>>,
}

/// The roles of `proof` up to `key_id`.
pub(crate) fn proof_roles<'t>(value: Option<Value<'t>>, at: &str) -> Result<ProofRoles<'t>, Fault> {
    const KNOWN: [&str; 5] = ["signature", "event_id", "key_id", "fingerprint", "algorithm"];
    let roles = object(value, at)?;
    check_members(roles, &KNOWN, at)?;
    Ok(ProofRoles {
        signature: required(roles, "signature", at).and_then(|(value, at)| path(value, &at))?,
        event_id: optional_path(roles, "event_id", at)?,
        key_id: required(roles, "key_id", at)?.0,
        fingerprint: roles.get("fingerprint"),
        algorithm: roles.get("algorithm"),
    })
}

/// What `key_id` names: paths or a constant; and each path with its location.
type KeyIds = (Vec<Path>, Option<String>, Vec<(Path, String)>);

/// The role `key_id`: a pointer, an array of pointers, or a constant.
pub(crate) fn key_ids(value: Value<'_>, at: &str) -> Result<KeyIds, Fault> {
    if value.is_array() {
        let found = paths(value, at)?;
        if found.is_empty() {
            return reject(at, "must not be empty");
        }
        let located = found.iter().enumerate().map(|(index, path)| (path.clone(), item(at, index))).collect();
        return Ok((found, None, located));
    }
    match role(value, at)? {
        Role::At(path) => Ok((vec![path.clone()], None, vec![(path, at.to_owned())])),
        Role::Constant(text) => Ok((Vec::new(), Some(text), Vec::new())),
    }
}
