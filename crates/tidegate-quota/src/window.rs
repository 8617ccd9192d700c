//! The window that a quota counts in: a calendar month in UTC, or so many days from an epoch.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

const DAY_S: u64 = 86_400;

/// `[start, end)`, seconds since the epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Window {
    /// First second.
    pub start_s: u64,
    /// First second after.
    pub end_s: u64,
}

impl Window {
    /// Whether a moment is in it.
    pub const fn contains(&self, now_s: u64) -> bool {
        self.start_s <= now_s && now_s < self.end_s
    }

    /// Seconds until it ends, 0 when it has ended: what `Retry-After` says.
    pub const fn seconds_left(&self, now_s: u64) -> u64 {
        self.end_s.saturating_sub(now_s)
    }
}

/// How windows follow each other: without a gap, and every moment is in exactly one.
///
/// Windows that would reach below 0 or above `u64::MAX` seconds are cut there.
///
/// ```
/// use tidegate_quota::Calendar;
///
/// // 2024-02-29 12:00 is in February 2024, which has 29 days.
/// let february = Calendar::Month.window_at(1_709_208_000);
/// assert_eq!(february.start_s, 1_706_745_600);
/// assert_eq!(february.end_s - february.start_s, 29 * 86_400);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// Calendar months in UTC.
    #[default]
    Month,
    /// So many days from an epoch, before it as after it.
    Days {
        /// Days in a window.
        days: NonZeroU32,
        /// Start of the first. Seconds since the epoch, UTC.
        epoch_s: u64,
    },
}

impl Calendar {
    /// The window that a moment is in. `now_s`: seconds since the epoch, UTC.
    pub fn window_at(&self, now_s: u64) -> Window {
        match *self {
            Self::Month => month_at(now_s),
            Self::Days { days, epoch_s } => days_at(now_s, u64::from(days.get()) * DAY_S, epoch_s),
        }
    }
}

fn days_at(now_s: u64, length_s: u64, epoch_s: u64) -> Window {
    // The phase makes one formula for moments before and after the epoch.
    let phase_s = epoch_s % length_s;
    if now_s < phase_s {
        return Window {
            start_s: 0,
            end_s: phase_s,
        };
    }
    let start_s = now_s - (now_s - phase_s) % length_s;
    Window {
        start_s,
        end_s: start_s.saturating_add(length_s),
    }
}

fn month_at(now_s: u64) -> Window {
    let (year, month) = year_and_month(now_s / DAY_S);
    let (next_year, next_month) = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    Window {
        start_s: days_before(year, month).saturating_mul(DAY_S),
        end_s: days_before(next_year, next_month).saturating_mul(DAY_S),
    }
}

