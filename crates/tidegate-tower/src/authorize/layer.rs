//! The layer's configuration.

use std::sync::Arc;

use tower_layer::Layer;

use super::{AuthorizeService, Authorizer, Routed};

/// Decides on each request's [`Target`](super::Target) and puts a [`Permit`](super::Permit) into its
/// extensions, or answers 401, 403 or 503.
#[derive(Clone, Debug)]
pub struct AuthorizeLayer<R = Routed> {
    authorizer: Arc<Authorizer>,
    resolver: R,
}

impl AuthorizeLayer {
    /// A layer for requests whose target a router above has put into their extensions.
    pub fn new(authorizer: Arc<Authorizer>) -> Self {
        Self::with_resolver(authorizer, Routed)
    }
}

impl<R> AuthorizeLayer<R> {
    /// A layer that works out the target itself.
    pub fn with_resolver(authorizer: Arc<Authorizer>, resolver: R) -> Self {
        Self {
            authorizer,
            resolver,
        }
    }
}

impl<S, R: Clone> Layer<S> for AuthorizeLayer<R> {
    type Service = AuthorizeService<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthorizeService::new(Arc::clone(&self.authorizer), self.resolver.clone(), inner)
    }
}
