//! Timestamps, durations, time zones.

use super::{all_fail, all_true, check};
use crate::condition::time::Timestamp;

#[test]
fn arithmetic_and_order() {
    all_true(&[
        "timestamp('2024-01-31T00:00:00Z') + duration('24h') == timestamp('2024-02-01T00:00:00Z')",
        "duration('24h') + timestamp('2024-02-28T00:00:00Z') == timestamp('2024-02-29T00:00:00Z')",
        "timestamp('2024-03-01T00:00:00Z') - duration('1ns') == timestamp('2024-02-29T23:59:59.999999999Z')",
        "timestamp('2024-01-01T00:00:01.5Z') - timestamp('2024-01-01T00:00:00Z') == duration('1500ms')",
        "timestamp('2024-01-01T00:00:00Z') - timestamp('2024-01-01T00:00:00.25Z') == duration('-250ms')",
        "timestamp('2024-01-01T00:00:00+02:00') == timestamp('2023-12-31T22:00:00Z')",
        "timestamp('2024-01-01T00:00:00-05:30') == timestamp('2024-01-01T05:30:00Z')",
        "timestamp('2024-01-01T00:00:00Z') < timestamp('2024-01-01T00:00:00.000000001Z')",
        "timestamp('1969-12-31T23:59:59Z') < timestamp(0) && timestamp(-1) == timestamp('1969-12-31T23:59:59Z')",
        "timestamp('0001-01-01T00:00:00Z') < timestamp('9999-12-31T23:59:59.999999999Z')",
        "duration('1h') + duration('30m') == duration('1h30m') && duration('1h') - duration('90m') == duration('-30m')",
        "duration('1h') > duration('59m59s') && duration('0') == duration('0s') && duration('+1s') == duration('1s')",
    ]);
    all_fail(&[
        (
            "timestamp('9999-12-31T23:59:59Z') + duration('1s') > timestamp(0)",
            "Overflow",
        ),
        (
            "timestamp('0001-01-01T00:00:00Z') - duration('1ns') < timestamp(0)",
            "Overflow",
        ),
        (
            "timestamp('9999-01-01T00:00:00Z') - timestamp('0001-01-01T00:00:00Z') > duration('1s')",
            "Overflow",
        ),
        (
            "duration('2562047h') + duration('1h') > duration('0')",
            "Overflow",
        ),
    ]);
}

#[test]
fn texts_of_durations() {
    all_true(&[
        "duration('1h2m3s4ms5us6ns') == duration(3723004005006)",
        "duration('1.5h') == duration('90m') && duration('.5s') == duration('500ms') && duration('1.s') == duration('1s')",
        "duration('1µs') == duration('1000ns') && duration('1μs') == duration(1000)",
        "duration('-1.5h') == duration('-90m') && duration('0.000000001s') == duration(1)",
        "duration('100ms100ms') == duration('200ms')",
        "duration('-9223372036854775808ns') < duration('-9223372036854775807ns')",
    ]);
    for text in [
        "",
        "1",
        "s",
        "1x",
        "1 s",
        ".s",
        "-",
        "+-1s",
        "1d",
        "1h-1m",
        "9223372036854775808ns",
        "1e3s",
        "99999999999999999999h",
    ] {
        check(
            "",
            &format!("duration('{text}') == duration('0')"),
            "{}",
            "NotConvertible",
        );
    }
}

#[test]
fn texts_that_are_no_timestamps() {
    for text in [
        "",
        "2024-01-01",
        "2024-01-01T00:00:00",
        "2024-01-01 00:00:00Z",
        "2024-01-01t00:00:00z",
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+0200",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+02:00Z",
        "2024-01-01T00:00:00ZZ",
        "0000-01-01T00:00:00Z",
        "24-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "2024-1-1T00:00:00Z",
    ] {
        check(
            "",
            &format!("timestamp('{text}') == timestamp(0)"),
            "{}",
            "NotConvertible",
        );
    }
}

#[test]
fn accessors() {
    const AT: &str = r#"{"t": "2024-12-31T23:45:06.789Z"}"#;
    for (expression, value) in [
        ("t.getFullYear()", 2024),
        ("t.getMonth()", 11),
        ("t.getDate()", 31),
        ("t.getDayOfMonth()", 30),
        ("t.getDayOfWeek()", 2),
        ("t.getDayOfYear()", 365),
        ("t.getHours()", 23),
        ("t.getMinutes()", 45),
        ("t.getSeconds()", 6),
        ("t.getMilliseconds()", 789),
        ("t.getFullYear('+01:00')", 2025),
        ("t.getMonth('+01:00')", 0),
        ("t.getDate('+00:15')", 1),
        ("t.getDayOfYear('01:00')", 0),
        ("t.getHours('-08:30')", 15),
        ("t.getMinutes('-08:30')", 15),
        ("t.getHours('UTC')", 23),
        ("t.getHours('')", 23),
        ("t.getDayOfWeek('+14:00')", 3),
        ("t.getSeconds('+05:45')", 6),
        ("t.getMilliseconds('+05:45')", 789),
        ("t.getDayOfMonth('+01:00')", 0),
    ] {
        check(
            "t: timestamp",
            &format!("{expression} == {value}"),
            AT,
            "true",
        );
    }
    for zone in [
        "Europe/Berlin",
        "Local",
        "+1",
        "+25:00",
        "+01:60",
        "01:00:00",
        "x:y",
    ] {
        check(
            "t: timestamp",
            &format!("t.getHours('{zone}') == 0"),
            AT,
            "BadTimeZone",
        );
    }
    all_true(&[
        "duration('26h3m4.5s').getHours() == 26 && duration('1h3m').getMinutes() == 63",
        "duration('1m4.5s').getSeconds() == 64 && duration('1.5s').getMilliseconds() == 1500 && duration('-90m').getHours() == -1",
        "timestamp('1582-10-10T00:00:00Z').getDate() == 10 && timestamp('0001-01-01T00:00:00Z').getDayOfWeek() == 1",
        "timestamp('2000-02-29T00:00:00Z').getDayOfYear() == 59 && timestamp('1900-03-01T00:00:00Z').getDayOfYear() == 59",
    ]);
}

/// Every day of 9,999 years is the one after the day before it, and its text reads as itself.
#[test]
fn every_day_of_the_calendar() {
    const DAY: i64 = 86_400;
    let first = Timestamp::parse("0001-01-01T00:00:00Z")
        .expect("the first day")
        .seconds();
    let last = Timestamp::parse("9999-12-31T00:00:00Z")
        .expect("the last day")
        .seconds();
    let (mut before, mut count) = ((0, 12, 31), 0);
    for seconds in (first..=last).step_by(86_400) {
        let at = Timestamp::new(seconds, 0).expect("in range");
        let civil = at.civil(0);
        let [year, month, day, ..] = civil.fields;
        let today = (year, month, day);
        let follows = today == (before.0, before.1, before.2 + 1)
            || today == (before.0, before.1 + 1, 1)
            || today == (before.0 + 1, 1, 1) && before.1 == 12 && before.2 == 31;
        assert!(follows, "{before:?} {today:?}");
        if count % 97 == 0 {
            assert_eq!(Timestamp::parse(&at.text()), Some(at));
        }
        (before, count) = (today, count + 1);
    }
    assert_eq!(count, (last - first) / DAY + 1);
    assert_eq!(count, 3_652_059, "9,999 years with 2,424 leap days");
    assert_eq!(before, (9999, 12, 31));
}
