//! The `[gateway]` table of the configuration file.
//!
//! Everything that can be known from the text is checked when it is read, everything at once; what
//! depends on the system (which objects, which actions) is checked by [`Config::check_against`]; what
//! depends on the machine (credentials, certificates) when the gateway is made.
//!
//! ```toml
//! [gateway]
//! listen = ["127.0.0.1:8080"]          # for data
//! admin_listen = "127.0.0.1:9090"      # /healthz /readyz /metrics
//! max_staleness_s = 300                # age at which a snapshot is no longer trusted
//! allowed_origins = []                 # CORS: `https://host[:port]`, exactly
//!
//! [gateway.timeouts]                   # milliseconds
//! connect_ms = 5000                    # to reach an upstream
//! request_head_ms = 10000              # for a client's head, between requests, and for its TLS
//! response_head_ms = 30000             # of the upstream, from the last byte that it took
//! idle_ms = 60000                      # no byte moves in either direction; not below the one above
//! shutdown_ms = 30000                  # for requests in flight
//!
//! [gateway.limits]
//! connections = 10000                  # more wait in the listener's queue
//! streams = 100                        # concurrent requests on one HTTP/2 connection
//!
//! [gateway.anonymous]                  # callers without a secret, by address
//! requests = 20
//! period_s = 15
//!
//! [gateway.log]
//! requests = "refused"                 # "none", "refused" or "all"
//!
//! [gateway.tls]                        # without it: plain HTTP
//! cert_file = "/etc/tidegate/cert.pem" # the whole chain
//! key_file = "/etc/tidegate/key.pem"
//!
//! [gateway.upstream.orders]
//! url = "http://127.0.0.1:8001"        # or https://, with optional `ca_file`
//! credential = { header = "authorization", env = "ORDERS_TOKEN" }   # or `file`; the whole value
//!
//! [[gateway.route]]
//! path = "/{organization}/{project}/{stream}"       # a slash at the end must be there
//! resource = "stream:{organization}/{project}/{stream}"
//! upstream = "orders"
//! upstream_path = "/records/{stream}"               # default: the same path
//! actions = { GET = "can_read", POST = "can_write" } # HEAD is GET's where it is not listed
//! query = ["limit", "cursor"]                       # or "any"; must be written
//! free_limit_bytes = 1048576                        # cap of the direction that is not charged
//! encoded_slash = false                             # lets `%2F` pass in captures beside the resource
//! ```

mod read;
mod routes;
#[cfg(test)]
mod tests;
mod upstreams;

pub use read::{ConfigError, ConfigErrors};
pub(crate) use read::{Located, Place};
pub(crate) use routes::RouteConfig;
pub(crate) use upstreams::{Credential, CredentialSource, UpstreamConfig};

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::HeaderValue;
use tidegate_policy::{Model, Profile};
use toml::de::DeTable;

use read::{Section, Sink};

/// The gateway's configuration, valid in itself.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) listen: Vec<Located<SocketAddr>>,
    pub(crate) admin_listen: Located<SocketAddr>,
    pub(crate) max_staleness_s: u64,
    pub(crate) allowed_origins: Vec<HeaderValue>,
    pub(crate) timeouts: Timeouts,
    pub(crate) limits: Limits,
    pub(crate) anonymous: AddressLimit,
    pub(crate) log: LogRequests,
    pub(crate) tls: Option<TlsConfig>,
    pub(crate) upstreams: Vec<UpstreamConfig>,
    pub(crate) routes: Vec<RouteConfig>,
}

/// See the table in the module's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) request_head: Duration,
    pub(crate) response_head: Duration,
    pub(crate) idle: Duration,
    pub(crate) shutdown: Duration,
}

/// What is bounded for all clients together, and for each connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    pub(crate) streams: u32,
}

/// So many requests in a period from each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AddressLimit {
    pub(crate) requests: u32,
    pub(crate) period: Duration,
}

/// Which requests are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogRequests {
    None,
    Refused,
    All,
}

/// Where the gateway's own certificate is.
#[derive(Clone, Debug)]
pub(crate) struct TlsConfig {
    pub(crate) cert_file: Located<PathBuf>,
    pub(crate) key_file: Located<PathBuf>,
}

