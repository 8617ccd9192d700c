//! From a snapshot to one subject's slice.

use super::order::Order;
use super::residual::{Outcome, Residual};
use super::reveal::Reveal;
use super::section::{Row, Section};
use super::terms::{NO, NodeId, Terms, YES};
use super::{Cap, Kinds, Slice, SliceError, has};
use crate::check::{CheckRequest, Checked};
use crate::condition::Context;
use crate::decide::ANONYMOUS;
use crate::hash::HashMap;
use crate::list::reach_all;
use crate::model::RelationId;
use crate::profile::SecretKind;
use crate::snapshot::{Snapshot, SubjectId};
use crate::tuple::{Object, Subject};

impl Snapshot {
    /// What a subject may do, with every kind of secret that it can hold. Costs about what the checks of
    /// everything that it may reach cost; the slice is bounded, and so is the work.
    ///
    /// # Errors
    /// See [`SliceError`].
    pub fn slice(&self, subject: &Object) -> Result<Slice, SliceError> {
        let kinds = self.profile().kinds.iter();
        let held = kinds.filter(|(_, kind)| kind.principals.contains(subject.type_name()));
        let by_name = held.map(|(name, kind)| (name.clone(), Cap::of(kind)));
        let kinds = Kinds {
            all: true,
            by_name: by_name.collect(),
        };
        self.slice_of(subject, kinds)
    }

    /// What a subject may do with a secret of one kind: to be given to the holder of such a secret.
    ///
    /// # Errors
    /// See [`SliceError`].
    pub fn slice_for_kind(&self, subject: &Object, kind: &str) -> Result<Slice, SliceError> {
        let known = self.profile().kinds.get(kind);
        let known = known.filter(|kind| kind.principals.contains(subject.type_name()));
        let found = known.ok_or(SliceError::UnknownKind)?;
        let kinds = Kinds {
            all: false,
            by_name: vec![(kind.to_owned(), Cap::of(found))],
        };
        self.slice_of(subject, kinds)
    }

    fn slice_of(&self, subject: &Object, kinds: Kinds) -> Result<Slice, SliceError> {
        let standing = self.standing(subject).ok_or(SliceError::UnknownSubject)?;
        let mut terms = Terms::default();
        let mut section = |of: &Object, anonymous: bool| {
            let wanted = kinds.wanted(anonymous);
            wanted.map(|wanted| section(self, of, &wanted, &mut terms))
        };
        let own = section(subject, false).transpose()?;
        let anonymous = Object::new(ANONYMOUS, ANONYMOUS);
        let anonymous = anonymous.map_err(|_| SliceError::UnknownSubject)?;
        let anonymous = section(&anonymous, true).transpose()?;
        let made = Slice {
            subject: subject.clone(),
            uid: standing.uid,
            revision: self.revision(),
            kinds,
            terms,
            own,
            anonymous,
        };
        // Without the formulas that were only on the way.
        made.compact(Order::of(&made.terms))
    }
}

impl Cap {
    fn of(kind: &SecretKind) -> Self {
        let actions = kind.actions.as_ref();
        Self {
            actions: actions.map(|names| names.iter().cloned().collect()),
            anonymous: kind.anonymous,
        }
    }
}

impl Kinds {
    /// Which actions some kind may exercise, of those that are checked as `anonymous` or of the others:
    /// none where there is no such kind, and all where one may exercise all.
    fn wanted(&self, anonymous: bool) -> Option<Wanted> {
        let mut found = None;
        let caps = self.by_name.iter().map(|(_, cap)| cap);
        for cap in caps.filter(|cap| cap.anonymous == anonymous) {
            let held = found.get_or_insert_with(|| Wanted(Some(Vec::new())));
            match (&mut held.0, &cap.actions) {
                (Some(held), Some(actions)) => {
                    held.extend_from_slice(actions);
                    crate::sort::once(held);
                }
                (held, None) => *held = None,
                (None, Some(_)) => {}
            }
        }
        found
    }
}

/// Actions, sorted; none means all.
struct Wanted(Option<Vec<String>>);

impl Wanted {
    fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| has(names, name))
    }
}

