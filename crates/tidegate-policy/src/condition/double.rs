//! Doubles from texts and to texts, exactly rounded.
//!
//! The standard library does both with tables of 12 KB and as much code, which is a quarter of what all
//! conditions take in wasm. Here speed does not count: a number as a text is rare.

use std::cmp::Ordering;
use std::ops::Range;

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
    scaled.raise(power.unsigned_abs());
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
    if value.is_finite() {
        return written(value, -4..6, false);
    }
    match value.partial_cmp(&0.0) {
        None => "NaN",
        Some(Ordering::Less) => "-Inf",
        Some(_) => "+Inf",
    }
    .to_owned()
}

/// The shortest JSON that reads as a finite number and not as a whole one: with an exponent from 10^16 on and
/// below 10^-5.
pub(crate) fn json(value: f64) -> String {
    written(value, -5..16, true)
}

/// Without an exponent where the first digit's power of ten is `plain`.
fn written(value: f64, plain: Range<i64>, is_json: bool) -> String {
    let mut text = if value.is_sign_negative() { "-" } else { "" }.to_owned();
    let (digits, power) = shortest(value.abs());
    let is_plain = plain.contains(&power);
    // So many digits stand before the point.
    let whole = if is_plain { power + 1 } else { 1 };
    if whole <= 0 {
        text.push_str("0.");
        (whole..0).for_each(|_| text.push('0'));
    }
    let mut at = 0;
    for digit in digits {
        if at == whole && at > 0 {
            text.push('.');
        }
        text.push(digit.into());
        at += 1;
    }
    if is_plain && at <= whole {
        (at..whole).for_each(|_| text.push('0'));
        text.push_str(if is_json { ".0" } else { "" });
    }
    if !is_plain {
        text.push_str(if power < 0 { "e-" } else { "e+" });
        let power = power.unsigned_abs();
        if power < 10 && !is_json {
            text.push('0');
        }
        text.push_str(&power.to_string());
    }
    text
}

/// The fewest digits that read as a number from 0 on, of these the nearest, and the power of ten of the first:
/// by Steele and White, "How to print floating-point numbers accurately".
fn shortest(value: f64) -> (Vec<u8>, i64) {
    let bits = value.to_bits();
    let (biased, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
    let size = fraction | (u64::from(biased > 0) << 52);
    if size == 0 {
        return (vec![b'0'], 0);
    }
    let exponent = i64::try_from(biased.max(1)).unwrap_or(0) - 1075;
    // The number is a quotient. What is as near as `below` and `above` reads as the same: half of the way to the
    // next number, which is half as far below a power of two.
    let (mut number, mut divisor) = (Big(vec![]), Big(vec![4]));
    number.multiply(1, low(size >> 32));
    number.shift(32);
    number.multiply(1, low(size));
    number.multiply(4, 0);
    let is_near = fraction == 0 && biased > 1;
    let mut below = Big(vec![if is_near { 1 } else { 2 }]);
    let mut above = Big(vec![2]);
    // Of the number's logarithm, rounded down; or one less.
    let mut power = ((exponent + i64::from(size.ilog2())) * 78_913) >> 18;
    let tens = (power + 1).unsigned_abs();
    if exponent < 0 {
        divisor.shift(exponent.unsigned_abs());
    }
    if power >= 0 {
        divisor.raise(tens);
    }
    for part in [&mut number, &mut below, &mut above] {
        if exponent > 0 {
            part.shift(exponent.unsigned_abs());
        }
        if power < 0 {
            part.raise(tens);
        }
    }
    if number.compare(&divisor) != Ordering::Less {
        divisor.multiply(10, 0);
        power += 1;
    }
    let mut digits = Vec::new();
    loop {
        for part in [&mut number, &mut below, &mut above] {
            part.multiply(10, 0);
        }
        let mut digit = b'0';
        while number.compare(&divisor) != Ordering::Less {
            number.subtract(&divisor);
            digit += 1;
        }
        let mut rest = Big(divisor.0.clone());
        rest.subtract(&number);
        // What is just as near reads as the even one of two numbers.
        let farthest = match size % 2 {
            0 => Ordering::Equal,
            _ => Ordering::Less,
        };
        let (down, up) = (
            number.compare(&below) <= farthest,
            rest.compare(&above) <= farthest,
        );
        let nearer_up = number.compare(&rest).then((digit & 1).cmp(&0)) == Ordering::Greater;
        if up && (nearer_up || !down) {
            digit += 1;
        }
        if digit > b'9' {
            digit = b'1';
            power += 1;
        }
        digits.push(digit);
        if up || down {
            return (digits, power);
        }
    }
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

    /// Multiplies by ten, so often.
    fn raise(&mut self, mut tens: u64) {
        while tens > 0 {
            // As many as fit into a word.
            let at_once = tens.min(9);
            self.multiply((0..at_once).fold(1, |all, _| all * 10), 0);
            tens -= at_once;
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
