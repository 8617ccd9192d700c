//! PostgreSQL: addresses, the lock, connections that are lost.

use super::*;
use crate::store::StoreError;
use crate::store::engine::Place;

#[test]
fn addresses_are_read_and_never_show_a_password() {
    for (url, name) in [
        ("postgres://db.example/tide", "postgres://db.example/tide"),
        (
            "postgresql://u:s3cret@db.example:5433/tide?sslmode=verify-full",
            "postgres://db.example:5433/tide",
        ),
        (
            "postgres:///tide?host=/run/pg&user=u&password=s3cret",
            "postgres:///run/pg/tide",
        ),
        (
            "postgres://u:s3cret@%2Frun%2Fpg/tide",
            "postgres://%2Frun%2Fpg/tide",
        ),
    ] {
        let place = Place::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(
            (place.engine(), place.name().as_str()),
            (Engine::Postgres, name)
        );
    }
    for url in [
        "postgres://u:s3cret@db.example",
        "postgres://u:s3cret@db.example:port/tide",
        "postgres://u:s3c#ret@db.example/tide",
        "postgres://u:s3cret@db.example/tide?pasword=s3cret",
        "mysql://u:s3cret@db.example/tide",
        "u:s3cret@db.example",
        "s3cret",
        "",
    ] {
        let error = Place::parse(url).err().unwrap_or_else(|| panic!("{url}"));
        assert!(
            matches!(error, StoreOpenError::Address(_)),
            "{url}: {error}"
        );
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("s3c") && !shown.contains("ret@"),
            "{url}: {shown}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_reached_says_so_without_the_password() {
    let server = Postgres::start(Durability::None);
    let known = server.url();
    for url in [
        known.replace("tidegate@", "nobody:s3cret@"),
        server
            .url_of("missing")
            .replace("tidegate@", "tidegate:s3cret@"),
        "postgres://u:s3cret@127.0.0.1:1/tide".to_owned(),
        known
            .replace("tidegate@", "tidegate:s3cret@")
            .replace("disable", "require"),
    ] {
        let error = Store::open(&url).await.unwrap_err();
        assert!(
            matches!(error, StoreOpenError::Database { .. }),
            "{url}: {error}"
        );
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    server.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0");
    let error = Store::open(&server.url_of("latin")).await.unwrap_err();
    assert!(error.to_string().contains("LATIN1"), "{error}");
}

#[tokio::test]
async fn one_process_has_a_database() {
    let server = Postgres::start(Durability::None);
    let store = Store::open(&server.url()).await.unwrap();
    let again = Store::open(&server.url()).await;
    let Err(StoreOpenError::InUse(name)) = again else {
        panic!("{again:?}");
    };
    assert!(name.ends_with("/tidegate"), "{name}");
    assert_eq!(store.incarnation(), 1);
    assert_eq!(store.revision().await.unwrap(), 0);
    // Another database of the same server is another store.
    server.sql("CREATE DATABASE other");
    let other = Store::open(&server.url_of("other")).await.unwrap();
    assert_eq!(other.incarnation(), 1);
    drop((store, other));
    assert_eq!(Store::open(&server.url()).await.unwrap().incarnation(), 2);
}

/// The lock's connection is cut off and another process takes the store: the first one writes nothing more.
#[tokio::test]
async fn who_loses_the_lock_writes_nothing_more() {
    let server = Postgres::start(Durability::None);
    let first = Store::open(&server.url()).await.unwrap();
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory'";
    assert_eq!(server.sql(cut), "1");
    // The first one may have taken it again by now: it is cut off until the second one has it.
    let second = loop {
        match Store::open(&server.url()).await {
            Ok(store) => break store,
            Err(StoreOpenError::InUse(_)) => server.sql(cut),
            Err(error) => panic!("{error}"),
        };
    };
    let begun = first.begin().await;
    assert!(matches!(begun, Err(StoreError::Lost)), "{begun:?}");
    let revision = first.revision().await;
    assert!(matches!(revision, Err(StoreError::Lost)), "{revision:?}");
    assert_eq!(second.begin().await.unwrap().revision(), 1);
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let server = Postgres::start(Durability::Full);
    let store = Store::open(&server.url()).await.unwrap();
    let change = store.begin().await.unwrap();
    change
        .commit(&[full::entry(None)], "[]", None)
        .await
        .unwrap();
    let mut open = store.begin().await.unwrap();
    server.crash();
    let lost = open
        .make(&crate::store::Write::DeleteObject(Uuid::nil()))
        .await;
    assert!(lost.is_err(), "the change that was under way is lost");
    drop(open);
    // Until the lock is held again, the store says that it is not there.
    let revision = loop {
        match store.revision().await {
            Ok(revision) => break revision,
            Err(StoreError::Lost | StoreError::Database(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(revision, 1, "what was acknowledged is there, and no more");
    let change = loop {
        match store.begin().await {
            Ok(change) => break change,
            Err(StoreError::Lost | StoreError::Database(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(change.revision(), 2);
}

#[tokio::test]
async fn a_commit_waits_for_the_disk_whatever_the_database_says() {
    let server = Postgres::start(Durability::None);
    let store = Store::open(&server.url()).await.unwrap();
    for pool in [&store.write, &store.ledger, &store.read] {
        let (mode,): (String,) = sqlx::query_as("SELECT current_setting('synchronous_commit')")
            .fetch_one(pool)
            .await
            .unwrap();
        assert_eq!(mode, "on");
    }
}

/// A statement, a wait for a lock: each ends, but for those that read or rewrite all there is.
#[tokio::test]
async fn no_statement_waits_for_ever() {
    async fn settings<'e>(on: impl sqlx::Executor<'e, Database = sqlx::Any>) -> (String, String) {
        let query = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')";
        sqlx::query_as(query).fetch_one(on).await.unwrap()
    }
    let server = Postgres::start(Durability::None);
    let store = Store::open(&server.url()).await.unwrap();
    let every_day = ("30s".to_owned(), "5s".to_owned());
    for pool in [&store.write, &store.ledger, &store.read] {
        assert_eq!(settings(pool).await, every_day);
    }
    let begin = store.engine.begin_reading();
    let mut reading = store.read.begin_with(begin).await.unwrap();
    assert_eq!(settings(&mut *reading).await.0, "1h");
    let write = sqlx::query("UPDATE meta SET revision = revision").execute(&mut *reading);
    assert!(write.await.is_err(), "it reads only");
    reading.rollback().await.unwrap();
    assert_eq!(settings(&store.read).await, every_day, "for that alone");
    let mut whole = store.read.acquire().await.unwrap();
    store.engine.take_time(&mut whole).await.unwrap();
    assert_eq!(settings(&mut *whole).await.0, "1h");
    drop(whole);
    assert_eq!(settings(&store.read).await, every_day, "for that alone");
}

/// A server that takes a connection and says nothing.
#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://u:s3cret@127.0.0.1:{port}/tide");
    let error = Store::open(&url).await.unwrap_err();
    let StoreOpenError::Database { error, .. } = error else {
        panic!("{error}");
    };
    assert!(matches!(error, sqlx::Error::Io(_)), "{error}");
}
