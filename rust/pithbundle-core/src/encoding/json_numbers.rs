//! Numbers of JSON: the grammar of their tokens, and what a token means (DATA-2, DATA-3).

use super::floats;
use super::tree::Node;
use crate::error::Code;

/// The largest integer (DATA-2).
pub(crate) const MAX_INT: u64 = 9_007_199_254_740_991;

/// 2^1024 - 2^970: from here on a magnitude rounds to infinity.
const INFINITE: &[u8] =
    b"17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758\
    72070963302864166928879109465555478519404026306574886715058206819089020007083836762738548458177\
    11531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508\
    093042880177904174497792";

/// The parts of a number token.
pub(crate) struct Number<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: Option<&'a [u8]>,
    /// The length of the token.
    pub len: usize,
}

fn digits(data: &[u8]) -> &[u8] {
    let end = data.iter().position(|c| !c.is_ascii_digit()).unwrap_or(data.len());
    &data[..end]
}

/// The longest number that `data` begins with (JSON-6).
pub(crate) fn longest(data: &[u8]) -> Option<Number<'_>> {
    let negative = data.first() == Some(&b'-');
    let mut at = usize::from(negative);
    let mut whole = digits(&data[at..]);
    if whole.first() == Some(&b'0') {
        whole = &whole[..1];
    }
    if whole.is_empty() {
        return None;
    }
    at += whole.len();
    let mut fraction: &[u8] = &[];
    if data.get(at) == Some(&b'.') {
        fraction = digits(&data[at + 1..]);
        if !fraction.is_empty() {
            at += 1 + fraction.len();
        }
    }
    let mut exponent = None;
    if matches!(data.get(at), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(data.get(at + 1), Some(b'+' | b'-')));
        let power = digits(&data[at + 1 + signed..]);
        if !power.is_empty() {
            let end = at + 1 + signed + power.len();
            exponent = Some(&data[at + 1..end]);
            at = end;
        }
    }
    Some(Number { negative, whole, fraction, exponent, len: at })
}

impl Number<'_> {
    /// The value, or the code of its fault.
    pub fn value(&self) -> Result<Node, Code> {
        if self.fraction.is_empty() && self.exponent.is_none() {
            return self.integer();
        }
        if self.is_infinite() {
            return Err("number_range");
        }
        let bits = match self.exponent {
            None => floats::bits_of(self.negative, self.whole, self.fraction),
            Some(_) => None,
        };
        bits.map(Node::Float).ok_or("number_form")
    }

    fn integer(&self) -> Result<Node, Code> {
        if self.whole.len() > 16 {
            return Err("number_range");
        }
        let value = self.whole.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        if value > MAX_INT {
            return Err("number_range");
        }
        match (self.negative, value as i64) {
            (true, 0) => Err("number_form"),
            (true, value) => Ok(Node::Int(-value)),
            (false, value) => Ok(Node::Int(value)),
        }
    }

    /// Whether the magnitude rounds to infinity as a double (DATA-2).
    fn is_infinite(&self) -> bool {
        if self.exponent.is_none() && self.whole.len() < INFINITE.len() {
            return false;
        }
        let all = || self.whole.iter().chain(self.fraction).copied();
        let zeros = all().take_while(|&digit| digit == b'0').count();
        if zeros == self.whole.len() + self.fraction.len() {
            return false;
        }
        // The number is 0.ddd * 10^scale, its first digit not 0.
        let scale = self.whole.len() as i64 - zeros as i64 + self.power();
        match scale.cmp(&(INFINITE.len() as i64)) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => {
                let padded = all().skip(zeros).chain(std::iter::repeat(b'0')).take(INFINITE.len());
                padded.cmp(INFINITE.iter().copied()).is_ge()
            }
        }
    }

    /// The exponent; one of many digits is as good as any other of its sign.
    fn power(&self) -> i64 {
        let Some(text) = self.exponent else { return 0 };
        let (negative, text) = match text.first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let power =
            text.iter().fold(0_i64, |sum, digit| (sum * 10 + i64::from(digit - b'0')).min(1_000_000_000_000));
        if negative { -power } else { power }
    }
}
