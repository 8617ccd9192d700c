//! The authorization model: types, relations, and how relations follow from each other.

mod compile;
mod error;
mod graph;
#[cfg(test)]
mod tests;
mod validate;

pub use crate::language::{MAX_ERRORS, MAX_NESTING, MAX_TEXT};
pub use error::{ModelError, ModelErrorKind, ModelErrors};

use std::sync::Arc;

use hashbrown::HashMap;

use crate::condition::Condition;
use crate::language;
use crate::tuple::{Subject, Tuple, TupleError};

/// A type's number in its model.
pub(crate) type TypeId = u32;
/// A relation name's number in its model. The same name has the same number on every type.
pub(crate) type RelationId = u32;
/// A condition's number in its model.
pub(crate) type ConditionId = u32;

/// Most types in a model, as in OpenFGA.
pub const MAX_TYPES: usize = 100;
/// Most relations in a model, of all types.
pub const MAX_RELATIONS: usize = 10_000;

/// A valid authorization model (OpenFGA, schema 1.1). Cheap to clone.
#[derive(Clone, Debug)]
pub struct Model {
    inner: Arc<Compiled>,
}

#[derive(Debug, Default)]
struct Compiled {
    text: Box<str>,
    types: Vec<Type>,
    type_ids: HashMap<Box<str>, TypeId>,
    relation_names: Vec<Box<str>>,
    relation_ids: HashMap<Box<str>, RelationId>,
    /// In order of definition.
    conditions: Vec<Condition>,
}

#[derive(Debug)]
struct Type {
    name: Box<str>,
    /// In order of definition.
    order: Vec<RelationId>,
    relations: HashMap<RelationId, Relation>,
}

/// One relation of one type, ready to be evaluated.
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) rewrite: Rewrite,
    /// What may be written; empty for a relation that only follows from others.
    pub(crate) restrictions: Vec<Restriction>,
}

/// How a relation follows from others.
#[derive(Debug)]
pub(crate) enum Rewrite {
    /// From what is written.
    Direct,
    /// From another relation of the same object.
    Computed(RelationId),
    /// From a relation of the objects that a tupleset names.
    From {
        relation: RelationId,
        tupleset: RelationId,
    },
    /// From any of these.
    Union(Vec<Rewrite>),
    /// From all of these.
    Intersection(Vec<Rewrite>),
    /// From the first, unless the second.
    Exclusion(Box<Rewrite>, Box<Rewrite>),
}

/// One kind of subject that a relation takes, and under which condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) taken: Taken,
    pub(crate) condition: Option<ConditionId>,
}

/// A kind of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// `[user]`
    Object(TypeId),
    /// `[team#member]`
    Userset(TypeId, RelationId),
    /// `[user:*]`
    Wildcard(TypeId),
}

impl Model {
    /// Parses and validates a model in the OpenFGA language, schema 1.1.
    ///
    /// # Errors
    /// Everything that is wrong, in order of place, each with line and column.
    pub fn parse(text: &str) -> Result<Self, ModelErrors> {
        let (syntax, found) = examine(text);
        if found.iter().all(|error| error.kind.is_warning()) {
            let text = text.into();
            Ok(Self {
                inner: Arc::new(Compiled {
                    text,
                    ..compile::compile(&syntax)
                }),
            })
        } else {
            Err(ModelErrors(found))
        }
    }

    /// Everything that is wrong with a text, and what is only odd
    /// ([`is_warning`](ModelErrorKind::is_warning)), in order of place.
    pub fn lint(text: &str) -> Vec<ModelError> {
        examine(text).1
    }

