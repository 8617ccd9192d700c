//! Repositories of organizations.

use super::super::random::Random;
use super::{Action, Fact, Who, fact, falling_pairs, one, pairs};

const fn action(cedar: &'static str, relation: &'static str) -> Action {
    Action {
        cedar,
        relation,
        on: "repo",
    }
}

/// An action needs the role of its name or a higher one, on the repository or, for three of them, on the
/// organization that owns it.
pub(super) const ACTIONS: [Action; 5] = [
    action("read", "reader"),
    action("triage", "triager"),
    action("write", "writer"),
    action("maintain", "maintainer"),
    action("admin", "admin"),
];

/// What one can be on a repository, the least first.
pub(in crate::engine) const ROLES: [&str; 5] =
    ["reader", "triager", "writer", "maintainer", "admin"];
/// What one can be on all repositories of an organization, each beside the role that it gives.
pub(in crate::engine) const WIDE_ROLES: [(&str, &str); 3] = [
    ("repo_reader", "reader"),
    ("repo_writer", "writer"),
    ("repo_admin", "admin"),
];

/// The place among the roles of one on a repository, or of the one that a role on all of them gives.
pub(in crate::engine) fn rank(relation: &str) -> Option<usize> {
    let wide = WIDE_ROLES.iter().find(|(wide, _)| *wide == relation);
    let role = wide.map_or(relation, |(_, role)| role);
    ROLES.iter().position(|found| *found == role)
}

pub(super) fn facts(size: u32, random: &mut Random) -> Vec<Fact> {
    let mut facts = Vec::new();
    let wide = WIDE_ROLES.map(|(relation, _)| relation);
    let user = |number| Who::One(one("user", number));
    let team = |number| Who::Members(one("team", number));
    let organization = |number| Who::Members(one("organization", number));
    for (used, uses) in pairs(size, random) {
        let relation = random.of(&wide).copied().unwrap_or_default();
        facts.push(fact(
            one("organization", used),
            relation,
            organization(uses),
        ));
    }
    for (inner, outer) in falling_pairs(size, random) {
        facts.push(fact(one("team", outer), "member", team(inner)));
    }
    for subject in [&team as &dyn Fn(u32) -> Who, &user] {
        for (used, uses) in pairs(size, random) {
            let relation = random.of(&ROLES).copied().unwrap_or_default();
            facts.push(fact(one("repo", used), relation, subject(uses)));
        }
    }
    for kind in ["team", "organization"] {
        for (of, who) in pairs(size, random) {
            facts.push(fact(one(kind, of), "member", user(who)));
        }
    }
    for (used, uses) in pairs(size, random) {
        let relation = random.of(&wide).copied().unwrap_or_default();
        facts.push(fact(one("organization", used), relation, user(uses)));
    }
    for number in 0..size {
        let owner = one("organization", random.below(size));
        facts.push(fact(one("repo", number), "owner", Who::One(owner)));
    }
    facts
}