impl Config {
    /// Reads the `[gateway]` table of a configuration file's whole text; other tables are ignored.
    ///
    /// ```
    /// use tidegate_gateway::Config;
    ///
    /// let text = r#"
    /// [gateway]
    /// listen = ["127.0.0.1:8080"]
    /// admin_listen = "127.0.0.1:9090"
    ///
    /// [gateway.upstream.orders]
    /// url = "http://127.0.0.1:8001"
    ///
    /// [[gateway.route]]
    /// path = "/{organization}/{project}/{stream}"
    /// resource = "stream:{organization}/{project}/{stream}"
    /// upstream = "orders"
    /// actions = { GET = "can_read" }
    /// query = ["limit"]
    /// "#;
    /// assert!(Config::parse(text).is_ok());
    ///
    /// // What the path does not capture cannot be asked about.
    /// let errors = Config::parse(&text.replace("/{project}/{stream}\"\nresource", "/{stream}\"\nresource"));
    /// assert_eq!(
    ///     errors.unwrap_err().to_string(),
    ///     "line 11: gateway.route[0].resource: `{project}` is not captured by `path`"
    /// );
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong, each with its key and line.
    pub fn parse(text: &str) -> Result<Self, ConfigErrors> {
        let sink = Sink::new(text);
        let (document, syntax) = DeTable::parse_recoverable(text);
        for error in syntax {
            let at = sink.place("toml", &error.span().unwrap_or_default());
            sink.add(at.error(error.message()));
        }
        let config = match document.get_ref().get("gateway") {
            None => {
                sink.add(sink.place("gateway", &(0..0)).error("the table is missing"));
                None
            }
            Some(value) => {
                let at = sink.place("gateway", &value.span());
                match value.get_ref().as_table() {
                    Some(table) => read(Section::new(&sink, table, at)),
                    None => {
                        sink.add(at.error("must be a table"));
                        None
                    }
                }
            }
        };
        match (config, sink.into_errors()) {
            (Some(config), errors) if errors.is_empty() => Ok(config),
            (_, errors) => Err(ConfigErrors(errors)),
        }
    }

    /// Checks the routes against a system: that each resource's type is in the model and has the
    /// relations that the route's actions ask for, and that the profile meters each of them.
    ///
    /// # Errors
    /// Everything that is wrong, each with its key and line.
    pub fn check_against(&self, profile: &Profile, model: &Model) -> Result<(), ConfigErrors> {
        let mut errors = Vec::new();
        for route in &self.routes {
            route.check_against(profile, model, &mut errors);
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ConfigErrors(errors))
        }
    }
}

fn read(mut section: Section<'_, '_>) -> Option<Config> {
    let listen = addresses(&mut section);
    let admin_listen = section
        .needed_text("admin_listen")
        .and_then(|text| address(&section, text));
    let max_staleness_s = section.number("max_staleness_s", 1, 86_400);
    let allowed_origins = origins(&mut section);
    let timeouts = timeouts(&mut section);
    let limits = limits(&mut section);
    let anonymous = anonymous(&mut section);
    let log = log(&mut section);
    let tls = tls(&mut section);
    let upstreams = upstreams::read(&mut section);
    let routes = routes::read(&mut section, &upstreams);
    section.finish();
    Some(Config {
        listen,
        admin_listen: admin_listen?,
        max_staleness_s: max_staleness_s.map_or(300, |number| number.value),
        allowed_origins,
        timeouts,
        limits,
        anonymous,
        log,
        tls,
        upstreams,
        routes,
    })
}

fn addresses(section: &mut Section<'_, '_>) -> Vec<Located<SocketAddr>> {
    section.needed("listen");
    let Some(texts) = section.texts("listen") else {
        return Vec::new();
    };
    if texts.is_empty() {
        section.error(section.at(), "`listen` names no address");
    }
    texts
        .into_iter()
        .filter_map(|text| address(section, text))
        .collect()
}

fn address(section: &Section<'_, '_>, text: Located<&str>) -> Option<Located<SocketAddr>> {
    match text.value.parse() {
        Ok(value) => Some(Located { value, at: text.at }),
        Err(_) => {
            let message = format!(
                "`{}` is no address with a port, like 127.0.0.1:8080",
                text.value
            );
            section.error(&text.at, message);
            None
        }
    }
}

