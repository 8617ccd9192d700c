//! The engine as wasm, in Node, Chromium and workerd: builds it, binds it, runs `tests/wasm/`, and asks it what was asked
//! natively.

use super::hosts::{Host, Hosts};
use super::tally::{self, Runner, Tally};
use super::{Scale, generated};
use crate::Failure;

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    let hosts = Hosts::new()?;
    let mut tally = Tally::default();
    for host in Host::ALL {
        println!("in {}:", host.name());
        tally += tally::count(Runner::Node, hosts.ask(host, "tests", None))?;
    }
    tally += generated::run(*scale, &hosts)?;
    Ok(tally)
}