    /// The text that it was parsed from.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// Type names in order of definition.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.inner.types.iter().map(|found| &*found.name)
    }

    /// Whether the model has the type.
    pub fn has_type(&self, type_name: &str) -> bool {
        self.inner.type_ids.contains_key(type_name)
    }

    /// Relations of a type, in order of definition; none when the type does not exist.
    pub fn relations(&self, type_name: &str) -> impl Iterator<Item = &str> {
        self.type_id(type_name)
            .and_then(|id| self.type_at(id))
            .into_iter()
            .flat_map(|found| found.order.iter())
            .filter_map(|&id| self.relation_name(id))
    }

    /// Whether the type exists and has the relation.
    pub fn has_relation(&self, type_name: &str, relation: &str) -> bool {
        self.type_id(type_name)
            .zip(self.relation_id(relation))
            .is_some_and(|(type_id, relation)| self.relation(type_id, relation).is_some())
    }

    /// Whether the model's type restrictions allow the tuple to be written.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, tuple: &Tuple) -> Result<(), TupleError> {
        let unknown_type = |name: &str| TupleError::UnknownType(name.to_owned());
        let unknown_relation = |type_name: &str, relation: &str| TupleError::UnknownRelation {
            type_name: type_name.to_owned(),
            relation: relation.to_owned(),
        };
        let type_name = tuple.object.type_name();
        let type_id = self
            .type_id(type_name)
            .ok_or_else(|| unknown_type(type_name))?;
        let relation = self
            .relation_id(&tuple.relation)
            .and_then(|id| self.relation(type_id, id))
            .ok_or_else(|| unknown_relation(type_name, &tuple.relation))?;
        let subject_type = tuple.subject.type_name();
        let subject_id = self
            .type_id(subject_type)
            .ok_or_else(|| unknown_type(subject_type))?;
        let taken = match &tuple.subject {
            Subject::Object(_) => Taken::Object(subject_id),
            Subject::Wildcard { .. } => Taken::Wildcard(subject_id),
            Subject::Userset { object, relation } => {
                if *object == tuple.object && *relation == tuple.relation {
                    return Err(TupleError::SelfReference);
                }
                let id = self
                    .relation_id(relation)
                    .filter(|&id| self.relation(subject_id, id).is_some())
                    .ok_or_else(|| unknown_relation(subject_type, relation))?;
                Taken::Userset(subject_id, id)
            }
        };
        if relation.restrictions.is_empty() {
            return Err(TupleError::NotDirect(tuple.relation.to_string()));
        }
        let mut of_kind = relation
            .restrictions
            .iter()
            .filter(|entry| entry.taken == taken)
            .peekable();
        if of_kind.peek().is_none() {
            return Err(TupleError::NotAllowed {
                relation: tuple.relation.to_string(),
                subject: tuple.subject.to_string(),
            });
        }
        let asked = tuple.condition.as_deref();
        let condition = asked.map(|asked| self.condition_id(&asked.name));
        let known = condition.is_none_or(|found| found.is_some());
        if !known || !of_kind.any(|entry| entry.condition == condition.flatten()) {
            return Err(TupleError::Condition {
                relation: tuple.relation.to_string(),
                subject: tuple.subject.to_string(),
                condition: asked.map(|asked| asked.name.to_string()),
            });
        }
        let condition = condition.flatten().and_then(|id| self.condition(id));
        if let Some((condition, asked)) = condition.zip(asked) {
            condition
                .takes(&asked.context)
                .map_err(|message| TupleError::Context {
                    condition: condition.name().to_owned(),
                    message,
                })?;
        }
        Ok(())
    }

    /// Its conditions, in order of definition.
    pub fn conditions(&self) -> &[Condition] {
        &self.inner.conditions
    }

    pub(crate) fn condition(&self, id: ConditionId) -> Option<&Condition> {
        self.inner.conditions.get(id as usize)
    }

    pub(crate) fn condition_id(&self, name: &str) -> Option<ConditionId> {
        let mut ids = self.inner.conditions.iter().zip(0..);
        ids.find_map(|(condition, id)| (condition.name() == name).then_some(id))
    }

    pub(crate) fn type_id(&self, name: &str) -> Option<TypeId> {
        self.inner.type_ids.get(name).copied()
    }

    pub(crate) fn relation_id(&self, name: &str) -> Option<RelationId> {
        self.inner.relation_ids.get(name).copied()
    }

    /// How many relation names there are: each has a number below, in order of first definition.
    pub(crate) fn relation_count(&self) -> u64 {
        self.inner.relation_names.len() as u64
    }

    pub(crate) fn relation_name(&self, id: RelationId) -> Option<&str> {
        self.inner
            .relation_names
            .get(id as usize)
            .map(|name| &**name)
    }

    pub(crate) fn type_name(&self, id: TypeId) -> Option<&str> {
        self.type_at(id).map(|found| &*found.name)
    }

    pub(crate) fn relation(&self, type_id: TypeId, id: RelationId) -> Option<&Relation> {
        self.type_at(type_id)?.relations.get(&id)
    }

    fn type_at(&self, id: TypeId) -> Option<&Type> {
        self.inner.types.get(id as usize)
    }
}

fn examine(text: &str) -> (language::Syntax, Vec<ModelError>) {
    let (syntax, mut errors) = language::parse(text);
    // A name that stands in a part that could not be read would seem undefined.
    if errors.is_empty() {
        validate::validate(&syntax, &mut errors);
    }
    errors.sort_by_key(|error| (error.line, error.column));
    errors.truncate(MAX_ERRORS);
    (syntax, errors)
}
