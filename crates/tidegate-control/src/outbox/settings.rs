//! How notifications leave: what a configuration says, valid in itself.

use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use http::Uri;
use lettre::message::Mailbox;
use lettre::transport::smtp::client::Certificate;

/// Longest secret that is read from environment or file. Bytes.
const SECRET_LIMIT_BYTES: u64 = 4096;

/// Longest file of certificate authorities. Bytes.
const AUTHORITIES_LIMIT_BYTES: u64 = 4 * 1024 * 1024;

/// How notifications leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotifySettings {
    /// How long an attempt may take in all.
    pub timeout: Duration,
    /// By what.
    pub transport: TransportSettings,
}

impl NotifySettings {
    /// How long an attempt may take in all, unless the configuration says so.
    pub const TIMEOUT: Duration = Duration::from_secs(10);
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self {
            timeout: Self::TIMEOUT,
            transport: TransportSettings::Log,
        }
    }
}

/// By what notifications leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportSettings {
    /// Lines of the log, without links.
    Log,
    /// A signed request to somebody who tells people.
    Webhook(WebhookSettings),
    /// Mails.
    Smtp(SmtpSettings),
}

/// A webhook (<https://www.standardwebhooks.com>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Where to.
    pub url: WebhookUrl,
    /// Where links lead.
    pub base_url: BaseUrl,
    /// `whsec_…`; several, between white space, while they are changed.
    pub secret: SecretSource,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Which.
    pub server: SmtpServer,
    /// Where links lead.
    pub base_url: BaseUrl,
    /// Who mails.
    pub from: MailFrom,
    /// User name and password; none: it wants none.
    pub login: Option<(String, SecretSource)>,
    /// A file of PEM: who may have signed the server's certificate, in place of whom this machine trusts.
    pub ca_file: Option<PathBuf>,
}

/// Where a secret is: never in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In a variable of the environment.
    Env(String),
    /// In a file; white space around it does not count.
    File(PathBuf),
}

/// What is wrong with a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingError(&'static str);

/// Why an outbox cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// A secret cannot be read.
    #[error("{place}: {reason}")]
    Secret {
        /// Where it should be.
        place: String,
        /// What is wrong with it, without its text.
        reason: String,
    },
    /// TLS cannot be set up on this machine.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The file of certificate authorities cannot be used.
    #[error("{path}: {reason}", path = .path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads certificates of authorities, at least one.
pub(super) fn authorities(path: &Path) -> Result<Certificate, OutboxError> {
    let wrong = |reason: String| OutboxError::Authorities {
        path: path.to_owned(),
        reason,
    };
    let mut pem = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(AUTHORITIES_LIMIT_BYTES).read_to_end(&mut pem))
        .map_err(|error| wrong(error.to_string()))?;
    // None at all would be read as fine, and trust nobody.
    let begin = b"-----BEGIN CERTIFICATE-----";
    if !pem.windows(begin.len()).any(|text| text == begin) {
        return Err(wrong("holds no certificate in PEM".to_owned()));
    }
    Certificate::from_pem(&pem).map_err(|_| wrong("holds no certificates in PEM".to_owned()))
}

impl SecretSource {
    /// Where it is, for messages.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Env(name) => format!("environment variable {name}"),
            Self::File(path) => path.display().to_string(),
        }
    }

    pub(super) fn wrong(&self, reason: &str) -> OutboxError {
        OutboxError::Secret {
            place: self.place(),
            reason: reason.to_owned(),
        }
    }

    /// Its text, without white space around it.
    pub(super) fn read(&self) -> Result<String, OutboxError> {
        let text = match self {
            Self::Env(name) => {
                std::env::var(name).map_err(|_| self.wrong("is not set, or is not UTF-8"))?
            }
            Self::File(path) => {
                let mut text = String::new();
                std::fs::File::open(path)
                    .and_then(|file| file.take(SECRET_LIMIT_BYTES).read_to_string(&mut text))
                    .map_err(|error| self.wrong(&error.to_string()))?;
                text
            }
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(self.wrong("is empty"));
        }
        Ok(text.to_owned())
    }
}

/// Where the links of invitations lead: `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// From its text; a slash at the end does not count.
    ///
    /// # Errors
    /// It is no such URL, or `http` to another machine without `allow_insecure_http`.
    pub fn new(text: &str, allow_insecure_http: bool) -> Result<Self, SettingError> {
        if text.contains(['?', '#']) {
            return Err(SettingError("may hold scheme, host, port and path only"));
        }
        web(text, allow_insecure_http)?;
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The code is in the fragment, so that it reaches no server's log.
    pub(super) fn redeem(&self, code: &str) -> String {
        format!("{}/#redeem={code}", self.0)
    }
}

/// Where a webhook is: `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(pub(super) Uri);

impl WebhookUrl {
    /// From its text.
    ///
    /// # Errors
    /// It is no such URL, or `http` to another machine without `allow_insecure_http`.
    pub fn new(text: &str, allow_insecure_http: bool) -> Result<Self, SettingError> {
        if text.contains('#') {
            return Err(SettingError("may hold no fragment"));
        }
        web(text, allow_insecure_http).map(Self)
    }
}

fn web(text: &str, allow_insecure_http: bool) -> Result<Uri, SettingError> {
    let uri: Uri = text.parse().map_err(|_| SettingError("is not a URL"))?;
    let host = uri.host().filter(|host| !host.is_empty());
    let host = host.ok_or(SettingError(
        "must name scheme and host, as in https://example.com",
    ))?;
    if uri
        .authority()
        .is_some_and(|part| part.as_str().contains('@'))
    {
        return Err(SettingError("may hold no user name or password"));
    }
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if allow_insecure_http || on_this_machine(host) => Ok(uri),
        Some("http") => Err(SettingError(
            "must start with https:// unless it is on this machine",
        )),
        _ => Err(SettingError("must start with https://")),
    }
}

fn on_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Who mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFrom(pub(super) Mailbox);

impl FromStr for MailFrom {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let wrong = SettingError("is no sender, as in \"Tidegate <tidegate@example.com>\"");
        if text.chars().any(char::is_control) {
            return Err(wrong);
        }
        text.parse().map(Self).map_err(|_| wrong)
    }
}

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS after `STARTTLS`, which the server must offer; port 587.
    StartTls,
    /// TLS from the first byte; port 465.
    Implicit,
    /// Readable for everybody in between; only to this machine; port 25.
    None,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: SmtpTls,
}

impl SmtpServer {
    /// From its name or number; without a port, the usual one.
    ///
    /// # Errors
    /// It is no host, or another machine without TLS.
    pub fn new(host: &str, port: Option<u16>, tls: SmtpTls) -> Result<Self, SettingError> {
        let is_name = !host.is_empty()
            && host.len() <= 253
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        if !is_name && host.parse::<IpAddr>().is_err() {
            return Err(SettingError("is no host, as in mail.example.com"));
        }
        if tls == SmtpTls::None && !on_this_machine(host) {
            return Err(SettingError("must be this machine where tls is none"));
        }
        let usual = match tls {
            SmtpTls::StartTls => 587,
            SmtpTls::Implicit => 465,
            SmtpTls::None => 25,
        };
        Ok(Self {
            host: host.to_owned(),
            port: port.unwrap_or(usual),
            tls,
        })
    }
}
