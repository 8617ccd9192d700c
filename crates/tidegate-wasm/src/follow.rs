//! A slice that follows what changes of it.

use wasm_bindgen::prelude::*;

use crate::bundle::{CHANGE, from_bundle};
use crate::error::error;
use crate::slice::Slice;

/// What leads from one revision of a slice to a later one.
#[wasm_bindgen]
pub struct SliceChange {
    pub(crate) inner: tidegate_policy::SliceChange,
}

#[wasm_bindgen]
impl SliceChange {
    /// Verifies a bundle of what leads from the revision that is held to a later one.
    ///
    /// # Errors
    /// As [`Slice::from_bundle`].
    #[wasm_bindgen(js_name = fromBundle, unchecked_return_type = "Promise<SliceChange>")]
    pub fn from_bundle(
        bytes: Vec<u8>,
        #[wasm_bindgen(unchecked_param_type = "BundleKeys")] keys: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<JsValue, JsValue> {
        from_bundle(bytes, keys, expect, CHANGE)
    }
}

#[wasm_bindgen]
impl Slice {
    /// Takes a change in, in time in proportion to the change.
    ///
    /// # Errors
    /// The kinds of [`SliceChangeError`](tidegate_policy::SliceChangeError); the slice is then as it was. But where
    /// it would be too long, nothing of it is left: every answer is unknown.
    pub fn apply(&mut self, change: &SliceChange) -> Result<(), JsValue> {
        self.actions.clear();
        let applied = self.inner.apply(&change.inner);
        applied.map_err(|found| {
            let kind = found.kind();
            error(kind, &format_args!("the change is refused: {kind}"))
        })
    }
}
