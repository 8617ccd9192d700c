//! Pending invitations, and proven e-mail addresses.

use sqlx::{Any, Transaction};
use tidegate_policy::Object;
use uuid::Uuid;

use super::hold::fence;
use super::load::{object, uuid};
use super::{Store, StoreChange, StoreError, signed, unsigned};

/// Who is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invitee {
    /// Somebody by name.
    Object {
        /// Who.
        object: Object,
        /// Who, for good.
        uid: Uuid,
    },
    /// Whoever proves an e-mail address, in lower case.
    Address(String),
}

/// An invitation that is about to be pending.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Its id (UUIDv7).
    pub id: Uuid,
    /// To what.
    pub object_uid: Uuid,
    /// Whom.
    pub invitee: Invitee,
    /// What acceptance gives.
    pub relations: Vec<String>,
    /// Who invited.
    pub invited_by: Object,
    /// Who invited, for good.
    pub invited_by_uid: Uuid,
    /// When. Seconds since the epoch, UTC.
    pub created_at_s: u64,
    /// First second at which it is gone. Seconds since the epoch, UTC.
    pub expires_at_s: u64,
}

/// A pending invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// Its id.
    pub id: Uuid,
    /// To what.
    pub object: Object,
    /// To what, for good.
    pub object_uid: Uuid,
    /// Whom.
    pub invitee: Invitee,
    /// What acceptance gives.
    pub relations: Vec<String>,
    /// Who invited.
    pub invited_by: String,
    /// When. Seconds since the epoch, UTC.
    pub created_at_s: u64,
    /// First second at which it is gone. Seconds since the epoch, UTC.
    pub expires_at_s: u64,
    /// When the link of its mail was used. Seconds since the epoch, UTC.
    pub redeemed_at_s: Option<u64>,
}

type Columns = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    String,
    i64,
    i64,
    Option<i64>,
);

/// What [`Columns`] are, and where they come from.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, o.type, o.id, i.object_uid, s.type, s.id, i.invitee_uid, i.address, i.relations, \
             i.invited_by, i.created_at_s, i.expires_at_s, i.redeemed_at_s FROM invitations i \
             JOIN objects o ON o.uid = i.object_uid LEFT JOIN objects s ON s.uid = i.invitee_uid ",
            $rest
        )
    };
}

impl Store {
    /// How many links in mails were made before a moment and still work at another.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pending_links(&self, before_s: u64, now_s: u64) -> Result<u64, StoreError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM invitations WHERE address IS NOT NULL \
             AND redeemed_at_s IS NULL AND created_at_s < $1 AND expires_at_s > $2",
        )
        .bind(signed(before_s)?)
        .bind(signed(now_s)?)
        .fetch_one(&self.read)
        .await?;
        unsigned(count)
    }

    /// The address that the link of a pending invitation was mailed to, while it works.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address_of_link(
        &self,
        invitation: Uuid,
        now_s: u64,
    ) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT address FROM invitations WHERE id = $1 AND address IS NOT NULL \
             AND redeemed_at_s IS NULL AND expires_at_s > $2",
        )
        .bind(invitation.to_string())
        .bind(signed(now_s)?)
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(|(address,)| address))
    }

    /// A page of those that are pending to an object at a moment, the oldest first, after an id (empty: from the
    /// start).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitations_to(
        &self,
        object: Uuid,
        now_s: u64,
        after: &str,
        limit: u32,
    ) -> Result<Vec<InvitationRow>, StoreError> {
        let query = select!(
            "WHERE i.object_uid = $1 AND i.expires_at_s > $2 AND i.id > $3 ORDER BY i.id LIMIT $4"
        );
        let rows: Vec<Columns> = sqlx::query_as(query)
            .bind(object.to_string())
            .bind(signed(now_s)?)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.into_iter().map(row).collect()
    }

    /// A page of those that somebody, by name or by proven address, may accept at a moment, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitations_of(
        &self,
        invitee: Uuid,
        now_s: u64,
        after: &str,
        limit: u32,
    ) -> Result<Vec<InvitationRow>, StoreError> {
        let query = select!(
            "WHERE (i.invitee_uid = $1 OR i.address IN (SELECT address FROM addresses WHERE owner_uid = $2)) \
             AND i.expires_at_s > $3 AND i.id > $4 ORDER BY i.id LIMIT $5"
        );
        let rows: Vec<Columns> = sqlx::query_as(query)
            .bind(invitee.to_string())
            .bind(invitee.to_string())
            .bind(signed(now_s)?)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.into_iter().map(row).collect()
    }

    /// The addresses that somebody has proven, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn addresses_of(&self, owner: Uuid) -> Result<Vec<String>, StoreError> {
        let query = "SELECT address FROM addresses WHERE owner_uid = $1 ORDER BY address";
        let rows: Vec<(String,)> = sqlx::query_as(query)
            .bind(owner.to_string())
            .fetch_all(&self.read)
            .await?;
        Ok(rows.into_iter().map(|(address,)| address).collect())
    }

    /// Forgets invitations that nobody accepted in time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_invitations(&self, now_s: u64) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        let mut transaction = self.write.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        sqlx::query("DELETE FROM invitations WHERE expires_at_s <= $1")
            .bind(signed(now_s)?)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl StoreChange {
    /// A pending invitation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitation(
        &mut self,
        id: Uuid,
        now_s: u64,
    ) -> Result<Option<InvitationRow>, StoreError> {
        let found: Option<Columns> =
            sqlx::query_as(select!("WHERE i.id = $1 AND i.expires_at_s > $2"))
                .bind(id.to_string())
                .bind(signed(now_s)?)
                .fetch_optional(&mut *self.transaction)
                .await?;
        found.map(row).transpose()
    }

    /// Those to an object that somebody may accept at a moment, the oldest first: by name, and by each proven
    /// address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invitations_of_to(
        &mut self,
        invitee: Uuid,
        to: Uuid,
        now_s: u64,
    ) -> Result<Vec<InvitationRow>, StoreError> {
        let query = select!(
            "WHERE i.object_uid = $1 AND (i.invitee_uid = $2 OR i.address IN ( \
                 SELECT address FROM addresses WHERE owner_uid = $3)) AND i.expires_at_s > $4 ORDER BY i.id"
        );
        let rows: Vec<Columns> = sqlx::query_as(query)
            .bind(to.to_string())
            .bind(invitee.to_string())
            .bind(invitee.to_string())
            .bind(signed(now_s)?)
            .fetch_all(&mut *self.transaction)
            .await?;
        rows.into_iter().map(row).collect()
    }

    /// How many are pending to an object at a moment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pending_invitations(
        &mut self,
        object: Uuid,
        now_s: u64,
    ) -> Result<u64, StoreError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM invitations WHERE object_uid = $1 AND expires_at_s > $2",
        )
        .bind(object.to_string())
        .bind(signed(now_s)?)
        .fetch_one(&mut *self.transaction)
        .await?;
        unsigned(count)
    }

    /// Who has proven an address (in lower case).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owner_of(&mut self, address: &str) -> Result<Option<(Object, Uuid)>, StoreError> {
        let found: Option<(String, String, String)> = sqlx::query_as(
            "SELECT o.type, o.id, o.uid FROM addresses a JOIN objects o ON o.uid = a.owner_uid \
             WHERE a.address = $1",
        )
        .bind(address)
        .fetch_optional(&mut *self.transaction)
        .await?;
        found
            .map(|(type_name, id, uid)| Ok((object(&type_name, &id)?, uuid(&uid)?)))
            .transpose()
    }

    /// The addresses that somebody has proven, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn addresses_of(&mut self, owner: Uuid) -> Result<Vec<String>, StoreError> {
        let query = "SELECT address FROM addresses WHERE owner_uid = $1 ORDER BY address";
        let rows: Vec<(String,)> = sqlx::query_as(query)
            .bind(owner.to_string())
            .fetch_all(&mut *self.transaction)
            .await?;
        Ok(rows.into_iter().map(|(address,)| address).collect())
    }
}

