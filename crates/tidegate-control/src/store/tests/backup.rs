//! Backups: whole, the same whatever the engine, restored all or nothing.

use super::*;
use crate::store::tests::full::{entry, fill, lines};
use crate::store::{BackupError, Contents, ListAudit, Restore, StoreError};

on_each_engine! {
    a_backup_restores_on_either_engine,
    secrets_end_unless_told_otherwise,
    what_is_wrong_with_a_backup_is_told_and_nothing_is_restored,
    only_an_empty_store_is_restored_into,
    a_backup_is_of_one_moment,
    each_restore_goes_on_above_what_was_given_out,
}

const HOW: Restore = Restore {
    now_ms: (NOW_S + 1000) * 1000 + 7,
    keep_secrets: true,
    history: Uuid::from_u128(0x42),
};

/// Where a store goes on that was restored so.
const FIRST: u64 = HOW.now_ms << 10;

async fn restore(url: &str, backup: &[u8], how: Restore) -> Result<Contents, BackupError> {
    Store::open(url).await.unwrap().restore(backup, how).await
}

async fn bytes(store: &Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.backup(&mut bytes).await.unwrap();
    bytes
}

async fn a_backup_restores_on_either_engine(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    let backup = bytes(&world.store).await;
    let original = lines(&world.store).await;
    for other in [Engine::Sqlite, Engine::Postgres] {
        let home = Home::new(other);
        let contents = restore(&home.url(), &backup, HOW).await.unwrap();
        assert_eq!(contents.revision, 1);
        assert_eq!(contents.lines, original.len() as u64 - 1);
        let store = Store::open(&home.url()).await.unwrap();
        assert_eq!(store.revision().await.unwrap(), FIRST);
        assert_eq!(store.history().await.unwrap(), HOW.history.to_string());
        assert_eq!(world.store.history().await.unwrap(), "");
        assert!(store.incarnation() > world.store.incarnation());
        // All is as it was but for leases, what they held, and the row that tells of it.
        let differs = |line: &&String| {
            [
                "\"open\"",
                "\"forfeited\"",
                "\"restore\"",
                "\"sha256\"",
                "\"tidegate\"",
            ]
            .iter()
            .all(|word| !line.contains(word))
        };
        let account = account(5).to_string();
        let balances = |line: &&String| {
            !(line.starts_with(&format!("[\"{account}")) || line.contains(",\"read\",17"))
        };
        let restored = lines(&store).await;
        let kept: Vec<_> = restored.iter().filter(differs).filter(balances).collect();
        let expected: Vec<_> = original.iter().filter(differs).filter(balances).collect();
        assert_eq!(kept, expected, "{engine:?} to {other:?}");
        assert!(kept.len() > 30, "{kept:#?}");
        // granted = spent + returned + forfeited: nothing is outstanding.
        let row = store
            .balances(super::account(5), u64::MAX, 1)
            .await
            .unwrap()[0];
        assert_eq!(
            (
                row.granted_bytes,
                row.spent_bytes,
                row.returned_bytes,
                row.forfeited_bytes
            ),
            (520, 100, 50, 370)
        );
        let audit = store
            .audit(ListAudit::All, (u64::MAX >> 1, 0), 1)
            .await
            .unwrap();
        assert_eq!(
            (audit[0].revision, audit[0].operation.as_str()),
            (FIRST, "restore")
        );
        // It goes on from there.
        let change = store.begin().await.unwrap();
        assert_eq!(change.revision(), FIRST + 1);
        change.commit(&[entry(None)], "[]", None).await.unwrap();
        drop((store, home));
    }
}

async fn secrets_end_unless_told_otherwise(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    let backup = bytes(&world.store).await;
    for (keep_secrets, valid_from_s) in [(true, NOW_S), (false, HOW.ends_s())] {
        let home = Home::new(engine);
        let how = Restore {
            keep_secrets,
            ..HOW
        };
        restore(&home.url(), &backup, how).await.unwrap();
        let store = Store::open(&home.url()).await.unwrap();
        let rows: Vec<(i64,)> = sqlx::query_as("SELECT valid_from_s FROM objects")
            .fetch_all(&store.read)
            .await
            .unwrap();
        assert_eq!(rows.len(), 4);
        let expected = i64::try_from(valid_from_s).unwrap();
        assert!(rows.iter().all(|(from_s,)| *from_s == expected), "{rows:?}");
        drop((store, home));
    }
}

async fn each_restore_goes_on_above_what_was_given_out(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    let first = bytes(&world.store).await;
    // The backup's changes are of this moment, and those of what is restored from it of a second later.
    let start_ms = NOW_S * 1000;
    let at = |now_ms: u64, history: u128| Restore {
        now_ms,
        history: Uuid::from_u128(history),
        ..HOW
    };
    let home = Home::new(engine);
    restore(&home.url(), &first, at(start_ms, 1)).await.unwrap();
    let store = Store::open(&home.url()).await.unwrap();
    assert_eq!(store.revision().await.unwrap(), start_ms << 10);
    let change = store.begin().await.unwrap();
    change.commit(&[entry(None)], "[]", None).await.unwrap();
    let second = bytes(&store).await;
    drop((store, home));
    for (backup, now_ms, expected) in [
        // The same backup again is above what its first restore gave out.
        (&first, start_ms + 1, Some((start_ms + 1) << 10)),
        // In the same millisecond it is above the backup all the same.
        (&second, start_ms, Some((start_ms << 10) + 2)),
        (&second, start_ms + 60_000, Some((start_ms + 60_000) << 10)),
        // The clock is behind.
        (&first, start_ms - 1001, None),
        (&second, start_ms - 1, None),
        // There is no such revision.
        (&first, u64::MAX >> 1, None),
    ] {
        let home = Home::new(engine);
        let restored = restore(&home.url(), backup, at(now_ms, 2)).await;
        let store = Store::open(&home.url()).await.unwrap();
        let revision = store.revision().await.unwrap();
        if let Some(expected) = expected {
            restored.unwrap();
            assert_eq!(revision, expected, "at {now_ms}");
            let history = Uuid::from_u128(2).to_string();
            assert_eq!(store.history().await.unwrap(), history);
        } else {
            let error = restored.unwrap_err();
            assert!(matches!(error, BackupError::Clock { .. }), "{error}");
            assert_eq!(revision, 0, "nothing was restored");
        }
        drop((store, home));
    }
}

