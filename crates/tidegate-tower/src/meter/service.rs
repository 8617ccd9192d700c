//! Opens a tally for each permitted request, and puts it to the body that is charged.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tidegate_quota::{Kind, Meter, MeterError, Tally};
use tower_service::Service;

use super::answer;
use super::body::{Cause, MeteredBody, Payment, Stop};
use super::patience::Patience;
use crate::authorize::Permit;
use crate::clock::Clock;
use crate::problem::{Problem, Refused};

/// Made by [`MeterLayer`](super::MeterLayer).
#[derive(Clone)]
pub struct MeterService<S> {
    meter: Arc<Meter>,
    clock: Clock,
    inner: S,
}

impl<S> MeterService<S> {
    pub(super) fn new(meter: Arc<Meter>, clock: Clock, inner: S) -> Self {
        Self {
            meter,
            clock,
            inner,
        }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for MeterService<S>
where
    S: Service<Request<MeteredBody<ReqBody>>, Response = Response<ResBody>>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    S::Error: Send,
    ReqBody: Body<Data = Bytes> + Send + 'static,
    ResBody: Body<Data = Bytes> + From<Bytes> + Send + 'static,
{
    type Response = Response<MeteredBody<ResBody>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        // The service that was polled ready is the one that must be called.
        let inner = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, inner);
        let charge = Charge {
            meter: Arc::clone(&self.meter),
            clock: self.clock.clone(),
        };
        Box::pin(async move {
            let Some(permit) = request.extensions().get::<Permit>() else {
                let cause = Refused {
                    step: "meter",
                    kind: "no-permit",
                    reason: "no permit: authorize first".to_owned(),
                };
                return Ok(cause.answer(Problem::internal()));
            };
            let limit_bytes = permit.target().free_limit_bytes;
            let kind = permit.target().metered;
            match charge.open(permit, kind).await {
                Err(error) => Ok(answer::refused(&error, kind, charge.clock.now_s())),
                Ok(tally) => match kind {
                    Kind::Read => charge.read(inner, request, tally, limit_bytes).await,
                    Kind::Write => charge.write(inner, request, tally, limit_bytes).await,
                },
            }
        })
    }
}

/// What is at hand while one request is charged.
struct Charge {
    meter: Arc<Meter>,
    clock: Clock,
}

impl Charge {
    async fn open(&self, permit: &Permit, kind: Kind) -> Result<Tally, MeterError> {
        let mut patience = Patience::of(&self.meter);
        loop {
            let opened = self
                .meter
                .open(permit.chain(), kind, self.clock.now_ms())
                .await;
            if !patience.again(&opened).await {
                return opened;
            }
        }
    }

    async fn admit(&self, tally: &mut Tally, bytes: u64) -> Result<(), MeterError> {
        let mut patience = Patience::of(&self.meter);
        loop {
            let admitted = tally.admit(bytes, self.clock.now_ms()).await;
            if !patience.again(&admitted).await {
                return admitted;
            }
        }
    }

    /// The response is paid for; the request is capped.
    async fn read<S, ReqBody, ResBody>(
        &self,
        mut inner: S,
        request: Request<ReqBody>,
        mut tally: Tally,
        limit_bytes: u64,
    ) -> Result<Response<MeteredBody<ResBody>>, S::Error>
    where
        S: Service<Request<MeteredBody<ReqBody>>, Response = Response<ResBody>>,
        ReqBody: Body<Data = Bytes>,
        ResBody: Body<Data = Bytes> + From<Bytes>,
    {
        if request.body().size_hint().lower() > limit_bytes {
            return Ok(answer::request_too_long(limit_bytes));
        }
        let stop = Stop::default();
        let request =
            request.map(|body| MeteredBody::capped(body, limit_bytes, Some(stop.clone())));
        let outcome = inner.call(request).await;
        if stop.cause().is_some() {
            return Ok(answer::request_too_long(limit_bytes));
        }
        let response = outcome?;
        if is_own(&response) {
            return Ok(response.map(MeteredBody::free));
        }
        if let Some(length) = response.body().size_hint().exact()
            && let Err(error) = self.admit(&mut tally, length).await
        {
            return Ok(answer::refused(&error, Kind::Read, self.clock.now_s()));
        }
        let (mut parts, body) = response.into_parts();
        answer::tell(
            &mut parts.headers,
            Kind::Read,
            &tally.standing(),
            self.clock.now_s(),
        );
        let body = MeteredBody::paid(body, tally, self.payment(None));
        Ok(Response::from_parts(parts, body))
    }

    /// The request is paid for; the response is capped.
    async fn write<S, ReqBody, ResBody>(
        &self,
        mut inner: S,
        request: Request<ReqBody>,
        mut tally: Tally,
        limit_bytes: u64,
    ) -> Result<Response<MeteredBody<ResBody>>, S::Error>
    where
        S: Service<Request<MeteredBody<ReqBody>>, Response = Response<ResBody>>,
        ReqBody: Body<Data = Bytes>,
        ResBody: Body<Data = Bytes> + From<Bytes>,
    {
        if let Some(length) = request.body().size_hint().exact()
            && let Err(error) = self.admit(&mut tally, length).await
        {
            return Ok(answer::refused(&error, Kind::Write, self.clock.now_s()));
        }
        let standing = tally.standing();
        let stop = Stop::default();
        let request =
            request.map(|body| MeteredBody::paid(body, tally, self.payment(Some(stop.clone()))));
        let outcome = inner.call(request).await;
        match stop.cause() {
            Some(Cause::Unpaid(error)) => return Ok(self.cut(error)),
            Some(Cause::TooLong) | None => {}
        }
        let response = outcome?;
        if is_own(&response) {
            return Ok(response.map(MeteredBody::free));
        }
        if response.body().size_hint().lower() > limit_bytes {
            return Ok(answer::response_too_long());
        }
        let (mut parts, body) = response.into_parts();
        answer::tell(
            &mut parts.headers,
            Kind::Write,
            &standing,
            self.clock.now_s(),
        );
        Ok(Response::from_parts(
            parts,
            MeteredBody::capped(body, limit_bytes, None),
        ))
    }

    fn payment(&self, stop: Option<Stop>) -> Payment {
        Payment {
            clock: self.clock.clone(),
            patience: Patience::of(&self.meter),
            stop,
        }
    }

    fn cut<B: From<Bytes>>(&self, error: &MeterError) -> Response<B> {
        answer::refused(error, Kind::Write, self.clock.now_s())
    }
}

/// Whether a layer beneath made the answer instead of the service: nobody pays for it.
fn is_own<B>(response: &Response<B>) -> bool {
    response.extensions().get::<Refused>().is_some()
}
