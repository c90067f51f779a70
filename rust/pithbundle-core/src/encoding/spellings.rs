//! Bytes in strings, each with one accepted spelling (TEXT-1 to TEXT-4, KEY-4, NUM-1).

/// Lower-case hex (TEXT-2).
pub fn hex(data: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(data.len() * 2);
    for byte in data {
        out.push(DIGITS[usize::from(byte >> 4)] as char);
        out.push(DIGITS[usize::from(byte & 15)] as char);
    }
    out
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// The bytes that lower-case hex spells (TEXT-2).
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() % 2 != 0 {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect()
}

/// The 32 bytes that 64 digits spell.
pub fn digest_from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(out)
}

/// The digest of an event id (TEXT-4).
pub fn event_id_digest(text: &str) -> Option<[u8; 32]> {
    digest_from_hex(text.strip_prefix("sha256:")?)
}

/// The event id of a digest (TEXT-4).
pub fn event_id(digest: &[u8; 32]) -> String {
    format!("sha256:{}", hex(digest))
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const fn inverse(alphabet: &[u8; 64]) -> [u8; 256] {
    let mut out = [0xFF; 256];
    let mut at = 0;
    while at < 64 {
        out[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    out
}

const STANDARD_DIGITS: [u8; 256] = inverse(STANDARD);
const URL_SAFE_DIGITS: [u8; 256] = inverse(URL_SAFE);

fn encode_base64(data: &[u8], alphabet: &[u8; 64], is_padded: bool) -> String {
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for group in data.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            if place <= group.len() {
                out.push(alphabet[(bits >> (18 - 6 * place) & 63) as usize] as char);
            } else if is_padded {
                out.push('=');
            }
        }
    }
    out
}

/// The digits without padding as bytes; unused bits are zero.
fn decode_base64(digits: &[u8], values: &[u8; 256]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for &digit in group {
            let value = values[usize::from(digit)];
            if value == 0xFF {
                return None;
            }
            bits = bits << 6 | u32::from(value);
        }
        match group.len() {
            4 => out.extend_from_slice(&bits.to_be_bytes()[1..]),
            3 if bits & 3 == 0 => out.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
            2 if bits & 15 == 0 => out.push((bits >> 4) as u8),
            _ => return None,
        }
    }
    Some(out)
}

/// Padded standard base64 (TEXT-3).
pub fn base64(data: &[u8]) -> String {
    encode_base64(data, STANDARD, true)
}

/// The bytes that padded standard base64 spells (TEXT-3).
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() % 4 != 0 {
        return None;
    }
    let padding = digits.iter().rev().take(2).take_while(|&&digit| digit == b'=').count();
    decode_base64(&digits[..digits.len() - padding], &STANDARD_DIGITS)
}

/// base64url without padding (FORMAT-1).
pub fn base64url(data: &[u8]) -> String {
    encode_base64(data, URL_SAFE, false)
}

/// The bytes that base64url without padding spells (FORMAT-1).
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    decode_base64(text.as_bytes(), &URL_SAFE_DIGITS)
}

/// The first characters of the upper-case base32 of a digest (NUM-1, KEY-4).
pub fn base32_prefix(digest: &[u8; 32], length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |at: usize| usize::from(digest[at / 8] >> (7 - at % 8) & 1);
    (0..length)
        .map(|place| (0..5).fold(0, |sum, offset| sum << 1 | bit(place * 5 + offset)))
        .map(|index| ALPHABET[index] as char)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(from_base64("AA=="), Some(vec![0]));
        for text in ["AB==", "AA=", "AA", "A===", "====", "AA==AA==", "AA= =", "A"] {
            assert_eq!(from_base64(text), None, "{text}");
        }
        for length in 0..70 {
            let data: Vec<u8> = (0..length).map(|each: u8| each.wrapping_mul(7)).collect();
            assert_eq!(from_base64(&base64(&data)).as_ref(), Some(&data));
            assert_eq!(from_base64url(&base64url(&data)).as_ref(), Some(&data));
        }
    }
}
