//! The keys of a store, ready for use: which one signs, which ones still verify.
//!
//! Of the keys for one purpose, the oldest that is not retired yet signs. A rotation adds a key and says when
//! the one before it retires: until then the new one is only published, so that whoever keeps the key set for a
//! while has it once it signs. A retired key verifies until it is taken away.
//!
//! INVARIANT: which key signs is told by the time alone, so which key has signed a secret follows from when
//! the secret was issued.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tidegate_token::{Algorithm, KeyError, KeySet, Purpose, SigningKey};
use tidegate_tower::Clock;
use uuid::Uuid;

use super::StartError;
use crate::outbox::link::{KEY_BYTES as LINK_KEY_BYTES, LinkKey};
use crate::store::StoredKey;
use crate::time::uuid_timestamp;

/// What keys are for, as they are stored.
pub(super) const SECRETS: &str = "secret";
pub(super) const BUNDLES: &str = "bundle";
pub(super) const LINKS: &str = "link";
const LINK_ALGORITHM: &str = "HS256";

/// A key and its times. `Debug` shows nothing of the private half.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) algorithm: String,
    pub(super) purpose: String,
    pub(super) created_at_s: u64,
    /// From when on it only verifies.
    pub(super) retired_at_s: Option<u64>,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Signing(SigningKey),
    Link([u8; LINK_KEY_BYTES]),
}

/// The keys of a store, the oldest first.
#[derive(Debug)]
pub(super) struct Keyring {
    keys: Vec<Key>,
}

impl Keyring {
    /// Reads what the store holds, the oldest first.
    pub(super) fn read(stored: &[StoredKey]) -> Result<Self, StartError> {
        let keys: Vec<Key> = stored.iter().map(key).collect::<Result<_, _>>()?;
        let keyring = Self { keys };
        for purpose in [SECRETS, BUNDLES, LINKS] {
            // The newest never retires.
            if keyring.signer(purpose, u64::MAX).is_none() {
                return Err(StartError::NoKey);
            }
        }
        Ok(keyring)
    }

    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// What verifies secrets and bundles, to be published.
    pub(super) fn public(&self) -> KeySet {
        let mut public = KeySet::default();
        for key in &self.keys {
            if let Material::Signing(signing) = &key.material {
                public.insert(signing.verifying_key());
            }
        }
        public
    }

    /// Which key of a purpose signs at a moment.
    pub(super) fn signer(&self, purpose: &str, now_s: u64) -> Option<&Key> {
        self.of(purpose)
            .find(|key| key.retired_at_s.is_none_or(|at_s| now_s < at_s))
    }

    /// What signs secrets at a moment.
    pub(super) fn secrets(&self, now_s: u64) -> Option<&SigningKey> {
        self.signing(SECRETS, now_s)
    }

    /// What signs bundles at a moment.
    pub(super) fn bundles(&self, now_s: u64) -> Option<&SigningKey> {
        self.signing(BUNDLES, now_s)
    }

    /// From when on a key signs, and from when on not any more; none when it never does.
    pub(super) fn signs(&self, key: &Key) -> Option<(u64, u64)> {
        let mut from_s = 0;
        for older in self
            .of(&key.purpose)
            .take_while(|other| other.kid != key.kid)
        {
            from_s = from_s.max(older.retired_at_s?);
        }
        Some((from_s, key.retired_at_s.unwrap_or(u64::MAX)))
    }

    /// Link keys, the one that signs first. They are no one else's to know, so a new one signs at once.
    pub(super) fn links(&self) -> Vec<[u8; LINK_KEY_BYTES]> {
        let mut links: Vec<_> = self
            .of(LINKS)
            .filter_map(|key| match &key.material {
                Material::Link(bytes) => Some(*bytes),
                Material::Signing(_) => None,
            })
            .collect();
        links.reverse();
        links
    }

    /// The keys of a purpose, the oldest first.
    pub(super) fn of(&self, purpose: &str) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| key.purpose == purpose)
    }

    fn signing(&self, purpose: &str, now_s: u64) -> Option<&SigningKey> {
        match &self.signer(purpose, now_s)?.material {
            Material::Signing(signing) => Some(signing),
            Material::Link(_) => None,
        }
    }
}

/// The link key of a keyring.
pub(super) fn link_key(keyring: &Keyring) -> Result<Arc<LinkKey>, StartError> {
    let links = keyring.links();
    let newest = links.first().ok_or(StartError::NoKey)?;
    let key = LinkKey::new(newest);
    key.publish(&links);
    Ok(Arc::new(key))
}

