//! Whether a snapshot is a plain set of facts, through any changes.

use std::collections::{BTreeMap, BTreeSet};

use tidegate_policy::{
    Change, Model, Object, PlacedSubject, Profile, Snapshot, SnapshotBuilder, Standing,
};
use uuid::Uuid;

use crate::agree::{ask, tuple};
use crate::bundles::through;
use crate::random::Random;
use crate::reference::{self, Fact};
use crate::worlds::World;

const MODEL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user, user:*, team#member]
type folder
  relations
    define parent: [folder]
    define owner: [user, team#member]
    define blocked: [user, team#member]
    define viewer: [user, user:*] or owner or viewer from parent
    define guest: viewer but not blocked
";

/// Enough objects for several pages.
const IDS: usize = 700;
const BATCHES: u64 = 1_500;

/// What a snapshot is, plainly.
#[derive(Clone, Default)]
struct Plain {
    facts: BTreeSet<Fact>,
    standings: BTreeMap<String, (Uuid, u64)>,
    revoked: BTreeSet<Uuid>,
}

impl Plain {
    /// Draws a change and makes it here too.
    fn change(&mut self, random: &mut Random, world: &World<'_>) -> Option<Change> {
        let object = match random.below(3) {
            0 => world.object(random, "user"),
            1 => world.object(random, "team"),
            _ => world.object(random, "folder"),
        };
        Some(match random.below(100) {
            0..65 => {
                let fact = world.fact(random)?;
                self.facts.insert(fact.clone());
                Change::Write(tuple(&fact))
            }
            65..80 => {
                // What is there, from a random place on; else what is most likely not.
                let from = world.fact(random)?;
                let fact = self
                    .facts
                    .range(from.clone()..)
                    .next()
                    .cloned()
                    .unwrap_or(from);
                self.facts.remove(&fact);
                Change::Delete(tuple(&fact))
            }
            80..96 => {
                let uid = Uuid::from_u128(random.below(1 << 40) as u128);
                let valid_from_s = random.below(1 << 30) as u64;
                self.standings.insert(object.clone(), (uid, valid_from_s));
                Change::Put {
                    object: object.parse().expect("an object"),
                    uid,
                    valid_from_s,
                }
            }
            96..98 => {
                let userset = format!("{object}#");
                self.facts.retain(|(on, _, subject)| {
                    *on != object && *subject != object && !subject.starts_with(&userset)
                });
                self.standings.remove(&object);
                Change::Forget(object.parse().expect("an object"))
            }
            _ => {
                let jti = Uuid::from_u128(random.below(1000) as u128);
                self.revoked.insert(jti);
                Change::Revoke { jti }
            }
        })
    }

    /// Made at once instead of change by change. Whatever a fact names is known then.
    fn built(&self, revision: u64) -> (Self, Snapshot) {
        let mut plain = self.clone();
        for (object, _, subject) in &self.facts {
            let of = subject.split('#').next().unwrap_or_default();
            for name in [object.as_str(), of] {
                if !name.ends_with(":*") {
                    let standing = plain.standings.entry(name.to_owned());
                    standing.or_insert((Uuid::from_u128(7), 7));
                }
            }
        }
        let parsed = Model::parse(MODEL).expect("a model");
        let mut builder = SnapshotBuilder::new(parsed, Profile::default());
        let mut placed = BTreeMap::new();
        for (name, &(uid, valid_from_s)) in &plain.standings {
            let object = name.parse().expect("an object");
            let standing = Standing { uid, valid_from_s };
            placed.insert(name.as_str(), builder.put(object, standing));
        }
        // Backwards, and the first ones twice: neither the order nor repetition counts.
        for (object, relation, subject) in
            plain.facts.iter().rev().chain(plain.facts.iter().take(9))
        {
            let subject = match (subject.split_once('#'), subject.strip_suffix(":*")) {
                (Some((of, member)), _) => PlacedSubject::Userset(placed[of], member),
                (None, Some(type_name)) => PlacedSubject::Wildcard(type_name),
                (None, None) => PlacedSubject::Object(placed[subject.as_str()]),
            };
            let written = builder.write(placed[object.as_str()], relation, subject, None);
            written.expect("an allowed tuple");
        }
        for &jti in &plain.revoked {
            builder.revoke(jti);
        }
        let snapshot = builder.finish(revision);
        (plain, snapshot)
    }

    #[track_caller]
    fn check(&self, snapshot: &Snapshot, seed: u64) {
        let mut found = BTreeSet::new();
        for type_name in ["user", "team", "folder"] {
            for id in 0..IDS {
                let name = format!("{type_name}:{id}");
                let object: Object = name.parse().expect("an object");
                let standing = snapshot
                    .standing(&object)
                    .map(|held| (held.uid, held.valid_from_s));
                let expected = self.standings.get(&name).copied();
                assert_eq!(
                    standing,
                    expected,
                    "seed {seed}, revision {}: {name}",
                    snapshot.revision()
                );
                found.extend(snapshot.tuples_on(&object).into_iter().map(|tuple| {
                    (
                        tuple.object.to_string(),
                        tuple.relation.to_string(),
                        tuple.subject.to_string(),
                    )
                }));
            }
        }
        let revision = snapshot.revision();
        let differ: Vec<_> = found.symmetric_difference(&self.facts).collect();
        assert!(
            differ.is_empty(),
            "seed {seed}, revision {revision}: {differ:?}"
        );
        for number in 0..1000 {
            let jti = Uuid::from_u128(number);
            assert_eq!(
                snapshot.is_revoked(jti),
                self.revoked.contains(&jti),
                "seed {seed}: {jti}"
            );
        }
    }
}

#[test]
fn a_snapshot_is_a_set_of_facts_through_any_changes() {
    let model = reference::Model::read(MODEL);
    let world = World {
        model: &model,
        ids: IDS,
    };
    let (mut most, mut compared) = (0, 0);
    for seed in 0..2 {
        let random = &mut Random::new(seed);
        let mut plain = Plain::default();
        let parsed = Model::parse(MODEL).expect("a model");
        let mut snapshot = Snapshot::new(parsed, Profile::default());
        let mut kept = Vec::new();
        for revision in 1..=BATCHES {
            let changes: Vec<Change> = (0..random.within(0, 8))
                .filter_map(|_| plain.change(random, &world))
                .collect();
            snapshot = snapshot.apply(revision, &changes).expect("good changes");
            if revision % 500 == 0 {
                // Changes go on from what came through a bundle.
                snapshot = through(&snapshot);
            }
            if revision % 250 == 0 {
                plain.check(&snapshot, seed);
                let (of_all, built) = plain.built(revision);
                of_all.check(&built, seed);
                through(&built);
                kept.push((snapshot.clone(), plain.clone()));
            }
            if revision % 50 != 0 {
                continue;
            }
            let rows = reference::rows(&model, &plain.facts);
            let (_, built) = plain.built(revision);
            for _ in 0..50 {
                let question = world.question(random);
                if let Some(outcome) = reference::check(&model, &rows, &question, &[]) {
                    compared += usize::from(outcome.answer.is_ok());
                    let found = ask(&snapshot, &question, &[]);
                    assert_eq!(found, outcome.answer, "seed {seed}: {question:?}");
                    let found = ask(&built, &question, &[]);
                    assert_eq!(found, outcome.answer, "built, seed {seed}: {question:?}");
                }
            }
        }
        // Later changes left the earlier snapshots alone.
        for (snapshot, plain) in kept {
            plain.check(&snapshot, seed);
            most = most.max(plain.facts.len());
        }
    }
    // More than a page holds.
    assert!(
        most > 1_200 && compared > 2_000,
        "{most} facts, {compared} questions"
    );
}
