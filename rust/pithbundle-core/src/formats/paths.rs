//! Pointers of a format as their tokens, which begin at the element (FORMAT-2).

use crate::encoding::pointer;
use crate::encoding::tree::Value;

/// The tokens of a pointer.
pub(crate) type Path = Vec<String>;

/// The most tokens of one pointer.
const MAX_TOKENS: usize = 16;

/// Where a pointer is relative to the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Region {
    Inside,
    Outside,
    Above,
}

/// The path that a text is; `None` if it is no pointer of a format.
pub(crate) fn path_of(text: &str) -> Option<Path> {
    let tokens = pointer::tokens(text)?;
    let is_allowed = |token: &String| {
        token != "-" && token.len() <= 256 && token.chars().all(|c| c != '\0' && c < '\u{E000}')
    };
    (tokens.len() <= MAX_TOKENS && tokens.iter().all(is_allowed)).then_some(tokens)
}

/// Whether a path is equal to another one or above it.
pub(crate) fn is_above(path: &[String], other: &[String]) -> bool {
    other.starts_with(path)
}

/// Whether two paths are equal or one is above the other.
pub(crate) fn overlap(path: &[String], other: &[String]) -> bool {
    is_above(path, other) || is_above(other, path)
}

/// Where a path is.
pub(crate) fn region(path: &[String], base: &[String], excluded: &[Path]) -> Region {
    if excluded.iter().any(|each| is_above(each, path)) || !overlap(path, base) {
        Region::Outside
    } else if is_above(base, path) {
        Region::Inside
    } else {
        Region::Above
    }
}

/// Whether a path is inside, and nothing below it is excluded.
pub(crate) fn is_covered(path: &[String], base: &[String], excluded: &[Path]) -> bool {
    is_above(base, path) && !excluded.iter().any(|each| overlap(each, path))
}

/// The index that a token is: 0 to 63 without a leading zero.
pub(crate) fn index_of(token: &str) -> Option<usize> {
    let index: usize = token.parse().ok()?;
    (index < 64 && token.bytes().all(|c| c.is_ascii_digit()) && (token.len() == 1 || !token.starts_with('0')))
        .then_some(index)
}

/// What is at a path, through objects only.
pub(crate) fn member_at<'t>(value: Value<'t>, path: &[String]) -> Option<Value<'t>> {
    path.iter().try_fold(value, |value, token| value.get(token))
}

/// What is at a path outside the content, which may index arrays.
pub(crate) fn value_at<'t>(value: Value<'t>, path: &[String]) -> Option<Value<'t>> {
    path.iter().try_fold(value, |value, token| {
        if value.is_array() { value.item(index_of(token)?) } else { value.get(token) }
    })
}
