//! Grants: relation tuples that people write.

mod list;

use std::collections::BTreeSet;

use tidegate_client::wire;
use tidegate_policy::{Object, Subject, Tuple};

pub use self::list::Granted;
use super::guard::Roles;
use super::system::{GrantRules, TypeRules};
use super::work::{Done, Said, Work, subject_object, texts};
use super::{Fault, fold, named};

/// Most relations in one request.
pub const GRANT_RELATIONS_MAX: usize = 16;

/// What is done with the relations of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The subject has them, too.
    Grant,
    /// The subject has them instead of what it has.
    Change,
    /// The subject has them no more.
    Revoke,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Change => "change",
            Self::Revoke => "revoke",
        }
    }
}

/// A grant that a request names.
#[derive(Clone, Copy)]
pub(super) struct Granting<'a> {
    pub(super) word: &'a str,
    pub(super) rules: &'a GrantRules,
}

impl Work<'_> {
    /// Grants relations, changes them or takes them back. What is so already stays.
    pub(super) async fn grants(
        &mut self,
        request: wire::GrantRequest,
        way: Way,
    ) -> Result<Done, Fault> {
        let wire::GrantRequest {
            object,
            relations,
            subject,
        } = request;
        let object = named(&object, "object")?;
        self.visible(&object, "object")?;
        let administration = self.administration;
        let Some(rules) = administration.system.rules(object.type_name()) else {
            let detail = format!("nothing can be granted on a {}", object.type_name());
            return Err(Fault::bad("object", detail));
        };
        let asked = grantings(&object, rules, &relations)?;
        if way != Way::Revoke {
            one_level(rules, &asked)?;
        }
        let by_address = super::invitations::address(&subject).is_some();
        let subject = self.subject(&subject).await?;
        if by_address {
            // Only who may grant learns whose it is, or that it is nobody's.
            let subject_object = subject.as_ref().and_then(subject_object);
            self.may_grant(&object, subject_object, &asked, way)?;
        }
        let Some(subject) = subject else {
            return Err(Fault::missing("subject", "account has this address"));
        };
        // The model says to whom a relation can be granted. It is no secret, so this comes first.
        let tuples = asked
            .iter()
            .map(|granting| Tuple::new(object.clone(), &granting.rules.relation, subject.clone()));
        let tuples: Vec<Tuple> = tuples.collect();
        for (tuple, granting) in tuples.iter().zip(&asked) {
            if let Err(error) = administration.system.model().allows(tuple) {
                let (word, type_name) = (granting.word, object.type_name());
                let detail = format!("`{word}` on a {type_name} cannot go to {subject}: {error}");
                return Err(Fault::bad("subject", detail));
            }
        }
        let held = self.grants_of(&object, &subject);
        let (removed, written) = match way {
            Way::Grant => (others_of_level(rules, &asked, &held), tuples),
            Way::Revoke => (tuples, Vec::new()),
            Way::Change => {
                let removed = held.iter().filter(|tuple| !tuples.contains(tuple));
                (removed.cloned().collect(), tuples)
            }
        };
        let subject_object = subject_object(&subject);
        self.may_grant(&object, subject_object, &asked, way)?;
        if way != Way::Revoke {
            self.may_revoke(&object, subject_object, rules, &removed)?;
        }
        let snapshot = self.snapshot();
        if let Some(missing) = subject_object.filter(|object| snapshot.standing(object).is_none()) {
            return Err(Fault::missing("subject", missing));
        }
        if way == Way::Change && held.is_empty() {
            let detail = format!("{subject} has nothing on {object}");
            return Err(Fault::NotFound {
                field: "subject".into(),
                detail,
            });
        }
        if way != Way::Revoke {
            self.needs_met(&object, subject_object, &asked)?;
        }
        let (mut removed, written) = self.tuples(removed, written).await?;
        removed.extend(self.end_below(&object, &subject, &removed).await?);
        if !removed.is_empty() || !written.is_empty() {
            self.say(Said {
                operation: way.word(),
                object,
                before: texts(&removed),
                after: texts(&written),
            });
        }
        Ok(Done::Changed)
    }

    /// Gives oneself what the system lets one have.
    pub(super) async fn join(&mut self, request: wire::Membership) -> Result<Done, Fault> {
        let object = named(&request.object, "object")?;
        self.visible(&object, "object")?;
        let administration = self.administration;
        let rules = administration.system.rules(object.type_name());
        let Some((rules, join)) = rules.and_then(|rules| Some((rules, rules.join()?))) else {
            let detail = format!("nobody joins a {} unasked", object.type_name());
            return Err(Fault::bad("object", detail));
        };
        let asked = grantings(&object, rules, std::slice::from_ref(&join.relation))?;
        let me = self.actor.object.clone();
        let snapshot = self.snapshot();
        let parent = administration.parent_of(&object);
        let roles = Roles {
            subject: Some(&me),
            ..Roles::of(&object, &snapshot, parent.as_ref())
        };
        self.pass(&join.guard, &roles)?;
        self.needs_met(&object, Some(&me), &asked)?;
        let subject = Subject::Object(me);
        if !self.grants_of(&object, &subject).is_empty() {
            // Whoever has more keeps it.
            return Ok(Done::Changed);
        }
        let written = asked
            .iter()
            .map(|granting| Tuple::new(object.clone(), &granting.rules.relation, subject.clone()));
        let written: Vec<Tuple> = written.collect();
        if let Some(tuple) = written
            .iter()
            .find(|tuple| administration.system.model().allows(tuple).is_err())
        {
            let detail = format!("{} cannot join {}", tuple.subject, tuple.object);
            return Err(Fault::bad("object", detail));
        }
        let (_, written) = self.tuples(Vec::new(), written).await?;
        self.say(Said {
            operation: "join",
            object,
            before: None,
            after: texts(&written),
        });
        Ok(Done::Changed)
    }

    /// Who a request names: by name, or by a proven address. None: nobody has proven the address.
    pub(super) async fn subject(&mut self, text: &str) -> Result<Option<Subject>, Fault> {
        if let Some(address) = super::invitations::address(text) {
            let owner = self.store.owner_of(&address).await?;
            return Ok(owner.map(|(object, _)| Subject::Object(object)));
        }
        let parsed = fold(text).parse();
        let subject = parsed
            .map_err(|error| Fault::bad("subject", format!("`{text}` is no subject: {error}")))?;
        Ok(Some(subject))
    }

    /// What a subject was granted on an object.
    pub(super) fn grants_of(&self, object: &Object, subject: &Subject) -> Vec<Tuple> {
        let rules = self.administration.system.rules(object.type_name());
        let granted = |tuple: &Tuple| {
            tuple.subject == *subject
                && rules.is_some_and(|rules| rules.word(&tuple.relation).is_some())
        };
        let tuples = self.snapshot().tuples_on(object).into_iter();
        tuples.filter(granted).collect()
    }

    /// The guard of each relation.
    pub(super) fn may_grant(
        &self,
        object: &Object,
        subject: Option<&Object>,
        asked: &[Granting<'_>],
        way: Way,
    ) -> Result<(), Fault> {
        let snapshot = self.snapshot();
        let parent = self.administration.parent_of(object);
        let roles = Roles {
            subject,
            ..Roles::of(object, &snapshot, parent.as_ref())
        };
        for Granting { rules, .. } in asked {
            let guard = match way {
                Way::Grant | Way::Change => &rules.guard,
                Way::Revoke => &rules.revoke,
            };
            self.pass(guard, &roles)?;
        }
        Ok(())
    }

    /// The guard of each grant that ends by the way.
    pub(super) fn may_revoke(
        &self,
        object: &Object,
        subject: Option<&Object>,
        rules: &TypeRules,
        removed: &[Tuple],
    ) -> Result<(), Fault> {
        let words = removed
            .iter()
            .filter_map(|tuple| rules.word(&tuple.relation));
        let asked: Vec<Granting<'_>> = words
            .filter_map(|word| rules.grant(word))
            .map(|(word, rules)| Granting { word, rules })
            .collect();
        self.may_grant(object, subject, &asked, Way::Revoke)
    }

    /// What the grantee must have already.
    fn needs_met(
        &self,
        object: &Object,
        subject: Option<&Object>,
        asked: &[Granting<'_>],
    ) -> Result<(), Fault> {
        let snapshot = self.snapshot();
        let parent = self.administration.parent_of(object);
        let roles = Roles::of(object, &snapshot, parent.as_ref());
        for Granting { word, rules } in asked {
            let Some(needs) = &rules.needs else { continue };
            let met = match subject {
                Some(subject) => needs.met(subject, &roles).map_err(|refused| refused.rule),
                None => Err(needs.place().key.clone()),
            };
            if let Err(rule) = met {
                let who = subject.map_or("everyone", Object::as_str);
                let detail = format!("{who} lacks what `{word}` on {object} needs");
                return Err(Fault::Conflict {
                    field: "subject".into(),
                    rule: Some(rule),
                    detail,
                });
            }
        }
        Ok(())
    }
}

/// The grants that a request names, each once.
pub(super) fn grantings<'r>(
    object: &Object,
    rules: &'r TypeRules,
    words: &[String],
) -> Result<Vec<Granting<'r>>, Fault> {
    let words: BTreeSet<&str> = words.iter().map(String::as_str).collect();
    if words.is_empty() || words.len() > GRANT_RELATIONS_MAX {
        let detail = format!("between 1 and {GRANT_RELATIONS_MAX} relations");
        return Err(Fault::bad("relations", detail));
    }
    let mut found: Vec<Granting<'r>> = Vec::with_capacity(words.len());
    for word in words {
        let Some((word, rules)) = rules.grant(word) else {
            let grantable: Vec<&str> = rules.grants().map(|(word, _)| word).collect();
            let detail = format!(
                "`{word}` cannot be granted on a {}; relations: {}",
                object.type_name(),
                grantable.join(", ")
            );
            return Err(Fault::bad("relations", detail));
        };
        if !found.iter().any(|granting| granting.word == word) {
            found.push(Granting { word, rules });
        }
    }
    Ok(found)
}

/// Nobody has two levels.
pub(super) fn one_level(rules: &TypeRules, asked: &[Granting<'_>]) -> Result<(), Fault> {
    let levels = asked
        .iter()
        .filter(|granting| is_level(rules, granting.word));
    if levels.count() > 1 {
        let detail = format!("one of {}", rules.levels().join(", "));
        return Err(Fault::bad("relations", detail));
    }
    Ok(())
}

/// What a subject has of other levels when it is given one.
pub(super) fn others_of_level(
    rules: &TypeRules,
    asked: &[Granting<'_>],
    held: &[Tuple],
) -> Vec<Tuple> {
    if !asked.iter().any(|granting| is_level(rules, granting.word)) {
        return Vec::new();
    }
    let level = |tuple: &&Tuple| {
        let word = rules.word(&tuple.relation);
        word.is_some_and(|word| {
            is_level(rules, word) && !asked.iter().any(|granting| granting.word == word)
        })
    };
    held.iter().filter(level).cloned().collect()
}

fn is_level(rules: &TypeRules, word: &str) -> bool {
    rules.levels().iter().any(|level| level == word)
}
