//! The upstreams: a pool of connections to each, and what it is told beside the request.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::uri::{Authority, Scheme, Uri};
use http::{HeaderName, HeaderValue};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tidegate_tower::MeteredBody;

use crate::body::{Paced, Sending};
use crate::config::{ConfigError, Credential, CredentialSource, Timeouts, UpstreamConfig};

/// What goes to an upstream: paid for, and watched for progress.
pub(crate) type RequestBody = Sending<MeteredBody<Paced>>;

/// How long a connection is kept that nobody uses: below the 5 s after which many servers close
/// theirs, so that a request seldom meets a connection that is just being closed.
const KEPT: Duration = Duration::from_secs(4);

/// Where permitted requests go.
pub(crate) struct Upstream {
    pub(crate) name: String,
    pub(crate) client: Client<HttpsConnector<HttpConnector>, RequestBody>,
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    pub(crate) host: HeaderValue,
    pub(crate) credential: Option<(HeaderName, HeaderValue)>,
}

impl Upstream {
    /// Reads credentials and certificates, and makes the pool; connects to nothing.
    ///
    /// # Errors
    /// What cannot be read, with the key that names it.
    pub(crate) fn new(config: &UpstreamConfig, timeouts: &Timeouts) -> Result<Self, ConfigError> {
        let UpstreamConfig {
            name,
            scheme,
            authority,
            ca_file,
            credential,
            at,
        } = config;
        let tls = match ca_file {
            _ if *scheme != Scheme::HTTPS => trust(RootCertStore::empty()),
            Some(file) => roots(&file.value).and_then(trust),
            None => trust_machine(),
        };
        let place = ca_file.as_ref().map_or(at, |file| &file.at);
        let tls = tls.map_err(|message| place.error(message))?;
        let host = HeaderValue::try_from(authority.as_str())
            .map_err(|_| at.error("the host cannot be sent in a header"))?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeouts.connect));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT)
            .set_host(false)
            // Only what was not sent at all is sent on another connection.
            .retry_canceled_requests(true)
            .build(connector);
        Ok(Self {
            name: name.clone(),
            client,
            scheme: scheme.clone(),
            authority: authority.clone(),
            host,
            credential: credential.as_ref().map(read).transpose()?,
        })
    }

    /// The whole URI of a permitted path.
    pub(crate) fn uri(&self, path: http::uri::PathAndQuery) -> Result<Uri, http::Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Ok(Uri::from_parts(parts)?)
    }
}

fn read(credential: &Credential) -> Result<(HeaderName, HeaderValue), ConfigError> {
    let text = match &credential.source {
        CredentialSource::Env(name) => std::env::var(name)
            .map_err(|_| format!("the environment variable {name} is not set, or is not UTF-8")),
        CredentialSource::File(path) => std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display())),
    };
    let text = text.map_err(|message| credential.at.error(message))?;
    let text = text.trim_end();
    if text.is_empty() {
        return Err(credential.at.error("the credential is empty"));
    }
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        credential
            .at
            .error("the credential cannot be sent in a header")
    })?;
    value.set_sensitive(true);
    Ok((credential.header.clone(), value))
}

type Untrusting = ConfigBuilder<ClientConfig, WantsVerifier>;

fn untrusting() -> Result<Untrusting, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
}

/// Trusts these certificates.
fn trust(roots: RootCertStore) -> Result<ClientConfig, String> {
    Ok(untrusting()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Trusts the certificates that the machine trusts.
fn trust_machine() -> Result<ClientConfig, String> {
    let roots = untrusting()?.with_native_roots().map_err(|error| {
        format!("the machine's certificates cannot be read, name a `ca_file`: {error}")
    })?;
    Ok(roots.with_no_client_auth())
}

fn roots(file: &Path) -> Result<RootCertStore, String> {
    let failed = |error: &dyn std::fmt::Display| {
        format!("cannot read certificates from {}: {error}", file.display())
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| failed(&error))? {
        let certificate = certificate.map_err(|error| failed(&error))?;
        roots.add(certificate).map_err(|error| failed(&error))?;
    }
    if roots.is_empty() {
        Err(failed(&"it holds none"))
    } else {
        Ok(roots)
    }
}
