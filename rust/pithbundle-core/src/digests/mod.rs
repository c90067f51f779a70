//! The digests of a mirror (`spec/mirror.md`): leaf lines, trees, heads, deltas, contradictions.

pub mod contradiction;
pub mod delta;
pub mod head;
pub mod lines;
pub mod tree;

use crate::error::Fault;

/// The files of a mirror by name; `None` for one that it does not have.
pub type Fetch<'f> = &'f dyn Fn(&str) -> Option<Vec<u8>>;

fn malformed(clause: &'static str, detail: impl Into<std::borrow::Cow<'static, str>>) -> Fault {
    Fault::new("digest_invalid").with(detail).by(clause)
}

/// Whether a text is the name of a file: 64 lower-case hex digits.
fn is_name(text: &str) -> bool {
    crate::encoding::spellings::digest_from_hex(text).is_some()
}

/// The content of the file of a name, of at most this size and this name (MIRROR-3).
fn file(name: &str, fetch: Fetch<'_>, limit: usize) -> Result<Vec<u8>, Fault> {
    let content = fetch(name).ok_or_else(|| malformed("MIRROR-3", "a file is missing"))?;
    if content.len() > limit {
        return Err(malformed("MIRROR-3", "a file is larger than its limit"));
    }
    if crate::encoding::canonical::sha256_hex(&content) != name {
        return Err(malformed("MIRROR-3", "a file has another SHA-256 than its name"));
    }
    Ok(content)
}

/// The lines of a file, each without its line feed (MIRROR-3).
fn split_lines(content: &[u8]) -> Result<Vec<&str>, Fault> {
    if content.is_empty() {
        return Ok(Vec::new());
    }
    let text = std::str::from_utf8(content).ok().and_then(|text| text.strip_suffix('\n'));
    let text = text.ok_or_else(|| malformed("MIRROR-3", "the last line has no line feed"))?;
    Ok(text.split('\n').collect())
}
