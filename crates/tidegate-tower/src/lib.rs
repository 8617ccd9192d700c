//! Tower layers for anyone's service: [`authenticate`] by signed secret, [`authorize`] by policy,
//! [`meter`] what is sent.
//!
//! The contract: a request reaches the service under [`MeterLayer`] only with a [`Permit`], a value
//! that only [`Authorizer::authorize`] can make; and no byte that is charged is released before the
//! accounts of the permit have paid for it. Every doubt ends in a refusal, never in a request that
//! goes on: no snapshot is 503, no target or no permit is 500.
//!
//! Layers go around a service in this order, the outermost first: [`AuthenticateLayer`],
//! [`AuthorizeLayer`], [`MeterLayer`]. Each answers refusals itself, as [`Problem`] documents that say
//! nothing that the caller may not know; why a request was refused is in the response's extensions
//! as [`Refused`], for log and metrics.

pub mod authenticate;
pub mod authorize;
pub mod clock;
#[cfg(test)]
mod fixture;
pub mod meter;
pub mod problem;

pub use authenticate::{
    AuthenticateError, AuthenticateLayer, AuthenticateService, Authenticator, Identity, LiveKeys,
    Principal,
};
pub use authorize::{
    AuthorizeError, AuthorizeLayer, AuthorizeService, Authorizer, OutOfScope, Permit,
    ResolveTarget, Routed, Scope, Target,
};
pub use clock::Clock;
pub use meter::{MeterLayer, MeterService, MeteredBody, MeteredBodyError};
pub use problem::{Problem, Refused};
