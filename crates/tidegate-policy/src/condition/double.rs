//! Doubles from texts and to texts, exactly rounded.
//!
//! The standard library does both with tables of 12 KB and as much code, which is a quarter of what all
//! conditions take in wasm. Here speed does not count: a number as a text is rare.

use std::cmp::Ordering;

use super::number::{decimals, sign};

/// Digits that decide how a number is rounded; of those behind them only counts whether one is not zero.
const MAX_DIGITS: usize = 800;

/// What it costs to read a text, in the units of an evaluation: a large number is gone through once for each of
/// its digits, those that an exponent stands for too.
pub(super) fn cost(text: &str) -> usize {
    let exponent = if text.contains(['e', 'E']) {
        EXPONENT
    } else {
        0
    };
    text.len() / 8 + of_digits(text.len().min(MAX_DIGITS) + exponent)
}

/// Digits that an exponent stands for.
const EXPONENT: usize = 400;

/// Most of a text's cost that is not its length's.
pub(super) const MOST: usize = of_digits(MAX_DIGITS + EXPONENT);

const fn of_digits(digits: usize) -> usize {
    digits + digits * digits / 200
}

/// Reads a number in decimals, such as `-1.5e3`; or `inf`, `infinity`, `nan`. None when it is none, or
/// when it is out of range.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (negative, size) = sign(text);
    let value = if size.eq_ignore_ascii_case("inf") || size.eq_ignore_ascii_case("infinity") {
        f64::INFINITY
    } else if size.eq_ignore_ascii_case("nan") {
        f64::NAN
    } else {
        parse_size(size)?
    };
    Some(if negative { -value } else { value })
}

fn parse_size(text: &str) -> Option<f64> {
    let (before, after, exponent) = decimals(text)?;
    // The number is 0.DIGITS times ten to `point`.
    let mut digits = Vec::new();
    let mut point = exponent.checked_add(i64::try_from(before.len()).ok()?)?;
    let mut more = false;
    for digit in before.bytes().chain(after.bytes()) {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        if digit == 0 && digits.is_empty() {
            point -= 1;
        } else if digits.len() < MAX_DIGITS {
            digits.push(digit);
        } else {
            more |= digit != 0;
        }
    }
    if more {
        digits.push(1);
    }
    if digits.is_empty() || point < -330 {
        return Some(0.0);
    }
    if point > 310 {
        return None;
    }
    let mut number = Big(vec![]);
    for digit in &digits {
        number.multiply(10, u32::from(*digit));
    }
    let mut divisor = Big(vec![1]);
    let power = point - i64::try_from(digits.len()).ok()?;
    let scaled = if power < 0 { &mut divisor } else { &mut number };
    let mut left = power.unsigned_abs();
    while left > 0 {
        // As many as fit into a word.
        let at_once = left.min(9);
        scaled.multiply((0..at_once).fold(1, |all, _| all * 10), 0);
        left -= at_once;
    }
    quotient(number, divisor)
}

/// The double that is nearest to a quotient, of two the even one; none when it is out of range.
fn quotient(mut number: Big, mut divisor: Big) -> Option<f64> {
    // Shifted so that the quotient is at least 1 and less than 2, times two to `exponent`.
    let mut exponent = i64::try_from(number.bits()).ok()? - i64::try_from(divisor.bits()).ok()?;
    let shifted = if exponent < 0 {
        &mut number
    } else {
        &mut divisor
    };
    shifted.shift(exponent.unsigned_abs());
    if number.compare(&divisor) == Ordering::Less {
        number.shift(1);
        exponent -= 1;
    }
    if exponent > 1023 {
        return None;
    }
    let mut bits: u64 = 0;
    for _ in 0..64 {
        bits <<= 1;
        if number.compare(&divisor) != Ordering::Less {
            number.subtract(&divisor);
            bits |= 1;
        }
        number.shift(1);
    }
    // A double has 53 bits, fewer where its exponent is least.
    let lost = 11 + (-1022 - exponent).max(0);
    if lost > 64 {
        return Some(0.0);
    }
    let kept = bits.checked_shr(u32::try_from(lost).ok()?).unwrap_or(0);
    let half = 1_u64 << (lost - 1);
    let rest = bits & (half | (half - 1));
    let above = rest > half || (rest == half && (!number.is_zero() || kept & 1 == 1));
    // The highest of the 53 bits is not written: it is the lowest of the exponent.
    let biased = u64::try_from((exponent + 1022).max(0)).ok()?;
    let value = f64::from_bits((biased << 52) + kept + u64::from(above));
    value.is_finite().then_some(value)
}

