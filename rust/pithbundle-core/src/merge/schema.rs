//! The checks of a payload (KIND-2).

use super::event_types::{EventType, Match};
use crate::bundle::record::Record;
use crate::encoding::canonical;
use crate::encoding::spellings::{digest_from_hex, event_id, event_id_digest, from_base64};
use crate::encoding::timestamps::instant;
use crate::encoding::tree::Value;
use crate::error::Code;

/// What a member must be.
pub(crate) enum Check {
    Object,
    /// 64 hex digits.
    Hex,
    /// A regular expression, as a function.
    Pattern(fn(&str) -> bool),
    /// Base64 of at least one byte.
    Proof,
    Time,
    OneOf(&'static [&'static str]),
    IntegerFrom(i64),
    /// A string of 1 to n bytes.
    Prose(usize),
    EventId,
    /// Ids in ascending order.
    EventIds,
}

fn begins(text: &str, most: usize, first: fn(u8) -> bool, rest: fn(u8) -> bool) -> bool {
    let data = text.as_bytes();
    data.len() <= most && data.first().is_some_and(|&c| first(c)) && data[1..].iter().all(|&c| rest(c))
}

fn is_printable(text: &str, most: usize) -> bool {
    begins(text, most, |c| c.is_ascii_graphic(), |c| c.is_ascii_graphic())
}

/// `[a-z][a-z0-9_]{0,63}`
pub(crate) fn kind(text: &str) -> bool {
    let rest = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    begins(text, 64, |c| c.is_ascii_lowercase(), rest)
}

/// `[a-z][a-z0-9_.-]{0,63}`
pub(crate) fn name(text: &str) -> bool {
    let rest = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'_' | b'.' | b'-');
    begins(text, 64, |c| c.is_ascii_lowercase(), rest)
}

/// `[!-~]{1,512}`
pub(crate) fn printable_512(text: &str) -> bool {
    is_printable(text, 512)
}

/// `[!-~]{1,64}`
pub(crate) fn printable_64(text: &str) -> bool {
    is_printable(text, 64)
}

/// `https?://[!-~]{1,2040}`
pub(crate) fn url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| is_printable(rest, 2040))
}

/// `[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}`
pub(crate) fn detector(text: &str) -> bool {
    let rest = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b':' | b'-');
    begins(text, 128, |c| c.is_ascii_alphanumeric(), rest)
}

/// `[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}`
pub(crate) fn version(text: &str) -> bool {
    let is_number = |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(is_number)
}

/// The id that a payload states (FORMAT-10).
pub(crate) fn claimed_id(text: &str) -> Option<String> {
    event_id_digest(text).or_else(|| digest_from_hex(text)).map(|digest| event_id(&digest))
}

impl Check {
    /// The code of a value that fails.
    fn code(&self, value: Value<'_>) -> Option<Code> {
        let text = value.as_str();
        let spelled = |is_right: fn(&str) -> bool| match text {
            None => Some("type"),
            Some(text) => (!is_right(text)).then_some("encoding"),
        };
        match self {
            Self::Object => (!value.is_object()).then_some("type"),
            Self::Hex => spelled(|text| digest_from_hex(text).is_some()),
            Self::Pattern(matches) => spelled(*matches),
            Self::Proof => spelled(|text| from_base64(text).is_some_and(|bytes| !bytes.is_empty())),
            Self::Time => match text {
                None => Some("type"),
                Some(text) => instant(text).is_none().then_some("time"),
            },
            Self::OneOf(words) => (!text.is_some_and(|text| words.contains(&text))).then_some("type"),
            Self::IntegerFrom(least) => value.as_int().is_none_or(|number| number < *least).then_some("type"),
            Self::Prose(most) => match text {
                None => Some("type"),
                Some(text) => (!(1..=*most).contains(&text.len())).then_some("encoding"),
            },
            Self::EventId => spelled(|text| claimed_id(text).is_some()),
            Self::EventIds => ids_code(value),
        }
    }
}

fn ids_code(value: Value<'_>) -> Option<Code> {
    if !value.is_array() {
        return Some("type");
    }
    let mut before: Option<String> = None;
    for item in value.items() {
        let Some(text) = item.as_str() else { return Some("type") };
        let Some(id) = claimed_id(text) else { return Some("encoding") };
        if before.as_ref().is_some_and(|before| *before >= id) {
            return Some("encoding");
        }
        before = Some(id);
    }
    None
}

/// Why an event does not conform to its event type, if it does not (KIND-2).
pub(crate) fn schema_code(of: &EventType, target: &str, payload: Value<'_>, record: &Record) -> Option<Code> {
    if target != of.target {
        return Some("type");
    }
    for member in of.members {
        let code = match payload.get(member.name).filter(|value| !value.is_null()) {
            Some(value) => member.check.code(value),
            None => member.is_required.then_some("type"),
        };
        if code.is_some() {
            return code;
        }
    }
    let text = |name| payload.get(name).and_then(Value::as_str).unwrap_or_default();
    match of.matching {
        Match::Nothing => None,
        Match::Record => {
            let claimed = payload.get("canonical_record").map(canonical::bytes);
            let is_same =
                text("canonical_sha256") == record.hex && claimed.as_ref() == Some(&record.canonical);
            (!is_same).then_some("hash_mismatch")
        }
        Match::Hash => (text("canonical_sha256") != record.hex).then_some("hash_mismatch"),
        Match::Alias => {
            let kind = text("alias_kind");
            let is_derived = matches!(kind, "arxiv" | "arxiv_version") || kind.starts_with("pith_short_");
            (is_derived && record.alias(kind) != Some(text("alias_value"))).then_some("subject")
        }
        Match::ArxivId => (text("arxiv_id") != record.source_id).then_some("subject"),
    }
}
