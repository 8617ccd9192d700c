//! Flags of every verb that changes something.

use clap::Args;
use tidegate_client::Terms;

use crate::exit::Failure;

/// The terms of a change.
#[derive(Args, Debug)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Do it once only, also when this runs again: a word of your choice, another for each change.
    #[arg(long, global = true, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Only if the object has not changed since this revision, as `tidegate get` shows it.
    #[arg(long, global = true, value_name = "REVISION")]
    if_match: Option<u64>,
}

impl Arguments {
    /// As the client takes them.
    pub(crate) fn terms(&self) -> Terms {
        let Self {
            idempotency_key,
            if_match,
        } = self;
        Terms {
            idempotency_key: idempotency_key.clone(),
            if_match: *if_match,
        }
    }

    /// For a verb that changes nothing: whoever names terms expects them to be kept.
    pub(crate) fn refuse(&self) -> Result<(), Failure> {
        if self.terms() == Terms::default() {
            return Ok(());
        }
        Err(Failure::Usage(
            "--idempotency-key and --if-match are for verbs that change something".to_owned(),
        ))
    }
}
