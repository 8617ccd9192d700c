//! A system: a model and the rules of its administration. All that differs between systems, as data.
//!
//! A system's folder has `model.fga` (the model), `system.toml` (this file's types) and `tests.fga.yaml`
//! (a [`store_file`]). The platform's own types (site, operator, node) are part of every system: see
//! `systems/platform/`. Every list of relations, types and kinds below is checked against the model when
//! the system is loaded, and all errors are reported at once.
//!
//! ```toml
//! [type.stream]                      # a type that can be created through the API
//! parent = "project"                 # the type above; the child's id is the parent's id, "/", a name.
//!                                    # "site": above is the deployment, and the id is one name
//! link = "project"                   # written on creation: child#project@parent
//! writes = ["{object}#root_of@{parent}"]     # further tuples on creation
//! also = ["organization:{id}"]       # created with it, its creator being the new object; deleted with it,
//!                                    # and not before; or { object = "space:{id}-all", display_name = "All" }
//! first_secret = "full"              # a secret of this kind is issued with the creation
//! anonymous_account = true           # has an account for what callers without a secret read
//! person = true                      # holds e-mail addresses; made when an invitation is redeemed
//! keep = ["admin"]                   # once somebody has it, somebody keeps it
//! levels = ["read", "write"]         # of these grants, the lowest first, a subject has one at a time
//! attach = "space"                   # made by `attach`, and named after what this relation points at
//!                                    # guards (see `domain::guard`); one left out: nobody may
//! create = "can_create_stream on parent"
//! create_for_others = "…"            # to name an owner other than oneself
//! delete = "can_delete_stream on parent"
//! rename = "…"                       # to change the display name
//! view = "can_see on object"         # without it the object is answered with 404
//! view_access = "…"                  # to ask about another's access
//! view_grants = "…"                  # to list grants; default: view_access
//! view_audit = "…"                   # to read what was done to it; default: view_access
//! issue_secret = "…"
//! revoke_secret = "…"                # default: issue_secret
//! set_quota = "…"
//! view_usage = "…"
//!
//! [type.stream.grant]                # relations that can be granted; to whom, says the model
//! read = { guard = ["…", "…"], revoke = "…" }     # revoke: default guard
//! write = { guard = "…", relation = "granted_write", needs = "member on parent" }
//!                                    # relation: what is stored, default the word itself;
//!                                    # needs: what the grantee must have already (a guard asked for the
//!                                    # grantee; of `team:a#member`, for the team). Who accepts an invitation
//!                                    # need not have it
//! read_secrets = { guard = "…", alias = ["read+secrets"] }      # other words for it
//!
//! [type.organization.invite]         # who may be invited to it
//! guard = "can_invite on object"     # to invite, to see the pending ones, to withdraw
//! accept = "can_accept on caller"    # asked of the invitee
//! principals = ["user"]
//! relations = ["view", "admin"]      # what can be given; of levels, exactly one
//! writes = ["{subject}#billing_organization@{object}"]    # further tuples on acceptance
//! default_life_s = 1209600           # default: 14 days
//!
//! [type.organization.membership]     # what a grantee can leave and be removed from: every grant ends
//! remove = "can_remove on object"
//! leave = "can_leave on object"
//! below = true                       # and every grant on what lies below, also when the last grant on
//!                                    # the object itself is taken back; default false
//!
//! [type.team.join]                   # what one may give oneself
//! guard = "can_join on object"
//! relation = "member"
//!
//! [type.user.one.billing_organization]    # a relation with exactly one subject, always
//! home = "organization:{id}"         # at first, and when membership of another ends
//! move = ["can_change_billing on current", "can_change_billing on other"]    # to point it elsewhere
//!
//! [type.record.one.attachment]
//! default = "attachment:{parent_id}/all"    # at first, unless the creation says where
//! within = "instance"                # only at what lies below the same object of this type
//! move = ["can_write on object", "can_write on other"]
//! on_delete = "refuse"               # what it points at cannot be deleted (default); or "with": deleted along
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
//! [window]                           # of quotas; default: calendar months in UTC
//! days = 31
//! epoch_s = 1577836800               # start of one of them, seconds since the epoch, UTC; default 0
//!
//! [payer]                            # by type: relations that lead to the organization that pays
//! service = ["project", "organization"]
//! ```
//!
//! Blanks of templates: `{object}`, `{parent}`, `{creator}`, `{subject}` (on acceptance), `{id}`, `{parent_id}`,
//! `{name}` (the last part of the id).

