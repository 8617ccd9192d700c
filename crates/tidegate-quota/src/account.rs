//! What a quota is counted on.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An account: a principal or organization by its uid, or the anonymous readers of an organization.
/// Text form: the uid, or the uid followed by `.anonymous`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
pub struct AccountId {
    /// The uid of the principal or organization.
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
}

impl AccountId {
    /// The owner's own account.
    pub fn own(owner: Uuid) -> Self {
        Self { owner, part: Part::Own }
    }
    /// The account of the owner's anonymous readers.
    pub fn anonymous(owner: Uuid) -> Self {
        Self { owner, part: Part::Anonymous }
    }
}

/// The accounts that one request is charged to, all or nothing: the most specific first, at most
/// [`Chain::LONGEST`], each once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Chain(Box<[AccountId]>);

impl Chain {
    /// Most accounts in a chain.
    pub const LONGEST: usize = 4;
    /// Checks length and uniqueness.
    pub fn new(accounts: &[AccountId]) -> Result<Self, ChainError> {
        let _ = accounts;
        todo!()
    }
    /// The accounts.
    pub fn accounts(&self) -> &[AccountId] {
        &self.0
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
