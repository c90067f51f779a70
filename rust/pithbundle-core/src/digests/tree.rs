//! Trees of digests: their files, and how they are read (MIRROR-2, MIRROR-3).

use super::lines::{LeafLine, lines_bytes};
use super::{Fetch, file, is_name, malformed, split_lines};
use crate::bundle::number::is_base32;
use crate::encoding::canonical::sha256_hex;
use crate::error::Fault;

const MAX_DEPTH: usize = 6;
const NODE_BYTES: usize = 4_096;
const LEAF_BYTES: usize = 65_536;

/// The depth of the tree of a number of records.
pub fn depth_of(records: u64) -> usize {
    (0..MAX_DEPTH).find(|&depth| records <= 128 << (5 * depth)).unwrap_or(MAX_DEPTH)
}

/// A tree that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The name of the root.
    pub root: String,
    /// The depth.
    pub depth: usize,
    /// The names of all files, sorted.
    pub files: Vec<String>,
}

/// Build the tree of lines, which are sorted.
pub fn build(lines: &[LeafLine]) -> Result<Tree, Fault> {
    if !lines.windows(2).all(|two| two[0].suffix < two[1].suffix) {
        return Err(malformed("MIRROR-2", "the lines are not in the order of their suffixes"));
    }
    let depth = depth_of(lines.len() as u64);
    let mut files = Vec::new();
    // The files of the level below, by prefix.
    let mut level: Vec<(String, String)> = Vec::new();
    let mut put = |content: &[u8]| {
        let name = sha256_hex(content);
        files.push(name.clone());
        name
    };
    for leaf in lines.chunk_by(|one, other| one.suffix[..depth] == other.suffix[..depth]) {
        let content = lines_bytes(leaf);
        if content.len() > LEAF_BYTES {
            return Err(malformed("MIRROR-2", "a leaf has more than 65536 bytes"));
        }
        level.push((leaf[0].suffix[..depth].to_owned(), put(&content)));
    }
    for shorter in (0..depth).rev() {
        let nodes = level.chunk_by(|one, other| one.0[..shorter] == other.0[..shorter]);
        level = nodes
            .map(|node| {
                let content: String =
                    node.iter().map(|(prefix, name)| format!("{prefix} {name}\n")).collect();
                (node[0].0[..shorter].to_owned(), put(content.as_bytes()))
            })
            .collect();
    }
    let root = match level.pop() {
        Some((_, name)) => name,
        None => put(b""),
    };
    files.sort();
    files.dedup();
    Ok(Tree { root, depth, files })
}

/// Read all leaf lines of a tree, which a head states to have this number of records (MIRROR-3).
pub fn read_tree(root: &str, records: u64, fetch: Fetch<'_>) -> Result<Vec<LeafLine>, Fault> {
    let depth = depth_of(records);
    let mut found = Vec::new();
    // The files that are left, the next one last.
    let mut left = vec![(String::new(), root.to_owned())];
    while let Some((prefix, name)) = left.pop() {
        if prefix.len() == depth {
            found.extend(read_leaf(&prefix, &name, records, fetch)?);
            if found.len() as u64 > records {
                return Err(malformed("MIRROR-3", "more records than the head states"));
            }
        } else {
            left.extend(read_node(&prefix, &name, fetch)?.into_iter().rev());
        }
    }
    if (found.len() as u64) < records {
        return Err(malformed("MIRROR-3", "fewer records than the head states"));
    }
    Ok(found)
}

fn read_node(prefix: &str, name: &str, fetch: Fetch<'_>) -> Result<Vec<(String, String)>, Fault> {
    let content = file(name, fetch, NODE_BYTES)?;
    let mut found: Vec<(String, String)> = Vec::new();
    for line in split_lines(&content)? {
        let wrong = || malformed("MIRROR-3", "a line of a node is not in its form, or of another node");
        let (longer, child) = line.split_once(' ').ok_or_else(wrong)?;
        let is_line = longer.len() == prefix.len() + 1
            && longer.starts_with(prefix)
            && is_base32(longer)
            && is_name(child);
        if !is_line {
            return Err(wrong());
        }
        if found.last().is_some_and(|(before, _)| before.as_str() >= longer) {
            return Err(malformed("MIRROR-3", "a line of a node is not after the line before"));
        }
        found.push((longer.to_owned(), child.to_owned()));
    }
    if found.is_empty() {
        return Err(malformed("MIRROR-3", "a node without a line"));
    }
    Ok(found)
}

fn read_leaf(prefix: &str, name: &str, records: u64, fetch: Fetch<'_>) -> Result<Vec<LeafLine>, Fault> {
    let content = file(name, fetch, LEAF_BYTES)?;
    let mut found: Vec<LeafLine> = Vec::new();
    for line in split_lines(&content)? {
        let wrong = || malformed("MIRROR-3", "a line of a leaf is not in its form, or of another leaf");
        let line = LeafLine::parse(line).filter(|line| line.suffix.starts_with(prefix)).ok_or_else(wrong)?;
        if found.last().is_some_and(|before| before.suffix >= line.suffix) {
            return Err(malformed("MIRROR-3", "a line of a leaf is not after the line before"));
        }
        found.push(line);
    }
    if found.is_empty() && records > 0 {
        return Err(malformed("MIRROR-3", "a leaf without a line"));
    }
    Ok(found)
}
