//! Lists: flags of every verb that lists, tables, and the line that leads on.

use clap::Args;
use serde::Serialize;
use tidegate_client::PageQuery;
use tidegate_client::wire::{NextPage, Page, SearchAnswer, SearchPage};

use crate::exit::{Exit, Failure};
use crate::output::{Output, Text};

/// Which part of a list.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Items at most.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Go on where an earlier list ended.
    #[arg(long)]
    cursor: Option<String>,
}

impl From<Arguments> for PageQuery {
    fn from(Arguments { limit, cursor }: Arguments) -> Self {
        Self {
            limit: Some(limit),
            cursor,
        }
    }
}

impl From<Arguments> for SearchPage {
    fn from(Arguments { limit, cursor }: Arguments) -> Self {
        Self {
            limit: Some(limit),
            token: cursor,
        }
    }
}

/// The answer to a search as a page like any other, each result as one text.
pub(crate) fn from_search<T>(
    answer: &SearchAnswer<T>,
    text: impl Fn(&T) -> String,
) -> Page<String> {
    let SearchAnswer {
        results,
        page,
        context: _,
    } = answer;
    let next = page.as_ref().map(
        |NextPage {
             next_token,
             count: _,
         }| next_token.clone(),
    );
    Page {
        items: results.iter().map(text).collect(),
        next: next.filter(|token| !token.is_empty()),
    }
}

/// Prints a page: as it came, or as a table.
pub(crate) fn print<const N: usize, T: Serialize>(
    output: Output,
    page: &Page<T>,
    headings: [&str; N],
    row: impl Fn(&T) -> [String; N],
) -> Result<Exit, Failure> {
    output.answer(page, |text, page| table(text, page, headings, row))?;
    Ok(Exit::Ok)
}

/// A table of a page, or that it is empty, and how to see the next one.
pub(crate) fn table<const N: usize, T>(
    text: &mut Text,
    page: &Page<T>,
    headings: [&str; N],
    row: impl Fn(&T) -> [String; N],
) {
    if page.items.is_empty() {
        text.line("none");
    } else {
        text.table(headings, &page.items.iter().map(row).collect::<Vec<_>>());
    }
    if let Some(next) = &page.next {
        text.line(&format!("more: --cursor {next}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_of_a_search_has_no_next() {
        for (page, next) in [
            (None, None),
            (Some(""), None),
            (Some("token"), Some("token")),
        ] {
            let answer = SearchAnswer {
                results: vec![1, 2],
                context: None,
                page: page.map(|token| NextPage {
                    count: 2,
                    next_token: token.to_owned(),
                }),
            };
            let page = from_search(&answer, ToString::to_string);
            assert_eq!(page.next.as_deref(), next);
            assert_eq!(page.items, ["1", "2"]);
        }
    }
}
