//! The types of expressions, and how they fit one another.

use super::ParameterType;

/// The type of a part of an expression.
#[derive(Clone, Copy, Debug)]
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
    /// Of elements of a type.
    List(Part),
    /// From keys of a type to values of one: the part behind that of the keys.
    Map(Part),
    /// The type of types.
    Kind,
    /// Not known yet: the element of an empty list, or what a function takes.
    Unknown(u16),
}

/// A type within another: its number among those that [`Types`] holds. In an array, so that a [`Type`] is handed on
/// as one word and not as two: the checks are a fifth smaller in wasm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part([u16; 1]);

/// Deepest nesting of a type, so that walking it cannot overflow the stack.
const MAX_DEPTH: usize = 100;

/// Types within types, and what those that were not known have turned out to be.
#[derive(Default)]
pub(super) struct Types {
    parts: Vec<Type>,
    known: Vec<Option<Type>>,
    /// What `known` held before each change, so that an attempt can be taken back.
    journal: Vec<(u16, Option<Type>)>,
}

/// How much there was of types before an attempt.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    parts: usize,
    known: usize,
    journal: usize,
}

impl Types {
    /// A parameter's type.
    pub(super) fn of(&mut self, kind: &ParameterType) -> Type {
        match kind {
            ParameterType::Any => Type::Dyn,
            ParameterType::Bool => Type::Bool,
            ParameterType::String => Type::String,
            ParameterType::Int => Type::Int,
            ParameterType::Uint => Type::Uint,
            ParameterType::Double => Type::Double,
            ParameterType::Duration => Type::Duration,
            ParameterType::Timestamp => Type::Timestamp,
            ParameterType::IpAddress => Type::Ip,
            ParameterType::List(element) => {
                let element = self.of(element);
                self.list(element)
            }
            ParameterType::Map(element) => {
                let value = self.of(element);
                self.map(Type::String, value)
            }
        }
    }

    pub(super) fn list(&mut self, element: Type) -> Type {
        self.add(&[element]).map_or(Type::Dyn, Type::List)
    }

    pub(super) fn map(&mut self, key: Type, value: Type) -> Type {
        self.add(&[key, value]).map_or(Type::Dyn, Type::Map)
    }

    /// None when there are too many: more than any expression has that is not too long.
    fn add(&mut self, parts: &[Type]) -> Option<Part> {
        let at = u16::try_from(self.parts.len()).ok()?;
        self.parts.extend_from_slice(parts);
        Some(Part([at]))
    }

    /// The type of elements, or of keys.
    pub(super) fn part(&self, part: Part) -> Type {
        self.at(part, 0)
    }

    /// The type of values.
    pub(super) fn value(&self, part: Part) -> Type {
        self.at(part, 1)
    }

    fn at(&self, part: Part, behind: usize) -> Type {
        let [at] = part.0;
        let found = self.parts.get(usize::from(at) + behind);
        found.copied().unwrap_or(Type::Dyn)
    }

    /// A type that is not known yet.
    pub(super) fn unknown(&mut self) -> Type {
        let Ok(at) = u16::try_from(self.known.len()) else {
            return Type::Dyn;
        };
        self.known.push(None);
        Type::Unknown(at)
    }

    /// What an unknown has turned out to be.
    fn known(&self, at: u16) -> Option<Type> {
        self.known.get(usize::from(at)).copied().flatten()
    }

