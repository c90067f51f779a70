//! Hashes of titles and abstracts (TITLE-1, TITLE-2).

use super::unicode14::{CASE_IGNORABLE, CASED, LOWER};
use crate::encoding::canonical::{Digest, sha256};
use crate::encoding::text_fault;
use crate::error::Code;

fn is_white_space(c: char) -> bool {
    let is_separator =
        matches!(u32::from(c), 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000);
    is_separator || matches!(u32::from(c), 0x9..=0xD | 0x1C..=0x20 | 0x85 | 0xA0)
}

/// The SHA-256 of a title in its normal form, or the code of what no string may contain.
pub fn title_sha256(title: &str) -> Result<Digest, Code> {
    if let Some(code) = text_fault(title) {
        return Err(code);
    }
    Ok(sha256(lower_case(&spaced(title)).as_bytes()))
}

/// Steps 1 and 2: each run of white space as one space, none at the ends.
fn spaced(title: &str) -> String {
    let words: Vec<&str> = title.split(is_white_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Step 3: lower case by Unicode 14.0, Final_Sigma included.
fn lower_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Whether the last character before that is not Case_Ignorable is Cased.
    let mut is_after_cased = false;
    // Sigmas after a cased character: the next character that is not Case_Ignorable decides of them.
    let mut undecided: Vec<usize> = Vec::new();
    for c in text.chars() {
        let ignorable = is_case_ignorable(c);
        if !ignorable {
            if is_cased(c) {
                undecided.clear();
            }
            make_final(&mut out, &mut undecided);
        }
        if c == 'Σ' {
            if is_after_cased {
                undecided.push(out.len());
            }
            out.push('σ');
        } else {
            lower(c, &mut out);
        }
        if !ignorable {
            is_after_cased = is_cased(c);
        }
    }
    make_final(&mut out, &mut undecided);
    out
}

fn is_in(spans: &[(u32, u32)], c: char) -> bool {
    let code = u32::from(c);
    let after = spans.partition_point(|&(first, _)| first <= code);
    after > 0 && code <= spans[after - 1].1
}

fn is_cased(c: char) -> bool {
    is_in(&CASED, c)
}

fn is_case_ignorable(c: char) -> bool {
    is_in(&CASE_IGNORABLE, c)
}

/// Write the lower case of a character by the mapping without conditions.
fn lower(c: char, out: &mut String) {
    if c == '\u{130}' {
        // The only one that becomes two characters.
        out.push_str("i\u{307}");
        return;
    }
    let code = u32::from(c);
    let after = LOWER.partition_point(|&(first, ..)| first <= code);
    let mapped = after.checked_sub(1).map(|index| LOWER[index]).and_then(|(first, last, step, added)| {
        let is_mapped = code <= last && (code - first) % step == 0;
        is_mapped.then(|| code.checked_add_signed(added).and_then(char::from_u32)).flatten()
    });
    out.push(mapped.unwrap_or(c));
}

/// Write the sigmas at these offsets as final ones; both forms have two bytes.
fn make_final(out: &mut String, undecided: &mut Vec<usize>) {
    for at in undecided.drain(..) {
        out.replace_range(at..at + 'σ'.len_utf8(), "ς");
    }
}
