//! Signing keys.

use sqlx::{Any, Transaction};

use super::hold::fence;
use super::seal::{SealError, SealKey, is_sealed};
use super::{Store, StoreError, signed, unsigned};

/// A signing key, opened. `Debug` shows nothing of the private half.
#[derive(Clone)]
pub struct StoredKey {
    /// Its id.
    pub kid: String,
    /// `EdDSA` or `ES256`; of links, `HS256`.
    pub algorithm: String,
    /// What it is for: `secret`, `bundle` or `link`.
    pub purpose: String,
    /// PKCS#8 DER in base64; of links, the bytes in base64. Whoever reads it can mint.
    pub material: String,
    /// Seconds since the epoch, UTC.
    pub created_at_s: u64,
    /// From when on it signs nothing any more, and only verifies. Seconds since the epoch, UTC.
    pub retired_at_s: Option<u64>,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey")
            .field("kid", &self.kid)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// kid, purpose, material
type Material = (String, String, String);

impl Store {
    /// Every key, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        type Columns = (String, String, String, String, i64, Option<i64>);
        let rows: Vec<Columns> = sqlx::query_as(
            "SELECT kid, algorithm, purpose, pkcs8, created_at_s, retired_at_s FROM keys \
             ORDER BY created_at_s, kid",
        )
        .fetch_all(&self.read)
        .await?;
        rows.into_iter()
            .map(
                |(kid, algorithm, purpose, material, created_at_s, retired_at_s)| {
                    Ok(StoredKey {
                        material: open(self.seal.as_deref(), &kid, &purpose, material)?,
                        kid,
                        algorithm,
                        purpose,
                        created_at_s: unsigned(created_at_s)?,
                        retired_at_s: retired_at_s.map(unsigned).transpose()?,
                    })
                },
            )
            .collect()
    }

    /// Seals every key under another key from now on; without one they are stored as they are. All or
    /// none. What the database keeps of the rows before (free pages, logs, backups) it keeps: who feared
    /// that it was read makes new keys.
    ///
    /// # Errors
    /// [`StoreError`]; then everything is as before.
    pub async fn reseal(&mut self, new: Option<SealKey>) -> Result<(), StoreError> {
        let new = new.map(std::sync::Arc::new);
        self.rewrite(new.as_deref()).await?;
        self.seal = new;
        Ok(())
    }

    /// Opens every key, so that a wrong key is found at once, and seals those that are not.
    pub(super) async fn seal_keys(&self) -> Result<(), StoreError> {
        let query = "SELECT kid, purpose, pkcs8 FROM keys ORDER BY kid";
        let rows: Vec<Material> = sqlx::query_as(query).fetch_all(&self.read).await?;
        let mut plain = false;
        for (kid, purpose, material) in rows {
            plain |= !is_sealed(&material);
            open(self.seal.as_deref(), &kid, &purpose, material)?;
        }
        if plain && self.seal.is_some() {
            self.rewrite(self.seal.as_deref()).await?;
        }
        Ok(())
    }

    async fn rewrite(&self, new: Option<&SealKey>) -> Result<(), StoreError> {
        let _turn = self.gate.lock().await;
        let mut transaction = self.write.begin().await?;
        fence(&mut transaction, self.incarnation).await?;
        let query = "SELECT kid, purpose, pkcs8 FROM keys ORDER BY kid";
        let rows: Vec<Material> = sqlx::query_as(query).fetch_all(&mut *transaction).await?;
        for (kid, purpose, material) in rows {
            let material = open(self.seal.as_deref(), &kid, &purpose, material)?;
            sqlx::query("UPDATE keys SET pkcs8 = $1 WHERE kid = $2")
                .bind(close(new, &kid, &purpose, &material)?)
                .bind(kid)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// A new key.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Any>,
    seal: Option<&SealKey>,
    key: &StoredKey,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO keys (kid, algorithm, purpose, pkcs8, created_at_s, retired_at_s) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&key.kid)
    .bind(&key.algorithm)
    .bind(&key.purpose)
    .bind(close(seal, &key.kid, &key.purpose, &key.material)?)
    .bind(signed(key.created_at_s)?)
    .bind(key.retired_at_s.map(signed).transpose()?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// From then on it only verifies.
pub(super) async fn retire(
    transaction: &mut Transaction<'_, Any>,
    kid: &str,
    at_s: u64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE keys SET retired_at_s = $1 WHERE kid = $2")
        .bind(signed(at_s)?)
        .bind(kid)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// What it has signed holds no longer.
pub(super) async fn remove(
    transaction: &mut Transaction<'_, Any>,
    kid: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM keys WHERE kid = $1")
        .bind(kid)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn open(
    seal: Option<&SealKey>,
    kid: &str,
    purpose: &str,
    material: String,
) -> Result<String, StoreError> {
    match seal {
        _ if !is_sealed(&material) => Ok(material),
        Some(seal) => Ok(seal.open(kid, purpose, &material)?),
        None => Err(SealError::Missing.into()),
    }
}

fn close(
    seal: Option<&SealKey>,
    kid: &str,
    purpose: &str,
    material: &str,
) -> Result<String, StoreError> {
    match seal {
        Some(seal) => Ok(seal.seal(kid, purpose, material)?),
        None => Ok(material.to_owned()),
    }
}
