//! Lists of who may and of what may be done, and of each row why, where that is asked for.
//!
//! Each row is explained by a question of its own, so that why is told of the store as it is at that moment,
//! and under the same rules as `tidegate explain`. A row whose explanation cannot be had stays, and says so.

use clap::Args;
use serde::Serialize;
use tidegate_client::wire::{Explain, Explained, Page, SearchAnswer, SearchPage};
use tidegate_client::{ApiError, Client};

use super::why;
use crate::command::page;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Text, Tone};

/// Rows that are explained at most: each is a question of its own.
const MOST_EXPLAINED: u32 = 100;

/// Which part of a list, and whether with why.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Say of each row why, as `tidegate explain` does: of 100 rows at most.
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    page: page::Arguments,
}

/// A list's part that is asked for.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// As the API takes it.
    pub(crate) page: SearchPage,
    why: bool,
}

impl Arguments {
    /// What is wanted.
    ///
    /// # Errors
    /// When more is to be explained than may be.
    pub(crate) fn wanted(self) -> Result<Wanted, Failure> {
        let Self { why, page } = self;
        let page = SearchPage::from(page);
        if why && page.limit.is_some_and(|limit| limit > MOST_EXPLAINED) {
            return Err(Failure::Usage(format!(
                "--why explains {MOST_EXPLAINED} rows at most: a --limit up to that, and --cursor for the next"
            )));
        }
        Ok(Wanted { page, why })
    }
}

/// Part of a list.
#[derive(Debug, Serialize)]
struct Listed<T> {
    items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Everybody of the type may, whether named in `items` or not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    everyone: bool,
    /// Whether nothing is missing between this part and the next.
    complete: bool,
}

/// A row, and why it is one.
#[derive(Debug, Serialize)]
struct Row {
    item: String,
    #[serde(flatten)]
    why: Why,
}

/// Why a row is one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Why {
    /// As the API explains it.
    Explanation(Box<Explained>),
    /// There is no explanation, for this reason.
    Error(String),
}

impl Wanted {
    /// Prints what was found, each with the text that `name` gives it; `question` asks why one of them is there.
    ///
    /// # Errors
    /// When nothing can be printed.
    pub(crate) async fn print<T>(
        &self,
        client: &Client,
        output: Output,
        heading: &'static str,
        found: &SearchAnswer<T>,
        name: impl Fn(&T) -> String,
        question: impl Fn(&str) -> Explain,
    ) -> Result<Exit, Failure> {
        let Page { items, next } = page::from_search(found, name);
        let context = found.context;
        let listed = Listed {
            items,
            next,
            everyone: context.is_some_and(|context| context.everyone),
            complete: context.is_some_and(|context| context.complete),
        };
        if self.why {
            let listed = explained(client, listed, question).await;
            output.answer(&listed, |text, listed| print(text, listed, rows))?;
        } else {
            let table = |text: &mut Text, items: &[String]| {
                let cells: Vec<_> = items.iter().map(|item| [item.clone()]).collect();
                text.table([heading], &cells);
            };
            output.answer(&listed, |text, listed| print(text, listed, table))?;
        }
        Ok(Exit::Ok)
    }
}

/// Asks of each row why.
async fn explained(
    client: &Client,
    listed: Listed<String>,
    question: impl Fn(&str) -> Explain,
) -> Listed<Row> {
    let Listed {
        items,
        next,
        everyone,
        complete,
    } = listed;
    let mut rows = Vec::with_capacity(items.len());
    // Where the API does not answer any more, the rows that are left do not wait for it in turn.
    let mut silent: Option<String> = None;
    for item in items {
        let why = match &silent {
            Some(error) => Why::Error(error.clone()),
            None => match client.explain(&question(&item)).await {
                Ok(explained) => Why::Explanation(Box::new(explained)),
                Err(error) => {
                    if !matches!(error, ApiError::Problem(_)) {
                        silent = Some(error.to_string());
                    }
                    Why::Error(error.to_string())
                }
            },
        };
        rows.push(Row { item, why });
    }
    Listed {
        items: rows,
        next,
        everyone,
        complete,
    }
}

fn print<T>(text: &mut Text, listed: &Listed<T>, items: impl FnOnce(&mut Text, &[T])) {
    let Listed {
        items: found,
        next,
        everyone,
        complete,
    } = listed;
    if *everyone {
        text.line("everybody of the type may, also who is not named here");
    }
    if !found.is_empty() {
        items(text, found);
    } else if !*everyone {
        text.line("none");
    }
    if !*complete {
        text.line("there may be more: some question had no answer within its bounds");
    }
    if let Some(next) = next {
        text.line(&format!("more: --cursor {next}"));
    }
}

/// Each row, and below it why.
fn rows(text: &mut Text, rows: &[Row]) {
    for Row { item, why } in rows {
        text.toned_line(Tone::Heading, item);
        lines(why)
            .iter()
            .for_each(|line| text.line(&format!("  {line}")));
    }
}

fn lines(row: &Why) -> Vec<String> {
    match row {
        Why::Explanation(explained) if explained.decision => why(explained),
        Why::Explanation(_) => {
            vec![
                "not explained: it was changed after the list was made, and is a no now".to_owned(),
            ]
        }
        Why::Error(error) => vec![format!("not explained: {error}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explanation(decision: bool, proof: &str) -> Why {
        let answer = format!(
            r#"{{"decision": {decision}, "proof": {proof}, "complete": true, "revision": 7}}"#
        );
        Why::Explanation(Box::new(
            serde_json::from_str(&answer).expect("an explanation"),
        ))
    }

    #[test]
    fn each_row_says_why_or_that_it_cannot() {
        let proof = r#"{"kind": "tuple", "tuple": "doc:a#read@user:b"}"#;
        for (why, lines) in [
            (explanation(true, proof), "doc:a#read@user:b"),
            (
                explanation(true, "null"),
                "why takes more than can be said here",
            ),
            (
                explanation(false, "null"),
                "not explained: it was changed after the list was made, and is a no now",
            ),
            (Why::Error("gone".to_owned()), "not explained: gone"),
        ] {
            assert_eq!(super::lines(&why).join("\n"), lines);
        }
    }

    #[test]
    fn rows_as_json() {
        let item = "user:b".to_owned();
        let why = Why::Error("gone".to_owned());
        let listed = Listed {
            items: vec![Row { item, why }],
            next: None,
            everyone: false,
            complete: true,
        };
        assert_eq!(
            serde_json::to_value(&listed).expect("JSON"),
            serde_json::json!({"items": [{"item": "user:b", "error": "gone"}], "complete": true})
        );
    }

    #[test]
    fn what_is_explained_is_bounded() {
        for (why, limit, good) in [(true, 100, true), (true, 101, false), (false, 1_000, true)] {
            let line = ["x", "--limit", &limit.to_string()].map(ToOwned::to_owned);
            let line = line.into_iter().chain(why.then(|| "--why".to_owned()));
            let wanted = Words::try_parse_from(line).expect("words").list.wanted();
            assert_eq!(wanted.is_ok(), good, "{why} {limit}: {wanted:?}");
        }
    }

    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Words {
        #[command(flatten)]
        list: Arguments,
    }
}
