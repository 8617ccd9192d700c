//! Why a check comes to its answer: a proof for an allow, what could be changed for a deny.
//!
//! **An allow** comes with a [`Proof`]: the tuples and rules that it follows from, and for each `but not`
//! why what is taken away is not there. Nothing in it has to be believed: [`Proof::verify`] goes through it
//! with the model and the tuples at hand, and asks no check: what it has in common with the search that found it
//! is how rows are read, and what `and`, `or` and `but not` come to.
//!
//! **A deny** comes with [remedies](Remedy): sets of tuples to add, and where something is taken away, to
//! remove. Each was tried on a scratch snapshot: it turns the answer, and no part of it does. The bounds:
//!
//! * at most [`MAX_ADDED`] tuples are added and at most [`MAX_REMOVED`] are removed;
//! * a tuple is added on an object that the snapshot knows: one that has a standing, or that a stored tuple
//!   names. Its subject is the asked one, or a userset of such an object that the asked one is in (now, or
//!   with the rest of the set); in a tupleset (`from`) it is such an object, on which the asked one has the
//!   relation in turn;
//! * of more than [`MAX_KNOWN`] objects, those are known that the asked one leads to;
//! * the model takes it: without a condition, or, where it takes such a subject only under conditions, with
//!   one that is met by the request's context alone;
//! * contextual tuples stay as they are.
//!
//! A deny that hangs on conditions also names [those](Unmet), with the parameters that have no value.
//!
//! Everything is bounded by a [`Budget`], and an explanation says whether it is complete. The remedies that are
//! nearest to what was asked are found first: a tuple on the relation itself, then on what its tuples lead to.

mod change;
#[cfg(test)]
#[cfg(all(feature = "language", feature = "conditions"))]
mod condition_tests;
mod conditions;
mod family;
mod found;
mod json;
mod proof;
mod prove;
mod remedies;
mod support;
#[cfg(test)]
#[cfg(feature = "language")]
mod tests;
mod verify;
mod world;

pub use family::{MAX_ADDED, MAX_REMOVED};
pub use proof::{Followed, MAX_PROOF_DEPTH, Proof};
pub use remedies::MAX_KNOWN;
pub use verify::Flaw;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::{CheckError, CheckRequest};
use crate::json::Json;
use crate::snapshot::{Overlay, Snapshot};
use crate::tuple::{Object, Tuple};

use found::Form;
use world::World;

/// How much an explanation may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most steps: each is a relation of an object, a part of its definition, a subject, or a set of tuples that was
    /// looked at, or [`COST_OF_A_STEP`](crate::condition::COST_OF_A_STEP) of what a condition cost. So are 16 type
    /// restrictions of a relation, or 16 parts of a set, that were gone through, a node of what is remembered of a
    /// proof, and eight bytes of names that are kept or of contexts that are told. And each relation or condition costs
    /// more of them the more of its kind are kept beside it.
    pub steps: u32,
    /// Most nodes of a proof.
    pub nodes: u32,
    /// Most remedies.
    pub proposals: usize,
}

impl Budget {
    /// What is spent unless told otherwise: enough for every check of OpenFGA's suites.
    pub const DEFAULT: Self = Self {
        steps: 4_000_000,
        nodes: 10_000,
        proposals: 2_000,
    };
}

impl Default for Budget {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why a check comes to its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Explanation<P = Proof> {
    /// It is a yes.
    Allowed {
        /// What it follows from; none when that would be more than the budget, nested deeper than
        /// [`MAX_PROOF_DEPTH`], or more to [verify](Proof::verify), or to tell of contexts, than may be.
        proof: Option<P>,
        /// Whether there is a proof.
        complete: bool,
    },
    /// It is a no.
    Denied {
        /// What would make it a yes: fewest tuples first, then by their texts.
        remedies: Vec<Remedy>,
        /// Conditions that would have to come out otherwise, and nothing else would have to change.
        conditions: Vec<Unmet>,
        /// Whether every remedy and every condition within the bounds has been found.
        complete: bool,
    },
}

/// Tuples to write and to delete, together. No part of it turns the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Remedy {
    /// To write, sorted. One takes the place of the stored tuple with the same object, relation and subject.
    pub add: Vec<Tuple>,
    /// To delete, sorted.
    pub remove: Vec<Tuple>,
}

