//! The changes between two generations of a tree (MIRROR-5).

use std::collections::BTreeMap;

use super::head::Head;
use super::lines::{LeafLine, is_digest, is_suffix};
use super::tree::build;
use super::{Fetch, file, is_name, malformed, split_lines};
use crate::error::Fault;

const TITLE: &str = "pithbundle mirror delta v1";
const DELTA_BYTES: usize = 1_048_576;
const MAX_DELTAS: usize = 64;

/// The digests of one record before and after.
type Change = (Option<String>, Option<String>);

/// A delta as it was read.
struct Delta {
    before: String,
    after: String,
    previous: Option<String>,
    changes: BTreeMap<String, Change>,
}

/// The bytes of the delta between two sets of lines; `None` if it would be too large.
pub fn delta_bytes(
    before: &[LeafLine],
    after: &[LeafLine],
    previous: Option<&str>,
) -> Result<Option<Vec<u8>>, Fault> {
    let (from, to) = (build(before)?.root, build(after)?.root);
    let mut changes: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for line in before {
        changes.entry(&line.suffix).or_default().0 = Some(&line.digest);
    }
    for line in after {
        changes.entry(&line.suffix).or_default().1 = Some(&line.digest);
    }
    let mut out = format!("{TITLE}\nfrom {from}\nto {to}\nprevious {}\n", previous.unwrap_or("none"));
    for (suffix, change) in changes {
        out.push_str(&match change {
            (None, Some(digest)) => format!("+ {suffix} {digest}\n"),
            (Some(digest), None) => format!("- {suffix} {digest}\n"),
            (Some(one), Some(other)) if one != other => format!("~ {suffix} {one} {other}\n"),
            _ => continue,
        });
        if out.len() > DELTA_BYTES {
            return Ok(None);
        }
    }
    Ok(Some(out.into_bytes()))
}

fn read_delta(name: &str, fetch: Fetch<'_>) -> Result<Delta, Fault> {
    let content = file(name, fetch, DELTA_BYTES)?;
    let lines = split_lines(&content)?;
    if lines.first() != Some(&TITLE) {
        return Err(Fault::new("version").by("MIRROR-5"));
    }
    let heading = |index: usize, word: &str| {
        let line = lines.get(index).and_then(|line| line.strip_prefix(word));
        line.filter(|rest| is_name(rest) || word == "previous " && *rest == "none")
            .map(str::to_owned)
            .ok_or_else(|| malformed("MIRROR-5", "the heading of a delta is not in its form"))
    };
    let (before, after, previous) = (heading(1, "from ")?, heading(2, "to ")?, heading(3, "previous ")?);
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    for line in &lines[4..] {
        let (suffix, change) = parse_change(line)
            .ok_or_else(|| malformed("MIRROR-5", "a line of a delta is not in its form"))?;
        if changes.last_key_value().is_some_and(|(last, _)| *last >= suffix) {
            return Err(malformed("MIRROR-5", "a line of a delta is not after the line before"));
        }
        changes.insert(suffix, change);
    }
    Ok(Delta { before, after, previous: Some(previous).filter(|name| name != "none"), changes })
}

fn parse_change(line: &str) -> Option<(String, Change)> {
    let parts: Vec<&str> = line.split(' ').collect();
    let (&sign, &suffix, digests) = (parts.first()?, parts.get(1)?, parts.get(2..)?);
    if !is_suffix(suffix) || !digests.iter().all(|digest| is_digest(digest)) {
        return None;
    }
    let change = match (sign, digests) {
        ("+", [after]) => (None, Some((*after).to_owned())),
        ("-", [before]) => (Some((*before).to_owned()), None),
        ("~", [before, after]) if before != after => (Some((*before).to_owned()), Some((*after).to_owned())),
        _ => return None,
    };
    Some((suffix.to_owned(), change))
}

/// The lines of a head, of those of an earlier root and the deltas; `None` if the reader descends.
pub fn follow(held: &[LeafLine], head: &Head, fetch: Fetch<'_>) -> Result<Option<Vec<LeafLine>>, Fault> {
    let held_root = build(held)?.root;
    let mut chain: Vec<Delta> = Vec::new();
    let (mut wanted, mut next) = (head.root.clone(), head.delta.clone());
    while wanted != held_root {
        let Some(name) = next.filter(|_| chain.len() < MAX_DELTAS) else { return Ok(None) };
        let delta = read_delta(&name, fetch)?;
        if delta.after != wanted {
            return Err(malformed("MIRROR-5", "a delta leads to another root"));
        }
        (wanted, next) = (delta.before.clone(), delta.previous.clone());
        chain.push(delta);
    }
    let mut lines: BTreeMap<String, String> =
        held.iter().map(|line| (line.suffix.clone(), line.digest.clone())).collect();
    for delta in chain.into_iter().rev() {
        for (suffix, (before, after)) in delta.changes {
            if lines.get(&suffix) != before.as_ref() {
                return Err(malformed("MIRROR-5", "a delta does not fit the lines"));
            }
            match after {
                Some(digest) => lines.insert(suffix, digest),
                None => lines.remove(&suffix),
            };
        }
    }
    let after: Vec<LeafLine> =
        lines.into_iter().map(|(suffix, digest)| LeafLine { suffix, digest }).collect();
    if after.len() as u64 != head.records || build(&after)?.root != head.root {
        return Err(malformed("MIRROR-5", "the result does not have the root of the head"));
    }
    Ok(Some(after))
}
