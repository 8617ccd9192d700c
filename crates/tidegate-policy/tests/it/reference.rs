//! The language, as plain as its definition: text, no numbers, no memory, no layers.

use std::collections::BTreeMap;

/// `(object, relation, subject)`, as texts.
pub(crate) type Fact = (String, String, String);

/// Relations by type and name.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) types: BTreeMap<String, BTreeMap<String, Rewrite>>,
}

/// How a relation follows.
#[derive(Debug)]
pub(crate) enum Rewrite {
    /// `user`, `team#member`, `user:*`.
    Direct(Vec<String>),
    Computed(String),
    From(String, String),
    Or(Vec<Rewrite>),
    And(Vec<Rewrite>),
    ButNot(Box<Rewrite>, Box<Rewrite>),
}

impl Model {
    /// Reads a model that is well formed.
    pub(crate) fn read(text: &str) -> Self {
        let mut model = Self::default();
        let mut type_name = "";
        for line in text.lines() {
            let line = line.trim();
            if let Some(name) = line.strip_prefix("type ") {
                type_name = name;
                model.types.entry(name.to_owned()).or_default();
            } else if let Some((name, rest)) = line
                .strip_prefix("define ")
                .and_then(|rest| rest.split_once(": "))
            {
                let mut spaced = rest.to_owned();
                for sign in ["(", ")", "[", "]", ","] {
                    spaced = spaced.replace(sign, &format!(" {sign} "));
                }
                let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
                let rewrite = read_rewrite(&mut words);
                assert!(words.is_empty(), "{line}");
                let relations = model.types.entry(type_name.to_owned()).or_default();
                relations.insert(name.to_owned(), rewrite);
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
    pub(crate) fn allows(&self, (object, relation, subject): &Fact) -> bool {
        let wanted = match subject.split_once('#') {
            Some((of, member)) => format!("{}#{member}", type_of(of)),
            None if subject.ends_with(":*") => subject.clone(),
            None => type_of(subject).to_owned(),
        };
        self.restrictions(type_of(object), relation)
            .contains(&wanted)
            && *subject != format!("{object}#{relation}")
    }
}

impl Rewrite {
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
            let mut found = Vec::new();
            loop {
                match words.pop().expect("a restriction") {
                    "]" => return Rewrite::Direct(found),
                    "," => {}
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

pub(crate) fn type_of(name: &str) -> &str {
    name.split(':').next().unwrap_or_default()
}

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// No on this path: it leads back to itself.
    Circle,
    TooDeep,
}

/// What the reference says, and what it met on the way.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Whether, or the word of the error.
    pub(crate) answer: Result<bool, &'static str>,
    /// Relations of objects that were looked at.
    pub(crate) steps: u32,
    /// Some path led back to itself.
    pub(crate) circle: bool,
}

/// Deepest chain of usersets and `from`, counted in relations.
const HOPS: usize = 25;
/// The reference forgets what it knows, so some questions would take it too long.
const STEPS: u32 = 1_000;

/// Subjects by object and relation.
pub(crate) type Rows<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

/// What counts of what is stored: not what the model does not allow any more.
pub(crate) fn rows<'a>(model: &Model, facts: impl IntoIterator<Item = &'a Fact>) -> Rows<'a> {
    let mut rows = Rows::new();
    for fact in facts.into_iter().filter(|fact| model.allows(fact)) {
        rows.entry((&fact.0, &fact.1)).or_default().push(&fact.2);
    }
    rows
}

/// Answers; none when it would take too long.
pub(crate) fn check(
    model: &Model,
    stored: &Rows<'_>,
    question: &Fact,
    context: &[Fact],
) -> Option<Outcome> {
    let (object, relation, subject) = question;
    let refuse = |kind| {
        Some(Outcome {
            answer: Err(kind),
            steps: 0,
            circle: false,
        })
    };
    let of = subject.split_once('#');
    if !model.types.contains_key(type_of(object)) {
        return refuse("unknown-type");
    }
    if model.rewrite(type_of(object), relation).is_none() {
        return refuse("unknown-relation");
    }
    if !model.types.contains_key(type_of(subject)) {
        return refuse("unknown-type");
    }
    if of.is_some_and(|(of, member)| model.rewrite(type_of(of), member).is_none()) {
        return refuse("unknown-relation");
    }
    if !context.iter().all(|fact| model.allows(fact)) {
        return refuse("bad-context");
    }
    let mut search = Search {
        model,
        stored,
        context: rows(model, context),
        subject,
        path: Vec::new(),
        steps: 0,
        circle: false,
    };
    let answer = match search.holds(object, relation, 0)? {
        Answer::Yes => Ok(true),
        Answer::No | Answer::Circle => Ok(false),
        Answer::TooDeep => Err("too-deep"),
    };
    Some(Outcome {
        answer,
        steps: search.steps,
        circle: search.circle,
    })
}

struct Search<'a> {
    model: &'a Model,
    stored: &'a Rows<'a>,
    context: Rows<'a>,
    subject: &'a str,
    path: Vec<(&'a str, &'a str)>,
    steps: u32,
    circle: bool,
}

impl<'a> Search<'a> {
    fn holds(&mut self, object: &'a str, relation: &'a str, hops: usize) -> Option<Answer> {
        self.steps += 1;
        if self.steps > STEPS {
            return None;
        }
        if hops == HOPS {
            return Some(Answer::TooDeep);
        }
        if self.subject.split_once('#') == Some((object, relation)) {
            return Some(Answer::Yes);
        }
        let goal = (object, relation);
        if self.path.contains(&goal) {
            self.circle = true;
            return Some(Answer::Circle);
        }
        self.path.push(goal);
        let rewrite = self
            .model
            .rewrite(type_of(object), relation)
            .expect("defined");
        let answer = self.rewrite(rewrite, object, relation, hops);
        self.path.pop();
        answer
    }

