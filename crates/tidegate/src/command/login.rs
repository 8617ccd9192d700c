//! `tidegate login`

use clap::Args;
use tidegate_client::Client;

use crate::command::connection;
use crate::exit::{Exit, Failure};
use crate::hidden;
use crate::output::Output;
use crate::profiles::{self, Profile, Profiles};
use crate::quantity;

/// Longest name of a profile.
const NAME_LIMIT: usize = 64;

/// No flags of its own.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "The secret is typed without echo, or piped in, or read from --secret-file.\n\
                        Example:\n  tidegate login --url https://tidegate.example --profile work"
)]
pub(crate) struct Arguments {}

/// Keeps a secret, once the API has said whose it is.
pub(crate) async fn run(
    output: Output,
    arguments: &Arguments,
    connection: &connection::Arguments,
) -> Result<Exit, Failure> {
    let Arguments {} = arguments;
    let (url, file, name) = connection.for_login()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > NAME_LIMIT || !name.chars().all(plain) {
        return Err(Failure::Usage(
            "a profile's name is made of letters, digits, `_` and `-`, at most 64".to_owned(),
        ));
    }
    let path = profiles::path().ok_or_else(profiles_need_a_home)?;
    let mut profiles = Profiles::load(&path)?;
    let secret = hidden::read(file.as_deref(), &format!("Secret for {url}: "))?;
    let me = Client::new(&url, Some(&secret))?.whoami().await?;
    let profile = Profile {
        url: url.clone(),
        secret,
    };
    profiles.profile.insert(name.clone(), profile);
    profiles.save(&path)?;
    output.answer(&me, |text, me| {
        text.line(&format!(
            "{} at {url}, by a {} secret; expires: {}",
            me.subject,
            me.kind,
            quantity::end(me.expires_at_s)
        ));
        text.line(&format!("kept as profile `{name}` in {}", path.display()));
    })?;
    Ok(Exit::Ok)
}

/// What to say where there is no place for the file.
pub(crate) fn profiles_need_a_home() -> Failure {
    Failure::Usage("set XDG_CONFIG_HOME or HOME to an absolute path".to_owned())
}
