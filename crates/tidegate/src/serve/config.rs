//! The configuration file: its `[control]` table, and what stands beside it.
//!
//! ```toml
//! [control]
//! listen = "127.0.0.1:8081"                       # the HTTP API; default as here
//! store = "sqlite:/var/lib/tidegate/tidegate.db"  # needed
//! system = "beneath"                              # built in, or a folder; default as here
//! issuer = "https://tidegate.example"             # what secrets name as their issuer; needed
//! allowed_origins = []                            # CORS: `https://host[:port]`, exactly
//! store_key_file = "/etc/tidegate/store.key"      # signing keys are sealed under it (`openssl rand -base64 32`);
//!                                                 # or TIDEGATE_STORE_KEY; default: they lie open in the store
//! node_silence_s = 60                             # then what a silent node holds of quota is forfeited
//!
//! [control.notify]                        # who is invited is told; may be left out
//! transport = "log"                       # or "webhook", "smtp"; default as here: nobody gets a link
//! timeout_s = 10                          # for an attempt, 1 to 300; default as here
//! base_url = "https://console.example"    # where links lead; default the issuer (webhook, smtp)
//! allow_insecure_http = false             # for `base_url` and `url` on other machines (webhook, smtp)
//!
//! url = "https://hooks.example/tidegate"  # transport = "webhook"; needed
//! secret_env = "TIDEGATE_WEBHOOK_SECRET"  # `whsec_…`; this or `secret_file`
//!
//! host = "mail.example"                   # transport = "smtp"; needed
//! port = 587                              # default 587, with implicit TLS 465, without TLS 25
//! tls = "starttls"                        # or "implicit", or "none" to this machine; default as here
//! from = "Tidegate <tidegate@example>"    # needed
//! username = "tidegate"                   # with one of the next two; default: no login
//! password_env = "TIDEGATE_SMTP_PASSWORD" # or `password_file`
//! ca_file = "/etc/tidegate/mail-ca.pem"   # who signs its certificate; default: whom this machine trusts
//! ```
//!
//! `[gateway]` is read by [`tidegate_gateway::Config`]. Any other table is an error, and so is any
//! other key. Everything that is wrong is said at once.

mod notify;

use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;

use axum::http::{HeaderValue, Uri};
use tidegate_control::outbox::NotifySettings;
use tidegate_gateway::Config as GatewayConfig;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The whole file, valid in itself.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) control: ControlConfig,
    pub(crate) gateway: GatewayConfig,
}

/// The `[control]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ControlConfig {
    pub(crate) listen: SocketAddr,
    pub(crate) store: String,
    pub(crate) system: String,
    pub(crate) issuer: String,
    pub(crate) allowed_origins: Vec<HeaderValue>,
    pub(crate) store_key_file: Option<PathBuf>,
    pub(crate) notify: NotifySettings,
    pub(crate) node_silence_s: u64,
}

