//! The decision engine: may this subject do this action on this resource?

pub mod check;
pub mod decide;
pub mod live;
pub mod model;
pub mod profile;
pub mod snapshot;
pub mod tuple;

pub use check::{CheckError, CheckRequest};
pub use decide::{Caller, Decision, Denial, Request, decide};
pub use live::Live;
pub use model::{Model, ModelError, ModelErrors};
pub use profile::{Metered, Profile, SecretKind};
pub use snapshot::{Change, ChangeError, Snapshot, Standing};
pub use tuple::{NameError, Object, Subject, Tuple, TupleError};
