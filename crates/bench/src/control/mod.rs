//! `bench control`: `tidegate serve` on a store of 100 thousand users, 10 thousand projects and 1 million
//! grants ([`world`]): its start, changes, checks, lists, and how soon a gateway follows.
//!
//! The store is made once, by the API and by SQL, and kept in the target folder; each run has a copy.

mod checks;
mod fill;
mod follow;
mod grants;
mod lists;
mod server;
mod world;

use std::path::Path;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use self::server::{FilledStore, RunFolder, Server};
use crate::error::{Context, Error, Result};
use crate::machine;
use crate::statistics::{max, median};
use crate::table::{self, Goal, Row, note};

/// The case of the start.
const START: &str = "start";

/// Measures in `rounds` rounds, prints the table, and writes it to `json` too. With `only`, just the
/// cases whose names hold it. `store` names an empty PostgreSQL database, or one that was filled.
///
/// # Errors
/// When something cannot be started, is answered wrongly, or takes far too long.
pub(crate) fn run(
    json: Option<&Path>,
    rounds: u32,
    only: Option<&str>,
    store: Option<&str>,
) -> Result<()> {
    // One thread: the server has the better use for the cores.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the measurement")?;
    let rows = runtime.block_on(async {
        let limit = Duration::from_secs(600) + rounds * Duration::from_secs(60);
        let mut terminated = signal(SignalKind::terminate()).context("cannot wait for a signal")?;
        // Whichever ends first, the processes go with the measurement's future.
        tokio::select! {
            measured = measure(rounds, only, store) => measured,
            _ = tokio::signal::ctrl_c() => Err(Error::new("interrupted")),
            _ = terminated.recv() => Err(Error::new("terminated")),
            () = tokio::time::sleep(limit) => Err(Error::new(format!("not done after {limit:?}"))),
        }
    })?;
    // The store's address may hold a password.
    let named = |word: String| match store {
        Some(url) => word.replace(url, "postgres://…"),
        None => word,
    };
    let command: Vec<_> = std::env::args().map(named).collect();
    let heading = format!(
        "{}\n{}\nmedians of {rounds} rounds; {}; files in the page cache; {} users, {} projects, {} grants\n",
        machine::line(),
        command.join(" "),
        store.map_or("SQLite", |_| "PostgreSQL"),
        world::USERS,
        world::PROJECTS,
        world::GRANTS,
    );
    table::print(&heading, &rows);
    json.map_or(Ok(()), |file| table::write(file, &rows))
}

async fn measure(rounds: u32, only: Option<&str>, store: Option<&str>) -> Result<Vec<Row>> {
    let wanted = |name: &str| only.is_none_or(|only| name.contains(only));
    let folder = RunFolder::create()?;
    let store = FilledStore::ready(folder.path(), store).await?;
    // Brings the copy's tables up to date where the program is newer than the kept store.
    let mut server = Server::start(folder.path(), &store.url).await?;
    let mut rows = Vec::new();
    if wanted(START) {
        note(&format!("{START} …"));
        let mut took_s = Vec::new();
        for _ in 0..rounds {
            server.process.end()?;
            server = Server::start(folder.path(), &store.url).await?;
            took_s.push(server.took.as_secs_f64());
        }
        let goal = Some(Goal::Under(5.0));
        let row = |what, value, goal| Row::alone(format!("{START}: {what}"), "s", value, goal);
        rows.push(row("process to /readyz, median", median(&took_s), goal));
        rows.push(row("process to /readyz, longest", max(&took_s), None));
    }
    if wanted(lists::NAME) {
        rows.extend(lists::run(rounds, &server, &store.secrets).await?);
    }
    if wanted(checks::NAME) {
        rows.extend(checks::run(rounds, &server, &store.secrets).await?);
    }
    if wanted(grants::NAME) {
        rows.extend(grants::run(rounds, &server, &store.secrets).await?);
    }
    if wanted(follow::NAME) {
        rows.extend(follow::run(folder.path(), &server, &store.secrets).await?);
    }
    Ok(rows)
}
