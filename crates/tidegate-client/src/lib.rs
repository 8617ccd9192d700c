//! The HTTP API's wire types and a client for it.

pub mod wire;
