//! Doubles in decimal, by exact arithmetic on integers (DATA-3).
//!
//! A portable double is m / 2^k with m of 53 bits and k from 1 to 66. With at most 20 decimals all
//! numbers below have at most 126 bits.

/// The bits of a magnitude that an exponent of 0 has; 2^52 is the hidden bit.
const HIDDEN: u64 = 1 << 52;
/// 10 to the power of the most decimals that a portable double has.
const MAX_DECIMALS: u32 = 20;

/// A magnitude m / 2^k, m of exactly 53 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Magnitude {
    m: u64,
    k: i32,
}

impl Magnitude {
    fn of_bits(bits: u64) -> Option<Self> {
        let exponent = (bits >> 52 & 0x7FF) as i32;
        // Of subnormal numbers, infinities and NaN none is portable.
        (1..0x7FF).contains(&exponent).then(|| Self { m: bits & (HIDDEN - 1) | HIDDEN, k: 1075 - exponent })
    }

    fn to_bits(self) -> u64 {
        ((1075 - self.k) as u64) << 52 | self.m & (HIDDEN - 1)
    }

    /// Conditions 1 and 2 of DATA-3.
    fn is_portable(self) -> bool {
        let whole = self.k <= 0 || (self.k < 64 && self.m.trailing_zeros() as i32 >= self.k);
        // Not whole implies less than 2^53, and so less than 1e16.
        !whole && self.k <= 66 && u128::from(self.m) * 10_000 >= 1 << self.k
    }

    /// The shortest spelling as digits and number of decimals (DATA-3, conditions 4 and 5).
    fn shortest(self) -> (u64, u32) {
        let shift = (self.k + 2) as u32;
        let even = self.m % 2 == 0;
        // Below a power of two the next double is half as far away.
        let gap_below = if self.m == HIDDEN { 1 } else { 2 };
        let (value, low, high) = (4 * self.m, 4 * self.m - gap_below, 4 * self.m + 2);
        let mut power: u128 = 1;
        for decimals in 1..=MAX_DECIMALS {
            power *= 10;
            let exact = u128::from(value) * power;
            let (low, high) = (u128::from(low) * power, u128::from(high) * power);
            let inside = |digits: u128| {
                let scaled = digits << shift;
                low < scaled && scaled < high || even && (scaled == low || scaled == high)
            };
            let below = exact >> shift;
            let chosen = match (inside(below), inside(below + 1)) {
                (false, false) => continue,
                (true, false) => below,
                (false, true) => below + 1,
                (true, true) => {
                    let rest = exact - (below << shift);
                    let half = 1 << (shift - 1);
                    below + u128::from(rest > half || rest == half && below % 2 == 1)
                }
            };
            return (chosen as u64, decimals);
        }
        // 20 decimals distinguish all doubles from 1e-4 up.
        (0, 0)
    }
}

/// Whether the double of these bits is portable, whatever its spelling (DATA-3, 1 and 2).
pub(crate) fn is_portable(bits: u64) -> bool {
    Magnitude::of_bits(bits).is_some_and(Magnitude::is_portable)
}

/// The bits of the double that a spelling has, if it is the one spelling of it (DATA-3).
///
/// `whole` and `fraction` are the digits before and after the decimal point.
pub(crate) fn bits_of(negative: bool, whole: &[u8], fraction: &[u8]) -> Option<u64> {
    let decimals = u32::try_from(fraction.len()).ok().filter(|&count| (1..=MAX_DECIMALS).contains(&count))?;
    let mut digits: u64 = 0;
    for digit in whole.iter().chain(fraction) {
        // A shortest spelling has at most 17 digits that count.
        digits = digits.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        if digits >= 100_000_000_000_000_000 {
            return None;
        }
    }
    let nearest = nearest(digits, decimals)?;
    let one_spelling = nearest.is_portable() && nearest.shortest() == (digits, decimals);
    one_spelling.then(|| nearest.to_bits() | u64::from(negative) << 63)
}

/// The double nearest to `digits` / 10^`decimals`, ties to even.
fn nearest(digits: u64, decimals: u32) -> Option<Magnitude> {
    if digits == 0 {
        return None;
    }
    let power = 10_u128.pow(decimals);
    let bits = |number: u128| 128 - number.leading_zeros();
    let shift = 55 + bits(power) - bits(u128::from(digits));
    let scaled = u128::from(digits) << shift;
    let (quotient, rest) = (scaled / power, scaled % power);
    let surplus = bits(quotient) - 53;
    let (mut m, dropped) = (quotient >> surplus, quotient & ((1 << surplus) - 1));
    let half = 1 << (surplus - 1);
    if dropped > half || dropped == half && (rest > 0 || m % 2 == 1) {
        m += 1;
    }
    let mut k = shift as i32 - surplus as i32;
    if m == 1 << 53 {
        m >>= 1;
        k -= 1;
    }
    Some(Magnitude { m: m as u64, k })
}

/// Write the one spelling of a portable double (DATA-3).
pub(crate) fn write(bits: u64, out: &mut Vec<u8>) {
    let Some(magnitude) = Magnitude::of_bits(bits) else { return };
    let (digits, decimals) = magnitude.shortest();
    if bits >> 63 == 1 {
        out.push(b'-');
    }
    let power = 10_u64.checked_pow(decimals).filter(|&power| power <= digits);
    let (whole, fraction) = power.map_or((0, digits), |power| (digits / power, digits % power));
    super::canonical::write_int(whole as i64, out);
    out.push(b'.');
    let start = out.len();
    super::canonical::write_int(fraction as i64, out);
    let zeros = decimals as usize - (out.len() - start);
    out.splice(start..start, std::iter::repeat_n(b'0', zeros));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        let mut out = Vec::new();
        write(value.to_bits(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn shortest_spelling_nearest_to_the_double_last_digit_even() {
        for (value, spelling) in
            [(0.5, "0.5"), (0.750_007_629_394_531_2, "0.7500076293945312"), (-0.0001, "-0.0001")]
        {
            assert_eq!(text(value), spelling);
        }
    }

    #[test]
    fn a_spelling_reads_back_as_its_bits() {
        let mut state: u64 = 1;
        for _ in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let bits = (state >> 12) | (1009 + state % 68) << 52;
            if !is_portable(bits) {
                continue;
            }
            let mut out = Vec::new();
            write(bits, &mut out);
            let point = out.iter().position(|&c| c == b'.').unwrap();
            assert_eq!(bits_of(false, &out[..point], &out[point + 1..]), Some(bits));
            assert_eq!(std::str::from_utf8(&out).unwrap().parse::<f64>().unwrap().to_bits(), bits);
        }
    }
}
