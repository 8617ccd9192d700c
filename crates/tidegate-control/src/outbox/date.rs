//! Moments, as people and webhooks read them.

/// `2026-11-21T01:33:11Z` (RFC 3339). Seconds since the epoch, UTC.
pub(super) fn rfc3339(at_s: u64) -> String {
    let (hour, minute, second) = (at_s / 3600 % 24, at_s / 60 % 60, at_s % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", day(at_s / 86_400))
}

/// `2026-11-21 01:33 UTC`. Seconds since the epoch, UTC.
pub(super) fn plain(at_s: u64) -> String {
    let (hour, minute) = (at_s / 3600 % 24, at_s / 60 % 60);
    format!("{} {hour:02}:{minute:02} UTC", day(at_s / 86_400))
}

/// Counted in years that begin in March, so that a leap day is the last of its year; 400 years are
/// 146,097 days: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn day(since_epoch: u64) -> String {
    let days = since_epoch.saturating_add(719_468);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (at_s, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_795_224_791, "2026-11-21T01:33:11Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(at_s), expected);
        }
        assert_eq!(plain(1_795_224_791), "2026-11-21 01:33 UTC");
        // Far away, but no panic.
        assert!(rfc3339(u64::MAX).ends_with('Z'));
    }
}