    /// A mark to go back to.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            parts: self.parts.len(),
            known: self.known.len(),
            journal: self.journal.len(),
        }
    }

    /// Forgets what has been found out since a mark, and types that were made since.
    pub(super) fn go_back(&mut self, mark: Mark) {
        while self.journal.len() > mark.journal
            && let Some((at, before)) = self.journal.pop()
        {
            if let Some(place) = self.known.get_mut(usize::from(at)) {
                *place = before;
            }
        }
        self.known.truncate(mark.known);
        self.parts.truncate(mark.parts);
    }

    /// A type as far as it is known at its top.
    pub(super) fn top(&self, mut found: Type) -> Type {
        while let Type::Unknown(at) = found
            && let Some(known) = self.known(at)
        {
            found = known;
        }
        found
    }

    /// Whether a value of one type can stand where the other is wanted; finds out what is not known.
    pub(super) fn fits(&mut self, from: Type, to: Type) -> bool {
        let (from, to) = (self.resolve(from), self.resolve(to));
        match (from, to) {
            (Type::Unknown(one), Type::Unknown(two)) if one == two => true,
            (from, Type::Unknown(at)) => self.settle(at, from),
            (Type::Unknown(at), to) => self.settle(at, to),
            (Type::Dyn, _) | (_, Type::Dyn) => true,
            // As in the reference, where these types are messages, which may be absent.
            (Type::Null, Type::Duration | Type::Timestamp | Type::Ip)
            | (Type::Duration | Type::Timestamp | Type::Ip, Type::Null) => true,
            (Type::List(one), Type::List(two)) => self.fits(self.part(one), self.part(two)),
            (Type::Map(one), Type::Map(two)) => {
                self.fits(self.part(one), self.part(two))
                    && self.fits(self.value(one), self.value(two))
            }
            (from, to) => is_alike(from, to),
        }
    }

    /// What two types have in common: the wider of them when one fits the other, else `dyn`.
    pub(super) fn join(&mut self, one: Type, two: Type) -> Type {
        let mark = self.mark();
        if !self.fits(two, one) {
            self.go_back(mark);
            return Type::Dyn;
        }
        if self.is_wider(two, one) { two } else { one }
    }

    /// The last unknown of a chain, or what it is known to be. The unknown itself is kept where its
    /// meaning may still widen.
    fn resolve(&self, mut found: Type) -> Type {
        while let Type::Unknown(at) = found
            && let Some(next @ Type::Unknown(_)) = self.known(at)
        {
            found = next;
        }
        found
    }

    /// Notes what an unknown is; one that is known may widen, to `dyn`.
    fn settle(&mut self, at: u16, to: Type) -> bool {
        match self.known(at) {
            Some(known) => {
                if !self.fits(to, known) {
                    return false;
                }
                if self.is_wider(to, known) && !self.mentions(to, at) {
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

    fn note(&mut self, at: u16, to: Type) {
        if let Some(place) = self.known.get_mut(usize::from(at)) {
            self.journal.push((at, place.replace(to)));
        }
    }

    /// Whether one type says less than the other.
    fn is_wider(&self, one: Type, two: Type) -> bool {
        match (self.top(one), self.top(two)) {
            (_, Type::Dyn) => false,
            (Type::Dyn, _) => true,
            (Type::Null, _) | (_, Type::Unknown(_)) => false,
            (_, Type::Null) => true,
            (Type::List(one), Type::List(two)) => self.is_wider(self.part(one), self.part(two)),
            (Type::Map(one), Type::Map(two)) => {
                self.is_wider(self.part(one), self.part(two))
                    || self.is_wider(self.value(one), self.value(two))
            }
            _ => false,
        }
    }

    /// Whether an unknown is a part of a type.
    fn mentions(&self, found: Type, unknown: u16) -> bool {
        match self.top(found) {
            Type::Unknown(at) => at == unknown,
            Type::List(element) => self.mentions(self.part(element), unknown),
            Type::Map(map) => {
                self.mentions(self.part(map), unknown) || self.mentions(self.value(map), unknown)
            }
            _ => false,
        }
    }

    /// How deep a type is nested, stopping where it is too deep.
    pub(super) fn depth(&self, found: Type) -> usize {
        fn walk(types: &Types, found: Type, left: usize) -> usize {
            let Some(left) = left.checked_sub(1) else {
                return 0;
            };
            match types.top(found) {
                Type::List(list) => 1 + walk(types, types.part(list), left),
                // A key is never nested.
                Type::Map(map) => 1 + walk(types, types.value(map), left),
                _ => 1,
            }
        }
        walk(self, found, MAX_DEPTH + 1)
    }

    /// Whether a type is too deep to go on with.
    pub(super) fn is_too_deep(&self, found: Type) -> bool {
        self.depth(found) > MAX_DEPTH
    }

    /// As it is told, with everything filled in; what never became known is `dyn`.
    pub(super) fn text(&self, found: Type) -> String {
        let name = match self.top(found) {
            Type::Dyn | Type::Unknown(_) => "dyn",
            Type::Null => "null",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Uint => "uint",
            Type::Double => "double",
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Duration => "duration",
            Type::Timestamp => "timestamp",
            Type::Ip => "ipaddress",
            Type::Kind => "type",
            Type::List(element) => return format!("list({})", self.text(self.part(element))),
            Type::Map(map) => {
                let (key, value) = (self.text(self.part(map)), self.text(self.value(map)));
                return format!("map({key}, {value})");
            }
        };
        name.to_owned()
    }
}

/// Whether two types that hold no others are the same, or both hold some.
fn is_alike(one: Type, two: Type) -> bool {
    std::mem::discriminant(&one) == std::mem::discriminant(&two)
}
