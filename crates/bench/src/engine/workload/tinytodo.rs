//! To-do lists.

use super::super::random::Random;
use super::{Action, Fact, Who, fact, falling_pairs, one, pairs};

/// The type of the one application.
pub(in crate::engine) const APPLICATION: &str = "application";

const fn action(cedar: &'static str, on: &'static str, relation: &'static str) -> Action {
    Action {
        cedar,
        relation,
        on,
    }
}

/// Anybody may make a list and see their own; an owner may do everything, an editor change the list and its
/// tasks, a reader or an editor see it.
pub(super) const ACTIONS: [Action; 9] = [
    action("CreateList", APPLICATION, "create_list"),
    action("GetLists", APPLICATION, "get_lists"),
    action("GetList", "list", "get_list"),
    action("UpdateList", "list", "update_list"),
    action("DeleteList", "list", "delete_list"),
    action("CreateTask", "list", "create_task"),
    action("UpdateTask", "list", "update_task"),
    action("DeleteTask", "list", "delete_task"),
    action("EditShares", "list", "edit_shares"),
];

/// Most tasks of a list.
const MOST_TASKS: u32 = 50;

/// The facts, and the number of tasks of each list.
pub(super) fn facts(size: u32, random: &mut Random) -> (Vec<Fact>, Vec<u32>) {
    let mut facts = vec![fact(one(APPLICATION, 0), "member", Who::Everyone)];
    let mut tasks = Vec::new();
    for (team, user) in pairs(size, random) {
        let user = Who::One(one("user", user));
        facts.push(fact(one("team", team), "member", user));
    }
    for (inner, outer) in falling_pairs(size, random) {
        let inner = Who::Members(one("team", inner));
        facts.push(fact(one("team", outer), "member", inner));
    }
    for number in 0..size {
        let list = one("list", number);
        let owner = one("user", random.below(size));
        facts.push(fact(list, "owner", Who::One(owner)));
        for relation in ["reader", "editor"] {
            let team = one("team", random.below(size));
            facts.push(fact(list, relation, Who::Members(team)));
        }
        tasks.push(random.below(MOST_TASKS + 1));
    }
    (facts, tasks)
}
