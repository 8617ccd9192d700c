//! Hash maps and sets: `hashbrown`'s, and small ones of our own where size counts.
//!
//! `hashbrown`'s tables are made anew for each type that is kept in them, 2 KB each: the size of all of them
//! together was a tenth of the engine in a browser.

#[cfg(any(test, target_family = "wasm"))]
mod hasher;
mod numbers;
mod places;
#[cfg(any(test, target_family = "wasm"))]
mod small;

#[cfg(not(target_family = "wasm"))]
pub(crate) use hashbrown::{DefaultHashBuilder, HashMap, HashSet};
#[cfg(target_family = "wasm")]
pub(crate) use hasher::DefaultHashBuilder;
pub(crate) use numbers::Numbers;
pub(crate) use places::{Places, short};
#[cfg(target_family = "wasm")]
pub(crate) use small::{HashMap, HashSet};
