//! Lists, page by page: from `limit` and `cursor` to the rows to ask for, and from the rows to a page.

use tidegate_client::wire::Page;

use crate::domain::caller::Actor;
use crate::domain::{Administration, Fault};

/// Longest page, and the length of one where the request does not say.
const PAGE_MAX: u32 = 1000;
const PAGE_DEFAULT: u32 = 100;

/// How long a page is.
///
/// # Errors
/// [`Fault::BadRequest`].
pub(super) fn page_limit(asked: Option<u32>) -> Result<u32, Fault> {
    match asked {
        None => Ok(PAGE_DEFAULT),
        Some(limit @ 1..=PAGE_MAX) => Ok(limit),
        Some(_) => Err(Fault::bad("limit", format!("between 1 and {PAGE_MAX}"))),
    }
}

/// Which page of a list is asked for.
pub(super) struct Paging<'a> {
    rules: &'a Administration,
    actor: &'a Actor,
    /// The route and its filters: a cursor holds for them alone.
    list: &'a [&'a str],
    limit: u32,
    /// The last place of the page before.
    after: Option<String>,
}

impl<'a> Paging<'a> {
    /// # Errors
    /// [`Fault::BadRequest`] for a limit out of bounds, and for a cursor that was not given for this list.
    pub(super) fn of(
        rules: &'a Administration,
        actor: &'a Actor,
        list: &'a [&'a str],
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<Self, Fault> {
        let limit = page_limit(limit)?;
        let after = rules.after(actor, list, cursor, "cursor")?;
        Ok(Self {
            rules,
            actor,
            list,
            limit,
            after,
        })
    }

    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Items of the page at most.
    pub(super) fn limit(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// How many rows to read: one more than the page has tells whether there is a next one.
    pub(super) fn rows(&self) -> u32 {
        self.limit + 1
    }

    /// A page of the [`rows`](Self::rows) that were read. `place` is where the next page goes on after a row.
    pub(super) fn page<Row, Item>(
        &self,
        mut rows: Vec<Row>,
        place: impl Fn(&Row) -> String,
        item: impl Fn(Row) -> Item,
    ) -> Result<Page<Item>, Fault> {
        let more = rows.len() > self.limit();
        rows.truncate(self.limit());
        let last = rows.last().filter(|_| more).map(place);
        self.ending(rows.into_iter().map(item).collect(), last.as_deref())
    }

    /// A page whose end is known: `last` is where the next one goes on.
    pub(super) fn ending<Item>(
        &self,
        items: Vec<Item>,
        last: Option<&str>,
    ) -> Result<Page<Item>, Fault> {
        let next = last.map(|last| self.rules.cursor(self.actor, self.list, last));
        let next = next.transpose()?;
        Ok(Page { items, next })
    }
}
