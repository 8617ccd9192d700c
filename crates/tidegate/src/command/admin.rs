//! `tidegate admin keys|backup|restore|secret|reseal`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tidegate_client::Client;
use tidegate_client::api::BackupError;
use tidegate_client::wire::{KeyInfo, KeyState, Keys, RotateKey};
use tidegate_control::store::{Restore, SealKey, Store};
use tidegate_control::{Control, Settings};
use tidegate_tower::Clock;
use tokio::fs::File;
use tokio::io::BufReader;
use uuid::Uuid;

use crate::exit::{Exit, Failure};
use crate::output::{Output, Text};
use crate::quantity;
use crate::serve;

/// What an operator does.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List, rotate and retire signing keys.
    #[command(subcommand)]
    Keys(KeysVerb),
    /// Write everything that the control plane holds into a new file, while it goes on.
    Backup(Backup),
    /// Restore a backup into an empty store, with no server running on it.
    Restore(RestoreArguments),
    /// Print a new secret of an operator or another person, with no server running: for who has the store.
    Secret(Secret),
    /// Seal the signing keys in the store under another key, with no server running on it.
    Reseal(Reseal),
}

/// What to do with signing keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysVerb {
    /// List the keys.
    List(List),
    /// Add a key: it is published at once, and signs a while later.
    Rotate(Rotate),
    /// Take a key away that signs no more.
    Retire(Retire),
}

/// Nothing to say.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate admin keys list")]
pub(crate) struct List {}

/// Which key.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate admin keys rotate --purpose secret --activate-in 600")]
pub(crate) struct Rotate {
    /// What it signs.
    #[arg(long, value_enum, default_value = "secret")]
    purpose: Purpose,
    /// How; says nothing of links.
    #[arg(long, value_enum, default_value = "EdDSA", ignore_case = true)]
    algorithm: Algorithm,
    /// How long it is only published, so that verifiers that keep the key set for a while have it then.
    /// Links wait for nothing: nobody else verifies them.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    activate_in: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Purpose {
    /// Secrets.
    Secret,
    /// Bundles, which nodes follow.
    Bundle,
    /// Links in mails of invitations.
    Link,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Algorithm {
    #[value(name = "EdDSA")]
    EdDsa,
    #[value(name = "ES256")]
    Es256,
}

/// Which key.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Example:\n  tidegate admin keys retire 0193a1c0-0000-7000-8000-000000000001"
)]
pub(crate) struct Retire {
    /// Its id.
    kid: String,
    /// Although something holds that it has signed: that ends. Secrets are revoked, and counted.
    #[arg(long)]
    force: bool,
}

/// Where to.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = "Example:\n  tidegate admin backup tidegate.backup")]
pub(crate) struct Backup {
    /// The file to make; it must not be there. It is made for its owner alone: it holds the signing keys.
    file: PathBuf,
}

/// From where, and where to.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Every secret that was issued before ends, and a new one of an operator is printed; but with \
                  --danger-keep-secrets. Revisions go on above all that were given out before: gateways \
                  elsewhere follow, once they have a secret that holds.\nExample:\n  tidegate admin restore tidegate.backup --config tidegate.toml"
)]
pub(crate) struct RestoreArguments {
    /// The backup.
    file: PathBuf,
    /// The configuration of the server whose store is to be filled. The store must be empty, or not be there.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// DANGER: secrets hold on, those too that were revoked, or whose holder was removed, after the backup
    /// was made.
    #[arg(long)]
    danger_keep_secrets: bool,
}

