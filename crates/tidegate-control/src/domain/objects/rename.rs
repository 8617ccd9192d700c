//! Another display name, or none.

use serde_json::json;
use tidegate_client::wire;

use crate::domain::naming::DISPLAY_NAME_MAX;
use crate::domain::system::Operation;
use crate::domain::work::{Done, Said, Work};
use crate::domain::{Fault, named};
use crate::store::Write;

impl Work<'_> {
    /// Gives an object another display name, or takes it away.
    pub(in crate::domain) async fn rename(
        &mut self,
        request: wire::RenameObject,
    ) -> Result<Done, Fault> {
        let wire::RenameObject {
            object,
            display_name,
        } = request;
        let object = named(&object, "object")?;
        self.visible(&object, "object")?;
        check_display_name(display_name.as_ref().and_then(Option::as_deref))?;
        self.guard(&object, Operation::Rename)?;
        let row = match self.snapshot().standing(&object) {
            Some(standing) => self.store.object(standing.uid).await?,
            None => None,
        };
        let row = row.ok_or_else(|| Fault::missing("object", &object))?;
        // Left out, it stays.
        let Some(display_name) = display_name.filter(|name| *name != row.display_name) else {
            return Ok(Done::Changed);
        };
        self.write(&Write::Rename {
            uid: row.uid,
            display_name: display_name.clone(),
        })
        .await?;
        self.say(Said {
            operation: "rename",
            object,
            before: Some(json!({ "display_name": row.display_name })),
            after: Some(json!({ "display_name": display_name })),
        });
        Ok(Done::Changed)
    }
}

pub(super) fn check_display_name(name: Option<&str>) -> Result<(), Fault> {
    let bad = |detail: &str| Err(Fault::bad("display_name", detail));
    match name {
        Some(name) if name.trim().is_empty() => bad("empty"),
        Some(name) if name.chars().count() > DISPLAY_NAME_MAX => {
            bad(&format!("more than {DISPLAY_NAME_MAX} characters"))
        }
        Some(name) if name.chars().any(char::is_control) => bad("control characters"),
        _ => Ok(()),
    }
}
