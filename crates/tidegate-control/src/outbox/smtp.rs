//! Notifications by mail.
//!
//! What others have chosen (names, display names) is in the mail's text and subject. It is one line each,
//! shown in quotes where it is free text, and headers are built by types that escape it.

use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::date::plain;
use super::settings::{
    BaseUrl, MailFrom, OutboxError, SmtpServer, SmtpSettings, SmtpTls, authorities,
};
use super::{Delivery, DeliveryError, Notification, Recipient};

/// Longest piece of others' text in a mail. Characters.
const SHOWN_MAX: usize = 200;

#[derive(Debug)]
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: MailFrom,
    base_url: BaseUrl,
}

impl Smtp {
    pub(super) fn open(settings: SmtpSettings, timeout: Duration) -> Result<Self, OutboxError> {
        let SmtpSettings {
            server: SmtpServer { host, port, tls },
            base_url,
            from,
            login,
            ca_file,
        } = settings;
        let parameters = || {
            let mut builder = TlsParameters::builder(host.clone());
            if let Some(file) = &ca_file {
                builder = builder
                    .certificate_store(CertificateStore::None)
                    .add_root_certificate(authorities(file)?);
            }
            let built = builder.build();
            built.map_err(|error| OutboxError::Tls(error.to_string()))
        };
        let tls = match tls {
            SmtpTls::StartTls => Tls::Required(parameters()?),
            SmtpTls::Implicit => Tls::Wrapper(parameters()?),
            // INVARIANT: `SmtpServer` lets nothing but this machine come here.
            SmtpTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
            .port(port)
            .tls(tls)
            .timeout(Some(timeout));
        if let Some((user, password)) = login {
            builder = builder.credentials(Credentials::new(user, password.read()?));
        }
        Ok(Self {
            transport: builder.build(),
            from,
            base_url,
        })
    }

    /// Mails to the first of the recipient's addresses that takes it.
    pub(super) async fn deliver(&self, delivery: &Delivery<'_>) -> Result<(), DeliveryError> {
        let Notification::Invited { recipient, .. } = delivery.notification;
        let addresses = match recipient {
            Recipient::Address(address) => std::slice::from_ref(address),
            Recipient::Subject { addresses, .. } => addresses,
        };
        if addresses.is_empty() {
            tracing::info!(id = %delivery.id, "not mailed: the recipient has no address");
        }
        let mut outcome = Ok(());
        for address in addresses {
            outcome = self.mail(delivery, address).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    async fn mail(&self, delivery: &Delivery<'_>, address: &str) -> Result<(), DeliveryError> {
        let message = self.message(delivery, address)?;
        let sent = self.transport.send(message).await;
        sent.map(|_| ()).map_err(|error| failure(&error))
    }

    pub(super) fn message(
        &self,
        delivery: &Delivery<'_>,
        address: &str,
    ) -> Result<Message, DeliveryError> {
        let bad = |reason: &str| DeliveryError::Message(reason.to_owned());
        let to: Address = address.parse().map_err(|_| bad("the address is none"))?;
        let link = (delivery.notification).link(address, &self.base_url, delivery.key);
        let Notification::Invited {
            invitation: _,
            object,
            display_name,
            relations,
            invited_by,
            recipient: _,
            expires_at_s,
            link: _,
        } = delivery.notification;
        let (object, invited_by) = (one_line(object), one_line(invited_by));
        let named = display_name
            .as_deref()
            .map(one_line)
            .filter(|name| !name.is_empty())
            .map_or_else(|| object.clone(), |name| format!("{object} (\"{name}\")"));
        let roles: Vec<String> = relations.iter().map(|word| one_line(word)).collect();
        let mut text = format!(
            "{invited_by} invites you to {named}, as {}.\n\n",
            roles.join(", ")
        );
        text.push_str(&match link {
            Some(link) => format!(
                "To show that this address is yours, open this link. It works once:\n\n{link}\n\n\
                 After that you can accept the invitation, or decline it.\n"
            ),
            None => "You can accept the invitation, or decline it.\n".to_owned(),
        });
        text.push_str(&format!(
            "It ends on {}.\n\nIf you do not know who this is, you need not do anything.\n",
            plain(*expires_at_s)
        ));
        // The same at each attempt, so that receivers can drop what comes twice.
        let domain = self.from.0.email.domain();
        Message::builder()
            .message_id(Some(format!("<{}@{domain}>", delivery.id)))
            .date(UNIX_EPOCH + Duration::from_secs(delivery.created_at_s.min(u64::from(u32::MAX))))
            .from(self.from.0.clone())
            .to(to.into())
            .subject(format!("{invited_by} invites you to {object}"))
            // RFC 3834: vacation notices need not answer.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(|error| bad(&error.to_string()))
    }
}

/// Others' text on one line, without what moves or hides other text.
fn one_line(text: &str) -> String {
    let moves = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let shown: String = text
        .chars()
        .take(SHOWN_MAX)
        .map(|c| if moves(c) { ' ' } else { c })
        .collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a server wrote may repeat the mail, and with it the link: its code alone is told.
fn failure(error: &SmtpError) -> DeliveryError {
    match error.status() {
        Some(code) => DeliveryError::Refused(u16::from(code)),
        None if is_untrusted(error) => {
            DeliveryError::Unreachable("its certificate is not trusted".to_owned())
        }
        None if error.is_tls() => DeliveryError::Unreachable("TLS failed".to_owned()),
        None if error.is_timeout() => DeliveryError::Unreachable("no answer".to_owned()),
        None if error.is_response() => DeliveryError::Unreachable("no SMTP".to_owned()),
        None if error.is_client() => {
            DeliveryError::Unreachable("the server lacks what is needed (TLS, login)".to_owned())
        }
        None => DeliveryError::Unreachable("the connection failed".to_owned()),
    }
}

/// Whether the server's certificate is what was wrong. The handshake's error comes within one of a connection.
fn is_untrusted(error: &SmtpError) -> bool {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .filter_map(|cause| cause.get_ref()?.downcast_ref::<rustls::Error>())
        .any(|cause| matches!(cause, rustls::Error::InvalidCertificate(_)))
}
