//! Signing keys.

use super::{Store, StoreError, unsigned};

/// A signing key as it is stored. `Debug` shows nothing of the private half.
#[derive(Clone)]
pub struct StoredKey {
    /// Its id.
    pub kid: String,
    /// `EdDSA` or `ES256`.
    pub algorithm: String,
    /// PKCS#8 DER in base64. Whoever reads it can mint.
    pub pkcs8: String,
    /// What it is for: `secret`, `bundle` or `link`.
    pub purpose: String,
    /// Seconds since the epoch, UTC.
    pub created_at_s: u64,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Every key, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let query = "SELECT kid, algorithm, pkcs8, purpose, created_at_s FROM keys ORDER BY created_at_s, kid";
        let rows: Vec<(String, String, String, String, i64)> =
            sqlx::query_as(query).fetch_all(&self.read).await?;
        rows.into_iter()
            .map(|(kid, algorithm, pkcs8, purpose, created_at_s)| {
                Ok(StoredKey {
                    kid,
                    algorithm,
                    pkcs8,
                    purpose,
                    created_at_s: unsigned(created_at_s)?,
                })
            })
            .collect()
    }
}
