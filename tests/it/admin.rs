//! Keys and backups, by the program itself, on each engine.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use http::StatusCode;
use serde_json::Value;

use crate::cli::{Ended, Person};
use crate::http::get;
use crate::postgres::{Durability, Postgres};
use crate::upstream::Upstream;
use crate::world::{BOT, Folder, ROUTES, STREAM, Server, World, config, create, issue, program};

/// What keeps the stores of a test.
enum Engine {
    Sqlite,
    /// Each store is a database of it.
    Postgres(Postgres),
}

impl Engine {
    fn postgres() -> Self {
        Self::Postgres(Postgres::start(Durability::None))
    }

    /// Writes a configuration with a store of its own, which is empty.
    fn config(&self, folder: &Folder, upstream: &Upstream) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = config(folder, &upstream.url(), "", ROUTES);
        if let Self::Postgres(postgres) = self {
            let name = format!("store{}", NEXT.fetch_add(1, Ordering::Relaxed));
            postgres.sql(&format!("CREATE DATABASE {name}"));
            let text = std::fs::read_to_string(&path).expect("the configuration");
            let file = folder.path().join("tidegate.db");
            let text = text.replace(
                &format!("sqlite:{}", file.display()),
                &postgres.url_of(&name),
            );
            assert!(text.contains("store = \"postgres://"), "{text}");
            std::fs::write(&path, text).expect("written");
        }
        path.to_str().expect("text").to_owned()
    }

    async fn world(&self) -> World {
        let upstream = Upstream::start().await;
        let folder = Folder::new();
        let config = self.config(&folder, &upstream);
        let server = Server::start(Path::new(&config)).await;
        let operator = server.printed.clone().expect("the operator's secret");
        World {
            server,
            upstream,
            folder,
            operator,
        }
    }
}

