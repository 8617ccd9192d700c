//! The answers for one subject: names to rows of outcomes.

use std::hash::BuildHasher;
use std::sync::Arc;

use crate::hash::{DefaultHashBuilder, Numbers, Places, short};

use super::terms::NodeId;
use super::{MAX_SLICE_OBJECTS, SliceError};

/// By relation, sorted: what it comes to. A relation that is not in it is a no.
pub(super) type Row = Arc<[(u32, NodeId)]>;

/// Most bytes of all names.
const MAX_TEXT: usize = 256 << 20;
/// Names that are gone take at most this share of the text, and this much.
const LEAST_WASTE: usize = 64 << 10;

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    hasher: DefaultHashBuilder,
    text: String,
    entries: Vec<Entry>,
    places: Places,
    rows: Numbers<Row>,
    /// Bytes of the text that no entry has.
    wasted: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    end: u32,
    row: u32,
}

impl Section {
    pub(super) fn with_capacity(entries: usize) -> Self {
        Self {
            entries: Vec::with_capacity(entries),
            ..Self::default()
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The row of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Row> {
        let entry = self.entries.get(self.find(name)?)?;
        self.rows().get(entry.row as usize)
    }

    /// Every name with its row, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Row)> {
        let named = |entry: &Entry| {
            let row = self.rows().get(entry.row as usize)?;
            Some((self.name(entry), row))
        };
        self.entries.iter().filter_map(named)
    }

    /// A name, by its number among the others, with its row.
    pub(super) fn at(&self, number: usize) -> Option<(&str, &[(u32, NodeId)])> {
        let entry = self.entries.get(number)?;
        let row = self.rows().get(entry.row as usize);
        Some((self.name(entry), row.map_or(&[], |row| row)))
    }

    /// The same as [`Section::iter`], in the order of the names.
    pub(super) fn sorted(&self) -> Vec<(&str, &Row)> {
        let mut all = Vec::with_capacity(self.len());
        for named in self.iter() {
            all.push(named);
        }
        crate::sort::by_key(&mut all, |&(name, _)| name);
        all
    }

    /// Every name with the number of its row, in the order of the names.
    pub(super) fn sorted_ids(&self) -> Vec<(&str, u32)> {
        let named = self
            .entries
            .iter()
            .map(|entry| (self.name(entry), entry.row));
        let mut all: Vec<_> = named.collect();
        crate::sort::sort(&mut all);
        all
    }

    /// The rows, by their numbers.
    pub(super) fn rows(&self) -> &[Row] {
        self.rows.all()
    }

    /// The number of a row, which is kept once.
    pub(super) fn add_row(&mut self, row: &Row) -> u32 {
        self.rows.add(Arc::clone(row))
    }

    /// Puts a name in, or gives it another row.
    ///
    /// # Errors
    /// [`SliceError::TooLong`] when there are too many.
    pub(super) fn set(&mut self, name: &str, row: u32) -> Result<(), SliceError> {
        let hash = self.hash(name);
        match self.place(name, hash) {
            Some(at) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.row = row;
                }
                Ok(())
            }
            None => self.push_hashed(name, hash, row),
        }
    }

    /// Puts a name in that is not there.
    pub(super) fn push(&mut self, name: &str, row: u32) -> Result<(), SliceError> {
        self.push_hashed(name, self.hash(name), row)
    }

    fn push_hashed(&mut self, name: &str, hash: u32, row: u32) -> Result<(), SliceError> {
        let end = self.text.len() + name.len();
        if end > MAX_TEXT || self.entries.len() >= MAX_SLICE_OBJECTS {
            return Err(SliceError::TooLong);
        }
        let place = |at: usize| u32::try_from(at).map_err(|_| SliceError::TooLong);
        self.entries.push(Entry {
            start: place(self.text.len())?,
            end: place(end)?,
            row,
        });
        self.text.push_str(name);
        self.places.push(hash);
        Ok(())
    }

    /// Takes a name out; false when it is not there.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let Some(at) = self.find(name) else {
            return false;
        };
        // The last one takes its place.
        self.places.swap_remove(at);
        self.entries.swap_remove(at);
        self.wasted += name.len();
        true
    }

    /// Whether much of it is of what is gone.
    pub(super) fn is_wasteful(&self) -> bool {
        self.wasted > LEAST_WASTE + self.text.len() / 2
            || self.rows().len() > 1024 + 2 * self.entries.len()
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.place(name, self.hash(name))
    }

    fn hash(&self, name: &str) -> u32 {
        short(self.hasher.hash_one(name))
    }

    fn place(&self, name: &str, hash: u32) -> Option<usize> {
        let same = |at| {
            let entry = self.entries.get(at);
            entry.is_some_and(|entry| self.name(entry) == name)
        };
        Some(self.places.find(hash, same)?.at())
    }

    fn name(&self, entry: &Entry) -> &str {
        self.text
            .get(entry.start as usize..entry.end as usize)
            .unwrap_or_default()
    }
}
