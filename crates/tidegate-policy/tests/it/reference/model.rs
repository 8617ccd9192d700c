//! A model as a tree of texts.

use std::collections::BTreeMap;

use super::Fact;
use super::condition::Condition;

/// Relations by type and name, and conditions by name.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) types: BTreeMap<String, BTreeMap<String, Rewrite>>,
    pub(crate) conditions: BTreeMap<String, Condition>,
}

/// How a relation follows.
#[derive(Debug)]
pub(crate) enum Rewrite {
    /// `user`, `team#member`, `user:*`, `user with office`.
    Direct(Vec<String>),
    Computed(String),
    From(String, String),
    Or(Vec<Rewrite>),
    And(Vec<Rewrite>),
    ButNot(Box<Rewrite>, Box<Rewrite>),
}

impl Model {
    /// Reads a model that is well formed, with a condition's expression on a line of its own.
    pub(crate) fn read(text: &str) -> Self {
        let mut model = Self::default();
        let mut type_name = "";
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("type ") {
                type_name = name;
                model.types.entry(name.to_owned()).or_default();
            } else if let Some((name, rest)) = line
                .strip_prefix("define ")
                .and_then(|rest| rest.split_once(": "))
            {
                let relations = model.types.entry(type_name.to_owned()).or_default();
                relations.insert(name.to_owned(), Rewrite::read(rest));
            } else if let Some((name, rest)) = line
                .strip_prefix("condition ")
                .and_then(|rest| rest.split_once('('))
            {
                let parameters = rest.strip_suffix(") {").expect("parameters");
                let expression = lines.next().expect("an expression");
                let condition = Condition::read(parameters, expression);
                model.conditions.insert(name.to_owned(), condition);
            }
        }
        model
    }

    pub(crate) fn rewrite(&self, type_name: &str, relation: &str) -> Option<&Rewrite> {
        self.types.get(type_name)?.get(relation)
    }

    /// What may be written on a relation.
    pub(crate) fn restrictions(&self, type_name: &str, relation: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(rewrite) = self.rewrite(type_name, relation) {
            rewrite.restrictions(&mut found);
        }
        found
    }

    /// Whether a tuple may be written.
    pub(crate) fn allows(&self, fact: &Fact) -> bool {
        let (object, relation, subject) = fact;
        let taken = match bound(subject) {
            Some((name, values)) => self
                .conditions
                .get(name)
                .is_some_and(|condition| condition.takes(values)),
            None => true,
        };
        taken && self.counts(fact) && named(subject) != format!("{object}#{relation}")
    }

    /// Whether a tuple that is stored counts: one that was allowed once may not be any more.
    pub(crate) fn counts(&self, (object, relation, subject): &Fact) -> bool {
        let named = named(subject);
        let mut wanted = match named.split_once('#') {
            Some((of, member)) => format!("{}#{member}", type_of(of)),
            None if named.ends_with(":*") => named.to_owned(),
            None => type_of(named).to_owned(),
        };
        if let Some((condition, _)) = bound(subject) {
            wanted += &format!(" with {condition}");
        }
        self.restrictions(type_of(object), relation)
            .contains(&wanted)
    }
}

impl Rewrite {
    /// Reads what follows `define NAME: `.
    pub(crate) fn read(text: &str) -> Self {
        let mut spaced = text.to_owned();
        for sign in ["(", ")", "[", "]", ","] {
            spaced = spaced.replace(sign, &format!(" {sign} "));
        }
        let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
        let rewrite = read_rewrite(&mut words);
        assert!(words.is_empty(), "{text}");
        rewrite
    }

    fn restrictions(&self, found: &mut Vec<String>) {
        match self {
            Self::Direct(restrictions) => found.extend(restrictions.iter().cloned()),
            Self::Computed(_) | Self::From(..) => {}
            Self::Or(all) | Self::And(all) => all.iter().for_each(|one| one.restrictions(found)),
            Self::ButNot(base, subtract) => {
                base.restrictions(found);
                subtract.restrictions(found);
            }
        }
    }

    /// As it is written.
    pub(crate) fn text(&self) -> String {
        let join = |all: &[Self], word: &str| {
            let all: Vec<String> = all.iter().map(Self::operand).collect();
            all.join(word)
        };
        match self {
            Self::Direct(restrictions) => format!("[{}]", restrictions.join(", ")),
            Self::Computed(relation) => relation.clone(),
            Self::From(relation, tupleset) => format!("{relation} from {tupleset}"),
            Self::Or(all) => join(all, " or "),
            Self::And(all) => join(all, " and "),
            Self::ButNot(base, subtract) => {
                format!("{} but not {}", base.operand(), subtract.operand())
            }
        }
    }

