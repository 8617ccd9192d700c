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

use hashbrown::{HashMap, HashSet};

use crate::model::{Model, RelationId, Rewrite, Taken, TypeId};
use crate::snapshot::{ObjectId, SubjectId, View};

/// A relation of a type.
type Kind = (TypeId, RelationId);
/// A relation of an object.
type Goal = (ObjectId, RelationId);

/// The objects, each once, in no order. `subject` is over the numbers of `view`.
pub(super) fn reach(
    model: &Model,
    view: View<'_>,
    subject: SubjectId,
    wanted: Kind,
) -> Vec<ObjectId> {
    let ways = Ways::to(model, wanted);
    let mut walk = Walk {
        view,
        ways: &ways,
        seen: HashSet::new(),
        next: Vec::new(),
    };
    walk.start(subject);
    while let Some((object, relation)) = walk.next.pop() {
        walk.back(object, relation);
    }
    let found = walk.seen.into_iter().filter(|&(object, relation)| {
        relation == wanted.1 && view.type_of(object) == Some(wanted.0)
    });
    found.map(|(object, _)| object).collect()
}

/// How relations lead to each other, backwards from the wanted one: only what can come to it.
#[derive(Default)]
struct Ways {
    /// Relations that are written.
    written: HashSet<Kind>,
    /// To relations of the same object.
    computed: HashMap<Kind, Vec<RelationId>>,
    /// To a relation of objects that have this one's object in a tupleset: (tupleset, to).
    from: HashMap<Kind, Vec<(RelationId, Kind)>>,
    /// To relations that take the userset.
    userset: HashMap<Kind, Vec<Kind>>,
}

impl Ways {
    fn to(model: &Model, wanted: Kind) -> Self {
        let mut ways = Self::default();
        let mut seen: HashSet<Kind> = [wanted].into_iter().collect();
        let mut next = vec![wanted];
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
                        ways.written.insert(kind);
                        for restriction in &relation.restrictions {
                            if let Taken::Userset(type_id, member) = restriction.taken {
                                let from = (type_id, member);
                                ways.userset.entry(from).or_default().push(kind);
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
                        let leads = model.relation(kind.0, tupleset);
                        let taken = leads.map_or(&[][..], |leads| &leads.restrictions);
                        for restriction in taken {
                            if let Taken::Object(type_id) = restriction.taken {
                                let from = (type_id, relation);
                                ways.from.entry(from).or_default().push((tupleset, kind));
                                add(from);
                            }
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

struct Walk<'a> {
    view: View<'a>,
    ways: &'a Ways,
    seen: HashSet<Goal>,
    next: Vec<Goal>,
}

impl Walk<'_> {
    /// Where a tuple may name the subject, or a wildcard that covers it. A userset is its own member.
    fn start(&mut self, subject: SubjectId) {
        let view = self.view;
        let (id, member) = match subject {
            SubjectId::Object(id) => {
                if let Some(type_id) = view.type_of(id) {
                    self.add_written(view.wildcard_in(type_id));
                }
                (id, None)
            }
            SubjectId::Userset(id, relation) => {
                self.add((id, relation));
                (id, Some(relation))
            }
            SubjectId::Wildcard(type_id) => return self.add_written(view.wildcard_in(type_id)),
        };
        let places = view.stands_in(id).filter(|place| place.member == member);
        self.add_written(places.map(|place| (place.object, place.relation)));
    }

    /// Adds rows that hold the subject.
    fn add_written(&mut self, rows: impl Iterator<Item = Goal>) {
        for row in rows {
            let kind = self.kind(row);
            if kind.is_some_and(|kind| self.ways.written.contains(&kind)) {
                self.add(row);
            }
        }
    }

    /// What follows where the subject may have a relation on an object.
    fn back(&mut self, object: ObjectId, relation: RelationId) {
        let (view, ways) = (self.view, self.ways);
        let Some(kind) = self.kind((object, relation)) else {
            return;
        };
        for &other in ways.computed.get(&kind).into_iter().flatten() {
            self.add((object, other));
        }
        let from = ways.from.get(&kind);
        let usersets = ways.userset.get(&kind);
        if from.is_none() && usersets.is_none() {
            return;
        }
        for place in view.stands_in(object) {
            let (on, row) = (place.object, place.relation);
            let Some(type_id) = view.type_of(on) else {
                continue;
            };
            // As itself it is followed by `from`; by its userset, it is a subject.
            match place.member {
                None => {
                    for &(tupleset, to) in from.into_iter().flatten() {
                        if tupleset == row && to.0 == type_id {
                            self.add((on, to.1));
                        }
                    }
                }
                Some(member) if member == relation => {
                    for &to in usersets.into_iter().flatten() {
                        if to == (type_id, row) {
                            self.add((on, row));
                        }
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn kind(&self, (object, relation): Goal) -> Option<Kind> {
        Some((self.view.type_of(object)?, relation))
    }

    fn add(&mut self, goal: Goal) {
        if self.seen.insert(goal) {
            self.next.push(goal);
        }
    }
}