fn key(stored: &StoredKey) -> Result<Key, StartError> {
    let StoredKey {
        kid,
        algorithm,
        purpose,
        material,
        created_at_s,
        retired_at_s,
    } = stored;
    let unknown = || StartError::UnknownKey(kid.clone());
    let bytes = STANDARD.decode(material).map_err(|_| unknown())?;
    let material = match purpose.as_str() {
        LINKS => Material::Link(bytes.try_into().map_err(|_| unknown())?),
        SECRETS | BUNDLES => {
            let named = algorithm_named(algorithm).ok_or_else(unknown)?;
            let signing = SigningKey::from_pkcs8(kid, named, &bytes);
            let signing = signing.map_err(|error| StartError::Key {
                kid: kid.clone(),
                error,
            })?;
            let purpose = if purpose == BUNDLES {
                Purpose::Bundles
            } else {
                Purpose::Secrets
            };
            Material::Signing(signing.for_purpose(purpose))
        }
        _ => return Err(unknown()),
    };
    Ok(Key {
        kid: kid.clone(),
        algorithm: algorithm.clone(),
        purpose: purpose.clone(),
        created_at_s: *created_at_s,
        retired_at_s: *retired_at_s,
        material,
    })
}

/// The algorithm of a name.
pub(super) fn algorithm_named(name: &str) -> Option<Algorithm> {
    [Algorithm::EdDsa, Algorithm::Es256]
        .into_iter()
        .find(|algorithm| algorithm.name() == name)
}

/// A new key. The algorithm says nothing of a link key.
pub(super) fn generate(
    clock: &Clock,
    purpose: &str,
    algorithm: Algorithm,
) -> Result<StoredKey, StartError> {
    let kid = Uuid::new_v7(uuid_timestamp(clock)).to_string();
    let failed = |error| StartError::Key {
        kid: kid.clone(),
        error,
    };
    let (algorithm, bytes) = if purpose == LINKS {
        let mut bytes = [0; LINK_KEY_BYTES];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| failed(KeyError::Signing))?;
        (LINK_ALGORITHM, bytes.to_vec())
    } else {
        let key = SigningKey::generate(&kid, algorithm).map_err(failed)?;
        (algorithm.name(), key.to_pkcs8().to_vec())
    };
    Ok(StoredKey {
        algorithm: algorithm.to_owned(),
        material: STANDARD.encode(bytes),
        purpose: purpose.to_owned(),
        created_at_s: clock.now_s(),
        retired_at_s: None,
        kid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys for secrets that retire then; the last one does not.
    fn ring(retired: &[Option<u64>]) -> Keyring {
        let clock = Clock::new(|| 1_000_000);
        let mut stored = Vec::new();
        for retired_at_s in retired {
            let key = generate(&clock, SECRETS, Algorithm::EdDsa).unwrap();
            stored.push(StoredKey {
                retired_at_s: *retired_at_s,
                kid: format!("k{}", stored.len()),
                ..key
            });
        }
        for purpose in [BUNDLES, LINKS] {
            stored.push(generate(&clock, purpose, Algorithm::Es256).unwrap());
        }
        Keyring::read(&stored).unwrap()
    }

    #[track_caller]
    fn check(ring: &Keyring, cases: &[(u64, &str)]) {
        for (now_s, kid) in cases {
            let signer = ring.signer(SECRETS, *now_s).unwrap();
            assert_eq!(signer.kid, *kid, "at {now_s}");
            assert_eq!(ring.secrets(*now_s).unwrap().verifying_key().kid(), *kid);
            // What is said of each key agrees with who signs.
            for key in ring.of(SECRETS) {
                let signs = ring.signs(key);
                let signs = signs.is_some_and(|(from_s, to_s)| (from_s..to_s).contains(now_s));
                assert_eq!(signs, key.kid == *kid, "{} at {now_s}", key.kid);
            }
        }
        assert_eq!(ring.public().len(), ring.of(SECRETS).count() + 1);
    }

    #[test]
    fn the_oldest_that_is_not_retired_signs() {
        check(&ring(&[None]), &[(0, "k0"), (9_999, "k0")]);
        check(
            &ring(&[Some(100), None]),
            &[(0, "k0"), (99, "k0"), (100, "k1"), (9_999, "k1")],
        );
        // A hurried rotation while another was announced: the one between never signs.
        check(
            &ring(&[Some(50), Some(50), None]),
            &[(49, "k0"), (50, "k2")],
        );
        check(
            &ring(&[Some(50), Some(100), None]),
            &[(49, "k0"), (50, "k1"), (99, "k1"), (100, "k2")],
        );
    }

    #[test]
    fn no_purpose_is_without_a_key() {
        let clock = Clock::new(|| 1_000_000);
        let mut stored = Vec::new();
        for purpose in [SECRETS, BUNDLES, LINKS] {
            assert!(matches!(Keyring::read(&stored), Err(StartError::NoKey)));
            stored.push(generate(&clock, purpose, Algorithm::EdDsa).unwrap());
        }
        assert!(Keyring::read(&stored).is_ok());
        stored[0].retired_at_s = Some(5);
        assert!(matches!(Keyring::read(&stored), Err(StartError::NoKey)));
    }
}