/// Instead of the one that the invitee may have to the object already.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Any>,
    new: &NewInvitation,
) -> Result<(), StoreError> {
    let (uid, address) = match &new.invitee {
        Invitee::Object { uid, .. } => (Some(uid.to_string()), None),
        Invitee::Address(address) => (None, Some(address.clone())),
    };
    sqlx::query(
        "DELETE FROM invitations WHERE object_uid = $1 AND COALESCE(invitee_uid, '') = $2 \
         AND COALESCE(address, '') = $3",
    )
    .bind(new.object_uid.to_string())
    .bind(uid.clone().unwrap_or_default())
    .bind(address.clone().unwrap_or_default())
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "INSERT INTO invitations (id, object_uid, invitee_uid, address, relations, invited_by, \
         invited_by_uid, created_at_s, expires_at_s, redeemed_at_s) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)",
    )
    .bind(new.id.to_string())
    .bind(new.object_uid.to_string())
    .bind(uid)
    .bind(address)
    .bind(serde_json::json!(new.relations).to_string())
    .bind(new.invited_by.as_str())
    .bind(new.invited_by_uid.to_string())
    .bind(signed(new.created_at_s)?)
    .bind(signed(new.expires_at_s)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn row(columns: Columns) -> Result<InvitationRow, StoreError> {
    let (
        id,
        type_name,
        object_id,
        object_uid,
        invitee_type,
        invitee_id,
        invitee_uid,
        address,
        relations,
        invited_by,
        created_at_s,
        expires_at_s,
        redeemed_at_s,
    ) = columns;
    let invitee = match (invitee_type, invitee_id, invitee_uid, address) {
        (Some(type_name), Some(id), Some(uid), None) => Invitee::Object {
            object: object(&type_name, &id)?,
            uid: uuid(&uid)?,
        },
        (None, None, None, Some(address)) => Invitee::Address(address),
        _ => {
            return Err(StoreError::corrupt(format_args!(
                "invitation {id} of nobody"
            )));
        }
    };
    let relations = serde_json::from_str(&relations)
        .map_err(|error| StoreError::corrupt(format_args!("invitation {id}: {error}")))?;
    Ok(InvitationRow {
        id: uuid(&id)?,
        object: object(&type_name, &object_id)?,
        object_uid: uuid(&object_uid)?,
        invitee,
        relations,
        invited_by,
        created_at_s: unsigned(created_at_s)?,
        expires_at_s: unsigned(expires_at_s)?,
        redeemed_at_s: redeemed_at_s.map(unsigned).transpose()?,
    })
}
