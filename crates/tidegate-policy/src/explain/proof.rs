//! What an answer follows from, as a tree: one node for each rule of the model that was used.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::found::{Form, Node, Rule};
use crate::tuple::{Object, Subject, Tuple};

/// Most nodes of a proof, each inside the other, counted as JSON is nested: what readers of JSON take.
pub const MAX_PROOF_DEPTH: u32 = 100;

/// Why a relation of an object holds for a subject, or why it does not.
///
/// Every node stands for one part of a relation's definition, on the object that the nodes around it lead
/// to. The nodes whose names begin with `No` say why something does not hold: under a `but not`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// The subject is this very userset.
    Itself {
        /// On this object.
        object: Object,
        /// The relation.
        relation: Box<str>,
    },
    /// A tuple says so.
    Tuple {
        /// It names the subject, everybody of its type, or a userset.
        tuple: Tuple,
        /// Why the subject is in the userset.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Box<Proof>>,
    },
    /// It follows from another relation of the object.
    Computed {
        /// The object.
        object: Object,
        /// The other relation.
        relation: Box<str>,
        /// Why that holds, or does not.
        by: Box<Proof>,
    },
    /// It follows from a relation of an object that a tupleset names.
    From {
        /// The tupleset's tuple.
        tuple: Tuple,
        /// The relation of its subject.
        relation: Box<str>,
        /// Why that holds.
        by: Box<Proof>,
    },
    /// One operand of an `or` holds.
    Union {
        /// Which, counted from 0.
        operand: usize,
        /// Why.
        by: Box<Proof>,
    },
    /// All operands of an `and`.
    Intersection {
        /// In the order of the operands.
        all: Vec<Proof>,
    },
    /// Both sides of a `but not`.
    Exclusion {
        /// The first.
        base: Box<Proof>,
        /// What is taken away: why it does not hold, or, where this is to say why the whole does not, why it
        /// does.
        subtract: Box<Proof>,
    },
    /// No tuple on a relation of an object says so.
    NoTuple {
        /// The object.
        object: Object,
        /// The relation.
        relation: Box<str>,
        /// Every userset there: why the subject is not in it.
        usersets: Vec<Followed>,
    },
    /// It does not follow from any object that a tupleset names.
    NoFrom {
        /// The object.
        object: Object,
        /// The tupleset.
        tupleset: Box<str>,
        /// The relation of its subjects.
        relation: Box<str>,
        /// Every one of them that has such a relation: why it does not hold.
        objects: Vec<Followed>,
    },
    /// No operand of an `or` holds.
    NoUnion {
        /// In the order of the operands.
        all: Vec<Proof>,
    },
    /// One operand of an `and` does not hold.
    NoIntersection {
        /// Which, counted from 0.
        operand: usize,
        /// Why not.
        by: Box<Proof>,
    },
    /// The first side of a `but not` does not hold.
    NoBase {
        /// Why not.
        by: Box<Proof>,
    },
    /// What is asked is what was asked on the way here.
    Circle,
    /// So far from the question that a check has no answer.
    TooDeep,
}

/// A tuple that leads on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The tuple.
    pub tuple: Tuple,
    /// What there is.
    pub by: Proof,
}

impl Form for Proof {
    const NONE: Self = Self::TooDeep;

    fn of(node: Node<'_, Self>) -> Self {
        let Node {
            rule,
            tuple,
            object,
            tupleset,
            relation,
            parts,
        } = node;
        let relation = relation.into();
        let (mut all, mut followed) = (Vec::new(), Vec::new());
        for (tuple, by) in parts {
            match tuple {
                Some(tuple) => followed.push(Followed { tuple, by }),
                None => all.push(by),
            }
        }
        let mut last = || Box::new(all.pop().unwrap_or(Self::NONE));
        match (rule, tuple) {
            (Rule::Itself, _) => Self::Itself { object, relation },
            (Rule::Tuple(_), Some(tuple)) => Self::Tuple {
                tuple,
                by: all.pop().map(Box::new),
            },
            (Rule::From { .. }, Some(tuple)) => Self::From {
                tuple,
                relation,
                by: last(),
            },
            (Rule::Tuple(_) | Rule::From { .. }, None) => Self::NONE,
            (Rule::Computed(_), _) => Self::Computed {
                object,
                relation,
                by: last(),
            },
            (Rule::Union(operand), _) => Self::Union {
                operand,
                by: last(),
            },
            (Rule::Intersection, _) => Self::Intersection { all },
            (Rule::Exclusion, _) => {
                let subtract = last();
                let base = last();
                Self::Exclusion { base, subtract }
            }
            (Rule::NoTuple, _) => Self::NoTuple {
                object,
                relation,
                usersets: followed,
            },
            (Rule::NoFrom { .. }, _) => Self::NoFrom {
                object,
                tupleset: tupleset.into(),
                relation,
                objects: followed,
            },
            (Rule::NoUnion, _) => Self::NoUnion { all },
            (Rule::NoIntersection(operand), _) => Self::NoIntersection {
                operand,
                by: last(),
            },
            (Rule::NoBase, _) => Self::NoBase { by: last() },
            (Rule::Circle, _) => Self::Circle,
            (Rule::TooDeep, _) => Self::TooDeep,
        }
    }
}

