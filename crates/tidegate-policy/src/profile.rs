//! What enforcement points need of a system beside the model.

mod read;
#[cfg(any(test, target_family = "wasm"))]
mod sorted;

#[cfg(not(target_family = "wasm"))]
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use read::ProfileError;
#[cfg(target_family = "wasm")]
pub use sorted::{BTreeMap, BTreeSet};

use crate::tuple::Object;

/// What gateway, browser and edge need of a system beside the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Kinds of secret by name.
    #[serde(default)]
    pub kinds: BTreeMap<String, SecretKind>,
    /// Which action (a relation that a request asks for) is metered as what.
    #[serde(default)]
    pub metered: BTreeMap<String, Metered>,
    /// By type: the chain of relations to follow to the organization that pays
    /// (for a principal) or that owns (for a resource).
    #[serde(default)]
    pub payer: BTreeMap<String, Vec<String>>,
    /// By type: the type of what its objects lie below. The id of such an object is the id of its parent, a
    /// slash, and a name of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parents: BTreeMap<String, String>,
}

impl Profile {
    /// What an object lies below; none for what lies below nothing but the site.
    pub fn parent_of(&self, object: &Object) -> Option<Object> {
        let parent_type = self.parents.get(object.type_name())?;
        let (parent_id, _) = crate::text::cut_last(object.id(), b'/')?;
        Object::new(parent_type, parent_id).ok()
    }

    /// Whether an object is another one, or lies below it. Told by types and ids: `organization:acme`
    /// contains `project:acme/x` where projects lie below organizations, and nothing by its name alone.
    pub fn is_within(&self, object: &Object, outer: &Object) -> bool {
        let mut at = object.clone();
        // Ends: each parent's id is shorter.
        loop {
            if at == *outer {
                return true;
            }
            match self.parent_of(&at) {
                Some(parent) => at = parent,
                None => return false,
            }
        }
    }
}

/// What a kind of secret may exercise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SecretKind {
    /// Types of principal that may hold this kind.
    pub principals: BTreeSet<String>,
    /// Actions that it may exercise; none means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<BTreeSet<String>>,
    /// Checked as `anonymous` instead of its principal (Beneath: public read).
    #[serde(default)]
    pub anonymous: bool,
    /// Audiences that it is minted for (`control`, `gateway`).
    pub audiences: BTreeSet<String>,
    /// Life in seconds when the issuer does not say; none: does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_life_s: Option<u64>,
}

/// What an action is metered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metered {
    /// Charged for the content of the response.
    Read,
    /// Charged for the content of the request.
    Write,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        text.parse().expect("an object")
    }

    #[test]
    fn what_lies_below_is_told_by_types_and_ids() {
        let parents = [
            ("project", "organization"),
            ("stream", "project"),
            ("team", "club"),
        ];
        let profile = Profile {
            parents: parents
                .map(|(child, parent)| (child.to_owned(), parent.to_owned()))
                .into(),
            ..Profile::default()
        };
        let cases = [
            ("organization:acme", "organization:acme", true),
            ("project:acme/x", "organization:acme", true),
            ("stream:acme/x/s", "organization:acme", true),
            ("stream:acme/x/s", "project:acme/x", true),
            ("project:acme/x", "project:acme/x", true),
            // Another parent, another type, another depth, a name that only starts alike.
            ("team:acme/x", "organization:acme", false),
            ("team:acme/x", "club:acme", true),
            ("project:acme/xy", "project:acme/x", false),
            ("project:acmex/x", "organization:acme", false),
            ("stream:acme/s", "organization:acme", false),
            ("project:acme/x/y", "organization:acme", false),
            ("organization:acme", "project:acme/x", false),
            ("organization:acme", "club:acme", false),
            ("user:acme/x", "organization:acme", false),
            ("project:acme", "organization:acme", false),
        ];
        for (inner, outer, expected) in cases {
            let found = profile.is_within(&object(inner), &object(outer));
            assert_eq!(found, expected, "{inner} in {outer}");
        }
    }

    #[test]
    fn a_profile_without_parents_is_read_and_written_as_before() {
        let text = r#"{"kinds":{},"metered":{},"payer":{}}"#;
        let profile: Profile = serde_json::from_str(text).expect("a profile");
        assert_eq!(profile, Profile::default());
        assert_eq!(serde_json::to_string(&profile).expect("JSON"), text);
    }
}
