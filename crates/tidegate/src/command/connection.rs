//! Where the API is, and the secret to show it: from flags, or from the environment.

use std::path::PathBuf;

use clap::Args;
use tidegate_client::Client;

use crate::exit::Failure;

/// Longest secret file that is read. Bytes.
const SECRET_LIMIT_BYTES: u64 = 64 * 1024;

/// Flags of every verb that calls the API.
#[derive(Args)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Where the control plane's API is.
    #[arg(
        long,
        global = true,
        env = "TIDEGATE_URL",
        default_value = "http://127.0.0.1:8081"
    )]
    url: String,
    /// A file that holds the secret (also: the environment variable TIDEGATE_SECRET).
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "secret")]
    secret_file: Option<PathBuf>,
    /// The secret itself. Others on this machine see it in the list of processes, and the shell
    /// keeps it: prefer --secret-file or TIDEGATE_SECRET.
    #[arg(long, global = true, value_name = "SECRET")]
    secret: Option<String>,
}

impl Arguments {
    /// A client; without any secret it calls anonymously.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let secret = self.find_secret()?;
        Ok(Client::new(&self.url, secret.as_deref().map(str::trim))?)
    }

    fn find_secret(&self) -> Result<Option<String>, Failure> {
        if let Some(secret) = &self.secret {
            return Ok(Some(secret.clone()));
        }
        let Some(path) = &self.secret_file else {
            return Ok(std::env::var("TIDEGATE_SECRET")
                .ok()
                .filter(|secret| !secret.is_empty()));
        };
        let shown = || path.display().to_string();
        let text = read_bounded(path).map_err(|error| Failure::File {
            path: shown(),
            error,
        })?;
        if text.trim().is_empty() {
            return Err(Failure::Usage(format!("{} holds no secret", shown())));
        }
        Ok(Some(text))
    }
}

fn read_bounded(path: &std::path::Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(SECRET_LIMIT_BYTES)
        .read_to_string(&mut text)?;
    Ok(text)
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arguments")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
