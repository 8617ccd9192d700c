//! Tidegate, the one binary: `serve`, and a verb for each thing that the HTTP API does.

mod command;
mod console;
mod exit;
mod gateway;
mod hidden;
mod names;
mod output;
mod profiles;
mod quantity;
mod serve;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tidegate_client::Client;

use crate::command::{
    accept, admin, apply, attach, audit, change, check, completions, connection, create, decline,
    delete, detach, exchange, explain, get, grant, invitations, invite, join, leave, list, login,
    logout, members, model, move_link, quota, redeem, remove, rename, revoke, secret, terms, usage,
    what_can, who_can, whoami, withdraw,
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
    #[command(flatten)]
    globals: Globals,
}

/// Flags that may stand after any verb.
#[derive(Args, Debug)]
#[group(skip)]
struct Globals {
    /// Print JSON, errors too.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten, next_help_heading = "To reach the API")]
    connection: connection::Arguments,
    #[command(flatten, next_help_heading = "For every verb that changes something")]
    terms: terms::Arguments,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run gateway, control plane and store in one process.
    Serve(serve::Arguments),
    /// Run a gateway alone, which follows a control plane elsewhere.
    Gateway(gateway::Arguments),
    /// Keep a secret, and where it is for, in the profile file.
    Login(login::Arguments),
    /// Take a profile out of the profile file.
    Logout(logout::Arguments),
    /// Show who the secret in force says that you are.
    Whoami(whoami::Arguments),
    /// Create an object, with its quotas.
    Create(create::Arguments),
    /// Change the name that people see; the id stays.
    Rename(rename::Arguments),
    /// Delete an object and what hangs on it; a name that is used again inherits nothing.
    Delete(delete::Arguments),
    /// Show an object, and with --grants who has what on it.
    Get(get::Arguments),
    /// List the objects of a type.
    List(list::Arguments),
    /// Grant relations on an object.
    Grant(grant::Arguments),
    /// Give these relations instead of what a subject has on an object.
    Change(change::Arguments),
    /// Revoke relations on an object.
    Revoke(revoke::Arguments),
    /// Invite somebody, by name or by e-mail address.
    Invite(invite::Arguments),
    /// List pending invitations: yours, or those to an object.
    Invitations(invitations::Arguments),
    /// Prove an e-mail address by the code of an invitation's mail.
    Redeem(redeem::Arguments),
    /// Accept an invitation.
    Accept(accept::Arguments),
    /// Decline an invitation.
    Decline(decline::Arguments),
    /// Withdraw a pending invitation.
    Withdraw(withdraw::Arguments),
    /// List who has a part in an object, and as what.
    Members(members::Arguments),
    /// Join, where the system lets people in by themselves.
    Join(join::Arguments),
    /// Leave, and with it everything that the membership gave.
    Leave(leave::Arguments),
    /// Remove a member, and with it everything that the membership gave.
    Remove(remove::Arguments),
    /// Point a relation that has exactly one subject at another, as who pays for a user.
    Move(move_link::Arguments),
    /// Attach an object to another, as a space to an instance.
    Attach(attach::Arguments),
    /// Detach an object from another.
    Detach(detach::Arguments),
    /// Issue, list, revoke, verify and find secrets.
    #[command(subcommand)]
    Secret(secret::Verb),
    /// Set and show quotas.
    #[command(subcommand)]
    Quota(quota::Verb),
    /// Show what an account has used, window by window.
    Usage(usage::Arguments),
    /// Ask whether a subject may do an action on a resource: exit 0 allowed, 3 denied.
    Check(check::Arguments),
    /// Say why somebody may do something on something, or what would have to change.
    Explain(explain::Arguments),
    /// List who may do an action on a resource.
    WhoCan(who_can::Arguments),
    /// List on what a subject may do an action, or what it may do on a resource.
    WhatCan(what_can::Arguments),
    /// Make several changes from a file: all of them, or none.
    Apply(apply::Arguments),
    /// Show what was done: to an object, or by somebody.
    Audit(audit::Arguments),
    /// Exchange the secret in force for a narrower, short-lived one.
    Exchange(exchange::Arguments),
    /// Look at models in files, and run their tests: without the API.
    #[command(subcommand)]
    Model(model::Verb),
    /// Run the deployment: signing keys, backups.
    #[command(subcommand)]
    Admin(admin::Verb),
    /// Print what a shell needs to complete these verbs.
    Completions(completions::Arguments),
}

