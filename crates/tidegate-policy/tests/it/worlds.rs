//! Generated models, tuples and questions.

use std::collections::BTreeSet;

use crate::random::Random;
use crate::reference::{Fact, Model};

/// Types with relations, in generated models.
const TYPES: [&str; 4] = ["team", "folder", "doc", "org"];

/// A model's text with every operator; not always a valid one.
pub(crate) fn model(random: &mut Random) -> String {
    let count = random.within(1, TYPES.len());
    let types = &TYPES[..count];
    let sizes: Vec<usize> = types.iter().map(|_| random.within(2, 6)).collect();
    let mut text = "model\n  schema 1.1\ntype user\ntype bot\n".to_owned();
    for (on, &size) in sizes.iter().enumerate() {
        let mut up: Vec<usize> = (0..count).filter(|_| random.percent(50)).collect();
        if up.is_empty() {
            up.push(random.below(count));
        }
        let names: Vec<&str> = up.iter().map(|&index| types[index]).collect();
        text += &format!(
            "type {}\n  relations\n    define up: [{}]\n",
            types[on],
            names.join(", ")
        );
        for relation in 0..size {
            let mut draft = Draft {
                random,
                types,
                sizes: &sizes,
                up: &up,
                on,
                before: relation,
                direct: false,
            };
            let nesting = draft.random.below(4);
            let rewrite = draft.rewrite(nesting);
            text += &format!("    define r{relation}: {rewrite}\n");
        }
    }
    text
}

struct Draft<'a> {
    random: &'a mut Random,
    types: &'a [&'a str],
    sizes: &'a [usize],
    /// Where `up` leads to.
    up: &'a [usize],
    on: usize,
    /// How many relations come before this one.
    before: usize,
    /// It has its `[…]`.
    direct: bool,
}

impl Draft<'_> {
    fn rewrite(&mut self, nesting: usize) -> String {
        if nesting == 0 {
            return self.leaf();
        }
        let word = *self.random.of(&[" or ", " or ", " and ", " but not "]);
        let count = if word == " but not " {
            2
        } else {
            self.random.within(2, 3)
        };
        let operands: Vec<String> = (0..count)
            .map(|_| {
                let inner = self.random.below(nesting);
                let operand = self.rewrite(inner);
                if inner > 0 {
                    format!("({operand})")
                } else {
                    operand
                }
            })
            .collect();
        operands.join(word)
    }

    fn leaf(&mut self) -> String {
        if !self.direct && self.random.percent(60) {
            self.direct = true;
            return self.restrictions();
        }
        if self.before > 0 && self.random.percent(50) {
            return format!("r{}", self.random.below(self.before));
        }
        if self.up.contains(&self.on) && self.random.percent(40) {
            return format!("r{} from up", self.before);
        }
        let to = *self.random.of(self.up);
        format!("r{} from up", self.random.below(self.sizes[to]))
    }

    fn restrictions(&mut self) -> String {
        let mut found = BTreeSet::from(["user".to_owned()]);
        for _ in 0..self.random.below(4) {
            let index = self.random.below(self.types.len());
            let userset = format!(
                "{}#r{}",
                self.types[index],
                self.random.below(self.sizes[index])
            );
            let others = [
                userset.clone(),
                userset,
                "user:*".to_owned(),
                "bot".to_owned(),
                self.types[index].to_owned(),
            ];
            found.insert(self.random.of(&others).clone());
        }
        format!("[{}]", found.into_iter().collect::<Vec<_>>().join(", "))
    }
}

/// A model with names to make tuples and questions of.
pub(crate) struct World<'a> {
    pub(crate) model: &'a Model,
    /// Every type has this many objects, `type:0` and so on.
    pub(crate) ids: usize,
}

impl World<'_> {
    /// Tuples on every relation that takes some, and sometimes chains from each object to the next.
    pub(crate) fn facts(&self, random: &mut Random, each: usize, chains: bool) -> BTreeSet<Fact> {
        let mut facts = BTreeSet::new();
        for (type_name, relations) in &self.model.types {
            for relation in relations.keys() {
                for _ in 0..random.within(0, each) {
                    facts.extend(self.fact_on(random, type_name, relation));
                }
                let linked = [type_name.clone(), format!("{type_name}#{relation}")];
                let restrictions = self.model.restrictions(type_name, relation);
                for link in linked
                    .iter()
                    .filter(|&link| chains && restrictions.contains(link))
                {
                    let rest = link.strip_prefix(type_name.as_str()).unwrap_or_default();
                    facts.extend((1..self.ids).map(|id| {
                        (
                            format!("{type_name}:{}", id - 1),
                            relation.clone(),
                            format!("{type_name}:{id}{rest}"),
                        )
                    }));
                }
            }
        }
        facts
    }

    /// A tuple that the model allows; none when the relation takes none.
    pub(crate) fn fact_on(
        &self,
        random: &mut Random,
        type_name: &str,
        relation: &str,
    ) -> Option<Fact> {
        let restrictions = self.model.restrictions(type_name, relation);
        if restrictions.is_empty() {
            return None;
        }
        let object = self.object(random, type_name);
        let restriction = random.of(&restrictions);
        let subject = match restriction.split_once('#') {
            Some((of, member)) => format!("{}#{member}", self.object(random, of)),
            None if restriction.ends_with(":*") => restriction.clone(),
            None => self.object(random, restriction),
        };
        let fact = (object, relation.to_owned(), subject);
        self.model.allows(&fact).then_some(fact)
    }

    /// A tuple that the model allows, if chance finds one.
    pub(crate) fn fact(&self, random: &mut Random) -> Option<Fact> {
        let (type_name, relation) = self.relation(random);
        self.fact_on(random, &type_name, &relation)
    }

    /// One of the model's relations, with its type.
    pub(crate) fn relation(&self, random: &mut Random) -> (String, String) {
        let all: Vec<_> = self
            .model
            .types
            .iter()
            .flat_map(|(on, relations)| {
                relations.keys().map(move |name| (on.clone(), name.clone()))
            })
            .collect();
        random.of(&all).clone()
    }

    pub(crate) fn object(&self, random: &mut Random, type_name: &str) -> String {
        // Few users and many places: else hardly anything is allowed.
        let ids = if type_name == "user" {
            self.ids.min(3)
        } else {
            self.ids
        };
        format!("{type_name}:{}", random.below(ids))
    }

    /// A question, now and then one about what does not exist.
    pub(crate) fn question(&self, random: &mut Random) -> Fact {
        let (on, relation) = self.relation(random);
        let object = if random.percent(3) {
            format!("{on}:none")
        } else {
            self.object(random, &on)
        };
        let (of, member) = self.relation(random);
        let subject = match random.below(100) {
            0..75 => self.object(random, "user"),
            75..80 => "user:*".to_owned(),
            80..84 => self.object(random, "bot"),
            84..94 => format!("{}#{member}", self.object(random, &of)),
            94..98 => self.object(random, &of),
            98 => "ghost:0".to_owned(),
            _ => format!("{}#ghost", self.object(random, &of)),
        };
        match random.below(100) {
            0 => (object, "ghost".to_owned(), subject),
            1 => ("ghost:0".to_owned(), relation, subject),
            _ => (object, relation, subject),
        }
    }

    /// Contextual tuples, now and then some that the model does not allow.
    pub(crate) fn context(&self, random: &mut Random) -> Vec<Fact> {
        let mut context = Vec::new();
        if random.percent(25) {
            context.extend((0..random.within(1, 3)).filter_map(|_| self.fact(random)));
        }
        if random.percent(2) {
            context.push(self.question(random));
        }
        context
    }
}
