//! A step of the stack that only looks at a request: it lets it go on, or answers.

use std::future::{Ready, ready};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::Either;
use http::{Request, Response};
use tower::{Layer, Service};

use crate::refusal::Refusal;

/// The decision of a step.
pub(crate) trait Step: Clone {
    /// May change the request's head; a refusal is the answer instead of what is below.
    fn check<B>(&self, request: &mut Request<B>) -> Result<(), Refusal>;
}

/// Puts a step around a service.
#[derive(Clone, Debug)]
pub(crate) struct StepLayer<T>(pub(crate) T);

impl<S, T: Clone> Layer<S> for StepLayer<T> {
    type Service = StepService<T, S>;

    fn layer(&self, inner: S) -> Self::Service {
        StepService {
            step: self.0.clone(),
            inner,
        }
    }
}

/// Made by [`StepLayer`].
#[derive(Clone, Debug)]
pub(crate) struct StepService<T, S> {
    step: T,
    inner: S,
}

impl<T, S, ReqBody, ResBody> Service<Request<ReqBody>> for StepService<T, S>
where
    T: Step,
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
        match self.step.check(&mut request) {
            Ok(()) => Either::Right(self.inner.call(request)),
            Err(refusal) => Either::Left(ready(Ok(refusal.into_response()))),
        }
    }
}