fn origins(section: &mut Section<'_, '_>) -> Vec<HeaderValue> {
    let texts = section.texts("allowed_origins").unwrap_or_default();
    let mut origins = Vec::new();
    for text in texts {
        let uri = text.value.parse::<http::Uri>().ok();
        let is_origin = uri.as_ref().is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri
                    .authority()
                    .is_some_and(|authority| !authority.as_str().contains('@'))
                && uri.query().is_none()
                && text
                    .value
                    .chars()
                    .filter(|&character| character == '/')
                    .count()
                    == 2
                && !text
                    .value
                    .chars()
                    .any(|character| character.is_ascii_uppercase())
        });
        match HeaderValue::from_str(text.value) {
            Ok(value) if is_origin => origins.push(value),
            _ => section.error(&text.at, "is no origin, like https://console.example:8443"),
        }
    }
    origins
}

fn timeouts(section: &mut Section<'_, '_>) -> Timeouts {
    let mut timeouts = Timeouts {
        connect: Duration::from_secs(5),
        request_head: Duration::from_secs(10),
        response_head: Duration::from_secs(30),
        idle: Duration::from_secs(60),
        shutdown: Duration::from_secs(30),
    };
    let Some(mut table) = section.section("timeouts") else {
        return timeouts;
    };
    let mut read = |key, into: &mut Duration| {
        if let Some(number) = table.number(key, 1, 3_600_000) {
            *into = Duration::from_millis(number.value);
        }
    };
    read("connect_ms", &mut timeouts.connect);
    read("request_head_ms", &mut timeouts.request_head);
    read("response_head_ms", &mut timeouts.response_head);
    read("idle_ms", &mut timeouts.idle);
    read("shutdown_ms", &mut timeouts.shutdown);
    if timeouts.idle < timeouts.response_head {
        let at = table.at().clone();
        table.error(
            &at,
            "`idle_ms` is below `response_head_ms`, and would end what that waits for",
        );
    }
    table.finish();
    timeouts
}

fn limits(section: &mut Section<'_, '_>) -> Limits {
    let mut limits = Limits {
        connections: 10_000,
        streams: 100,
    };
    let Some(mut table) = section.section("limits") else {
        return limits;
    };
    if let Some(number) = table.number("connections", 1, 1_000_000) {
        limits.connections = usize::try_from(number.value).unwrap_or(usize::MAX);
    }
    if let Some(number) = table.number("streams", 1, 10_000) {
        limits.streams = u32::try_from(number.value).unwrap_or(u32::MAX);
    }
    table.finish();
    limits
}

fn anonymous(section: &mut Section<'_, '_>) -> AddressLimit {
    let mut limit = AddressLimit {
        requests: 20,
        period: Duration::from_secs(15),
    };
    let Some(mut table) = section.section("anonymous") else {
        return limit;
    };
    if let Some(number) = table.number("requests", 1, 1_000) {
        limit.requests = u32::try_from(number.value).unwrap_or(u32::MAX);
    }
    if let Some(number) = table.number("period_s", 1, 3_600) {
        limit.period = Duration::from_secs(number.value);
    }
    table.finish();
    limit
}

fn log(section: &mut Section<'_, '_>) -> LogRequests {
    let Some(mut table) = section.section("log") else {
        return LogRequests::Refused;
    };
    let requests = match table.text("requests") {
        None => LogRequests::Refused,
        Some(text) => match text.value {
            "none" => LogRequests::None,
            "refused" => LogRequests::Refused,
            "all" => LogRequests::All,
            _ => {
                table.error(&text.at, "must be \"none\", \"refused\" or \"all\"");
                LogRequests::Refused
            }
        },
    };
    table.finish();
    requests
}

fn tls(section: &mut Section<'_, '_>) -> Option<TlsConfig> {
    let mut table = section.section("tls")?;
    let mut file = |key| {
        table.needed_text(key).map(|text| Located {
            value: PathBuf::from(text.value),
            at: text.at,
        })
    };
    let cert_file = file("cert_file");
    let key_file = file("key_file");
    table.finish();
    Some(TlsConfig {
        cert_file: cert_file?,
        key_file: key_file?,
    })
}
