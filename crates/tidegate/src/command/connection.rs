//! Where the API is, and the secret to show it: from flags, the environment, or the profile file.
//!
//! A flag wins over the environment, and the environment over a profile; `--profile` is a flag. The secret
//! of a profile is shown at the address of that profile only.

use std::path::{Path, PathBuf};

use clap::Args;
use tidegate_client::Client;

use crate::exit::Failure;
use crate::hidden;
use crate::profiles::{self, Profile, Profiles};

/// Where `tidegate serve` listens unless it is told otherwise.
const DEFAULT_URL: &str = "http://127.0.0.1:8081";
/// The profile that is used when none is named.
const DEFAULT_PROFILE: &str = "default";

/// Flags of every verb that calls the API.
#[derive(Args)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Where the control plane's API is (also: TIDEGATE_URL; by default http://127.0.0.1:8081).
    #[arg(long, global = true)]
    url: Option<String>,
    /// A file that holds the secret (also: TIDEGATE_SECRET, the secret itself).
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "secret")]
    secret_file: Option<PathBuf>,
    /// The secret itself. Others on this machine see it in the list of processes, and the shell
    /// keeps it: prefer `tidegate login`, --secret-file or TIDEGATE_SECRET.
    #[arg(long, global = true, value_name = "SECRET")]
    secret: Option<String>,
    /// A profile that `tidegate login` made (also: TIDEGATE_PROFILE; by default the one called default).
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
}

/// What the environment says.
#[derive(Default)]
struct Environment {
    url: Option<String>,
    secret: Option<String>,
    profile: Option<String>,
}

/// Where to, and with what.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    url: String,
    secret: Option<String>,
}

impl Arguments {
    /// A client; without any secret it calls anonymously.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let Target { url, secret } = self.target()?;
        Ok(Client::new(&url, secret.as_deref())?)
    }

    /// A client that shows no secret, for what everybody may ask.
    pub(crate) fn anonymous(&self) -> Result<Client, Failure> {
        Ok(Client::new(&self.target()?.url, None)?)
    }

    /// The file that holds the secret, where a flag names one.
    pub(crate) fn secret_file(&self) -> Option<&Path> {
        self.secret_file.as_deref()
    }

    /// The secret in force.
    pub(crate) fn secret(&self) -> Result<Option<String>, Failure> {
        Ok(self.target()?.secret)
    }

    /// For `tidegate login`: the address, the file with the secret, and the profile to write.
    pub(crate) fn for_login(&self) -> Result<(String, Option<PathBuf>, String), Failure> {
        if self.secret.is_some() {
            return Err(Failure::Usage(
                "--secret is not for login: type the secret, pipe it in, or use --secret-file"
                    .to_owned(),
            ));
        }
        let environment = Environment::read();
        let name = self.profile_name(&environment);
        let of_profile = load()?.profile.remove(&name).map(|profile| profile.url);
        let url = match &self.profile {
            Some(_) => self.url.clone().or(of_profile).or(environment.url),
            None => self.url.clone().or(environment.url).or(of_profile),
        };
        let url = url.unwrap_or_else(|| DEFAULT_URL.to_owned());
        Ok((url, self.secret_file.clone(), name))
    }

    /// The name of the profile in force.
    pub(crate) fn profile(&self) -> String {
        self.profile_name(&Environment::read())
    }

    fn target(&self) -> Result<Target, Failure> {
        let given = match (&self.secret, &self.secret_file) {
            (Some(secret), _) => Some(secret.trim().to_owned()),
            (None, Some(file)) => Some(hidden::read(Some(file), "")?),
            (None, None) => None,
        };
        self.resolve(given, &Environment::read(), load)
    }

    /// The rules, apart from the places that things are read from.
    fn resolve(
        &self,
        given: Option<String>,
        environment: &Environment,
        load: impl FnOnce() -> Result<Profiles, Failure>,
    ) -> Result<Target, Failure> {
        let name = self.profile_name(environment);
        let is_named = self.profile.is_some() || environment.profile.is_some();
        let (mut url, mut secret) = (self.url.clone(), given);
        if self.profile.is_none() {
            url = url.or(environment.url.clone());
            secret = secret.or(environment.secret.clone());
        }
        // A file that is not needed cannot be in the way.
        if is_named || url.is_none() || secret.is_none() {
            let profile = load()?.profile.remove(&name);
            if is_named && profile.is_none() {
                return Err(Failure::Usage(format!(
                    "there is no profile `{name}`: `tidegate login --profile {name}` makes it"
                )));
            }
            if let Some(profile) = profile {
                let Profile {
                    url: home,
                    secret: own,
                } = profile;
                let goes_home = url.as_deref().is_none_or(|url| same(url, &home));
                if secret.is_none() && goes_home {
                    secret = Some(own);
                } else if secret.is_none() && self.profile.is_some() {
                    return Err(Failure::Usage(format!(
                        "the secret of profile `{name}` is for {home} and is not shown elsewhere"
                    )));
                }
                url = url.or(Some(home));
            }
        }
        Ok(Target {
            url: url.unwrap_or_else(|| DEFAULT_URL.to_owned()),
            secret,
        })
    }

    fn profile_name(&self, environment: &Environment) -> String {
        let name = self.profile.as_ref().or(environment.profile.as_ref());
        name.map_or_else(|| DEFAULT_PROFILE.to_owned(), Clone::clone)
    }
}

impl Environment {
    fn read() -> Self {
        let variable = |name: &str| {
            let value = std::env::var(name).ok()?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        Self {
            url: variable("TIDEGATE_URL"),
            secret: variable("TIDEGATE_SECRET"),
            profile: variable("TIDEGATE_PROFILE"),
        }
    }
}

fn load() -> Result<Profiles, Failure> {
    profiles::path().map_or_else(|| Ok(Profiles::default()), |path| Profiles::load(&path))
}

/// A slash at the end makes no other address.
fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arguments")
            .field("url", &self.url)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
