//! The search behind a check: from the object's relation towards the subject.

use crate::hash::HashMap;

use super::answer::{Answer, Any, Halt};
use super::way::{At, Goal, Room, Way};
use super::{CheckError, MAX_HOPS, MAX_OPEN, MAX_PATH, MAX_STEPS, steps_of_many};
use crate::condition::Context;
use crate::model::{Leaf, LeafKind, Model, Relation, RelationId, Rewrite, Taken, TypeId};
use crate::snapshot::{Entry, Node, ObjectId, Row, SubjectId, View};

/// Steps before answers are remembered: most questions need fewer, and then a table costs more than
/// it saves.
const STEPS_BEFORE_MEMORY: u32 = 64;

/// One question, and what was found out about it.
pub(super) struct Search<'a> {
    model: &'a Model,
    view: View<'a>,
    context: &'a Context,
    subject: SubjectId,
    /// The subject as a restriction takes it; none when its type is not in the model.
    taken: Option<Taken>,
    /// The wildcard that covers the subject.
    wildcard: Option<TypeId>,
    /// Operators and relations that are being evaluated.
    open: u32,
    steps: u32,
    max_steps: u32,
    /// How far the way went since it was set, and beneath it: what an answer needs room for.
    reached: Room,
    /// Answers that hold wherever they are asked for with no more hops behind them, and with room for what is
    /// beneath them: so that no answer depends on what was asked before it.
    memory: HashMap<Goal, (bool, u32, Room)>,
    halts: Vec<(Goal, Option<Entry>)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        model: &'a Model,
        view: View<'a>,
        subject: SubjectId,
        context: &'a Context,
    ) -> Self {
        let (taken, wildcard) = match subject {
            SubjectId::Object(id) => {
                let type_id = view.type_of(id);
                (type_id.map(Taken::Object), type_id)
            }
            SubjectId::Userset(id, member) => {
                let type_id = view.type_of(id);
                (type_id.map(|type_id| Taken::Userset(type_id, member)), None)
            }
            SubjectId::Wildcard(type_id) => (Some(Taken::Wildcard(type_id)), None),
        };
        Self {
            model,
            view,
            context,
            subject,
            taken,
            wildcard,
            open: 0,
            steps: 0,
            max_steps: MAX_STEPS,
            reached: Room::default(),
            memory: HashMap::new(),
            halts: Vec::new(),
        }
    }

    /// With fewer steps than a check has.
    pub(super) fn within(self, max_steps: u32) -> Self {
        Self { max_steps, ..self }
    }

    /// Whether the subject has the relation on the object.
    pub(super) fn answer(
        &mut self,
        object: ObjectId,
        relation: RelationId,
    ) -> Result<bool, CheckError> {
        match self.resolve(&self.view.node(object), relation, 0, None) {
            Ok(answer) => Ok(answer == Answer::Yes),
            Err(halt) => Err(self.error(halt)),
        }
    }

    /// How many steps it took so far.
    pub(super) fn steps(&self) -> u32 {
        self.steps
    }

    fn resolve(
        &mut self,
        node: &Node<'a>,
        relation: RelationId,
        hops: u32,
        before: Option<&Way<'_>>,
    ) -> Result<Answer, Halt> {
        let goal = (node.id, relation);
        let length = before.map_or(0, |way| way.length + way.relations.len());
        if hops >= MAX_HOPS || length >= MAX_PATH {
            return Err(Halt::TooDeep);
        }
        if before.is_some_and(|way| way.leads_through(goal)) {
            return Ok(Answer::Circle);
        }
        if self.subject == SubjectId::Userset(goal.0, goal.1) {
            return Ok(Answer::Yes);
        }
        let remembers = self.steps > STEPS_BEFORE_MEMORY;
        let here = Room {
            length,
            open: self.open,
        };
        if remembers && let Some(answer) = self.remembered(goal, hops, here) {
            return Ok(answer);
        }
        self.step()?;
        let model = self.model;
        let known = node.type_id;
        let known = known.and_then(|type_id| Some((type_id, model.planned(type_id, relation)?)));
        let Some((type_id, (found, plan))) = known else {
            return Err(self.undefined(goal));
        };
        let before_it = std::mem::take(&mut self.reached);
        self.reached.length = length + 1;
        let at = At {
            node,
            type_id,
            relation: found,
            id: relation,
            hops,
            way: &Way {
                object: node.id,
                relations: &[relation],
                before,
                length,
            },
        };
        let answer = match plan {
            // A userset may be one of the relations on the way.
            Some(leaves) if !matches!(self.subject, SubjectId::Userset(..)) => {
                self.leaves(leaves, at)
            }
            _ => self.rewrite(&found.rewrite, at),
        };
        if remembers && let Ok(known @ (Answer::Yes | Answer::No)) = answer {
            let beneath = Room {
                length: self.reached.length.saturating_sub(here.length),
                open: self.reached.open.saturating_sub(here.open),
            };
            let known = (known == Answer::Yes, hops, beneath);
            self.memory.insert(goal, known);
        }
        self.reached = self.reached.max(before_it);
        answer
    }

    fn remembered(&mut self, goal: Goal, hops: u32, here: Room) -> Option<Answer> {
        let &(answer, then, beneath) = self.memory.get(&goal)?;
        let reached = Room {
            length: here.length + beneath.length,
            open: here.open + beneath.open,
        };
        if hops > then || reached.length > MAX_PATH || reached.open > MAX_OPEN {
            return None;
        }
        self.reached = self.reached.max(reached);
        Some(answer.into())
    }

    fn leaves(&mut self, leaves: &'a [Leaf], at: At<'a, '_>) -> Result<Answer, Halt> {
        let mut any = Any::default();
        for leaf in leaves {
            let way = Way {
                relations: &leaf.chain,
                ..*at.way
            };
            let length = way.length + leaf.chain.len();
            self.reached.length = self.reached.length.max(length.min(MAX_PATH));
            let answer = if length > MAX_PATH {
                Err(Halt::TooDeep)
            } else {
                self.step()?;
                self.leaf(leaf, At { way: &way, ..at })
            };
            if any.add(answer)? {
                return Ok(Answer::Yes);
            }
        }
        any.end()
    }

    fn leaf(&mut self, leaf: &'a Leaf, mut at: At<'a, '_>) -> Result<Answer, Halt> {
        let model = self.model;
        match leaf.kind {
            LeafKind::Direct { place } => {
                let Some(relation) = model.relation_at(place) else {
                    return Err(self.undefined(at.goal()));
                };
                at.relation = relation;
                at.id = relation.name;
                self.direct(at)
            }
            LeafKind::From {
                relation,
                tupleset,
                place,
            } => match model.relation_at(place) {
                Some(leads) => self.lead(relation, tupleset, leads, at),
                None => Err(self.undefined((at.node.id, tupleset))),
            },
        }
    }

    fn rewrite(&mut self, rewrite: &'a Rewrite, at: At<'a, '_>) -> Result<Answer, Halt> {
        if self.open >= MAX_OPEN {
            return Err(Halt::TooDeep);
        }
        self.open += 1;
        self.reached.open = self.reached.open.max(self.open);
        let answer = match rewrite {
            Rewrite::Direct => self.direct(at),
            Rewrite::Computed(other) => self.resolve(at.node, *other, at.hops, Some(at.way)),
            Rewrite::From { relation, tupleset } => self.from(*relation, *tupleset, at),
            Rewrite::Union(operands) => self.union(operands, at),
            Rewrite::Intersection(operands) => self.intersection(operands, at),
            Rewrite::Exclusion(base, subtract) => self.exclusion(base, subtract, at),
        };
        self.open -= 1;
        answer
    }

    fn union(&mut self, operands: &'a [Rewrite], at: At<'a, '_>) -> Result<Answer, Halt> {
        self.spend(steps_of_many(operands.len()))?;
        let mut any = Any::default();
        for operand in operands {
            if any.add(self.rewrite(operand, at))? {
                return Ok(Answer::Yes);
            }
        }
        any.end()
    }

    fn intersection(&mut self, operands: &'a [Rewrite], at: At<'a, '_>) -> Result<Answer, Halt> {
        self.spend(steps_of_many(operands.len()))?;
        let mut error = None;
        let mut circle = false;
        for operand in operands {
            match self.rewrite(operand, at) {
                Ok(Answer::Yes) => {}
                Ok(Answer::No) => return Ok(Answer::No),
                Ok(Answer::Circle) => circle = true,
                Err(fatal @ Halt::TooMuch) => return Err(fatal),
                Err(found) => error = error.or(Some(found)),
            }
        }
        match error {
            _ if circle => Ok(Answer::Circle),
            Some(error) => Err(error),
            None => Ok(Answer::Yes),
        }
    }

    fn exclusion(
        &mut self,
        base: &'a Rewrite,
        subtract: &'a Rewrite,
        at: At<'a, '_>,
    ) -> Result<Answer, Halt> {
        let base = self.rewrite(base, at);
        match base {
            Ok(no @ (Answer::No | Answer::Circle)) => return Ok(no),
            Err(fatal @ Halt::TooMuch) => return Err(fatal),
            Ok(Answer::Yes) | Err(_) => {}
        }
        match self.rewrite(subtract, at) {
            Ok(Answer::Yes) => Ok(Answer::No),
            Ok(Answer::Circle) => Ok(Answer::Circle),
            Ok(Answer::No) => base,
            Err(error) => base.and(Err(error)),
        }
    }

    /// Tuples that name the subject, a wildcard that covers it, or a userset that holds it.
    fn direct(&mut self, at: At<'a, '_>) -> Result<Answer, Halt> {
        let goal = at.goal();
        let row = self.view.row_of(at.node, goal.1);
        if row.is_empty() {
            return Ok(Answer::No);
        }
        let mut any = Any::default();
        if let Some(entry) = row.find(self.subject)
            && any.add(self.holds(at.relation, goal, entry, self.taken))?
        {
            return Ok(Answer::Yes);
        }
        if let Some(type_id) = self.wildcard
            && let Some(entry) = row.find(SubjectId::Wildcard(type_id))
        {
            let taken = Some(Taken::Wildcard(type_id));
            if any.add(self.holds(at.relation, goal, entry, taken))? {
                return Ok(Answer::Yes);
            }
        }
        self.usersets(row, at, any)
    }

    fn usersets(&mut self, row: Row<'a>, at: At<'a, '_>, mut any: Any) -> Result<Answer, Halt> {
        for (member, entry) in row.usersets() {
            self.step()?;
            let node = self.view.node(member.0);
            let taken = node
                .type_id
                .map(|type_id| Taken::Userset(type_id, member.1));
            let answer = match self.holds(at.relation, at.goal(), entry, taken) {
                Ok(Answer::Yes) => self.resolve(&node, member.1, at.hops + 1, Some(at.way)),
                other => other,
            };
            if any.add(answer)? {
                return Ok(Answer::Yes);
            }
        }
        any.end()
    }

    /// A relation of the objects that a tupleset names; those that do not have it are passed over.
    fn from(
        &mut self,
        relation: RelationId,
        tupleset: RelationId,
        at: At<'a, '_>,
    ) -> Result<Answer, Halt> {
        match self.model.relation(at.type_id, tupleset) {
            Some(leads) => self.lead(relation, tupleset, leads, at),
            None => Err(self.undefined((at.node.id, tupleset))),
        }
    }

    /// The same, with how the tupleset is defined.
    fn lead(
        &mut self,
        relation: RelationId,
        tupleset: RelationId,
        leads: &'a Relation,
        at: At<'a, '_>,
    ) -> Result<Answer, Halt> {
        let model = self.model;
        let tuples = (at.node.id, tupleset);
        let mut any = Any::default();
        for (object, entry) in self.view.row_of(at.node, tupleset).objects() {
            self.step()?;
            let node = self.view.node(object);
            let type_id = node.type_id;
            if type_id
                .and_then(|id| model.relation(id, relation))
                .is_none()
            {
                continue;
            }
            let answer = match self.holds(leads, tuples, entry, type_id.map(Taken::Object)) {
                Ok(Answer::Yes) => self.resolve(&node, relation, at.hops + 1, Some(at.way)),
                other => other,
            };
            if any.add(answer)? {
                return Ok(Answer::Yes);
            }
        }
        any.end()
    }

    /// Whether the model still takes such a tuple (what it took before may be stored), and the tuple's
    /// condition is met.
    #[inline]
    fn holds(
        &mut self,
        relation: &Relation,
        goal: Goal,
        entry: Entry,
        taken: Option<Taken>,
    ) -> Result<Answer, Halt> {
        if entry.is_conditional() {
            return self.holds_under_condition(relation, goal, entry, taken);
        }
        self.spend(steps_of_many(relation.restrictions.len()))?;
        let mut restrictions = relation.restrictions.iter();
        let allowed =
            restrictions.any(|found| Some(found.taken) == taken && found.condition.is_none());
        Ok(allowed.into())
    }

    #[inline(never)]
    fn holds_under_condition(
        &mut self,
        relation: &Relation,
        goal: Goal,
        entry: Entry,
        taken: Option<Taken>,
    ) -> Result<Answer, Halt> {
        let Some(bound) = self.view.bound(goal.0, goal.1, entry) else {
            return Ok(Answer::No);
        };
        self.spend(steps_of_many(relation.restrictions.len()))?;
        let mut restrictions = relation.restrictions.iter();
        let allowed = restrictions
            .any(|found| Some(found.taken) == taken && found.condition == Some(bound.condition));
        match self.model.condition(bound.condition) {
            Some(condition) if allowed => {
                let mut steps = 0;
                let met = condition.is_met_in_steps(&bound.context, self.context, &mut steps);
                self.spend(steps)?;
                match met {
                    Ok(met) => Ok(met.into()),
                    Err(_) => Err(Halt::Condition(self.note(goal, Some(entry)))),
                }
            }
            _ => Ok(Answer::No),
        }
    }

    #[inline]
    fn step(&mut self) -> Result<(), Halt> {
        self.spend(1)
    }

    #[inline]
    fn spend(&mut self, steps: u32) -> Result<(), Halt> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.max_steps {
            Err(Halt::TooMuch)
        } else {
            Ok(())
        }
    }

    #[cold]
    fn undefined(&mut self, goal: Goal) -> Halt {
        Halt::Undefined(self.note(goal, None))
    }

    /// Keeps where a part of the search has no answer, for its words.
    fn note(&mut self, goal: Goal, entry: Option<Entry>) -> u32 {
        // There are no more than steps.
        let place = u32::try_from(self.halts.len()).unwrap_or(u32::MAX);
        self.halts.push((goal, entry));
        place
    }

    #[cold]
    fn error(&self, halt: Halt) -> CheckError {
        let noted = match halt {
            Halt::Undefined(place) | Halt::Condition(place) => self.halts.get(place as usize),
            Halt::TooDeep => return CheckError::TooDeep(MAX_HOPS),
            Halt::TooMuch => return CheckError::TooMuch(MAX_STEPS),
        };
        match noted {
            Some(&(goal, None)) => {
                let object = self.view.object(goal.0);
                let relation = self.model.relation_name(goal.1);
                CheckError::UnknownRelation {
                    type_name: object
                        .map_or_else(String::new, |object| object.type_name().to_owned()),
                    relation: relation.unwrap_or_default().to_owned(),
                }
            }
            // Evaluated once more, for its words.
            Some(&(goal, Some(entry))) => {
                let bound = self.view.bound(goal.0, goal.1, entry);
                let condition = bound.and_then(|bound| self.model.condition(bound.condition));
                let met = bound
                    .zip(condition)
                    .map(|(bound, condition)| condition.is_met(&bound.context, self.context));
                match met {
                    Some(Err(error)) => CheckError::Condition(Box::new(error)),
                    _ => CheckError::TooMuch(MAX_STEPS),
                }
            }
            None => CheckError::TooMuch(MAX_STEPS),
        }
    }
}
