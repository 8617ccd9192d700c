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

use super::walk::{Allowance, Goal, MAX_WALK, Seen, Spent};
use crate::hash::HashMap;
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
    found: &mut dyn FnMut(ObjectId),
) -> Result<(), Spent> {
    let ways = Ways::to(model, &[wanted]);
    let mut walk = Walk::new(view, &ways, max_walk);
    walk.wanted = Some(wanted);
    walk.go(subject, found)
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
    let parts = model.parts();
    let mut all = Vec::new();
    for (_, type_id) in parts.types.iter().zip(0..) {
        for relation in parts.relations_of(type_id) {
            all.push((type_id, relation.name));
        }
    }
    let ways = Ways::to(model, &all);
    let mut walk = Walk::new(view, &ways, MAX_WALK_TO_ALL);
    walk.go(subject, &mut |_| ())?;
    Ok(walk.seen.goals().collect())
}

/// How relations lead to each other, backwards from the wanted ones: only what can come to them.
#[derive(Default)]
struct Ways {
    from: HashMap<Kind, Way>,
    /// Those that are still to be followed backwards.
    next: Vec<Kind>,
}

/// Where a relation leads.
#[derive(Default)]
struct Way {
    is_seen: bool,
    /// Whether tuples are written for it.
    is_written: bool,
    /// To relations of the same object.
    computed: Vec<RelationId>,
    /// To relations of objects that have this one's object in a tupleset, by that.
    from: HashMap<Kind, Vec<RelationId>>,
    /// To relations that take its userset, each by itself.
    userset: HashMap<Kind, Vec<RelationId>>,
}

impl Ways {
    fn to(model: &Model, wanted: &[Kind]) -> Self {
        let mut ways = Self::default();
        for &kind in wanted {
            ways.from(kind);
        }
        let mut led_to: HashMap<Kind, Vec<TypeId>> = HashMap::new();
        while let Some(kind) = ways.next.pop() {
            let Some(relation) = model.relation(kind.0, kind.1) else {
                continue;
            };
            let mut open = vec![&relation.rewrite];
            while let Some(rewrite) = open.pop() {
                match rewrite {
                    Rewrite::Direct => {
                        if std::mem::replace(&mut ways.from(kind).is_written, true) {
                            continue;
                        }
                        for restriction in &relation.restrictions {
                            if let Taken::Userset(type_id, member) = restriction.taken {
                                let way = ways.from((type_id, member));
                                let to = way.userset.entry(kind).or_default();
                                if to.is_empty() {
                                    to.push(kind.1);
                                }
                            }
                        }
                    }
                    &Rewrite::Computed(other) => {
                        ways.from((kind.0, other)).computed.push(kind.1);
                    }
                    &Rewrite::From { relation, tupleset } => {
                        let by = (kind.0, tupleset);
                        let types = led_to.entry(by).or_insert_with(|| led(model, by));
                        for &type_id in &*types {
                            let way = ways.from((type_id, relation));
                            way.from.entry(by).or_default().push(kind.1);
                        }
                    }
                    Rewrite::Union(all) | Rewrite::Intersection(all) => open.extend(all),
                    Rewrite::Exclusion(base, _) => open.push(base),
                }
            }
        }
        ways
    }

    fn from(&mut self, kind: Kind) -> &mut Way {
        let way = self.from.entry(kind).or_default();
        if !way.is_seen {
            way.is_seen = true;
            self.next.push(kind);
        }
        way
    }
}

/// The types that a tupleset leads to, each once.
fn led(model: &Model, tupleset: Kind) -> Vec<TypeId> {
    let mut types = Vec::new();
    let leads = model.relation(tupleset.0, tupleset.1);
    for found in leads.map_or(&[][..], |leads| &leads.restrictions) {
        if let Taken::Object(type_id) = found.taken {
            types.push(type_id);
        }
    }
    crate::sort::once(&mut types);
    types
}

struct Walk<'a> {
    view: View<'a>,
    ways: &'a Ways,
    /// What is told of.
    wanted: Option<Kind>,
    allowance: Allowance,
    seen: Seen,
    /// First come, first gone on from: in the order of numbers, mostly, as names are.
    next: Vec<Goal>,
}

impl<'a> Walk<'a> {
    fn new(view: View<'a>, ways: &'a Ways, max_walk: u32) -> Self {
        Self {
            view,
            ways,
            wanted: None,
            allowance: Allowance::new(max_walk),
            seen: Seen::default(),
            next: Vec::new(),
        }
    }

    /// Goes wherever the subject leads, and tells of each object that has the wanted relation there.
    fn go(&mut self, subject: SubjectId, found: &mut dyn FnMut(ObjectId)) -> Result<(), Spent> {
        let view = self.view;
        // A userset is its own member.
        if let SubjectId::Userset(id, relation) = subject {
            self.add((id, relation))?;
        }
        let (itself, wildcard) = match subject {
            SubjectId::Object(id) => (Some((id, None)), view.type_of(id)),
            SubjectId::Userset(id, relation) => (Some((id, Some(relation))), None),
            SubjectId::Wildcard(type_id) => (None, Some(type_id)),
        };
        // Where a tuple may name a wildcard that covers the subject, or it.
        if let Some(type_id) = wildcard {
            for row in view.wildcard_in(type_id) {
                self.go_on_from(row, found)?;
            }
        }
        if let Some((id, member)) = itself {
            for place in view.stands_in(id) {
                if place.member == member {
                    self.go_on_from((place.object, place.relation), found)?;
                }
            }
        }
        self.go_on(found)
    }

    /// From a row that names the subject.
    fn go_on_from(&mut self, row: Goal, found: &mut dyn FnMut(ObjectId)) -> Result<(), Spent> {
        self.allowance.spend(1)?;
        let way = self.kind(row).and_then(|kind| self.ways.from.get(&kind));
        if way.is_some_and(|way| way.is_written) {
            self.add(row)?;
        }
        self.go_on(found)
    }

    fn go_on(&mut self, found: &mut dyn FnMut(ObjectId)) -> Result<(), Spent> {
        let mut at = 0;
        while let Some(&goal) = self.next.get(at) {
            at += 1;
            let kind = self.kind(goal);
            if kind.is_some() && kind == self.wanted {
                self.allowance.name()?;
                found(goal.0);
            }
            if let Some(way) = kind.and_then(|kind| self.ways.from.get(&kind)) {
                self.back(goal, way)?;
            }
        }
        self.next.clear();
        Ok(())
    }

    /// What follows where the subject may have a relation on an object.
    fn back(&mut self, (object, relation): Goal, way: &Way) -> Result<(), Spent> {
        let view = self.view;
        for &other in &way.computed {
            self.add((object, other))?;
        }
        if way.from.is_empty() && way.userset.is_empty() {
            return Ok(());
        }
        for place in view.stands_in(object) {
            self.allowance.spend(1)?;
            let Some(row) = self.kind((place.object, place.relation)) else {
                continue;
            };
            // As itself it is followed by `from`; by its userset, it is a subject.
            let to = match place.member {
                None => way.from.get(&row),
                Some(member) if member == relation => way.userset.get(&row),
                Some(_) => None,
            };
            for &to in to.into_iter().flatten() {
                self.add((place.object, to))?;
            }
        }
        Ok(())
    }

    fn kind(&self, (object, relation): Goal) -> Option<Kind> {
        Some((self.view.type_of(object)?, relation))
    }

    fn add(&mut self, goal: Goal) -> Result<(), Spent> {
        if self.seen.add(goal, &mut self.allowance)? {
            self.next.push(goal);
        }
        Ok(())
    }
}
