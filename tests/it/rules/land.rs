//! What there is: objects, facts, invitations; and who may do what with them.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use tidegate_policy::{
    Caller, Change, CheckRequest, Context, Object, Request, Snapshot, Tuple, decide,
};
use uuid::Uuid;

use super::Facts;
use super::book::{Book, Texts, Type};

pub(super) const SITE: &str = "site:tidegate";

/// Somebody with a secret of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Actor {
    pub(super) object: String,
    pub(super) kind: String,
    /// Which one of those who had the name.
    pub(super) life: u64,
}

/// What is known of an object.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) companion_of: Option<String>,
    pub(super) display_name: Option<String>,
    life: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Invitation {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) invitee: String,
    pub(super) words: Vec<String>,
}

#[derive(Clone)]
pub(super) struct Land<'b> {
    pub(super) book: &'b Book,
    pub(super) objects: BTreeMap<String, Thing>,
    pub(super) facts: Facts,
    pub(super) invitations: Vec<Invitation>,
    lives: u64,
    /// Of these facts; emptied by every change of them.
    snapshot: OnceCell<Snapshot>,
}

/// Who takes part in an operation.
#[derive(Clone, Copy, Default)]
pub(super) struct Roles<'a> {
    pub(super) object: &'a str,
    pub(super) parent: Option<&'a str>,
    pub(super) subject: Option<&'a str>,
    pub(super) other: Option<&'a str>,
    pub(super) current: Option<&'a str>,
    /// Where the object is asked: on creation, what will be.
    pub(super) then: Option<&'a Land<'a>>,
}

impl<'b> Land<'b> {
    /// The site and the first operator.
    pub(super) fn new(book: &'b Book) -> Self {
        let mut land = Self {
            book,
            objects: BTreeMap::new(),
            facts: Facts::new(),
            invitations: Vec::new(),
            lives: 0,
            snapshot: OnceCell::new(),
        };
        land.put(SITE, None, None);
        land.put("operator:root", None, None);
        for template in &book.types["operator"].writes.0 {
            let fact = fill(template, "operator:root", SITE, "operator:root");
            land.write(&fact);
        }
        land
    }

    pub(super) fn put(&mut self, object: &str, companion_of: Option<&str>, name: Option<&str>) {
        self.lives += 1;
        let thing = Thing {
            companion_of: companion_of.map(str::to_owned),
            display_name: name.map(str::to_owned),
            life: self.lives,
        };
        self.objects.insert(object.to_owned(), thing);
        self.snapshot.take();
    }

    pub(super) fn write(&mut self, fact: &str) {
        self.facts.insert(fact.to_owned());
        self.snapshot.take();
    }

    pub(super) fn erase(&mut self, fact: &str) {
        self.facts.remove(fact);
        self.snapshot.take();
    }

    /// An object, and every fact and invitation with it.
    pub(super) fn forget(&mut self, object: &str) {
        self.objects.remove(object);
        self.facts.retain(|fact| {
            let (on, _, subject) = parts(fact);
            on != object && subject.split('#').next() != Some(object)
        });
        self.invitations
            .retain(|one| one.object != object && one.invitee != object);
        self.snapshot.take();
    }

    pub(super) fn actor(&self, object: &str, kind: &str) -> Actor {
        Actor {
            object: object.to_owned(),
            kind: kind.to_owned(),
            life: self.objects[object].life,
        }
    }

    /// Whether the one who has the name is still the one who got the secret.
    pub(super) fn is_same(&self, actor: &Actor) -> bool {
        self.objects[&actor.object].life == actor.life
    }

    pub(super) fn exists(&self, object: &str) -> bool {
        self.objects.contains_key(object)
    }

