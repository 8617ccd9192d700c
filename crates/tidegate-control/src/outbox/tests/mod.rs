//! The outbox on a real store, before receivers on loopback.

mod settings;
mod smtp;
mod webhook;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tidegate_tower::Clock;
use tokio::sync::Notify;
use uuid::Uuid;

use super::link::{KEY_BYTES, LinkKey};
use super::*;
use crate::store::tests::Folder;
use crate::store::{NewNotification, Write};

/// 2026-11-21T01:33:11Z
const NOW_S: u64 = 1_795_224_791;
const ADDRESS: &str = "dora@example.com";
/// Longer than any machine takes, so that nothing but what a test does ends an attempt.
const PATIENT: Duration = Duration::from_secs(60);

/// A path in a folder.
fn beside(folder: &Folder, name: &str) -> PathBuf {
    let store = folder.store();
    PathBuf::from(store.trim_start_matches("sqlite:")).with_file_name(name)
}

fn key() -> LinkKey {
    LinkKey::new(&[7; KEY_BYTES])
}

/// A store, and a clock that stands until it is moved.
struct Town {
    folder: Folder,
    store: Store,
    hand: Arc<AtomicU64>,
    wake: Arc<Notify>,
}

impl Town {
    async fn new() -> Self {
        let folder = Folder::new();
        let store = Store::open(&folder.store()).await.unwrap();
        Self {
            folder,
            store,
            hand: Arc::new(AtomicU64::new(NOW_S)),
            wake: Arc::new(Notify::new()),
        }
    }

    /// Opens the store again, as the next process does.
    async fn restart(self) -> Self {
        let Self {
            folder,
            store,
            hand,
            wake,
        } = self;
        store.close().await;
        drop(store);
        let store = Store::open(&folder.store()).await.unwrap();
        Self {
            folder,
            store,
            hand,
            wake,
        }
    }

    fn outbox(&self, transport: TransportSettings, timeout: Duration) -> Outbox {
        let hand = Arc::clone(&self.hand);
        let clock = Clock::new(move || hand.load(Ordering::SeqCst) * 1000);
        let settings = NotifySettings { timeout, transport };
        Outbox::open(settings, clock, Arc::clone(&self.wake)).unwrap()
    }

    /// A secret in a file.
    fn secret(&self, text: &str) -> SecretSource {
        let path = beside(&self.folder, "secret");
        std::fs::write(&path, text).unwrap();
        SecretSource::File(path)
    }

    fn wait(&self, seconds: u64) {
        self.hand.fetch_add(seconds, Ordering::SeqCst);
    }

    async fn round(&self, outbox: &Outbox) -> (u32, u32) {
        let round = outbox.deliver_due(&self.store, &key()).await.unwrap();
        (round.delivered, round.failed)
    }

    /// Writes what a change writes.
    async fn write(&self, id: u128, notification: &str) {
        let mut change = self.store.begin().await.unwrap();
        let new = NewNotification {
            id: Uuid::from_u128(id),
            created_at_s: NOW_S,
            notification: notification.to_owned(),
        };
        change.make(&Write::Notification(new)).await.unwrap();
        change.commit(&[], "[]", None).await.unwrap();
    }

    async fn invite(&self, id: u128) {
        self.write(id, &serde_json::to_string(&invited(id)).unwrap())
            .await;
    }

    async fn is_empty(&self) -> bool {
        self.store.next_notification_at_s().await.unwrap().is_none()
    }
}

fn invited(id: u128) -> Notification {
    Notification::Invited {
        invitation: Uuid::from_u128(id + 1000),
        object: "organization:acme".to_owned(),
        display_name: Some("Acme Corporation".to_owned()),
        relations: vec!["view".to_owned(), "create".to_owned()],
        invited_by: "user:alice".to_owned(),
        recipient: Recipient::Address(ADDRESS.to_owned()),
        expires_at_s: NOW_S + 7 * 86_400,
        link: true,
    }
}

#[test]
fn attempts_come_later_each_time() {
    for (attempt, expected_s) in [
        (1, 10),
        (2, 20),
        (3, 40),
        (9, 2560),
        (10, 3600),
        (64, 3600),
        (65, 3600),
        (u64::MAX, 3600),
    ] {
        assert_eq!(backoff_s(attempt), expected_s, "{attempt}");
    }
}

#[test]
fn what_is_stored_holds_no_code() {
    let stored = serde_json::to_string(&invited(1)).unwrap();
    assert!(!stored.contains(&key().code(Uuid::from_u128(1001), ADDRESS)));
    assert_eq!(
        serde_json::from_str::<Notification>(&stored).unwrap(),
        invited(1)
    );
}

#[tokio::test]
async fn a_log_is_told_once() {
    let town = Town::new().await;
    let outbox = town.outbox(TransportSettings::Log, PATIENT);
    town.invite(1).await;
    assert_eq!(town.round(&outbox).await, (1, 0));
    assert_eq!(town.round(&outbox).await, (0, 0));
    assert!(town.is_empty().await);
}

#[tokio::test]
async fn a_change_that_was_not_made_is_not_told() {
    let town = Town::new().await;
    let outbox = town.outbox(TransportSettings::Log, PATIENT);
    let mut change = town.store.begin().await.unwrap();
    let new = NewNotification {
        id: Uuid::from_u128(1),
        created_at_s: NOW_S,
        notification: serde_json::to_string(&invited(1)).unwrap(),
    };
    change.make(&Write::Notification(new)).await.unwrap();
    drop(change);
    assert_eq!(town.round(&outbox).await, (0, 0));
    assert!(town.is_empty().await);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stops_no_other() {
    let town = Town::new().await;
    let outbox = town.outbox(TransportSettings::Log, PATIENT);
    town.write(1, "{\"promoted\":{}}").await;
    town.invite(2).await;
    assert_eq!(town.round(&outbox).await, (1, 1));
    assert_eq!(
        town.store.next_notification_at_s().await.unwrap(),
        Some(NOW_S + BACKOFF_FIRST_S)
    );
    town.wait(BACKOFF_FIRST_S - 1);
    assert_eq!(town.round(&outbox).await, (0, 0));
    town.wait(1);
    assert_eq!(town.round(&outbox).await, (0, 1));
}

#[tokio::test]
async fn rows_are_taken_in_batches() {
    let town = Town::new().await;
    let outbox = town.outbox(TransportSettings::Log, PATIENT);
    for id in 1..=u128::from(BATCH) + 3 {
        town.invite(id).await;
    }
    assert_eq!(town.round(&outbox).await, (BATCH, 0));
    assert_eq!(town.round(&outbox).await, (3, 0));
}
