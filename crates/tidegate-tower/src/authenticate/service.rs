//! Turns the authenticator's result into a request that goes on, or an answer.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::Either;
use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::{Request, Response};
use tower_service::Service;

use super::{AuthenticateError, Authenticator};
use crate::problem::{Problem, Refused};

/// The challenge to a secret that does not hold (RFC 6750 §3.1).
const INVALID: &str = "Bearer realm=\"tidegate\", error=\"invalid_token\"";

/// Made by [`AuthenticateLayer`](super::AuthenticateLayer).
#[derive(Clone, Debug)]
pub struct AuthenticateService<S> {
    authenticator: Arc<Authenticator>,
    inner: S,
}

impl<S> AuthenticateService<S> {
    pub(super) fn new(authenticator: Arc<Authenticator>, inner: S) -> Self {
        Self {
            authenticator,
            inner,
        }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for AuthenticateService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: From<Bytes>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Either<Ready<Result<Self::Response, S::Error>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        match self.authenticator.authenticate(request.headers()) {
            Ok(identity) => {
                request.headers_mut().remove(AUTHORIZATION);
                request.extensions_mut().insert(identity);
                Either::Right(self.inner.call(request))
            }
            Err(error) => Either::Left(ready(Ok(answer(error)))),
        }
    }
}

fn answer<B: From<Bytes>>(error: AuthenticateError) -> Response<B> {
    let refused = |kind| Refused {
        step: "authenticate",
        kind,
        reason: error.to_string(),
    };
    match error {
        AuthenticateError::NoSnapshot => refused("no-snapshot").answer(Problem::unavailable()),
        AuthenticateError::Refused(kind) => {
            let mut response = refused(kind).answer(Problem::unauthenticated());
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static(INVALID));
            response
        }
    }
}
