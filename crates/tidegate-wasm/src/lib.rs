//! JavaScript bindings of the decision engine: the same answers in a browser, an edge function and
//! Node as in the gateway.
//!
//! Objects, subjects and tuples are texts, as everywhere in OpenFGA. What is malformed throws an `Error`
//! with a stable `kind`; a question that is well formed is answered, and every doubt is a deny with its
//! reason. Fields that do not exist are refused: a cap with a misspelled name would else be no cap.

mod bundle;
#[cfg(feature = "language")]
mod changes;
#[cfg(feature = "core")]
mod decide;
mod engine;
mod error;
#[cfg(feature = "language")]
mod explain;
#[cfg(feature = "core")]
mod follow;
mod given;
mod held;
mod host;
mod json;
#[cfg(feature = "language")]
mod list;
#[cfg(feature = "language")]
mod model;
mod slice;
#[cfg(feature = "ed25519")]
mod verifier;

pub use bundle::UnverifiedBundle;
pub use engine::Engine;
#[cfg(feature = "core")]
pub use follow::SliceChange;
#[cfg(feature = "language")]
pub use model::{Model, is_portable_id, parse_fga_mod};
pub use slice::Slice;
#[cfg(feature = "ed25519")]
pub use verifier::Verifier;

use wasm_bindgen::prelude::*;

/// In constant time (M. Masmano et al., 2004), and half the size of the standard library's.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");
