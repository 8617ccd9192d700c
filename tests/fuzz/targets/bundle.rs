//! The payload of a bundle: whatever is accepted answers questions, and is written as it was read, byte
//! by byte. An input is a payload, or (after a first byte that is odd) changes of a good one.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tidegate_fuzz::{ask, good_snapshot, read_payload};

static GOOD: LazyLock<Vec<u8>> =
    LazyLock::new(|| good_snapshot().to_bundle_payload().expect("a payload"));

fuzz_target!(|input: &[u8]| {
    let payload = match input.split_first() {
        Some((first, changes)) if first % 2 == 1 => changed(changes),
        _ => input.to_vec(),
    };
    let Ok(snapshot) = read_payload(&payload) else {
        return;
    };
    ask(&snapshot);
    let written = snapshot.to_bundle_payload().expect("a payload");
    let again = read_payload(&written).expect("a payload that was written");
    assert_eq!(again.to_bundle_payload().ok(), Some(written));
});

/// Each four bytes are a change: where, what, and how (put in place of, put before, cut off here, take out).
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut payload = GOOD.clone();
    for change in changes.chunks_exact(4) {
        let [high, low, byte, how] = change.try_into().expect("four bytes");
        let at = usize::from(u16::from_be_bytes([high, low])) % (payload.len() + 1);
        match (how % 8, payload.get_mut(at)) {
            (0..=4, Some(found)) => *found = byte,
            (5, _) => payload.insert(at, byte),
            (6, _) => payload.truncate(at),
            (_, Some(_)) => drop(payload.remove(at)),
            (_, None) => {}
        }
    }
    payload
}
