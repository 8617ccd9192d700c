//! Names (decision 17): lower-case letters, digits, `_` and `-`, starting with a letter.
//!
//! An id is the parent's id, a slash, and a name of its own: `acme/sales/orders`.

use tidegate_policy::Object;

/// Longest name: one segment of an id. Characters. Four of them and their slashes stay far below the
/// engine's 256 bytes for an object.
pub const NAME_MAX: usize = 40;

/// Longest display name. Characters.
pub const DISPLAY_NAME_MAX: usize = 100;

/// Whether a segment is a name.
pub(super) fn is_name(segment: &str) -> bool {
    segment.len() <= NAME_MAX
        && segment.starts_with(|first: char| first.is_ascii_lowercase())
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte))
}

/// The text of an object or subject with its id in lower case: look-ups ignore case.
/// Types and relations are compared exactly.
pub fn fold(text: &str) -> String {
    let Some((type_name, rest)) = text.split_once(':') else {
        return text.to_owned();
    };
    match rest.split_once('#') {
        Some((id, relation)) => format!("{type_name}:{}#{relation}", id.to_lowercase()),
        None => format!("{type_name}:{}", rest.to_lowercase()),
    }
}

/// The id of the parent and the object's own name.
pub(super) fn split(object: &Object) -> (Option<&str>, &str) {
    match object.id().rsplit_once('/') {
        Some((parent, name)) => (Some(parent), name),
        None => (None, object.id()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let longest = "a".repeat(NAME_MAX);
        let too_long = "a".repeat(NAME_MAX + 1);
        for good in ["a", "acme", "a1", "a_b-c", "z9-_", longest.as_str()] {
            assert!(is_name(good), "{good:?}");
        }
        let bad = [
            "", "A", "acmE", "1a", "-a", "_a", "a b", "a/b", "a.b", "a:b", "a#b", "a*", "é", "aé",
            "a\0", &too_long,
        ];
        for bad in bad {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn folding() {
        let cases = [
            ("user:Alice", "user:alice"),
            ("stream:Acme/SALES/orders", "stream:acme/sales/orders"),
            ("team:A#Member", "team:a#Member"),
            ("user:*", "user:*"),
            ("Type:A", "Type:a"),
            ("nothing", "nothing"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded);
        }
    }
}
