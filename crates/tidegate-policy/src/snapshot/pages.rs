//! Pages of words by number, one or a pair for each, shared between versions: three levels of tables over them.
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

/// Two pages that are looked at one after the other: the way to both is one.
pub(crate) type Pair = (Page, Page);

type Low<T> = Arc<[T]>;
type Middle<T> = Arc<[Low<T>]>;

/// Pages by number; those that were never set are empty. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pages<T = Page> {
    top: Arc<[Middle<T>]>,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { top: Arc::from([]) }
    }
}

impl Pages {
    #[inline]
    pub(crate) fn get(&self, number: usize) -> &[u64] {
        self.item(number).map_or(&[], |page| page)
    }
}

impl Pages<Pair> {
    #[inline]
    pub(crate) fn both(&self, number: usize) -> (&[u64], &[u64]) {
        let found = self.item(number);
        found.map_or((&[], &[]), |(one, other)| (one, other))
    }
}

impl<T: Clone + Default> Pages<T> {
    /// From pages in order.
    pub(crate) fn from_pages(pages: Vec<T>) -> Self {
        let low: Vec<Low<T>> = fill(pages, LOW, &T::default());
        let middle: Vec<Middle<T>> = fill(low, MIDDLE, &no_low());
        Self { top: middle.into() }
    }

    #[inline]
    fn item(&self, number: usize) -> Option<&T> {
        let low = number >> LOW_BITS;
        let middle = self.top.get(low >> MIDDLE_BITS)?;
        middle.get(low % MIDDLE)?.get(number % LOW)
    }

    /// A page to change some words of, in place if nobody else has it.
    pub(crate) fn page_mut(&mut self, number: usize) -> Option<&mut T> {
        let low = number >> LOW_BITS;
        let top = low >> MIDDLE_BITS;
        if top >= self.top.len() {
            let none: Middle<T> = vec![no_low(); MIDDLE].into();
            let more = (self.top.len()..=top).map(|_| Arc::clone(&none));
            let grown: Vec<Middle<T>> = self.top.iter().cloned().chain(more).collect();
            self.top = grown.into();
        }
        let middle = Arc::make_mut(&mut self.top).get_mut(top)?;
        let low = Arc::make_mut(middle).get_mut(low % MIDDLE)?;
        Arc::make_mut(low).get_mut(number % LOW)
    }

    pub(crate) fn set(&mut self, number: usize, page: T) {
        if let Some(there) = self.page_mut(number) {
            *there = page;
        }
    }
}

fn no_low<T: Clone + Default>() -> Low<T> {
    vec![T::default(); LOW].into()
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
