//! Flags of every verb that lists, and the line that leads on.

use clap::Args;
use tidegate_client::PageQuery;
use tidegate_client::wire::Page;

use crate::output::Text;

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