mod built_in;
mod load;
mod read;
pub mod store_file;
mod template;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::BTreeMap;
use std::path::PathBuf;

use tidegate_policy::{Model, Profile};
use tidegate_quota::Calendar;

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
    calendar: Calendar,
    types: BTreeMap<String, TypeRules>,
}

/// The rules of a type.
#[derive(Clone, Debug)]
pub struct TypeRules {
    place: Place,
    parent: Option<Located<String>>,
    link: Option<Located<String>>,
    writes: Vec<Located<Template>>,
    also: Vec<Located<Companion>>,
    first_secret: Option<Located<String>>,
    anonymous_account: bool,
    person: bool,
    keep: Option<Located<Vec<String>>>,
    levels: Option<Located<Vec<String>>>,
    attach: Option<Located<String>>,
    guards: BTreeMap<Operation, Guard>,
    grants: BTreeMap<String, GrantRules>,
    invite: Option<InviteRules>,
    membership: Option<MembershipRules>,
    join: Option<JoinRules>,
    one: BTreeMap<String, OneRules>,
}

/// An object that is created along with another.
#[derive(Clone, Debug)]
pub struct Companion {
    /// Which.
    pub object: Template,
    /// Its display name; none: that of the other.
    pub display_name: Option<String>,
}

/// Who may grant a relation, and who may take it back.
#[derive(Clone, Debug)]
pub struct GrantRules {
    /// To grant.
    pub guard: Guard,
    /// To revoke.
    pub revoke: Guard,
    /// What is stored.
    pub relation: String,
    /// What the grantee must have already.
    pub needs: Option<Guard>,
    alias: Vec<String>,
}

/// Who may be invited, by whom, and what acceptance gives.
#[derive(Clone, Debug)]
pub struct InviteRules {
    /// To invite, to see pending invitations, to withdraw them.
    pub guard: Guard,
    /// Asked of the invitee.
    pub accept: Guard,
    /// Types of those who can be invited.
    pub principals: Vec<String>,
    /// Grants that can be given.
    pub relations: Vec<String>,
    /// How long an invitation holds unless said otherwise. Seconds.
    pub default_life_s: u64,
    writes: Vec<Located<Template>>,
}

/// Who may end a membership.
#[derive(Clone, Debug)]
pub struct MembershipRules {
    /// Another's; none: nobody.
    pub remove: Option<Guard>,
    /// One's own; none: nobody.
    pub leave: Option<Guard>,
    /// Grants on what lies below end with it.
    pub below: bool,
    place: Place,
}

/// What one may give oneself.
#[derive(Clone, Debug)]
pub struct JoinRules {
    /// Who may.
    pub guard: Guard,
    /// The grant.
    pub relation: String,
}

