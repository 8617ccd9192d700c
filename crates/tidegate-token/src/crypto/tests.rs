//! The refusal of weak Ed25519 keys, shown to be needed.

use aws_lc_rs::digest::{SHA512, digest};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

use super::{SMALL_ORDER_Y, is_weak_ed25519};

/// R = the neutral point, s = 0: a signature that a key of small order accepts for every message
/// whose hash is a multiple of the order, which is at least one in eight.
#[test]
fn anyone_can_sign_under_every_key_that_is_refused_for_its_order() {
    let mut forged = [0; 64];
    forged[0] = 1;
    for y in SMALL_ORDER_Y {
        let key = UnparsedPublicKey::new(&ED25519, y);
        let accepted = (0u32..256).filter(|i| key.verify(&i.to_le_bytes(), &forged).is_ok());
        assert!(accepted.count() > 0, "{y:02x?} is not of small order");
    }
}

#[test]
fn refuses_every_encoding_above_the_prime_and_either_sign() {
    let mut y = [0xff; 32];
    for low in 0xed..=0xff {
        y[0] = low;
        for high in [0x7f, 0xff] {
            y[31] = high;
            assert!(is_weak_ed25519(&y), "{y:02x?}");
        }
    }
    for mut y in SMALL_ORDER_Y {
        y[31] |= 0x80;
        assert!(is_weak_ed25519(&y), "{y:02x?}");
    }
}

#[test]
fn takes_keys_of_full_order() {
    for i in 0u8..32 {
        let seed = digest(&SHA512, &[i]);
        let pair = aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&seed.as_ref()[..32]);
        let pair = pair.unwrap();
        let public = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref();
        assert!(!is_weak_ed25519(public.try_into().unwrap()));
    }
}
