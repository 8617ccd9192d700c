//! The `[control.notify]` table: how who is invited is told.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tidegate_control::outbox::{
    BaseUrl, MailFrom, NotifySettings, SecretSource, SettingError, SmtpServer, SmtpSettings,
    SmtpTls, TransportSettings, WebhookSettings, WebhookUrl,
};
use toml::Spanned;
use toml::de::DeValue;

use super::Reader;

/// Longest time for an attempt. Seconds.
const TIMEOUT_MAX_S: u64 = 300;

/// Keys of every transport, of those with links, of one.
const EVERY: &[&str] = &["transport", "timeout_s"];
const LINKS: &[&str] = &["base_url", "allow_insecure_http"];
const WEBHOOK: &[&str] = &["url", "secret_env", "secret_file"];
const SMTP: &[&str] = &[
    "host",
    "port",
    "tls",
    "from",
    "username",
    "password_env",
    "password_file",
    "ca_file",
];

/// A table's keys and where it begins.
struct Table<'t, 'v> {
    values: BTreeMap<&'t str, &'t Spanned<DeValue<'v>>>,
    at: Range<usize>,
}

impl Reader<'_> {
    /// Reads the table; where links lead unless it says so, is the issuer.
    pub(super) fn notify(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        issuer: Option<&str>,
    ) -> Option<NotifySettings> {
        let Some(read) = value.get_ref().as_table() else {
            self.error(&value.span(), "control.notify", "must be a table");
            return None;
        };
        let values = read
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), value));
        let table = Table {
            values: values.collect(),
            at: value.span(),
        };
        let transport = match table.values.get("transport") {
            Some(value) => value.get_ref().as_str(),
            None => Some("log"),
        };
        let known = match transport {
            Some("log") => [EVERY, &[], &[]],
            Some("webhook") => [EVERY, LINKS, WEBHOOK],
            Some("smtp") => [EVERY, LINKS, SMTP],
            _ => {
                let at = table.values.get("transport").map(|value| value.span());
                let message = "must be \"log\", \"webhook\" or \"smtp\"";
                self.error(&at.unwrap_or(value.span()), &name("transport"), message);
                return None;
            }
        }
        .concat();
        let mut fine = true;
        for (key, _) in read {
            if !known.contains(&key.get_ref().as_ref()) {
                let message = format!(
                    "unknown where transport is \"{}\"; it may be {}",
                    transport.unwrap_or_default(),
                    known.join(", ")
                );
                self.error(&key.span(), &name(key.get_ref()), &message);
                fine = false;
            }
        }
        let timeout = self.timeout(&table);
        let transport = match transport {
            Some("webhook") => self.webhook(&table, issuer).map(TransportSettings::Webhook),
            Some("smtp") => self.smtp(&table, issuer).map(TransportSettings::Smtp),
            _ => Some(TransportSettings::Log),
        };
        let (timeout, transport) = (timeout?, transport?);
        fine.then_some(NotifySettings { timeout, transport })
    }

    fn webhook(&mut self, table: &Table<'_, '_>, issuer: Option<&str>) -> Option<WebhookSettings> {
        let insecure = self.insecure(table);
        let base_url = self.base_url(table, issuer, insecure);
        let url = self.needed(table, "url");
        let url = url.and_then(|(text, at)| {
            self.checked(
                "url",
                &at,
                WebhookUrl::new(&text, insecure.unwrap_or(false)),
            )
        });
        let secret = self.secret(table, ["secret_env", "secret_file"]);
        insecure?;
        Some(WebhookSettings {
            url: url?,
            base_url: base_url?,
            secret: secret?,
        })
    }

    fn smtp(&mut self, table: &Table<'_, '_>, issuer: Option<&str>) -> Option<SmtpSettings> {
        let insecure = self.insecure(table);
        let base_url = self.base_url(table, issuer, insecure);
        let (port, tls) = (self.port(table), self.tls(table));
        let host = self.needed(table, "host");
        // With a wrong port or way, the host is checked as far as it goes.
        let server = host.and_then(|(host, at)| {
            let way = tls.unwrap_or(SmtpTls::StartTls);
            self.checked("host", &at, SmtpServer::new(&host, port.flatten(), way))
        });
        let from = self.needed(table, "from");
        let from = from.and_then(|(text, at)| self.checked("from", &at, MailFrom::from_str(&text)));
        let login = self.login(table);
        let ca_file = match table.values.get("ca_file") {
            None => Some(None),
            Some(value) if tls == Some(SmtpTls::None) => {
                let message = "says nothing where tls is \"none\"";
                self.error(&value.span(), &name("ca_file"), message);
                None
            }
            Some(value) => {
                let path = self.text(&name("ca_file"), value);
                path.map(|path| Some(PathBuf::from(path)))
            }
        };
        insecure?;
        port?;
        tls?;
        Some(SmtpSettings {
            server: server?,
            base_url: base_url?,
            from: from?,
            login: login?,
            ca_file: ca_file?,
        })
    }

    /// User name and password go together; the inner none: neither.
    fn login(&mut self, table: &Table<'_, '_>) -> Option<Option<(String, SecretSource)>> {
        let keys = ["password_env", "password_file"];
        let has_password = keys.iter().any(|key| table.values.contains_key(key));
        match table.values.get("username") {
            None if has_password => {
                self.error(
                    &table.at,
                    &name("username"),
                    "must be written, as a password is",
                );
                None
            }
            None => Some(None),
            Some(value) => {
                let user = self.text(&name("username"), value);
                let password = self.secret(table, keys);
                Some(Some((user?, password?)))
            }
        }
    }

    /// A secret in the environment or in a file, exactly one of both.
    fn secret(&mut self, table: &Table<'_, '_>, keys: [&str; 2]) -> Option<SecretSource> {
        let [env, file] = keys;
        match (table.values.get(env), table.values.get(file)) {
            (Some(value), None) => self.text(&name(env), value).map(SecretSource::Env),
            (None, Some(value)) => {
                let path = self.text(&name(file), value);
                path.map(|path| SecretSource::File(PathBuf::from(path)))
            }
            (None, None) => {
                let message = format!("must be written, or {file}");
                self.error(&table.at, &name(env), &message);
                None
            }
            (Some(_), Some(value)) => {
                let message = format!("may not stand beside {env}");
                self.error(&value.span(), &name(file), &message);
                None
            }
        }
    }

    fn base_url(
        &mut self,
        table: &Table<'_, '_>,
        issuer: Option<&str>,
        insecure: Option<bool>,
    ) -> Option<BaseUrl> {
        let insecure = insecure.unwrap_or(false);
        if let Some(value) = table.values.get("base_url") {
            let text = self.text(&name("base_url"), value)?;
            return self.checked("base_url", &value.span(), BaseUrl::new(&text, insecure));
        }
        // An issuer that is missing is told of already.
        let read = BaseUrl::new(issuer?, insecure);
        if let Err(error) = &read {
            let message = format!("must be written, as the issuer {error}");
            self.error(&table.at, &name("base_url"), &message);
        }
        read.ok()
    }

    fn insecure(&mut self, table: &Table<'_, '_>) -> Option<bool> {
        let Some(value) = table.values.get("allow_insecure_http") else {
            return Some(false);
        };
        let read = value.get_ref().as_bool();
        if read.is_none() {
            let message = "must be true or false";
            self.error(&value.span(), &name("allow_insecure_http"), message);
        }
        read
    }

    fn timeout(&mut self, table: &Table<'_, '_>) -> Option<Duration> {
        let Some(value) = table.values.get("timeout_s") else {
            return Some(NotifySettings::TIMEOUT);
        };
        let read = number(value).filter(|read| (1..=TIMEOUT_MAX_S).contains(read));
        if read.is_none() {
            let message = format!("must be a number of seconds from 1 to {TIMEOUT_MAX_S}");
            self.error(&value.span(), &name("timeout_s"), &message);
        }
        read.map(Duration::from_secs)
    }

    /// The inner none: the usual one.
    fn port(&mut self, table: &Table<'_, '_>) -> Option<Option<u16>> {
        let Some(value) = table.values.get("port") else {
            return Some(None);
        };
        let read = number(value).and_then(|read| u16::try_from(read).ok());
        let read = read.filter(|port| *port != 0);
        if read.is_none() {
            self.error(
                &value.span(),
                &name("port"),
                "must be a number from 1 to 65535",
            );
        }
        read.map(Some)
    }

    fn tls(&mut self, table: &Table<'_, '_>) -> Option<SmtpTls> {
        let Some(value) = table.values.get("tls") else {
            return Some(SmtpTls::StartTls);
        };
        match value.get_ref().as_str() {
            Some("starttls") => Some(SmtpTls::StartTls),
            Some("implicit") => Some(SmtpTls::Implicit),
            Some("none") => Some(SmtpTls::None),
            _ => {
                let message = "must be \"starttls\", \"implicit\" or \"none\"";
                self.error(&value.span(), &name("tls"), message);
                None
            }
        }
    }

    /// A text that must be there, and where it is.
    fn needed(&mut self, table: &Table<'_, '_>, key: &str) -> Option<(String, Range<usize>)> {
        let Some(value) = table.values.get(key) else {
            self.error(&table.at, &name(key), "must be written");
            return None;
        };
        Some((self.text(&name(key), value)?, value.span()))
    }

    fn checked<T>(
        &mut self,
        key: &str,
        at: &Range<usize>,
        read: Result<T, SettingError>,
    ) -> Option<T> {
        if let Err(error) = &read {
            self.error(at, &name(key), &error.to_string());
        }
        read.ok()
    }
}

fn name(key: &str) -> String {
    format!("control.notify.{key}")
}

fn number(value: &Spanned<DeValue<'_>>) -> Option<u64> {
    let read = value.get_ref().as_integer()?;
    u64::from_str_radix(read.as_str(), read.radix()).ok()
}
