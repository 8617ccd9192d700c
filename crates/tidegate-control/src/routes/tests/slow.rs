//! A PostgreSQL that does not answer in time: 503, nothing changed, and no harm once it answers again.

use super::*;
use crate::store::tests::postgres::{Durability, Postgres};
use crate::store::tests::{patience, session};

/// Any statement on a table ends no sooner than it is ended.
const SLOW: &str = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
                    $$ BEGIN PERFORM pg_sleep(3600); RETURN NULL; END $$; \
                    CREATE TRIGGER slow BEFORE INSERT ON audit FOR EACH STATEMENT EXECUTE FUNCTION slow(); \
                    ALTER TABLE secrets RENAME TO kept; \
                    CREATE VIEW secrets AS SELECT kept.* FROM kept, pg_sleep(3600);";
const QUICK: &str =
    "DROP TRIGGER slow ON audit; DROP VIEW secrets; ALTER TABLE kept RENAME TO secrets;";

async fn on(server: &Postgres) -> World {
    let settings = Settings::new(&server.url(), "beneath", ISSUER, Clock::system());
    let mut control = Control::open(settings).await.unwrap();
    let root = control.first_secret().unwrap().expose().to_owned();
    World {
        router: control.router(),
        control,
        folder: Folder::new(),
        root,
    }
}

/// A read and a change.
async fn asked(world: &World, alice: &str) -> [Reply; 2] {
    let read = world.get(alice, "/v1/secrets?subject=user:alice").await;
    let body = json!({ "object": "project:acme/slow" });
    [read, world.post(alice, "/v1/objects", body).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_is_ended() {
    let server = Postgres::start(Durability::None);
    let world = on(&server).await;
    let alice = world.acme().await;
    let revision = world.control.live().revision();
    patience(world.control.administration.store(), "100ms").await;
    server.sql(SLOW);
    for reply in asked(&world, &alice).await {
        reply.refused(503, None);
        assert_eq!(reply.json["type"], "urn:tidegate:problem:unavailable");
    }
    server.sql(QUICK);
    patience(world.control.administration.store(), "30s").await;
    assert_eq!(
        server.sql("SELECT count(*) FROM objects WHERE id = 'acme/slow'"),
        "0"
    );
    assert_eq!(world.control.live().revision(), revision);
    for reply in asked(&world, &alice).await {
        reply.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_another_session_holds_is_not_waited_for_for_ever() {
    let server = Postgres::start(Durability::None);
    let world = on(&server).await;
    let alice = world.acme().await;
    patience(world.control.administration.store(), "100ms").await;
    let mut other = session(&server.url()).await;
    let mut locked = sqlx::Connection::begin(&mut other).await.unwrap();
    let lock = "LOCK TABLE meta, secrets IN ACCESS EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut *locked).await.unwrap();
    for reply in asked(&world, &alice).await {
        reply.refused(503, None);
    }
    locked.rollback().await.unwrap();
    patience(world.control.administration.store(), "30s").await;
    for reply in asked(&world, &alice).await {
        reply.ok();
    }
}
