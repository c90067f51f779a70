//! Depth and number of values of JSON before it is parsed (JSON-4, JSON-5).
//!
//! The parser counts both while it reads. For an input that it does not accept, this scan decides whether
//! one of the two faults comes before that of the parser.

use super::limits::Limits;
use crate::error::Fault;

/// The first fault of JSON-4, then of JSON-5.
pub(crate) fn scan(data: &[u8], limits: &Limits, depth_limit: usize) -> Option<Fault> {
    let (mut depth, mut values) = (0_i64, 1_usize);
    let limit = depth_limit as i64;
    let mut at = 0;
    while at < data.len() {
        match data[at] {
            b'"' => {
                at = end_of_string(data, at + 1);
                continue;
            }
            b',' => values += 1,
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return Some(Fault::at_offset("depth", at));
                }
                let next = data[at + 1..].iter().find(|c| !matches!(c, b' ' | b'\t' | b'\n' | b'\r'));
                values += usize::from(!matches!(next, Some(b']' | b'}')));
            }
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    (values > limits.nodes).then(|| Fault::new("nodes"))
}

/// The offset after the closing quotation mark; an unterminated string ends with the input.
fn end_of_string(data: &[u8], mut at: usize) -> usize {
    while at < data.len() {
        match data[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}
