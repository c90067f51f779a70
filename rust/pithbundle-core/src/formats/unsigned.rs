//! Members that no signature covers (EVT-5).

use std::borrow::Cow;

use super::format::EventFormat;
use super::paths::{Path, index_of};
use crate::encoding::pointer;
use crate::encoding::tree::Value;

/// What a value at a path is.
enum Place {
    /// Signed, or a part of the proof: so is all that is inside.
    Known,
    /// Above something that is known: what is inside is judged by itself.
    Above,
    /// Neither.
    Unknown,
}

/// Whether a path is equal to one that begins it or below it.
fn begins<A: AsRef<str>, B: AsRef<str>>(path: &[A], first: &[B]) -> bool {
    path.len() >= first.len() && first.iter().zip(path).all(|(one, other)| one.as_ref() == other.as_ref())
}

fn place(format: &EventFormat, path: &[Cow<'_, str>]) -> Place {
    let (base, excluded) = (&format.body.base, &format.body.excluded);
    let is_inside = begins(path, base);
    if is_inside && !excluded.iter().any(|each| begins(each, path) || begins(path, each)) {
        return Place::Known;
    }
    if known_paths(format).any(|each| begins(path, each)) {
        return Place::Known;
    }
    // Inside the content something below is excluded, and the rest of what is below is covered.
    let has_content = begins(base, path) || is_inside && !excluded.iter().any(|each| begins(path, each));
    if has_content || known_paths(format).any(|each| begins(each, path)) {
        return Place::Above;
    }
    Place::Unknown
}

/// The pointers of `proof`, and that of a payload whose hash is covered.
fn known_paths(format: &EventFormat) -> impl Iterator<Item = &Path> {
    let (body, proof) = (&format.body, &format.proof);
    let optional = [&proof.event_id, &proof.fingerprint, &proof.algorithm];
    std::iter::once(&proof.signature)
        .chain(optional.into_iter().flatten())
        .chain(&proof.key_id)
        .chain(proof.constants.iter().map(|(path, _)| path))
        .chain(body.payload_sha256.as_ref().map(|_| &body.payload))
}

/// The pointers of the unsigned members of an element, sorted by code point.
pub(crate) fn unsigned(format: &EventFormat, element: Value<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut path: Vec<Cow<'_, str>> = Vec::new();
    // The containers that are open, each with the index of its next entry.
    let mut open: Vec<(Value<'_>, usize)> = vec![(element, 0)];
    while let Some((container, next)) = open.last_mut() {
        let (container, index) = (*container, *next);
        *next += 1;
        path.truncate(open.len() - 1);
        let Some(entry) = container.entries().get(index) else {
            open.pop();
            continue;
        };
        let (tree, is_array) = (container.tree, container.is_array());
        let value = tree.value(entry.value);
        path.push(if is_array {
            Cow::Owned(index.to_string())
        } else {
            Cow::Borrowed(tree.text_of(entry.name))
        });
        // An item that no token of a format indexes is unknown.
        let has_token = !is_array || path.last().is_some_and(|token| index_of(token).is_some());
        match if has_token { place(format, &path) } else { Place::Unknown } {
            Place::Known => {}
            Place::Above if value.is_object() || value.is_array() => open.push((value, 0)),
            Place::Above if value.is_null() => {}
            _ if is_array && value.is_null() => {}
            _ => found.push(pointer::of_tokens(&path)),
        }
    }
    found.sort_unstable();
    found
}
