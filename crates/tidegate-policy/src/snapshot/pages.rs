//! Pages of words by number, shared between versions: three levels of tables over them.
//!
//! A change copies one page and a table of each level, of whatever size the store is: the two below are
//! small, and the one on top has an entry for some hundred thousand objects.

use std::sync::Arc;

/// A page: what is in it is for its owner to say.
pub(crate) type Page = Arc<[u64]>;

/// Pages that one lowest table has.
const LOW: usize = 1 << LOW_BITS;
const LOW_BITS: u32 = 5;
/// Lowest tables that one table in the middle has.
const MIDDLE: usize = 1 << MIDDLE_BITS;
const MIDDLE_BITS: u32 = 6;

type Low = Arc<[Page]>;
type Middle = Arc<[Low]>;

/// Pages by number; those that were never set are empty. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    top: Arc<[Middle]>,
}

impl Default for Pages {
    fn default() -> Self {
        Self { top: Arc::from([]) }
    }
}

impl Pages {
    /// From pages in order.
    pub(crate) fn from_pages(pages: Vec<Page>) -> Self {
        let (no_page, no_low) = (no_page(), no_low());
        let low: Vec<Low> = fill(pages, LOW, &no_page);
        let middle: Vec<Middle> = fill(low, MIDDLE, &no_low);
        Self { top: middle.into() }
    }

    #[inline]
    pub(crate) fn get(&self, number: usize) -> &[u64] {
        let low = number >> LOW_BITS;
        self.top
            .get(low >> MIDDLE_BITS)
            .and_then(|middle| middle.get(low % MIDDLE))
            .and_then(|low| low.get(number % LOW))
            .map_or(&[], |page| page)
    }

    /// A page to change some words of, in place if nobody else has it.
    pub(crate) fn page_mut(&mut self, number: usize) -> Option<&mut Page> {
        let low = number >> LOW_BITS;
        let top = low >> MIDDLE_BITS;
        if top >= self.top.len() {
            let none: Middle = vec![no_low(); MIDDLE].into();
            let more = (self.top.len()..=top).map(|_| Arc::clone(&none));
            let grown: Vec<Middle> = self.top.iter().cloned().chain(more).collect();
            self.top = grown.into();
        }
        let middle = Arc::make_mut(&mut self.top).get_mut(top)?;
        let low = Arc::make_mut(middle).get_mut(low % MIDDLE)?;
        Arc::make_mut(low).get_mut(number % LOW)
    }

    pub(crate) fn set(&mut self, number: usize, page: Page) {
        if let Some(there) = self.page_mut(number) {
            *there = page;
        }
    }
}

fn no_page() -> Page {
    Arc::from([])
}

fn no_low() -> Low {
    vec![no_page(); LOW].into()
}

/// Tables of so many items each, the last one filled up.
fn fill<T: Clone>(items: Vec<T>, size: usize, none: &T) -> Vec<Arc<[T]>> {
    let mut tables = Vec::with_capacity(items.len().div_ceil(size));
    let mut items = items.into_iter();
    while items.len() > 0 {
        let mut table: Vec<T> = Vec::with_capacity(size);
        while table.len() < size {
            table.push(items.next().unwrap_or_else(|| none.clone()));
        }
        tables.push(table.into());
    }
    tables
}