fn main() -> ExitCode {
    let Cli { verb, globals } = Cli::parse();
    let output = Output::new(globals.json);
    let result = match verb {
        Verb::Serve(arguments) => return serve::run(&arguments).into(),
        Verb::Gateway(a) => return gateway::run(&a, globals.connection.secret_file()).into(),
        Verb::Completions(arguments) => completions::run(output, &arguments),
        Verb::Logout(a) => logout::run(output, &a, &globals.connection),
        Verb::Login(a) => globals.block_on(login::run(output, &a, &globals.connection)),
        Verb::Whoami(a) => globals.ask(|c| whoami::run(c, output, a)),
        Verb::Create(a) => globals.change(|c| create::run(c, output, a)),
        Verb::Rename(a) => globals.change(|c| rename::run(c, output, a)),
        Verb::Delete(a) => globals.change(|c| delete::run(c, output, a)),
        Verb::Get(a) => globals.ask(|c| get::run(c, output, a)),
        Verb::List(a) => globals.ask(|c| list::run(c, output, a)),
        Verb::Grant(a) => globals.change(|c| grant::run(c, output, a)),
        Verb::Change(a) => globals.change(|c| change::run(c, output, a)),
        Verb::Revoke(a) => globals.change(|c| revoke::run(c, output, a)),
        Verb::Invite(a) => globals.change(|c| invite::run(c, output, a)),
        Verb::Invitations(a) => globals.ask(|c| invitations::run(c, output, a)),
        Verb::Redeem(a) => globals.change(|c| redeem::run(c, output, a)),
        Verb::Accept(a) => globals.change(|c| accept::run(c, output, a)),
        Verb::Decline(a) => globals.change(|c| decline::run(c, output, a)),
        Verb::Withdraw(a) => globals.change(|c| withdraw::run(c, output, a)),
        Verb::Members(a) => globals.ask(|c| members::run(c, output, a)),
        Verb::Join(a) => globals.change(|c| join::run(c, output, a)),
        Verb::Leave(a) => globals.change(|c| leave::run(c, output, a)),
        Verb::Remove(a) => globals.change(|c| remove::run(c, output, a)),
        Verb::Move(a) => globals.change(|c| move_link::run(c, output, a)),
        Verb::Attach(a) => globals.change(|c| attach::run(c, output, a)),
        Verb::Detach(a) => globals.change(|c| detach::run(c, output, a)),
        Verb::Secret(secret::Verb::Issue(a)) => {
            globals.change(|c| secret::issue::run(c, output, a))
        }
        Verb::Secret(secret::Verb::List(a)) => globals.ask(|c| secret::list::run(c, output, a)),
        Verb::Secret(secret::Verb::Revoke(a)) => {
            globals.change(|c| secret::revoke::run(c, output, a))
        }
        Verb::Secret(secret::Verb::Verify(a)) => {
            globals.block_on(secret::verify::run(output, &a, &globals.connection))
        }
        Verb::Secret(secret::Verb::Scan(a)) => {
            globals.block_on(secret::scan::run(output, &a, &globals.connection))
        }
        Verb::Quota(quota::Verb::Set(a)) => globals.change(|c| quota::set(c, output, a)),
        Verb::Quota(quota::Verb::Show(a)) => globals.ask(|c| quota::show(c, output, a)),
        Verb::Usage(a) => globals.ask(|c| usage::run(c, output, a)),
        Verb::Check(a) => globals.ask(|c| check::run(c, output, a)),
        Verb::Explain(a) => globals.ask(|c| explain::run(c, output, a)),
        Verb::WhoCan(a) => globals.ask(|c| who_can::run(c, output, a)),
        Verb::WhatCan(a) => globals.ask(|c| what_can::run(c, output, a)),
        Verb::Apply(a) => globals.change(|c| apply::run(c, output, a)),
        Verb::Audit(a) => globals.ask(|c| audit::run(c, output, a)),
        Verb::Exchange(a) => globals.block_on(exchange::run(output, a, &globals.connection)),
        Verb::Model(verb) => globals.terms.refuse().and_then(|()| match verb {
            model::Verb::Validate(a) => model::validate::run(output, &a),
            model::Verb::Convert(a) => model::convert::run(output, &a),
            model::Verb::Graph(a) => model::graph::run(output, &a),
            model::Verb::Types(a) => model::types::run(output, &a),
            model::Verb::Test(a) => model::test::run(output, &a),
        }),
        Verb::Admin(admin::Verb::Keys(verb)) => match verb {
            admin::KeysVerb::List(a) => globals.ask(|c| admin::list(c, output, a)),
            admin::KeysVerb::Rotate(a) => globals.change(|c| admin::rotate(c, output, a)),
            admin::KeysVerb::Retire(a) => globals.change(|c| admin::retire(c, output, a)),
        },
        Verb::Admin(admin::Verb::Backup(a)) => globals.ask(|c| admin::backup(c, output, a)),
        Verb::Admin(admin::Verb::Restore(a)) => globals.block_on(admin::restore(output, a)),
        Verb::Admin(admin::Verb::Secret(a)) => globals.block_on(admin::secret(output, a)),
        Verb::Admin(admin::Verb::Reseal(a)) => globals.block_on(admin::reseal(output, a)),
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

impl Globals {
    /// Runs a verb that changes something, on the terms asked for.
    fn change<F: Future<Output = Result<Exit, Failure>>>(
        &self,
        verb: impl FnOnce(Client) -> F,
    ) -> Result<Exit, Failure> {
        let client = self.connection.client()?.with_terms(self.terms.terms())?;
        run(verb(client))
    }

    /// Runs a verb that only asks.
    fn ask<F: Future<Output = Result<Exit, Failure>>>(
        &self,
        verb: impl FnOnce(Client) -> F,
    ) -> Result<Exit, Failure> {
        let client = self.connection.client()?;
        self.block_on(verb(client))
    }

    /// Runs what changes nothing in the API.
    fn block_on(&self, verb: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
        self.terms.refuse()?;
        run(verb)
    }
}

fn run(verb: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(verb)
}

#[cfg(test)]
mod tests;