/// The shortest text that reads as the number: with an exponent from a million on and below 10^-4, as Go's
/// `%g` has it.
pub(super) fn text(value: f64) -> String {
    let Some(number) = serde_json::Number::from_f64(value) else {
        return match value.partial_cmp(&0.0) {
            None => "NaN",
            Some(Ordering::Less) => "-Inf",
            Some(_) => "+Inf",
        }
        .to_owned();
    };
    // JSON has the shortest digits already; they are set again around another point.
    let json = number.to_string();
    let (negative, size) = sign(&json);
    let (before, after, exponent) = decimals(size).unwrap_or((size, "", 0));
    let all: String = [before, after].concat();
    let digits = all.trim_start_matches('0');
    let zeros = i64::try_from(all.len() - digits.len()).unwrap_or(0);
    let before = i64::try_from(before.len()).unwrap_or(0);
    // The number is D.IGITS times ten to `power`.
    let power = exponent + before - zeros - 1;
    let digits = digits.trim_end_matches('0');
    let mut text = if negative { "-" } else { "" }.to_owned();
    if digits.is_empty() {
        text.push('0');
    } else if (-4..0).contains(&power) {
        text.push_str("0.");
        (power + 1..0).for_each(|_| text.push('0'));
        text.push_str(digits);
    } else {
        let whole = if (0..6).contains(&power) {
            power + 1
        } else {
            1
        };
        for (at, digit) in (0_i64..).zip(digits.chars()) {
            if at == whole {
                text.push('.');
            }
            text.push(digit);
        }
        let written = i64::try_from(digits.len()).unwrap_or(whole);
        (written..whole).for_each(|_| text.push('0'));
        if whole != power + 1 {
            text.push_str(if power < 0 { "e-" } else { "e+" });
            if power.unsigned_abs() < 10 {
                text.push('0');
            }
            text.push_str(&power.unsigned_abs().to_string());
        }
    }
    text
}

/// A whole number of any size, in words of 32 bits, lowest first, without zeros at its end.
struct Big(Vec<u32>);

impl Big {
    fn multiply(&mut self, by: u32, add: u32) {
        let mut carry = u64::from(add);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(by);
            *word = low(carry);
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    /// Multiplies by two, so often.
    fn shift(&mut self, bits: u64) {
        for _ in 0..bits / 32 {
            self.0.insert(0, 0);
        }
        self.multiply(1 << (bits % 32), 0);
    }

    /// Takes away a number that is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0;
        for (at, word) in self.0.iter_mut().enumerate() {
            let less = u64::from(other.0.get(at).copied().unwrap_or(0)) + borrow;
            borrow = u64::from(u64::from(*word) < less);
            *word = low((u64::from(*word) + (borrow << 32)) - less);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let lengths = self.0.len().cmp(&other.0.len());
        lengths.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn bits(&self) -> usize {
        let last = self.0.last().map_or(32, |last| last.leading_zeros());
        (self.0.len() * 32).saturating_sub(usize::try_from(last).unwrap_or(0))
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
}

/// The lower 32 bits.
fn low(word: u64) -> u32 {
    u32::try_from(word & u64::from(u32::MAX)).unwrap_or(0)
}
