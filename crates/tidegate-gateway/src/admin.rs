//! What the operator's machines ask: is it alive, is it ready, how is it doing. On an address of its
//! own, which is not for the public.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use tidegate_policy::Live;
use tidegate_tower::{Clock, Problem};

use crate::observe::Observer;

/// Answers on the admin address.
#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) live: Arc<Live>,
    pub(crate) max_staleness_s: u64,
    pub(crate) clock: Clock,
    pub(crate) observer: Arc<Observer>,
    /// Set at shutdown: no longer ready.
    pub(crate) is_stopping: Arc<AtomicBool>,
}

impl Admin {
    /// `/healthz`: 200 while the process answers. `/readyz`: 200 with the revision held while that is
    /// fresh, else 503. `/metrics`: Prometheus' text format.
    pub(crate) fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        let not_found = || Problem::new(StatusCode::NOT_FOUND, "not-found", "No such page");
        if !matches!(path, "/healthz" | "/readyz" | "/metrics") {
            return not_found().into_response();
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            let problem = Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This page can only be read",
            );
            let mut response = problem.into_response();
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match path {
            "/healthz" => page(
                StatusCode::OK,
                "text/plain; charset=utf-8",
                "ok\n".to_owned(),
            ),
            "/readyz" => self.ready(),
            _ => page(
                StatusCode::OK,
                "text/plain; version=0.0.4; charset=utf-8",
                self.observer.metrics.render(self.live.revision()),
            ),
        }
    }

    fn ready(&self) -> Response<Full<Bytes>> {
        let held = self.live.current(self.clock.now_s(), self.max_staleness_s);
        match held {
            Some(snapshot) if !self.is_stopping.load(Ordering::Relaxed) => page(
                StatusCode::OK,
                "application/json",
                format!("{{\"revision\":{}}}\n", snapshot.revision()),
            ),
            _ => Problem::unavailable().into_response(),
        }
    }
}

fn page(status: StatusCode, content_type: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
