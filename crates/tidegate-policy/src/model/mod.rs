//! The authorization model: types, relations, and how relations follow from each other.
//!
//! What the engine evaluates is here and in `parts`: numbers instead of names, found by index. Where
//! models come from is beside it, in `read`: the modelling language, its JSON form and modules, which
//! compile to the same parts that a bundle holds.

#[cfg(feature = "language")]
mod canonical;
#[cfg(feature = "language")]
mod compile;
#[cfg(feature = "language")]
mod dot;
mod error;
#[cfg(feature = "language")]
mod fga_mod;
mod flat;
mod ids;
#[cfg(feature = "language")]
mod json;
#[cfg(feature = "language")]
mod modules;
mod net;
mod parts;
mod plan;
#[cfg(feature = "language")]
mod read;
#[cfg(test)]
#[cfg(all(feature = "language", feature = "conditions"))]
mod tests;
#[cfg(feature = "language")]
mod validate;

pub use error::{ModelError, ModelErrorKind, ModelErrors};
#[cfg(feature = "language")]
pub use fga_mod::{FgaMod, parse_fga_mod};
#[cfg(feature = "language")]
pub use json::MAX_JSON;
#[cfg(feature = "language")]
pub use modules::ModuleFile;
pub(crate) use parts::{
    Parts, PartsError, Relation, Restriction, Rewrite, Schema, Source, SourceId, Taken, Type,
};

use std::sync::Arc;

use crate::condition::Condition;
use crate::tuple::{Subject, Tuple, TupleError};
pub(crate) use flat::Flat;
use parts::Compiled;
pub(crate) use plan::{Leaf, LeafKind};

/// A type's number in its model.
pub(crate) type TypeId = u32;
/// A relation name's number in its model. The same name has the same number on every type.
pub(crate) type RelationId = u32;
/// A condition's number in its model.
pub(crate) type ConditionId = u32;

/// Longest model text, of all modules together. Bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// Deepest nesting of parentheses.
pub const MAX_NESTING: usize = 25;
/// Most errors that are reported at once. Where more is wrong, errors stand before warnings, and warnings are the first
/// to be left out.
pub const MAX_ERRORS: usize = 200;
/// Most types in a model, as in OpenFGA.
pub const MAX_TYPES: usize = 100;
/// Most relations in a model, of all types.
pub const MAX_RELATIONS: usize = 10_000;
/// Most conditions in a model.
pub const MAX_CONDITIONS: usize = 100;
/// Most parameters of a condition.
pub const MAX_PARAMETERS: usize = 25;
/// Most files of a modular model.
pub const MAX_MODULES: usize = 100;
/// Longest name of such a file, with its folders. Bytes. It stands beside each relation that the file adds to a type of
/// another one, wherever a model is printed with its sources.
pub const MAX_FILE_NAME: usize = 1_024;

/// A valid authorization model (OpenFGA, schema 1.1 and 1.2). Cheap to clone.
#[derive(Clone, Debug)]
pub struct Model {
    inner: Arc<Compiled>,
}

impl Model {
    /// From its parts, without the modelling language.
    ///
    /// # Errors
    /// [`PartsError`] when a number in them stands for nothing, a name stands twice, or a limit is exceeded.
    pub(crate) fn from_parts(parts: Parts) -> Result<Self, PartsError> {
        let mut inner = Arc::new(Compiled::new(parts));
        let is_good = Arc::get_mut(&mut inner).is_some_and(Compiled::settle);
        is_good.then_some(Self { inner }).ok_or(PartsError)
    }

    /// What it consists of.
    pub(crate) fn parts(&self) -> &Parts {
        &self.inner.parts
    }

    /// The text that it was parsed from. Of a model from JSON or from modules: its text in the language,
    /// or the JSON where the language has no form for it. [`Model::parse`] reads it again.
    pub fn text(&self) -> &str {
        &self.parts().text
    }

