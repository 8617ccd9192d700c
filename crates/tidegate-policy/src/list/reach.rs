//! The objects of a type on which a subject may have a relation, found from the subject: against the
//! direction of a check, tuple by tuple, so that it costs in proportion to what the subject reaches and
//! not to what there is.
//!
//! The walk looks at names only, and takes every `and` for an `or` and no notice of what a `but not` takes
//! away: it finds all objects for which a check could be true, and some more. The check of each says which.
//!
//! A check is true only by a chain of tuples: the last one names the subject, or the wildcard of its type,
//! and each one before leads to the next by a userset, by `from`, or by a computed relation. Each of these
//! steps is taken backwards here, where the model allows it and where it can come to the wanted relation.

use std::collections::VecDeque;

use super::walk::{Allowance, Goal, MAX_WALK, Seen, Spent};
use crate::hash::{HashMap, HashSet};
use crate::model::{Model, RelationId, Rewrite, Taken, TypeId};
use crate::snapshot::{ObjectId, SubjectId, View};

/// What the walk to all that a subject may have costs at most.
const MAX_WALK_TO_ALL: u32 = 4 * MAX_WALK;

/// A relation of a type.
type Kind = (TypeId, RelationId);

/// Tells of every object, each once, in no order. `subject` is over the numbers of `view`.
///
/// # Errors
/// When the walk would cost more than it may: there are more objects.
pub(super) fn reach(
    model: &Model,
    view: View<'_>,
    subject: SubjectId,
    wanted: Kind,
    max_walk: u32,
    mut found: impl FnMut(ObjectId),
) -> Result<(), Spent> {
    let ways = Ways::to(model, vec![wanted]);
    let mut walk = Walk::new(view, &ways, max_walk);
    let told = |walk: &mut Walk<'_>, (object, relation): Goal| {
        if relation == wanted.1 && view.type_of(object) == Some(wanted.0) {
            walk.allowance.name()?;
            found(object);
        }
        Ok(())
    };
    walk.go(subject, told)
}

/// Every relation of every object that the subject may have, each once, in no order.
///
/// # Errors
/// When the walk would cost more than it may.
pub(crate) fn reach_all(
    model: &Model,
    view: View<'_>,
    subject: SubjectId,
) -> Result<Vec<Goal>, Spent> {
    let types = model.type_names().filter_map(|name| {
        let type_id = model.type_id(name)?;
        let relations = model
            .relations(name)
            .filter_map(|name| model.relation_id(name));
        Some(relations.map(move |relation| (type_id, relation)))
    });
    let ways = Ways::to(model, types.flatten().collect());
    let mut walk = Walk::new(view, &ways, MAX_WALK_TO_ALL);
    walk.go(subject, |_, _| Ok(()))?;
    Ok(walk.seen.goals().collect())
}

/// How relations lead to each other, backwards from the wanted ones: only what can come to them.
#[derive(Default)]
struct Ways {
    /// Relations that are written.
    written: HashSet<Kind>,
    /// To relations of the same object.
    computed: HashMap<Kind, Vec<RelationId>>,
    /// To relations of objects that have this one's object in a tupleset, by that.
    from: HashMap<Kind, HashMap<Kind, Vec<RelationId>>>,
    /// To relations that take the userset.
    userset: HashMap<Kind, HashSet<Kind>>,
}

impl Ways {
    fn to(model: &Model, wanted: Vec<Kind>) -> Self {
        let mut ways = Self::default();
        let mut seen: HashSet<Kind> = wanted.iter().copied().collect();
        let mut next = wanted;
        let mut led_to: HashMap<Kind, Vec<TypeId>> = HashMap::new();
        while let Some(kind) = next.pop() {
            let Some(relation) = model.relation(kind.0, kind.1) else {
                continue;
            };
            let mut add = |from: Kind| {
                if seen.insert(from) {
                    next.push(from);
                }
            };
            let mut open = vec![&relation.rewrite];
            while let Some(rewrite) = open.pop() {
                match rewrite {
                    Rewrite::Direct => {
                        if !ways.written.insert(kind) {
                            continue;
                        }
                        for restriction in &relation.restrictions {
                            if let Taken::Userset(type_id, member) = restriction.taken {
                                let from = (type_id, member);
                                ways.userset.entry(from).or_default().insert(kind);
                                add(from);
                            }
                        }
                    }
                    &Rewrite::Computed(other) => {
                        let from = (kind.0, other);
                        ways.computed.entry(from).or_default().push(kind.1);
                        add(from);
                    }
                    &Rewrite::From { relation, tupleset } => {
                        let by = (kind.0, tupleset);
                        let types = led_to.entry(by).or_insert_with(|| led(model, by));
                        for &type_id in &*types {
                            let from = (type_id, relation);
                            let ways = ways.from.entry(from).or_default();
                            ways.entry(by).or_default().push(kind.1);
                            add(from);
                        }
                    }
                    Rewrite::Union(all) | Rewrite::Intersection(all) => open.extend(all),
                    Rewrite::Exclusion(base, _) => open.push(base),
                }
            }
        }
        ways
    }
}

