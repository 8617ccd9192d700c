//! Points in time and lengths of time, by hand: RFC 3339 over the proleptic Gregorian calendar, and
//! durations such as `1h30m`.
//!
//! There are no leap seconds, and no time zones other than offsets.

use super::number::{digits, sign, signed};

/// Nanoseconds in a second.
const SECOND: i64 = 1_000_000_000;
/// Seconds in a day.
const DAY: i64 = 86_400;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since the epoch.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

/// A point in time, from year 1 to year 9999, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timestamp {
    /// Seconds since the epoch.
    seconds: i64,
    /// Nanoseconds after that.
    nanos: u32,
}

/// A point in time as a calendar and a clock show it.
pub(super) struct Civil {
    /// Year, month and day (from 1), hour, minute, second.
    pub(super) fields: [i64; 6],
    /// From 0, Sunday.
    pub(super) weekday: i64,
    /// From 0.
    pub(super) year_day: i64,
    pub(super) millisecond: i64,
}

/// How many digits the fields have in a text, and what stands behind each.
const FIELDS: [(usize, &str); 6] = [(4, "-"), (2, "-"), (2, "T"), (2, ":"), (2, ":"), (2, "")];

impl Timestamp {
    /// Seconds since the epoch; none outside the range.
    pub(super) fn new(seconds: i64, nanos: u32) -> Option<Self> {
        ((FIRST..=LAST).contains(&seconds)).then_some(Self { seconds, nanos })
    }

    /// Seconds since the epoch, without what is left of a second.
    pub(super) fn seconds(self) -> i64 {
        self.seconds
    }

    /// Reads `2026-01-31T00:00:00.000Z` (RFC 3339).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader(text);
        let mut fields = [0; 6];
        for (field, (width, end)) in fields.iter_mut().zip(&FIELDS) {
            *field = reader.digits(*width)?;
            reader.take(end)?;
        }
        let [year, month, day, hour, minute, second] = fields;
        let valid = (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        let (digits, rest) = after_point(reader.0);
        if !valid || (digits.is_empty() && rest.len() < reader.0.len()) {
            return None;
        }
        let offset = match rest {
            "Z" => 0,
            // A sign, and two digits of each.
            _ if rest.len() == 6 => parse_offset(rest)?,
            _ => return None,
        };
        let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
        let nanos = fraction(digits, SECOND.unsigned_abs());
        Self::new(seconds, nanos.try_into().ok()?)
    }

    /// A duration later, in nanoseconds; none out of the range.
    pub(super) fn later(self, duration: i64) -> Option<Self> {
        let nanos = i64::from(self.nanos) + duration.rem_euclid(SECOND);
        let seconds = self.seconds + duration.div_euclid(SECOND) + nanos.div_euclid(SECOND);
        Self::new(seconds, u32::try_from(nanos.rem_euclid(SECOND)).ok()?)
    }

    /// The nanoseconds since another point in time; none out of the range.
    pub(super) fn since(self, other: Self) -> Option<i64> {
        let nanos = i64::from(self.nanos) - i64::from(other.nanos);
        let whole = i128::from(self.seconds - other.seconds) * i128::from(SECOND);
        i64::try_from(whole + i128::from(nanos)).ok()
    }

    /// What calendar and clock show at an offset from UTC, in seconds.
    pub(super) fn civil(self, offset: i64) -> Civil {
        let local = self.seconds + offset;
        let (day_number, clock) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = date(day_number);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        Civil {
            fields: [year, month, day, hour, minute, second],
            // The epoch was a Thursday.
            weekday: (day_number + 4).rem_euclid(7),
            year_day: day_number - days(year, 1, 1),
            millisecond: i64::from(self.nanos / 1_000_000),
        }
    }

    /// Its text, in UTC (RFC 3339).
    pub(super) fn text(self) -> String {
        let mut text = String::new();
        for (field, (width, end)) in self.civil(0).fields.iter().zip(&FIELDS) {
            push_padded(&mut text, field.unsigned_abs(), *width);
            text.push_str(end);
        }
        push_fraction(&mut text, self.nanos.into());
        text.push('Z');
        text
    }
}

