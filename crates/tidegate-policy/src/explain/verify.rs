//! Whether a proof proves what is asked. Goes through the proof alone, and searches nothing.
//!
//! What each node says is worked out anew, by the definition of the relation that it stands for: a node is
//! as good as what the model and the tuples make of it. Where a proof names one tuple or operand, that one
//! must settle the matter; where it says that nothing leads to the subject, it must go through all there is.
//!
//! So a small proof may be much work: a node that says that nothing leads on stands for a whole row, of which
//! it names only what leads on, and many nodes may stand for one row. All of it is paid for in steps, of which
//! there are as many as an explanation has.

use crate::check::{CheckError, CheckRequest, MAX_HOPS, MAX_PATH, allowed_context};
use crate::model::Rewrite;
use crate::snapshot::{Entry, Overlay, Snapshot, SubjectId};
use crate::tuple::Tuple;

use super::Budget;
use super::proof::{Followed, MAX_PROOF_DEPTH, Proof};
use super::world::{Answer, Goal, Held, Leads, World};

/// Most steps: each is a node, a tuple of a row that a node stands for, or what else [`Budget::steps`] names.
pub(super) const MAX_STEPS: u32 = Budget::DEFAULT.steps;

/// Why a proof does not prove what is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The question cannot be asked.
    #[error(transparent)]
    Question(#[from] CheckError),
    /// A node does not stand for the part of the definition that it is at.
    #[error("a rule is not what the model says")]
    Rule,
    /// A tuple is not there, is another, or does not hold.
    #[error("a tuple is not there or does not hold")]
    Tuple,
    /// Not every tuple or operand that counts is accounted for.
    #[error("not everything that counts is accounted for")]
    Missing,
    /// Nested deeper than [`MAX_PROOF_DEPTH`].
    #[error("nested deeper than {MAX_PROOF_DEPTH}")]
    Deep,
    /// More work than any explanation is, as [`Budget::DEFAULT`] bounds it.
    #[error("more than {MAX_STEPS} steps")]
    TooMuch,
    /// All of it is so, and what is asked does not follow.
    #[error("it does not follow")]
    Answer,
}

impl Proof {
    /// Whether what is asked follows, by the model, the tuples and their conditions. Takes at most as many
    /// steps as [`Budget::DEFAULT`] has, whatever the proof.
    ///
    /// # Errors
    /// The first flaw.
    pub fn verify(&self, snapshot: &Snapshot, request: &CheckRequest<'_>) -> Result<(), Flaw> {
        self.verify_within(snapshot, request, MAX_STEPS)
    }

    /// As [`verify`](Self::verify), in so many steps.
    pub(super) fn verify_within(
        &self,
        snapshot: &Snapshot,
        request: &CheckRequest<'_>,
        steps: u32,
    ) -> Result<(), Flaw> {
        allowed_context(snapshot.model(), request.contextual_tuples)?;
        let mut overlay = Overlay::above(snapshot.store());
        let Some(world) = World::open(snapshot, request, &mut overlay) else {
            return Err(unknown(snapshot, request).into());
        };
        let goal = world.goal;
        let mut checker = Checker {
            world: &world,
            path: Vec::new(),
            open: 0,
            steps,
        };
        match checker.goal(self, goal, 0)? {
            Answer::Yes => Ok(()),
            Answer::No | Answer::Circle | Answer::Open => Err(Flaw::Answer),
        }
    }
}

/// What the model does not have of what the question names.
fn unknown(snapshot: &Snapshot, request: &CheckRequest<'_>) -> CheckError {
    match snapshot.model().relation_id(request.relation) {
        None => CheckError::UnknownRelation {
            type_name: request.object.type_name().to_owned(),
            relation: request.relation.to_owned(),
        },
        Some(_) => CheckError::UnknownType(request.subject.type_name().to_owned()),
    }
}

struct Checker<'a> {
    world: &'a World<'a>,
    path: Vec<Goal>,
    open: u32,
    /// That are left.
    steps: u32,
}

