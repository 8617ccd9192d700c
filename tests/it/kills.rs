//! kill -9 at random moments, while administrators change things: what was acknowledged is there, of nothing half,
//! and who follows sees every revision once and in order.
//!
//! `TIDEGATE_KILLS=…` for more kills, `TIDEGATE_SEED=…` for another seed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidegate_client::wire::{
    Batch, CreateObject, GrantRequest, Operation, SnapshotChange, WatchLine,
};
use tidegate_client::{Client, Terms};
use tokio::sync::mpsc;

use crate::nodes::fleet::{Follower, enrol, eventually};
use crate::postgres::{Durability, Postgres};
use crate::upstream::Upstream;
use crate::world::{Folder, ROUTES, Server, World, config, create};

/// How often the server is killed in a normal run.
const KILLS: u64 = 10;

/// Administrators at the same time.
const ADMINISTRATORS: u64 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_kill() {
    killed(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_kill_on_postgresql() {
    killed(Some(Postgres::start(Durability::Full))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_crashes_is_found_again() {
    let postgres = Postgres::start(Durability::Full);
    let world = start(Some(&postgres)).await;
    let operator = world.api(&world.operator);
    create(&operator, "user:alice", None).await;
    postgres.crash();
    let request = CreateObject {
        object: "user:bob".to_owned(),
        display_name: None,
        links: BTreeMap::new(),
        owner: None,
        quota: None,
    };
    // An answer may have been lost: under its key the change is made once.
    let operator = with_key(&operator, 0);
    eventually("the store answers again", async || {
        operator.create_object(&request).await.is_ok()
    })
    .await;
    for object in ["user:alice", "user:bob"] {
        operator.object(object).await.expect("there");
    }
    let revision = operator.whoami().await.expect("answers").revision;
    let logged = postgres.sql("SELECT COUNT(*) FROM changes");
    assert_eq!(logged, revision.to_string(), "a row for each revision");
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// What administrators tried, by number: the revision where it was acknowledged.
type Tried = BTreeMap<u64, Option<u64>>;

async fn killed(postgres: Option<Postgres>) {
    let seed = number("TIDEGATE_SEED", 1);
    eprintln!("TIDEGATE_SEED={seed}");
    let mut world = start(postgres.as_ref()).await;
    let operator = world.api(&world.operator);
    let alice = create(&operator, "user:alice", None).await.secret;
    let alice = alice.and_then(|issued| issued.secret).expect("shown once");
    create(&operator, "user:bob", None).await;
    create(&operator, "organization:acme", Some("user:alice")).await;
    let node = enrol(&world, "reader").await.secret;

    let next = Arc::new(AtomicU64::new(0));
    let mut tried = Tried::new();
    let mut seen = Seen::default();
    for kill in 0..number("TIDEGATE_KILLS", KILLS) {
        // A number of acknowledgements that only the seed knows.
        let enough = seed.wrapping_add(kill).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59;
        let (sender, mut done) = mpsc::unbounded_channel();
        let administrators: Vec<_> = (0..ADMINISTRATORS)
            .map(|_| {
                let (api, next) = (world.api(&alice), Arc::clone(&next));
                tokio::spawn(change(api, next, sender.clone()))
            })
            .collect();
        drop(sender);
        let mut follower = Follower::start(&world, &node, seen.revision).await;
        let mut acknowledged = 0;
        while acknowledged <= enough {
            let (number, revision) = done.recv().await.expect("administrators go on");
            acknowledged += u64::from(revision.is_some());
            tried.insert(number, revision);
        }
        world.server.kill().await;
        for administrator in administrators {
            administrator.await.expect("no panic");
        }
        while let Some((number, revision)) = done.recv().await {
            tried.insert(number, revision);
        }
        // Lines that arrived before the end.
        while let Some(line) = follower.next().await {
            seen.note(line);
        }
        world.server = Server::start(&world.folder.path().join("tidegate.toml")).await;
        let api = world.api(&alice);
        let mut follower = Follower::start(&world, &node, seen.revision).await;
        check(&api, &tried).await;
        let newest = finish(&api, &mut tried).await;
        while seen.revision < newest {
            seen.note(follower.next_news().await.expect("goes on"));
        }
    }
    for (number, revision) in &tried {
        let revision = revision.expect("repeated until it was acknowledged");
        assert_eq!(seen.batches.get(number), Some(&revision), "batch {number}");
    }
    let revisions: BTreeSet<u64> = seen.batches.values().copied().collect();
    assert_eq!(revisions.len(), tried.len(), "a revision for each batch");
}

/// Beneath, on SQLite or on a PostgreSQL.
async fn start(postgres: Option<&Postgres>) -> World {
    let upstream = Upstream::start().await;
    let folder = Folder::new();
    let path = config(&folder, &upstream.url(), "", ROUTES);
    if let Some(postgres) = postgres {
        let text = std::fs::read_to_string(&path).expect("the configuration");
        let sqlite = text.lines().find(|line| line.starts_with("store = "));
        let store = format!("store = \"{}\"", postgres.url());
        let text = text.replace(sqlite.expect("a store"), &store);
        std::fs::write(&path, text).expect("writes the configuration");
    }
    let server = Server::start(Path::new(&path)).await;
    let operator = server.printed.clone().expect("the operator's secret");
    World {
        server,
        upstream,
        folder,
        operator,
    }
}

fn project(number: u64) -> String {
    format!("project:acme/p{number}")
}

/// Two changes that belong together.
fn batch(number: u64) -> Batch {
    let create = Operation::Create(CreateObject {
        object: project(number),
        display_name: None,
        links: BTreeMap::new(),
        owner: None,
        quota: None,
    });
    let grant = Operation::Grant(GrantRequest {
        object: project(number),
        relations: vec!["view".to_owned()],
        subject: "user:bob".to_owned(),
    });
    Batch {
        operations: vec![create, grant],
    }
}

fn with_key(api: &Client, number: u64) -> Client {
    let terms = Terms {
        idempotency_key: Some(format!("batch-{number}")),
        if_match: None,
    };
    api.with_terms(terms).expect("a good key")
}

/// Makes one change after the other until the server is gone.
async fn change(
    api: Client,
    next: Arc<AtomicU64>,
    done: mpsc::UnboundedSender<(u64, Option<u64>)>,
) {
    loop {
        let number = next.fetch_add(1, Ordering::SeqCst);
        let answer = with_key(&api, number).batch(&batch(number)).await;
        let revision = answer.ok().map(|answer| answer.revision);
        if done.send((number, revision)).is_err() || revision.is_none() {
            return;
        }
    }
}

/// Acknowledged: there. Not acknowledged: there or not, and never half.
async fn check(api: &Client, tried: &Tried) {
    for (number, revision) in tried {
        let object = project(*number);
        let there = api.object(&object).await.is_ok();
        let granted = match api
            .grants(&object, &tidegate_client::PageQuery::default())
            .await
        {
            Ok(page) => page.items.iter().any(|grant| grant.subject == "user:bob"),
            Err(_) => false,
        };
        assert_eq!(there, granted, "{object}: half a change");
        assert!(
            there || revision.is_none(),
            "{object}: acknowledged at {revision:?}, and gone"
        );
    }
}

/// Repeats what was not acknowledged under its key: done once, whatever became of it. Returns the newest revision.
async fn finish(api: &Client, tried: &mut Tried) -> u64 {
    let lost = tried.iter_mut().filter(|(_, revision)| revision.is_none());
    for (number, revision) in lost {
        let answer = with_key(api, *number).batch(&batch(*number)).await;
        *revision = Some(answer.expect("repeated").revision);
    }
    api.whoami().await.expect("answers").revision
}

/// What a follower has seen.
#[derive(Default)]
struct Seen {
    revision: u64,
    /// The revision at which a batch was seen, whole.
    batches: BTreeMap<u64, u64>,
}

impl Seen {
    fn note(&mut self, line: WatchLine) {
        let changes = match line {
            WatchLine::Revision(changes) => changes,
            WatchLine::Heartbeat { .. } | WatchLine::CallBack { .. } => return,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            changes.revision,
            self.revision + 1,
            "each once, and in order"
        );
        self.revision = changes.revision;
        for change in &changes.changes {
            let SnapshotChange::Put { object, .. } = change else {
                continue;
            };
            let Some(number) = object.strip_prefix("project:acme/p") else {
                continue;
            };
            let granted = SnapshotChange::Write(format!("{object}#view@user:bob"));
            assert!(
                changes.changes.contains(&granted),
                "{object}: half a change"
            );
            let number = number.parse().expect("a number");
            let before = self.batches.insert(number, changes.revision);
            assert_eq!(before, None, "{object}: twice");
        }
    }
}
