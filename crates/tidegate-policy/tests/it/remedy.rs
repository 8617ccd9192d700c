//! Whether a remedy is one.

use tidegate_policy::explain::{MAX_ADDED, MAX_REMOVED};
use tidegate_policy::{Change, CheckRequest, Remedy, Snapshot};

/// Applied, all of it turns the answer, and no part of it does.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn judge(
    remedy: &Remedy,
    snapshot: &Snapshot,
    request: &CheckRequest<'_>,
) -> Result<(), String> {
    let Remedy { add, remove } = remedy;
    if add.len() > MAX_ADDED || remove.len() > MAX_REMOVED {
        return Err(format!("too large a remedy:\n{remedy}"));
    }
    let removed = remove.iter().cloned().map(Change::Delete);
    let changes: Vec<Change> = removed
        .chain(add.iter().cloned().map(Change::Write))
        .collect();
    let all = (1_u32 << changes.len()) - 1;
    for mask in 0..=all {
        let places = changes.iter().enumerate();
        let kept = places.filter(|(place, _)| mask >> place & 1 == 1);
        let part: Vec<Change> = kept.map(|(_, change)| change.clone()).collect();
        let changed = snapshot.apply(snapshot.revision() + 1, &part);
        let changed = changed.map_err(|error| format!("{error}, by\n{remedy}"))?;
        let is_yes = changed.check(request) == Ok(true);
        if is_yes != (mask == all) {
            return Err(format!("{remedy}part {mask:b} of {all:b}: {is_yes}"));
        }
    }
    Ok(())
}
