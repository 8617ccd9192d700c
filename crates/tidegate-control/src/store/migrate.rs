//! Brings a store's tables up to date: forward only, each step in a transaction of its own, under a lock.

use sqlx::AnyPool;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use super::StoreOpenError;
use super::engine::{Engine, Place};

/// Where the versions that a store has are written down.
const TABLE: &str = "_sqlx_migrations";

/// Version, name, statements.
const MIGRATIONS: [(i64, &str, &str); 3] = [
    (1, "first", include_str!("../../migrations/0001_first.sql")),
    (
        2,
        "administration",
        include_str!("../../migrations/0002_administration.sql"),
    ),
    (
        3,
        "history",
        include_str!("../../migrations/0003_history.sql"),
    ),
];

/// The version of the tables that this release writes.
pub(super) const NEWEST: i64 = 3;

/// # Errors
/// [`StoreOpenError::Newer`], [`StoreOpenError::Migrate`].
pub(super) async fn migrate(pool: &AnyPool, place: &Place) -> Result<(), StoreOpenError> {
    run(pool, place.engine(), NEWEST)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(version) => StoreOpenError::Newer {
                store: place.name(),
                version,
            },
            error => StoreOpenError::Migrate {
                store: place.name(),
                error,
            },
        })
}

/// Up to a version.
pub(super) async fn run(pool: &AnyPool, engine: Engine, newest: i64) -> Result<(), MigrateError> {
    let migrator = Migrator::with_migrations(
        MIGRATIONS
            .into_iter()
            .filter(|(version, ..)| *version <= newest)
            .map(|(version, name, statements)| {
                Migration::new(
                    version,
                    name.into(),
                    MigrationType::Simple,
                    engine.schema(statements),
                    false,
                )
            })
            .collect(),
    );
    let mut connection = pool.acquire().await?;
    engine.take_time(&mut connection).await?;
    connection.ensure_migrations_table(TABLE).await?;
    let applied = connection.list_applied_migrations(TABLE).await?;
    if let Some(newer) = applied.iter().find(|applied| applied.version > newest) {
        return Err(MigrateError::VersionMissing(newer.version));
    }
    if applied.last().is_some_and(|last| last.version < newest) {
        // A process that has lost its lock on the store must not write into tables of another form.
        sqlx::query("UPDATE meta SET incarnation = incarnation + 1 WHERE id = 1")
            .execute(&mut *connection)
            .await?;
    }
    migrator.run(&mut *connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise_by_one_to_the_newest() {
        let versions: Vec<i64> = MIGRATIONS.iter().map(|(version, ..)| *version).collect();
        assert_eq!(versions, (1..=NEWEST).collect::<Vec<_>>());
    }
}
