//! What the verbs print: JSON with `--json`, otherwise lines and tables; colours on a terminal only.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::exit::{Exit, Failure};

/// Where and how to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    /// Colours on standard output, and on standard error.
    colours: (bool, bool),
}

/// A meaning that a terminal shows as a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// A heading.
    Heading,
    /// Good.
    Yes,
    /// Bad.
    No,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Yes => "32",
            Self::No => "31",
        }
    }
}

impl Output {
    /// Looks at the terminal and at `NO_COLOR` (<https://no-color.org>).
    pub(crate) fn new(json: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|value| value != "dumb");
        let colours = (
            wanted && io::stdout().is_terminal(),
            wanted && io::stderr().is_terminal(),
        );
        Self { json, colours }
    }

    /// Prints an answer: as JSON, or as `plain` puts it.
    pub(crate) fn answer<T: Serialize>(
        self,
        answer: &T,
        plain: impl FnOnce(&mut Text, &T),
    ) -> Result<(), Failure> {
        let mut text = Text {
            colours: self.colours.0,
            text: String::new(),
        };
        if self.json {
            text.text = serde_json::to_string_pretty(answer).map_err(io::Error::from)?;
            text.text.push('\n');
        } else {
            plain(&mut text, answer);
        }
        self.raw(text.text.as_bytes())
    }

    /// Prints the answer to a change, or for people that it is done.
    pub(crate) fn done<T: Serialize>(self, answer: &T, line: &str) -> Result<Exit, Failure> {
        self.answer(answer, |text, _| text.line(line))?;
        Ok(Exit::Ok)
    }

    /// Prints a text that other programs read, as it is, or what stands for it in JSON.
    pub(crate) fn text<T: Serialize>(self, answer: &T, plain: &str) -> Result<(), Failure> {
        if self.json {
            self.answer(answer, |_, _| ())
        } else {
            self.raw(plain.as_bytes())
        }
    }

    /// Prints what is neither for people nor JSON, as it is.
    pub(crate) fn raw(self, content: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(content)?;
        stdout.flush()?;
        Ok(())
    }

    /// A remark beside the answer, on standard error; not with `--json`.
    pub(crate) fn remark(self, remark: &str) {
        if !self.json {
            // Nobody is left to be told.
            let _ = writeln!(io::stderr(), "{remark}");
        }
    }

    /// Prints why a verb failed, and what to do about it, on standard error.
    pub(crate) fn failure(self, failure: &Failure) {
        let mut text = Text {
            colours: self.colours.1,
            text: String::new(),
        };
        if self.json {
            text.text = failure.to_json().to_string();
        } else {
            text.toned(Tone::No, "error:");
            for line in failure.to_string().split('\n') {
                text.text.push_str(&format!(" {}\n", printable(line)));
            }
            text.text.pop();
            if let Some(step) = failure.next_step() {
                text.text.push_str(&format!("\n  next: {step}"));
            }
        }
        let _ = writeln!(io::stderr(), "{}", text.text);
    }
}

/// Text that is being put together.
#[derive(Debug, Default)]
pub(crate) struct Text {
    colours: bool,
    text: String,
}

impl Text {
    /// A line.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(&printable(line));
        self.text.push('\n');
    }

    /// A line in a tone.
    pub(crate) fn toned_line(&mut self, tone: Tone, line: &str) {
        self.toned(tone, line);
        self.text.push('\n');
    }

    /// Rows under headings, in columns as wide as their widest cell.
    pub(crate) fn table<const N: usize>(&mut self, headings: [&str; N], rows: &[[String; N]]) {
        let rows: Vec<[String; N]> = rows
            .iter()
            .map(|row| row.each_ref().map(|cell| printable(cell)))
            .collect();
        let mut widths = headings.map(|heading| heading.chars().count());
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        self.toned_line(Tone::Heading, &join(&headings, &widths));
        for row in &rows {
            let line = join(&row.each_ref().map(String::as_str), &widths);
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    fn toned(&mut self, tone: Tone, text: &str) {
        let text = printable(text);
        if self.colours {
            self.text
                .push_str(&format!("\x1b[{}m{text}\x1b[0m", tone.code()));
        } else {
            self.text.push_str(&text);
        }
    }
}

fn join(cells: &[&str], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(&format!("{cell:<width$}  "));
    }
    line.truncate(line.trim_end().len());
    line
}

/// What others named (a description, a display name) must not steer this terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_line_up() {
        let mut text = Text::default();
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        text.table(
            ["OBJECT", "NAME"],
            &[row("user:al\u{1b}[2Jice", "é"), row("user:b", "")],
        );
        assert_eq!(
            text.text,
            "OBJECT          NAME\nuser:al\u{fffd}[2Jice  é\nuser:b\n"
        );
    }

    #[test]
    fn tones_are_colours_where_wanted() {
        for (colours, expected) in [(true, "\x1b[32myes\x1b[0m\n"), (false, "yes\n")] {
            let mut text = Text {
                colours,
                text: String::new(),
            };
            text.toned_line(Tone::Yes, "yes");
            assert_eq!(text.text, expected);
        }
    }
}
