//! Objects and subjects as people type them: the case of an id is folded here and in the API,
//! and nowhere else.

/// Reads `type:id`, the id in lower case.
pub(crate) fn object(text: &str) -> Result<String, String> {
    let example = "an object is written type:id, as in stream:acme/sales/orders";
    if text.contains('#') || text.contains(char::is_whitespace) {
        return Err(example.to_owned());
    }
    match text.split_once(':') {
        Some((type_name, id)) if !type_name.is_empty() && !id.is_empty() => {
            Ok(format!("{type_name}:{}", id.to_lowercase()))
        }
        _ => Err(example.to_owned()),
    }
}

/// Reads `type:id`, `type:id#relation` or `type:*`, the id in lower case.
pub(crate) fn subject(text: &str) -> Result<String, String> {
    let example = "a subject is written type:id, type:id#relation or type:*";
    match text.split_once('#') {
        None => object(text).map_err(|_| example.to_owned()),
        Some((userset, relation)) if !relation.is_empty() && !relation.contains('#') => {
            let userset = object(userset).map_err(|_| example.to_owned())?;
            Ok(format!("{userset}#{relation}"))
        }
        Some(_) => Err(example.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_folded_and_the_rest_is_kept() {
        for (text, expected) in [
            ("user:Alice", Some("user:alice")),
            ("Team:Core/A", Some("Team:core/a")),
            ("team:Core#Member", Some("team:core#Member")),
            ("user:*", Some("user:*")),
            ("user", None),
            ("user:", None),
            (":alice", None),
            ("user:a b", None),
            ("team:core#", None),
            ("team:core#a#b", None),
        ] {
            assert_eq!(subject(text).ok().as_deref(), expected, "{text}");
        }
        assert!(object("team:core#member").is_err());
    }
}
