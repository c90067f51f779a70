//! Floats of CBOR: three widths of one value (CBOR-4).

/// The double of a half-precision float.
pub(crate) fn of_half(half: u16) -> f64 {
    let sign = if half >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (half >> 10 & 0x1F, half & 0x3FF);
    let magnitude = match exponent {
        0 => f64::from(fraction) * power_of_two(-24),
        0x1F if fraction == 0 => f64::INFINITY,
        0x1F => f64::NAN,
        _ => f64::from(fraction + 1024) * power_of_two(i32::from(exponent) - 25),
    };
    sign * magnitude
}

/// 2 to the power of an exponent that a double has.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// The half-precision float of this value, if there is one; the value is not 0 and finite.
pub(crate) fn to_half(value: f64) -> Option<u16> {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32 - 1023;
    let significand = bits & ((1 << 52) - 1) | 1 << 52;
    let sign = ((bits >> 63) as u16) << 15;
    // A normal half has 11 bits, a subnormal one fewer.
    let dropped = if exponent >= -14 { 42 } else { 42 + (-14 - exponent) };
    if !(-24..=15).contains(&exponent) || significand.trailing_zeros() < dropped as u32 {
        return None;
    }
    let kept = (significand >> dropped) as u16;
    Some(sign | if exponent >= -14 { (((exponent + 15) as u16) << 10) | kept & 0x3FF } else { kept })
}

/// The single-precision float of this value, if there is one; the value is finite.
pub(crate) fn to_single(value: f64) -> Option<f32> {
    let single = value as f32;
    (f64::from(single).to_bits() == value.to_bits()).then_some(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_that_is_finite_and_not_zero_has_its_double() {
        for half in 0..=u16::MAX {
            let value = of_half(half);
            if value.is_finite() && value != 0.0 {
                assert_eq!(to_half(value), Some(half));
            }
        }
    }
}
