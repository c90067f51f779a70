//! Deterministic CBOR of a value: the encoding that the reader accepts.

use super::cbor_floats::{to_half, to_single};
use super::tree::{Member, Node, Value};

/// The deterministic CBOR of a value.
pub fn cbor_bytes(value: Value<'_>) -> Vec<u8> {
    let tree = value.tree;
    let mut out = Vec::new();
    // The containers that are open, each with the members that are left, in reverse.
    let mut open: Vec<(bool, Vec<Member>)> = Vec::new();
    let mut next = Some(value);
    loop {
        if let Some(value) = next.take() {
            if let Some(entry) = write_item(value, &mut out) {
                open.push(entry);
            }
        }
        let Some((is_map, left)) = open.last_mut() else { return out };
        let Some(member) = left.pop() else {
            open.pop();
            continue;
        };
        if *is_map {
            write_text(tree.text_of(member.name), &mut out);
        }
        next = Some(tree.value(member.value));
    }
}

/// Write a scalar, or the head of a container; its members are returned in reverse.
fn write_item(value: Value<'_>, out: &mut Vec<u8>) -> Option<(bool, Vec<Member>)> {
    match value.node() {
        Node::Null | Node::Broken(_) => out.push(0xF6),
        Node::Bool(is_true) => out.push(if is_true { 0xF5 } else { 0xF4 }),
        Node::Int(number) if number < 0 => write_head(1, (-1 - number) as u64, out),
        Node::Int(number) => write_head(0, number as u64, out),
        Node::Float(bits) => write_float(f64::from_bits(bits), out),
        Node::Str(span) => write_text(value.tree.text_of(span), out),
        Node::Array { .. } => {
            let items = value.entries();
            write_head(4, items.len() as u64, out);
            return Some((false, items.iter().rev().copied().collect()));
        }
        Node::Object { .. } => {
            let mut members = value.entries().to_vec();
            write_head(5, members.len() as u64, out);
            // The order of encodings: the length comes first (CBOR-8).
            let key = |member: &Member| (member.name.len, value.tree.text_of(member.name));
            members.sort_unstable_by(|a, b| key(b).cmp(&key(a)));
            return Some((true, members));
        }
    }
    None
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    write_head(3, text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn write_head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let bytes = argument.to_be_bytes();
    let (info, length) = match argument {
        0..=23 => (argument as u8, 0),
        24..=0xFF => (24, 1),
        0x100..=0xFFFF => (25, 2),
        0x1_0000..=0xFFFF_FFFF => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | info);
    out.extend_from_slice(&bytes[8 - length..]);
}

fn write_float(value: f64, out: &mut Vec<u8>) {
    if let Some(half) = to_half(value) {
        out.push(0xF9);
        out.extend_from_slice(&half.to_be_bytes());
    } else if let Some(single) = to_single(value) {
        out.push(0xFA);
        out.extend_from_slice(&single.to_bits().to_be_bytes());
    } else {
        out.push(0xFB);
        out.extend_from_slice(&value.to_bits().to_be_bytes());
    }
}
