//! The ledger under many callers, callers that go away, and random events.

use super::*;

on_each_engine! {
    a_caller_that_goes_away_does_not_stop_the_next,
    the_ledger_always_adds_up,
}

mod threads {
    use super::many_at_once_never_take_more_than_the_limit;

    on_each_engine! {
        with (flavor = "multi_thread", worker_threads = 4);
        many_at_once_never_take_more_than_the_limit,
    }
}

async fn many_at_once_never_take_more_than_the_limit(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    let organization = account(100);
    world.limit(organization, Kind::Read, Some(10_000)).await;
    let mut tasks = Vec::new();
    for service in 0..8_u128 {
        let world = Arc::clone(&world);
        tasks.push(tokio::spawn(async move {
            let mut granted = 0;
            for round in 0..20 {
                let answer = world.ask(&[account(service), organization], 1, 97).await;
                let Answer::Granted(lease) = answer else {
                    continue;
                };
                granted += lease.bytes;
                if round % 3 == 0 {
                    let half = lease.bytes / 2;
                    world
                        .settle(&lease, lease.bytes - half, half, 1)
                        .await
                        .unwrap();
                    granted -= half;
                }
            }
            granted
        }));
    }
    let mut total = 0;
    for task in tasks {
        total += task.await.unwrap();
    }
    let (granted, _, returned, ..) = world.balance(organization).await;
    assert_eq!(granted - returned, total);
    assert!(total <= 10_000, "{total}");
    assert!(total > 9_000, "{total}: the limit was nearly reached");
    world.adds_up(organization).await;
    for service in 0..8 {
        world.adds_up(account(service)).await;
    }
}

async fn a_caller_that_goes_away_does_not_stop_the_next(engine: Engine) {
    let world = World::new(engine).await;
    let request = LeaseRequest {
        chain: Chain::new(&[account(1)]).unwrap(),
        kind: Kind::Read,
        at_least_bytes: 1,
        at_most_bytes: 10,
        window: None,
    };
    for _ in 0..10 {
        let mut future = world.ledger.lease(&request);
        // Polled once, then dropped in the middle.
        let polled =
            std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context)))
                .await;
        assert!(polled.is_pending());
    }
    world.granted(&[account(1)], 1, 10).await;
    world.adds_up(account(1)).await;
}

/// Random leases, settlements, changes of limits and crashes: the ledger adds up after each.
async fn the_ledger_always_adds_up(engine: Engine) {
    let seed: u64 = std::env::var("TIDEGATE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(0x7469_6465);
    println!("TIDEGATE_SEED={seed}");
    let mut state = seed;
    let mut random = move |below: u64| {
        // SplitMix64 (Steele, Lea, Flood 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    };
    let mut world = World::new(engine).await;
    let accounts = [account(1), account(2), account(3)];
    let mut leases: Vec<(Lease, u64, u64)> = Vec::new();
    for step in 0..300 {
        match random(10) {
            0..=3 => {
                let organization = accounts[2];
                let service = accounts[usize::try_from(random(2)).unwrap()];
                let at_most = random(500) + 1;
                if let Answer::Granted(lease) =
                    world.ask(&[service, organization], 1, at_most).await
                {
                    assert!((1..=at_most).contains(&lease.bytes), "step {step}");
                    leases.push((lease, 0, 0));
                    for account in [service, organization] {
                        let (limit, _) = world.store.limits(account).await.unwrap();
                        let (granted, _, returned, ..) = world.balance(account).await;
                        assert!(
                            limit.is_none_or(|limit| granted - returned <= limit),
                            "step {step}"
                        );
                    }
                }
            }
            4..=7 if !leases.is_empty() => {
                let at = usize::try_from(random(leases.len() as u64)).unwrap();
                let (lease, spent, returned) = leases[at];
                let left = lease.bytes - spent - returned;
                let spent = spent + random(left + 1);
                let returned = returned + random(lease.bytes - spent - returned + 1);
                leases[at] = (lease, spent, returned);
                world.settle(&lease, spent, returned, 1).await.unwrap();
            }
            8 => {
                let account = accounts[usize::try_from(random(3)).unwrap()];
                let limit = match random(4) {
                    0 => None,
                    _ => Some(i64::try_from(random(20_000)).unwrap()),
                };
                world.limit(account, Kind::Read, limit).await;
            }
            _ if random(4) == 0 => world = world.crash().await,
            _ => {}
        }
        for account in accounts {
            world.adds_up(account).await;
        }
    }
    assert!(!leases.is_empty());
}
