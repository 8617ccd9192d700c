//! A file for each verb: its arguments, its call of the API, what it prints.

pub(crate) mod accept;
pub(crate) mod admin;
pub(crate) mod apply;
pub(crate) mod attach;
pub(crate) mod audit;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod create;
pub(crate) mod decline;
pub(crate) mod delete;
pub(crate) mod detach;
pub(crate) mod exchange;
pub(crate) mod explain;
pub(crate) mod get;
pub(crate) mod grant;
pub(crate) mod invitations;
pub(crate) mod invite;
pub(crate) mod join;
pub(crate) mod leave;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod members;
pub(crate) mod model;
pub(crate) mod move_link;
pub(crate) mod quota;
pub(crate) mod redeem;
pub(crate) mod remove;
pub(crate) mod rename;
pub(crate) mod revoke;
pub(crate) mod secret;
pub(crate) mod usage;
pub(crate) mod what_can;
pub(crate) mod who_can;
pub(crate) mod whoami;
pub(crate) mod withdraw;

// What several verbs share.
pub(crate) mod connection; // where the API is, and the secret to show it
mod entity; // AuthZEN's way to say type:id
mod page; // lists
mod relations; // a change of who has what
pub(crate) mod terms; // once only, and not over another's change
