//! In the place of trees where the plain store is the only one: no row is too large for a block, so
//! nothing is ever made of this, and what is done with it is left out.

use std::convert::Infallible;
use std::marker::PhantomData;

/// None.
#[derive(Clone, Debug)]
pub(crate) struct Set(Infallible);

impl Set {
    pub(crate) fn len(&self) -> usize {
        match self.0 {}
    }

    pub(crate) fn get(&self, _: &u64) -> Option<&()> {
        match self.0 {}
    }

    pub(crate) fn insert(&mut self, _: u64, (): ()) {
        match self.0 {}
    }

    pub(crate) fn remove(&mut self, _: &u64) {
        match self.0 {}
    }

    pub(crate) fn iter(&self) -> Iter<'_, u64, ()> {
        match self.0 {}
    }

    pub(crate) fn iter_from(&self, _: &u64) -> Iter<'_, u64, ()> {
        match self.0 {}
    }
}

/// Of none.
#[derive(Clone, Debug)]
pub(crate) struct Iter<'a, K, V>(Infallible, PhantomData<&'a (K, V)>);

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = &'a (K, V);

    fn next(&mut self) -> Option<Self::Item> {
        match self.0 {}
    }
}
