//! Strings of JSON: where they end, and what is in them (JSON-6, DATA-5 to DATA-7).

use super::pointer::is_forbidden;
use crate::error::Code;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of each byte that is zero; bits above the first one may be wrong.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// The high bit of each byte that is `"`, `\` or below 0x20; bits above the first one may be wrong.
pub(crate) const fn special_bytes(word: u64) -> u64 {
    let below_space = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
    below_space | zero_bytes(word ^ (ONES * 0x22)) | zero_bytes(word ^ (ONES * 0x5C))
}

/// The number of bytes before the first `"`, `\` or control character, and whether one is not ASCII.
pub(crate) fn plain_run(data: &[u8]) -> (usize, bool) {
    let mut seen = 0;
    let mut at = 0;
    while let Some(chunk) = data[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let special = special_bytes(word);
        if special != 0 {
            let run = (special.trailing_zeros() / 8) as usize;
            let before = if run == 0 { 0 } else { word & (u64::MAX >> (64 - 8 * run)) };
            return (at + run, (seen | before) & HIGH != 0);
        }
        seen |= word;
        at += 8;
    }
    let rest = &data[at..];
    let run = rest.iter().position(|&c| c < 0x20 || c == b'"' || c == b'\\').unwrap_or(rest.len());
    (at + run, seen & HIGH != 0 || !rest[..run].is_ascii())
}

/// What is wrong with a string, if anything (DATA-5 to DATA-7, in this order by FAULT-2).
pub(crate) fn fault_of(text: &str, has_surrogate: bool, is_name: bool) -> Option<Code> {
    if has_surrogate {
        return Some("surrogate");
    }
    if text.contains(is_forbidden) {
        return Some("string");
    }
    (is_name && (text.len() > 256 || text.chars().any(|c| c >= '\u{E000}'))).then_some("key")
}

/// A string with an escape, as it is meant.
pub(crate) struct Unescaped {
    /// The offset after the closing quotation mark.
    pub end: usize,
    /// Whether it has a lone surrogate, for which U+FFFD is written: three bytes too (JSON-7).
    pub has_surrogate: bool,
}

/// Append the string whose text begins at `at` to `out`; `None` if it is no string (JSON-6).
pub(crate) fn unescape(text: &str, mut at: usize, out: &mut String) -> Option<Unescaped> {
    let data = text.as_bytes();
    let mut has_surrogate = false;
    loop {
        let (run, _) = plain_run(&data[at..]);
        out.push_str(&text[at..at + run]);
        at += run;
        match data.get(at)? {
            b'"' => return Some(Unescaped { end: at + 1, has_surrogate }),
            b'\\' => {}
            _ => return None,
        }
        let escape = *data.get(at + 1)?;
        at += 2;
        if escape != b'u' {
            out.push(short_escape(escape)?);
            continue;
        }
        let unit = hex_unit(data, at)?;
        at += 4;
        // A high half and a low half after it are one character.
        let low = (0xD800..0xDC00)
            .contains(&unit)
            .then(|| data.get(at..at + 2).filter(|&two| two == b"\\u").and_then(|_| hex_unit(data, at + 2)))
            .flatten()
            .filter(|low| (0xDC00..0xE000).contains(low));
        let code = low.map_or(unit, |low| 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
        if low.is_some() {
            at += 6;
        }
        has_surrogate |= char::from_u32(code).is_none();
        out.push(char::from_u32(code).unwrap_or('\u{FFFD}'));
    }
}

fn short_escape(escape: u8) -> Option<char> {
    Some(match escape {
        b'"' | b'\\' | b'/' => escape as char,
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

fn hex_unit(data: &[u8], at: usize) -> Option<u32> {
    let digits = data.get(at..at + 4)?;
    digits.iter().try_fold(0, |sum, &digit| Some(sum << 4 | (digit as char).to_digit(16)?))
}
