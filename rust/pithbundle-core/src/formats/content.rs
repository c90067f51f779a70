//! The signed value, its bytes M and their digest (FORMAT-3), within the limits of one event (LIM-6).

use std::borrow::Cow;

use super::document::{Escape, Signs};
use super::format::EventFormat;
use super::meaning::payload_digest;
use super::paths::member_at;
use super::reading::Reading;
use crate::encoding::canonical::{
    Digest, Excluded, Measure, escape_ascii, sha256, write, write_string, write_without,
};
use crate::encoding::spellings::{event_id, hex};
use crate::encoding::tree::Value;
use crate::error::Fault;

const MAX_BYTES: usize = 262_144;
const MAX_DEPTH: usize = 24;
const MAX_VALUES: usize = 20_000;

/// The content of an element under a body.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// The canonical bytes of the content, without wrapper and escape.
    pub canonical: Vec<u8>,
    /// M, if it is not the canonical bytes of the content.
    m: Option<Vec<u8>>,
    /// The canonical bytes of the payload.
    pub payload: Vec<u8>,
    /// The digest of M.
    pub digest: Digest,
    /// The event id (FORMAT-10).
    pub event_id: String,
}

impl Content {
    /// M (FORMAT-3).
    pub fn m(&self) -> &[u8] {
        self.m.as_deref().unwrap_or(&self.canonical)
    }
}

/// The message of a signature for a digest, if it is text; `None` if it is the digest itself, or M.
pub(crate) fn text_message(signs: Signs, digest: &Digest) -> Option<String> {
    match signs {
        Signs::Hex => Some(hex(digest)),
        Signs::Prefixed => Some(event_id(digest)),
        Signs::Digest | Signs::Bytes => None,
    }
}

/// The bytes of a signed or hashed value: in its wrapper and escaped.
fn wrapped<'b>(canonical: &'b [u8], wrapper: Option<&str>, escape: Escape) -> Cow<'b, [u8]> {
    let inner = match wrapper {
        None => Cow::Borrowed(canonical),
        Some(name) => {
            let mut out = Vec::with_capacity(canonical.len() + name.len() + 5);
            out.push(b'{');
            write_string(name, &mut out);
            out.push(b':');
            out.extend_from_slice(canonical);
            out.push(b'}');
            Cow::Owned(out)
        }
    };
    if escape == Escape::Ascii && inner.iter().any(|&c| c >= 0x7F) {
        return Cow::Owned(escape_ascii(&inner));
    }
    inner
}

/// The content of an element, or the fault of the limit that it exceeds (EVT-6, 3 and 4).
pub(crate) fn content_of(
    format: &EventFormat,
    element: Value<'_>,
    reading: &Reading<'_>,
) -> Result<Content, Fault> {
    // A format reads only elements with an object at `base`.
    let at_base = member_at(element, &format.body.base).unwrap_or(element);
    let mut canonical = Vec::with_capacity(512);
    let measure = write_without(at_base, Some(&format.excluded), &mut canonical);
    let mut payload = Vec::with_capacity(256);
    let payload_measure = write(reading.payload, &mut payload);
    check_counts(measure, at_base, Some(&format.excluded), "an event")?;
    if !format.covers_payload {
        check_counts(payload_measure, reading.payload, None, "a payload")?;
    }
    check_size(&canonical, "an event")?;
    if !format.covers_payload {
        check_size(&payload, "a payload")?;
    }
    let m = match wrapped(&canonical, format.body.wrapper.as_deref(), format.body.escape) {
        Cow::Borrowed(_) => None,
        Cow::Owned(bytes) => Some(bytes),
    };
    let digest = sha256(m.as_deref().unwrap_or(&canonical));
    Ok(Content { canonical, m, payload, digest, event_id: event_id(&digest) })
}

fn check_size(canonical: &[u8], what: &str) -> Result<(), Fault> {
    if canonical.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(Fault::at("event_size", "").with(format!("{what} of {} canonical bytes", canonical.len())))
}

/// Depth and value count, level by level (EVT-6).
fn check_counts(
    measure: Measure,
    value: Value<'_>,
    excluded: Option<&Excluded>,
    what: &str,
) -> Result<(), Fault> {
    if measure.depth <= MAX_DEPTH && measure.values <= MAX_VALUES {
        return Ok(());
    }
    let mut level = vec![(value, excluded)];
    let (mut depth, mut count) = (1, 1);
    while !level.is_empty() {
        if depth > MAX_DEPTH {
            return Err(Fault::at("depth", "").with(format!("{what} nested deeper than {MAX_DEPTH}")));
        }
        let mut next = Vec::new();
        for (container, excluded) in level {
            for item in container.items() {
                next.push((item, None));
            }
            for (name, member) in container.members() {
                match excluded.and_then(|excluded| excluded.get(name)) {
                    Some(None) => {}
                    Some(Some(inner)) => next.push((member, Some(inner))),
                    None => next.push((member, None)),
                }
            }
        }
        count += next.len();
        if count > MAX_VALUES {
            return Err(Fault::at("nodes", "").with(format!("{what} of more than {MAX_VALUES} values")));
        }
        next.retain(|(value, _)| value.is_object() || value.is_array());
        level = next;
        depth += 1;
    }
    Ok(())
}

/// The canonical bytes of the signed value, not escaped (FORMAT-5).
pub(crate) fn wrapped_content<'c>(format: &EventFormat, content: &'c Content) -> Cow<'c, [u8]> {
    wrapped(&content.canonical, format.body.wrapper.as_deref(), Escape::None)
}

/// The digest that a `payload_sha256` spells, and the one of the payload (FORMAT-4).
pub(crate) fn payload_hash(
    format: &EventFormat,
    claimed: &str,
    content: &Content,
) -> (Option<Digest>, Digest) {
    let hashed = wrapped(&content.payload, format.body.payload_wrapper.as_deref(), format.body.escape);
    (payload_digest(claimed), sha256(&hashed))
}
