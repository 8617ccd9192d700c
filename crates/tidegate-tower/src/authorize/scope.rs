//! What a narrowed secret may still do.

use tidegate_policy::{Narrowed, Object, OutOfScope, Profile};
use tidegate_quota::AccountId;
use tidegate_token::{Budget, Narrow};

/// What a secret that was exchanged for a narrower one may still do: what its principal may do, and
/// also within this.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    narrowed: Narrowed,
    budgets: Box<[AccountId]>,
}

impl Scope {
    /// The scope that claims say; none when one of their objects is no object: such a secret is refused.
    pub fn read(narrow: &Narrow) -> Option<Self> {
        let Narrow {
            // Whether they hold is the snapshot's to say.
            parents: _,
            actions,
            objects,
            budgets,
        } = narrow;
        let budgets = budgets
            .iter()
            .map(|Budget { jti, bytes: _ }| AccountId::budget(*jti))
            .collect();
        Some(Self {
            narrowed: Narrowed::read(actions.as_deref(), objects.as_deref())?,
            budgets,
        })
    }

    /// Whether an action on a resource is within it.
    ///
    /// # Errors
    /// See [`OutOfScope`].
    pub fn check(
        &self,
        action: &str,
        resource: &Object,
        profile: &Profile,
    ) -> Result<(), OutOfScope> {
        self.narrowed.check(action, resource, profile)
    }

    /// Whether an action is within it, on some object.
    pub fn has_action(&self, action: &str) -> bool {
        self.narrowed.has_action(action)
    }

    /// Whether an object is one of its own, or below one.
    pub fn has_object(&self, object: &Object, profile: &Profile) -> bool {
        self.narrowed.has_object(object, profile)
    }

    /// The budgets that a request is charged to, the tightest first; their limits are the ledger's.
    pub fn budgets(&self) -> &[AccountId] {
        &self.budgets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_out() {
        let mut profile = Profile::default();
        profile.parents.insert("stream".into(), "project".into());
        let list = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        let narrow = |actions, objects| Narrow {
            actions,
            objects,
            ..Narrow::default()
        };
        let all = narrow(None, None);
        let reads = narrow(list(&["can_read"]), None);
        let nothing = narrow(list(&[]), None);
        let nowhere = narrow(None, list(&[]));
        let there = narrow(list(&["can_read"]), list(&["user:a", "project:p"]));
        let cases = [
            (&all, "can_write", "stream:q/s", Ok(())),
            (&reads, "can_read", "stream:q/s", Ok(())),
            (&reads, "can_write", "stream:q/s", Err(OutOfScope::Action)),
            (&nothing, "can_read", "stream:q/s", Err(OutOfScope::Action)),
            (&nowhere, "can_read", "stream:q/s", Err(OutOfScope::Object)),
            (&there, "can_read", "stream:p/s", Ok(())),
            (&there, "can_read", "project:p", Ok(())),
            (&there, "can_read", "user:a", Ok(())),
            (&there, "can_read", "stream:q/s", Err(OutOfScope::Object)),
            (&there, "can_write", "stream:p/s", Err(OutOfScope::Action)),
        ];
        for (narrow, action, resource, expected) in cases {
            let scope = Scope::read(narrow).expect("reads");
            let resource = resource.parse().expect("an object");
            let found = scope.check(action, &resource, &profile);
            assert_eq!(found, expected, "{narrow:?} {action} {resource}");
        }
        for wrong in ["", "stream", "stream:p:s", "stream:p#s", "stream:*"] {
            let narrow = narrow(None, list(&["user:a", wrong]));
            assert_eq!(Scope::read(&narrow), None, "{wrong:?}");
        }
    }
}
