//! Makes the vectors: models, generated tuples and cases, and what the reference says of them.

use std::collections::{BTreeMap, BTreeSet};

use tidegate_policy::{Profile, SecretKind};
use uuid::Uuid;

use super::models::MODELS;
use super::{By, Case, Known, Vectors};
use crate::random::Random;
use crate::reference::{self, Fact, Model, type_of};
use crate::worlds::World;

/// Cases in a file.
const CASES: usize = 80;

/// All that a decision can be but allowed or not granted.
pub(super) const ERRORS: [&str; 10] = [
    "too-deep",
    "bad-context",
    "unknown-relation",
    "unknown-type",
    "unknown-resource",
    "unknown-principal",
    "unknown-kind",
    "kind-of-others",
    "kind-may-not",
    "no-anonymous",
];

/// Every file, in order of name.
pub(super) fn all() -> Vec<(&'static str, Vectors)> {
    let mut all: Vec<_> = MODELS
        .iter()
        .zip(1..)
        .map(|(&(name, text), seed)| (name, vectors(text, seed)))
        .collect();
    all.sort_by_key(|&(name, _)| name);
    all
}

fn vectors(text: &str, seed: u64) -> Vectors {
    let random = &mut Random::new(seed);
    let model = &Model::read(text);
    // Chains longer than what a check follows, where the model has relations to chain.
    let chains = model.types.iter().any(|(on, relations)| {
        relations.keys().any(|relation| {
            let restrictions = model.restrictions(on, relation);
            restrictions.contains(on) || restrictions.contains(&format!("{on}#{relation}"))
        })
    });
    let ids = if chains { 40 } else { 6 };
    let world = World { model, ids };
    let facts = world.facts(random, if chains { 30 } else { 12 }, chains);
    let mut build = Build {
        model,
        world,
        facts,
        profile: profile(model),
        known: BTreeSet::new(),
    };
    build.know();
    let cases = build.cases(random);
    Vectors {
        model: text.to_owned(),
        objects: build
            .known
            .iter()
            .zip(1u64..)
            .map(|(object, number)| Known {
                object: object.clone(),
                uid: Uuid::from_u128(u128::from(seed << 32 | number)),
                valid_from_s: 1_700_000_000 + number,
            })
            .collect(),
        tuples: build.facts.iter().map(tuple_text).collect(),
        profile: build.profile,
        cases,
    }
}

fn tuple_text((object, relation, subject): &Fact) -> String {
    format!("{object}#{relation}@{subject}")
}

/// The same kinds of secret for every model: a user's, one with fewer actions, a public one, a bot's.
fn profile(model: &Model) -> Profile {
    let kind = |principal: &str, actions: Option<BTreeSet<String>>, anonymous| SecretKind {
        principals: [principal.to_owned()].into(),
        actions,
        anonymous,
        audiences: ["gateway".to_owned()].into(),
        default_life_s: None,
    };
    let names = model.types.values().flat_map(BTreeMap::keys);
    let every_second = names.step_by(2).cloned().collect();
    let mut profile = Profile::default();
    profile
        .kinds
        .insert("full".into(), kind("user", None, false));
    profile
        .kinds
        .insert("capped".into(), kind("user", Some(every_second), false));
    profile
        .kinds
        .insert("public".into(), kind("user", None, true));
    profile.kinds.insert("bot".into(), kind("bot", None, false));
    profile
}

struct Build<'a> {
    model: &'a Model,
    world: World<'a>,
    facts: BTreeSet<Fact>,
    profile: Profile,
    known: BTreeSet<String>,
}

impl Build<'_> {
    /// Makes every object known but the last of each type; and one whose type the model has not.
    fn know(&mut self) {
        for type_name in self.model.types.keys().map(String::as_str).chain(["ghost"]) {
            let last = self.world.ids - 1;
            self.known
                .extend((0..last).map(|id| format!("{type_name}:{id}")));
        }
        self.known
            .retain(|object| type_of(object) != "ghost" || object == "ghost:0");
    }

    /// Two of five allowed, one an error, each of them in turn, two as they come; where there is
    /// such a case to be found.
    fn cases(&self, random: &mut Random) -> Vec<Case> {
        let mut cases = Vec::new();
        while cases.len() < CASES {
            let wanted = match cases.len() % 5 {
                0 | 1 => Some("allow"),
                2 => Some(ERRORS[cases.len() / 5 % ERRORS.len()]),
                _ => None,
            };
            let mut case = self.case(random);
            for _ in 0..400 {
                if wanted.is_none_or(|wanted| case.expect == wanted) {
                    break;
                }
                case = self.case(random);
            }
            cases.push(case);
        }
        cases
    }

    fn case(&self, random: &mut Random) -> Case {
        loop {
            let (on, mut action) = self.world.relation(random);
            let mut resource = self.world.object(random, &on);
            match random.below(100) {
                0 => action = "ghost".to_owned(),
                1 => resource = "ghost:0".to_owned(),
                2 => resource = format!("{on}:none"),
                _ => {}
            }
            let caller = self.caller(random);
            let context = self.world.context(random);
            let decided = self.decide(caller.as_ref(), &action, &resource, &context);
            if let Some(expect) = decided {
                let context = context.iter().map(tuple_text).collect();
                return Case {
                    caller,
                    action,
                    resource,
                    context,
                    expect: expect.to_owned(),
                };
            }
        }
    }

    fn caller(&self, random: &mut Random) -> Option<By> {
        let kind = *random.of(&[
            "full",
            "full",
            "full",
            "capped",
            "public",
            "bot",
            "anonymous",
        ]);
        if kind == "anonymous" {
            return None;
        }
        let others = random.percent(3);
        let type_name = if (kind == "bot") == others {
            "user"
        } else {
            "bot"
        };
        let object = match random.below(50) {
            0 => format!("{type_name}:none"),
            _ => self.world.object(random, type_name),
        };
        let kind = if random.percent(2) { "ghost" } else { kind };
        Some(By {
            object,
            kind: kind.to_owned(),
        })
    }

    /// The rules of a decision, in their order; none when the reference gives up.
    fn decide(
        &self,
        caller: Option<&By>,
        action: &str,
        resource: &str,
        context: &[Fact],
    ) -> Option<&'static str> {
        let mut subject = "anonymous:anonymous";
        if let Some(by) = caller {
            let Some(kind) = self.profile.kinds.get(&by.kind) else {
                return Some("unknown-kind");
            };
            if !kind.principals.contains(type_of(&by.object)) {
                return Some("kind-of-others");
            }
            if kind
                .actions
                .as_ref()
                .is_some_and(|actions| !actions.contains(action))
            {
                return Some("kind-may-not");
            }
            if !self.known.contains(&by.object) {
                return Some("unknown-principal");
            }
            if !kind.anonymous {
                subject = &by.object;
            }
        }
        if !self.known.contains(resource) {
            return Some("unknown-resource");
        }
        if type_of(subject) == "anonymous" && !self.model.types.contains_key("anonymous") {
            return Some("no-anonymous");
        }
        let question = (resource.to_owned(), action.to_owned(), subject.to_owned());
        let outcome = reference::check(
            self.model,
            &reference::rows(self.model, &self.facts),
            &question,
            context,
        )?;
        Some(match outcome.answer {
            Ok(true) => "allow",
            Ok(false) => "not-granted",
            Err(kind) => kind,
        })
    }
}
