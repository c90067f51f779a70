//! Public keys and signatures (SIG-1 to SIG-3, KEY-1 to KEY-5).
//!
//! Nothing here is secret: keys, messages and signatures are public, so time may depend on them.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest as _, Sha512};

use super::comb::{encode_all, multiply};
use super::tables::Tables;
use crate::encoding::canonical::sha256;
use crate::encoding::spellings::{base32_prefix, hex};
use crate::error::Fault;

/// The canonical encodings of the points of small order: those whose order divides 8.
///
/// A signature whose R is not canonical fails the comparison of bytes, so others need no entry.
const SMALL_ORDER: [[u8; 32]; 8] = small_order();

const fn small_order() -> [[u8; 32]; 8] {
    let mut out = [[0; 32]; 8];
    // Order 1: (0, 1). Order 2: (0, -1). Order 4: (+-sqrt(-1), 0). Order 8: four points.
    out[0][0] = 1;
    out[1] = [0xFF; 32];
    out[1][0] = 0xEC;
    out[1][31] = 0x7F;
    out[3][31] = 0x80;
    let eighth = [
        0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5,
        0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ];
    let other = [
        0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A,
        0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ];
    (out[4], out[5], out[6], out[7]) = (eighth, eighth, other, other);
    out[5][31] |= 0x80;
    out[7][31] |= 0x80;
    out
}

/// The point of a key that SIG-2 admits: canonically encoded and not of small order.
fn point_of(raw: &[u8; 32]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*raw).decompress()?;
    let is_canonical = point.compress().as_bytes() == raw;
    (is_canonical && !point.is_small_order()).then_some(point)
}

/// An acceptable public key (KEY-2).
pub struct PublicKey {
    /// The 32 bytes.
    pub raw: [u8; 32],
    /// -A.
    negative: EdwardsPoint,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", hex(&self.raw))
    }
}

impl PublicKey {
    /// The key that 32 bytes are, or the fault `key_invalid` (KEY-2).
    pub fn new(raw: &[u8]) -> Result<Self, Fault> {
        let invalid = |detail| Fault::new("key_invalid").with(detail);
        let raw: [u8; 32] = raw.try_into().map_err(|_| invalid("a public key is 32 bytes"))?;
        let point = point_of(&raw).filter(EdwardsPoint::is_torsion_free);
        let point = point.ok_or_else(|| invalid("not a point of prime order in canonical encoding"))?;
        Ok(Self { raw, negative: -point })
    }

    /// The hex fingerprint (KEY-3).
    pub fn fingerprint_hex(&self) -> String {
        hex(&sha256(&self.raw)[..16])
    }

    /// The base32 fingerprint (KEY-4).
    pub fn fingerprint_base32(&self) -> String {
        base32_prefix(&sha256(&self.raw), 26)
    }

    /// Whether a signature of a message verifies under this key (SIG-2).
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        verify_with(&self.raw, &self.negative, message, signature)
    }
}

/// A signature that meets the requirements 2 and 4 of SIG-2: R, S and k.
struct Equation {
    r: [u8; 32],
    s: Scalar,
    k: Scalar,
}

impl Equation {
    fn of(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Option<Self> {
        let (mut r, mut s) = ([0; 32], [0; 32]);
        r.copy_from_slice(&signature[..32]);
        s.copy_from_slice(&signature[32..]);
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s))?;
        if SMALL_ORDER.contains(&r) {
            return None;
        }
        let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
        Some(Self { r, s, k: Scalar::from_bytes_mod_order_wide(&hash.into()) })
    }

    /// The requirement 5 of SIG-2, under the negative of the key.
    fn holds(&self, negative: &EdwardsPoint) -> bool {
        let computed = EdwardsPoint::vartime_double_scalar_mul_basepoint(&self.k, negative, &self.s);
        computed.compress().as_bytes() == &self.r
    }
}

fn verify_with(key: &[u8; 32], negative: &EdwardsPoint, message: &[u8], signature: &[u8; 64]) -> bool {
    Equation::of(key, message, signature).is_some_and(|equation| equation.holds(negative))
}

/// Whether a signature verifies under a key that need not be acceptable (SIG-2, SIG-3).
pub fn verify_strict(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (<&[u8; 32]>::try_from(key), <&[u8; 64]>::try_from(signature)) else {
        return false;
    };
    point_of(key).is_some_and(|point| verify_with(key, &-point, message, signature))
}

/// A signature to verify.
#[derive(Clone, Copy, Debug)]
pub struct Question<'k> {
    /// The key.
    pub key: &'k PublicKey,
    /// The index of the key among those that share tables.
    pub index: usize,
    /// The message.
    pub message: &'k [u8],
    /// R and S.
    pub signature: &'k [u8; 64],
}

