//! One file for each noun: parse, call the rules, answer.

#![expect(
    unused_qualifications,
    reason = "utoipa's macros qualify the names that they are given"
)]

pub(crate) mod access;
pub(crate) mod admin;
mod answer;
pub(crate) mod audit;
pub(crate) mod bundle;
pub(crate) mod change;
pub(crate) mod explain;
mod extract;
pub(crate) mod fallback;
pub(crate) mod grants;
pub(crate) mod health;
pub(crate) mod invitations;
pub(crate) mod keys;
pub(crate) mod leases;
pub(crate) mod links;
pub(crate) mod me;
pub(crate) mod members;
pub(crate) mod objects;
pub(crate) mod openapi;
mod paging;
pub(crate) mod quotas;
mod refusals;
pub(crate) mod search;
pub(crate) mod secrets;
pub(crate) mod slice;
#[cfg(test)]
mod tests;
pub(crate) mod token;
pub(crate) mod usage;
pub(crate) mod watch;

use std::sync::Arc;

use axum::extract::State;

use self::answer::Refusal;
use self::extract::{Body, Caller, Params};
use crate::domain::Administration;

/// The rules, in a handler.
type Rules = State<Arc<Administration>>;
