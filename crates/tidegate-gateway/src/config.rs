//! The `[gateway]` part of the configuration.

/// The gateway's configuration.
#[derive(Clone, Debug)]
pub struct Config {}
