//! Leaf lines (MIRROR-1).

use super::{malformed, split_lines};
use crate::bundle::number::is_base32;
use crate::encoding::canonical::sha256;
use crate::encoding::spellings::{from_hex, hex};
use crate::error::Fault;

/// A record and its digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeafLine {
    /// The suffix of the record.
    pub suffix: String,
    /// 32 hex digits.
    pub digest: String,
}

pub(super) fn is_suffix(text: &str) -> bool {
    text.len() == 26 && is_base32(text)
}

pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 32 && from_hex(text).is_some()
}

impl LeafLine {
    /// The line without its line feed as it is read.
    pub fn parse(line: &str) -> Option<Self> {
        let (suffix, digest) = line.split_once(' ')?;
        let is_line = is_suffix(suffix) && is_digest(digest);
        is_line.then(|| Self { suffix: suffix.to_owned(), digest: digest.to_owned() })
    }

    /// The line with its line feed.
    pub fn to_line(&self) -> String {
        format!("{} {}\n", self.suffix, self.digest)
    }
}

/// The leaf lines of a file or a part of one.
pub fn parse_lines(content: &[u8]) -> Result<Vec<LeafLine>, Fault> {
    let lines = split_lines(content)?.into_iter();
    lines
        .map(|line| LeafLine::parse(line).ok_or_else(|| malformed("MIRROR-1", "a line is not a leaf line")))
        .collect()
}

/// The lines as one file.
pub fn lines_bytes(lines: &[LeafLine]) -> Vec<u8> {
    lines.iter().map(LeafLine::to_line).collect::<String>().into_bytes()
}

/// The digest of a record of four digests in hex (MIRROR-1); `None` if one is not a digest.
pub fn leaf_digest(canonical: &str, events: &str, state: &str, unverified: &str) -> Option<String> {
    let mut joined = Vec::with_capacity(128);
    for part in [canonical, events, state, unverified] {
        joined.extend(from_hex(part)?);
    }
    Some(hex(&sha256(&joined))[..32].to_owned())
}
