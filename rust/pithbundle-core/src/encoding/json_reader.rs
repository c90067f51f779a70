//! The reader of JSON (JSON-1 to JSON-8).

use super::builder::{Builder, Regions};
use super::json_numbers;
use super::json_scan::scan;
use super::json_strings::{fault_of, plain_run, unescape};
use super::limits::{DEEPEST, Limits};
use super::tree::{Node, Span, Tree};
use crate::error::Fault;

/// Why the parser stopped.
enum Stop {
    /// A token that is not allowed, by its offset (JSON-6).
    Token(usize),
    /// More depth or values than a limit allows: the scan finds the fault.
    OverLimit,
}

/// What the parser expects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    CommaOrEnd,
    EndOfInput,
}

/// Read a JSON text: a value, or the first fault.
pub fn read_json(data: &[u8], limits: &Limits, regions: Regions) -> Result<Tree, Fault> {
    // Offsets are stored in 32 bits.
    if data.len() > limits.size.min(u32::MAX as usize / 2) {
        return Err(Fault::new("size"));
    }
    let text = std::str::from_utf8(data).map_err(|error| Fault::at_offset("utf8", error.valid_up_to()))?;
    if data.starts_with(b"\xEF\xBB\xBF") {
        return Err(Fault::at_offset("bom", 0));
    }
    let depth = limits.depth.min(DEEPEST);
    let mut parser = Parser {
        text,
        data,
        at: 0,
        depth,
        nodes: limits.nodes,
        string: limits.string,
        too_long: None,
        built: Builder::new(text.to_owned(), data.len(), data.len(), regions),
    };
    let stop = parser.parse();
    if let Err(stop) = stop {
        let fault = scan(data, limits, depth);
        return Err(fault.unwrap_or_else(|| match stop {
            Stop::Token(at) => Fault::at_offset("syntax", at),
            Stop::OverLimit => Fault::new("nodes"),
        }));
    }
    match parser.too_long {
        Some(at) => Err(Fault::at_offset("size", at).by("LIM-4")),
        None => parser.built.finish(),
    }
}

struct Parser<'a> {
    text: &'a str,
    data: &'a [u8],
    at: usize,
    depth: usize,
    nodes: usize,
    string: usize,
    /// The first string over the limit (JSON-7).
    too_long: Option<usize>,
    built: Builder,
}

impl Parser<'_> {
    fn parse(&mut self) -> Result<(), Stop> {
        let mut expected = Expected::Value;
        loop {
            self.skip_white_space();
            let found = self.data.get(self.at).copied();
            expected = match (expected, found) {
                (Expected::EndOfInput, None) => return Ok(()),
                (Expected::CommaOrEnd, Some(b',')) => {
                    self.at += 1;
                    if self.built.in_object() == Some(true) { Expected::Name } else { Expected::Value }
                }
                (Expected::CommaOrEnd | Expected::ValueOrEnd, Some(b']'))
                    if self.built.in_object() == Some(false) =>
                {
                    self.close()
                }
                (Expected::CommaOrEnd | Expected::NameOrEnd, Some(b'}'))
                    if self.built.in_object() == Some(true) =>
                {
                    self.close()
                }
                (Expected::Name | Expected::NameOrEnd, Some(b'"')) => self.name()?,
                (Expected::Value | Expected::ValueOrEnd, Some(byte)) => self.value(byte)?,
                _ => return Err(Stop::Token(self.at)),
            };
        }
    }

    fn skip_white_space(&mut self) {
        while matches!(self.data.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn close(&mut self) -> Expected {
        self.at += 1;
        self.built.close();
        self.after_value()
    }

    fn after_value(&self) -> Expected {
        if self.built.depth() == 0 { Expected::EndOfInput } else { Expected::CommaOrEnd }
    }

    fn name(&mut self) -> Result<Expected, Stop> {
        let start = self.at;
        let (span, fault) = self.string(true)?;
        self.built.name(span, start);
        if let Some(code) = fault {
            self.built.fault_at(code, start, Some(span));
        }
        self.skip_white_space();
        if self.data.get(self.at) != Some(&b':') {
            return Err(Stop::Token(self.at));
        }
        self.at += 1;
        Ok(Expected::Value)
    }

    fn value(&mut self, byte: u8) -> Result<Expected, Stop> {
        let start = self.at;
        match byte {
            b'{' | b'[' => {
                self.at += 1;
                if self.built.depth() >= self.depth {
                    return Err(Stop::OverLimit);
                }
                self.built.open(byte == b'{');
                self.counted()?;
                return Ok(if byte == b'{' { Expected::NameOrEnd } else { Expected::ValueOrEnd });
            }
            b'"' => {
                let (span, fault) = self.string(false)?;
                if let Some(code) = fault {
                    self.built.fault_at(code, start, None);
                }
                self.built.scalar(Node::Str(span));
            }
            b'-' | b'0'..=b'9' if !self.data[start..].starts_with(b"-I") => self.number()?,
            _ => self.literal()?,
        }
        self.counted()?;
        Ok(self.after_value())
    }

    fn counted(&self) -> Result<(), Stop> {
        if self.built.values() > self.nodes { Err(Stop::OverLimit) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Stop> {
        let number = json_numbers::longest(&self.data[self.at..]).ok_or(Stop::Token(self.at))?;
        let node = number.value().unwrap_or_else(|code| {
            self.built.fault_at(code, self.at, None);
            Node::Null
        });
        self.built.scalar(node);
        self.at += number.len;
        Ok(())
    }

    fn literal(&mut self) -> Result<(), Stop> {
        const LITERALS: [(&[u8], Node); 6] = [
            (b"true", Node::Bool(true)),
            (b"false", Node::Bool(false)),
            (b"null", Node::Null),
            (b"NaN", Node::Float(0)),
            (b"Infinity", Node::Float(0)),
            (b"-Infinity", Node::Float(0)),
        ];
        let rest = &self.data[self.at..];
        let found = LITERALS.iter().find(|(name, _)| rest.starts_with(name));
        let &(name, node) = found.ok_or(Stop::Token(self.at))?;
        if matches!(node, Node::Float(_)) {
            self.built.fault_at("number_nonfinite", self.at, None);
        }
        self.built.scalar(node);
        self.at += name.len();
        Ok(())
    }

    /// The string at the current offset, and the code of its value-level fault.
    fn string(&mut self, is_name: bool) -> Result<(Span, Option<&'static str>), Stop> {
        let start = self.at;
        let (run, has_wide) = plain_run(&self.data[start + 1..]);
        let end = start + 1 + run;
        if self.data.get(end) == Some(&b'"') {
            self.at = end + 1;
            self.measure(start, run);
            let span = Span { start: (start + 1) as u32, len: run as u32 };
            // Printable ASCII that is no longer than a name may be has no fault.
            let may_fail = has_wide || is_name && run > 256;
            let fault = may_fail.then(|| fault_of(&self.text[start + 1..end], false, is_name)).flatten();
            return Ok((span, fault));
        }
        let text = &mut self.built.tree.text;
        let first = text.len();
        let unescaped = unescape(self.text, start + 1, text).ok_or(Stop::Token(start))?;
        let span = Span { start: first as u32, len: (text.len() - first) as u32 };
        let fault = fault_of(&text[first..], unescaped.has_surrogate, is_name);
        self.at = unescaped.end;
        self.measure(start, span.len as usize);
        Ok((span, fault))
    }

    fn measure(&mut self, start: usize, length: usize) {
        if length > self.string && self.too_long.is_none() {
            self.too_long = Some(start);
        }
    }
}