async fn what_is_wrong_with_a_backup_is_told_and_nothing_is_restored(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    let text = String::from_utf8(bytes(&world.store).await).unwrap();
    let cut_at = |at: usize| text[..at].to_owned();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    let first = text.find('\n').unwrap() + 1;
    type Is = fn(&BackupError) -> bool;
    let cases: Vec<(&str, String, Is)> = vec![
        ("empty", String::new(), |e| {
            matches!(e, BackupError::NotABackup)
        }),
        ("other", "{}\n".to_owned(), |e| {
            matches!(e, BackupError::NotABackup)
        }),
        ("text", "hello\nworld\n".to_owned(), |e| {
            matches!(e, BackupError::NotABackup)
        }),
        (
            "format",
            text.replacen("\"format\":1", "\"format\":2", 1),
            |e| matches!(e, BackupError::Version { format: 2, .. }),
        ),
        (
            "tables",
            text.replacen("\"tables\":2", "\"tables\":3", 1),
            |e| matches!(e, BackupError::Version { tables: 3, .. }),
        ),
        ("no end", cut_at(last), |e| matches!(e, BackupError::Cut(_))),
        ("head alone", cut_at(first), |e| {
            matches!(e, BackupError::Cut(1))
        }),
        ("last byte", cut_at(text.len() - 1), |e| {
            matches!(e, BackupError::Cut(_))
        }),
        ("in a line", cut_at(last - 5), |e| {
            matches!(e, BackupError::Cut(_))
        }),
        ("changed", text.replace("laptop", "laptoq"), |e| {
            matches!(e, BackupError::Checksum)
        }),
        ("a line less", text.replacen("[\"k2\"", "", 1), |e| {
            matches!(e, BackupError::Line { .. })
        }),
        ("more", format!("{text}more\n"), |e| {
            matches!(e, BackupError::Checksum)
        }),
        ("type", text.replacen("\"bWF0ZXJpYWw=\"", "7", 1), |e| {
            matches!(e, BackupError::Line { .. })
        }),
        (
            "reference",
            text.replacen(
                "\"00000000-0000-0000-0000-000000000009\",\"view\"",
                "\"0\",\"view\"",
                1,
            ),
            |e| matches!(e, BackupError::Line { .. }),
        ),
        (
            "column",
            text.replacen("\"retired_at_s\"", "\"retired\"", 1),
            |e| matches!(e, BackupError::Line { .. }),
        ),
    ];
    let home = Home::new(engine);
    for (name, backup, is) in cases {
        assert_ne!(backup, text, "{name}");
        let error = restore(&home.url(), backup.as_bytes(), HOW)
            .await
            .unwrap_err();
        assert!(is(&error), "{name}: {error:?}");
        let store = Store::open(&home.url()).await.unwrap();
        assert_eq!(store.revision().await.unwrap(), 0, "{name}");
        assert!(lines(&store).await.len() < 20, "{name}: there are rows");
        store.close().await;
    }
    // The store took no harm.
    restore(&home.url(), text.as_bytes(), HOW).await.unwrap();
    drop(home);
}

async fn only_an_empty_store_is_restored_into(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    let backup = bytes(&world.store).await;
    let World {
        home,
        url,
        store,
        ledger,
        ..
    } = world;
    let before = lines(&store).await;
    store.close().await;
    drop((store, ledger));
    let error = restore(&url, &backup, HOW).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty(_)), "{error}");
    let store = Store::open(&url).await.unwrap();
    assert_eq!(
        lines(&store).await[1..before.len() - 1],
        before[1..before.len() - 1]
    );
    drop((store, home));

    // Without a change, but not without rows.
    let world = World::new(engine).await;
    world.limit(account(1), Kind::Read, Some(1)).await;
    let World {
        home,
        store,
        ledger,
        ..
    } = world;
    let error = store.restore(backup.as_slice(), HOW).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty("limits")), "{error}");
    drop((ledger, home));
}

async fn a_backup_is_of_one_moment(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    fill(&world).await;
    let writing = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            for _ in 0..40 {
                let change = world.store.begin().await?;
                let entries = [entry(None), entry(None)];
                change.commit(&entries, "[]", None).await.unwrap();
            }
            Ok::<(), StoreError>(())
        }
    });
    loop {
        let done = writing.is_finished();
        let lines = lines(&world.store).await;
        let head: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        // The audit table is the last one: two rows for every revision.
        let audit = lines
            .iter()
            .rev()
            .skip(1)
            .take_while(|line| line.starts_with('['))
            .count();
        assert_eq!(audit as u64, 2 * head["revision"].as_u64().unwrap());
        if done {
            break;
        }
    }
    writing.await.unwrap().unwrap();
}
