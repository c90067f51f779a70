//! Members that no signature covers (EVT-5).

use super::format::EventFormat;
use super::paths::{Path, index_of, is_above};
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

fn place(format: &EventFormat, path: &[String]) -> Place {
    let body = &format.body;
    if body.covers(path) {
        return Place::Known;
    }
    let known = known_paths(format);
    if known.clone().any(|each| is_above(each, path)) {
        return Place::Known;
    }
    // Inside the content something below is excluded, and the rest of what is below is covered.
    let is_excluded = body.excluded.iter().any(|each| is_above(each, path));
    let has_content = is_above(path, &body.base) || is_above(&body.base, path) && !is_excluded;
    if has_content || known.into_iter().any(|each| is_above(path, each)) {
        Place::Above
    } else {
        Place::Unknown
    }
}

/// The pointers of `proof`, and that of a payload whose hash is covered.
fn known_paths(format: &EventFormat) -> impl Iterator<Item = &Path> + Clone {
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
    let mut open: Vec<(Value<'_>, Path)> = vec![(element, Vec::new())];
    while let Some((container, path)) = open.pop() {
        let is_array = container.is_array();
        let items = container.items().enumerate().map(|(index, item)| (index.to_string(), item));
        let members = container.members().map(|(name, member)| (name.to_owned(), member));
        for (token, value) in items.chain(members) {
            let mut path = path.clone();
            // An item that no token of a format indexes is unknown.
            let has_token = !is_array || index_of(&token).is_some();
            path.push(token);
            match if has_token { place(format, &path) } else { Place::Unknown } {
                Place::Known => {}
                Place::Above if value.is_object() || value.is_array() => open.push((value, path)),
                Place::Above if value.is_null() => {}
                _ if is_array && value.is_null() => {}
                _ => found.push(pointer::of_tokens(&path)),
            }
        }
    }
    found.sort_unstable();
    found
}
