//! Objects: create, delete, find.

mod create;
mod delete;
mod find;

pub use self::create::{Create, Created};
pub use self::find::{LIST_SCAN_MAX, Listed};
