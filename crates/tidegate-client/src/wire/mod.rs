//! What travels over the HTTP API, as JSON. Both sides use these types; unknown keys are refused.
//!
//! Objects and subjects are written `type:id`; a person may also be named by a proven e-mail address
//! (`carol@example.com`). Times are seconds since the epoch, UTC (`_s`); sizes are bytes (`_bytes`).
//!
//! Every change is an [`Operation`]. A route of its own takes the fields of one; `POST /v1/batch` takes
//! several, which all happen, at one revision, or none.

mod access; // AuthZEN
mod admin; // signing keys
mod audit; // what was done
mod explain; // why, or why not
#[cfg(feature = "openapi")]
pub mod form; // of texts, for the OpenAPI document
mod invitation;
mod lease; // quota that nodes hold
mod objects; // objects, grants, memberships, links
mod operation; // any change; batches
#[cfg(feature = "openapi")]
mod operation_schema; // for the OpenAPI document
mod problem;
mod quota; // limits, balances
mod search; // AuthZEN: who, on what, what
mod secret;
mod token; // exchange
mod watch; // what nodes follow

pub use access::{
    Action, AuthzenConfiguration, DecisionContext, Entity, Evaluation, EvaluationAnswer,
    EvaluationError, Evaluations, EvaluationsAnswer, EvaluationsOptions, EvaluationsSemantic,
    PartialEvaluation,
};
pub use admin::{KeyInfo, KeyState, Keys, RetiredKey, RotateKey, RotatedKey};
pub use audit::AuditEntry;
pub use explain::{Explain, Explained, RemedyInfo, TupleInfo, UnmetInfo};
pub use invitation::{Invitation, InvitationId, Invite, Redeem, Redeemed};
pub use lease::{AskLease, LeaseAnswer, LeaseCall, Leased, SettleLease};
pub use objects::{
    Attach, CreateObject, CreatedObject, DeleteObject, GrantInfo, GrantRequest, Membership, Move,
    ObjectInfo, Page, Remove, RenameObject, Whoami,
};
pub use operation::{Answer, Batch, BatchAnswer, Changed, Operation};
pub use problem::ProblemDocument;
pub use quota::{Balance, Limit, QuotaLimits, SetQuota, Unlimited, Usage};
pub use search::{
    ActionSearch, EntityType, NextPage, ResourceSearch, SearchAnswer, SearchContext, SearchPage,
    SubjectSearch,
};
pub use secret::{IssueSecret, IssuedSecret, RevokeSecret, SecretInfo};
pub use token::{ACCESS_TOKEN, JWT, TOKEN_EXCHANGE, TokenAnswer, TokenRequest};
pub use watch::{RevisionChanges, SliceLine, SnapshotChange, WatchLine};
