//! Sizes, durations and times, as people write and read them.

use tidegate_client::wire::{Limit, Unlimited};

/// Bytes in a megabyte.
const MB: u64 = 1_000_000;

/// Reads a limit in MB (10^6 bytes, decimals allowed) or the word `unlimited`.
pub(crate) fn limit_mb(text: &str) -> Result<Limit, String> {
    if text == "unlimited" {
        return Ok(Limit::Unlimited(Unlimited::Unlimited));
    }
    let wrong =
        || "a number of MB (10^6 bytes), as in 100 or 0.5, or the word unlimited".to_owned();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 6 {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let fraction: u64 = format!("{fraction:0<6}").parse().map_err(|_| wrong())?;
    let bytes = whole
        .checked_mul(MB)
        .and_then(|bytes| bytes.checked_add(fraction));
    // SQLite and JSON numbers elsewhere are signed.
    bytes
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .map(Limit::Bytes)
        .ok_or_else(|| "more than can be counted; say unlimited".to_owned())
}

/// Reads a duration such as `45s`, `90m`, `12h`, `30d` or `2w`, in seconds.
pub(crate) fn duration_s(text: &str) -> Result<u64, String> {
    let wrong = || "a number and a unit out of s, m, h, d, w, as in 30d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).ok_or_else(wrong)?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(seconds)
        .filter(|seconds| *seconds > 0)
        .ok_or_else(wrong)
}

/// A size in the largest decimal unit that it fills, to three decimals, rounded down.
pub(crate) fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (MB, "MB"),
        1_000_000_000..1_000_000_000_000 => (1_000 * MB, "GB"),
        _ => (1_000_000 * MB, "TB"),
    };
    let thousandths = bytes % unit / (unit / 1_000);
    let text = format!("{}.{thousandths:03}", bytes / unit);
    format!(
        "{} {name}",
        text.trim_end_matches('0').trim_end_matches('.')
    )
}

/// Seconds since the epoch as `2026-11-21T01:56:20Z` (RFC 3339).
pub(crate) fn time(seconds: u64) -> String {
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", civil(day))
}

/// When something ends, for people.
pub(crate) fn end(at_s: Option<u64>) -> String {
    at_s.map_or_else(|| "never".to_owned(), time)
}

/// Seconds since the epoch as `2026-11-21`.
pub(crate) fn day(seconds: u64) -> String {
    civil(seconds / 86_400)
}

/// The Gregorian date, in years that begin in March so that a leap day comes last, in eras of
/// 400 years: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn civil(days_since_epoch: u64) -> String {
    let days = days_since_epoch + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        for (text, expected) in [
            ("100", Some(Limit::Bytes(100_000_000))),
            ("0", Some(Limit::Bytes(0))),
            ("0.5", Some(Limit::Bytes(500_000))),
            ("1.000001", Some(Limit::Bytes(1_000_001))),
            ("unlimited", Some(Limit::Unlimited(Unlimited::Unlimited))),
            (
                "9223372036854",
                Some(Limit::Bytes(9_223_372_036_854_000_000)),
            ),
            ("9223372036855", None),
            ("99999999999999999999", None),
            ("0.0000001", None),
            ("-1", None),
            ("1.", None),
            (".5", None),
            ("1e3", None),
            ("100MB", None),
            ("", None),
        ] {
            assert_eq!(limit_mb(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("45s", Some(45)),
            ("90m", Some(5_400)),
            ("12h", Some(43_200)),
            ("30d", Some(2_592_000)),
            ("2w", Some(1_209_600)),
            ("0d", None),
            ("30", None),
            ("d", None),
            ("-1d", None),
            ("1é", None),
            ("99999999999999999999d", None),
            ("", None),
        ] {
            assert_eq!(duration_s(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (1_234_567, "1.234 MB"),
            (100_000_000, "100 MB"),
            (1_500_000_000, "1.5 GB"),
            (u64::MAX, "18446744.073 TB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }

    #[test]
    fn times() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_795_226_180, "2026-11-21T01:56:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(time(seconds), expected);
        }
        assert_eq!(day(1_795_226_180), "2026-11-21");
    }
}
