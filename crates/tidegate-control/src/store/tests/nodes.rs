//! Leases of nodes, and what nodes read of the change log.

use super::*;
use crate::store::Leased;

on_each_engine! {
    a_question_that_is_asked_again_gets_the_lease_that_it_got,
    a_lease_is_settled_by_its_holder_alone,
    what_is_given_up_comes_back_whole_and_is_never_granted_after,
    a_silent_node_loses_what_it_holds_and_late_use_is_spent,
    what_is_over_a_lowered_limit_is_known_of_each_node,
    the_change_log_is_compacted_without_a_gap,
    when_a_node_was_heard_of_is_kept_as_long_as_the_node,
}

const NODE: Uuid = Uuid::from_u128(0x0193_a1c0_0000_7000_8000_0000_0000_0001);
const OTHER: Uuid = Uuid::from_u128(0x0193_a1c0_0000_7000_8000_0000_0000_0002);

fn id(number: u128) -> LeaseId {
    LeaseId(Uuid::from_u128(number))
}

fn request(account: AccountId, bytes: u64) -> LeaseRequest {
    LeaseRequest {
        chain: Chain::new(&[account]).unwrap(),
        kind: Kind::Read,
        at_least_bytes: bytes,
        at_most_bytes: bytes,
        window: None,
    }
}

impl World {
    /// The bytes of a lease that is granted to a node; none when the id is taken.
    async fn lease_to(&self, node: Uuid, lease: LeaseId, asked: LeaseRequest) -> Option<u64> {
        match self.ledger.lease_to(node, lease, asked).await.unwrap() {
            Leased::Answer(Answer::Granted(granted)) => {
                assert_eq!(granted.id, lease);
                Some(granted.bytes)
            }
            Leased::Taken => None,
            Leased::Answer(Answer::Refused(refusal)) => panic!("{refusal:?}"),
        }
    }

    async fn settle_of(&self, node: Uuid, lease: LeaseId, spent: u64, returned: u64) -> bool {
        let settlement = Settlement {
            lease,
            spent_bytes: spent,
            returned_bytes: returned,
            requests: 1,
        };
        let settled = self.ledger.settle_of(node, vec![settlement]).await;
        settled.unwrap()
    }

    async fn log(&self, revision: i64, at_s: i64) {
        let insert =
            sqlx::query("INSERT INTO changes (revision, at_s, changes) VALUES ($1, $2, '[]')");
        let insert = insert.bind(revision).bind(at_s);
        insert.execute(&self.store.write).await.unwrap();
        let update = sqlx::query("UPDATE meta SET revision = $1").bind(revision);
        update.execute(&self.store.write).await.unwrap();
    }

    async fn logged(&self, after: u64) -> Vec<u64> {
        let logged = self.store.changes_after(after, 10).await.unwrap();
        logged.into_iter().map(|changes| changes.revision).collect()
    }
}

async fn a_question_that_is_asked_again_gets_the_lease_that_it_got(engine: Engine) {
    let world = World::new(engine).await;
    let (a, b) = (account(1), account(2));
    world.limit(a, Kind::Read, Some(1000)).await;
    assert_eq!(
        world.lease_to(NODE, id(1), request(a, 700)).await,
        Some(700)
    );
    // Also where there would not be enough for it a second time.
    assert_eq!(
        world.lease_to(NODE, id(1), request(a, 700)).await,
        Some(700)
    );
    assert_eq!(world.balance(a).await, (700, 0, 0, 0, 0));
    // Not to another node, not for somebody else, and not once it is over.
    assert_eq!(world.lease_to(OTHER, id(1), request(a, 700)).await, None);
    assert_eq!(world.lease_to(NODE, id(1), request(b, 700)).await, None);
    assert!(world.settle_of(NODE, id(1), 500, 200).await);
    assert_eq!(world.lease_to(NODE, id(1), request(a, 700)).await, None);
    assert_eq!(world.balance(a).await, (700, 500, 200, 0, 1));
    world.adds_up(a).await;
}

async fn a_lease_is_settled_by_its_holder_alone(engine: Engine) {
    let world = World::new(engine).await;
    let a = account(1);
    world.lease_to(NODE, id(1), request(a, 700)).await;
    assert!(!world.settle_of(OTHER, id(1), 700, 0).await);
    // Nor by the gateway of this process.
    let lease = Settlement {
        lease: id(1),
        spent_bytes: 700,
        returned_bytes: 0,
        requests: 1,
    };
    let settled = world.ledger.settle(&[lease]).await;
    assert_eq!(settled, Err(LedgerError::UnknownLease));
    world.ledger.abandon_of(OTHER, vec![id(1)]).await.unwrap();
    assert_eq!(world.balance(a).await, (700, 0, 0, 0, 0));
    assert!(world.settle_of(NODE, id(1), 700, 0).await);
}

