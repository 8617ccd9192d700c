//! A system: one authorization model and the rules of its administration. All that differs between
//! systems is here, as data.
//!
//! A system's folder has `model.fga` (the model), `system.toml` (this file's types) and
//! `tests.fga.yaml`. The platform's own types (site, operator, node) are part of every system: see
//! `systems/platform/`. Every list of relations, types and kinds below is checked against the model
//! when the system is loaded, and all errors are reported at once.
//!
//! ```toml
//! [type.stream]                      # a type that can be created through the API
//! parent = "project"                 # the type above; the child's id is the parent's id, "/", a name.
//!                                    # "site": above is the deployment, and the id is one name
//! link = "project"                   # written on creation: child#project@parent
//! writes = ["{object}#root_of@{parent}"]     # further tuples; blanks: object, parent, creator, id
//! also = ["organization:{id}"]       # created with it, its creator being the new object; deleted with it
//! first_secret = "full"              # a secret of this kind is issued with the creation
//! anonymous_account = true           # has an account for what callers without a secret read
//!                                    # guards (see `domain::guard`); one left out: nobody may
//! create = "can_create_stream on parent"
//! create_for_others = "…"            # to name an owner other than oneself
//! delete = "can_delete_stream on parent"
//! view = "can_see on object"         # without it the object is answered with 404
//! view_access = "…"                  # to ask about another's access
//! view_grants = "…"                  # to list grants; default: view_access
//! issue_secret = "…"
//! revoke_secret = "…"                # default: issue_secret
//! set_quota = "…"
//! view_usage = "…"
//!
//! [type.stream.grant]                # relations that can be granted; to whom, says the model
//! read = { guard = ["…", "…"], revoke = "…" }     # revoke: default guard
//!
//! [secret.service]                   # a kind of secret
//! principals = ["service"]
//! audiences = ["gateway"]
//! actions = ["can_read"]             # default: all
//! anonymous = false                  # checked as the subject `anonymous`
//! default_life_s = 86400             # default: does not expire
//!
//! [metered]                          # which action is charged as what
//! can_read = "read"
//!
//! [payer]                            # by type: relations that lead to the organization that pays
//! service = ["project", "organization"]
//! ```

mod load;
mod read;
mod template;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::BTreeMap;
use std::path::PathBuf;

use tidegate_policy::{Model, Profile};

use self::read::Located;
pub use self::read::{Place, SystemError};
pub use self::template::{Blanks, Template};
use super::guard::Guard;

/// The type of the one object above everything.
pub const SITE_TYPE: &str = "site";
/// The one object above everything.
pub const SITE: &str = "site:tidegate";
/// The first operator.
pub const FIRST_OPERATOR: &str = "operator:root";

/// One authorization model and the rules of its administration.
#[derive(Clone, Debug)]
pub struct System {
    name: String,
    model: Model,
    profile: Profile,
    types: BTreeMap<String, TypeRules>,
}

/// The rules of a type.
#[derive(Clone, Debug)]
pub struct TypeRules {
    place: Place,
    parent: Option<Located<String>>,
    link: Option<Located<String>>,
    writes: Vec<Located<Template>>,
    also: Vec<Located<Template>>,
    first_secret: Option<Located<String>>,
    anonymous_account: bool,
    guards: BTreeMap<Operation, Guard>,
    grants: BTreeMap<String, GrantRules>,
}

/// Who may grant a relation, and who may take it back.
#[derive(Clone, Debug)]
pub struct GrantRules {
    /// To grant.
    pub guard: Guard,
    /// To revoke.
    pub revoke: Guard,
}

/// An operation on an object that a guard stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Make one.
    Create,
    /// Make one whose creator is another.
    CreateForOthers,
    /// Delete it and all below it.
    Delete,
    /// Know that it exists.
    View,
    /// Ask about the access of others.
    ViewAccess,
    /// List the grants on it.
    ViewGrants,
    /// Issue a secret for it, and list them.
    IssueSecret,
    /// Revoke a secret of it.
    RevokeSecret,
    /// Limit what it may use.
    SetQuota,
    /// See what it has used.
    ViewUsage,
}

