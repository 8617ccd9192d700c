//! What the engine uses of JavaScript.
//!
//! Named one by one: the crate that names all of it leaves in the module a function for each kind of callback that any
//! of it takes, 0.4 KB.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    pub(crate) type Object;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Object;

    /// Sets a property of what takes every property.
    #[wasm_bindgen(method, structural, indexing_setter)]
    pub(crate) fn set(this: &Object, name: &str, value: &JsValue);

    pub(crate) type Array;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Array;

    #[wasm_bindgen(method)]
    pub(crate) fn push(this: &Array, item: &JsValue);

    #[wasm_bindgen(method, js_name = push)]
    pub(crate) fn push_text(this: &Array, item: &str);

    pub(crate) type Uint8Array;

    /// A copy.
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(bytes: &[u8]) -> Uint8Array;

    /// None where JSON has nothing for the value.
    #[wasm_bindgen(catch, js_namespace = JSON)]
    pub(crate) fn stringify(value: &JsValue) -> Result<Option<String>, JsValue>;

    #[cfg(feature = "language")]
    #[wasm_bindgen(catch, js_namespace = JSON)]
    pub(crate) fn parse(text: &str) -> Result<JsValue, JsValue>;
}
