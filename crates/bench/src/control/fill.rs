//! Fills the tables of a store that nobody has open, in one transaction.

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use super::world::{self, FEW, Fact, OWNER, Thing};
use crate::error::{Context, Error, Result};
use crate::table::note;

/// Rows of one statement: few enough placeholders for every engine.
const ROWS: usize = 500;
/// When everything was created. Seconds since the epoch, UTC.
const CREATED_AT_S: i64 = 1_750_000_000;
/// Nobody else is there, and a store that is not whole is thrown away.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; \
                       PRAGMA foreign_keys = OFF; PRAGMA cache_size = -1000000;";

const OBJECTS: &str = "INSERT INTO objects (uid, type, id, id_folded, parent, companion_of, \
                       created_at_s, valid_from_s, changed_revision)";
const TUPLES: &str = "INSERT INTO tuples (object_uid, relation, subject_type, subject_uid, \
                      subject_relation)";

/// Adds the world to the store at `url` (`sqlite:PATH` or `postgres://…`), where the first two users are
/// already, and takes its revision one further.
///
/// # Errors
/// When the database says no.
pub(crate) async fn fill(url: &str) -> Result<()> {
    note("filling the store …");
    sqlx::any::install_default_drivers();
    let what = "cannot fill the store";
    let mut connection = AnyConnection::connect(url).await.context(what)?;
    if url.starts_with("sqlite:") {
        let pragmas = connection.execute(sqlx::raw_sql(PRAGMAS)).await;
        pragmas.context(what)?;
    }
    let mut transaction = connection.begin().await.context(what)?;
    let known: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT type, id, uid FROM objects WHERE type IN ('site', 'user', 'organization')",
    )
    .fetch_all(&mut *transaction)
    .await
    .context(what)?;
    let known: HashMap<String, String> = known
        .into_iter()
        .map(|(type_name, id, uid)| (format!("{type_name}:{id}"), uid))
        .collect();
    let uids = Uids::new(&known)?;

    let new: Vec<Thing> = world::things().filter(|thing| !is_made(*thing)).collect();
    for things in new.chunks(ROWS) {
        let text = format!("{OBJECTS} VALUES {}", placeholders(things.len(), 9));
        let mut insert = sqlx::query(AssertSqlSafe(text));
        for thing in things {
            let parent = thing.parent().map(|parent| uids.of(parent));
            insert = insert
                .bind(uids.of(*thing))
                .bind(thing.type_name())
                .bind(thing.id())
                .bind(thing.id())
                .bind(parent.unwrap_or_else(|| uids.site.clone()))
                .bind(thing.companion_of().map(|of| uids.of(of)))
                .bind(CREATED_AT_S)
                .bind(CREATED_AT_S)
                .bind(1_i64);
        }
        insert.execute(&mut *transaction).await.context(what)?;
    }
    let facts = world::things().flat_map(|thing| {
        let mut facts = world::granted(thing);
        if !is_made(thing) {
            facts.extend(world::written(thing));
        }
        facts
    });
    let facts: Vec<Fact> = facts.collect();
    for facts in facts.chunks(ROWS) {
        let text = format!("{TUPLES} VALUES {}", placeholders(facts.len(), 5));
        let mut insert = sqlx::query(AssertSqlSafe(text));
        for Fact(object, relation, subject) in facts {
            insert = insert
                .bind(uids.of(*object))
                .bind(*relation)
                .bind(subject.type_name())
                .bind(uids.of(*subject))
                .bind("");
        }
        insert.execute(&mut *transaction).await.context(what)?;
    }
    let bumped = sqlx::query("UPDATE meta SET revision = revision + 1 WHERE id = 1");
    bumped.execute(&mut *transaction).await.context(what)?;
    transaction.commit().await.context(what)?;
    if !url.starts_with("sqlite:") {
        // Its planner knows nothing of what came at once until it looks; that is not what is measured.
        connection.execute("ANALYZE").await.context(what)?;
    }
    connection.close().await.context(what)
}

/// Whether a PostgreSQL database has no tables yet.
///
/// # Errors
/// When it does not answer.
pub(crate) async fn is_empty(url: &str) -> Result<bool> {
    sqlx::any::install_default_drivers();
    let what = "cannot look into the store";
    let mut connection = AnyConnection::connect(url).await.context(what)?;
    let query = "SELECT CAST(COUNT(*) AS BIGINT) FROM information_schema.tables \
                 WHERE table_schema = 'public'";
    let (tables,): (i64,) = sqlx::query_as(query)
        .fetch_one(&mut connection)
        .await
        .context(what)?;
    connection.close().await.context(what)?;
    Ok(tables == 0)
}

/// `($1, $2), ($3, $4)`
fn placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let numbers = (1..=columns).map(|column| format!("${}", row * columns + column));
        format!("({})", numbers.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Whether it was made through the API, so that its secret is known.
fn is_made(thing: Thing) -> bool {
    matches!(
        thing,
        Thing::User(OWNER | FEW) | Thing::Personal(OWNER | FEW)
    )
}

/// The uid of each thing: counted up, but for those that were made through the API.
struct Uids {
    site: String,
    made: HashMap<Thing, String>,
}

impl Uids {
    fn new(known: &HashMap<String, String>) -> Result<Self> {
        let of = |name: &str| {
            let uid = known.get(name).cloned();
            uid.ok_or_else(|| Error::new(format!("the store has no {name}")))
        };
        let made = [OWNER, FEW]
            .into_iter()
            .flat_map(|n| [Thing::User(n), Thing::Personal(n)])
            .map(|thing| Ok((thing, of(&thing.name())?)))
            .collect::<Result<_>>()?;
        let site = known
            .iter()
            .find(|(name, _)| name.starts_with("site:"))
            .map(|(_, uid)| uid.clone())
            .ok_or_else(|| Error::new("the store has no site"))?;
        Ok(Self { site, made })
    }

    fn of(&self, thing: Thing) -> String {
        if let Some(uid) = self.made.get(&thing) {
            return uid.clone();
        }
        let (kind, number) = match thing {
            Thing::User(n) => (1, n),
            Thing::Personal(n) => (2, n),
            Thing::Organization(n) => (3, n),
            Thing::Project(n) => (4, n),
            Thing::Stream(n) => (5, n),
            Thing::Service(n) => (6, n),
        };
        let ms = u64::try_from(CREATED_AT_S).unwrap_or(0) * 1000;
        let mut rest = [0; 10];
        rest[0] = kind;
        rest[6..].copy_from_slice(&number.to_be_bytes());
        let uid = uuid::Builder::from_unix_timestamp_millis(ms, &rest).into_uuid();
        uid.to_string()
    }
}
