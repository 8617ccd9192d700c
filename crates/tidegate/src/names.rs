//! Objects and subjects as people type them: the case of an id is folded here and in the API,
//! and nowhere else.

use tidegate_client::wire::InvitationId;

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

/// Reads `type:id`, `type:id#relation`, `type:*` or a person's e-mail address, the id in lower case.
pub(crate) fn subject(text: &str) -> Result<String, String> {
    let example = "a subject is written type:id, type:id#relation, type:* or bob@example.com";
    if let Some(address) = address(text) {
        return Ok(address);
    }
    match text.split_once('#') {
        None => object(text).map_err(|_| example.to_owned()),
        Some((userset, relation)) if !relation.is_empty() && !relation.contains('#') => {
            let userset = object(userset).map_err(|_| example.to_owned())?;
            Ok(format!("{userset}#{relation}"))
        }
        Some(_) => Err(example.to_owned()),
    }
}

/// Reads `type:id` or an e-mail address, either in lower case.
pub(crate) fn person(text: &str) -> Result<String, String> {
    match address(text) {
        Some(address) => Ok(address),
        None => object(text)
            .map_err(|_| "somebody is named as user:bob or as bob@example.com".to_owned()),
    }
}

/// Reads `relation=type:id`.
pub(crate) fn link(text: &str) -> Result<(String, String), String> {
    let example = "a link is written relation=type:id, as in attachment=attachment:acme/main/ml";
    match text.split_once('=') {
        Some((relation, target)) if !relation.is_empty() => {
            let target = object(target).map_err(|_| example.to_owned())?;
            Ok((relation.to_owned(), target))
        }
        _ => Err(example.to_owned()),
    }
}

/// Reads an invitation: by what it invites to, or by its id.
pub(crate) fn invitation(text: &str) -> Result<InvitationId, String> {
    let is_id = text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if is_id {
        return Ok(InvitationId {
            id: Some(text.to_lowercase()),
            object: None,
        });
    }
    let object = object(text).map_err(|_| {
        "an invitation is named by what it invites to, as in organization:acme, or by its id"
            .to_owned()
    })?;
    Ok(InvitationId {
        id: None,
        object: Some(object),
    })
}

/// What looks like an e-mail address, in lower case; whether it is one, the API says.
fn address(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let plain = !text.contains([':', '#']) && !text.contains(char::is_whitespace);
    (plain && !local.is_empty() && !domain.is_empty()).then(|| text.to_lowercase())
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
            ("Bob@Example.com", Some("bob@example.com")),
            ("@example.com", None),
            ("bob@", None),
            ("user:bob@example.com", Some("user:bob@example.com")),
        ] {
            assert_eq!(subject(text).ok().as_deref(), expected, "{text}");
        }
        assert!(object("team:core#member").is_err());
    }

    #[test]
    fn invitations_are_named_by_object_or_id() {
        let id = "0193A1C0-0000-7000-8000-000000000001";
        let by_id = invitation(id).unwrap();
        assert_eq!(by_id.id, Some(id.to_lowercase()));
        assert_eq!(by_id.object, None);
        let by_object = invitation("organization:Acme").unwrap();
        assert_eq!(by_object.object.as_deref(), Some("organization:acme"));
        assert_eq!(by_object.id, None);
        assert!(invitation("acme").is_err());
    }

    #[test]
    fn links_name_a_relation_and_an_object() {
        let expected = (
            "attachment".to_owned(),
            "attachment:acme/main/ml".to_owned(),
        );
        assert_eq!(link("attachment=attachment:acme/Main/ml"), Ok(expected));
        for text in ["attachment", "=a:b", "a=b", ""] {
            assert!(link(text).is_err(), "{text}");
        }
    }
}
