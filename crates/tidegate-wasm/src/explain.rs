//! Why a check comes to its answer.

use tidegate_policy::json::Json;
use tidegate_policy::{Budget, CheckRequest, Object, Subject};
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::error;
use crate::given::{Given, parse};
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
        let (subject, object): (Subject, Object) = (parse(subject)?, parse(object)?);
        let given = Given::read(given)?;
        let request = CheckRequest {
            subject: &subject,
            relation,
            object: &object,
            contextual_tuples: &given.tuples()?,
            context: &given.context,
        };
        let explained = self.snapshot.explain(&request, &Budget::DEFAULT);
        let explained = explained.map_err(|found| error(found.kind(), &found))?;
        write(&Json::from(&explained))
    }
}
