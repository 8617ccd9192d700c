//! What a request is for.

use std::sync::Arc;

use http::request::Parts;
use http::uri::PathAndQuery;
use tidegate_policy::Object;
use tidegate_quota::Kind;

use crate::problem::Problem;

/// What a request is for, worked out before the decision.
#[derive(Clone, Debug)]
pub struct Target {
    /// On what.
    pub resource: Object,
    /// The relation asked for, for example `can_read`.
    pub action: Arc<str>,
    /// What it is charged for.
    pub metered: Kind,
    /// The direction that is not charged has this cap. Bytes.
    pub free_limit_bytes: u64,
    /// Exactly what goes to the upstream.
    pub upstream: PathAndQuery,
}

/// Works out the [`Target`] of a request.
pub trait ResolveTarget {
    /// The target.
    ///
    /// # Errors
    /// The problem to answer with, when the request has no target.
    fn resolve(&self, parts: &mut Parts) -> Result<Target, Problem>;
}

impl<F: Fn(&mut Parts) -> Result<Target, Problem>> ResolveTarget for F {
    fn resolve(&self, parts: &mut Parts) -> Result<Target, Problem> {
        self(parts)
    }
}

/// Takes the [`Target`] that a router above has put into the request's extensions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Routed;

impl ResolveTarget for Routed {
    fn resolve(&self, parts: &mut Parts) -> Result<Target, Problem> {
        parts
            .extensions
            .remove::<Target>()
            .ok_or_else(Problem::internal)
    }
}
