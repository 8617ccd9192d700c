//! Notifications, delivered at least once.
//!
//! A change writes what somebody is to be told in its own transaction, so that nothing is told of a change
//! that was not made, and nothing is forgotten of one that was. [`Outbox::run`] delivers it afterwards:
//! at once when it is woken, again after a failure, later each time ([`BACKOFF_FIRST_S`] to
//! [`BACKOFF_MAX_S`]), and until what it tells of is over. A crash between delivery and note of it
//! delivers again, under the same id: a webhook's `webhook-id`, a mail's `Message-ID`.
//!
//! What a deployer can break: with the transport `log`, nobody gets the link of an invitation, and who is
//! not registered yet cannot accept. Whoever reads what a webhook gets can redeem its links.
//!
//! Never logged: the link and its code, what a receiver answered, secrets.

mod date;
pub mod link;
mod log;
mod settings;
mod smtp;
#[cfg(test)]
mod tests;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tidegate_tower::Clock;
use tokio::sync::Notify;
use uuid::Uuid;

use self::link::LinkKey;
pub use self::settings::{
    BaseUrl, MailFrom, NotifySettings, OutboxError, SecretSource, SettingError, SmtpServer,
    SmtpSettings, SmtpTls, TransportSettings, WebhookSettings, WebhookUrl,
};
use self::smtp::Smtp;
use self::webhook::Webhook;
use crate::store::{DueNotification, Store, StoreError};

/// How long after the first failure a notification is due again. Seconds.
pub const BACKOFF_FIRST_S: u64 = 10;

/// The longest time between two attempts. Seconds.
pub const BACKOFF_MAX_S: u64 = 3600;

/// Most notifications that are taken at a time.
pub const BATCH: u32 = 32;

/// The longest time between two looks at the store: the clock of the rows may be set while this one waits.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What somebody is told. It holds no secret: the code of a link is worked out on delivery.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Notification {
    /// Somebody was invited.
    Invited {
        /// The invitation.
        invitation: Uuid,
        /// To what.
        object: String,
        /// What people call it.
        display_name: Option<String>,
        /// What acceptance gives.
        relations: Vec<String>,
        /// Who invited.
        invited_by: String,
        /// Who is told.
        recipient: Recipient,
        /// Until when it can be accepted. Seconds since the epoch, UTC.
        expires_at_s: u64,
        /// Whether a link that proves the address goes along.
        link: bool,
    },
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Whoever reads the mails of an address.
    Address(String),
    /// Somebody by name, with the addresses that they have proven.
    Subject {
        /// Who.
        object: String,
        /// Their addresses; none: only a log or a webhook is told.
        addresses: Vec<String>,
    },
}

impl Notification {
    /// Its name in logs and in what webhooks get.
    fn kind(&self) -> &'static str {
        match self {
            Self::Invited { .. } => "invitation.created",
        }
    }

    /// When what it tells of is over. Seconds since the epoch, UTC.
    fn over_at_s(&self) -> u64 {
        match self {
            Self::Invited { expires_at_s, .. } => *expires_at_s,
        }
    }

    /// The link for an address, where one goes along.
    fn link(&self, address: &str, base_url: &BaseUrl, key: &LinkKey) -> Option<String> {
        match self {
            Self::Invited {
                link, invitation, ..
            } => link.then(|| base_url.redeem(&key.code(*invitation, address))),
        }
    }
}

/// Delivers what the store's outbox holds.
#[derive(Debug)]
pub struct Outbox {
    transport: Transport,
    timeout: Duration,
    clock: Clock,
    wake: Arc<Notify>,
}

/// How notifications leave.
#[derive(Debug)]
enum Transport {
    Log,
    Webhook(Box<Webhook>),
    Smtp(Box<Smtp>),
}

/// Why an attempt failed. No message holds a link, or what a receiver wrote.
#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error("the row cannot be read: it is no notification that this version knows")]
    Unreadable,
    #[error("no message can be made of it: {0}")]
    Message(String),
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    #[error("no answer within {0} ms")]
    Timeout(u128),
    #[error("refused with {0}")]
    Refused(u16),
}

/// What a look at the store did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Rows that left the outbox.
    pub delivered: u32,
    /// Rows that are due again later.
    pub failed: u32,
}

/// What an attempt is made with.
struct Delivery<'n> {
    id: Uuid,
    created_at_s: u64,
    now_s: u64,
    notification: &'n Notification,
    key: &'n LinkKey,
}

