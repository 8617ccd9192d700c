//! Notifications as lines of the log.
//!
//! It gets no key, so that no line can hold the code of a link.

use uuid::Uuid;

use super::{Notification, Recipient};

pub(super) fn deliver(id: Uuid, notification: &Notification) {
    let Notification::Invited {
        invitation,
        object,
        display_name: _,
        relations,
        invited_by,
        recipient,
        expires_at_s,
        link: _,
    } = notification;
    let recipient = match recipient {
        Recipient::Address(address) => address,
        Recipient::Subject {
            object,
            addresses: _,
        } => object,
    };
    tracing::info!(
        %id,
        %invitation,
        object,
        relations = relations.join(","),
        invited_by,
        recipient,
        expires_at_s,
        "invited"
    );
}