    fn operand(&self) -> String {
        match self {
            Self::Direct(_) | Self::Computed(_) | Self::From(..) => self.text(),
            Self::Or(_) | Self::And(_) | Self::ButNot(..) => format!("({})", self.text()),
        }
    }

    /// Smaller ones in its place: its operands, and itself with less in one place.
    pub(crate) fn smaller(&self) -> Vec<String> {
        let read = || Self::read(&self.text());
        let without = |count: usize, drop: &dyn Fn(&mut Self, usize)| -> Vec<String> {
            let less = (0..count).map(|at| {
                let mut less = read();
                drop(&mut less, at);
                less.text()
            });
            less.collect()
        };
        match self {
            Self::Computed(_) | Self::From(..) => Vec::new(),
            Self::Direct(all) if all.len() < 2 => Vec::new(),
            Self::Direct(all) => without(all.len(), &|less, at| {
                if let Self::Direct(all) = less {
                    all.remove(at);
                }
            }),
            Self::Or(all) | Self::And(all) => {
                let mut found: Vec<String> = all.iter().map(Self::text).collect();
                if all.len() > 2 {
                    found.extend(without(all.len(), &|less, at| {
                        if let Self::Or(all) | Self::And(all) = less {
                            all.remove(at);
                        }
                    }));
                }
                for (at, operand) in all.iter().enumerate() {
                    found.extend(operand.smaller().iter().map(|inner| {
                        let mut less = read();
                        if let Self::Or(all) | Self::And(all) = &mut less {
                            all[at] = Self::read(inner);
                        }
                        less.text()
                    }));
                }
                found
            }
            Self::ButNot(base, subtract) => {
                let mut found = vec![base.text(), subtract.text()];
                let both = |base: &Self, subtract: &Self| {
                    format!("{} but not {}", base.operand(), subtract.operand())
                };
                let less = base.smaller().into_iter();
                found.extend(less.map(|less| both(&Self::read(&less), subtract)));
                let less = subtract.smaller().into_iter();
                found.extend(less.map(|less| both(base, &Self::read(&less))));
                found
            }
        }
    }
}

/// The words are in reverse order.
fn read_rewrite(words: &mut Vec<&str>) -> Rewrite {
    let first = read_operand(words);
    match words.last().copied() {
        Some(join @ ("or" | "and")) => {
            let mut all = vec![first];
            while words.last() == Some(&join) {
                words.pop();
                all.push(read_operand(words));
            }
            if join == "or" {
                Rewrite::Or(all)
            } else {
                Rewrite::And(all)
            }
        }
        Some("but") => {
            words.truncate(words.len() - 2);
            Rewrite::ButNot(Box::new(first), Box::new(read_operand(words)))
        }
        _ => first,
    }
}

fn read_operand(words: &mut Vec<&str>) -> Rewrite {
    match words.pop().expect("an operand") {
        "(" => {
            let inner = read_rewrite(words);
            assert_eq!(words.pop(), Some(")"));
            inner
        }
        "[" => {
            let mut found: Vec<String> = Vec::new();
            loop {
                match words.pop().expect("a restriction") {
                    "]" => return Rewrite::Direct(found),
                    "," => {}
                    "with" => {
                        let condition = words.pop().expect("a condition");
                        let last = found.last_mut().expect("a restriction");
                        *last += &format!(" with {condition}");
                    }
                    restriction => found.push(restriction.to_owned()),
                }
            }
        }
        relation if words.last() == Some(&"from") => {
            words.pop();
            let tupleset = words.pop().expect("a tupleset");
            Rewrite::From(relation.to_owned(), tupleset.to_owned())
        }
        relation => Rewrite::Computed(relation.to_owned()),
    }
}

/// Of `type:id`, `type:id#relation`, `type:*`.
pub(crate) fn type_of(name: &str) -> &str {
    name.split(':').next().unwrap_or_default()
}

/// A subject without its condition.
pub(crate) fn named(subject: &str) -> &str {
    subject.split(' ').next().unwrap_or_default()
}

/// A subject's condition, and the values that come with it.
pub(crate) fn bound(subject: &str) -> Option<(&str, &str)> {
    let (_, bound) = subject.split_once(" with ")?;
    Some(bound.split_once(' ').unwrap_or((bound, "{}")))
}