impl Checker<'_> {
    fn goal(&mut self, proof: &Proof, goal: Goal, hops: u32) -> Result<Answer, Flaw> {
        self.spend(1)?;
        let is_rule = |right: bool, answer| if right { Ok(answer) } else { Err(Flaw::Rule) };
        if hops >= MAX_HOPS || self.path.len() >= MAX_PATH {
            return is_rule(matches!(proof, Proof::TooDeep), Answer::Open);
        }
        if self.path.contains(&goal) {
            return is_rule(matches!(proof, Proof::Circle), Answer::Circle);
        }
        if self.world.subject == SubjectId::Userset(goal.0, goal.1) {
            let itself = matches!(proof, Proof::Itself { object, relation }
                if self.world.is_called(goal, object, relation));
            return is_rule(itself, Answer::Yes);
        }
        let relation = self.world.relation(goal).ok_or(Flaw::Rule)?;
        self.path.push(goal);
        let answer = self.rewrite(proof, &relation.rewrite, goal, hops)?;
        self.path.pop();
        Ok(answer)
    }

    fn rewrite(
        &mut self,
        proof: &Proof,
        rewrite: &Rewrite,
        goal: Goal,
        hops: u32,
    ) -> Result<Answer, Flaw> {
        if self.open >= MAX_PROOF_DEPTH {
            return Err(Flaw::Deep);
        }
        self.spend(1)?;
        self.open += 1;
        let answer = self.operator(proof, rewrite, goal, hops)?;
        self.open -= 1;
        Ok(answer)
    }

    fn operator(
        &mut self,
        proof: &Proof,
        rewrite: &Rewrite,
        goal: Goal,
        hops: u32,
    ) -> Result<Answer, Flaw> {
        let settled = |answer, wanted| {
            if answer == wanted {
                Ok(answer)
            } else {
                Err(Flaw::Answer)
            }
        };
        match (rewrite, proof) {
            (Rewrite::Direct, Proof::Tuple { tuple, by }) => {
                let subject = self.number(tuple).ok_or(Flaw::Tuple)?;
                let entry = self.world.row(goal).find(subject).ok_or(Flaw::Tuple)?;
                self.is_held(goal, entry, tuple)?;
                let named = self.world.named(goal).contains(&entry);
                match (subject, by) {
                    (_, None) if named => Ok(Answer::Yes),
                    (SubjectId::Userset(object, member), Some(by)) => {
                        settled(self.goal(by, (object, member), hops + 1)?, Answer::Yes)
                    }
                    _ => Err(Flaw::Tuple),
                }
            }
            (
                Rewrite::Direct,
                Proof::NoTuple {
                    object,
                    relation,
                    usersets,
                },
            ) if self.world.is_called(goal, object, relation) => {
                let world = self.world;
                let mut answers = Vec::new();
                for entry in world.named(goal) {
                    answers.push(here(world.held(goal, entry)));
                }
                let goals = world.leads(goal, None, self.steps);
                answers.push(self.each(usersets, goal, goals, hops)?);
                Ok(Answer::any(&answers))
            }
            (
                Rewrite::Computed(other),
                Proof::Computed {
                    object,
                    relation,
                    by,
                },
            ) if self.world.is_called((goal.0, *other), object, relation) => {
                self.goal(by, (goal.0, *other), hops)
            }
            (
                Rewrite::From { relation, tupleset },
                Proof::From {
                    tuple,
                    by,
                    relation: name,
                },
            ) if self.world.model.relation_id(name) == Some(*relation) => {
                let on = (goal.0, *tupleset);
                let subject = self.number(tuple).ok_or(Flaw::Tuple)?;
                let SubjectId::Object(object) = subject else {
                    return Err(Flaw::Tuple);
                };
                let next = (object, *relation);
                self.world.relation(next).ok_or(Flaw::Tuple)?;
                let entry = self.world.row(on).find(subject).ok_or(Flaw::Tuple)?;
                self.is_held(on, entry, tuple)?;
                settled(self.goal(by, next, hops + 1)?, Answer::Yes)
            }
            (
                Rewrite::From { relation, tupleset },
                Proof::NoFrom {
                    object,
                    tupleset: on,
                    relation: name,
                    objects,
                },
            ) if self.world.is_called((goal.0, *tupleset), object, on)
                && self.world.model.relation_id(name) == Some(*relation) =>
            {
                let on = (goal.0, *tupleset);
                let goals = self.world.leads(on, Some(*relation), self.steps);
                self.each(objects, on, goals, hops)
            }
            (Rewrite::Union(operands), Proof::Union { operand, by }) => {
                let operand = operands.get(*operand).ok_or(Flaw::Rule)?;
                settled(self.rewrite(by, operand, goal, hops)?, Answer::Yes)
            }
            (Rewrite::Union(operands), Proof::NoUnion { all }) => {
                Ok(Answer::any(&self.operands(all, operands, goal, hops)?))
            }
            (Rewrite::Intersection(operands), Proof::Intersection { all }) => {
                Ok(Answer::all(&self.operands(all, operands, goal, hops)?))
            }
            (Rewrite::Intersection(operands), Proof::NoIntersection { operand, by }) => {
                let operand = operands.get(*operand).ok_or(Flaw::Rule)?;
                settled(self.rewrite(by, operand, goal, hops)?, Answer::No)
            }
            (
                Rewrite::Exclusion(base, subtract),
                Proof::Exclusion {
                    base: one,
                    subtract: two,
                },
            ) => {
                let base = self.rewrite(one, base, goal, hops)?;
                let subtract = self.rewrite(two, subtract, goal, hops)?;
                Ok(Answer::but_not(base, subtract))
            }
            (Rewrite::Exclusion(base, _), Proof::NoBase { by }) => {
                match self.rewrite(by, base, goal, hops)? {
                    no @ (Answer::No | Answer::Circle) => Ok(no),
                    Answer::Yes | Answer::Open => Err(Flaw::Answer),
                }
            }
            _ => Err(Flaw::Rule),
        }
    }

    fn operands(
        &mut self,
        all: &[Proof],
        operands: &[Rewrite],
        goal: Goal,
        hops: u32,
    ) -> Result<Vec<Answer>, Flaw> {
        if all.len() != operands.len() {
            return Err(Flaw::Missing);
        }
        let mut answers = Vec::with_capacity(all.len());
        for (proof, operand) in all.iter().zip(operands) {
            answers.push(self.rewrite(proof, operand, goal, hops)?);
        }
        Ok(answers)
    }

    /// What tuples that lead on come to: every one of them that holds, in its order.
    fn each(
        &mut self,
        followed: &[Followed],
        on: Goal,
        goals: Leads<'_>,
        hops: u32,
    ) -> Result<Answer, Flaw> {
        let mut followed = followed.iter();
        let mut answers = Vec::new();
        for (goal, entry) in goals {
            self.spend(1)?;
            answers.push(match self.world.held(on, entry) {
                Held::Yes => {
                    let Followed { tuple, by } = followed.next().ok_or(Flaw::Missing)?;
                    self.is_held(on, entry, tuple)?;
                    self.goal(by, goal, hops + 1)?
                }
                other => here(other),
            });
        }
        self.spend(0)?;
        match followed.next() {
            None => Ok(Answer::any(&answers)),
            Some(_) => Err(Flaw::Tuple),
        }
    }

    /// Whether the entry is this very tuple, and holds.
    fn is_held(&self, on: Goal, entry: Entry, tuple: &Tuple) -> Result<(), Flaw> {
        let same = self.world.tuple(on, entry).as_ref() == Some(tuple);
        if same && self.world.held(on, entry) == Held::Yes {
            Ok(())
        } else {
            Err(Flaw::Tuple)
        }
    }

    /// Pays, with what the world has taken.
    fn spend(&mut self, steps: u32) -> Result<(), Flaw> {
        let steps = steps.saturating_add(self.world.take_steps());
        self.steps = self.steps.checked_sub(steps).ok_or(Flaw::TooMuch)?;
        Ok(())
    }

    fn number(&self, tuple: &Tuple) -> Option<SubjectId> {
        self.world.number(&tuple.subject)
    }
}

/// What a tuple that leads no further comes to.
fn here(held: Held) -> Answer {
    match held {
        Held::Yes => Answer::Yes,
        Held::Stale | Held::Unmet => Answer::No,
        Held::Open => Answer::Open,
    }
}
