//! Things by numbers, and numbers by things.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use super::DefaultHashBuilder;
use super::places::{Place, Places, short};

/// Things, each once. Their numbers count up from 0, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct Numbers<T> {
    hasher: DefaultHashBuilder,
    places: Places,
    all: Vec<T>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self {
            hasher: Default::default(),
            places: Places::default(),
            all: Vec::new(),
        }
    }
}

impl<T> Numbers<T> {
    /// All of them, by their numbers.
    pub(crate) fn all(&self) -> &[T] {
        &self.all
    }

    #[cfg(any(test, target_family = "wasm"))]
    pub(super) fn into_all(self) -> Vec<T> {
        self.all
    }
}

impl<T: Hash + Eq> Numbers<T> {
    fn hash<Q: Hash + ?Sized>(&self, thing: &Q) -> u32 {
        short(self.hasher.hash_one(thing))
    }

    fn find<Q: Hash + Eq + ?Sized>(&self, hash: u32, thing: &Q) -> Option<Place>
    where
        T: Borrow<Q>,
    {
        self.places.find(hash, |place| {
            let found = self.all.get(place);
            found.is_some_and(|found| found.borrow() == thing)
        })
    }

    pub(super) fn place<Q: Hash + Eq + ?Sized>(&self, thing: &Q) -> Option<Place>
    where
        T: Borrow<Q>,
    {
        // To hash is most of it.
        if self.all.is_empty() {
            return None;
        }
        self.find(self.hash(thing), thing)
    }

    /// The number of a thing that is there.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&self, thing: &Q) -> Option<u32>
    where
        T: Borrow<Q>,
    {
        Some(number(self.place(thing)?.at()))
    }

    /// The number of a thing, from now on if it was not there.
    pub(crate) fn add(&mut self, thing: T) -> u32 {
        let hash = self.hash(&thing);
        if let Some(place) = self.find(hash, &thing) {
            return number(place.at());
        }
        self.places.push(hash);
        self.all.push(thing);
        number(self.all.len() - 1)
    }

    /// Forgets a thing, and says what its number was; the last one has it now.
    #[cfg(any(test, target_family = "wasm"))]
    pub(super) fn swap_remove<Q: Hash + Eq + ?Sized>(&mut self, thing: &Q) -> Option<usize>
    where
        T: Borrow<Q>,
    {
        let place = self.place(thing)?.at();
        self.places.swap_remove(place);
        self.all.swap_remove(place);
        Some(place)
    }
}

/// What has more than 32 bits does not fit into the memory.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
