//! End to end: `tidegate serve` as a user starts it, in front of an upstream, over loopback.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test tells what is wrong by panicking, in its helpers too, and a random one its seed"
)]

mod admin; // keys and backups, by the program itself
mod attacks; // ambiguous paths, smuggling, headers that must not pass
mod changes; // grants and secrets that change while requests go on
mod claims; // the acceptance list, a test each
mod cli; // the verbs, as people and scripts run them
mod console; // what is at `/` of the API's listener: the console, or that there is none
mod datasette; // the recipe of the README, before an API that nobody here wrote
mod edge; // a worker before the gateway, under workerd
mod faults; // upstreams that are down, slow or break off; a store, port or configuration that is bad
mod githost; // a fifth system is a folder
mod http; // a client
mod kills; // kill -9 between and within changes
mod nodes; // gateways of other processes that follow the control plane
mod outbox; // mails over TLS: to whom the settings trust, and to nobody else
mod passing; // what passes, byte for byte
mod pattern; // bodies whose every byte is known
mod postgres; // a PostgreSQL of a test's own
mod public; // callers without a secret
mod quota; // what stops at a quota, and that it adds up
mod refusals; // secrets and requests that must not pass
mod rules; // random operations against a plain model of the rules
mod together; // administrators at the same time
mod tokens; // secrets that were exchanged for narrower ones
mod upstream; // the data API behind the gateway
mod world; // the harness
