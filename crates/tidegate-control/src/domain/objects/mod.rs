//! Objects: creation, display names, deletion, look-ups.

mod create;
mod delete;
mod find;
mod rename;

pub(super) use self::create::Warrant;
pub use self::find::{LIST_SCAN_MAX, Listed};
