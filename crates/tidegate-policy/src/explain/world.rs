//! What a question is asked of: a snapshot, the contextual tuples above it, and the subject.

use std::cell::{Cell, RefCell};

use crate::hash::HashMap;

use crate::check::{CheckRequest, steps_of_many};
use crate::condition::{Condition, Context};
use crate::model::{Model, Relation, RelationId, Taken};
use crate::snapshot::{Entry, ObjectId, Overlay, Row, Snapshot, SubjectId, View};
use crate::tuple::{Object, Subject, Tuple};

/// A relation of an object.
pub(super) type Goal = (ObjectId, RelationId);

/// What a subject's check comes to at one place.
// INVARIANT: in this order an `or` comes to the greatest, and an `and` to the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    No,
    /// No, because the way here led in a circle.
    Circle,
    /// None, for want of depth or of a condition's answer.
    Open,
    Yes,
}

/// Whether a stored or contextual tuple counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    /// The model does not take it any more.
    Stale,
    /// Its condition is not met.
    Unmet,
    /// Its condition has no answer.
    Open,
}

/// What is known of the condition of the tuple at a place.
#[derive(Default)]
struct Place {
    /// Whether it is assumed to be met.
    assumed: Option<bool>,
    /// What it comes to, evaluated once.
    met: Option<Held>,
}

/// Where tuples lead, each with the tuple's entry.
pub(super) type Leads<'a> = Box<dyn Iterator<Item = (Goal, Entry)> + 'a>;

/// A question's snapshot with its contextual tuples, over numbers.
pub(super) struct World<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) model: &'a Model,
    pub(super) view: View<'a>,
    pub(super) context: &'a Context,
    pub(super) subject: SubjectId,
    /// What is asked.
    pub(super) goal: Goal,
    /// Of contextual tuples. So few that a list is gone through as quickly as a map is asked.
    contextual: Vec<(Goal, SubjectId)>,
    /// Of conditional tuples that were looked at.
    places: RefCell<HashMap<(Goal, SubjectId), Place>>,
    /// What that, many restrictions and objects that were passed over took, and nobody has paid for yet.
    steps: Cell<u32>,
    /// What conditions took of them, paid or not.
    of_conditions: Cell<u32>,
}

impl<'a> World<'a> {
    /// Gives names that no tuple holds a number, and contextual tuples a place, in the overlay. None when the model
    /// does not have what the question names.
    pub(super) fn open(
        snapshot: &'a Snapshot,
        request: &CheckRequest<'a>,
        overlay: &'a mut Overlay,
    ) -> Option<Self> {
        let model = snapshot.model();
        let relation = model.relation_id(request.relation)?;
        let store = snapshot.store();
        let mut contextual = Vec::new();
        for tuple in request.contextual_tuples {
            overlay.write(store, model, tuple);
            let object = overlay.intern(store, model, &tuple.object);
            let on = model.relation_id(&tuple.relation);
            if let Some((on, subject)) = on.zip(overlay.subject(store, model, &tuple.subject)) {
                contextual.push(((object, on), subject));
            }
        }
        let object = overlay.intern(store, model, request.object);
        let subject = overlay.subject(store, model, request.subject)?;
        Some(Self {
            snapshot,
            model,
            view: View {
                overlay: Some(overlay),
                ..snapshot.view()
            },
            context: request.context,
            subject,
            goal: (object, relation),
            contextual,
            places: RefCell::default(),
            steps: Cell::new(0),
            of_conditions: Cell::new(0),
        })
    }

