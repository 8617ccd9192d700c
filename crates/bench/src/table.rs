//! The rows of a measurement, printed for people and written for programs.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::error::{Context, Error, Result};

/// One figure, beside its peer's.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: String,
    /// Tidegate's figure.
    pub(crate) value: f64,
    /// Of `value` and `peer_value`.
    pub(crate) unit: &'static str,
    /// Who it is compared with.
    pub(crate) peer: Option<&'static str>,
    /// The peer's figure.
    pub(crate) peer_value: Option<f64>,
    /// `value / peer_value`; how many times faster, where the goal is one of that: `peer_value / value`.
    pub(crate) ratio: Option<f64>,
    /// What `ratio` should be, or without a peer what `value` should be.
    pub(crate) goal: Option<String>,
    /// Whether it is.
    pub(crate) met: Option<bool>,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// At most so much.
    AtMost(f64),
    /// At least so much.
    AtLeast(f64),
    /// Less than so much.
    Under(f64),
}

impl Goal {
    fn met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
            Self::Under(bound) => value < bound,
        }
    }

    fn text(self, unit: &str) -> String {
        let (sign, bound) = match self {
            Self::AtMost(most) => ("<=", most),
            Self::AtLeast(least) => (">=", least),
            Self::Under(bound) => ("<", bound),
        };
        format!("{sign} {bound}{unit}")
    }
}

impl Row {
    /// A figure beside the peer's; the goal is of their ratio.
    pub(crate) fn compared(
        name: String,
        unit: &'static str,
        [value, peer_value]: [f64; 2],
        peer: &'static str,
        goal: Option<Goal>,
    ) -> Self {
        let ratio = value / peer_value;
        Self {
            name,
            value,
            unit,
            peer: Some(peer),
            peer_value: Some(peer_value),
            ratio: Some(ratio),
            goal: goal.map(|goal| goal.text("x")),
            met: goal.map(|goal| goal.met(ratio)),
        }
    }

    /// What something takes beside what it takes the peer; the goal is of how many times faster it is.
    pub(crate) fn times_faster(
        name: String,
        unit: &'static str,
        [value, peer_value]: [f64; 2],
        peer: &'static str,
        goal: Option<Goal>,
    ) -> Self {
        let ratio = peer_value / value;
        Self {
            ratio: Some(ratio),
            met: goal.map(|goal| goal.met(ratio)),
            ..Self::compared(name, unit, [value, peer_value], peer, goal)
        }
    }

    /// A figure that no peer has; the goal is of itself.
    pub(crate) fn alone(name: String, unit: &'static str, value: f64, goal: Option<Goal>) -> Self {
        Self {
            name,
            value,
            unit,
            peer: None,
            peer_value: None,
            ratio: None,
            goal: goal.map(|goal| goal.text(&format!(" {unit}"))),
            met: goal.map(|goal| goal.met(value)),
        }
    }
}

/// Prints the rows under a line that says what they were taken on and how.
pub(crate) fn print(heading: &str, rows: &[Row]) {
    say(heading);
    let mut lines = vec![["", "tidegate", "peer", "ratio", "goal", ""].map(String::from)];
    lines.extend(rows.iter().map(|row| {
        let Row {
            name,
            value,
            unit,
            peer: _,
            peer_value,
            ratio,
            goal,
            met,
        } = row;
        [
            name.clone(),
            format!("{} {unit}", figure(*value)),
            peer_value.map_or_else(String::new, |value| format!("{} {unit}", figure(value))),
            ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
            goal.clone().unwrap_or_default(),
            met.map_or("", |met| if met { "met" } else { "MISSED" })
                .to_owned(),
        ]
    }));
    let mut widths = [0; 6];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for [name, rest @ ..] in &lines {
        let [first, rest_widths @ ..] = widths;
        let mut text = format!("{name:first$}");
        for (cell, width) in rest.iter().zip(rest_widths) {
            text.push_str(&format!("  {cell:>width$}"));
        }
        say(text.trim_end());
    }
}

/// Three digits or more.
fn figure(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Writes the rows to `file` as a JSON array.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(file: &Path, rows: &[Row]) -> Result<()> {
    let what = format!("cannot write {}", file.display());
    let mut text = serde_json::to_vec_pretty(rows).context(&what)?;
    text.push(b'\n');
    fs::write(file, text).context(&what)
}

/// A line on standard output.
#[expect(clippy::print_stdout, reason = "the program's result")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// A line on standard error, to tell that work goes on.
#[expect(clippy::print_stderr, reason = "progress for the person who waits")]
pub(crate) fn note(line: &str) {
    eprintln!("{line}");
}

/// What went wrong, on standard error.
#[expect(clippy::print_stderr, reason = "the program's error")]
pub(crate) fn complain(error: &Error) {
    eprintln!("error: {error}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals() {
        for (goal, value, met) in [
            (Goal::AtMost(1.5), 1.5, true),
            (Goal::AtMost(1.5), 1.51, false),
            (Goal::AtLeast(0.9), 0.9, true),
            (Goal::AtLeast(0.9), 0.89, false),
            (Goal::Under(100.0), 100.0, false),
            (Goal::Under(100.0), f64::NAN, false),
        ] {
            assert_eq!(goal.met(value), met, "{goal:?} of {value}");
        }
    }

    #[test]
    fn a_row_without_a_peer_has_nulls() {
        let row = Row::alone("a".into(), "ms", 2.0, Some(Goal::Under(3.0)));
        assert_eq!(
            serde_json::to_value(row).unwrap(),
            serde_json::json!({
                "name": "a", "value": 2.0, "unit": "ms", "peer": null, "peer_value": null,
                "ratio": null, "goal": "< 3 ms", "met": true,
            })
        );
    }
}
