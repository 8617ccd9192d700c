//! Conditions that keep an answer from being a yes.

use crate::check::{CheckError, CheckRequest};
use crate::condition::EvaluationError;
use crate::snapshot::{Overlay, Snapshot};

use super::Unmet;
use super::change::{Change, Changes, Known, What};
use super::family::MAX_ADDED;
use super::prove;
use super::support::Support;
use super::world::{Held, World};

/// Tuples whose conditions would have to come out otherwise, where that alone turns the answer, and whether
/// these are all. In order, each once.
pub(super) fn unmet(
    snapshot: &Snapshot,
    request: &CheckRequest<'_>,
    steps: &mut u32,
) -> Result<(Vec<Unmet>, bool), CheckError> {
    let mut overlay = Overlay::above(snapshot.store());
    let world = World::open(snapshot, request, &mut overlay)?;
    let mut found = Vec::new();
    if snapshot.model().conditions().is_empty() {
        return Ok((found, true));
    }
    let known = Known::default();
    let mut support = Support::new(&world, &known, Changes::Conditions);
    let sets = support.candidates(MAX_ADDED, steps);
    let mut complete = support.complete;
    for set in sets {
        let changes = support.changes(&set);
        for change in &changes {
            if let What::Assume(met) = change.what {
                world.assume(change.goal, change.subject, Some(met));
            }
        }
        let turned = prove::holds(&world, steps);
        for change in &changes {
            world.assume(change.goal, change.subject, None);
        }
        complete &= turned.is_some();
        if turned == Some(true) {
            for change in &changes {
                if let Some(unmet) = describe(&world, change) {
                    found.push(unmet);
                }
            }
        }
    }
    crate::sort::sort(&mut found);
    found.dedup();
    Ok((found, complete))
}

fn describe(world: &World<'_>, change: &Change) -> Option<Unmet> {
    let entry = world.row(change.goal).find(change.subject)?;
    let bound = world.view.bound(change.goal.0, change.goal.1, entry)?;
    let condition = world.model.condition(bound.condition)?;
    let mut parameters = Vec::new();
    for parameter in condition.parameters() {
        parameters.push(parameter.name.to_string());
    }
    let error = match world.held(change.goal, entry) {
        Held::Open(error) => Some(error),
        Held::Yes | Held::Stale | Held::Unmet => None,
    };
    Some(Unmet {
        tuple: world.tuple(change.goal, entry)?,
        condition: condition.name().to_owned(),
        parameters,
        error: error.as_ref().map(ToString::to_string),
        missing: match error {
            Some(EvaluationError::Missing { parameters, .. }) => parameters,
            _ => Vec::new(),
        },
    })
}
