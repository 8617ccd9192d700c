//! Tower layers: authenticate by signed secret, authorize, meter.

pub mod authenticate;
pub mod authorize;
pub mod clock;
pub mod meter;
pub mod problem;

pub use authenticate::{AuthenticateLayer, Authenticator, Identity, LiveKeys, Principal};
pub use authorize::{AuthorizeLayer, Authorizer, Permit, Target};
pub use clock::Clock;
pub use meter::{MeterLayer, MeteredBody};
pub use problem::Problem;
