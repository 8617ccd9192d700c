//! What a quota is counted on.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What follows the uid in the text form of an anonymous account.
const ANONYMOUS: &str = ".anonymous";

/// What follows the `jti` in the text form of a secret's budget.
const BUDGET: &str = ".budget";

/// An account: a principal or organization by its uid, the anonymous readers of an organization, or a
/// secret's own budget by its `jti`. Text form: the uid, or followed by `.anonymous` or `.budget`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct AccountId {
    /// The uid of the principal or organization, or the `jti` of the secret.
    pub owner: Uuid,
    /// Which account of it.
    pub part: Part,
}

/// Which account of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The owner's own.
    Own,
    /// What callers without a secret read of the owner's resources.
    Anonymous,
    /// What a secret, and all that it was exchanged for, may cost. INVARIANT: a ledger that has no limit
    /// for it grants nothing; for other accounts that is unlimited.
    Budget,
}

impl AccountId {
    /// The owner's own account.
    pub fn own(owner: Uuid) -> Self {
        Self {
            owner,
            part: Part::Own,
        }
    }
    /// The account of the owner's anonymous readers.
    pub fn anonymous(owner: Uuid) -> Self {
        Self {
            owner,
            part: Part::Anonymous,
        }
    }
    /// The budget of a secret, by its `jti`.
    pub fn budget(jti: Uuid) -> Self {
        Self {
            owner: jti,
            part: Part::Budget,
        }
    }
    /// The limit in force, of the one that was set: what nobody set is no limit, but for a budget.
    pub fn limit_bytes(&self, set: Option<u64>) -> Option<u64> {
        match self.part {
            Part::Own | Part::Anonymous => set,
            Part::Budget => Some(set.unwrap_or(0)),
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Own => write!(f, "{}", self.owner),
            Part::Anonymous => write!(f, "{}{ANONYMOUS}", self.owner),
            Part::Budget => write!(f, "{}{BUDGET}", self.owner),
        }
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    /// Reads what `Display` writes, and nothing else: one text for each account.
    fn from_str(text: &str) -> Result<Self, AccountIdError> {
        let suffixes = [(ANONYMOUS, Part::Anonymous), (BUDGET, Part::Budget)];
        let (uid, part) = suffixes
            .into_iter()
            .find_map(|(suffix, part)| Some((text.strip_suffix(suffix)?, part)))
            .unwrap_or((text, Part::Own));
        let owner = Uuid::try_parse(uid).map_err(|_| AccountIdError)?;
        let account = Self { owner, part };
        if account.to_string() == text {
            Ok(account)
        } else {
            Err(AccountIdError)
        }
    }
}

/// A text is no account id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an account id is a uid in lower case with hyphens, or that followed by '{ANONYMOUS}' or '{BUDGET}'"
)]
pub struct AccountIdError;

/// The accounts that one request is charged to, all or nothing: the most specific first, at most
/// [`Chain::LONGEST`], each once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chain(Arc<[AccountId]>);

impl Chain {
    /// Most accounts in a chain.
    pub const LONGEST: usize = 4;

    /// Checks length and uniqueness.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn new(accounts: &[AccountId]) -> Result<Self, ChainError> {
        if accounts.is_empty() {
            return Err(ChainError::Empty);
        }
        if accounts.len() > Self::LONGEST {
            return Err(ChainError::TooLong);
        }
        let again = |(at, account)| accounts.iter().skip(at + 1).any(|other| other == account);
        if accounts.iter().enumerate().any(again) {
            return Err(ChainError::Twice);
        }
        Ok(Self(accounts.into()))
    }

    /// The accounts.
    pub fn accounts(&self) -> &[AccountId] {
        &self.0
    }

    /// The first account: the secret's, service's or user's own.
    pub fn most_specific(&self) -> AccountId {
        // A chain is never empty; were it, no account has this uid.
        self.0
            .first()
            .copied()
            .unwrap_or(AccountId::own(Uuid::nil()))
    }
}

/// Why accounts are no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// No account.
    #[error("an account chain needs at least one account")]
    Empty,
    /// Too many.
    #[error("an account chain has at most {} accounts", Chain::LONGEST)]
    TooLong,
    /// One account twice.
    #[error("an account stands twice in a chain")]
    Twice,
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Uuid = Uuid::from_u128(0x0193_a1c0_0000_7000_8000_0000_0000_00ab);

    #[test]
    fn text_form() {
        let own = "0193a1c0-0000-7000-8000-0000000000ab";
        let cases = [
            (own.to_owned(), Some(AccountId::own(OWNER))),
            (
                format!("{own}.anonymous"),
                Some(AccountId::anonymous(OWNER)),
            ),
            (format!("{own}.budget"), Some(AccountId::budget(OWNER))),
            (format!("{own}.anonymous.anonymous"), None),
            (format!("{own}.anonymous.budget"), None),
            (format!("{own}.budget.budget"), None),
            (".budget".to_owned(), None),
            (format!("{own}."), None),
            (format!("{own}.Anonymous"), None),
            (own.to_uppercase(), None),
            (own.replace('-', ""), None),
            (format!("urn:uuid:{own}"), None),
            (format!("{{{own}}}"), None),
            (format!(" {own}"), None),
            (".anonymous".to_owned(), None),
            (String::new(), None),
        ];
        for (text, account) in cases {
            assert_eq!(text.parse().ok(), account, "{text:?}");
            if let Some(account) = account {
                assert_eq!(account.to_string(), text);
            }
        }
    }

    #[test]
    fn a_budget_that_nobody_set_is_spent() {
        let all = [
            (AccountId::own(OWNER), None),
            (AccountId::anonymous(OWNER), None),
            (AccountId::budget(OWNER), Some(0)),
        ];
        for (account, unset) in all {
            assert_eq!(account.limit_bytes(None), unset, "{account}");
            assert_eq!(account.limit_bytes(Some(7)), Some(7), "{account}");
        }
    }

    #[test]
    fn chains() {
        let account = |n| AccountId::own(Uuid::from_u128(n));
        let cases: &[(&[AccountId], Option<ChainError>)] = &[
            (&[], Some(ChainError::Empty)),
            (&[account(1)], None),
            (
                &[account(1), AccountId::anonymous(Uuid::from_u128(1))],
                None,
            ),
            (&[account(1), account(2), account(3), account(4)], None),
            (
                &[account(1), account(2), account(3), account(4), account(5)],
                Some(ChainError::TooLong),
            ),
            (&[account(1), account(1)], Some(ChainError::Twice)),
            (
                &[account(1), account(2), account(3), account(1)],
                Some(ChainError::Twice),
            ),
        ];
        for (accounts, error) in cases {
            assert_eq!(Chain::new(accounts).err(), *error, "{accounts:?}");
        }
    }
}
