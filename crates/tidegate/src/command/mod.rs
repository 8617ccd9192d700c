//! A file for each verb: its arguments, its one call of the API, what it prints.

pub(crate) mod check;
pub(crate) mod connection;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod grant;
pub(crate) mod list;
pub(crate) mod page;
pub(crate) mod quota;
pub(crate) mod revoke;
pub(crate) mod secret;
pub(crate) mod usage;
