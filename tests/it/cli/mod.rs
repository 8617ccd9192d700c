//! The verbs, as people and scripts run them: the program itself, with a secret in its environment.

mod effects; // what each row of the table must have done
mod explain; // why, and why not
mod lists; // who may, and what: with why
mod models; // models in files, and the tests of store files
mod secrets; // login, verify, scan; terms, files of changes, completions
mod table; // every row of the README's table

use std::path::PathBuf;
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::world::{PATIENCE, World, program};

/// Somebody at a terminal.
pub(crate) struct Person {
    url: String,
    secret: Option<String>,
    /// Where they are.
    folder: PathBuf,
    /// A folder for a profile file of their own.
    home: PathBuf,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Person {
    pub(crate) fn new(world: &World, name: &str, secret: Option<String>) -> Self {
        Self {
            url: format!("http://{}", world.server.control),
            secret,
            folder: world.folder.path().to_owned(),
            home: world.folder.path().join(name),
        }
    }

    pub(crate) async fn run(&self, words: &[&str]) -> Ended {
        self.run_with(words, "").await
    }

    /// Runs the program with something to read.
    pub(crate) async fn run_with(&self, words: &[&str], input: &str) -> Ended {
        let mut command = Command::new(program());
        command
            .args(words)
            .current_dir(&self.folder)
            .env_clear()
            .env("TIDEGATE_URL", &self.url)
            .env("XDG_CONFIG_HOME", &self.home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(secret) = &self.secret {
            command.env("TIDEGATE_SECRET", secret);
        }
        let mut child = command.spawn().expect("starts");
        let mut stdin = child.stdin.take().expect("piped");
        // Whoever reads nothing has ended before.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output())
            .await
            .expect("ends");
        let Output {
            status,
            stdout,
            stderr,
        } = ended.expect("waited for");
        Ended {
            code: status.code(),
            stdout: String::from_utf8(stdout).expect("text"),
            stderr: String::from_utf8(stderr).expect("text"),
        }
    }

    /// Runs what must succeed, and takes what it printed.
    pub(crate) async fn done(&self, words: &[&str]) -> String {
        let ended = self.run(words).await;
        assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
        ended.stdout
    }
}

/// Registers somebody, who acts with the first secret.
pub(crate) async fn register(world: &World, operator: &Person, name: &str) -> Person {
    let printed = operator.done(&["create", &format!("user:{name}")]).await;
    Person::new(world, name, Some(printed.trim().to_owned()))
}

/// Takes a line apart as a shell would, as far as the README goes.
pub(crate) fn words(line: &str) -> Vec<&str> {
    line.split('"')
        .enumerate()
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        })
        .collect()
}
