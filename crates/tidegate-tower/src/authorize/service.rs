//! Turns the decision into a request that goes on, or an answer.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::Either;
use http::request::Parts;
use http::{Request, Response};
use tower_service::Service;

use super::{AuthorizeError, Authorizer, Permit, ResolveTarget};
use crate::authenticate::Identity;
use crate::problem::{Problem, Refused};

/// Made by [`AuthorizeLayer`](super::AuthorizeLayer).
#[derive(Clone, Debug)]
pub struct AuthorizeService<S, R> {
    authorizer: Arc<Authorizer>,
    resolver: R,
    inner: S,
}

impl<S, R> AuthorizeService<S, R> {
    pub(super) fn new(authorizer: Arc<Authorizer>, resolver: R, inner: S) -> Self {
        Self {
            authorizer,
            resolver,
            inner,
        }
    }
}

impl<S, R: ResolveTarget> AuthorizeService<S, R> {
    fn permit<B: From<Bytes>>(&self, parts: &mut Parts) -> Result<Permit, Response<B>> {
        let Some(identity) = parts.extensions.get::<Identity>().cloned() else {
            return Err(refused(
                "no-identity",
                "no identity: authenticate first",
                Problem::internal(),
            ));
        };
        let target = self
            .resolver
            .resolve(parts)
            .map_err(|problem| refused("no-target", "the request has no target", problem))?;
        self.authorizer
            .authorize(&identity, target)
            .map_err(|error| {
                let problem = match (&error, &identity) {
                    (AuthorizeError::NoSnapshot, _) => Problem::unavailable(),
                    (_, Identity::Anonymous) => Problem::unauthenticated(),
                    (_, Identity::Principal(_)) => Problem::forbidden(),
                };
                refused(error.kind(), &error.to_string(), problem)
            })
    }
}

impl<S, R, ReqBody, ResBody> Service<Request<ReqBody>> for AuthorizeService<S, R>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    R: ResolveTarget,
    ResBody: From<Bytes>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Either<Ready<Result<Self::Response, S::Error>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        match self.permit(&mut parts) {
            Ok(permit) => {
                parts.extensions.insert(permit);
                Either::Right(self.inner.call(Request::from_parts(parts, body)))
            }
            Err(answer) => Either::Left(ready(Ok(answer))),
        }
    }
}

fn refused<B: From<Bytes>>(kind: &'static str, reason: &str, problem: Problem) -> Response<B> {
    Refused {
        step: "authorize",
        kind,
        reason: reason.to_owned(),
    }
    .answer(problem)
}