impl Proof {
    /// Every tuple that it is made of, in its order.
    pub fn tuples(&self) -> Vec<&Tuple> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Tuple>) {
        match self {
            Self::Tuple { tuple, .. } | Self::From { tuple, .. } => found.push(tuple),
            _ => {}
        }
        for (tuple, inner) in self.inner() {
            found.extend(tuple);
            inner.collect(found);
        }
    }

    /// The nodes directly inside, each with the tuple that leads there where it has one of its own.
    fn inner(&self) -> Vec<(Option<&Tuple>, &Self)> {
        match self {
            Self::Itself { .. } | Self::Circle | Self::TooDeep => Vec::new(),
            Self::Tuple { by, .. } => by.iter().map(|by| (None, &**by)).collect(),
            Self::Computed { by, .. }
            | Self::From { by, .. }
            | Self::Union { by, .. }
            | Self::NoIntersection { by, .. }
            | Self::NoBase { by } => vec![(None, by)],
            Self::Intersection { all } | Self::NoUnion { all } => {
                all.iter().map(|by| (None, by)).collect()
            }
            Self::Exclusion { base, subtract } => vec![(None, base), (None, subtract)],
            Self::NoTuple { usersets: all, .. } | Self::NoFrom { objects: all, .. } => all
                .iter()
                .map(|followed| (Some(&followed.tuple), &followed.by))
                .collect(),
        }
    }

    pub(super) fn rename(&mut self, name: &mut impl FnMut(&mut Object)) {
        match self {
            Self::Itself { object, .. } => name(object),
            Self::Circle | Self::TooDeep => {}
            Self::Tuple { tuple, by } => {
                rename(tuple, name);
                if let Some(by) = by {
                    by.rename(name);
                }
            }
            Self::From { tuple, by, .. } => {
                rename(tuple, name);
                by.rename(name);
            }
            Self::Computed { object, by, .. } => {
                name(object);
                by.rename(name);
            }
            Self::Union { by, .. } | Self::NoIntersection { by, .. } | Self::NoBase { by } => {
                by.rename(name);
            }
            Self::Intersection { all } | Self::NoUnion { all } => {
                all.iter_mut().for_each(|one| one.rename(name));
            }
            Self::Exclusion { base, subtract } => {
                base.rename(name);
                subtract.rename(name);
            }
            Self::NoTuple {
                object,
                usersets: all,
                ..
            }
            | Self::NoFrom {
                object,
                objects: all,
                ..
            } => {
                name(object);
                for followed in all {
                    rename(&mut followed.tuple, name);
                    followed.by.rename(name);
                }
            }
        }
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>| {
            writeln!(f, "{:indent$}{text}", "")
        };
        let inner = indent + 2;
        match self {
            Self::Itself { object, relation } => {
                line(f, format_args!("{object}#{relation} is the subject itself"))
            }
            Self::Tuple { tuple, by: None } => line(f, format_args!("{tuple}")),
            Self::Tuple {
                tuple,
                by: Some(by),
            } => {
                line(f, format_args!("{tuple}, as in {}:", tuple.subject))?;
                by.print(f, inner)
            }
            Self::Computed {
                object,
                relation,
                by,
            } => {
                line(f, format_args!("{object}#{relation}:"))?;
                by.print(f, inner)
            }
            Self::From {
                tuple,
                relation,
                by,
            } => {
                let on = &tuple.subject;
                line(f, format_args!("{tuple}, and {on}#{relation}:"))?;
                by.print(f, inner)
            }
            Self::Union { by, .. } | Self::NoBase { by } | Self::NoIntersection { by, .. } => {
                by.print(f, indent)
            }
            Self::Intersection { all } => {
                line(f, format_args!("all of:"))?;
                all.iter().try_for_each(|one| one.print(f, inner))
            }
            Self::Exclusion { base, subtract } => {
                base.print(f, indent)?;
                line(f, format_args!("but not:"))?;
                subtract.print(f, inner)
            }
            Self::NoTuple {
                object,
                relation,
                usersets,
            } => {
                let more = if usersets.is_empty() { "" } else { ":" };
                line(
                    f,
                    format_args!("no tuple in {object}#{relation} has the subject{more}"),
                )?;
                followed(f, usersets, inner)
            }
            Self::NoFrom {
                object,
                tupleset,
                relation,
                objects,
            } => {
                let more = if objects.is_empty() { "" } else { ":" };
                line(
                    f,
                    format_args!("no {relation} from {object}#{tupleset}{more}"),
                )?;
                followed(f, objects, inner)
            }
            Self::NoUnion { all } => {
                line(f, format_args!("none of:"))?;
                all.iter().try_for_each(|one| one.print(f, inner))
            }
            Self::Circle => line(f, format_args!("what was asked above")),
            Self::TooDeep => line(f, format_args!("too deep for an answer")),
        }
    }
}

fn followed(f: &mut fmt::Formatter<'_>, all: &[Followed], indent: usize) -> fmt::Result {
    for Followed { tuple, by } in all {
        writeln!(f, "{:indent$}{tuple}:", "")?;
        by.print(f, indent + 2)?;
    }
    Ok(())
}

/// Gives a tuple's objects other names.
pub(super) fn rename(tuple: &mut Tuple, name: &mut impl FnMut(&mut Object)) {
    name(&mut tuple.object);
    match &mut tuple.subject {
        Subject::Object(object) | Subject::Userset { object, .. } => name(object),
        Subject::Wildcard { .. } => {}
    }
}

/// A tree for people, a line for each tuple and rule.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, 0)
    }
}
