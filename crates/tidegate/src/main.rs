//! Tidegate, the one binary: `serve`, and a verb for each thing that the HTTP API does.

mod command;
mod exit;
mod names;
mod output;
mod quantity;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::{
    check, connection, create, delete, get, grant, list, quota, revoke, secret, usage,
};
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// The gateway allocates some forty times a request, from all threads, in sizes that the system's
/// allocator has no quick answer for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Access management for data APIs.
#[derive(Debug, Parser)]
#[command(name = "tidegate", version)]
#[command(
    after_help = "Objects are written type:id, as in stream:acme/sales/orders.\n\
                        Exit codes: 0 ok, 1 failed, 2 usage, 3 denied."
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// Print JSON, errors too.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten, next_help_heading = "To reach the API (every verb but serve)")]
    connection: connection::Arguments,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run gateway, control plane and store in one process.
    Serve(serve::Arguments),
    /// Create an object, with its quotas.
    Create(create::Arguments),
    /// Delete an object; a name that is used again inherits nothing.
    Delete(delete::Arguments),
    /// Show an object, and with --grants who has what on it.
    Get(get::Arguments),
    /// List the objects of a type.
    List(list::Arguments),
    /// Grant relations on an object.
    Grant(grant::Arguments),
    /// Revoke relations on an object.
    Revoke(revoke::Arguments),
    /// Issue, list and revoke secrets.
    #[command(subcommand)]
    Secret(secret::Verb),
    /// Set and show quotas.
    #[command(subcommand)]
    Quota(quota::Verb),
    /// Show what an account has used, window by window.
    Usage(usage::Arguments),
    /// Ask whether a subject may do an action on a resource: exit 0 allowed, 3 denied.
    Check(check::Arguments),
}

fn main() -> ExitCode {
    let Cli {
        verb,
        connection,
        json,
    } = Cli::parse();
    let output = Output::new(json);
    let result = match verb {
        Verb::Serve(arguments) => return serve::run(&arguments).into(),
        Verb::Create(arguments) => call(&connection, |c| create::run(c, output, arguments)),
        Verb::Delete(arguments) => call(&connection, |c| delete::run(c, output, arguments)),
        Verb::Get(arguments) => call(&connection, |c| get::run(c, output, arguments)),
        Verb::List(arguments) => call(&connection, |c| list::run(c, output, arguments)),
        Verb::Grant(arguments) => call(&connection, |c| grant::run(c, output, arguments)),
        Verb::Revoke(arguments) => call(&connection, |c| revoke::run(c, output, arguments)),
        Verb::Secret(verb) => call(&connection, |c| secret::run(c, output, verb)),
        Verb::Quota(verb) => call(&connection, |c| quota::run(c, output, verb)),
        Verb::Usage(arguments) => call(&connection, |c| usage::run(c, output, arguments)),
        Verb::Check(arguments) => call(&connection, |c| check::run(c, output, arguments)),
    };
    result
        .unwrap_or_else(|failure| {
            if failure.exit() != Exit::Ok {
                output.failure(&failure);
            }
            failure.exit()
        })
        .into()
}

/// Runs a verb that calls the API.
fn call<F: Future<Output = Result<Exit, Failure>>>(
    connection: &connection::Arguments,
    verb: impl FnOnce(tidegate_client::Client) -> F,
) -> Result<Exit, Failure> {
    let client = connection.client()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(verb(client))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_do_not_clash() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
