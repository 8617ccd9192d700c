//! Lists: on which objects, and who.

use tidegate_policy::json::Json;
use tidegate_policy::text::cut;
use tidegate_policy::{ListObjectsRequest, ListRequest, ListUsersRequest, Subject, SubjectKind};
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::of_list;
use crate::given::{Given, parse};
use crate::json::{end, fields_of, write};

/// As many as OpenFGA's server answers.
const LIMIT: usize = 1000;

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
        let asked = Asked::read(request, "subject", "type")?;
        let subject: Subject = parse(&asked.of)?;
        let after = asked.after.as_deref().map(parse).transpose()?;
        self.list(&ListRequest::Objects(ListObjectsRequest {
            subject: &subject,
            relation: &asked.relation,
            object_type: &asked.wanted,
            contextual_tuples: &asked.given.tuples()?,
            context: &asked.given.context,
            after: after.as_ref(),
            limit: asked.limit,
        }))
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
        let asked = Asked::read(request, "object", "kind")?;
        let object = parse(&asked.of)?;
        let after = asked.after.as_deref().map(parse).transpose()?;
        let kind = match cut(&asked.wanted, b'#') {
            Some((type_name, relation)) => SubjectKind::Userset {
                type_name,
                relation,
            },
            None => SubjectKind::Type(&asked.wanted),
        };
        self.list(&ListRequest::Users(ListUsersRequest {
            object: &object,
            relation: &asked.relation,
            kind,
            contextual_tuples: &asked.given.tuples()?,
            context: &asked.given.context,
            after: after.as_ref(),
            limit: asked.limit,
        }))
    }
}

impl Engine {
    fn list(&self, request: &ListRequest<'_>) -> Result<JsValue, JsValue> {
        let page = self.snapshot.list(request);
        let page = page.map_err(|error| of_list(&error))?;
        let mut found = Vec::with_capacity(page.found.len());
        for name in &page.found {
            found.push(name.to_string().into());
        }
        let mut listed = Json::EMPTY;
        listed.add("found", Json::List(found));
        listed.add("complete", page.complete.into());
        if let Some(next) = page.next {
            listed.add("next", next.to_string().into());
        }
        if let Some(reason) = page.error {
            listed.add("reason", reason.kind().into());
        }
        write(&listed)
    }
}

/// What both lists ask.
struct Asked {
    /// The subject, or the object.
    of: String,
    /// The type of the objects, or the kind of the subjects.
    wanted: String,
    relation: String,
    given: Given,
    after: Option<String>,
    limit: usize,
}

impl Asked {
    /// Of a request that has these names for what it asks of, and for what is wanted.
    ///
    /// # Errors
    /// `bad-input`
    fn read(request: &JsValue, of: &str, wanted: &str) -> Result<Self, JsValue> {
        let mut fields = fields_of(request)?;
        let asked = Self {
            of: fields.text(of),
            wanted: fields.text(wanted),
            limit: match fields.number_or_none("limit") {
                Some(limit) => usize::try_from(limit).unwrap_or(usize::MAX),
                None => LIMIT,
            },
            relation: fields.text("relation"),
            given: Given::take(&mut fields),
            after: fields.text_or_none("after"),
        };
        end(fields)?;
        Ok(asked)
    }
}
