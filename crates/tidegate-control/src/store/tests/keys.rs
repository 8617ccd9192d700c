//! Signing keys at rest.

use super::*;
use crate::store::tests::full::fill;
use crate::store::{SealError, SealKey};

on_each_engine! {
    keys_are_sealed_and_open_under_their_key_alone,
    keys_are_sealed_under_another_key,
}

fn seal(byte: char) -> SealKey {
    SealKey::parse(&(byte.to_string().repeat(43) + "=")).unwrap()
}

async fn raw(store: &Store) -> Vec<String> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT pkcs8 FROM keys ORDER BY kid")
        .fetch_all(&store.read)
        .await
        .unwrap();
    rows.into_iter().map(|(material,)| material).collect()
}

#[track_caller]
fn refused(opened: Result<Store, StoreOpenError>) -> SealError {
    match opened {
        Err(StoreOpenError::Seal { error, .. }) => error,
        other => panic!("{other:?}"),
    }
}

async fn opened(store: &Store) {
    let keys = store.keys().await.unwrap();
    let purposes: Vec<&str> = keys.iter().map(|key| key.purpose.as_str()).collect();
    assert_eq!(purposes, ["secret", "bundle", "link"]);
    assert!(keys.iter().all(|key| key.material == "bWF0ZXJpYWw="));
    assert_eq!(keys[1].retired_at_s, Some(NOW_S + 5));
    assert!(!format!("{keys:?}").contains("bWF0ZXJpYWw="));
}

async fn keys_are_sealed_and_open_under_their_key_alone(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    assert!(
        raw(&world.store)
            .await
            .iter()
            .all(|key| key == "bWF0ZXJpYWw=")
    );
    let World {
        home,
        url,
        store,
        ledger,
        ..
    } = world;
    store.close().await;
    drop((store, ledger));

    // Opened with a key: they are sealed, and stay so.
    for _ in 0..2 {
        let store = Store::open_sealed(&url, Some(seal('A'))).await.unwrap();
        for key in raw(&store).await {
            assert!(
                key.starts_with("sealed1:") && !key.contains("bWF0ZXJpYWw="),
                "{key}"
            );
        }
        opened(&store).await;
        store.close().await;
    }
    assert!(matches!(
        refused(Store::open(&url).await),
        SealError::Missing
    ));
    let wrong = Store::open_sealed(&url, Some(seal('E'))).await;
    assert!(matches!(refused(wrong), SealError::Wrong(kid) if kid == "k1"));

    // A sealed key in another's row opens under no key.
    let store = Store::open_sealed(&url, Some(seal('A'))).await.unwrap();
    let swap = "UPDATE keys SET pkcs8 = (SELECT k.pkcs8 FROM keys k WHERE k.kid = 'k1') \
                WHERE kid = 'k2'";
    sqlx::query(swap).execute(&store.write).await.unwrap();
    assert!(store.keys().await.is_err());
    store.close().await;
    drop((store, home));
}

async fn keys_are_sealed_under_another_key(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    let World {
        home,
        url,
        mut store,
        ledger,
        ..
    } = world;
    drop(ledger);
    store.reseal(Some(seal('A'))).await.unwrap();
    opened(&store).await;
    let first = raw(&store).await;
    store.reseal(Some(seal('E'))).await.unwrap();
    opened(&store).await;
    assert_ne!(first, raw(&store).await);
    store.close().await;
    drop(store);
    let old = Store::open_sealed(&url, Some(seal('A'))).await;
    assert!(matches!(refused(old), SealError::Wrong(_)));
    let mut store = Store::open_sealed(&url, Some(seal('E'))).await.unwrap();
    store.reseal(None).await.unwrap();
    store.close().await;
    drop(store);
    let store = Store::open(&url).await.unwrap();
    opened(&store).await;
    drop((store, home));
}
