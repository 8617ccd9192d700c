//! What a newcomer reads once everything is ready.

use std::io::IsTerminal;
use std::path::Path;

use super::example::{BOT, STREAM};
use super::state::State;
use super::{Folders, Ports, shown};

/// Prints it.
pub(super) fn print(state: &State, ports: Ports, folders: &Folders, tidegate: &Path) {
    let is_plain = !std::io::stdout().is_terminal()
        || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let strong = |text: &str| {
        if is_plain {
            text.to_owned()
        } else {
            format!("\x1b[1m{text}\x1b[0m")
        }
    };
    let url = &state.read_url;
    let secret = state.service_secret.as_deref().unwrap_or_default();
    let admin = state.admin_secret.as_deref().unwrap_or_default();
    let tidegate = shown(tidegate);
    println!(
        "
{ready}
{BOT} may read and write {STREAM},
100 MB each way in a month, through the gateway at http://{gateway}.

{try_it}

  curl {url} -d '[{{\"item\":\"tide table\",\"total\":9.5}}]' -H 'Authorization: Bearer {secret}'

  curl '{url}?limit=10' -H 'Authorization: Bearer {secret}'

  curl -i {url}

{admin_it}

  export TIDEGATE_URL={control} TIDEGATE_SECRET={admin}

  {tidegate} quota show {BOT}
  {tidegate} check {BOT} can_write {STREAM}
  {tidegate} revoke {STREAM} write --from {BOT}
  {tidegate} --help

Addresses and secrets  {json}
Configuration          {config}
Log                    {log}
Metrics                {metrics}

Ctrl-C stops it all. What was written is kept; --fresh starts over.",
        ready = strong("Tidegate is ready."),
        gateway = ports.gateway,
        try_it = strong("Write, read, and try without a secret:"),
        admin_it = strong("In another terminal, be alice, who runs acme:"),
        control = state.control_url,
        json = shown(&folders.all.join("quickstart.json")),
        config = shown(&folders.all.join("tidegate.toml")),
        log = shown(&folders.all.join("tidegate.log")),
        metrics = state.metrics_url,
    );
}

/// Says so where the lines above no longer do what they did. `status`: what the stream answers to a
/// `HEAD` with the service's secret, which costs no quota.
pub(super) fn note_changes(status: Option<u16>) {
    if status != Some(200) {
        let status = status.map_or_else(|| "nothing".to_owned(), |status| status.to_string());
        println!(
            "\nNote: reading answers {status} just now. What an earlier run changed (grants, secrets, \
             quotas) still holds; --fresh starts over."
        );
    }
}
