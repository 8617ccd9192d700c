//! What Prometheus is told. Each gateway has a recorder of its own, so that several in one process do
//! not mix.

use std::time::Duration;

use http::StatusCode;
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tidegate_tower::Refused;

/// Requests answered, by `route` and `class` of status (`2xx` …).
const REQUESTS: &str = "tidegate_requests_total";
/// From the request's head to the end of the answer, by `route`.
const DURATION: &str = "tidegate_request_duration_seconds";
/// Content received from clients, by `route`.
const RECEIVED: &str = "tidegate_received_bytes_total";
/// Content sent to clients, by `route`.
const SENT: &str = "tidegate_sent_bytes_total";
/// Requests refused by the gateway, by `step` and `kind`: of step `authenticate` secrets that do not
/// hold, of `authorize` denials, of `meter` spent quotas.
const REFUSED: &str = "tidegate_refused_total";
/// Answers that were cut before their end.
const CUT: &str = "tidegate_responses_cut_total";
/// Connections that are open.
const CONNECTIONS: &str = "tidegate_open_connections";
/// The revision of the snapshot held; -1 without one.
const REVISION: &str = "tidegate_snapshot_revision";

/// Upper bounds of the histogram. Seconds.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

const METADATA: Metadata<'static> = Metadata::new("tidegate", Level::INFO, None);

/// Handles of everything that is counted.
pub(crate) struct Metrics {
    routes: Vec<RouteMetrics>,
    /// For requests that no route takes.
    no_route: RouteMetrics,
    cut: Counter,
    connections: Gauge,
    revision: Gauge,
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Handles of one route.
pub(crate) struct RouteMetrics {
    name: String,
    classes: [Counter; 5],
    duration: Histogram,
    received: Counter,
    sent: Counter,
}

impl Metrics {
    /// Handles for routes of these names, in this order.
    pub(crate) fn new<'n>(routes: impl Iterator<Item = &'n str>) -> Self {
        // Without buckets a histogram becomes a summary, which is the only thing that can go wrong.
        let builder = PrometheusBuilder::new();
        let recorder = builder
            .set_buckets(&BUCKETS)
            .unwrap_or_default()
            .build_recorder();
        for (name, text) in [
            (REQUESTS, "Requests answered, by route and class of status."),
            (RECEIVED, "Content bytes received from clients."),
            (SENT, "Content bytes sent to clients."),
            (
                REFUSED,
                "Requests refused by the gateway, by step and kind.",
            ),
            (CUT, "Answers that were cut before their end."),
        ] {
            recorder.describe_counter(name.into(), None, text.into());
        }
        recorder.describe_histogram(
            DURATION.into(),
            None,
            "From head to end, in seconds.".into(),
        );
        recorder.describe_gauge(
            CONNECTIONS.into(),
            None,
            "Connections that are open.".into(),
        );
        recorder.describe_gauge(
            REVISION.into(),
            None,
            "Revision of the snapshot held.".into(),
        );
        Self {
            routes: routes
                .map(|name| RouteMetrics::new(name, &recorder))
                .collect(),
            no_route: RouteMetrics::new("none", &recorder),
            cut: recorder.register_counter(&Key::from_name(CUT), &METADATA),
            connections: recorder.register_gauge(&Key::from_name(CONNECTIONS), &METADATA),
            revision: recorder.register_gauge(&Key::from_name(REVISION), &METADATA),
            handle: recorder.handle(),
            recorder,
        }
    }

    /// The handles of a route, or of none.
    pub(crate) fn route(&self, place: usize) -> &RouteMetrics {
        self.routes.get(place).unwrap_or(&self.no_route)
    }

    pub(crate) fn refused(&self, refused: &Refused) {
        let labels = vec![
            Label::from_static_parts("step", refused.step),
            Label::from_static_parts("kind", refused.kind),
        ];
        self.recorder
            .register_counter(&Key::from_parts(REFUSED, labels), &METADATA)
            .increment(1);
    }

    pub(crate) fn cut(&self) {
        self.cut.increment(1);
    }

    pub(crate) fn connection_opened(&self) {
        self.connections.increment(1);
    }

    pub(crate) fn connection_closed(&self) {
        self.connections.decrement(1);
    }

    /// Moves what was recorded into the histograms; must be called every few seconds.
    pub(crate) fn upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// Everything in Prometheus' text format.
    pub(crate) fn render(&self, revision: Option<u64>) -> String {
        // A gauge is a float: exact up to 2^53.
        self.revision
            .set(revision.map_or(-1.0, |revision| revision as f64));
        self.handle.render()
    }
}

impl RouteMetrics {
    fn new(name: &str, recorder: &PrometheusRecorder) -> Self {
        let key = |metric: &'static str| {
            Key::from_parts(metric, vec![Label::new("route", name.to_owned())])
        };
        let class = |class: &'static str| {
            let labels = vec![
                Label::new("route", name.to_owned()),
                Label::from_static_parts("class", class),
            ];
            recorder.register_counter(&Key::from_parts(REQUESTS, labels), &METADATA)
        };
        Self {
            name: name.to_owned(),
            classes: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(class),
            duration: recorder.register_histogram(&key(DURATION), &METADATA),
            received: recorder.register_counter(&key(RECEIVED), &METADATA),
            sent: recorder.register_counter(&key(SENT), &METADATA),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn record(
        &self,
        status: StatusCode,
        elapsed: Duration,
        received_bytes: u64,
        sent_bytes: u64,
    ) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.classes.get(class) {
            counter.increment(1);
        }
        self.duration.record(elapsed.as_secs_f64());
        self.received.increment(received_bytes);
        self.sent.increment(sent_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_routes_apart_and_gateways_too() {
        let metrics = Metrics::new(["/{a}", "/b"].into_iter());
        let other = Metrics::new(["/{a}"].into_iter());
        metrics
            .route(0)
            .record(StatusCode::OK, Duration::from_millis(3), 5, 7);
        metrics
            .route(1)
            .record(StatusCode::FORBIDDEN, Duration::ZERO, 0, 0);
        metrics
            .route(usize::MAX)
            .record(StatusCode::NOT_FOUND, Duration::ZERO, 0, 0);
        metrics.refused(&Refused {
            step: "route",
            kind: "no-route",
            reason: "secret".to_owned(),
        });
        let text = metrics.render(Some(42));
        for line in [
            "tidegate_requests_total{route=\"/{a}\",class=\"2xx\"} 1",
            "tidegate_requests_total{route=\"/b\",class=\"4xx\"} 1",
            "tidegate_requests_total{route=\"none\",class=\"4xx\"} 1",
            "tidegate_received_bytes_total{route=\"/{a}\"} 5",
            "tidegate_sent_bytes_total{route=\"/{a}\"} 7",
            "tidegate_request_duration_seconds_bucket{route=\"/{a}\",le=\"0.005\"} 1",
            "tidegate_request_duration_seconds_bucket{route=\"/{a}\",le=\"0.0025\"} 0",
            "tidegate_refused_total{step=\"route\",kind=\"no-route\"} 1",
            "tidegate_snapshot_revision 42",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("secret"));
        let text = other.render(None);
        assert!(
            text.contains("tidegate_requests_total{route=\"/{a}\",class=\"2xx\"} 0"),
            "{text}"
        );
        assert!(text.contains("tidegate_snapshot_revision -1"), "{text}");
    }
}
