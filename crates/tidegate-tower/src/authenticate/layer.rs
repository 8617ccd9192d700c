//! The layer's configuration.

use std::sync::Arc;

use tower_layer::Layer;

use super::{AuthenticateService, Authenticator};

/// Puts an [`Identity`](super::Identity) into each request's extensions, or answers 401 or 503.
#[derive(Clone, Debug)]
pub struct AuthenticateLayer {
    authenticator: Arc<Authenticator>,
}

impl AuthenticateLayer {
    /// A layer that asks this authenticator.
    pub fn new(authenticator: Arc<Authenticator>) -> Self {
        Self { authenticator }
    }
}

impl<S> Layer<S> for AuthenticateLayer {
    type Service = AuthenticateService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthenticateService::new(Arc::clone(&self.authenticator), inner)
    }
}
