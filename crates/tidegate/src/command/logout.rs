//! `tidegate logout`

use clap::Args;
use serde::Serialize;

use crate::command::{connection, login};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::profiles::{self, Profiles};

/// No flags of its own.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "The secret holds on: `tidegate secret revoke` ends it.\n\
                        Example:\n  tidegate logout --profile work"
)]
pub(crate) struct Arguments {}

#[derive(Debug, Serialize)]
struct Forgotten {
    profile: String,
}

/// Takes the profile out of the file.
pub(crate) fn run(
    output: Output,
    arguments: &Arguments,
    connection: &connection::Arguments,
) -> Result<Exit, Failure> {
    let Arguments {} = arguments;
    let path = profiles::path().ok_or_else(login::profiles_need_a_home)?;
    let profile = connection.profile();
    let mut profiles = Profiles::load(&path)?;
    if profiles.profile.remove(&profile).is_none() {
        let message = format!("there is no profile `{profile}` in {}", path.display());
        return Err(Failure::Missing(message));
    }
    profiles.save(&path)?;
    let forgotten = Forgotten { profile };
    output.done(
        &forgotten,
        &format!("forgot profile `{}`", forgotten.profile),
    )
}
