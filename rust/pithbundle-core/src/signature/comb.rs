//! [s]B + [k]P for fixed points B and P by tables of their multiples: 64 additions and no doubling.
//!
//! Verification handles no secrets, so time may depend on every value; only correctness matters. The field
//! arithmetic modulo p = 2^255 - 19 is that of the fiat-crypto crate, which is generated with a proof: its
//! *tight* elements come from `carry_*` functions, its *loose* ones from an addition or subtraction of two
//! tight ones, and only these orders of calls are typed.
//!
//! The curve is -x^2 + y^2 = 1 + d x^2 y^2. Formulas: Hisil, Wong, Carter and Dawson, "Twisted Edwards Curves
//! Revisited" (Asiacrypt 2008), section 3.1 for addition (8) with an affine second point, section 3.3 for
//! doubling (7), both with a = -1. They are complete, because -1 is a square and d is not: no pair of points
//! is an exception. Tests compare every step with curve25519-dalek.

use fiat_crypto::curve25519_64::{
    fiat_25519_add, fiat_25519_carry, fiat_25519_carry_mul, fiat_25519_carry_square, fiat_25519_from_bytes,
    fiat_25519_loose_field_element as Loose, fiat_25519_opp, fiat_25519_relax, fiat_25519_sub,
    fiat_25519_tight_field_element as Tight, fiat_25519_to_bytes,
};

/// d = -121665 / 121666, little-endian.
const D: [u8; 32] = [
    0xA3, 0x78, 0x59, 0x13, 0xCA, 0x4D, 0xEB, 0x75, 0xAB, 0xD8, 0x41, 0x41, 0x4D, 0x0A, 0x70, 0x00, 0x98,
    0xE8, 0x79, 0x77, 0x79, 0x40, 0xC7, 0x8C, 0x73, 0xFE, 0x6F, 0x2B, 0xEE, 0x6C, 0x03, 0x52,
];
/// A square root of -1.
const SQRT_MINUS_1: [u8; 32] = [
    0xB0, 0xA0, 0x0E, 0x4A, 0x27, 0x1B, 0xEE, 0xC4, 0x78, 0xE4, 0x2F, 0xAD, 0x06, 0x18, 0x43, 0x2F, 0xA7,
    0xD7, 0xFB, 0x3D, 0x99, 0x00, 0x4D, 0x2B, 0x0B, 0xDF, 0xC1, 0x4F, 0x80, 0x24, 0x83, 0x2B,
];
/// The encoding of the base point B: y = 4/5, x even.
const BASE: [u8; 32] = {
    let mut out = [0x66; 32];
    out[0] = 0x58;
    out
};

/// Digits of a scalar in signed radix 256, and so the windows of a table.
const WINDOWS: usize = 32;
/// The multiples of a window: 1 to 128 times its point.
const MULTIPLES: usize = 128;
/// The bytes of a table.
pub(super) const TABLE_BYTES: usize = WINDOWS * MULTIPLES * size_of::<Affine>();

// --- The field -------------------------------------------------------------------------------------

const ZERO: Tight = Tight([0; 5]);
const ONE: Tight = Tight([1, 0, 0, 0, 0]);

fn loose(a: &Tight) -> Loose {
    let mut out = Loose([0; 5]);
    fiat_25519_relax(&mut out, a);
    out
}

fn carry(a: &Loose) -> Tight {
    let mut out = ZERO;
    fiat_25519_carry(&mut out, a);
    out
}

fn mul(a: &Loose, b: &Loose) -> Tight {
    let mut out = ZERO;
    fiat_25519_carry_mul(&mut out, a, b);
    out
}

fn times(a: &Tight, b: &Tight) -> Tight {
    mul(&loose(a), &loose(b))
}

fn square(a: &Tight) -> Tight {
    let mut out = ZERO;
    fiat_25519_carry_square(&mut out, &loose(a));
    out
}

fn squared(a: &Tight, count: usize) -> Tight {
    (0..count).fold(*a, |value, _| square(&value))
}

fn add(a: &Tight, b: &Tight) -> Loose {
    let mut out = Loose([0; 5]);
    fiat_25519_add(&mut out, a, b);
    out
}

fn sub(a: &Tight, b: &Tight) -> Loose {
    let mut out = Loose([0; 5]);
    fiat_25519_sub(&mut out, a, b);
    out
}

fn opposite(a: &Tight) -> Tight {
    let mut out = Loose([0; 5]);
    fiat_25519_opp(&mut out, a);
    carry(&out)
}

/// The element of 255 bits, little-endian; the highest bit is ignored.
fn from_bytes(bytes: &[u8; 32]) -> Tight {
    let mut low = *bytes;
    low[31] &= 0x7F;
    let mut out = ZERO;
    fiat_25519_from_bytes(&mut out, &low);
    out
}

/// The canonical bytes, little-endian.
fn to_bytes(a: &Tight) -> [u8; 32] {
    let mut out = [0; 32];
    fiat_25519_to_bytes(&mut out, a);
    out
}

