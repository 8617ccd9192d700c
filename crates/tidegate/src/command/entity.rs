//! AuthZEN's way to say `type:id`.

use tidegate_client::wire::{Action, Entity};

use crate::exit::Failure;

/// Takes `type:id` apart.
pub(crate) fn entity(object: &str) -> Result<Entity, Failure> {
    let (type_name, id) = object
        .split_once(':')
        .ok_or_else(|| Failure::Usage("an object is written type:id".to_owned()))?;
    Ok(Entity {
        type_name: type_name.to_owned(),
        id: id.to_owned(),
        properties: None,
    })
}

/// Puts it together again.
pub(crate) fn object(entity: &Entity) -> String {
    let Entity {
        type_name,
        id,
        properties: _,
    } = entity;
    format!("{type_name}:{id}")
}

/// An action by its name.
pub(crate) fn action(name: String) -> Action {
    Action {
        name,
        properties: None,
    }
}
