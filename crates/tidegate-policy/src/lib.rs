//! The decision engine: may this subject do this action on this resource?
//!
//! The contract: [`decide`] is pure and total. Given a [`Snapshot`] (an OpenFGA model, relation
//! tuples, a [`Profile`]) and a request it answers allow, or deny with the reason, and nothing else:
//! an error, an unknown type, an id that does not resolve are denials. It reads no clock, no file and
//! no network, so that a gateway, a browser and an edge function that hold the same snapshot give the
//! same answer.
//!
//! Models are OpenFGA's, schema 1.1 and 1.2: the whole language with conditions and modules, and its JSON form.
//! Two features, both on by default, can be left out where size counts: `language` (models from texts; without it
//! they come from bundles alone) and `conditions` (without it a model that has one is refused).
//!
#![cfg_attr(feature = "language", doc = "```")]
#![cfg_attr(not(feature = "language"), doc = "```ignore")]
//! use tidegate_policy::{Caller, Change, Context, Decision, Denial, Model, Object, Profile, Request, Snapshot};
//! use tidegate_policy::{SecretKind, decide};
//! use uuid::Uuid;
//!
//! let model = Model::parse("
//! model
//!   schema 1.1
//! type service
//! type stream
//!   relations
//!     define reader: [service]
//!     define can_read: reader
//! ")?;
//! let mut profile = Profile::default();
//! profile.kinds.insert("service".into(), SecretKind {
//!     principals: ["service".into()].into(),
//!     actions: None,
//!     anonymous: false,
//!     audiences: ["gateway".into()].into(),
//!     default_life_s: None,
//! });
//! let bot: Object = "service:bot".parse()?;
//! let orders: Object = "stream:orders".parse()?;
//! let snapshot = Snapshot::new(model, profile).apply(1, &[
//!     Change::Put { object: bot.clone(), uid: Uuid::from_u128(1), valid_from_s: 0 },
//!     Change::Put { object: orders.clone(), uid: Uuid::from_u128(2), valid_from_s: 0 },
//!     Change::Write("stream:orders#reader@service:bot".parse()?),
//! ])?;
//!
//! let caller = Caller::Principal { object: &bot, kind: "service" };
//! let request = Request { caller, action: "can_read", resource: &orders, contextual_tuples: &[], context: Context::EMPTY };
//! assert_eq!(decide(&request, &snapshot), Decision::Allow);
//!
//! let snapshot = snapshot.apply(2, &[Change::Delete("stream:orders#reader@service:bot".parse()?)])?;
//! assert_eq!(decide(&request, &snapshot), Decision::Deny(Denial::NotGranted));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limits
//!
//! Whatever comes in, the work on it has an end, and so has the stack. All limits, and what is beyond them:
//!
//! | of | limits | beyond |
//! |---|---|---|
//! | a model's text | [`model::MAX_TEXT`], [`model::MAX_JSON`], [`model::MAX_MODULES`], [`model::MAX_FILE_NAME`], [`model::MAX_NESTING`] | [`ModelErrors`], at most [`model::MAX_ERRORS`] of them |
//! | a model's parts | [`model::MAX_TYPES`], [`model::MAX_RELATIONS`], [`model::MAX_CONDITIONS`], [`model::MAX_PARAMETERS`], [`condition::MAX_TYPE_NESTING`] | [`ModelErrors`] |
//! | an expression | [`condition::MAX_EXPRESSION`], [`condition::MAX_NESTING`] | [`ModelErrors`] |
//! | one evaluation of a condition | [`condition::MAX_COST`] | an error, which denies where the answer depends on it |
//! | the values of a tuple or a request | [`condition::MAX_CONTEXT`] | no [`Context`] |
//! | names | [`tuple::MAX_TYPE`], [`tuple::MAX_RELATION`], [`tuple::MAX_OBJECT`], [`tuple::MAX_SUBJECT`] | [`NameError`] |
//! | one check | [`check::MAX_HOPS`], [`check::MAX_PATH`], [`check::MAX_OPEN`] | [`CheckError::TooDeep`] |
//! | one check | [`check::MAX_STEPS`], with [`condition::COST_OF_A_STEP`] for what conditions cost | [`CheckError::TooMuch`] |
//! | contextual tuples | [`check::MAX_CONTEXTUAL_TUPLES`] | [`CheckError::TooManyTuples`], [`ListError::TooManyTuples`] |
//! | a page of a list | [`list::MAX_CANDIDATES`], [`list::MAX_STEPS`] of all checks together | a page that is not the last |
//! | the walk to the candidates of a list | [`list::MAX_WALK`] | a page that is not [complete](Page::complete) |
//! | a bundle | [`bundle::MAX_HEAD_BYTES`], [`bundle::MAX_PAYLOAD_BYTES`] | [`BundleError`] |
//!
//! A contextual tuple costs no more than a write: a small page, whatever the size of the row that it is added to. In
//! WebAssembly, which has a smaller store, a contextual tuple costs a copy of that row, and a write more: a page of
//! rows, and where it is under a condition, the list of all that are.

pub mod base64url;
pub mod bundle;
pub mod check;
pub mod condition;
pub mod decide;
pub mod explain;
mod hash;
pub mod json;
#[cfg(feature = "language")]
mod language;
pub mod list;
#[cfg(not(target_family = "wasm"))]
pub mod live;
pub mod model;
pub mod profile;
pub mod slice;
pub mod snapshot;
mod sort;
pub mod standing;
// For the bindings, which search texts for the same signs.
#[doc(hidden)]
pub mod text;
pub mod tuple;
pub mod uuid_text;

pub use bundle::{Bundle, BundleError, UnverifiedBundle};
pub use check::{CheckError, CheckRequest, Checked, Named, NamedError};
pub use condition::{Condition, Context};
pub use decide::{Caller, Decision, Denial, Request, decide};
pub use explain::{Budget, Explanation, Proof, Remedy};
#[cfg(feature = "language")]
pub use language::print::NoTextError;
pub use list::{ListError, ListObjectsRequest, ListRequest, ListUsersRequest, Page, SubjectKind};
#[cfg(not(target_family = "wasm"))]
pub use live::Live;
#[cfg(feature = "language")]
pub use model::{FgaMod, ModuleFile, parse_fga_mod};
pub use model::{Model, ModelError, ModelErrorKind, ModelErrors};
pub use profile::{Metered, Profile, ProfileError, SecretKind};
pub use slice::{Answer, Slice, SliceChange, SliceChangeError, SliceError};
pub use snapshot::{Change, ChangeError, Snapshot, Standing};
#[cfg(not(target_family = "wasm"))]
pub use snapshot::{LeftOut, Placed, PlacedSubject, SnapshotBuilder};
pub use standing::{Credential, Narrowed, NotStanding, OutOfScope};
pub use tuple::{NameError, Object, Subject, Tuple, TupleCondition, TupleError};

/// The README's examples, compiled and run with those of this page.
#[cfg(doctest)]
#[cfg(all(feature = "language", feature = "conditions"))]
#[doc = include_str!("../README.md")]
struct Readme;
