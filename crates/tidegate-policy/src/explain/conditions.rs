//! Conditions that keep an answer from being a yes.

use crate::hash::HashSet;

use super::change::{Change, Changes, Known, What};
use super::family::MAX_ADDED;
use super::prove;
use super::support::{ALL, Support};
use super::world::{Held, World};
use super::{Unmet, spend, steps_of_context};

/// Tells of tuples whose conditions would have to come out otherwise, where that alone turns the answer, in order,
/// each once; and whether these are all.
pub(super) fn unmet(world: &World<'_>, steps: &mut u32, found: &mut Vec<Unmet>) -> bool {
    if world.model.conditions().is_empty() {
        return true;
    }
    let known = Known::default();
    let mut support = Support::new(world, &known, Changes::Conditions);
    let sets = support.candidates(MAX_ADDED, ALL, steps);
    let mut complete = support.complete;
    let mut told: HashSet<Change> = HashSet::new();
    for set in sets {
        let changes = support.changes(&set);
        for change in &changes {
            if let What::Assume(met) = change.what {
                world.assume(change.goal, change.subject, Some(met));
            }
        }
        let turned = prove::holds(world, steps);
        for change in &changes {
            world.assume(change.goal, change.subject, None);
        }
        complete &= turned.is_some();
        if turned == Some(true) {
            for change in &changes {
                // A condition is evaluated to be told of, once for each change and not for each set that has it.
                if told.insert(*change)
                    && let Some(unmet) = describe(world, change)
                {
                    if !spend(steps, steps_of_context(&unmet.tuple)) {
                        complete = false;
                        break;
                    }
                    found.push(unmet);
                }
            }
        }
    }
    crate::sort::once(found);
    complete
}

fn describe(world: &World<'_>, change: &Change) -> Option<Unmet> {
    let entry = world.row(change.goal).find(change.subject)?;
    let bound = world.view.bound(change.goal.0, change.goal.1, entry)?;
    let condition = world.model.condition(bound.condition)?;
    let tuple = world.tuple(change.goal, entry)?;
    let mut parameters = Vec::new();
    for parameter in condition.parameters() {
        parameters.push(parameter.name.to_string());
    }
    let (mut missing, mut error) = (Vec::new(), None);
    // Evaluated once more, for its words.
    if world.held(change.goal, entry) == Held::Open
        && let Err(found) = condition.is_met(&bound.context, world.context)
    {
        error = Some(found.to_string());
        missing = found.missing();
    }
    Some(Unmet {
        tuple,
        condition: condition.name().to_owned(),
        parameters,
        missing,
        error,
    })
}
