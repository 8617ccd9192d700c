//! What every engine must do alike: order, one moment, turns, who may write.

use tidegate_policy::{Model, Object, Profile, SnapshotBuilder};

use super::*;
use crate::store::tests::full::{entry, fill, object};
use crate::store::{ListAudit, ListObjects, NewObject, NewRepeat, StoreError, Write};

on_each_engine! {
    ids_sort_by_their_bytes,
    a_change_is_whole_or_nothing,
    changes_take_turns_and_revisions_have_no_gap,
    a_snapshot_is_read_at_one_moment,
    an_earlier_opening_can_no_longer_write,
    every_list_reads_what_was_written,
    opening_again_changes_nothing_but_the_incarnation,
}

async fn put(store: &Store, objects: &[&str]) {
    let mut change = store.begin().await.unwrap();
    for id in objects {
        let new = NewObject {
            uid: Uuid::now_v7(),
            object: object("user", id),
            parent: None,
            companion_of: None,
            display_name: None,
            created_at_s: NOW_S,
        };
        change.make(&Write::Object(new)).await.unwrap();
    }
    change.commit(&[entry(None)], "[]", None).await.unwrap();
}

async fn list(store: &Store, after: &str, limit: u32) -> Vec<String> {
    let list = ListObjects {
        type_name: "user",
        parent: None,
        after,
        limit,
    };
    let rows = store.objects(&list).await.unwrap();
    rows.iter().map(|row| row.object.id().to_owned()).collect()
}