    /// The version of the language: `1.1` or `1.2`.
    pub fn schema(&self) -> &'static str {
        self.parts().schema.as_str()
    }

    /// The modules that it was put together from, sorted; none for a model of one file.
    pub fn modules(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for source in &self.parts().sources {
            if !source.module.is_empty() {
                found.push(&*source.module);
            }
        }
        crate::sort::once(&mut found);
        found
    }

    /// Type names in order of definition.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.parts().types.iter().map(|found| &*found.name)
    }

    /// Whether the model has the type.
    pub fn has_type(&self, type_name: &str) -> bool {
        self.type_id(type_name).is_some()
    }

    /// Relations of a type, in order of definition; none when the type does not exist.
    pub fn relations(&self, type_name: &str) -> impl Iterator<Item = &str> {
        let relations = self.type_id(type_name).map(|id| self.relations_of(id));
        let relations = relations.into_iter().flatten();
        relations.filter_map(|relation| self.relation_name(relation.name))
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
        let (object, subject) = (tuple.object.type_name(), tuple.subject.type_name());
        let type_id = self.known_type(object)?;
        let relation = self.known_relation(type_id, object, &tuple.relation)?;
        let subject_id = self.known_type(subject)?;
        let taken = match &tuple.subject {
            Subject::Object(_) => Taken::Object(subject_id),
            Subject::Wildcard { .. } => Taken::Wildcard(subject_id),
            Subject::Userset { object, relation } => {
                if *object == tuple.object && *relation == tuple.relation {
                    return Err(TupleError::SelfReference);
                }
                let relation = self.known_relation(subject_id, subject, relation)?;
                Taken::Userset(subject_id, relation.name)
            }
        };
        if relation.restrictions.is_empty() {
            return Err(TupleError::NotDirect(tuple.relation.to_string()));
        }
        let asked = tuple.condition.as_deref();
        let condition = asked.map(|asked| self.condition_id(&asked.name));
        let (mut is_taken, mut is_allowed) = (false, false);
        for entry in &relation.restrictions {
            if entry.taken == taken {
                is_taken = true;
                // No entry has a condition that is not known.
                is_allowed |= entry.condition.map(Some) == condition;
            }
        }
        if !is_taken {
            return Err(TupleError::NotAllowed {
                relation: tuple.relation.to_string(),
                subject: tuple.subject.to_string(),
            });
        }
        if !is_allowed {
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

    fn known_type(&self, name: &str) -> Result<TypeId, TupleError> {
        let unknown = || TupleError::UnknownType(name.to_owned());
        self.type_id(name).ok_or_else(unknown)
    }

    fn known_relation(
        &self,
        type_id: TypeId,
        type_name: &str,
        name: &str,
    ) -> Result<&Relation, TupleError> {
        let id = self.relation_id(name);
        id.and_then(|id| self.relation(type_id, id))
            .ok_or_else(|| TupleError::UnknownRelation {
                type_name: type_name.to_owned(),
                relation: name.to_owned(),
            })
    }

    /// Its conditions, in order of definition.
    #[inline]
    pub fn conditions(&self) -> &[Condition] {
        // Without conditions there is none, and nothing to do about them.
        if cfg!(not(feature = "conditions")) {
            return &[];
        }
        &self.parts().conditions
    }

    #[inline]
    pub(crate) fn condition(&self, id: ConditionId) -> Option<&Condition> {
        self.conditions().get(id as usize)
    }

    pub(crate) fn condition_id(&self, name: &str) -> Option<ConditionId> {
        if cfg!(not(feature = "conditions")) {
            return None;
        }
        self.inner.condition_ids.get(name)
    }

    pub(crate) fn type_id(&self, name: &str) -> Option<TypeId> {
        self.inner.type_ids.get(name)
    }

    /// The type of a well-formed name of an object, if it takes one look to tell.
    #[inline]
    pub(crate) fn type_of_name(&self, name: &str) -> Option<TypeId> {
        self.inner.type_ids.get_before_colon(name)
    }

    #[inline]
    pub(crate) fn relation_id(&self, name: &str) -> Option<RelationId> {
        self.inner.relation_ids.get(name)
    }

    /// How many relation names there are: each has a number below, in order of first definition.
    pub(crate) fn relation_count(&self) -> u64 {
        self.parts().relation_names.len() as u64
    }

    pub(crate) fn relation_name(&self, id: RelationId) -> Option<&str> {
        let names = &self.parts().relation_names;
        names.get(id as usize).map(|name| &**name)
    }

    pub(crate) fn type_name(&self, id: TypeId) -> Option<&str> {
        self.parts()
            .types
            .get(id as usize)
            .map(|found| &*found.name)
    }

    /// A relation and its [plan](plan), if it has one.
    #[inline]
    pub(crate) fn planned(
        &self,
        type_id: TypeId,
        id: RelationId,
    ) -> Option<(&Relation, Option<&[Leaf]>)> {
        self.inner.planned(type_id, id)
    }

    /// Where a relation of a type is, for [`flat`](Self::flat).
    #[inline]
    pub(crate) fn place(&self, type_id: TypeId, id: RelationId) -> Option<u16> {
        self.inner.place(type_id, id)
    }

    /// A relation that is [flat](flat), by its place.
    #[inline]
    pub(crate) fn flat(&self, place: u16) -> Option<&Flat> {
        self.inner.flat(place)
    }

    /// The relation of a place in a plan.
    #[inline]
    pub(crate) fn relation_at(&self, place: usize) -> Option<&Relation> {
        self.parts().relations.get(place)
    }

    /// By two indexes.
    pub(crate) fn relation(&self, type_id: TypeId, id: RelationId) -> Option<&Relation> {
        self.inner.relation(type_id, id)
    }

    /// In order of definition.
    fn relations_of(&self, type_id: TypeId) -> &[Relation] {
        self.parts().relations_of(type_id)
    }
}