/// A tuple whose condition keeps the answer from being a yes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unmet {
    /// The tuple, stored or contextual.
    pub tuple: Tuple,
    /// The condition's name.
    pub condition: String,
    /// The condition's parameters, in the order of their definition.
    pub parameters: Vec<String>,
    /// Those that have no value and should; none when the condition is not met.
    pub missing: Vec<String>,
    /// Why the condition has no answer, in words; none when it is not met.
    pub error: Option<String>,
}

impl Snapshot {
    /// Why a check comes to its answer. See the [module](self). Where a check fails for want of a condition's
    /// answer, this is the explanation of a deny.
    ///
    /// # Errors
    /// See [`CheckError`]: a question that cannot be asked, or that is too deep or too much for a check.
    pub fn explain(
        &self,
        request: &CheckRequest<'_>,
        budget: &Budget,
    ) -> Result<Explanation, CheckError> {
        self.explain_as(request, budget)
    }

    /// The same as JSON: the fields and words are those of an [`Explanation`].
    ///
    /// # Errors
    /// As [`explain`](Self::explain).
    pub fn explain_as_json(
        &self,
        request: &CheckRequest<'_>,
        budget: &Budget,
    ) -> Result<Json, CheckError> {
        Ok(json::of(self.explain_as(request, budget)?))
    }

    fn explain_as<F: Form>(
        &self,
        request: &CheckRequest<'_>,
        budget: &Budget,
    ) -> Result<Explanation<F>, CheckError> {
        let is_yes = match self.check(request) {
            Ok(answer) => answer,
            Err(CheckError::Condition(_)) => false,
            Err(error) => return Err(error),
        };
        let mut overlay = Overlay::above(self.store());
        // There is one: a check has looked at the same.
        let world = World::open(self, request, &mut overlay);
        let world = world.as_ref();
        Ok(if is_yes {
            let proof = world.and_then(|world| prove::prove(world, budget));
            Explanation::Allowed {
                complete: proof.is_some(),
                proof,
            }
        } else {
            // However much there is to tell of conditions, half is left for the remedies.
            let mut steps = budget.steps / 2;
            let (mut conditions, mut remedies) = (Vec::new(), Vec::new());
            let most = budget.proposals;
            let complete = world.is_some_and(|world| {
                let all = conditions::unmet(world, &mut steps, &mut conditions);
                steps += budget.steps - budget.steps / 2;
                remedies::remedies(world, request, most, &mut steps, &mut remedies) && all
            });
            Explanation::Denied {
                remedies,
                conditions,
                complete,
            }
        })
    }
}

impl Explanation {
    /// Whether it is a yes.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed { .. })
    }

    /// Whether nothing was left out for want of budget.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Allowed { complete, .. } | Self::Denied { complete, .. } => *complete,
        }
    }

    /// Puts another object in the place of each object that it names.
    #[must_use]
    pub fn rename(mut self, mut name: impl FnMut(&mut Object)) -> Self {
        match &mut self {
            Self::Allowed { proof, .. } => {
                if let Some(proof) = proof {
                    proof.rename(&mut name);
                }
            }
            Self::Denied {
                remedies,
                conditions,
                ..
            } => {
                let sets = remedies.iter_mut();
                sets.flat_map(|remedy| remedy.add.iter_mut().chain(&mut remedy.remove))
                    .chain(conditions.iter_mut().map(|unmet| &mut unmet.tuple))
                    .for_each(|tuple| proof::rename(tuple, &mut name));
            }
        }
        self
    }
}

/// Bytes of names and values that may be told or kept for a step.
const BYTES_OF_A_STEP: usize = 8;

/// What it takes to tell of a tuple, beside its names: the context that it is stored with may be longer than all else.
fn steps_of_context(tuple: &Tuple) -> usize {
    let condition = tuple
        .condition
        .as_ref()
        .filter(|_| cfg!(feature = "conditions"));
    condition.map_or(0, |found| found.context.to_string().len()) / BYTES_OF_A_STEP
}

/// Whether there were so many steps.
fn spend(steps: &mut u32, count: usize) -> bool {
    let left = (*steps as usize).checked_sub(count);
    *steps = left.and_then(|left| u32::try_from(left).ok()).unwrap_or(0);
    left.is_some()
}

/// A line for each tuple: `+` to write, `-` to delete.
impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let added = self.add.iter().map(|tuple| ('+', tuple));
        let removed = self.remove.iter().map(|tuple| ('-', tuple));
        for (sign, tuple) in added.chain(removed) {
            writeln!(f, "{sign} {tuple}")?;
        }
        Ok(())
    }
}
