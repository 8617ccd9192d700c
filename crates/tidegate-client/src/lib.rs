//! The HTTP API's wire types and a client for it.
//!
//! [`wire`] is what travels, used by both sides; [`Client`] is a caller's side of it, with one
//! method for each route.

pub mod api;
mod send;
pub mod wire;

pub use api::{Client, MAX_IDEMPOTENCY_KEY_BYTES, PageQuery, Terms};
pub use send::ApiError;
