//! Generated models, tuples and questions.

mod conditions;

use std::collections::BTreeSet;

use tidegate_policy::Model;

use crate::random::Random;
use crate::reference::{self, Fact, Question, named};

/// Types with relations, in generated models.
const TYPES: [&str; 4] = ["team", "folder", "doc", "org"];

/// A valid model's text with every operator, and conditions in most.
pub(crate) fn model(random: &mut Random) -> String {
    valid(random, &[" or ", " or ", " and ", " but not "])
}

/// The same with no operator but `or`.
pub(crate) fn unions(random: &mut Random) -> String {
    valid(random, &[" or "])
}

/// The same model, whose relations take always what they took under a condition. A type of its own has the
/// conditions, so that tuples under them are still known.
pub(crate) fn without_conditions(text: &str) -> String {
    let (types, conditions) = text
        .find("condition ")
        .map_or((text, ""), |at| text.split_at(at));
    let mut plain = String::new();
    for (number, part) in types.split('[').enumerate() {
        if number == 0 {
            plain += part;
            continue;
        }
        let (taken, rest) = part.split_once(']').expect("its end");
        let taken: BTreeSet<&str> = taken.split(", ").map(named).collect();
        let taken: Vec<&str> = taken.into_iter().collect();
        plain += &format!("[{}]{rest}", taken.join(", "));
    }
    let names = conditions.split("condition ").skip(1);
    let names = names.filter_map(|condition| condition.split('(').next());
    let held: Vec<String> = names.map(|name| format!("user with {name}")).collect();
    if !held.is_empty() {
        let held = held.join(", ");
        plain += &format!("type guard\n  relations\n    define held: [{held}]\n{conditions}");
    }
    plain
}

fn valid(random: &mut Random, operators: &[&'static str]) -> String {
    loop {
        let mut text = draft(random, operators);
        // Most have a relation or two that nothing leads to: simple ones take their place.
        while let Err(errors) = Model::parse(&text) {
            let wrong: Vec<u32> = errors.0.iter().map(|error| error.line).collect();
            let (mut repaired, mut on) = (String::new(), "");
            for (line, number) in text.lines().zip(1..) {
                on = line.strip_prefix("type ").unwrap_or(on);
                match line.split_once(": ") {
                    Some((define, _)) if wrong.contains(&number) && define.contains("define r") => {
                        let under = text.contains("condition c0(") && random.percent(50);
                        let under = if under { " with c0" } else { "" };
                        repaired += &format!("{define}: [user{under}, {on}#r0{under}]\n");
                    }
                    _ => repaired += &format!("{line}\n"),
                }
            }
            if repaired == text {
                break;
            }
            text = repaired;
        }
        if Model::parse(&text).is_ok() {
            return text;
        }
    }
}

/// Not always a valid one.
fn draft(random: &mut Random, operators: &[&'static str]) -> String {
    let conditions = if random.percent(25) {
        0
    } else {
        random.within(1, 3)
    };
    let count = random.within(1, TYPES.len());
    let types = &TYPES[..count];
    let sizes: Vec<usize> = types.iter().map(|_| random.within(2, 6)).collect();
    let mut text = "model\n  schema 1.1\ntype user\ntype bot\n".to_owned();
    for (on, &size) in sizes.iter().enumerate() {
        let mut up: Vec<usize> = (0..count).filter(|_| random.percent(50)).collect();
        if up.is_empty() {
            up.push(random.below(count));
        }
        let mut names = BTreeSet::new();
        for &index in &up {
            names.extend(taken(random, types[index], conditions));
        }
        let names: Vec<String> = names.into_iter().collect();
        text += &format!(
            "type {}\n  relations\n    define up: [{}]\n",
            types[on],
            names.join(", ")
        );
        for relation in 0..size {
            let mut draft = Draft {
                random,
                operators,
                types,
                sizes: &sizes,
                up: &up,
                on,
                before: relation,
                conditions,
                direct: false,
            };
            let nesting = draft.random.below(4);
            let rewrite = draft.rewrite(nesting);
            text += &format!("    define r{relation}: {rewrite}\n");
        }
    }
    // A condition that no relation takes is an error.
    for name in (0..conditions).map(condition_name) {
        let condition = conditions::condition(random, &name);
        if text.contains(&format!(" with {name}")) {
            text += &condition;
        }
    }
    text
}

/// What a relation takes: always, under a condition, or either.
fn taken(random: &mut Random, kind: &str, conditions: usize) -> Vec<String> {
    if conditions == 0 || random.percent(45) {
        return vec![kind.to_owned()];
    }
    let under = format!("{kind} with {}", condition_name(random.below(conditions)));
    if random.percent(50) {
        vec![under]
    } else {
        vec![kind.to_owned(), under]
    }
}

/// The model with another condition in the place of one.
pub(crate) fn other_condition(random: &mut Random, text: &str, name: &str) -> String {
    let start = text
        .find(&format!("condition {name}("))
        .expect("the condition");
    let (before, after) = text.split_at(start);
    let (_, after) = after.split_once("}\n").expect("its end");
    format!("{before}{}{after}", conditions::condition(random, name))
}

fn condition_name(number: usize) -> String {
    format!("c{number}")
}

struct Draft<'a> {
    random: &'a mut Random,
    operators: &'a [&'static str],
    types: &'a [&'a str],
    sizes: &'a [usize],
    /// Where `up` leads to.
    up: &'a [usize],
    on: usize,
    /// How many relations come before this one.
    before: usize,
    /// How many the model has.
    conditions: usize,
    /// It has its `[…]`.
    direct: bool,
}