/// All that is wrong with a file, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigErrors(Vec<(usize, String)>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (_, error)) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n" };
            write!(f, "{between}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

impl Config {
    /// Reads a file's text.
    ///
    /// # Errors
    /// Everything that is wrong, each with its key and line.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigErrors> {
        let mut reader = Reader {
            text,
            errors: Vec::new(),
        };
        let control = match DeTable::parse(text) {
            Ok(document) => reader.document(document.get_ref()),
            // The gateway's reader reports it, and goes on behind it.
            Err(_) => None,
        };
        let mut errors = reader.errors;
        let gateway = match GatewayConfig::parse(text) {
            Ok(gateway) => Some(gateway),
            Err(found) => {
                errors.extend(found.0.iter().map(|error| (error.line, error.to_string())));
                None
            }
        };
        match (control, gateway) {
            (Some(control), Some(gateway)) if errors.is_empty() => Ok(Self { control, gateway }),
            _ => {
                errors.sort_by_key(|(line, _)| *line);
                Err(ConfigErrors(errors))
            }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    errors: Vec<(usize, String)>,
}

impl Reader<'_> {
    fn error(&mut self, at: &Range<usize>, key: &str, message: &str) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        self.errors
            .push((line, format!("line {line}: {key}: {message}")));
    }

    fn document(&mut self, document: &DeTable<'_>) -> Option<ControlConfig> {
        let mut control = None;
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "control" => control = Some(value),
                "gateway" => {}
                other => self.error(&key.span(), other, "unknown; it may be control or gateway"),
            }
        }
        let Some(control) = control else {
            self.error(&(0..0), "control", "the table is missing");
            return None;
        };
        let Some(table) = control.get_ref().as_table() else {
            self.error(&control.span(), "control", "must be a table");
            return None;
        };
        self.control(table, &control.span())
    }

    fn control(&mut self, table: &DeTable<'_>, at: &Range<usize>) -> Option<ControlConfig> {
        let mut listen = Some(SocketAddr::from(([127, 0, 0, 1], 8081)));
        let mut system = Some("beneath".to_owned());
        let mut allowed_origins = Some(Vec::new());
        let mut node_silence_s = Some(60);
        let mut store_key_file = Some(None);
        let (mut store, mut issuer, mut notify) = (None, None, None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "listen" => listen = self.address(value),
                "store" => store = Some(self.text("control.store", value)),
                "system" => system = self.text("control.system", value),
                "issuer" => issuer = Some(self.text("control.issuer", value)),
                "allowed_origins" => allowed_origins = self.origins(value),
                "notify" => notify = Some(value),
                "store_key_file" => {
                    let path = self.text("control.store_key_file", value);
                    store_key_file = path.map(|path| Some(PathBuf::from(path)));
                }
                "node_silence_s" => node_silence_s = self.seconds("control.node_silence_s", value),
                other => {
                    let known = "unknown; it may be listen, store, system, issuer, allowed_origins, \
                                 store_key_file, node_silence_s, notify";
                    self.error(&key.span(), &format!("control.{other}"), known);
                }
            }
        }
        for (key, value) in [("control.store", &store), ("control.issuer", &issuer)] {
            if value.is_none() {
                self.error(at, key, "must be written");
            }
        }
        let notify = match notify {
            Some(value) => self.notify(value, issuer.clone().flatten().as_deref()),
            None => Some(NotifySettings::default()),
        };
        Some(ControlConfig {
            listen: listen?,
            store: store??,
            system: system?,
            issuer: issuer??,
            allowed_origins: allowed_origins?,
            notify: notify?,
            store_key_file: store_key_file?,
            node_silence_s: node_silence_s?,
        })
    }

    fn text(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        match value.get_ref().as_str() {
            Some(text) if !text.is_empty() => Some(text.to_owned()),
            _ => {
                self.error(
                    &value.span(),
                    key,
                    "must be a text in quotes, and not empty",
                );
                None
            }
        }
    }

    /// 2, below which a heartbeat that is late counts as silence, to a day.
    fn seconds(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<u64> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|number| (2..=86_400).contains(number));
        if number.is_none() {
            self.error(&value.span(), key, "must be a number from 2 to 86400");
        }
        number
    }

    fn address(&mut self, value: &Spanned<DeValue<'_>>) -> Option<SocketAddr> {
        let address = value.get_ref().as_str().and_then(|text| text.parse().ok());
        if address.is_none() {
            let message = "must be an address with a port, as in \"127.0.0.1:8081\"";
            self.error(&value.span(), "control.listen", message);
        }
        address
    }

    fn origins(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<HeaderValue>> {
        let key = "control.allowed_origins";
        let Some(values) = value.get_ref().as_array() else {
            self.error(
                &value.span(),
                key,
                "must be a list, as in [\"https://console.example\"]",
            );
            return None;
        };
        let mut origins = Vec::new();
        for value in values {
            match value.get_ref().as_str().and_then(origin) {
                Some(origin) => origins.push(origin),
                None => {
                    let message = "is no origin, as in \"https://console.example:8443\"";
                    self.error(&value.span(), key, message);
                }
            }
        }
        Some(origins)
    }
}

/// Exactly as a browser sends it (RFC 6454, section 6.2): no path, no upper case.
fn origin(text: &str) -> Option<HeaderValue> {
    let uri: Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let is_origin = matches!(scheme, "http" | "https")
        && !authority.contains('@')
        && text == format!("{scheme}://{authority}")
        && !text.chars().any(|c| c.is_ascii_uppercase());
    if is_origin {
        HeaderValue::from_str(text).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
