//! Canonical bytes (CANON-1) and their digest (CANON-2).

use sha2::{Digest as _, Sha256};

use super::floats;
use super::json_strings::special_bytes;
use super::tree::{Node, Span, Tree, Value};

/// A SHA-256.
pub type Digest = [u8; 32];

/// The SHA-256 of bytes.
pub fn sha256(data: &[u8]) -> Digest {
    Sha256::digest(data).into()
}

/// The digest of canonical bytes in hex (CANON-2).
pub fn sha256_hex(data: &[u8]) -> String {
    super::spellings::hex(&sha256(data))
}

/// Members that are left out of an object, below one pointer each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excluded {
    members: Vec<(String, Option<Excluded>)>,
}

impl Excluded {
    /// Leave out what is at these tokens, too. No pointer is above another (FORMAT-2).
    pub fn add(&mut self, tokens: &[String]) {
        let Some((first, rest)) = tokens.split_first() else { return };
        let index = self.members.iter().position(|(name, _)| name == first).unwrap_or_else(|| {
            let inner = (!rest.is_empty()).then(Self::default);
            self.members.push((first.clone(), inner));
            self.members.len() - 1
        });
        if let Some(inner) = &mut self.members[index].1 {
            inner.add(rest);
        }
    }

    /// What is left out of the object at a path.
    pub(crate) fn below(&self, path: &[String]) -> Option<&Self> {
        path.iter().try_fold(self, |excluded, token| excluded.get(token)?.as_ref())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Option<Self>> {
        self.members.iter().find(|(each, _)| each == name).map(|(_, inner)| inner)
    }
}

/// How large a value is (LIM-8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// The number of values.
    pub values: usize,
    /// The depth.
    pub depth: usize,
}

struct Open<'t, 'x> {
    value: Value<'t>,
    is_object: bool,
    next: usize,
    is_first: bool,
    excluded: Option<&'x Excluded>,
}

/// Write the canonical bytes of a value, and measure it.
pub fn write(value: Value<'_>, out: &mut Vec<u8>) -> Measure {
    write_without(value, None, out)
}

/// Write the canonical bytes of a value without some members, and measure what is written.
pub fn write_without(value: Value<'_>, excluded: Option<&Excluded>, out: &mut Vec<u8>) -> Measure {
    let mut measure = Measure::default();
    let mut open: Vec<Open<'_, '_>> = Vec::new();
    let mut next = Some((value, excluded));
    loop {
        if let Some((value, excluded)) = next.take() {
            measure.values += 1;
            let is_object = value.is_object();
            if is_object || value.is_array() {
                out.push(if is_object { b'{' } else { b'[' });
                open.push(Open { value, is_object, next: 0, is_first: true, excluded });
                measure.depth = measure.depth.max(open.len());
            } else {
                write_scalar(value, out);
            }
        }
        let Some(top) = open.last_mut() else { return measure };
        let Some(entry) = top.value.entries().get(top.next) else {
            out.push(if top.is_object { b'}' } else { b']' });
            open.pop();
            continue;
        };
        top.next += 1;
        let tree = top.value.tree;
        let mut inner = None;
        if top.is_object {
            let name = tree.text_of(entry.name);
            match top.excluded.and_then(|excluded| excluded.get(name)) {
                Some(None) => continue,
                Some(Some(below)) => inner = Some(below),
                None => {}
            }
            if !std::mem::take(&mut top.is_first) {
                out.push(b',');
            }
            write_span(tree, entry.name, out);
            out.push(b':');
        } else if !std::mem::take(&mut top.is_first) {
            out.push(b',');
        }
        next = Some((tree.value(entry.value), inner));
    }
}

fn write_scalar(value: Value<'_>, out: &mut Vec<u8>) {
    match value.node() {
        Node::Bool(true) => out.extend_from_slice(b"true"),
        Node::Bool(false) => out.extend_from_slice(b"false"),
        Node::Int(number) => write_int(number, out),
        Node::Float(bits) => floats::write(bits, out),
        Node::Str(span) => write_span(value.tree, span, out),
        // An element with a fault has no value; nothing writes one.
        Node::Null | Node::Broken(_) | Node::Array { .. } | Node::Object { .. } => {
            out.extend_from_slice(b"null");
        }
    }
}

/// Write a string of a tree: as it is in the input, where it is so canonical.
fn write_span(tree: &Tree, span: Span, out: &mut Vec<u8>) {
    match tree.quoted_text(span) {
        Some(quoted) => out.extend_from_slice(quoted),
        None => write_string(tree.text_of(span), out),
    }
}

/// The canonical bytes of a value.
pub fn bytes(value: Value<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out);
    out
}

/// Write an integer in plain decimal.
pub fn write_int(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Write a string with the escapes of CANON-1.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let run = plain(rest);
        out.extend_from_slice(&rest[..run]);
        let Some(&byte) = rest.get(run) else { break };
        write_escape(byte, out);
        rest = &rest[run + 1..];
    }
    out.push(b'"');
}

/// The number of bytes before the first that is escaped.
fn plain(data: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = data[at..].first_chunk::<8>() {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = &data[at..];
    at + rest.iter().position(|&c| c < 0x20 || c == b'"' || c == b'\\').unwrap_or(rest.len())
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x0C => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let (high, low) = (DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]);
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// The canonical bytes with every character outside U+0020 to U+007E as `\u` (FORMAT-3).
pub fn escape_ascii(canonical: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(canonical.len() * 2);
    let text = std::str::from_utf8(canonical).unwrap_or_default();
    let mut units = [0_u16; 2];
    for c in text.chars() {
        if matches!(c, ' '..='~') {
            out.push(c as u8);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
    }
    out
}