impl Draft<'_> {
    fn rewrite(&mut self, nesting: usize) -> String {
        if nesting == 0 {
            return self.leaf();
        }
        let word = *self.random.of(self.operators);
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
        let mut found: BTreeSet<String> = taken(self.random, "user", self.conditions)
            .into_iter()
            .collect();
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
                "user:*".to_owned(),
                "bot".to_owned(),
                self.types[index].to_owned(),
            ];
            let kind = self.random.of(&others).clone();
            found.extend(taken(self.random, &kind, self.conditions));
        }
        format!("[{}]", found.into_iter().collect::<Vec<_>>().join(", "))
    }
}

/// A model with names to make tuples and questions of.
pub(crate) struct World<'a> {
    pub(crate) model: &'a reference::Model,
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
                    if let Some(fact) = self.fact_on(random, type_name, relation) {
                        reference::write(&mut facts, fact);
                    }
                }
                let linked = [type_name.clone(), format!("{type_name}#{relation}")];
                let restrictions = self.model.restrictions(type_name, relation);
                for link in linked
                    .iter()
                    .filter(|&link| chains && restrictions.contains(link))
                {
                    let rest = link.strip_prefix(type_name.as_str()).unwrap_or_default();
                    for id in 1..self.ids {
                        let object = format!("{type_name}:{}", id - 1);
                        let next = format!("{type_name}:{id}{rest}");
                        reference::write(&mut facts, (object, relation.clone(), next));
                    }
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
        let kind = named(restriction);
        let mut subject = match kind.split_once('#') {
            Some((of, member)) => format!("{}#{member}", self.object(random, of)),
            None if kind.ends_with(":*") => kind.to_owned(),
            None => self.object(random, kind),
        };
        if let Some((_, condition)) = restriction.split_once(" with ") {
            let parameters = &self.model.conditions[condition].parameters;
            let present = *random.of(&[0, 50, 100]);
            let values = conditions::values(random, Some(parameters), present, 0);
            subject += &format!(" with {condition}");
            if values != "{}" {
                subject += &format!(" {values}");
            }
        }
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

    /// A question with all that may come with it.
    pub(crate) fn asked(&self, random: &mut Random) -> Question {
        Question {
            fact: self.question(random),
            contextual: self.context(random),
            values: self.values(random),
        }
    }

    /// Values of parameters, now and then missing or of another type.
    pub(crate) fn values(&self, random: &mut Random) -> String {
        if self.model.conditions.is_empty() && random.percent(90) {
            return "{}".to_owned();
        }
        let (present, wrong) = *random.of(&[(0, 0), (80, 10), (100, 0), (100, 0), (100, 3)]);
        conditions::values(random, None, present, wrong)
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