async fn what_is_given_up_comes_back_whole_and_is_never_granted_after(engine: Engine) {
    let world = World::new(engine).await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    world.lease_to(NODE, id(1), request(a, 700)).await;
    for _ in 0..2 {
        // The second is still on its way here.
        let ids = vec![id(1), id(2)];
        world.ledger.abandon_of(NODE, ids).await.unwrap();
        assert_eq!(world.balance(a).await, (700, 0, 700, 0, 0));
    }
    for late in [id(1), id(2)] {
        assert_eq!(world.lease_to(NODE, late, request(a, 100)).await, None);
    }
    assert_eq!(world.balance(a).await, (700, 0, 700, 0, 0));
    // What is spent in part was not in doubt: it stays.
    world.lease_to(NODE, id(3), request(a, 600)).await;
    assert!(world.settle_of(NODE, id(3), 100, 0).await);
    world.ledger.abandon_of(NODE, vec![id(3)]).await.unwrap();
    assert_eq!(world.balance(a).await, (1300, 100, 700, 0, 1));
    world.adds_up(a).await;
}

async fn a_silent_node_loses_what_it_holds_and_late_use_is_spent(engine: Engine) {
    let world = World::new(engine).await;
    let a = account(1);
    world.limit(a, Kind::Read, Some(1000)).await;
    world.lease_to(NODE, id(1), request(a, 400)).await;
    world.lease_to(OTHER, id(2), request(a, 300)).await;
    let mut holders = world.ledger.holders().await.unwrap();
    holders.sort();
    assert_eq!(holders, [NODE.to_string(), OTHER.to_string()]);
    let forfeited = world.ledger.forfeit(vec![NODE.to_string()]).await;
    assert_eq!(forfeited.unwrap(), 1);
    assert_eq!(world.balance(a).await, (700, 0, 0, 400, 0));
    assert_eq!(world.ledger.holders().await.unwrap(), [OTHER.to_string()]);
    // It was only cut off, asks again for what it has, and says what it spent.
    assert_eq!(
        world.lease_to(NODE, id(1), request(a, 400)).await,
        Some(400)
    );
    assert!(world.settle_of(NODE, id(1), 150, 250).await);
    assert_eq!(world.balance(a).await, (700, 150, 0, 250, 1));
    world.adds_up(a).await;
    // A restart of this process forfeits nothing of theirs.
    let world = world.crash().await;
    assert!(world.settle_of(OTHER, id(2), 300, 0).await);
    assert_eq!(world.balance(a).await, (700, 450, 0, 250, 2));
}

async fn what_is_over_a_lowered_limit_is_known_of_each_node(engine: Engine) {
    let world = World::new(engine).await;
    let (a, b) = (account(1), account(2));
    for account in [a, b] {
        world.limit(account, Kind::Read, Some(1000)).await;
    }
    world.lease_to(NODE, id(1), request(a, 700)).await;
    world.lease_to(OTHER, id(2), request(b, 700)).await;
    let over = async |node| world.store.over_limit(node, NOW_S).await.unwrap();
    assert_eq!(over(NODE).await, []);
    for account in [a, b] {
        world.limit(account, Kind::Read, Some(100)).await;
    }
    assert_eq!((over(NODE).await, over(OTHER).await), (vec![a], vec![b]));
    assert!(world.settle_of(NODE, id(1), 100, 600).await);
    assert_eq!(over(NODE).await, []);
}

async fn the_change_log_is_compacted_without_a_gap(engine: Engine) {
    let world = World::new(engine).await;
    // The clock went back once: what was made before is gone with what looks older.
    for (revision, at_s) in [(1, 100), (2, 200), (3, 150), (4, 300), (5, 400), (6, 500)] {
        world.log(revision, at_s).await;
    }
    assert_eq!(world.logged(0).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(world.logged(4).await, [5, 6]);
    assert_eq!(world.logged(u64::MAX).await, Vec::<u64>::new());
    world.store.compact_changes(100, 160).await.unwrap();
    assert_eq!(world.logged(0).await, [4, 5, 6]);
    world.store.compact_changes(2, 0).await.unwrap();
    assert_eq!(world.logged(0).await, [5, 6]);
}

async fn when_a_node_was_heard_of_is_kept_as_long_as_the_node(engine: Engine) {
    let world = World::new(engine).await;
    let insert = sqlx::query(
        "INSERT INTO objects (uid, type, id, id_folded, created_at_s, valid_from_s) \
         VALUES ($1, 'node', 'one', 'one', 0, 0)",
    );
    let insert = insert.bind(NODE.to_string());
    insert.execute(&world.store.write).await.unwrap();
    for seen_at_s in [10, 20] {
        let seen = [(NODE, seen_at_s), (OTHER, seen_at_s)];
        world.store.note_nodes(&seen).await.unwrap();
        let seen = world.store.nodes_seen().await.unwrap();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [(NODE, seen_at_s)]);
    }
    let delete = sqlx::query("DELETE FROM objects");
    delete.execute(&world.store.write).await.unwrap();
    assert!(world.store.nodes_seen().await.unwrap().is_empty());
}
