//! All that a slice says its subject has, for pages that show it.

use tidegate_policy::slice::Outcome;
use tidegate_policy::{Answer, Context};
use wasm_bindgen::prelude::*;

use crate::host::Array;
use crate::slice::Slice;

#[wasm_bindgen]
impl Slice {
    /// Every relation that the subject has, or has where conditions are met: object, relation and whether it has it
    /// whatever the context, one after the other, in no order.
    #[wasm_bindgen(unchecked_return_type = "(string | boolean)[]")]
    pub fn held(&self) -> JsValue {
        let held = Array::new();
        let entries = self.inner.entries().chain(self.inner.anonymous_entries());
        for entry in entries {
            let (object, relation) = (entry.object, entry.relation);
            let always = entry.outcome == Outcome::Always;
            // Of a slice for several kinds of secret, what this one may exercise.
            let has = || {
                self.inner
                    .answer(&self.kind, relation, object, &Context::default())
            };
            if !always || has() == Answer::Allow {
                held.push_text(object);
                held.push_text(relation);
                held.push(&always.into());
            }
        }
        held.into()
    }
}