impl Operation {
    const ALL: [Self; 10] = [
        Self::Create,
        Self::CreateForOthers,
        Self::Delete,
        Self::View,
        Self::ViewAccess,
        Self::ViewGrants,
        Self::IssueSecret,
        Self::RevokeSecret,
        Self::SetQuota,
        Self::ViewUsage,
    ];

    /// Its key in `system.toml`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::CreateForOthers => "create_for_others",
            Self::Delete => "delete",
            Self::View => "view",
            Self::ViewAccess => "view_access",
            Self::ViewGrants => "view_grants",
            Self::IssueSecret => "issue_secret",
            Self::RevokeSecret => "revoke_secret",
            Self::SetQuota => "set_quota",
            Self::ViewUsage => "view_usage",
        }
    }

    /// The operation whose guard stands in where this one has none.
    fn stand_in(self) -> Option<Self> {
        match self {
            Self::ViewGrants => Some(Self::ViewAccess),
            Self::RevokeSecret => Some(Self::IssueSecret),
            _ => None,
        }
    }
}

impl System {
    /// Loads a built-in system by its name, or the system in a folder.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load(name: &str) -> Result<Self, LoadError> {
        load::load(name)
    }

    /// Its name, or its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model, with the platform's types.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What enforcement points need beside the model.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The rules of a type; none when no object of it can be managed.
    pub fn rules(&self, type_name: &str) -> Option<&TypeRules> {
        self.types.get(type_name)
    }
}

impl TypeRules {
    /// The type of what it lies below; none for the site alone.
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_ref().map(|parent| parent.value.as_str())
    }

    /// The relation from a child to its parent.
    pub fn link(&self) -> Option<&str> {
        self.link.as_ref().map(|link| link.value.as_str())
    }

    /// Tuples written on creation.
    pub fn writes(&self) -> impl Iterator<Item = &Template> {
        self.writes.iter().map(|located| &located.value)
    }

    /// Objects created with it.
    pub fn also(&self) -> impl Iterator<Item = &Template> {
        self.also.iter().map(|located| &located.value)
    }

    /// The kind of secret that is issued with the creation.
    pub fn first_secret(&self) -> Option<&str> {
        self.first_secret.as_ref().map(|kind| kind.value.as_str())
    }

    /// Whether it has an account for what callers without a secret read.
    pub fn anonymous_account(&self) -> bool {
        self.anonymous_account
    }

    /// The guard of an operation; none: nobody may.
    pub fn guard(&self, operation: Operation) -> Option<&Guard> {
        let own = self.guards.get(&operation);
        own.or_else(|| self.guards.get(&operation.stand_in()?))
    }

    /// Who may grant a relation; none: nobody.
    pub fn grant(&self, relation: &str) -> Option<&GrantRules> {
        self.grants.get(relation)
    }

    /// Relations that can be granted.
    pub fn grantable(&self) -> impl Iterator<Item = &str> {
        self.grants.keys().map(String::as_str)
    }

    /// The table of the type in `system.toml`, for example `type.stream`.
    pub fn key(&self) -> &str {
        &self.place.key
    }
}

/// Why a system cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file of the folder cannot be read.
    #[error("system: cannot read {path}: {error}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Neither built in nor a folder.
    #[error("system: `{0}` is neither built in ({1}) nor a folder")]
    Unknown(String, String),
    /// Everything that is wrong with its files.
    #[error("system `{name}` has {} error(s){}", .errors.len(), lines(.errors))]
    Invalid {
        /// The system.
        name: String,
        /// All of them.
        errors: Vec<SystemError>,
    },
}

fn lines(errors: &[SystemError]) -> String {
    errors.iter().map(|error| format!("\n  {error}")).collect()
}