    pub(super) fn rules(&self, object: &str) -> Option<&'b Type> {
        self.book.types.get(type_of(object))
    }

    /// What an object lies below.
    pub(super) fn parent(&self, object: &str) -> Option<String> {
        let parent = self.rules(object)?.parent.as_ref()?;
        if parent == "site" {
            return Some(SITE.to_owned());
        }
        let (above, _) = object.split_once(':')?.1.rsplit_once('/')?;
        Some(format!("{parent}:{above}"))
    }

    /// The object of a type that an object lies below.
    pub(super) fn above(&self, object: &str, type_name: &str) -> Option<String> {
        let parent = self.parent(object)?;
        if type_of(&parent) == type_name {
            Some(parent)
        } else {
            self.above(&parent, type_name)
        }
    }

    pub(super) fn is_below(&self, object: &str, above: &str) -> bool {
        let parent = self.parent(object);
        parent.is_some_and(|parent| parent == above || self.is_below(&parent, above))
    }

    /// Facts on an object.
    pub(super) fn on<'a>(&'a self, object: &'a str) -> impl Iterator<Item = &'a String> {
        self.facts
            .iter()
            .filter(move |fact| parts(fact).0 == object)
    }

    /// What a subject was granted on an object.
    pub(super) fn granted(&self, object: &str, subject: &str) -> Vec<String> {
        let Some(rules) = self.rules(object) else {
            return Vec::new();
        };
        let own = self.on(object).filter(|fact| {
            let (_, relation, of) = parts(fact);
            of == subject && rules.word(relation).is_some()
        });
        own.cloned().collect()
    }

    /// What a relation with exactly one subject points at.
    pub(super) fn points_at(&self, object: &str, relation: &str) -> Option<String> {
        let mut found = self.on(object).filter(|fact| parts(fact).1 == relation);
        found.next().map(|fact| parts(fact).2.to_owned())
    }

    /// Whether the model gives somebody a relation.
    pub(super) fn is(&self, subject: &str, relation: &str, object: &str) -> bool {
        let (Ok(subject), Ok(object)) = (subject.parse(), object.parse()) else {
            return false;
        };
        let request = CheckRequest {
            subject: &subject,
            relation,
            object: &object,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        self.snapshot().check(&request).unwrap_or(false)
    }

    pub(super) fn allows(&self, fact: &str) -> bool {
        fact.parse::<Tuple>()
            .is_ok_and(|tuple| self.book.model.allows(&tuple).is_ok())
    }

    /// Whether every clause of a guard has an alternative that holds for who asks.
    pub(super) fn passes(&self, who: &Actor, clauses: &[String], roles: Roles<'_>) -> bool {
        clauses.iter().all(|clause| {
            alternatives(clause).any(|(relation, role)| {
                let (on, land) = match role {
                    "object" => (Some(roles.object), roles.then.unwrap_or(self)),
                    "parent" => (roles.parent, self),
                    "subject" => (
                        roles.subject.and_then(|subject| subject.split('#').next()),
                        self,
                    ),
                    "other" => (roles.other, self),
                    "current" => (roles.current, self),
                    "caller" => (Some(who.object.as_str()), self),
                    other => panic!("no role {other}"),
                };
                on.is_some_and(|on| land.decides(who, relation, on))
            })
        })
    }

    /// Whether somebody has what a grant needs.
    pub(super) fn meets(&self, subject: &str, needs: &Texts, object: &str) -> bool {
        let who = subject.split('#').next().unwrap_or_default();
        let parent = self.parent(object);
        needs.0.iter().all(|clause| {
            alternatives(clause).any(|(relation, role)| match role {
                "object" => self.is(who, relation, object),
                "parent" => parent
                    .as_ref()
                    .is_some_and(|parent| self.is(who, relation, parent)),
                other => panic!("no role {other} in needs"),
            })
        })
    }

    pub(super) fn guard(&self, who: &Actor, key: &str, object: &str) -> bool {
        let clauses = self.rules(object).and_then(|rules| rules.guard(key));
        let parent = self.parent(object);
        let roles = Roles {
            object,
            parent: parent.as_deref(),
            ..Roles::default()
        };
        clauses.is_some_and(|clauses| self.passes(who, &clauses, roles))
    }

    pub(super) fn visible(&self, who: &Actor, object: &str) -> bool {
        self.exists(object) && self.guard(who, "view", object)
    }

    /// What holds after every operation, whatever was done.
    pub(super) fn holds_together(&self) -> Result<(), String> {
        for fact in &self.facts {
            let (object, _, subject) = parts(fact);
            let who = subject.split('#').next().unwrap_or_default();
            if !self.exists(object) || !(who.ends_with(":*") || self.exists(who)) {
                return Err(format!("an orphan: {fact}"));
            }
        }
        for object in self.objects.keys() {
            let Some(rules) = self.rules(object) else {
                continue;
            };
            for relation in rules.one.keys() {
                let count = self
                    .on(object)
                    .filter(|fact| parts(fact).1 == relation)
                    .count();
                if count != 1 {
                    return Err(format!("{object} has {count} {relation}"));
                }
            }
            let mut levels = BTreeMap::<&str, u32>::new();
            for fact in self.on(object) {
                let (_, relation, subject) = parts(fact);
                if rules
                    .word(relation)
                    .is_some_and(|(word, _)| rules.levels.has(word))
                {
                    *levels.entry(subject).or_default() += 1;
                }
            }
            if let Some((subject, _)) = levels.into_iter().find(|(_, count)| *count > 1) {
                return Err(format!("{subject} has two levels on {object}"));
            }
        }
        Ok(())
    }

    fn decides(&self, who: &Actor, action: &str, resource: &str) -> bool {
        let (Ok(object), Ok(resource)) = (who.object.parse::<Object>(), resource.parse::<Object>())
        else {
            return false;
        };
        let caller = Caller::Principal {
            object: &object,
            kind: &who.kind,
        };
        let request = Request {
            caller,
            action,
            resource: &resource,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        decide(&request, self.snapshot()).is_allowed()
    }

    fn snapshot(&self) -> &Snapshot {
        self.snapshot.get_or_init(|| {
            let put = |name: &String| Change::Put {
                object: name.parse().expect("an object"),
                uid: Uuid::nil(),
                valid_from_s: 0,
            };
            let write = |fact: &String| Change::Write(fact.parse().expect("a tuple"));
            let changes: Vec<Change> = self
                .objects
                .keys()
                .map(put)
                .chain(self.facts.iter().map(write))
                .collect();
            let empty = Snapshot::new(self.book.model.clone(), self.book.profile.clone());
            empty
                .apply(1, &changes)
                .expect("facts that the model allows")
        })
    }
}

/// Object, relation, subject.
pub(super) fn parts(fact: &str) -> (&str, &str, &str) {
    let (left, subject) = fact.split_once('@').expect("a tuple");
    let (object, relation) = left.split_once('#').expect("a tuple");
    (object, relation, subject)
}

pub(super) fn type_of(object: &str) -> &str {
    object.split(':').next().unwrap_or_default()
}

/// A template with its blanks filled.
pub(super) fn fill(template: &str, object: &str, parent: &str, who: &str) -> String {
    let id = |object: &str| object.split_once(':').map_or("", |(_, id)| id).to_owned();
    let own = id(object);
    let name = own.rsplit('/').next().unwrap_or_default();
    template
        .replace("{object}", object)
        .replace("{parent}", parent)
        .replace("{creator}", who)
        .replace("{subject}", who)
        .replace("{id}", &own)
        .replace("{parent_id}", &id(parent))
        .replace("{name}", name)
}

fn alternatives(clause: &str) -> impl Iterator<Item = (&str, &str)> {
    clause
        .split(" or ")
        .map(|one| one.trim().split_once(" on ").expect("relation on role"))
}