impl Outbox {
    /// Reads secrets, and sets the transport up. `wake` is told when a change wrote a notification.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn open(
        settings: NotifySettings,
        clock: Clock,
        wake: Arc<Notify>,
    ) -> Result<Self, OutboxError> {
        let NotifySettings { timeout, transport } = settings;
        let transport = match transport {
            TransportSettings::Log => Transport::Log,
            TransportSettings::Webhook(settings) => {
                Transport::Webhook(Box::new(Webhook::open(settings)?))
            }
            TransportSettings::Smtp(settings) => {
                Transport::Smtp(Box::new(Smtp::open(settings, timeout)?))
            }
        };
        Ok(Self {
            transport,
            timeout,
            clock,
            wake,
        })
    }

    /// Delivers for as long as it is polled. Dropping it is the way to stop: what is in the middle of an
    /// attempt then is delivered again at the next start.
    pub async fn run(&self, store: &Store, key: &LinkKey) {
        loop {
            let wait = match self.look(store, key).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "notifications wait: the store does not answer");
                    Duration::from_secs(BACKOFF_FIRST_S)
                }
            };
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Delivers everything that is due, and says how long there is nothing to do.
    async fn look(&self, store: &Store, key: &LinkKey) -> Result<Duration, StoreError> {
        while self.deliver_due(store, key).await? != Round::default() {}
        let next = store.next_notification_at_s().await?;
        let wait_s = next.map(|at_s| at_s.saturating_sub(self.clock.now_s()).max(1));
        Ok(wait_s.map_or(LOOK_EVERY, |wait_s| {
            Duration::from_secs(wait_s).min(LOOK_EVERY)
        }))
    }

    /// Tries what is due now, the first written first: at most [`BATCH`], one after the other.
    ///
    /// # Errors
    /// [`StoreError`]: what was delivered may be delivered again.
    pub async fn deliver_due(&self, store: &Store, key: &LinkKey) -> Result<Round, StoreError> {
        let mut round = Round::default();
        for row in store.due_notifications(self.clock.now_s(), BATCH).await? {
            if self.deliver_row(store, key, &row).await? {
                round.delivered += 1;
            } else {
                round.failed += 1;
            }
        }
        Ok(round)
    }

    async fn deliver_row(
        &self,
        store: &Store,
        key: &LinkKey,
        row: &DueNotification,
    ) -> Result<bool, StoreError> {
        let id = row.id;
        let parsed = serde_json::from_str::<Notification>(&row.notification).ok();
        let kind = parsed.as_ref().map_or("unknown", Notification::kind);
        let attempt = row.attempts.saturating_add(1);
        let outcome = match &parsed {
            None => Err(DeliveryError::Unreadable),
            Some(notification) => {
                let now_s = self.clock.now_s();
                if notification.over_at_s() <= now_s {
                    tracing::warn!(%id, kind, attempts = row.attempts, "not notified: it is over");
                    store.notification_delivered(id).await?;
                    return Ok(true);
                }
                let delivery = Delivery {
                    id,
                    created_at_s: row.created_at_s,
                    now_s,
                    notification,
                    key,
                };
                self.attempt(&delivery).await
            }
        };
        match outcome {
            Ok(()) => {
                store.notification_delivered(id).await?;
                tracing::info!(%id, kind, attempt, "notified");
                Ok(true)
            }
            Err(error) => {
                // Counted from the end of the attempt, which may have taken its time.
                let due_at_s = self.clock.now_s().saturating_add(backoff_s(attempt));
                store.notification_failed(id, attempt, due_at_s).await?;
                tracing::warn!(%id, kind, attempt, due_at_s, %error, "not notified yet");
                Ok(false)
            }
        }
    }

    async fn attempt(&self, delivery: &Delivery<'_>) -> Result<(), DeliveryError> {
        let delivered = async {
            match &self.transport {
                Transport::Log => {
                    log::deliver(delivery.id, delivery.notification);
                    Ok(())
                }
                Transport::Webhook(webhook) => webhook.deliver(delivery).await,
                Transport::Smtp(smtp) => smtp.deliver(delivery).await,
            }
        };
        tokio::time::timeout(self.timeout, delivered)
            .await
            .unwrap_or(Err(DeliveryError::Timeout(self.timeout.as_millis())))
    }
}

/// How long after an attempt (the first is 1) that failed the next one is due. Seconds.
fn backoff_s(attempt: u64) -> u64 {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
    1_u64
        .checked_shl(doublings)
        .map_or(BACKOFF_MAX_S, |factor| {
            BACKOFF_FIRST_S.saturating_mul(factor).min(BACKOFF_MAX_S)
        })
}