/// The answers for one subject.
fn section(
    snapshot: &Snapshot,
    subject: &Object,
    wanted: &Wanted,
    terms: &mut Terms,
) -> Result<Section, SliceError> {
    let (model, view) = (snapshot.model(), snapshot.view());
    let mut section = Section::default();
    // A check of a subject whose type the model does not have is an error.
    let Some(type_id) = model.type_id(subject.type_name()) else {
        return Ok(section);
    };
    let id = view.id(subject.as_str());
    let subject = Subject::Object(subject.clone());
    // What no tuple names may have what everybody of its type has.
    let start = id.map_or(SubjectId::Wildcard(type_id), SubjectId::Object);
    let goals = reach_all(model, view, start);
    let mut goals = goals.map_err(|_| SliceError::TooLong)?;
    crate::sort::sort(&mut goals);
    let mut residual = Residual::new(model, view, id, type_id);
    let mut reveal = Reveal::default();
    let mut row: Vec<(u32, NodeId)> = Vec::new();
    for of_object in goals.chunk_by(|one, other| one.0 == other.0) {
        let Some(&(object, _)) = of_object.first() else {
            continue;
        };
        let Some(name) = view.object(object) else {
            continue;
        };
        if snapshot.standing(&name).is_none() {
            continue;
        }
        row.clear();
        for &goal in of_object {
            let Some(relation) = wanted_name(snapshot, wanted, goal.1) else {
                continue;
            };
            let outcome = match residual.outcome(terms, goal)? {
                Outcome::Formula(formula) => formula,
                Outcome::OfCheck => {
                    let question = CheckRequest {
                        subject: &subject,
                        relation,
                        object: &name,
                        contextual_tuples: &[],
                        context: Context::EMPTY,
                    };
                    let Checked { answer, steps } = snapshot.check_counted(&question);
                    residual.spend(steps)?;
                    if answer == Ok(true) { YES } else { NO }
                }
            };
            if reveal.may(terms, outcome) {
                row.push((terms.add_relation(relation), outcome));
            }
        }
        if !row.is_empty() {
            crate::sort::sort(&mut row);
            let shared: Row = row.as_slice().into();
            let id = section.add_row(&shared);
            section.push(name.as_str(), id)?;
        }
    }
    Ok(section)
}

fn wanted_name<'a>(snapshot: &'a Snapshot, wanted: &Wanted, id: RelationId) -> Option<&'a str> {
    let name = snapshot.model().relation_name(id)?;
    wanted.has(name).then_some(name)
}

impl Slice {
    /// The same without what is gone, in the order of the names, and its formulas in this order.
    pub(super) fn compact(&self, order: Order) -> Result<Self, SliceError> {
        let emptied = |section: &Option<Section>| {
            let section = section.as_ref();
            section.map(|section| Section::with_capacity(section.len()))
        };
        let mut compact = Self {
            subject: self.subject.clone(),
            uid: self.uid,
            revision: self.revision,
            kinds: self.kinds.clone(),
            terms: Terms::default(),
            own: emptied(&self.own),
            anonymous: emptied(&self.anonymous),
        };
        let mut import = Import::new(&self.terms, order);
        let sections = [
            (&self.own, &mut compact.own),
            (&self.anonymous, &mut compact.anonymous),
        ];
        for (from, to) in sections {
            if let (Some(from), Some(to)) = (from, to) {
                import.section(&mut compact.terms, from, to)?;
            }
        }
        compact.terms.settle();
        Ok(compact)
    }
}

/// From some terms to others.
pub(super) struct Import<'a> {
    from: &'a Terms,
    order: Order,
    nodes: HashMap<NodeId, NodeId>,
    /// By the row that each was made from.
    made: HashMap<Row, Row>,
}

impl<'a> Import<'a> {
    /// The order of their formulas is that of those of the others.
    pub(super) fn new(from: &'a Terms, order: Order) -> Self {
        Self {
            from,
            order,
            nodes: HashMap::new(),
            made: HashMap::new(),
        }
    }

    /// Puts what a section has into another, in the order of the names.
    pub(super) fn section(
        &mut self,
        terms: &mut Terms,
        from: &Section,
        to: &mut Section,
    ) -> Result<(), SliceError> {
        for (name, row) in from.sorted() {
            let row = self.row(terms, row)?;
            let id = to.add_row(&row);
            to.set(name, id)?;
        }
        Ok(())
    }

    pub(super) fn row(&mut self, terms: &mut Terms, row: &Row) -> Result<Row, SliceError> {
        if let Some(known) = self.made.get(row) {
            return Ok(Row::clone(known));
        }
        let names = self.from.relation_names();
        let mut found = row.to_vec();
        // By name, so that the numbers do not depend on those of before.
        crate::sort::by_key(&mut found, |&(relation, _)| names.get(relation as usize));
        for (relation, outcome) in &mut found {
            let name = names.get(*relation as usize).ok_or(SliceError::TooLong)?;
            *outcome = terms.import(self.from, &self.order, *outcome, &mut self.nodes)?;
            *relation = terms.add_relation(name);
        }
        crate::sort::sort(&mut found);
        let found: Row = found.into();
        self.made.insert(Row::clone(row), Row::clone(&found));
        Ok(found)
    }
}
