//! Slices: what one subject may do, without the snapshot.

use js_sys::{Array, Object as JsObject, Reflect};
use tidegate_policy::{Answer, Context};
use wasm_bindgen::prelude::*;

use crate::engine::Asked;
use crate::json::Fields;

/// What one subject may do, at one revision.
#[wasm_bindgen]
pub struct Slice {
    pub(crate) inner: tidegate_policy::Slice,
}

#[wasm_bindgen]
impl Slice {
    /// Whose it is.
    #[wasm_bindgen(getter)]
    pub fn subject(&self) -> String {
        self.inner.subject().as_str().to_owned()
    }

    /// Of the snapshot that it was made from.
    #[wasm_bindgen(getter)]
    pub fn revision(&self) -> f64 {
        // A number in JavaScript.
        self.inner.revision() as f64
    }

    /// May the caller do the action on the resource? As the whole snapshot answers, or `unknown` where the whole
    /// has to be asked.
    ///
    /// # Errors
    /// `bad-name`, `bad-input`
    #[wasm_bindgen(unchecked_return_type = "boolean | \"unknown\"")]
    pub fn decide(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DecideRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let asked = Asked::read(request)?;
        Ok(match self.inner.decide(&asked.request()) {
            Answer::Allow => true.into(),
            Answer::Deny => false.into(),
            Answer::Unknown => "unknown".into(),
        })
    }

    /// The objects of a type on which the subject, with a secret of a kind, may do an action.
    ///
    /// # Errors
    /// `bad-input`
    #[wasm_bindgen(js_name = listObjects, unchecked_return_type = "SlicePage")]
    pub fn list_objects(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SliceListRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let mut fields = Fields::read(request)?;
        let (kind, action) = (fields.text("kind")?, fields.text("action")?);
        let type_name = fields.text("type")?;
        let context: Context = fields.context("context")?;
        fields.end()?;
        let listed = self
            .inner
            .list_objects(&kind, &action, &type_name, &context);
        let found = Array::new();
        for object in listed.objects {
            found.push(&object.into());
        }
        let page = JsObject::new();
        // A fresh object takes every property.
        let _ = Reflect::set(&page, &"found".into(), &found);
        let _ = Reflect::set(&page, &"complete".into(), &listed.complete.into());
        Ok(page.into())
    }
}