/// z^(2^250 - 1) and z^11: the beginning of both powers below.
fn power(z: &Tight) -> (Tight, Tight) {
    let z2 = square(z);
    let z9 = times(z, &squared(&z2, 2));
    let z11 = times(&z2, &z9);
    let to5 = times(&z9, &square(&z11));
    let to10 = times(&squared(&to5, 5), &to5);
    let to20 = times(&squared(&to10, 10), &to10);
    let to40 = times(&squared(&to20, 20), &to20);
    let to50 = times(&squared(&to40, 10), &to10);
    let to100 = times(&squared(&to50, 50), &to50);
    let to200 = times(&squared(&to100, 100), &to100);
    (times(&squared(&to200, 50), &to50), z11)
}

/// z^(p - 2): the inverse, and 0 of 0.
fn inverse(z: &Tight) -> Tight {
    let (to250, z11) = power(z);
    times(&squared(&to250, 5), &z11)
}

/// Replace each element by its inverse, with one inversion for all; none of them is 0 (Montgomery's trick).
fn invert_all(values: &mut [Tight]) {
    let mut product = ONE;
    let before: Vec<Tight> = values
        .iter()
        .map(|value| {
            let before = product;
            product = times(&product, value);
            before
        })
        .collect();
    let mut left = inverse(&product);
    for (value, before) in values.iter_mut().zip(&before).rev() {
        let inverted = times(&left, before);
        left = times(&left, value);
        *value = inverted;
    }
}

// --- Points ----------------------------------------------------------------------------------------

/// x = X/Z, y = Y/Z, xy = T/Z.
#[derive(Clone, Copy)]
pub(super) struct Point {
    x: Tight,
    y: Tight,
    z: Tight,
    t: Tight,
}

/// A point with Z = 1, as it is added: y + x, y - x, 2dxy.
#[derive(Clone, Copy)]
struct Affine {
    plus: Tight,
    minus: Tight,
    product: Tight,
}

const NEUTRAL: Point = Point { x: ZERO, y: ONE, z: ONE, t: ZERO };

impl Point {
    /// The point of a canonical encoding of a point of the curve, `None` of anything else.
    fn decode(bytes: &[u8; 32]) -> Option<Self> {
        // x^2 = u/v with u = y^2 - 1 and v = dy^2 + 1. The root is u v^3 (u v^7)^((p - 5) / 8), as p = 5 mod 8,
        // or that times a square root of -1 (RFC 8032, section 5.1.3).
        let y = from_bytes(bytes);
        let yy = square(&y);
        let u = carry(&sub(&yy, &ONE));
        let v = carry(&add(&times(&from_bytes(&D), &yy), &ONE));
        let v3 = times(&square(&v), &v);
        let uv7 = times(&times(&square(&v3), &v), &u);
        let root = times(&squared(&power(&uv7).0, 2), &uv7);
        let mut x = times(&times(&root, &v3), &u);
        let (found, wanted) = (to_bytes(&times(&square(&x), &v)), to_bytes(&u));
        if found != wanted {
            if found != to_bytes(&opposite(&u)) {
                return None;
            }
            x = times(&x, &from_bytes(&SQRT_MINUS_1));
        }
        if to_bytes(&x)[0] & 1 != bytes[31] >> 7 {
            x = opposite(&x);
        }
        Some(Self { x, y, z: ONE, t: times(&x, &y) })
    }

    /// The sum with a point, or with its negative.
    fn plus(&self, other: &Affine, is_negative: bool) -> Self {
        // -(x, y) = (-x, y): y + x and y - x change places, 2dxy changes its sign.
        let (plus, minus) =
            if is_negative { (&other.minus, &other.plus) } else { (&other.plus, &other.minus) };
        let a = mul(&sub(&self.y, &self.x), &loose(minus));
        let b = mul(&add(&self.y, &self.x), &loose(plus));
        let c = times(&self.t, &other.product);
        let d = carry(&add(&self.z, &self.z));
        let (e, h) = (sub(&b, &a), add(&b, &a));
        let (f, g) = if is_negative { (add(&d, &c), sub(&d, &c)) } else { (sub(&d, &c), add(&d, &c)) };
        Self { x: mul(&e, &f), y: mul(&g, &h), z: mul(&f, &g), t: mul(&e, &h) }
    }

    /// Twice the point.
    fn doubled(&self) -> Self {
        let (a, b) = (square(&self.x), square(&self.y));
        let zz = square(&self.z);
        let c = carry(&add(&zz, &zz));
        let both = carry(&add(&a, &b));
        let e = sub(&square(&carry(&add(&self.x, &self.y))), &both);
        let g = carry(&sub(&b, &a));
        let f = sub(&g, &c);
        let (g, h) = (loose(&g), loose(&opposite(&both)));
        Self { x: mul(&e, &f), y: mul(&g, &h), z: mul(&f, &g), t: mul(&e, &h) }
    }

    fn affine(&self, inverse: &Tight, twice_d: &Tight) -> Affine {
        let (x, y) = (times(&self.x, inverse), times(&self.y, inverse));
        Affine {
            plus: carry(&add(&y, &x)),
            minus: carry(&sub(&y, &x)),
            product: times(&times(&x, &y), twice_d),
        }
    }
}

