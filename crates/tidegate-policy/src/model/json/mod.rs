//! OpenFGA's JSON form of a model.

mod read;
mod write;

pub(super) use read::{parse, read};
pub(super) use write::write;

/// Longest JSON text of a model. Bytes.
pub const MAX_JSON: usize = 1024 * 1024;
