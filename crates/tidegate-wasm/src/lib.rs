//! JavaScript bindings of the decision engine: the same answers in a browser, an edge function and
//! Node as in the gateway.
//!
//! Objects, subjects and tuples are texts, as everywhere in OpenFGA. What is malformed throws an `Error`
//! with a stable `kind`; a question that is well formed is answered, and every doubt is a deny with its
//! reason. Fields that do not exist are refused: a cap with a misspelled name would else be no cap.

mod engine;
mod error;
mod given;
mod json;
#[cfg(feature = "lists")]
mod list;
#[cfg(feature = "language")]
mod model;

pub use engine::Engine;
#[cfg(feature = "language")]
pub use model::{Model, is_portable_id, parse_fga_mod};

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");