/// Reads a time zone: UTC, or an offset such as `+01:00`. Seconds east of UTC.
pub(super) fn parse_zone(text: &str) -> Option<i64> {
    const UTC: [&str; 6] = ["", "UTC", "Z", "GMT", "Etc/UTC", "Etc/GMT"];
    if UTC.contains(&text) {
        return Some(0);
    }
    parse_offset(text)
}

fn parse_offset(text: &str) -> Option<i64> {
    let (negative, offset) = sign(text);
    let mut reader = Reader(offset);
    let hours = reader.digits(2).or_else(|| reader.digits(1))?;
    reader.take(":")?;
    let minutes = reader.digits(2)?;
    let valid = reader.0.is_empty() && hours < 24 && minutes < 60;
    let offset = hours * 3600 + minutes * 60;
    valid.then_some(if negative { -offset } else { offset })
}

/// Reads a duration such as `1h30m`, `-1.5s` or `0`: nanoseconds.
pub(super) fn parse_duration(text: &str) -> Option<i64> {
    let (negative, text) = sign(text);
    if text == "0" {
        return Some(0);
    }
    if text.is_empty() {
        return None;
    }
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, after) = leading_digits(rest);
        let (places, after) = after_point(after);
        let (unit, after) = unit(after)?;
        rest = after;
        let value = match whole {
            "" if places.is_empty() => return None,
            "" => 0,
            _ => digits(whole, 10)?.checked_mul(unit)?,
        };
        total = total
            .checked_add(value)?
            .checked_add(fraction(places, unit))?;
    }
    signed(negative, total)
}

/// A duration's text: seconds, such as `5400s`.
pub(super) fn duration_text(duration: i64) -> String {
    let size = duration.unsigned_abs();
    let sign = if duration < 0 { "-" } else { "" };
    let mut text = sign.to_owned();
    text.push_str(&(size / SECOND.unsigned_abs()).to_string());
    push_fraction(&mut text, size % SECOND.unsigned_abs());
    text.push('s');
    text
}

/// Nanoseconds in what a text starts with, a unit of time; and what follows it.
fn unit(text: &str) -> Option<(u64, &str)> {
    const UNITS: [(&str, u64); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("\u{b5}s", 1_000),
        ("\u{3bc}s", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let mut units = UNITS.iter();
    units.find_map(|(name, nanos)| Some((*nanos, text.strip_prefix(name)?)))
}

/// The digits that a text starts with, and what follows them.
fn leading_digits(text: &str) -> (&str, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(length).unwrap_or_default()
}

/// If a text starts with a point, the digits behind it; and what follows.
fn after_point(text: &str) -> (&str, &str) {
    text.strip_prefix('.').map_or(("", text), leading_digits)
}

/// What digits behind a point say of a unit, rounded down in each place.
fn fraction(digits: &str, mut unit: u64) -> u64 {
    let mut sum = 0;
    for digit in digits.bytes() {
        sum += u64::from(digit - b'0') * unit / 10;
        unit /= 10;
    }
    sum
}

/// A fraction of a second, without zeros at its end.
fn push_fraction(text: &mut String, nanos: u64) {
    if nanos > 0 {
        text.push('.');
        push_padded(text, nanos, 9);
        text.truncate(text.trim_end_matches('0').len());
    }
}

/// A number with zeros before it, as wide as that.
fn push_padded(text: &mut String, number: u64, width: usize) {
    let digits = number.to_string();
    for _ in digits.len()..width {
        text.push('0');
    }
    text.push_str(&digits);
}

/// Days from the epoch to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that start in March have the leap day at their end.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + of_year - 719_468
}

/// The date that is so many days from the epoch: year, month, day.
fn date(number: i64) -> (i64, i64, i64) {
    let number = number + 719_468;
    let (era, of_era) = (number.div_euclid(146_097), number.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn days_in(year: i64, month: i64) -> i64 {
    days(year + month / 12, month % 12 + 1, 1) - days(year, month, 1)
}

struct Reader<'t>(&'t str);

impl Reader<'_> {
    fn take(&mut self, wanted: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    /// A number of exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(count)?;
        let number = digits(number, 10)?;
        self.0 = rest;
        number.try_into().ok()
    }
}
