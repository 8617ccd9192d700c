//! A short run of each fuzz target, always the same sequence of inputs; as far as the time goes.

use super::tally::Tally;
use super::{Scale, machine};
use crate::Failure;
use crate::fuzz::{self, Corpus};

/// Of each target. Seconds.
const SECONDS: u64 = 5;
/// The same at full scale.
const FULL_SECONDS: u64 = 300;

pub(super) fn run(scale: &Scale) -> Result<Tally, Failure> {
    if !machine::need_cxx() {
        eprintln!(
            "SKIPPED: the fuzz targets need a C++ compiler, and none could be installed: on Debian: \
             apt-get install g++"
        );
        return Ok(Tally::default());
    }
    let seconds = if scale.full { FULL_SECONDS } else { SECONDS };
    let mut tally = Tally::default();
    for target in fuzz::build()? {
        if target.run(seconds, Corpus::Seeds)? {
            tally.passed += 1;
        } else {
            tally.failed += 1;
        }
    }
    Ok(tally)
}
