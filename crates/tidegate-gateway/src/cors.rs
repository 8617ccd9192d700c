//! Which web pages may read answers (the Fetch standard's CORS protocol).
//!
//! Only pages of the listed origins, none by default. Their preflights are answered here, before
//! anything is authenticated or metered; a preflight grants nothing but that the page may send its
//! request, which goes through the whole stack. What an upstream says on the matter is dropped.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::future::Either;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use http::{Method, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

/// What a page may read beside the headers that are safe anyway.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "ratelimit, ratelimit-policy, retry-after, www-authenticate, x-tidegate-request-id, etag, \
     content-range, link",
);

/// Seconds that a browser may remember a preflight.
const MAX_AGE_S: HeaderValue = HeaderValue::from_static("600");

/// Lets pages of these origins read answers.
#[derive(Clone, Debug)]
pub(crate) struct CorsLayer {
    allowed: Arc<[HeaderValue]>,
    /// The methods that routes list.
    methods: HeaderValue,
}

impl CorsLayer {
    pub(crate) fn new<'m>(
        allowed: &[HeaderValue],
        methods: impl Iterator<Item = &'m Method>,
    ) -> Self {
        let mut names: Vec<&str> = methods.map(Method::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let methods = HeaderValue::try_from(names.join(", "));
        Self {
            allowed: allowed.into(),
            methods: methods.unwrap_or(HeaderValue::from_static("")),
        }
    }

    /// The request's origin, where its pages may read answers.
    fn origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if self.allowed.is_empty() {
            return None;
        }
        let origin = headers.get(ORIGIN)?;
        self.allowed.contains(origin).then(|| origin.clone())
    }

    fn preflight<B: From<Bytes>>(&self, origin: HeaderValue, headers: &HeaderMap) -> Response<B> {
        let mut response = Response::new(B::from(Bytes::new()));
        *response.status_mut() = StatusCode::NO_CONTENT;
        let answer = response.headers_mut();
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        if let Some(wanted) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
        answer.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        answer.append(VARY, HeaderValue::from_name(ORIGIN));
        response
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = CorsService<S>;

    fn layer(&self, inner: S) -> CorsService<S> {
        CorsService {
            cors: self.clone(),
            inner,
        }
    }
}

/// Made by [`CorsLayer`].
#[derive(Clone, Debug)]
pub(crate) struct CorsService<S> {
    cors: CorsLayer,
    inner: S,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for CorsService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: From<Bytes>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future =
        Either<std::future::Ready<Result<Self::Response, S::Error>>, CorsFuture<S::Future>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let headers = request.headers();
        let origin = self.cors.origin(headers);
        let is_preflight = request.method() == Method::OPTIONS
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        match origin {
            Some(origin) if is_preflight => {
                let response = self.cors.preflight(origin, headers);
                Either::Left(std::future::ready(Ok(response)))
            }
            origin => {
                let varies = !self.cors.allowed.is_empty();
                Either::Right(CorsFuture {
                    inner: self.inner.call(request),
                    origin,
                    varies,
                })
            }
        }
    }
}

pin_project! {
    /// Adds what the page may read.
    pub(crate) struct CorsFuture<F> {
        #[pin]
        inner: F,
        origin: Option<HeaderValue>,
        varies: bool,
    }
}

impl<F, B, E> Future for CorsFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        if *this.varies {
            response
                .headers_mut()
                .append(VARY, HeaderValue::from_name(ORIGIN));
        }
        if let Some(origin) = this.origin.take() {
            response
                .headers_mut()
                .insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            response
                .headers_mut()
                .insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        Poll::Ready(Ok(response))
    }
}
