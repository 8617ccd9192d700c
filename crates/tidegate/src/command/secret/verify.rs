//! `tidegate secret verify`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tidegate_token::Claims;

use super::proof::{self, Proof, Time};
use crate::command::connection;
use crate::exit::{Exit, Failure};
use crate::hidden;
use crate::output::{Output, Text, Tone};
use crate::quantity;

/// The word for a secret that holds.
const GENUINE: &str = "genuine";

/// Which secret.
#[derive(Args, Debug)]
#[group(skip)]
#[command(
    after_help = "Whether it was revoked is not written in it: `tidegate whoami` asks the API.\n\
                  Example:\n  tidegate secret verify\n  tidegate secret verify bot.secret\n  tidegate secret verify -"
)]
pub(crate) struct Arguments {
    /// A file that holds it, or `-` for standard input; without it the secret in force, as of
    /// TIDEGATE_SECRET. Not its text.
    file: Option<PathBuf>,
}

/// What a secret says, and what that is worth.
#[derive(Debug, Serialize)]
struct Verdict {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Claims>,
}

/// Prints the verdict, and ends with it.
pub(crate) async fn run(
    output: Output,
    arguments: &Arguments,
    connection: &connection::Arguments,
) -> Result<Exit, Failure> {
    let Arguments { file } = arguments;
    let secret = match file {
        Some(file) => hidden::read(Some(file), "")?,
        None => connection.secret()?.ok_or_else(|| {
            Failure::Usage("name a file, `-`, or a secret in TIDEGATE_SECRET".to_owned())
        })?,
    };
    let keys = proof::keys(&connection.anonymous()?).await?;
    let (state, claims) = match Proof::of(&secret, &keys, proof::now_s()) {
        Proof::Genuine { claims, time } => (state(time), Some(*claims)),
        Proof::Forged => ("forged", None),
        Proof::UnknownKey => ("unknown_key", None),
        Proof::Malformed => ("malformed", None),
    };
    let verdict = Verdict { state, claims };
    output.answer(&verdict, describe)?;
    Ok(if verdict.state == GENUINE {
        Exit::Ok
    } else {
        Exit::Denied
    })
}

/// A word for a genuine secret at its time.
pub(crate) fn state(time: Time) -> &'static str {
    match time {
        Time::Holds => GENUINE,
        Time::Expired => "expired",
        Time::NotYet => "not_yet_valid",
    }
}

fn describe(text: &mut Text, verdict: &Verdict) {
    let Verdict { state, claims } = verdict;
    let (tone, line) = match *state {
        GENUINE => (Tone::Yes, "genuine: its signature and its times hold"),
        "expired" => (Tone::No, "genuine, but expired"),
        "not_yet_valid" => (Tone::No, "genuine, but not valid yet"),
        "forged" => (Tone::No, "forged: no key of this server signed it"),
        "unknown_key" => (Tone::No, "of a key that this server does not publish"),
        _ => (Tone::No, "not a secret"),
    };
    text.toned_line(tone, line);
    let Some(claims) = claims else { return };
    let Claims {
        iss,
        aud,
        sub,
        uid,
        jti,
        iat,
        nbf,
        exp,
        kind,
        narrow,
    } = claims;
    text.line(&format!("subject   {sub}"));
    text.line(&format!("uid       {uid}"));
    text.line(&format!("kind      {kind}"));
    text.line(&format!("jti       {jti}"));
    text.line(&format!("issuer    {iss}"));
    text.line(&format!("audience  {}", aud.join(", ")));
    text.line(&format!("issued    {}", quantity::time(*iat)));
    if let Some(from_s) = nbf {
        text.line(&format!("from      {}", quantity::time(*from_s)));
    }
    text.line(&format!("expires   {}", quantity::end(*exp)));
    if let Some(limits) = narrow
        .as_ref()
        .and_then(|limits| serde_json::to_string(limits).ok())
    {
        text.line(&format!("narrowed  {limits}"));
    }
}
