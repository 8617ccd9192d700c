//! Why a check comes to its answer.

use tidegate_policy::Budget;
use wasm_bindgen::prelude::*;

use crate::engine::{Engine, ask};
use crate::error::error;
use crate::given::Given;
use crate::json::write;

#[wasm_bindgen]
impl Engine {
    /// A proof for a yes; for a no, what could be changed.
    ///
    /// # Errors
    /// `bad-name`, `bad-input`; the reason, where the question cannot be asked, or is too deep or too much.
    #[wasm_bindgen(unchecked_return_type = "Explanation")]
    pub fn explain(
        &self,
        subject: &str,
        relation: &str,
        object: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "Given | null")] given: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let given = Given::read(given)?;
        ask(subject, relation, object, &given, &|request| {
            let explained = self.snapshot.explain_as_json(request, &Budget::DEFAULT);
            write(&explained.map_err(|found| error(found.kind(), &found))?)
        })
    }
}
