//! Lists: on which objects, and who.

use serde::{Deserialize, Serialize};
use tidegate_policy::{
    CheckError, Context, ListObjectsRequest, ListUsersRequest, Page, Subject, SubjectKind,
};
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::of_list;
use crate::given::{Given, parse};
use crate::json::{read, write};

/// As many as OpenFGA's server answers.
const LIMIT: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ObjectsRequest {
    subject: String,
    relation: String,
    r#type: String,
    contextual_tuples: Option<Vec<String>>,
    context: Option<Context>,
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct UsersRequest {
    object: String,
    relation: String,
    kind: String,
    contextual_tuples: Option<Vec<String>>,
    context: Option<Context>,
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Listed {
    found: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

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
        let ObjectsRequest {
            subject,
            relation,
            r#type,
            contextual_tuples,
            context,
            after,
            limit,
        } = read(request)?;
        let given = Given {
            contextual_tuples,
            context,
        };
        let (tuples, context) = given.parse()?;
        let subject: Subject = parse(&subject)?;
        let after = after.map(|after| parse(&after)).transpose()?;
        let page = self.snapshot.list_objects(&ListObjectsRequest {
            subject: &subject,
            relation: &relation,
            object_type: &r#type,
            contextual_tuples: &tuples,
            context: &context,
            after: after.as_ref(),
            limit: limit.unwrap_or(LIMIT),
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
        let UsersRequest {
            object,
            relation,
            kind,
            contextual_tuples,
            context,
            after,
            limit,
        } = read(request)?;
        let given = Given {
            contextual_tuples,
            context,
        };
        let (tuples, context) = given.parse()?;
        let object = parse(&object)?;
        let after = after.map(|after| parse(&after)).transpose()?;
        let kind = match kind.split_once('#') {
            Some((type_name, relation)) => SubjectKind::Userset {
                type_name,
                relation,
            },
            None => SubjectKind::Type(&kind),
        };
        let page = self.snapshot.list_users(&ListUsersRequest {
            object: &object,
            relation: &relation,
            kind,
            contextual_tuples: &tuples,
            context: &context,
            after: after.as_ref(),
            limit: limit.unwrap_or(LIMIT),
        });
        listed(&page.map_err(|error| of_list(&error))?)
    }
}

fn listed<T: ToString>(page: &Page<T>) -> Result<JsValue, JsValue> {
    write(&Listed {
        found: page.found.iter().map(T::to_string).collect(),
        next: page.next.as_ref().map(T::to_string),
        complete: page.complete,
        reason: page.error.as_ref().map(CheckError::kind),
    })
}
