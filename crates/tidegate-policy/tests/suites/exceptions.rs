//! The cases that cannot hold here, by `exceptions.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

static ALL: LazyLock<Exceptions> = LazyLock::new(|| {
    let all: Exceptions =
        toml::from_str(include_str!("exceptions.toml")).expect("a list of exceptions");
    let reasons = all.exception.iter().map(|one| &one.reason);
    let mut reasons = reasons.chain(all.left_out.iter().map(|one| &one.reason));
    assert!(
        reasons.all(|reason| !reason.is_empty()),
        "one says no reason"
    );
    all
});

#[derive(Deserialize)]
struct Exceptions {
    left_out: Vec<LeftOut>,
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    id: String,
    /// Cases that expect no error hold.
    #[serde(default)]
    only_errors: bool,
    reason: String,
}

/// Kinds of errors that are not compared.
#[derive(Deserialize)]
struct LeftOut {
    kinds: Vec<String>,
    /// Only where an error of this kind is expected, and none of those.
    beside: Option<String>,
    reason: String,
}

/// The words of the kinds that are left out of what is compared, where these are expected.
pub(crate) fn left_out(expected: &BTreeSet<String>) -> Vec<&'static str> {
    let all = ALL.left_out.iter().filter(|one| {
        one.beside.as_ref().is_none_or(|beside| {
            expected.contains(beside) && one.kinds.iter().all(|kind| !expected.contains(kind))
        })
    });
    let kinds = all.flat_map(|one| &one.kinds);
    kinds.map(String::as_str).collect()
}

/// Whether a case of a file is excepted.
pub(crate) fn is_excepted(file: &str, group: &str, name: &str, expects_error: bool) -> bool {
    ALL.exception.iter().any(|exception| {
        let group_of_all = exception.id == format!("{file} {group}/*");
        let one = exception.id == format!("{file} {group}/{name}");
        (group_of_all || one) && (expects_error || !exception.only_errors)
    })
}
