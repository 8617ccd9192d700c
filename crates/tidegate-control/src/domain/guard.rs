//! Who may do an operation: an AND of ORs of `relation on role`.
//!
//! The only way to pass a guard is that each of its clauses has an alternative that the engine allows
//! for the caller's secret kind, within what the secret was narrowed to. An error is a deny.
//!
//! Written in `system.toml` as one clause, or an array of clauses that must all hold:
//! `"can_delete on object or can_administer on parent"`. Roles are
//!
//! | role | who that is |
//! |---|---|
//! | `object` | the object of the operation; on creation the new one, with the tuples about to be written |
//! | `parent` | what the object lies below; the site for what lies below nothing |
//! | `subject` | the grantee; for a userset (`team:a#member`) its object |
//! | `other` | what a relation with exactly one subject is to point at |
//! | `current` | what it points at now |
//! | `caller` | who asks |

use std::fmt;

use tidegate_policy::{CheckRequest, Context, Object, Snapshot, Subject};

use super::caller::Actor;
use super::system::Place;

/// A guard of an operation.
#[derive(Clone, Debug)]
pub struct Guard {
    place: Place,
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause(Vec<Alternative>);

/// `relation on role`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The relation that the caller must have.
    pub relation: String,
    /// On whom.
    pub role: Role,
}

/// Who takes part in an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The object of the operation.
    Object,
    /// What the object lies below.
    Parent,
    /// The grantee.
    Subject,
    /// What a relation with exactly one subject is to point at.
    Other,
    /// What it points at now.
    Current,
    /// Who asks.
    Caller,
}

impl Role {
    const ALL: [Self; 6] = [
        Self::Object,
        Self::Parent,
        Self::Subject,
        Self::Other,
        Self::Current,
        Self::Caller,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Parent => "parent",
            Self::Subject => "subject",
            Self::Other => "other",
            Self::Current => "current",
            Self::Caller => "caller",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Guard {
    /// Reads clauses.
    ///
    /// # Errors
    /// A text for the author of the file.
    pub fn parse(clauses: &[String], place: Place) -> Result<Self, String> {
        if clauses.is_empty() {
            return Err("a guard needs at least one clause".to_owned());
        }
        let clauses = clauses
            .iter()
            .map(|text| Clause::parse(text))
            .collect::<Result<_, _>>()?;
        Ok(Self { place, clauses })
    }

    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Every alternative, for validation against a model.
    pub fn alternatives(&self) -> impl Iterator<Item = &Alternative> {
        self.clauses.iter().flat_map(|clause| &clause.0)
    }

    /// The alternatives of each clause.
    pub fn clauses(&self) -> impl Iterator<Item = &[Alternative]> {
        self.clauses.iter().map(|clause| clause.0.as_slice())
    }

    /// Whether the caller passes.
    ///
    /// # Errors
    /// [`Refused`] names the first clause that does not hold.
    pub fn check(&self, actor: &Actor, roles: &Roles<'_>) -> Result<(), Refused> {
        self.each(|alternative| alternative.holds(actor, roles))
    }

    /// Whether somebody else has what the clauses ask for, by the model alone.
    ///
    /// # Errors
    /// [`Refused`] names the first clause that does not hold.
    pub fn met(&self, grantee: &Object, roles: &Roles<'_>) -> Result<(), Refused> {
        self.each(|alternative| alternative.met(grantee, roles))
    }

    fn each(&self, holds: impl Fn(&Alternative) -> bool) -> Result<(), Refused> {
        match self
            .clauses
            .iter()
            .find(|clause| !clause.0.iter().any(&holds))
        {
            Some(clause) => Err(Refused {
                rule: format!("{}: {clause}", self.place.key),
            }),
            None => Ok(()),
        }
    }
}

/// Who takes part in this operation, and on which snapshot each is asked.
#[derive(Clone, Copy, Debug)]
pub struct Roles<'a> {
    /// The state in force.
    pub snapshot: &'a Snapshot,
    /// The object, and the snapshot that it is asked on: on creation the one with the new object.
    pub object: (&'a Object, &'a Snapshot),
    /// The parent; none when the object is the site.
    pub parent: Option<&'a Object>,
    /// The grantee, where there is one.
    pub subject: Option<&'a Object>,
    /// What a relation with exactly one subject is to point at, and what it points at now.
    pub other: Option<&'a Object>,
    /// What it points at now.
    pub current: Option<&'a Object>,
}

impl<'a> Roles<'a> {
    /// Of an operation on an object that exists.
    pub fn of(object: &'a Object, snapshot: &'a Snapshot, parent: Option<&'a Object>) -> Self {
        Self {
            snapshot,
            object: (object, snapshot),
            parent,
            subject: None,
            other: None,
            current: None,
        }
    }
}

/// A guard did not let the caller pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The guard and its clause, for example `type.project.create: can_create_project on parent`.
    pub rule: String,
}

