//! Stores of earlier releases, brought forward: what was in them is in them.

use sqlx::Executor;

use super::*;
use crate::store::engine::Place;
use crate::store::hold::Claim;
use crate::store::migrate;

/// Version of its tables, rows as that release wrote them, and what a backup says after the migration.
const RELEASES: [(i64, &str, &str); 1] = [(
    1,
    include_str!("fixtures/0001_first.sql"),
    include_str!("fixtures/0001_first.migrated.jsonl"),
)];

on_each_engine! {
    what_earlier_releases_wrote_is_kept,
    the_control_plane_opens_on_what_the_first_release_wrote,
    an_empty_store_of_each_release_is_brought_forward,
    a_store_of_a_newer_release_is_refused,
    tables_are_as_the_backup_knows_them,
}

/// A store as the release with that version of the tables left it.
async fn earlier(url: &str, version: i64, rows: &'static str) {
    sqlx::any::install_default_drivers();
    let place = Place::parse(url).unwrap();
    // The lock makes the file.
    let claim = Claim::take(&place).await.unwrap();
    let options = place.options().unwrap();
    let pool = place.engine().pool(&options, 1).await.unwrap();
    migrate::run(&pool, place.engine(), version).await.unwrap();
    pool.execute(sqlx::raw_sql(rows)).await.unwrap();
    pool.close().await;
    drop(claim);
}

async fn what_earlier_releases_wrote_is_kept(engine: Engine) {
    for (version, rows, expected) in RELEASES {
        let home = Home::new(engine);
        earlier(&home.url(), version, rows).await;
        let store = Store::open(&home.url()).await.unwrap();
        let lines = full::lines(&store).await;
        let expected: Vec<&str> = expected.lines().collect();
        for (line, expected) in lines.iter().zip(&expected) {
            assert_eq!(line, expected, "version {version}");
        }
        assert_eq!(lines.len(), expected.len(), "version {version}");
        let (changes,): (i64,) = sqlx::query_as("SELECT CAST(COUNT(*) AS BIGINT) FROM changes")
            .fetch_one(&store.read)
            .await
            .unwrap();
        assert_eq!(changes, 0, "followers start anew");
        drop((store, home));
    }
}

async fn the_control_plane_opens_on_what_the_first_release_wrote(engine: Engine) {
    let home = Home::new(engine);
    let (version, rows, _) = RELEASES[0];
    earlier(&home.url(), version, rows).await;
    let mut control = control(&home.url()).await;
    assert!(control.first_secret().is_none(), "the store is not empty");
    assert!(control.live().revision().unwrap() >= 9);
    let lost = account(0x019a_9000_0000_7000_8000_0000_0000_0007);
    control.close().await;
    drop(control);
    let store = Store::open(&home.url()).await.unwrap();
    let row = store.balances(lost, u64::MAX, 1).await.unwrap()[0];
    assert_eq!(
        (
            row.granted_bytes,
            row.spent_bytes,
            row.returned_bytes,
            row.forfeited_bytes
        ),
        (900, 300, 100, 500),
        "what the open lease held is forfeited"
    );
    let purposes: Vec<String> = store
        .keys()
        .await
        .unwrap()
        .into_iter()
        .map(|key| key.purpose)
        .collect();
    for purpose in ["secret", "bundle", "link"] {
        assert!(
            purposes.iter().any(|one| one == purpose),
            "{purpose}: {purposes:?}"
        );
    }
    drop((store, home));
}

async fn an_empty_store_of_each_release_is_brought_forward(engine: Engine) {
    for (version, ..) in RELEASES {
        let home = Home::new(engine);
        earlier(&home.url(), version, "").await;
        let store = Store::open(&home.url()).await.unwrap();
        assert_eq!(store.revision().await.unwrap(), 0);
        store.close().await;
        drop((store, home));
    }
}

async fn a_store_of_a_newer_release_is_refused(engine: Engine) {
    let home = Home::new(engine);
    let store = Store::open(&home.url()).await.unwrap();
    let newer = "UPDATE _sqlx_migrations SET version = 77 WHERE version = 1";
    sqlx::query(newer).execute(&store.write).await.unwrap();
    store.close().await;
    drop(store);
    let error = Store::open(&home.url()).await.unwrap_err();
    assert!(
        matches!(error, StoreOpenError::Newer { version: 77, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("newer version"), "{error}");
    drop(home);
}

/// A column that a migration adds and a backup forgets would be lost.
async fn tables_are_as_the_backup_knows_them(engine: Engine) {
    let world = World::new(engine).await;
    let query = match engine {
        Engine::Sqlite => {
            "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table'"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), \
             upper(CAST(data_type AS TEXT)) || COALESCE(' ' || CAST(collation_name AS TEXT), '') \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    let columns: Vec<(String, String, String)> = sqlx::query_as(query)
        .fetch_all(&world.store.read)
        .await
        .unwrap();
    let mut columns: Vec<_> = columns
        .into_iter()
        .filter(|(table, ..)| !["_sqlx_migrations", "meta", "changes"].contains(&table.as_str()))
        .filter(|(table, ..)| !table.starts_with("sqlite_"))
        .collect();
    columns.sort();
    let text = match engine {
        Engine::Sqlite => "TEXT",
        Engine::Postgres => "TEXT C",
    };
    let mut known = crate::store::backup::columns(text);
    known.sort();
    assert_eq!(columns, known);
}

async fn control(url: &str) -> crate::Control {
    let clock = Clock::new(|| NOW_S * 1000);
    let settings = crate::Settings::new(url, "beneath", "https://tidegate.example", clock);
    crate::Control::open(settings).await.unwrap()
}