async fn ids_sort_by_their_bytes(engine: Engine) {
    let world = World::new(engine).await;
    // A language's order would leave out punctuation and put `ä` beside `a`.
    let sorted = [
        "a", "a-b", "a/b", "a0", "a_b", "aa", "ab", "b", "z", "ä", "中",
    ];
    let mut mixed = sorted;
    mixed.reverse();
    put(&world.store, &mixed).await;
    assert_eq!(list(&world.store, "", 100).await, sorted);
    let mut paged = Vec::new();
    while let [.., last] = paged.as_slice() {
        let last: &String = last;
        let page = list(&world.store, last, 2).await;
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert!(paged.is_empty(), "nothing to go on from");
    let mut after = String::new();
    loop {
        let page = list(&world.store, &after, 2).await;
        let Some(last) = page.last() else { break };
        after.clone_from(last);
        paged.extend(page);
    }
    assert_eq!(paged, sorted);
}

async fn a_change_is_whole_or_nothing(engine: Engine) {
    let world = World::new(engine).await;
    put(&world.store, &["ada"]).await;
    let mut change = world.store.begin().await.unwrap();
    let new = |id: &str| {
        Write::Object(NewObject {
            uid: Uuid::now_v7(),
            object: object("user", id),
            parent: None,
            companion_of: None,
            display_name: None,
            created_at_s: NOW_S,
        })
    };
    change.make(&new("bob")).await.unwrap();
    assert_eq!(change.revision(), 2);
    // The name is taken, whatever its case.
    assert!(change.make(&new("ada")).await.is_err());
    drop(change);
    assert_eq!(list(&world.store, "", 10).await, ["ada"]);
    assert_eq!(world.store.revision().await.unwrap(), 1);
    put(&world.store, &["bob"]).await;
    assert_eq!(world.store.revision().await.unwrap(), 2);
}

async fn changes_take_turns_and_revisions_have_no_gap(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    let mut tasks = Vec::new();
    for task in 0..4 {
        let world = Arc::clone(&world);
        tasks.push(tokio::spawn(async move {
            for n in 0..10 {
                let mut change = world.store.begin().await.unwrap();
                let new = NewObject {
                    uid: Uuid::now_v7(),
                    object: object("user", &format!("u{task}-{n}")),
                    parent: None,
                    companion_of: None,
                    display_name: None,
                    created_at_s: NOW_S,
                };
                change.make(&Write::Object(new)).await.unwrap();
                if n % 5 == 4 {
                    drop(change);
                    continue;
                }
                change.commit(&[entry(None)], "[]", None).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(world.store.revision().await.unwrap(), 32);
    let all = world
        .store
        .audit(ListAudit::All, (u64::MAX >> 1, 0), 100)
        .await
        .unwrap();
    let revisions: Vec<u64> = all.iter().rev().map(|row| row.revision).collect();
    assert_eq!(revisions, (1..=32).collect::<Vec<_>>());
    assert_eq!(list(&world.store, "", 100).await.len(), 32);
}

async fn a_snapshot_is_read_at_one_moment(engine: Engine) {
    let world = Arc::new(World::new(engine).await);
    put(&world.store, &["first"]).await;
    let writing = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            for n in 0..60 {
                put(&world.store, &[&format!("a{n}"), &format!("b{n}")]).await;
            }
        }
    });
    let mut seen = 0;
    loop {
        let done = writing.is_finished();
        let model = Model::parse("model\n  schema 1.1\ntype user\n").unwrap();
        let empty = SnapshotBuilder::new(model, Profile::default());
        let loaded = world.store.load(NOW_S, empty).await.unwrap();
        assert!(loaded.revision() >= seen);
        seen = loaded.revision();
        // One object of the first change, two of each later one.
        let users = loaded.objects_of_type("user").count() as u64;
        assert_eq!(users, 2 * seen - 1);
        if done {
            break;
        }
    }
    writing.await.unwrap();
    assert_eq!(seen, 61);
}

/// As when the lock on the store is lost and somebody else takes it.
async fn an_earlier_opening_can_no_longer_write(engine: Engine) {
    let world = World::new(engine).await;
    put(&world.store, &["ada"]).await;
    let lease = world.granted(&[account(1)], 1, 10).await;
    let update = "UPDATE meta SET incarnation = incarnation + 1 WHERE id = 1";
    sqlx::query(update)
        .execute(&world.store.write)
        .await
        .unwrap();

    let begun = world.store.begin().await;
    assert!(matches!(begun, Err(StoreError::Lost)), "{begun:?}");
    let revision = world.store.revision().await;
    assert!(matches!(revision, Err(StoreError::Lost)), "{revision:?}");
    assert!(world.ask_in(&[account(1)], 1, 1, None).await.is_err());
    assert!(world.settle(&lease, 5, 5, 1).await.is_err());
    let repeat = NewRepeat {
        actor: Uuid::from_u128(1),
        key: "late".to_owned(),
        fingerprint: String::new(),
        answer: "{}".to_owned(),
        created_at_s: NOW_S,
    };
    let lost = [
        world.store.remember(&repeat).await,
        world.store.forget_repeats(NOW_S).await,
        world.store.forget_invitations(NOW_S).await,
        world.ledger.prune().await,
    ];
    for lost in lost {
        assert!(matches!(lost, Err(StoreError::Lost)), "{lost:?}");
    }
    assert_eq!(world.balance(account(1)).await, (10, 0, 0, 0, 0));
    assert_eq!(list(&world.store, "", 10).await, ["ada"]);

    let world = world.crash().await;
    put(&world.store, &["bob"]).await;
    assert_eq!(world.balance(account(1)).await, (10, 0, 0, 10, 0));
}

async fn every_list_reads_what_was_written(engine: Engine) {
    let world = World::new(engine).await;
    let filled = fill(&world).await;
    let store = &world.store;
    assert_eq!(store.keys().await.unwrap().len(), 3);
    let ada = store.object(filled.ada).await.unwrap().unwrap();
    assert_eq!(ada.display_name.as_deref(), Some("Ada “the first” \t 中"));
    assert_eq!(store.secrets(filled.ada, "", 10).await.unwrap().len(), 2);
    let limits = store.limits(AccountId::own(filled.acme)).await.unwrap();
    assert_eq!(limits, (Some(1_000_000), None));
    let repeat = store.repeat(filled.ada, "key-1").await.unwrap().unwrap();
    assert_eq!(repeat.answer, r#"{"revision":1}"#);
    let audit = store.audit(ListAudit::Object(filled.acme), (u64::MAX >> 1, 0), 10);
    let audit = audit.await.unwrap();
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0].after, Some(serde_json::json!({"to": "acme"})));
    let actor = store.audit(ListAudit::Actor(filled.ada), (u64::MAX >> 1, 0), 10);
    assert_eq!(actor.await.unwrap().len(), 2);

    let mut change = store.begin().await.unwrap();
    let below = change.subtree(filled.acme).await.unwrap();
    let names: Vec<&Object> = below.iter().map(|row| &row.object).collect();
    let expected = [object("organization", "acme"), object("project", "acme/p")];
    assert_eq!(names, expected.iter().collect::<Vec<_>>());
    assert_eq!(change.companions(filled.acme).await.unwrap().len(), 1);
    let owner = change.owner_of("ada@example.org").await.unwrap();
    assert_eq!(owner, Some((object("user", "ada"), filled.ada)));
    assert_eq!(
        change
            .pending_invitations(filled.acme, NOW_S)
            .await
            .unwrap(),
        2
    );
    let own = change.invitations_of_to(filled.ada, filled.acme, NOW_S);
    let own = own.await.unwrap();
    assert_eq!(own.len(), 1);
    assert_eq!(change.living_secrets(filled.ada, NOW_S).await.unwrap(), 1);
    // What hangs on it goes with it.
    change
        .make(&Write::DeleteObject(filled.acme))
        .await
        .unwrap();
    assert!(change.companions(filled.acme).await.unwrap().is_empty());
    assert!(change.object(filled.project).await.unwrap().is_none());
    assert_eq!(
        change
            .pending_invitations(filled.acme, NOW_S)
            .await
            .unwrap(),
        0
    );
}

async fn opening_again_changes_nothing_but_the_incarnation(engine: Engine) {
    let world = World::new(engine).await;
    fill(&world).await;
    let before = full::lines(&world.store).await;
    let World {
        home,
        url,
        store,
        ledger,
        ..
    } = world;
    drop(ledger);
    store.close().await;
    drop(store);
    let store = Store::open(&url).await.unwrap();
    assert_eq!(store.incarnation(), 2);
    let after = full::lines(&store).await;
    assert_eq!(before[1..before.len() - 1], after[1..after.len() - 1]);
    drop((store, home));
}