impl Alternative {
    /// Who has the role, and the snapshot to ask it on.
    fn on<'a>(&self, caller: &'a Object, roles: &Roles<'a>) -> Option<(&'a Object, &'a Snapshot)> {
        let on = match self.role {
            Role::Object => return Some(roles.object),
            Role::Parent => roles.parent,
            Role::Subject => roles.subject,
            Role::Other => roles.other,
            Role::Current => roles.current,
            Role::Caller => Some(caller),
        };
        on.map(|object| (object, roles.snapshot))
    }

    /// Whether somebody has the relation, whatever secret they hold.
    fn met(&self, grantee: &Object, roles: &Roles<'_>) -> bool {
        self.on(grantee, roles).is_some_and(|(object, snapshot)| {
            let subject = Subject::Object(grantee.clone());
            let request = CheckRequest {
                subject: &subject,
                relation: &self.relation,
                object,
                contextual_tuples: &[],
                context: Context::EMPTY,
            };
            // INVARIANT: an error is a no.
            snapshot.check(&request).unwrap_or(false)
        })
    }

    /// Whether the caller has the relation, by the model and by the kind of the secret.
    pub fn holds(&self, actor: &Actor, roles: &Roles<'_>) -> bool {
        self.on(&actor.object, roles)
            .is_some_and(|(resource, snapshot)| actor.may(&self.relation, resource, snapshot))
    }
}

impl Clause {
    fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut alternatives = Vec::new();
        for (at, chunk) in words.chunks(4).enumerate() {
            let last = (at + 1) * 4 >= words.len();
            let (([relation, "on", role], true) | ([relation, "on", role, "or"], false)) =
                (chunk, last)
            else {
                return Err(format!(
                    "`{text}` is not `relation on role [or relation on role …]`"
                ));
            };
            let Some(role) = Role::ALL.into_iter().find(|known| known.name() == *role) else {
                return Err(format!(
                    "no role `{role}`: roles are object, parent, subject, other, current, caller"
                ));
            };
            alternatives.push(Alternative {
                relation: (*relation).to_owned(),
                role,
            });
        }
        if alternatives.is_empty() {
            return Err("an empty clause".to_owned());
        }
        Ok(Self(alternatives))
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Alternative { relation, role }) in self.0.iter().enumerate() {
            let or = if at == 0 { "" } else { " or " };
            write!(f, "{or}{relation} on {}", role.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            file: "system.toml".into(),
            line: 1,
            key: "type.a.create".into(),
        }
    }

    #[test]
    fn clauses() {
        let good = [
            "can_x on object",
            "a on parent or b on subject",
            "  a   on caller or a on object or c on parent ",
        ];
        for text in good {
            let Clause(alternatives) = Clause::parse(text).unwrap();
            let printed = Clause(alternatives).to_string();
            assert_eq!(
                printed,
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            );
        }
        let bad = [
            "",
            "  ",
            "can_x",
            "can_x object",
            "can_x on",
            "on object",
            "a on object or",
            "or a on object",
            "a on object and b on object",
            "a on object b on object",
            "a on thing",
            "a on object or b",
        ];
        for text in bad {
            assert!(Clause::parse(text).is_err(), "{text:?}");
        }
        assert!(Guard::parse(&[], place()).is_err());
        let guard = Guard::parse(
            &["a on object or b on caller".into(), "c on parent".into()],
            place(),
        )
        .unwrap();
        assert_eq!(guard.alternatives().count(), 3);
    }
}