/// Days before each month of a year that is not a leap year.
const DAYS_BEFORE_MONTH: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// Days from 1970-01-01 to the first of a month, `year >= 1970`, `1 <= month <= 12`.
fn days_before(year: u64, month: usize) -> u64 {
    let past = year - 1;
    // Leap years in the Gregorian calendar before `year`; 477 of them are before 1970.
    let leap_days = past / 4 - past / 100 + past / 400 - 477;
    let in_year = DAYS_BEFORE_MONTH.get(month - 1).copied().unwrap_or(0);
    let leap_day = u64::from(month > 2 && is_leap(year));
    (year - 1970) * 365 + leap_days + in_year + leap_day
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The year and the month (1 to 12) of a day, counted from 1970-01-01.
fn year_and_month(day: u64) -> (u64, usize) {
    // 400 years have 146,097 days, so this is the year, or one too many near its start.
    let mut year = 1970 + (day / 146_097) * 400 + (day % 146_097) * 400 / 146_097;
    while days_before(year, 1) > day {
        year -= 1;
    }
    while days_before(year + 1, 1) <= day {
        year += 1;
    }
    let month = (1..=12)
        .rev()
        .find(|month| days_before(year, *month) <= day)
        .unwrap_or(1);
    (year, month)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The months of dates worked out by GNU date (`date -u -d 2024-03-01 +%s`).
    #[test]
    fn months() {
        #[rustfmt::skip]
        let cases: &[(&str, u64, u64, u64)] = &[
            // moment, now_s, start_s, end_s
            ("1970-01-01T00:00:00", 0, 0, 2_678_400),
            ("1970-01-31T23:59:59", 2_678_399, 0, 2_678_400),
            ("1970-02-01T00:00:00", 2_678_400, 2_678_400, 5_097_600),
            ("1972-02-29T00:00:00", 68_169_600, 65_750_400, 68_256_000),
            ("1999-12-31T23:59:59", 946_684_799, 944_006_400, 946_684_800),
            ("2000-01-01T00:00:00", 946_684_800, 946_684_800, 949_363_200),
            ("2000-02-29T23:59:59", 951_868_799, 949_363_200, 951_868_800),
            ("2024-02-29T12:00:00", 1_709_208_000, 1_706_745_600, 1_709_251_200),
            ("2025-02-28T23:59:59", 1_740_787_199, 1_738_368_000, 1_740_787_200),
            ("2026-11-21T01:33:11", 1_795_224_791, 1_793_491_200, 1_796_083_200),
            ("2026-12-31T23:59:59", 1_798_761_599, 1_796_083_200, 1_798_761_600),
            ("2100-02-28T23:59:59", 4_107_542_399, 4_105_123_200, 4_107_542_400),
            ("2400-02-29T00:00:00", 13_574_563_200, 13_572_144_000, 13_574_649_600),
            ("9999-12-31T23:59:59", 253_402_300_799, 253_399_622_400, 253_402_300_800),
        ];
        for (moment, now_s, start_s, end_s) in cases {
            let window = Calendar::Month.window_at(*now_s);
            assert_eq!(
                (window.start_s, window.end_s),
                (*start_s, *end_s),
                "{moment}"
            );
        }
    }

    #[test]
    fn months_follow_each_other_without_a_gap_for_four_hundred_years() {
        let mut window = Calendar::Month.window_at(0);
        for month in 0..400 * 12 {
            let next = Calendar::Month.window_at(window.end_s);
            assert_eq!(next.start_s, window.end_s, "month {month}");
            let days = (next.end_s - next.start_s) / DAY_S;
            assert!((28..=31).contains(&days), "month {month} has {days} days");
            assert_eq!(
                Calendar::Month.window_at(next.end_s - 1),
                next,
                "month {month}"
            );
            window = next;
        }
        assert_eq!(window.start_s, 146_097 * DAY_S);
    }

    #[test]
    fn so_many_days() {
        let days = |days, epoch_s| Calendar::Days {
            days: NonZeroU32::new(days).unwrap(),
            epoch_s,
        };
        let cases = [
            // calendar, now_s, start_s, end_s
            (days(1, 0), 0, 0, DAY_S),
            (days(1, 0), DAY_S - 1, 0, DAY_S),
            (days(7, 1_000), 1_000, 1_000, 1_000 + 7 * DAY_S),
            (
                days(7, 1_000),
                1_000 + 7 * DAY_S,
                1_000 + 7 * DAY_S,
                1_000 + 14 * DAY_S,
            ),
            // Before the epoch, and cut at 0.
            (days(7, 30 * DAY_S), 29 * DAY_S, 23 * DAY_S, 30 * DAY_S),
            (days(7, 30 * DAY_S), DAY_S, 0, 2 * DAY_S),
            (
                days(u32::MAX, u64::MAX),
                0,
                0,
                u64::MAX % (u64::from(u32::MAX) * DAY_S),
            ),
        ];
        for (calendar, now_s, start_s, end_s) in cases {
            let window = calendar.window_at(now_s);
            assert_eq!(
                (window.start_s, window.end_s),
                (start_s, end_s),
                "{calendar:?} {now_s}"
            );
        }
    }

    #[test]
    fn the_end_of_time_is_in_a_window() {
        let days = Calendar::Days {
            days: NonZeroU32::MIN,
            epoch_s: 5,
        };
        for calendar in [Calendar::Month, days] {
            for now_s in [u64::MAX - 40 * DAY_S, u64::MAX - 1, u64::MAX] {
                let window = calendar.window_at(now_s);
                assert!(
                    window.start_s <= now_s && now_s <= window.end_s,
                    "{calendar:?} {now_s}"
                );
                assert!(window.start_s < window.end_s, "{calendar:?} {now_s}");
            }
        }
    }
}
