//! The claims of `tests/claims/*.md`, a test each, named by its id: what the original systems promise,
//! through the HTTP API, and through the gateway where a claim is about data.
//!
//! `cargo xtask claims` prints which claim is held by which tests; with `--mutate` it shows that
//! every line of a built-in system is.

mod beamlit;
mod beneath;
mod earthly;
mod fifth; // a system that is a folder alone
mod lamindb;
mod people; // what is alike
pub(crate) mod town; // the harness