/// All points with Z = 1.
fn normalized(points: &[Point]) -> Vec<Affine> {
    let d = from_bytes(&D);
    let twice_d = carry(&add(&d, &d));
    let mut inverses: Vec<Tight> = points.iter().map(|point| point.z).collect();
    invert_all(&mut inverses);
    points.iter().zip(&inverses).map(|(point, inverse)| point.affine(inverse, &twice_d)).collect()
}

/// The encodings of points, with one inversion for all.
pub(super) fn encode_all(points: &[Point]) -> Vec<[u8; 32]> {
    let mut inverses: Vec<Tight> = points.iter().map(|point| point.z).collect();
    invert_all(&mut inverses);
    let encode = |(point, inverse): (&Point, &Tight)| {
        let mut out = to_bytes(&times(&point.y, inverse));
        out[31] |= to_bytes(&times(&point.x, inverse))[0] << 7;
        out
    };
    points.iter().zip(&inverses).map(encode).collect()
}

// --- Tables ----------------------------------------------------------------------------------------

/// For each window i the multiples 1 to 128 of 256^i times a point.
pub(super) struct Table {
    multiples: Vec<Affine>,
}

impl Table {
    /// The table of the base point.
    pub fn of_base() -> Option<Self> {
        Point::decode(&BASE).map(|point| Self::of(&point))
    }

    /// The table of -A for the encoding of a point A of the curve.
    pub fn of_negative(key: &[u8; 32]) -> Option<Self> {
        let mut bytes = *key;
        bytes[31] ^= 0x80;
        Point::decode(&bytes).map(|point| Self::of(&point))
    }

    fn of(point: &Point) -> Self {
        let mut bases = Vec::with_capacity(WINDOWS);
        let mut base = *point;
        for _ in 0..WINDOWS {
            bases.push(base);
            base = (0..8).fold(base, |point, _| point.doubled());
        }
        let mut points = Vec::with_capacity(WINDOWS * MULTIPLES);
        for (base, step) in bases.iter().zip(normalized(&bases)) {
            let mut multiple = *base;
            for _ in 0..MULTIPLES {
                points.push(multiple);
                multiple = multiple.plus(&step, false);
            }
        }
        Self { multiples: normalized(&points) }
    }

    /// Add a multiple of the point; the scalar is little-endian and less than 2^254.
    fn add_multiple(&self, mut sum: Point, scalar: &[u8; 32]) -> Point {
        let mut carry = 0;
        for (window, &byte) in scalar.iter().enumerate() {
            // Digits from -127 to 128: one of more than 128 borrows from the next.
            let digit = i32::from(byte) + carry;
            carry = i32::from(digit > 128);
            let digit = digit - 256 * carry;
            if digit != 0 {
                let place = window * MULTIPLES + digit.unsigned_abs() as usize - 1;
                sum = sum.plus(&self.multiples[place], digit < 0);
            }
        }
        sum
    }
}

/// [s]B + [k]P for the points B and P of two tables; both scalars are less than 2^254.
pub(super) fn multiply(base: &Table, s: &[u8; 32], key: &Table, k: &[u8; 32]) -> Point {
    key.add_multiple(base.add_multiple(NEUTRAL, s), k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT as B;
    use curve25519_dalek::edwards::EdwardsPoint;
    use curve25519_dalek::scalar::Scalar;

    fn scalars(count: u64) -> impl Iterator<Item = Scalar> {
        let edge = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(128_u64), Scalar::from(129_u64)];
        edge.into_iter().chain((0..count).map(|number| {
            let bytes = crate::encoding::canonical::sha256(&number.to_le_bytes());
            Scalar::from_bytes_mod_order(bytes)
        }))
    }

    #[test]
    fn sums_of_multiples_are_those_of_dalek() {
        let base = Table::of_base().unwrap();
        for secret in scalars(3).skip(1) {
            let key = EdwardsPoint::mul_base(&secret);
            let table = Table::of_negative(&key.compress().to_bytes()).unwrap();
            let pairs: Vec<(Scalar, Scalar)> = scalars(60).zip(scalars(90).skip(7)).collect();
            let points: Vec<Point> =
                pairs.iter().map(|(s, k)| multiply(&base, s.as_bytes(), &table, k.as_bytes())).collect();
            for ((s, k), found) in pairs.iter().zip(encode_all(&points)) {
                assert_eq!(found, (s * B - k * key).compress().to_bytes());
            }
        }
    }

    #[test]
    fn points_decode_as_those_of_dalek() {
        for number in 0..2_000_u64 {
            let bytes = crate::encoding::canonical::sha256(&number.to_be_bytes());
            let expected = curve25519_dalek::edwards::CompressedEdwardsY(bytes).decompress();
            let found = Point::decode(&bytes).map(|point| encode_all(&[point])[0]);
            assert_eq!(found, expected.map(|point| point.compress().to_bytes()));
        }
    }
}
