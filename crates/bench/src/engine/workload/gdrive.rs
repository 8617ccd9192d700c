//! Documents in folders.

use super::super::random::Random;
use super::{Action, Fact, Who, fact, falling_pairs, one, pairs};

const fn action(cedar: &'static str, on: &'static str, relation: &'static str) -> Action {
    Action {
        cedar,
        relation,
        on,
    }
}

/// The policies speak of the owner of a document or of a folder above it, of views, and of what is public.
pub(super) const ACTIONS: [Action; 5] = [
    action("createDocument", "folder", "can_create_file"),
    action("changeOwner", "doc", "can_change_owner"),
    action("share", "doc", "can_share"),
    action("write", "doc", "can_write"),
    action("read", "doc", "can_read"),
];

/// The probability that everyone may read a document.
const PUBLIC: f64 = 0.5;

pub(super) fn facts(size: u32, random: &mut Random) -> Vec<Fact> {
    let mut facts = Vec::new();
    let user = |number| Who::One(one("user", number));
    let members = |number| Who::Members(one("group", number));
    let folder = |number| Who::One(one("folder", number));
    let mut add = |edges: Vec<(u32, u32)>, on, relation, subject: &dyn Fn(u32) -> Who| {
        facts.extend(
            edges
                .into_iter()
                .map(|(object, who)| fact(one(on, object), relation, subject(who))),
        );
    };
    add(pairs(size, random), "group", "member", &user);
    add(pairs(size, random), "doc", "owner", &user);
    add(pairs(size, random), "folder", "owner", &user);
    add(pairs(size, random), "doc", "parent", &folder);
    add(falling_pairs(size, random), "folder", "parent", &folder);
    for on in ["doc", "folder"] {
        add(pairs(size, random), on, "viewer", &user);
        add(pairs(size, random), on, "viewer", &members);
    }
    for number in 0..size {
        if random.chance(PUBLIC) {
            facts.push(fact(one("doc", number), "viewer", Who::Everyone));
        }
    }
    facts
}
