//! The file, its lock and its settings.

use super::*;

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let folder = Folder::new();
    let inside = |name: &str| folder.0.join(name).display().to_string();
    std::fs::write(
        inside("text.db"),
        "this is no database, however long it may be, and never was one at all",
    )
    .unwrap();
    std::fs::create_dir(inside("folder.db")).unwrap();
    let cases = [
        ("sqlite:".to_owned(), "sqlite:PATH"),
        (format!("sqlite:{}", inside("missing/a.db")), "missing/a.db"),
        (format!("sqlite:{}", inside("folder.db")), "folder.db"),
        (format!("sqlite:{}", inside("text.db")), "text.db"),
        ("sqlite:/proc/a.db".to_owned(), "/proc/a.db"),
    ];
    for (url, named) in cases {
        let error = Store::open(&url).await.unwrap_err().to_string();
        assert!(error.contains(named), "{url}: {error}");
    }
}

#[tokio::test]
async fn one_process_has_a_store_and_nobody_else_reads_it() {
    let folder = Folder::new();
    let store = Store::open(&folder.store()).await.unwrap();
    let again = Store::open(&folder.store()).await;
    assert!(matches!(again, Err(StoreOpenError::InUse(_))), "{again:?}");
    assert_eq!(
        (store.incarnation(), store.revision().await.unwrap()),
        (1, 0)
    );
    #[cfg(unix)]
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
    }
    drop(store);
    assert_eq!(Store::open(&folder.store()).await.unwrap().incarnation(), 2);
}

#[tokio::test]
async fn commits_survive_a_power_cut_and_readers_see_them() {
    let world = World::new(Engine::Sqlite).await;
    for (pool, name) in [
        (&world.store.write, "write"),
        (&world.store.read, "read"),
        (&world.store.ledger, "ledger"),
    ] {
        let mut connection = pool.acquire().await.unwrap();
        let (journal,): (String,) = sqlx::query_as("PRAGMA journal_mode")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let (synchronous,): (i64,) = sqlx::query_as("PRAGMA synchronous")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let (keys,): (i64,) = sqlx::query_as("PRAGMA foreign_keys")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(
            (journal.as_str(), synchronous, keys),
            ("wal", 2, 1),
            "{name}"
        );
    }
}