/// The types that a tupleset leads to, each once.
fn led(model: &Model, tupleset: Kind) -> Vec<TypeId> {
    let leads = model.relation(tupleset.0, tupleset.1);
    let taken = leads.map_or(&[][..], |leads| &leads.restrictions);
    let types = taken.iter().filter_map(|found| match found.taken {
        Taken::Object(type_id) => Some(type_id),
        Taken::Userset(..) | Taken::Wildcard(_) => None,
    });
    let mut types: Vec<TypeId> = types.collect();
    crate::sort::sort(&mut types);
    types.dedup();
    types
}

struct Walk<'a> {
    view: View<'a>,
    ways: &'a Ways,
    allowance: Allowance,
    seen: Seen,
    /// First come, first gone on from: in the order of numbers, mostly, as names are.
    next: VecDeque<Goal>,
}

impl<'a> Walk<'a> {
    fn new(view: View<'a>, ways: &'a Ways, max_walk: u32) -> Self {
        Self {
            view,
            ways,
            allowance: Allowance::new(max_walk),
            seen: Seen::default(),
            next: VecDeque::new(),
        }
    }

    /// Goes wherever the subject leads, and tells of each place.
    fn go(
        &mut self,
        subject: SubjectId,
        mut told: impl FnMut(&mut Self, Goal) -> Result<(), Spent>,
    ) -> Result<(), Spent> {
        let view = self.view;
        let mut on = |walk: &mut Self| {
            while let Some(goal) = walk.next.pop_front() {
                told(walk, goal)?;
                walk.back(goal)?;
            }
            Ok(())
        };
        // A userset is its own member.
        if let SubjectId::Userset(id, relation) = subject {
            self.add((id, relation))?;
        }
        let (itself, wildcard) = match subject {
            SubjectId::Object(id) => (Some((id, None)), view.type_of(id)),
            SubjectId::Userset(id, relation) => (Some((id, Some(relation))), None),
            SubjectId::Wildcard(type_id) => (None, Some(type_id)),
        };
        // Where a tuple may name the subject, or a wildcard that covers it.
        let everywhere = wildcard.into_iter().flat_map(|id| view.wildcard_in(id));
        let places = itself.into_iter().flat_map(|(id, member)| {
            let places = view.stands_in(id);
            let places = places.filter(move |place| place.member == member);
            places.map(|place| (place.object, place.relation))
        });
        for row in everywhere.chain(places) {
            self.allowance.spend(1)?;
            let kind = self.kind(row);
            if kind.is_some_and(|kind| self.ways.written.contains(&kind)) {
                self.add(row)?;
            }
            on(self)?;
        }
        on(self)
    }

    /// What follows where the subject may have a relation on an object.
    fn back(&mut self, (object, relation): Goal) -> Result<(), Spent> {
        let (view, ways) = (self.view, self.ways);
        let Some(kind) = self.kind((object, relation)) else {
            return Ok(());
        };
        for &other in ways.computed.get(&kind).into_iter().flatten() {
            self.add((object, other))?;
        }
        let from = ways.from.get(&kind);
        let usersets = ways.userset.get(&kind);
        if from.is_none() && usersets.is_none() {
            return Ok(());
        }
        for place in view.stands_in(object) {
            self.allowance.spend(1)?;
            let Some(row) = self.kind((place.object, place.relation)) else {
                continue;
            };
            // As itself it is followed by `from`; by its userset, it is a subject.
            match place.member {
                None => {
                    let to = from.and_then(|from| from.get(&row));
                    for &to in to.into_iter().flatten() {
                        self.add((place.object, to))?;
                    }
                }
                Some(member) if member == relation => {
                    if usersets.is_some_and(|usersets| usersets.contains(&row)) {
                        self.add((place.object, place.relation))?;
                    }
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn kind(&self, (object, relation): Goal) -> Option<Kind> {
        Some((self.view.type_of(object)?, relation))
    }

    fn add(&mut self, goal: Goal) -> Result<(), Spent> {
        if self.seen.add(goal, &mut self.allowance)? {
            self.next.push_back(goal);
        }
        Ok(())
    }
}