/// Runs the program where no server is.
pub(crate) async fn run(words: &[&str]) -> Ended {
    let output = tokio::process::Command::new(program())
        .args(words)
        .env_clear()
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .expect("runs");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Where a backup is restored to.
struct Place {
    folder: Folder,
    config: String,
}

impl Place {
    fn new(world: &World, engine: &Engine) -> Self {
        let folder = Folder::new();
        let config = engine.config(&folder, &world.upstream);
        Self { folder, config }
    }

    async fn restore(&self, backup: &str, more: &[&str]) -> Ended {
        let words = ["admin", "restore", backup, "--config", &self.config];
        run(&[&words, more].concat()).await
    }

    /// A world on what was restored.
    async fn start(self, world: World, operator: &str) -> World {
        let World {
            server, upstream, ..
        } = world;
        drop(server);
        let server = Server::start(Path::new(&self.config)).await;
        assert!(server.printed.is_none(), "the store is not new");
        World {
            server,
            upstream,
            folder: self.folder,
            operator: operator.to_owned(),
        }
    }
}

async fn reads(world: &World, secret: &str) -> StatusCode {
    let url = world.url("/acme/sales/orders?seed=1&size=10");
    get(&url, Some(secret)).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_writes_go_on_is_restored_into_a_new_store() {
    back_up_and_restore(&Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_writes_go_on_is_restored_into_a_new_store_on_postgresql() {
    back_up_and_restore(&Engine::postgres()).await;
}

async fn back_up_and_restore(engine: &Engine) {
    let world = engine.world().await;
    let example = world.example().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let path = world.folder.path().join("tidegate.backup");
    let backup = path.to_str().expect("text");

    // Writes go on until the backup is there.
    let api = example.api.clone();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writes = tokio::spawn(async move {
        let mut made = 0;
        while stopped.try_recv().is_err() {
            create(&api, &format!("stream:acme/sales/s{made}"), None).await;
            made += 1;
        }
        made
    });
    operator.done(&["admin", "backup", backup]).await;
    stop.send(()).expect("still writing");
    let made = writes.await.expect("no panic");
    assert!(made > 0);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let text = std::fs::read_to_string(&path).expect("text");
    for secret in [&world.operator, &example.alice, &example.bot.secret] {
        assert!(!text.contains(secret.as_str()), "a secret's text is in it");
    }
    // A file that is there is not written over.
    let again = operator.run(&["admin", "backup", backup]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_eq!(std::fs::read_to_string(&path).expect("text"), text);

    // Not while a server has the store; not into one that holds something.
    let own = world.folder.path().join("tidegate.toml");
    let own = own.to_str().expect("text");
    let words = ["admin", "restore", backup, "--config", own];
    let in_use = run(&words).await;
    assert_eq!(in_use.code, Some(2), "{in_use:?}");
    assert!(in_use.stderr.contains("in use"), "{in_use:?}");

    let kept = Place::new(&world, engine);
    let fresh = Place::new(&world, engine);
    // Half a backup is none.
    let half = world.folder.path().join("half.backup");
    std::fs::write(&half, &text[..text.len() / 2]).expect("written");
    let cut = fresh.restore(half.to_str().expect("text"), &[]).await;
    assert_eq!(cut.code, Some(2), "{cut:?}");
    let restored = fresh.restore(backup, &[]).await;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let twice = fresh.restore(backup, &[]).await;
    assert_eq!(twice.code, Some(2), "{twice:?}");
    assert!(twice.stderr.contains("not empty"), "{twice:?}");
    let dangerous = kept.restore(backup, &["--danger-keep-secrets"]).await;
    assert_eq!(dangerous.code, Some(0), "{dangerous:?}");

    // Everything is there; no secret of before holds, and the new one of an operator does.
    let new = restored.stdout.trim().to_owned();
    let (alice, bot) = (example.alice.clone(), example.bot.secret.clone());
    let old = world.operator.clone();
    let world = fresh.start(world, &new).await;
    world.api(&new).whoami().await.expect("holds");
    for secret in [&old, &alice, &bot] {
        let error = world.api(secret).whoami().await.expect_err("ended");
        assert_eq!(error.status(), Some(401));
    }
    assert_eq!(reads(&world, &bot).await, StatusCode::UNAUTHORIZED);

    let world = kept.start(world, &old).await;
    world.api(&old).whoami().await.expect("holds");
    assert_eq!(reads(&world, &bot).await, StatusCode::OK);
    let api = world.api(&alice);
    for object in [STREAM, BOT] {
        api.object(object).await.expect("restored");
    }
    // What was written meanwhile is there up to one moment, and not after it.
    let mut there = Vec::new();
    for number in 0..made {
        let object = format!("stream:acme/sales/s{number}");
        there.push(api.object(&object).await.is_ok());
    }
    assert!(there.is_sorted_by(|a, b| a >= b), "{there:?}");
    issue(&api, BOT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_sealed_anew_and_an_operator_finds_back_in() {
    seal_and_find_back_in(&Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_sealed_anew_and_an_operator_finds_back_in_on_postgresql() {
    seal_and_find_back_in(&Engine::postgres()).await;
}

async fn seal_and_find_back_in(engine: &Engine) {
    let world = engine.world().await;
    world.example().await;
    let old = world.operator.clone();
    let path = |name: &str| {
        let path = world.folder.path().join(name);
        path.to_str().expect("text").to_owned()
    };
    let (config, key) = (path("tidegate.toml"), path("store.key"));
    let bytes = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    std::fs::write(&key, bytes).expect("written");
    let reseal = [
        "admin",
        "reseal",
        "--config",
        &config,
        "--new-key-file",
        &key,
    ];
    let secret = ["admin", "secret", "--config", &config];
    let of = |whose: &'static str| ["admin", "secret", whose, "--config", &config];
    // Not while a server has the store.
    for words in [&reseal[..], &secret[..]] {
        let in_use = run(words).await;
        assert_eq!(in_use.code, Some(2), "{in_use:?}");
        assert!(in_use.stderr.contains("in use"), "{in_use:?}");
    }
    let World {
        server,
        upstream,
        folder,
        ..
    } = world;
    assert_eq!(server.stop().await, Some(0));
    let sealed = run(&reseal).await;
    assert_eq!(sealed.code, Some(0), "{sealed:?}");
    // From then on nothing opens without the key.
    let without = run(&secret).await;
    assert_eq!(without.code, Some(2), "{without:?}");
    assert!(without.stderr.contains("sealed"), "{without:?}");
    let text = std::fs::read_to_string(&config).expect("text");
    let with_key = format!("[control]\nstore_key_file = \"{key}\"");
    std::fs::write(&config, text.replacen("[control]", &with_key, 1)).expect("written");
    let printed = run(&secret).await;
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let new = printed.stdout.trim().to_owned();
    let alices = run(&of("user:alice")).await;
    assert_eq!(alices.code, Some(0), "{alices:?}");
    for (whose, why) in [
        ("user:nobody", "no user:nobody"),
        (BOT, "is no person"),
        ("ghost:x", "ghost"),
        ("alice", "alice"),
    ] {
        let refused = run(&of(whose)).await;
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.stderr.contains(why), "{refused:?}");
    }
    let server = Server::start(Path::new(&config)).await;
    let world = World {
        server,
        upstream,
        folder,
        operator: old.clone(),
    };
    for secret in [&old, &new] {
        let who = world.api(secret).whoami().await.expect("holds");
        assert_eq!(who.subject, "operator:root");
    }
    let alice = world.api(alices.stdout.trim());
    let who = alice.whoami().await.expect("holds");
    assert_eq!(who.subject, "user:alice");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_while_the_server_runs() {
    rotate(&Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_while_the_server_runs_on_postgresql() {
    rotate(&Engine::postgres()).await;
}

async fn rotate(engine: &Engine) {
    let world = engine.world().await;
    let example = world.example().await;
    let operator = Person::new(&world, "operator", Some(world.operator.clone()));
    let keys = async || -> Vec<Value> {
        let listed = operator.done(&["--json", "admin", "keys", "list"]).await;
        let listed: Value = serde_json::from_str(&listed).expect("JSON");
        let items = listed["items"].as_array().expect("a list").clone();
        let of = |key: &Value| key["purpose"] == "secret";
        items.into_iter().filter(of).collect()
    };
    let old = keys().await[0]["kid"].as_str().expect("text").to_owned();
    let words = ["--json", "admin", "keys", "rotate", "--algorithm", "es256"];
    let rotated = operator
        .done(&[&words[..], &["--activate-in", "0"]].concat())
        .await;
    let rotated: Value = serde_json::from_str(&rotated).expect("JSON");
    assert_eq!(rotated["key"]["algorithm"], "ES256");
    let waited = async { while keys().await[1]["state"] != "signing" {} };
    tokio::time::timeout(crate::world::PATIENCE, waited)
        .await
        .expect("signs");
    let late = issue(&example.api, BOT).await;
    for secret in [&example.bot.secret, &late.secret] {
        assert_eq!(reads(&world, secret).await, StatusCode::OK);
    }
    let refused = operator.run(&["admin", "keys", "retire", &old]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("secrets hold"), "{refused:?}");
    // The operator's own was signed by it.
    let force = ["admin", "keys", "retire", &old, "--force"];
    let refused = operator.run(&force).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let another = issue(&world.api(&world.operator), "operator:root").await;
    let another = Person::new(&world, "another", Some(another.secret));
    another.done(&force).await;
    let ended = operator.run(&["whoami"]).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(
        reads(&world, &example.bot.secret).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(reads(&world, &late.secret).await, StatusCode::OK);
}