/// A relation that has exactly one subject, always.
#[derive(Clone, Debug)]
pub struct OneRules {
    /// At first, unless the creation says otherwise.
    pub default: Option<Template>,
    /// At first, and when membership of what it points at ends.
    pub home: Option<Template>,
    /// Only at what lies below the same object of this type as the object itself.
    pub within: Option<String>,
    /// When what it points at is deleted, the object is deleted too, instead of standing in the way.
    pub deleted_with: bool,
    /// To point it elsewhere; none: nobody may.
    pub moves: Option<Guard>,
    place: Place,
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
    /// Change its display name.
    Rename,
    /// Know that it exists.
    View,
    /// Ask about the access of others.
    ViewAccess,
    /// List the grants on it.
    ViewGrants,
    /// Read what was done to it.
    ViewAudit,
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
    const ALL: [Self; 12] = [
        Self::Create,
        Self::CreateForOthers,
        Self::Delete,
        Self::Rename,
        Self::View,
        Self::ViewAccess,
        Self::ViewGrants,
        Self::ViewAudit,
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
            Self::Rename => "rename",
            Self::View => "view",
            Self::ViewAccess => "view_access",
            Self::ViewGrants => "view_grants",
            Self::ViewAudit => "view_audit",
            Self::IssueSecret => "issue_secret",
            Self::RevokeSecret => "revoke_secret",
            Self::SetQuota => "set_quota",
            Self::ViewUsage => "view_usage",
        }
    }

    /// The operation whose guard stands in where this one has none.
    fn stand_in(self) -> Option<Self> {
        match self {
            Self::ViewGrants | Self::ViewAudit => Some(Self::ViewAccess),
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

    /// How quota windows follow each other.
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// The rules of a type; none when no object of it can be managed.
    pub fn rules(&self, type_name: &str) -> Option<&TypeRules> {
        self.types.get(type_name)
    }

    /// Every type that has rules.
    pub fn types(&self) -> impl Iterator<Item = (&str, &TypeRules)> {
        self.types
            .iter()
            .map(|(type_name, rules)| (type_name.as_str(), rules))
    }

    /// The type of those who hold e-mail addresses.
    pub fn person(&self) -> Option<&str> {
        let mut types = self.types();
        types.find_map(|(type_name, rules)| rules.person.then_some(type_name))
    }

    /// The type that stands for an object of one type attached to one of another, and its relation to the
    /// object.
    pub fn attachment(&self, object_type: &str, to_type: &str) -> Option<(&str, &str)> {
        self.types().find_map(|(type_name, rules)| {
            let relation = rules.attach().filter(|_| rules.parent() == Some(to_type))?;
            let probe = format!("{type_name}:a#{relation}@{object_type}:a").parse();
            let fits = probe.is_ok_and(|tuple| self.model.allows(&tuple).is_ok());
            fits.then_some((type_name, relation))
        })
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
    pub fn also(&self) -> impl Iterator<Item = &Companion> {
        self.also.iter().map(|located| &located.value)
    }

    /// Relations (as stored) that somebody keeps once somebody has them.
    pub fn keep(&self) -> &[String] {
        self.keep.as_ref().map_or(&[], |keep| &keep.value)
    }

    /// Grants of which a subject has one at a time, the lowest first.
    pub fn levels(&self) -> &[String] {
        self.levels.as_ref().map_or(&[], |levels| &levels.value)
    }

    /// Made by attaching what this relation points at to the parent.
    pub fn attach(&self) -> Option<&str> {
        self.attach.as_ref().map(|relation| relation.value.as_str())
    }

    /// Whether it holds e-mail addresses.
    pub fn is_person(&self) -> bool {
        self.person
    }

    /// Who may be invited to it; none: nobody.
    pub fn invite(&self) -> Option<&InviteRules> {
        self.invite.as_ref()
    }

    /// Who may leave it and be removed from it; none: nobody.
    pub fn membership(&self) -> Option<&MembershipRules> {
        self.membership.as_ref()
    }

    /// What one may give oneself on it.
    pub fn join(&self) -> Option<&JoinRules> {
        self.join.as_ref()
    }

    /// Relations with exactly one subject.
    pub fn one(&self) -> &BTreeMap<String, OneRules> {
        &self.one
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

    /// The word of a grant and its rules, by the word or another word for it; none: nobody may grant it.
    pub fn grant(&self, word: &str) -> Option<(&str, &GrantRules)> {
        let known = |(name, rules): &(&String, &GrantRules)| {
            *name == word || rules.alias.iter().any(|alias| alias == word)
        };
        let found = self.grants.iter().find(known);
        found.map(|(name, rules)| (name.as_str(), rules))
    }

    /// The word of the grant that a stored relation is; none: the system writes it itself.
    pub fn word(&self, relation: &str) -> Option<&str> {
        let mut grants = self.grants.iter();
        grants.find_map(|(word, rules)| (rules.relation == relation).then_some(word.as_str()))
    }

    /// Grants by their words.
    pub fn grants(&self) -> impl Iterator<Item = (&str, &GrantRules)> {
        self.grants
            .iter()
            .map(|(word, rules)| (word.as_str(), rules))
    }

    /// The table of the type in `system.toml`, for example `type.stream`.
    pub fn key(&self) -> &str {
        &self.place.key
    }
}

impl InviteRules {
    /// Tuples written on acceptance.
    pub fn writes(&self) -> impl Iterator<Item = &Template> {
        self.writes.iter().map(|located| &located.value)
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