    fn rewrite(
        &mut self,
        rewrite: &'a Rewrite,
        object: &'a str,
        relation: &'a str,
        hops: usize,
    ) -> Option<Answer> {
        match rewrite {
            Rewrite::Computed(other) => self.holds(object, other, hops),
            Rewrite::Direct(_) => {
                let subjects = self.subjects(object, relation);
                let everyone = format!("{}:*", type_of(self.subject));
                let plain = !self.subject.contains('#');
                let named = |&found: &&str| found == self.subject || plain && found == everyone;
                if subjects.iter().any(named) {
                    return Some(Answer::Yes);
                }
                let usersets = subjects.iter().filter_map(|found| found.split_once('#'));
                let mut all = Vec::new();
                for (of, member) in usersets {
                    all.push(self.holds(of, member, hops + 1)?);
                }
                Some(any(&all))
            }
            Rewrite::From(wanted, tupleset) => {
                let mut all = Vec::new();
                for next in self.subjects(object, tupleset) {
                    if self.model.rewrite(type_of(next), wanted).is_some() {
                        all.push(self.holds(next, wanted, hops + 1)?);
                    }
                }
                Some(any(&all))
            }
            Rewrite::Or(operands) => {
                let mut all = Vec::new();
                for operand in operands {
                    all.push(self.rewrite(operand, object, relation, hops)?);
                }
                Some(any(&all))
            }
            Rewrite::And(operands) => {
                let mut all = Vec::new();
                for operand in operands {
                    all.push(self.rewrite(operand, object, relation, hops)?);
                }
                Some(first_of(
                    &all,
                    &[Answer::No, Answer::Circle, Answer::TooDeep],
                    Answer::Yes,
                ))
            }
            Rewrite::ButNot(base, subtract) => {
                let base = self.rewrite(base, object, relation, hops)?;
                let subtract = self.rewrite(subtract, object, relation, hops)?;
                Some(match (base, subtract) {
                    (Answer::No, _) => Answer::No,
                    (Answer::Circle, _) => Answer::Circle,
                    (_, Answer::Yes) => Answer::No,
                    (_, Answer::Circle) => Answer::Circle,
                    (Answer::TooDeep, _) | (_, Answer::TooDeep) => Answer::TooDeep,
                    (Answer::Yes, Answer::No) => Answer::Yes,
                })
            }
        }
    }

    fn subjects(&self, object: &str, relation: &str) -> Vec<&'a str> {
        let both = [self.stored, &self.context];
        let rows = both.iter().filter_map(|rows| rows.get(&(object, relation)));
        rows.flatten().copied().collect()
    }
}

fn any(all: &[Answer]) -> Answer {
    first_of(
        all,
        &[Answer::Yes, Answer::TooDeep, Answer::Circle],
        Answer::No,
    )
}

/// The first of these that is among all, else the last.
fn first_of(all: &[Answer], these: &[Answer], last: Answer) -> Answer {
    let found = these.iter().find(|&answer| all.contains(answer));
    found.copied().unwrap_or(last)
}