/// Which signatures verify. Each equation is computed by itself: no batch equation is used (SIG-2). Only the
/// inversion that encodes the results is one for all of them.
pub fn verify_all(questions: &[Question<'_>], tables: &Tables) -> Vec<bool> {
    let mut answers = vec![false; questions.len()];
    let (mut places, mut points) = (Vec::new(), Vec::new());
    for (place, each) in questions.iter().enumerate() {
        let Some(equation) = Equation::of(&each.key.raw, each.message, each.signature) else { continue };
        match tables.of(each.index, each.key) {
            Some((base, key)) => {
                places.push((place, equation.r));
                points.push(multiply(&base, equation.s.as_bytes(), &key, equation.k.as_bytes()));
            }
            None => answers[place] = equation.holds(&each.key.negative),
        }
    }
    if points.is_empty() {
        return answers;
    }
    for ((place, r), found) in places.into_iter().zip(encode_all(&points)) {
        answers[place] = found == r;
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as B, EIGHT_TORSION};

    /// A scalar that a text determines.
    fn scalar(text: &str) -> Scalar {
        Scalar::from_bytes_mod_order(sha256(text.as_bytes()))
    }

    /// R and S for a given R: what the holder of the secret can make.
    fn signature(secret: Scalar, nonce: Scalar, r: [u8; 32], message: &[u8]) -> [u8; 64] {
        let key = (secret * B).compress().to_bytes();
        let hash = Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize();
        let s = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
        let mut out = [0; 64];
        out[..32].copy_from_slice(&r);
        out[32..].copy_from_slice(s.as_bytes());
        out
    }

    /// Genuine signatures, and ones of every kind that a rule of SIG-2 excludes.
    fn cases(secret: Scalar) -> Vec<(Vec<u8>, [u8; 64], bool)> {
        let mut out = Vec::new();
        for number in 0..24_u8 {
            let message = vec![number; usize::from(number) * 5];
            let nonce = scalar(&format!("nonce {number}"));
            let point = nonce * B;
            let genuine = signature(secret, nonce, point.compress().to_bytes(), &message);
            out.push((message.clone(), genuine, true));
            // R with a component of small order, which the equation with the cofactor would accept.
            let torsion = EIGHT_TORSION[1 + usize::from(number) % 7];
            let mixed = (point + torsion).compress().to_bytes();
            out.push((message.clone(), signature(secret, nonce, mixed, &message), false));
            // R of small order itself.
            let small = torsion.compress().to_bytes();
            out.push((message.clone(), signature(secret, Scalar::ZERO, small, &message), false));
            // One bit of R, S or the message is another one.
            for bit in [0, 3, 254, 255, 256, 300, 500, 511] {
                let mut altered = genuine;
                altered[bit / 8] ^= 1 << (bit % 8);
                out.push((message.clone(), altered, false));
            }
            out.push(([&message[..], b"!"].concat(), genuine, false));
            // S + L: the same scalar, not reduced.
            let order = (Scalar::ZERO - Scalar::ONE).to_bytes();
            let (mut altered, mut carry) = (genuine, 1_u16);
            for (byte, &add) in altered[32..].iter_mut().zip(&order) {
                carry += u16::from(*byte) + u16::from(add);
                *byte = carry as u8;
                carry >>= 8;
            }
            out.push((message, altered, false));
        }
        out
    }

    #[test]
    fn verdicts_are_the_same_with_and_without_tables() {
        for name in ["one", "two"] {
            let secret = scalar(name);
            let key = PublicKey::new((secret * B).compress().as_bytes()).unwrap();
            let cases = cases(secret);
            let questions: Vec<Question<'_>> = cases
                .iter()
                .map(|(message, signature, _)| Question { key: &key, index: 0, message, signature })
                .collect();
            let expected: Vec<bool> = cases.iter().map(|(_, _, is_valid)| *is_valid).collect();
            let tables = Tables::default();
            assert_eq!(verify_all(&questions, &tables), expected);
            // By now the key has a table, and every signature is verified with it.
            assert_eq!(verify_all(&questions, &tables), expected);
            for (each, is_valid) in questions.iter().zip(expected) {
                assert_eq!(key.verify(each.message, each.signature), is_valid);
                assert_eq!(verify_all(&[*each], &tables), [is_valid]);
            }
        }
    }

    #[test]
    fn points_of_small_order_are_those_of_the_curve() {
        let mut found: Vec<[u8; 32]> =
            EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
        let mut listed = SMALL_ORDER.to_vec();
        found.sort_unstable();
        listed.sort_unstable();
        assert_eq!(found, listed);
    }
}
