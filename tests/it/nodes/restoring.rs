//! A node goes on, without a restart, when its control plane is restored from a backup, and never takes an older
//! state for a newer one.

use std::path::{Path, PathBuf};

use http::StatusCode;

use super::fleet::{Node, enrol, node, world};
use super::following::{newest, reads};
use crate::admin::run;
use crate::cli::Person;
use crate::http::get;
use crate::world::{BOT, Folder, STREAM, Server, World, create, grant, grant_request, issue};

const LATER: &str = "stream:acme/sales/later";

/// The status of the stream that was made after the backup.
async fn reads_later(node: &Node, secret: &str) -> StatusCode {
    let url = node.url("/acme/sales/later?size=100");
    get(&url, Some(secret)).await.0
}

/// The status that a caller without a secret gets.
async fn reads_as_nobody(node: &Node) -> StatusCode {
    get(&node.url("/acme/sales/orders?size=1"), None).await.0
}

fn config(folder: &Folder) -> PathBuf {
    folder.path().join("tidegate.toml")
}

/// Backs up through the API.
async fn back_up(world: &World) -> String {
    let path = world.folder.path().join("tidegate.backup");
    let path = path.to_str().expect("text").to_owned();
    let operator = Person::new(world, "operator", Some(world.operator.clone()));
    operator.done(&["admin", "backup", &path]).await;
    path
}

/// The store's files.
fn store(folder: &Folder) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(folder.path()).expect("the folder");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let is_store = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("tidegate.db") && !name.ends_with(".kept"))
    };
    paths.filter(is_store).collect()
}

fn lose_store(folder: &Folder) {
    for file in store(folder) {
        std::fs::remove_file(file).expect("removed");
    }
}

/// Writes a secret as whoever runs nodes should: whole at once.
fn hand_over(file: &Path, secret: &str) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, secret).expect("written");
    std::fs::rename(&beside, file).expect("renamed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_follows_a_restored_control_plane_without_a_restart() {
    let mut world = world().await;
    let example = world.example().await;
    let old = &example.bot.secret;
    let file = world.folder.path().join("one.secret");
    let enrolled = enrol(&world, "one").await;
    hand_over(&file, &enrolled.secret);
    let mut node = Node::start_from_file(&world, "one", &file, "").await;
    node.reaches(newest(&world).await).await;
    let backup = back_up(&world).await;

    // What the backup has not: everybody may read.
    let mut lost = 0;
    for everybody in ["user:*", "anonymous:*"] {
        let request = grant_request("project:acme/sales", &["public"], everybody);
        lost = example.api.grant(&request).await.expect("granted").revision;
    }
    node.reaches(lost).await;
    assert_eq!(reads_as_nobody(&node).await, StatusCode::OK);
    assert_eq!(reads(&node, old).await, StatusCode::OK);

    assert_eq!(world.server.stop().await, Some(0));
    lose_store(&world.folder);
    let path = config(&world.folder);
    let words = [
        "admin",
        "restore",
        &backup,
        "--config",
        path.to_str().expect("text"),
    ];
    let restored = run(&words).await;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    // Without the control plane the node goes on as it was.
    assert_eq!(node.revision().await, Some(lost));
    world.operator = restored.stdout.trim().to_owned();
    world.server = Server::start(&path).await;

    // Its own secret has ended, too. It takes another one from its file, but none that is not its own.
    node.says("does not follow").await;
    let operator = world.api(&world.operator);
    let stranger = enrol(&world, "two").await;
    hand_over(&file, &stranger.secret);
    node.says("this node keeps its secret").await;
    hand_over(&file, &issue(&operator, "node:one").await.secret);
    node.says("this node has another secret").await;
    node.says("the bundle is loaded").await;
    let now = newest(&world).await;
    assert!(now > lost, "{now} is above {lost}");
    node.reaches(now).await;

    // The restored state, and what is changed from now on.
    assert_eq!(reads_as_nobody(&node).await, StatusCode::UNAUTHORIZED);
    assert_eq!(reads(&node, old).await, StatusCode::UNAUTHORIZED);
    create(&operator, "user:dora", None).await;
    node.reaches(newest(&world).await).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_secrets_kept_a_node_follows_by_itself_also_the_second_restore_of_a_backup() {
    let mut world = world().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    let node = node(&world, "one", "").await;
    let backup = back_up(&world).await;
    let path = config(&world.folder);
    let words = [
        "admin",
        "restore",
        &backup,
        "--danger-keep-secrets",
        "--config",
        path.to_str().expect("text"),
    ];
    let request = grant_request(STREAM, &["read"], BOT);
    for _ in 0..2 {
        // What the backup has not: a stream and a grant on it, and the end of another grant.
        let api = world.api(&example.alice);
        create(&api, LATER, None).await;
        grant(&api, LATER, &["read"], BOT).await;
        let lost = api.revoke(&request).await.expect("revoked").revision;
        node.reaches(lost).await;
        assert_eq!(reads(&node, secret).await, StatusCode::FORBIDDEN);
        assert_eq!(reads_later(&node, secret).await, StatusCode::OK);
        assert_eq!(world.server.stop().await, Some(0));
        lose_store(&world.folder);
        let restored = run(&words).await;
        assert_eq!(restored.code, Some(0), "{restored:?}");
        world.server = Server::start(&path).await;
        let now = newest(&world).await;
        assert!(now > lost, "{now} is above {lost}");
        node.reaches(now).await;
        assert_eq!(reads(&node, secret).await, StatusCode::OK);
        assert_eq!(reads_later(&node, secret).await, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_put_back_by_hand_is_not_taken_for_newer() {
    let mut world = world().await;
    let example = world.example().await;
    let secret = enrol(&world, "one").await.secret;
    let path = config(&world.folder);
    // As it is when nobody has it.
    assert_eq!(world.server.stop().await, Some(0));
    let kept = |file: &Path| {
        let mut name = file.as_os_str().to_owned();
        name.push(".kept");
        PathBuf::from(name)
    };
    for file in store(&world.folder) {
        std::fs::copy(&file, kept(&file)).expect("copied");
    }
    world.server = Server::start(&path).await;
    let control = format!("http://{}", world.server.control);
    let settings = "max_staleness_s = 2";
    let mut node = Node::start(&world, "one", &control, &secret, settings).await;
    node.reaches(newest(&world).await).await;
    let api = world.api(&example.alice);
    let request = grant_request(STREAM, &["read"], BOT);
    let lost = api.revoke(&request).await.expect("revoked").revision;
    node.reaches(lost).await;

    let files = store(&world.folder);
    assert_eq!(world.server.stop().await, Some(0));
    lose_store(&world.folder);
    for file in files.iter().filter(|file| kept(file).exists()) {
        std::fs::copy(kept(file), file).expect("copied");
    }
    world.server = Server::start(&path).await;
    assert!(newest(&world).await < lost);
    // What was revoked is never granted again by it: the node would rather answer nobody.
    node.says("the bundle is refused").await;
    node.gives_up().await;
}
