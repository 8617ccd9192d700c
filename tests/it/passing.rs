//! Reads and writes arrive and come back byte for byte.

use http::{Method, StatusCode};

use crate::http::{client, empty, pattern, request, send};
use crate::pattern::{Received, receive};
use crate::world::{BOT, World};

const SIZES: [u64; 6] = [0, 1, 1_000, 65_536, 1_048_577, 20_000_000];
const LARGE: u64 = 200_000_000;
/// What the gateway may grow by while a large body passes. Bytes.
const GROWTH: u64 = 48 << 20;

fn write_url(world: &World, seed: u8) -> String {
    world.url(&format!("/acme/sales/orders?seed={seed}"))
}

fn read_url(world: &World, seed: u8, size: u64, behave: &str) -> String {
    world.url(&format!(
        "/acme/sales/orders?seed={seed}&size={size}&behave={behave}"
    ))
}

async fn write(world: &World, secret: &str, seed: u8, size: u64, known: bool) {
    let url = write_url(world, seed);
    let answer = send(Method::POST, &url, Some(secret), pattern(seed, size, known)).await;
    let answer = answer.expect("an answer");
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "{size} bytes, known: {known}"
    );
    let seen = world.upstream.seen().pop().expect("arrived");
    assert_eq!((seen.bytes, seen.whole), (size, true), "known: {known}");
    if size > 0 {
        assert_eq!(seen.headers.contains_key("content-length"), known);
    }
}

async fn read(world: &World, secret: &str, seed: u8, size: u64, known: bool) {
    let url = read_url(world, seed, size, if known { "" } else { "chunked" });
    let answer = send(Method::GET, &url, Some(secret), empty())
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers().contains_key("content-length"), known);
    let received = receive(answer.into_body(), seed).await;
    assert_eq!(
        received,
        Received {
            bytes: size,
            whole: true
        },
        "known: {known}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_pass_byte_for_byte() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    for (seed, &size) in (1..).zip(&SIZES) {
        for known in [true, false] {
            write(&world, secret, seed, size, known).await;
            read(&world, secret, seed, size, known).await;
        }
    }
    let sum: u64 = 2 * SIZES.iter().sum::<u64>();
    let requests = 2 * SIZES.len() as u64;
    let (reads, writes) = example
        .settled(BOT, |read, write| {
            read.spent_bytes == sum && write.spent_bytes == sum
        })
        .await;
    assert_eq!((reads.requests, writes.requests), (requests, requests));
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_with_the_body() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    for known in [true, false] {
        write(&world, secret, 1, 1_000_000, known).await;
        read(&world, secret, 1, 1_000_000, known).await;
    }
    let before = peak_memory(world.server.pid());
    for known in [true, false] {
        write(&world, secret, 2, LARGE, known).await;
        read(&world, secret, 3, LARGE, known).await;
    }
    let after = peak_memory(world.server.pid());
    assert!(
        after < before + GROWTH,
        "{before} bytes before, {after} after"
    );
}

/// The most memory that the process has had. Bytes.
fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .expect("a peak");
    let kilobytes = line
        .split_whitespace()
        .nth(1)
        .and_then(|number| number.parse::<u64>().ok());
    kilobytes.expect("a number") * 1024
}

/// A slow reader holds the upstream back, instead of filling the gateway.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_holds_the_upstream_back() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    read(&world, secret, 1, 1_000_000, false).await;
    let before = peak_memory(world.server.pid());
    let url = read_url(&world, 4, LARGE, "chunked");
    let answer = send(Method::GET, &url, Some(secret), empty())
        .await
        .expect("an answer");
    // Not read, while others go on.
    for _ in 0..20 {
        read(&world, secret, 5, 1_000_000, true).await;
    }
    let after = peak_memory(world.server.pid());
    assert!(
        after < before + GROWTH,
        "{before} bytes before, {after} after"
    );
    let received = receive(answer.into_body(), 4).await;
    assert_eq!(
        received,
        Received {
            bytes: LARGE,
            whole: true
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_carries_many_requests() {
    let world = World::start().await;
    let example = world.example().await;
    let client = client();
    for number in 0..200 {
        let url = read_url(&world, 6, number, "");
        let asked = request(Method::GET, &url, Some(&example.bot.secret), empty());
        let answer = client.request(asked).await.expect("an answer");
        let received = receive(answer.into_body(), 6).await;
        assert_eq!(
            received,
            Received {
                bytes: number,
                whole: true
            }
        );
    }
}

/// What the upstream is told, and what it is not.
#[tokio::test(flavor = "multi_thread")]
async fn the_upstream_sees_the_path_but_not_the_secret() {
    let world = World::start().await;
    let example = world.example().await;
    let secret = &example.bot.secret;
    write(&world, secret, 1, 10, true).await;
    let seen = world.upstream.seen().pop().expect("arrived");
    assert_eq!(seen.path_and_query, "/records/orders?seed=1");
    assert!(!seen.headers.contains_key("authorization"));
    for (name, value) in &seen.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        assert!(!value.contains(secret.as_str()), "{name} holds the secret");
    }
    assert_eq!(seen.headers["host"], world.upstream.address.to_string());
}
