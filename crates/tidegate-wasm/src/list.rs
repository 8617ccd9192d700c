//! Lists: on which objects, and who.

use tidegate_policy::json::{Fields, Json};
use tidegate_policy::{ListObjectsRequest, ListUsersRequest, Page, Subject, SubjectKind};
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::of_list;
use crate::given::{Given, parse};
use crate::json::{read, write};

/// As many as OpenFGA's server answers.
const LIMIT: u64 = 1000;

#[wasm_bindgen]
impl Engine {
    /// On which objects of a type does the subject have the relation?
    ///
    /// # Errors
    /// `bad-name`, `bad-input`, `unknown-type`, `unknown-relation`, `bad-context`
    #[wasm_bindgen(js_name = listObjects, unchecked_return_type = "Page")]
    pub fn list_objects(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ListObjectsRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let (subject, object_type, asked) = read(request, |fields| {
            let (subject, object_type) = (fields.text("subject"), fields.text("type"));
            (subject, object_type, Asked::take(fields))
        })?;
        let subject: Subject = parse(&subject)?;
        let after = asked.after.map(|after| parse(&after)).transpose()?;
        let page = self.snapshot.list_objects(&ListObjectsRequest {
            subject: &subject,
            relation: &asked.relation,
            object_type: &object_type,
            contextual_tuples: &asked.given.tuples()?,
            context: &asked.given.context,
            after: after.as_ref(),
            limit: asked.limit,
        });
        listed(&page.map_err(|error| of_list(&error))?)
    }

    /// Which subjects of a kind have the relation on the object?
    ///
    /// # Errors
    /// `bad-name`, `bad-input`, `unknown-type`, `unknown-relation`, `bad-context`
    #[wasm_bindgen(js_name = listUsers, unchecked_return_type = "Page")]
    pub fn list_users(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ListUsersRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let (object, kind, asked) = read(request, |fields| {
            let (object, kind) = (fields.text("object"), fields.text("kind"));
            (object, kind, Asked::take(fields))
        })?;
        let object = parse(&object)?;
        let after = asked.after.map(|after| parse(&after)).transpose()?;
        let kind = match kind.split_once('#') {
            Some((type_name, relation)) => SubjectKind::Userset {
                type_name,
                relation,
            },
            None => SubjectKind::Type(&kind),
        };
        let page = self.snapshot.list_users(&ListUsersRequest {
            object: &object,
            relation: &asked.relation,
            kind,
            contextual_tuples: &asked.given.tuples()?,
            context: &asked.given.context,
            after: after.as_ref(),
            limit: asked.limit,
        });
        listed(&page.map_err(|error| of_list(&error))?)
    }
}

/// What both lists ask.
struct Asked {
    relation: String,
    given: Given,
    after: Option<String>,
    limit: usize,
}

impl Asked {
    fn take(fields: &mut Fields) -> Self {
        let limit = fields.number_or_none("limit").unwrap_or(LIMIT);
        Self {
            relation: fields.text("relation"),
            given: Given::take(fields),
            after: fields.text_or_none("after"),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        }
    }
}

fn listed<T: ToString>(page: &Page<T>) -> Result<JsValue, JsValue> {
    let mut found = Vec::with_capacity(page.found.len());
    for name in &page.found {
        found.push(name.to_string().into());
    }
    let mut listed = Json::EMPTY;
    listed.add("found", Json::List(found));
    listed.add("complete", page.complete.into());
    if let Some(next) = &page.next {
        listed.add("next", next.to_string().into());
    }
    if let Some(reason) = &page.error {
        listed.add("reason", reason.kind().into());
    }
    write(&listed)
}
