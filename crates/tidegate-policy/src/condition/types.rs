//! The types of expressions, and how they fit one another.

use std::fmt;

use super::ParameterType;

/// The type of a part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Known only when it is evaluated.
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
    Ip,
    List(Box<Type>),
    Map(Box<(Type, Type)>),
    /// The type of types.
    Kind,
    /// Not known yet: the element of an empty list, or what a function takes.
    Unknown(usize),
}

/// Deepest nesting of a type, so that walking it cannot overflow the stack.
const MAX_DEPTH: usize = 100;

/// What the types that were not known have turned out to be.
#[derive(Default)]
pub(super) struct Types {
    known: Vec<Option<Type>>,
    /// What `known` held before each change, so that an attempt can be taken back.
    journal: Vec<(usize, Option<Type>)>,
}

impl Types {
    /// A type that is not known yet.
    pub(super) fn unknown(&mut self) -> Type {
        self.known.push(None);
        Type::Unknown(self.known.len() - 1)
    }

    /// A mark to go back to.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.known.len(), self.journal.len())
    }

    /// Forgets what has been found out since a mark.
    pub(super) fn go_back(&mut self, (known, journal): (usize, usize)) {
        for (at, before) in self.journal.drain(journal..).rev() {
            if let Some(place) = self.known.get_mut(at) {
                *place = before;
            }
        }
        self.known.truncate(known);
    }

    /// A type as far as it is known at its top.
    pub(super) fn top(&self, found: &Type) -> Type {
        let mut found = found;
        while let Type::Unknown(at) = found {
            match self.known.get(*at) {
                Some(Some(known)) => found = known,
                _ => break,
            }
        }
        found.clone()
    }

    /// A type with everything filled in; what never became known is `dyn`.
    pub(super) fn whole(&self, found: &Type) -> Type {
        match self.top(found) {
            Type::List(element) => Type::List(Box::new(self.whole(&element))),
            Type::Map(entry) => Type::Map(Box::new((self.whole(&entry.0), self.whole(&entry.1)))),
            Type::Unknown(_) => Type::Dyn,
            other => other,
        }
    }

    /// Whether a value of one type can stand where the other is wanted; finds out what is not known.
    pub(super) fn fits(&mut self, from: &Type, to: &Type) -> bool {
        let (from, to) = (self.resolve(from), self.resolve(to));
        match (from, to) {
            (Type::Unknown(one), Type::Unknown(two)) if one == two => true,
            (from, Type::Unknown(at)) => self.settle(at, &from),
            (Type::Unknown(at), to) => self.settle(at, &to),
            (Type::Dyn, _) | (_, Type::Dyn) => true,
            // As in the reference, where these types are messages, which may be absent.
            (Type::Null, Type::Duration | Type::Timestamp | Type::Ip)
            | (Type::Duration | Type::Timestamp | Type::Ip, Type::Null) => true,
            (Type::List(one), Type::List(two)) => self.fits(&one, &two),
            (Type::Map(one), Type::Map(two)) => {
                self.fits(&one.0, &two.0) && self.fits(&one.1, &two.1)
            }
            (from, to) => from == to,
        }
    }

    /// What two types have in common: the wider of them when one fits the other, else `dyn`.
    pub(super) fn join(&mut self, one: &Type, two: &Type) -> Type {
        let mark = self.mark();
        if !self.fits(two, one) {
            self.go_back(mark);
            return Type::Dyn;
        }
        if self.is_wider(two, one) {
            two.clone()
        } else {
            one.clone()
        }
    }

    /// The last unknown of a chain, or what it is known to be. The unknown itself is kept where its
    /// meaning may still widen.
    fn resolve(&self, found: &Type) -> Type {
        let mut found = found;
        while let Type::Unknown(at) = found {
            match self.known.get(*at) {
                Some(Some(next @ Type::Unknown(_))) => found = next,
                _ => break,
            }
        }
        found.clone()
    }

    /// Notes what an unknown is; one that is known may widen, to `dyn`.
    fn settle(&mut self, at: usize, to: &Type) -> bool {
        match self.known.get(at).cloned().flatten() {
            Some(known) => {
                if !self.fits(to, &known) {
                    return false;
                }
                if self.is_wider(to, &known) && !self.mentions(to, at) {
                    self.note(at, to);
                }
                true
            }
            None => {
                if self.mentions(to, at) || self.depth(to) > MAX_DEPTH {
                    return false;
                }
                self.note(at, to);
                true
            }
        }
    }

    fn note(&mut self, at: usize, to: &Type) {
        if let Some(place) = self.known.get_mut(at) {
            self.journal.push((at, place.replace(to.clone())));
        }
    }

    /// Whether one type says less than the other.
    fn is_wider(&self, one: &Type, two: &Type) -> bool {
        match (self.top(one), self.top(two)) {
            (_, Type::Dyn) => false,
            (Type::Dyn, _) => true,
            (Type::Null, _) | (_, Type::Unknown(_)) => false,
            (_, Type::Null) => true,
            (Type::List(one), Type::List(two)) => self.is_wider(&one, &two),
            (Type::Map(one), Type::Map(two)) => {
                self.is_wider(&one.0, &two.0) || self.is_wider(&one.1, &two.1)
            }
            _ => false,
        }
    }

    /// Whether an unknown is a part of a type.
    fn mentions(&self, found: &Type, unknown: usize) -> bool {
        match self.top(found) {
            Type::Unknown(at) => at == unknown,
            Type::List(element) => self.mentions(&element, unknown),
            Type::Map(entry) => {
                self.mentions(&entry.0, unknown) || self.mentions(&entry.1, unknown)
            }
            _ => false,
        }
    }

    /// How deep a type is nested, stopping where it is too deep.
    pub(super) fn depth(&self, found: &Type) -> usize {
        fn walk(types: &Types, found: &Type, left: usize) -> usize {
            let Some(left) = left.checked_sub(1) else {
                return 0;
            };
            match types.top(found) {
                Type::List(element) => 1 + walk(types, &element, left),
                // A key is never nested.
                Type::Map(entry) => 1 + walk(types, &entry.1, left),
                _ => 1,
            }
        }
        walk(self, found, MAX_DEPTH + 1)
    }

    /// Whether a type is too deep to go on with.
    pub(super) fn is_too_deep(&self, found: &Type) -> bool {
        self.depth(found) > MAX_DEPTH
    }
}

impl From<&ParameterType> for Type {
    fn from(kind: &ParameterType) -> Self {
        match kind {
            ParameterType::Any => Self::Dyn,
            ParameterType::Bool => Self::Bool,
            ParameterType::String => Self::String,
            ParameterType::Int => Self::Int,
            ParameterType::Uint => Self::Uint,
            ParameterType::Double => Self::Double,
            ParameterType::Duration => Self::Duration,
            ParameterType::Timestamp => Self::Timestamp,
            ParameterType::IpAddress => Self::Ip,
            ParameterType::List(element) => Self::List(Box::new((&**element).into())),
            ParameterType::Map(element) => Self::Map(Box::new((Self::String, (&**element).into()))),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dyn | Self::Unknown(_) => "dyn",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Duration => "duration",
            Self::Timestamp => "timestamp",
            Self::Ip => "ipaddress",
            Self::Kind => "type",
            Self::List(element) => return write!(f, "list({element})"),
            Self::Map(entry) => return write!(f, "map({}, {})", entry.0, entry.1),
        })
    }
}
