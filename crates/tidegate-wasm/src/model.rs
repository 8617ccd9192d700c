//! Models: read, judged, written in both forms.

use tidegate_policy::json::{Fields, Writer};
use tidegate_policy::{ModelError, ModelErrors, ModuleFile, NoTextError, Tuple};
use wasm_bindgen::prelude::*;

use crate::error::{BAD_MODEL, BAD_TUPLE, error, with};
use crate::given::parse as parse_name;
use crate::host;
use crate::json::{end, read_list};

/// A valid authorization model.
#[wasm_bindgen]
pub struct Model {
    inner: tidegate_policy::Model,
}

#[wasm_bindgen]
impl Model {
    /// From a text in the language or in JSON form.
    ///
    /// # Errors
    /// `bad-model`, with all that is wrong in `errors`.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Model, JsValue> {
        Ok(Self {
            inner: parse(text)?,
        })
    }

    /// From the files of a modular model, `fga.mod` among them or not.
    ///
    /// # Errors
    /// `bad-model`, with all that is wrong in `errors`; `bad-input`.
    #[wasm_bindgen(js_name = fromModules)]
    pub fn from_modules(
        #[wasm_bindgen(unchecked_param_type = "ModuleFile[]")] files: &JsValue,
    ) -> Result<Model, JsValue> {
        let mut read = Vec::new();
        for file in read_list(files)? {
            let mut file = Fields::of(file);
            read.push((file.text("name"), file.text("text")));
            end(file)?;
        }
        let mut files = Vec::with_capacity(read.len());
        for (name, text) in &read {
            files.push(ModuleFile { name, text });
        }
        let inner = tidegate_policy::Model::from_modules(&files);
        inner
            .map(|inner| Self { inner })
            .map_err(|errors| of_model(&errors))
    }

    /// All that is wrong with a text, and what is only odd.
    ///
    /// # Errors
    /// None that a text can cause.
    #[wasm_bindgen(unchecked_return_type = "ModelFault[]")]
    pub fn lint(text: &str) -> Result<JsValue, JsValue> {
        faults(&tidegate_policy::Model::lint(text))
    }

    /// The text that the engine takes.
    #[wasm_bindgen(getter)]
    pub fn text(&self) -> String {
        self.inner.text().to_owned()
    }

    /// `1.1` or `1.2`.
    #[wasm_bindgen(getter)]
    pub fn schema(&self) -> String {
        self.inner.schema().to_owned()
    }

    /// The modules that it was put together from, sorted.
    ///
    /// # Errors
    /// None that a model can cause.
    // As JSON: a list of texts would need `table.fill`, which older `wasm-opt`s do not read.
    #[wasm_bindgen(getter, unchecked_return_type = "string[]")]
    pub fn modules(&self) -> Result<JsValue, JsValue> {
        let mut modules = Writer::default();
        modules.texts(&self.inner.modules());
        host::parse(&modules.finish())
    }

    /// In the language.
    ///
    /// # Errors
    /// `no-text`: the language has no form for it.
    #[wasm_bindgen(js_name = toDsl)]
    pub fn to_dsl(&self) -> Result<String, JsValue> {
        printed(self.inner.to_dsl())
    }

    /// In the language, with the module and file of each part in comments.
    ///
    /// # Errors
    /// `no-text`: the language has no form for it.
    #[wasm_bindgen(js_name = toDslWithSources)]
    pub fn to_dsl_with_sources(&self) -> Result<String, JsValue> {
        printed(self.inner.to_dsl_with_sources())
    }

    /// In OpenFGA's JSON form.
    ///
    /// # Errors
    /// None that a model can cause.
    #[wasm_bindgen(js_name = toJson, unchecked_return_type = "object")]
    pub fn to_json(&self) -> Result<JsValue, JsValue> {
        host::parse(&self.inner.json())
    }

    /// Returns when the tuple may be written.
    ///
    /// # Errors
    /// `bad-name` when it is malformed, `bad-tuple` when the model does not allow it.
    #[wasm_bindgen(js_name = validateTuple)]
    pub fn validate_tuple(&self, tuple: &str) -> Result<(), JsValue> {
        let parsed: Tuple = parse_name(tuple)?;
        let allowed = self.inner.allows(&parsed);
        allowed.map_err(|found| error(BAD_TUPLE, &format!("{tuple}: {found}")))
    }
}

/// What an `fga.mod` says.
///
/// # Errors
/// `bad-model`, with all that is wrong in `errors`.
#[wasm_bindgen(js_name = parseFgaMod, unchecked_return_type = "FgaMod")]
pub fn parse_fga_mod(text: &str) -> Result<JsValue, JsValue> {
    let found = tidegate_policy::parse_fga_mod(text);
    let tidegate_policy::FgaMod { schema, contents } = found.map_err(|errors| of_model(&errors))?;
    let mut out = Writer::default();
    out.open('{');
    out.field("schema", &schema);
    out.name("contents");
    out.texts(&contents);
    out.close('}');
    host::parse(&out.finish())
}

/// Whether OpenFGA's own tools take an id: letters, digits and `_|*@.+-/`, the first not `*`.
#[wasm_bindgen(js_name = isPortableId)]
pub fn is_portable_id(id: &str) -> bool {
    tidegate_policy::tuple::is_portable_id(id)
}

/// # Errors
/// `bad-model`
pub(crate) fn parse(text: &str) -> Result<tidegate_policy::Model, JsValue> {
    tidegate_policy::Model::parse(text).map_err(|errors| of_model(&errors))
}

fn printed(text: Result<String, NoTextError>) -> Result<String, JsValue> {
    text.map_err(|found| error("no-text", &found))
}

fn of_model(found: &ModelErrors) -> JsValue {
    let thrown = error(BAD_MODEL, found);
    match faults(&found.0) {
        Ok(faults) => with(thrown, "errors", &faults),
        Err(_) => thrown,
    }
}

fn faults(found: &[ModelError]) -> Result<JsValue, JsValue> {
    let mut out = Writer::default();
    out.open('[');
    for found in found {
        out.open('{');
        out.field("kind", found.kind.as_str());
        out.number("line", found.line);
        out.number("column", found.column);
        out.field("message", &found.message);
        out.name("warning");
        out.word(if found.kind.is_warning() {
            "true"
        } else {
            "false"
        });
        if let Some(file) = &found.file {
            out.field("file", file);
        }
        out.close('}');
    }
    out.close(']');
    host::parse(&out.finish())
}
