//! Cursors of lists: where the next page starts, sealed.
//!
//! A cursor names the last thing that a page looked at, which may be one that the caller may not see. So it is
//! encrypted, and holds only for the caller and the list that it was given for: any other text is refused.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::caller::Actor;
use super::fault::Field;
use super::{Administration, Fault};

/// Longest cursor. Characters: nonce, the longest subject, tag, as Base64.
pub const CURSOR_MAX: usize = 1024;

const NONCE_BYTES: usize = 12;

/// What the key is derived for.
const PURPOSE: &str = "cursors of lists, 1";

impl Administration {
    /// A cursor of a list, which is told by its route and filters.
    ///
    /// # Errors
    /// [`Fault::Internal`].
    pub fn cursor(&self, actor: &Actor, list: &[&str], last: &str) -> Result<String, Fault> {
        let key = self.cursor_key()?;
        let mut bytes = last.as_bytes().to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(about(actor, list)), &mut bytes)
            .map_err(|error| Fault::internal("a cursor cannot be sealed", &error))?;
        let nonce: &[u8; NONCE_BYTES] = nonce.as_ref();
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &bytes].concat()))
    }

    /// What a cursor says; none where there is none.
    ///
    /// # Errors
    /// [`Fault::BadRequest`] for one that was not given to this caller for this list.
    pub fn after(
        &self,
        actor: &Actor,
        list: &[&str],
        cursor: Option<&str>,
        field: impl Into<Field>,
    ) -> Result<Option<String>, Fault> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let key = self.cursor_key()?;
        let given = (cursor.len() <= CURSOR_MAX).then(|| {
            let mut bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_BYTES)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let last = key.open_in_place(nonce, Aad::from(about(actor, list)), sealed);
            String::from_utf8(last.ok()?.to_vec()).ok()
        });
        match given.flatten() {
            Some(last) => Ok(Some(last)),
            None => Err(Fault::bad(
                field,
                "not one that was given to you for this list",
            )),
        }
    }

    fn cursor_key(&self) -> Result<RandomizedNonceKey, Fault> {
        let bytes = self.link_key.derived(PURPOSE).ok_or(Fault::Internal)?;
        RandomizedNonceKey::new(&AES_256_GCM, bytes.as_ref())
            .map_err(|error| Fault::internal("no key for cursors", &error))
    }
}

/// Length before text, so that no two lists read alike.
fn about(actor: &Actor, list: &[&str]) -> Vec<u8> {
    let mut bytes = actor.uid.as_bytes().to_vec();
    for part in list {
        bytes.extend_from_slice(&part.len().to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}
