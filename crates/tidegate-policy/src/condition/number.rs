//! Numbers in decimals, as they are written.

use crate::text::cut;

/// Largest exponent that is told from larger ones.
const MAX_EXPONENT: u64 = 1 << 32;

/// Whether a minus stands first, and what stands behind the sign.
pub(super) fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A whole number without a sign; none out of range, or when there is anything but digits.
pub(super) fn digits(text: &str, radix: u32) -> Option<u64> {
    let mut value: u64 = 0;
    for digit in text.chars() {
        let digit = digit.to_digit(radix)?;
        value = value.checked_mul(radix.into())?.checked_add(digit.into())?;
    }
    (!text.is_empty()).then_some(value)
}

/// A whole number by its sign and its size; none out of range.
pub(super) fn signed(negative: bool, size: u64) -> Option<i64> {
    match negative {
        true => 0_i64.checked_sub_unsigned(size),
        false => size.try_into().ok(),
    }
}

/// What a number without a sign has before the point and after it, and its exponent: where that is out of the
/// range of an `i32`, one that no mantissa could bring back.
pub(super) fn decimals(text: &str) -> Option<(&str, &str, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (before, after) = cut(mantissa, b'.').unwrap_or((mantissa, ""));
    let (negative, size) = sign(exponent);
    let is_number = !size.is_empty() && size.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number || before.len() + after.len() == 0 {
        return None;
    }
    let size = digits(size, 10).unwrap_or(MAX_EXPONENT).min(MAX_EXPONENT);
    let exponent = i64::try_from(size).ok()?;
    Some((before, after, if negative { -exponent } else { exponent }))
}
