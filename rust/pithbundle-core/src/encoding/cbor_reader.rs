//! The reader of CBOR (CBOR-1 to CBOR-10).

use super::builder::{Builder, Regions};
use super::cbor_floats::{of_half, to_half, to_single};
use super::floats;
use super::json_numbers::MAX_INT;
use super::json_strings::fault_of;
use super::limits::{DEEPEST, Limits};
use super::tree::{Node, Span, Tree};
use crate::error::{Code, Fault};

/// A container that is open.
struct Open {
    is_map: bool,
    /// The items, keys included, that are left.
    left: u64,
    /// The item of the key before, for the order of keys.
    key: Option<(usize, usize)>,
}

/// A head of an item: major type, additional information and argument.
struct Head {
    start: usize,
    major: u8,
    info: u8,
    argument: u64,
}

/// Read a CBOR item: a value, or the first fault.
pub fn read_cbor(data: &[u8], limits: &Limits, regions: Regions) -> Result<Tree, Fault> {
    if data.len() > limits.size.min(u32::MAX as usize / 2) {
        return Err(Fault::new("size"));
    }
    let mut reader = Reader {
        data,
        at: 0,
        limits,
        depth: limits.depth.min(DEEPEST),
        open: Vec::new(),
        built: Builder::new(String::with_capacity(data.len()), 0, data.len(), regions),
    };
    reader.read()?;
    reader.built.finish()
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    limits: &'a Limits,
    depth: usize,
    open: Vec<Open>,
    built: Builder,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Fault> {
        loop {
            let is_key = self.open.last().is_some_and(|open| open.is_map && open.left % 2 == 0);
            let head = self.head(is_key)?;
            if is_key {
                self.key(&head)?;
            } else {
                self.value(&head)?;
            }
            while let Some(open) = self.open.last() {
                if open.left > 0 {
                    break;
                }
                self.open.pop();
                self.built.close();
            }
            if self.open.is_empty() {
                return if self.at == self.data.len() {
                    Ok(())
                } else {
                    Err(Fault::at_offset("trailing", self.at))
                };
            }
        }
    }

    /// The checks 1 to 5 of CBOR-1.
    fn head(&mut self, is_key: bool) -> Result<Head, Fault> {
        let start = self.at;
        let fail = |code: Code| Err(Fault::at_offset(code, start));
        let Some(&first) = self.data.get(start) else { return fail("cbor_truncated") };
        let (major, info) = (first >> 5, first & 31);
        if is_key && major != 3 && major != 6 {
            return fail("cbor_key_type");
        }
        let length = match info {
            0..=23 => 0,
            24..=27 => 1_usize << (info - 24),
            28..=30 => return fail("cbor_reserved"),
            _ if matches!(major, 0 | 1 | 6) => return fail("cbor_reserved"),
            _ => return fail("cbor_indefinite"),
        };
        let Some(bytes) = self.data.get(start + 1..start + 1 + length) else {
            return fail("cbor_truncated");
        };
        let read = bytes.iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
        let argument = if length == 0 { u64::from(info) } else { read };
        let fits_shorter = match length {
            1 => argument < 24,
            2 => argument <= 0xFF,
            4 => argument <= 0xFFFF,
            8 => argument <= 0xFFFF_FFFF,
            _ => false,
        };
        if major != 7 && fits_shorter {
            return fail("cbor_nonminimal");
        }
        if major == 6 {
            return fail("cbor_tag");
        }
        self.at = start + 1 + length;
        Ok(Head { start, major, info, argument })
    }

    fn key(&mut self, head: &Head) -> Result<(), Fault> {
        let span = self.text(head)?;
        let here = (head.start, self.at);
        let encoded = |(start, end): (usize, usize)| &self.data[start..end];
        let before = self.open.last_mut().and_then(|open| open.key.replace(here));
        let order = before.map(|before| encoded(before).cmp(encoded(here)));
        if order == Some(std::cmp::Ordering::Greater) {
            return Err(Fault::at_offset("cbor_key_order", head.start));
        }
        // Equal keys are found by the builder, which reports them at value level (CBOR-8).
        self.built.name(span, head.start);
        if let Some(code) = fault_of(self.built.tree.text_of(span), false, true) {
            self.built.fault_at(code, head.start, Some(span));
        }
        self.item_read();
        Ok(())
    }

    fn item_read(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.left -= 1;
        }
    }

    /// The checks 6 to 9 of CBOR-1, and what an item means.
    fn value(&mut self, head: &Head) -> Result<(), Fault> {
        let fail = |code: Code| Err(Fault::at_offset(code, head.start));
        let is_container = matches!(head.major, 4 | 5);
        let is_float = head.major == 7 && matches!(head.info, 25..=27);
        // A float that is not minimal is a fault of its head (CBOR-4).
        let float = if is_float { Some(self.float(head)?) } else { None };
        if head.major == 2 || head.major == 7 && !matches!(head.info, 20..=22 | 25..=27) {
            return fail("cbor_type");
        }
        if is_container && self.built.depth() >= self.depth {
            return fail("depth");
        }
        if self.built.values() >= self.limits.nodes {
            return fail("nodes");
        }
        let node = match head.major {
            0 | 1 => self.integer(head),
            3 => {
                let span = self.text(head)?;
                if let Some(code) = fault_of(self.built.tree.text_of(span), false, false) {
                    self.built.fault_at(code, head.start, None);
                }
                Node::Str(span)
            }
            4 | 5 => return self.container(head),
            _ => match head.info {
                20 => Node::Bool(false),
                21 => Node::Bool(true),
                _ => float.unwrap_or(Node::Null),
            },
        };
        self.built.scalar(node);
        self.item_read();
        Ok(())
    }

    fn container(&mut self, head: &Head) -> Result<(), Fault> {
        let is_map = head.major == 5;
        let left = head.argument.saturating_mul(if is_map { 2 } else { 1 });
        if left > (self.data.len() - self.at) as u64 {
            return Err(Fault::at_offset("cbor_truncated", head.start));
        }
        self.item_read();
        self.built.open(is_map);
        self.open.push(Open { is_map, left, key: None });
        Ok(())
    }

    fn text(&mut self, head: &Head) -> Result<Span, Fault> {
        let fail = |code: Code| Err(Fault::at_offset(code, head.start));
        let rest = &self.data[self.at..];
        let Some(length) = usize::try_from(head.argument).ok().filter(|&length| length <= rest.len()) else {
            return fail("cbor_truncated");
        };
        if length > self.limits.string {
            return Err(Fault::at_offset("size", head.start).by("LIM-4"));
        }
        let Ok(text) = std::str::from_utf8(&rest[..length]) else { return fail("utf8") };
        let kept = &mut self.built.tree.text;
        let span = Span { start: kept.len() as u32, len: length as u32 };
        kept.push_str(text);
        self.at += length;
        Ok(span)
    }

    fn integer(&mut self, head: &Head) -> Node {
        let limit = if head.major == 0 { MAX_INT } else { MAX_INT - 1 };
        if head.argument > limit {
            self.built.fault_at("number_range", head.start, None);
            return Node::Null;
        }
        let value = head.argument as i64;
        Node::Int(if head.major == 0 { value } else { -1 - value })
    }

    fn float(&mut self, head: &Head) -> Result<Node, Fault> {
        let value = match head.info {
            25 => of_half(head.argument as u16),
            26 => f64::from(f32::from_bits(head.argument as u32)),
            _ => f64::from_bits(head.argument),
        };
        let bits = value.to_bits();
        if !value.is_finite() {
            self.built.fault_at("number_nonfinite", head.start, None);
        } else if !floats::is_portable(bits) {
            self.built.fault_at("number_form", head.start, None);
        } else {
            let narrower = match head.info {
                25 => false,
                26 => to_half(value).is_some(),
                _ => to_single(value).is_some(),
            };
            if narrower {
                return Err(Fault::at_offset("cbor_nonminimal", head.start));
            }
        }
        Ok(Node::Float(bits))
    }
}