/// Whose, and of which store.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "After a restore, and for people who have lost theirs: a first secret, as they got when they were \
                  created.\nExample:\n  tidegate admin secret user:ada --config tidegate.toml"
)]
pub(crate) struct Secret {
    /// The person, as `type:id`; an operator where none is named.
    object: Option<String>,
    /// The configuration of the server that has the store.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Under what.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "The key in force is taken as the server takes it: from TIDEGATE_STORE_KEY or \
                  control.store_key_file. Name the new one there afterwards.\n\
                  Example:\n  tidegate admin reseal --config tidegate.toml --new-key-file store.key"
)]
pub(crate) struct Reseal {
    /// The configuration of the server that has the store.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    #[command(flatten)]
    under: Under,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Under {
    /// A file with the new key: 32 bytes in base64, as of `openssl rand -base64 32`.
    #[arg(long, value_name = "FILE")]
    new_key_file: Option<PathBuf>,
    /// DANGER: signing keys lie open in the store from then on; whoever reads it can mint secrets.
    #[arg(long)]
    danger_unseal: bool,
}

/// Lists keys.
pub(crate) async fn list(client: Client, output: Output, _: List) -> Result<Exit, Failure> {
    output.answer(&client.signing_keys().await?, |text, Keys { items }| {
        describe(text, items);
    })?;
    Ok(Exit::Ok)
}

fn describe(text: &mut Text, keys: &[KeyInfo]) {
    let headings = [
        "KEY",
        "FOR",
        "ALGORITHM",
        "STATE",
        "SIGNS FROM",
        "UNTIL",
        "SECRETS",
    ];
    let rows: Vec<[String; 7]> = keys.iter().map(row).collect();
    text.table(headings, &rows);
}

fn row(key: &KeyInfo) -> [String; 7] {
    let KeyInfo {
        kid,
        purpose,
        algorithm,
        state,
        created_at_s: _,
        activates_at_s,
        retires_at_s,
        living_secrets,
    } = key;
    let state = match state {
        KeyState::Published => "published",
        KeyState::Signing => "signing",
        KeyState::Verifying => "verifying",
    };
    [
        kid.clone(),
        purpose.clone(),
        algorithm.clone(),
        state.to_owned(),
        quantity::time(*activates_at_s),
        retires_at_s.map_or_else(String::new, quantity::time),
        living_secrets.map_or_else(String::new, |count| count.to_string()),
    ]
}

/// Adds a key.
pub(crate) async fn rotate(
    client: Client,
    output: Output,
    arguments: Rotate,
) -> Result<Exit, Failure> {
    let Rotate {
        purpose,
        algorithm,
        activate_in,
    } = arguments;
    let purpose = match purpose {
        Purpose::Secret => "secret",
        Purpose::Bundle => "bundle",
        Purpose::Link => "link",
    };
    let algorithm = match algorithm {
        Algorithm::EdDsa => "EdDSA",
        Algorithm::Es256 => "ES256",
    };
    let request = RotateKey {
        purpose: Some(purpose.to_owned()),
        algorithm: Some(algorithm.to_owned()),
        activate_in_s: Some(activate_in),
    };
    let rotated = client.rotate_key(&request).await?;
    let line = format!(
        "key {} is published, and signs from {} on",
        rotated.key.kid,
        quantity::time(rotated.key.activates_at_s)
    );
    output.done(&rotated, &line)
}

/// Takes a key away.
pub(crate) async fn retire(
    client: Client,
    output: Output,
    arguments: Retire,
) -> Result<Exit, Failure> {
    let Retire { kid, force } = arguments;
    let retired = client.retire_key(&kid, force).await?;
    let line = format!(
        "took key {kid} away; {} secrets were revoked with it",
        retired.revoked_secrets
    );
    output.done(&retired, &line)
}

/// Writes a backup into a new file; one that is cut off is removed.
pub(crate) async fn backup(
    client: Client,
    output: Output,
    arguments: Backup,
) -> Result<Exit, Failure> {
    let Backup { file: path } = arguments;
    let file = new_private_file(&path).map_err(|error| failed(&path, error))?;
    let mut file = File::from_std(file);
    let written = async {
        let bytes = client.backup(&mut file).await?;
        file.sync_all().await?;
        Ok::<_, BackupError>(bytes)
    };
    match written.await {
        Ok(bytes) => {
            let line = format!("{} in {}", quantity::size(bytes), path.display());
            output.done(&json!({ "file": path, "bytes": bytes }), &line)
        }
        Err(error) => {
            // Half a backup is none; that it may stay is said by what follows.
            let _ = std::fs::remove_file(&path);
            Err(match error {
                BackupError::Api(error) => Failure::Api(error),
                BackupError::Write(error) => failed(&path, error),
                error => failed(&path, std::io::Error::other(error)),
            })
        }
    }
}

fn new_private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn failed(path: &Path, error: std::io::Error) -> Failure {
    Failure::File {
        path: path.display().to_string(),
        error,
    }
}

/// Restores a backup, in this process: no server has the store meanwhile.
pub(crate) async fn restore(output: Output, arguments: RestoreArguments) -> Result<Exit, Failure> {
    let RestoreArguments {
        file: path,
        config,
        danger_keep_secrets,
    } = arguments;
    let Settings {
        store, store_key, ..
    } = settings(&config, Clock::system())?;
    let source = File::open(&path)
        .await
        .map_err(|error| failed(&path, error))?;
    let store = Store::open_sealed(&store, store_key)
        .await
        .map_err(|error| wrong(&config, &error))?;
    let how = Restore {
        now_ms: Clock::system().now_ms(),
        keep_secrets: danger_keep_secrets,
        history: Uuid::now_v7(),
    };
    let restored = store.restore(BufReader::new(source), how).await;
    let contents = restored.map_err(|error| wrong(&path, &error))?;
    let done = format!(
        "restored revision {} from {} lines",
        contents.revision, contents.lines
    );
    if danger_keep_secrets {
        let line = format!("{done}; secrets hold on, those too that were revoked since");
        let answer = json!({ "revision": contents.revision, "lines": contents.lines });
        return output.done(&answer, &line);
    }
    output.remark(&format!(
        "{done}; every secret that was issued before has ended"
    ));
    // Whoever could issue one needs one; it must not be among those that have ended.
    let ends_s = how.ends_s();
    let clock = Clock::new(move || Clock::system().now_ms().max(ends_s * 1000));
    secret_at(output, &config, clock, None).await
}

/// Prints a new secret of a person.
pub(crate) async fn secret(output: Output, arguments: Secret) -> Result<Exit, Failure> {
    let Secret { object, config } = arguments;
    secret_at(output, &config, Clock::system(), object.as_deref()).await
}

async fn secret_at(
    output: Output,
    config: &Path,
    clock: Clock,
    person: Option<&str>,
) -> Result<Exit, Failure> {
    let opened = Control::open(settings(config, clock)?).await;
    let control = opened.map_err(|error| wrong(config, &error))?;
    let secret = control.secret_by_hand(person).await;
    control.close().await;
    let secret = secret.map_err(|fault| wrong(config, &fault))?;
    let whose = person.unwrap_or("an operator");
    output.remark(&format!("a new secret of {whose}, shown this once:"));
    let answer = json!({ "secret": secret.expose() });
    output.done(&answer, secret.expose())
}

/// Seals the signing keys in the store anew, in this process.
pub(crate) async fn reseal(output: Output, arguments: Reseal) -> Result<Exit, Failure> {
    let Reseal { config, under } = arguments;
    let Under {
        new_key_file,
        danger_unseal: _,
    } = under;
    let new = match &new_key_file {
        None => None,
        Some(path) => Some(SealKey::read(path).map_err(|error| wrong(path, &error))?),
    };
    let Settings {
        store, store_key, ..
    } = settings(&config, Clock::system())?;
    let mut store = Store::open_sealed(&store, store_key)
        .await
        .map_err(|error| wrong(&config, &error))?;
    let resealed = store.reseal(new).await;
    store.close().await;
    resealed.map_err(|error| wrong(&config, &error))?;
    let line = match &new_key_file {
        Some(path) => format!("signing keys are sealed under {} now", path.display()),
        None => "signing keys lie open in the store now".to_owned(),
    };
    output.done(&json!({ "sealed": new_key_file.is_some() }), &line)
}

fn settings(config: &Path, clock: Clock) -> Result<Settings, Failure> {
    serve::settings_of(config, clock).map_err(Failure::Usage)
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Content {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}
