//! Proofs that are small and would be much work to go through.

use tidegate_policy::explain::{self, Flaw, Remedy};
use tidegate_policy::{
    Budget, Change, CheckRequest, Context, Explanation, Model, Profile, Proof, Snapshot, Tuple,
};

/// Everything that is read is read twice by each relation, 2⁷ times by the last; a check remembers what it has read.
fn model(relation: &str) -> Model {
    let text = format!(
        "model
  schema 1.1
type user
type team
  relations
    define member: [user]
type tag
type doc
  relations
    define up: [doc, tag]
    define none: [user]
    define r0: ({relation}) but not none
    define r1: r0 or r0
    define r2: r1 or r1
    define r3: r2 or r2
    define r4: r3 or r3
    define r5: r4 or r4
    define r6: r5 or r5
    define r7: r6 or r6
    define open: [user] but not r7
"
    );
    Model::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What the newer model makes of tuples that the older one took.
fn world(older: &str, newer: &str, tuples: impl Iterator<Item = String>) -> Snapshot {
    let tuples = tuples.chain(["doc:a#open@user:ann".to_owned()]);
    let write = |text: String| Change::Write(text.parse().expect("a tuple"));
    let changes: Vec<Change> = tuples.map(write).collect();
    let snapshot = Snapshot::new(model(older), Profile::default()).apply(1, &changes);
    let snapshot = snapshot.expect("allowed");
    snapshot.with_model(model(newer), Profile::default())
}

fn explained(snapshot: &Snapshot, request: &CheckRequest<'_>) -> Option<Proof> {
    match snapshot.explain(request, &Budget::DEFAULT) {
        Ok(Explanation::Allowed { proof, complete }) => {
            assert_eq!(complete, proof.is_some());
            proof
        }
        other => panic!("{other:?}"),
    }
}

/// A proof of a few hundred nodes, each of which stands for a row of which it has to name nothing: what is not
/// taken any more, and what does not have the relation.
#[test]
fn rows_that_a_proof_need_not_name() {
    let asked: Tuple = "doc:a#open@user:ann".parse().expect("a tuple");
    let request = CheckRequest {
        subject: &asked.subject,
        relation: &asked.relation,
        object: &asked.object,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    type Row = fn(u32) -> String;
    let not_taken: Row = |number| format!("doc:a#r0@team:{number}#member");
    let passed_over: Row = |number| format!("doc:a#up@tag:{number}");
    let both = "[user, team#member] or r0 from up";
    for (older, newer, row) in [
        (both, "[user] or r0 from up", not_taken),
        (both, both, passed_over),
    ] {
        let of = |count: u32| world(older, newer, (0..count).map(row));
        let small = of(10);
        let proof = explained(&small, &request).expect("a proof");
        assert_eq!(proof.verify(&small, &request), Ok(()));
        // What the last row costs, nobody asks for.
        let large = of(Budget::DEFAULT.steps / 127 + 1);
        assert_eq!(large.check(&request), Ok(true));
        assert_eq!(proof.verify(&large, &request), Err(Flaw::TooMuch));
        if older != newer {
            // So nobody is given one.
            assert_eq!(explained(&large, &request), None);
        }
    }
}

/// Of very many objects not all can be gone through: what is near is found, and that there may be more is said.
#[test]
fn remedies_among_too_many_objects() {
    let text = "model\n  schema 1.1\ntype user\ntype team\n  relations\n    define member: [user]\n\
                type folder\n  relations\n    define viewer: [user, team#member]\n\
                type doc\n  relations\n    define up: [folder]\n    define viewer: [user] or viewer from up\n";
    let model = Model::parse(text).expect("a model");
    let few = ["doc:a#up@folder:a", "folder:a#viewer@team:a#member"].map(str::to_owned);
    let many = (0..explain::MAX_KNOWN).map(|number| format!("team:{number}#member@user:cid"));
    let write = |text: String| Change::Write(text.parse().expect("a tuple"));
    let changes: Vec<Change> = few.into_iter().chain(many).map(write).collect();
    let snapshot = Snapshot::new(model, Profile::default()).apply(1, &changes);
    let snapshot = snapshot.expect("allowed");
    let request = CheckRequest {
        subject: &"user:ann".parse().expect("a subject"),
        relation: "viewer",
        object: &"doc:a".parse().expect("an object"),
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    match snapshot.explain(&request, &Budget::DEFAULT) {
        Ok(Explanation::Denied {
            remedies, complete, ..
        }) => {
            let added = |remedy: &Remedy| remedy.add.iter().map(Tuple::to_string).collect();
            let added: Vec<String> = remedies.iter().map(added).collect();
            let expected = [
                "doc:a#viewer@user:ann",
                "folder:a#viewer@user:ann",
                "team:a#member@user:ann",
            ];
            assert_eq!(
                (&*added, complete),
                (&expected.map(str::to_owned)[..], false)
            );
        }
        other => panic!("{other:?}"),
    }
}