    /// How a relation of an object is defined; none when its type does not have it.
    pub(super) fn relation(&self, goal: Goal) -> Option<&'a Relation> {
        let model = self.model;
        model.relation(self.view.type_of(goal.0)?, goal.1)
    }

    pub(super) fn row(&self, goal: Goal) -> Row<'a> {
        self.view.row(goal.0, goal.1)
    }

    /// Tuples that name the subject, or everybody of its type.
    pub(super) fn named(&self, goal: Goal) -> Vec<Entry> {
        let row = self.row(goal);
        let mut named = Vec::new();
        named.extend(row.find(self.subject));
        if let SubjectId::Object(id) = self.subject
            && let Some(type_id) = self.view.type_of(id)
        {
            named.extend(row.find(SubjectId::Wildcard(type_id)));
        }
        named
    }

    /// The usersets in a row; or a relation of the objects in a tupleset, of those that have it. Those that are
    /// passed over are steps, too.
    // INVARIANT: looks at one more than there are steps for, so that these run out: who goes through to the end has to
    // pay once more after it, or would take a part of the row for all of it.
    pub(super) fn leads(&self, on: Goal, to: Option<RelationId>, steps: u32) -> Leads<'_> {
        let row = self.row(on);
        let most = (steps as usize).saturating_add(1);
        let Some(relation) = to else {
            return Box::new(row.usersets().take(most));
        };
        Box::new(row.objects().take(most).filter_map(move |(object, entry)| {
            let goal = (object, relation);
            let has = self.relation(goal).is_some();
            self.add_steps(u32::from(!has));
            has.then_some((goal, entry))
        }))
    }

    /// The kind of a subject, as restrictions name it.
    pub(super) fn kind(&self, subject: SubjectId) -> Option<Taken> {
        let type_of = |id| self.view.type_of(id);
        Some(match subject {
            SubjectId::Object(id) => Taken::Object(type_of(id)?),
            SubjectId::Userset(id, member) => Taken::Userset(type_of(id)?, member),
            SubjectId::Wildcard(type_id) => Taken::Wildcard(type_id),
        })
    }

    /// Whether a tuple of a row counts.
    pub(super) fn held(&self, goal: Goal, entry: Entry) -> Held {
        let taken = self.kind(entry.subject());
        let bound = self.view.bound(goal.0, goal.1, entry);
        let condition = bound.map(|bound| bound.condition);
        let relation = self.relation(goal);
        let count = relation.map_or(0, |relation| relation.restrictions.len());
        self.add_steps(steps_of_many(count));
        let taken = relation.is_some_and(|relation| {
            let mut restrictions = relation.restrictions.iter();
            restrictions.any(|found| Some(found.taken) == taken && found.condition == condition)
        });
        let condition = match bound {
            _ if !taken => return Held::Stale,
            None if entry.is_conditional() => return Held::Stale,
            None => return Held::Yes,
            Some(bound) => self.model.condition(bound.condition).zip(Some(bound)),
        };
        let Some((condition, bound)) = condition else {
            return Held::Stale;
        };
        let mut places = self.places.borrow_mut();
        let place = places.entry((goal, entry.subject())).or_default();
        match place.assumed {
            Some(true) => Held::Yes,
            Some(false) => Held::Unmet,
            None => {
                *place
                    .met
                    .get_or_insert_with(|| match self.evaluate(condition, &bound.context) {
                        Some(true) => Held::Yes,
                        Some(false) => Held::Unmet,
                        None => Held::Open,
                    })
            }
        }
    }

    /// Assumes that the condition of a tuple is met, or is not, or assumes nothing.
    pub(super) fn assume(&self, goal: Goal, subject: SubjectId, met: Option<bool>) {
        let mut places = self.places.borrow_mut();
        places.entry((goal, subject)).or_default().assumed = met;
    }

    /// Whether a condition is met by these values and those of the request; none when it has no answer.
    pub(super) fn evaluate(&self, condition: &Condition, stored: &Context) -> Option<bool> {
        let mut steps = 0;
        let met = condition.is_met_in_steps(stored, self.context, &mut steps);
        self.add_steps(steps);
        let all = self.of_conditions.get();
        self.of_conditions.set(all.saturating_add(steps));
        met.ok()
    }

    /// The steps that conditions took, of all that were evaluated: who verifies what was found takes no more for them.
    pub(super) fn of_conditions(&self) -> u32 {
        self.of_conditions.get()
    }

    fn add_steps(&self, count: u32) {
        self.steps.set(self.steps.get().saturating_add(count));
    }

    /// The steps that were taken here since they were last asked for: for who has a budget to pay them.
    pub(super) fn take_steps(&self) -> u32 {
        self.steps.take()
    }

    /// Whether a contextual tuple is at the place, whatever is stored there.
    pub(super) fn is_contextual(&self, goal: Goal, subject: SubjectId) -> bool {
        self.contextual.contains(&(goal, subject))
    }

    /// Whether a goal has these names.
    pub(super) fn is_called(&self, goal: Goal, object: &Object, relation: &str) -> bool {
        self.model.relation_name(goal.1) == Some(relation)
            && self.view.id(object.as_str()) == Some(goal.0)
    }

    /// The number of a subject, if anything here names it.
    pub(super) fn number(&self, subject: &Subject) -> Option<SubjectId> {
        Some(match subject {
            Subject::Object(object) => SubjectId::Object(self.view.id(object.as_str())?),
            Subject::Userset { object, relation } => {
                let relation = self.model.relation_id(relation)?;
                SubjectId::Userset(self.view.id(object.as_str())?, relation)
            }
            Subject::Wildcard { type_name } => SubjectId::Wildcard(self.model.type_id(type_name)?),
        })
    }

    /// A tuple by its names.
    pub(super) fn tuple(&self, goal: Goal, entry: Entry) -> Option<Tuple> {
        self.snapshot.tuple(self.view, goal.0, goal.1, entry)
    }
}

impl Answer {
    /// What an `or` comes to.
    pub(super) fn any(all: &[Self]) -> Self {
        all.iter().copied().max().unwrap_or(Self::No)
    }

    /// What an `and` comes to.
    pub(super) fn all(all: &[Self]) -> Self {
        all.iter().copied().min().unwrap_or(Self::Yes)
    }

    /// What a `but not` comes to.
    pub(super) fn but_not(base: Self, subtract: Self) -> Self {
        match (base, subtract) {
            (Self::No | Self::Circle, _) => base,
            (_, Self::Yes) => Self::No,
            (_, Self::Circle) => Self::Circle,
            (_, Self::No) => base,
            (_, Self::Open) => Self::Open,
        }
    }
}
