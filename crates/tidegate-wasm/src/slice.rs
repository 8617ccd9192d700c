//! Slices: what one subject may do, without the snapshot.

use tidegate_policy::slice::Question;
use tidegate_policy::tuple::Object;
use tidegate_policy::{Answer, Context};
use wasm_bindgen::prelude::*;

use crate::error::of_input;
use crate::given::parse;
use crate::host::Array;
use crate::json::{object_of, read_any};

/// Longest resource of [`Slice::ask`]. Bytes.
const DESK_BYTES: usize = 512;
/// Most actions that have numbers.
const MAX_ACTIONS: usize = 1024;
/// Actions whose answers [`Slice::ask`] gives together: what two bits for each leave of the smallest of small integers
/// that hosts have.
const TOGETHER: usize = 15;

/// What one subject may do, at one revision.
#[wasm_bindgen]
pub struct Slice {
    pub(crate) inner: tidegate_policy::Slice,
    /// Of secret: what questions are asked for.
    pub(crate) kind: String,
    /// Where the host writes the resource that it asks about.
    desk: Vec<u8>,
    /// By their numbers.
    pub(crate) actions: Vec<Question>,
    nothing: Context,
}

impl Slice {
    /// For the first of the kinds of secret that it was made for, until [`Slice::set_kind`] names another.
    pub(crate) fn new(inner: tidegate_policy::Slice) -> Self {
        let kind = inner.kinds().next().unwrap_or_default().to_owned();
        Self {
            inner,
            kind,
            desk: vec![0; DESK_BYTES],
            actions: Vec::new(),
            nothing: Context::default(),
        }
    }
}

#[wasm_bindgen]
impl Slice {
    /// Whose it is.
    #[wasm_bindgen(getter)]
    pub fn subject(&self) -> String {
        self.inner.subject().as_str().to_owned()
    }

    /// The subject's uid.
    #[wasm_bindgen(getter)]
    pub fn uid(&self) -> String {
        tidegate_policy::uuid_text::write(&self.inner.uid())
    }

    /// Of the snapshot that it was made from.
    #[wasm_bindgen(getter)]
    pub fn revision(&self) -> f64 {
        // A number in JavaScript.
        self.inner.revision() as f64
    }

    /// The kinds of secret that it was made for, sorted.
    #[wasm_bindgen(getter, unchecked_return_type = "string[]")]
    pub fn kinds(&self) -> JsValue {
        let kinds = Array::new();
        for kind in self.inner.kinds() {
            kinds.push_text(kind);
        }
        kinds.into()
    }

    /// The kind of secret that questions are asked for.
    #[wasm_bindgen(setter)]
    pub fn set_kind(&mut self, kind: &str) {
        kind.clone_into(&mut self.kind);
        self.actions.clear();
    }

    /// May the subject do the action on the resource? As the whole snapshot answers, or that the whole has to be asked:
    /// 0 is no, 1 yes, 2 unknown.
    ///
    /// # Errors
    /// `bad-name`, `bad-input`
    pub fn can(
        &self,
        action: &str,
        resource: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "Record<string, unknown>")]
        context: &JsValue,
    ) -> Result<u8, JsValue> {
        let context = read_context(context)?;
        Ok(
            match self.inner.answer(&self.kind, action, resource, &context) {
                Answer::Allow => 1,
                // What is known is a name; of the rest it has to be seen.
                Answer::Deny => parse::<Object>(resource).map(|_| 0)?,
                Answer::Unknown => parse::<Object>(resource).map(|_| 2)?,
            },
        )
    }

    /// Where in the module's memory the host may write a resource for [`Slice::ask`]: 512 bytes, for as long as the
    /// slice lives.
    pub fn desk(&self) -> usize {
        self.desk.as_ptr() as usize
    }

    /// A number for an action, to ask by until the slice changes: 0, then 1, and so on. Each call gives another one, of
    /// which those below 1024 can be asked by.
    pub fn action(&mut self, name: &str) -> usize {
        let number = self.actions.len();
        if number < MAX_ACTIONS {
            let question = self.inner.question(&self.kind, name);
            self.actions.push(question);
        }
        number
    }

    /// As `can`, without a context, for a resource that is on the desk and 15 actions together, those of the numbers
    /// from 15 times `group` on: as no text is handed over, it takes less than `can` for one. Each has two bits, the
    /// first the lowest: 1 is no, 2 yes, 3 unknown, and 0 that `can` has to be asked. Whether the resource is a name is
    /// for the host to look at.
    pub fn ask(&self, group: usize, length: usize) -> u32 {
        let resource = self.desk.get(..length);
        let resource = resource.and_then(|bytes| str::from_utf8(bytes).ok());
        let (Some(group), Some(resource)) = (self.actions.chunks(TOGETHER).nth(group), resource)
        else {
            return 0;
        };
        let mut bits = 0;
        let mut shift = 0;
        self.inner
            .answer_all(group, resource, &self.nothing, |answer| {
                let found = match answer {
                    Answer::Deny => 1,
                    Answer::Allow => 2,
                    Answer::Unknown => 3,
                };
                bits |= found << shift;
                shift += 2;
            });
        bits
    }

    /// The objects of a type on which the subject may do an action.
    ///
    /// # Errors
    /// `bad-input`
    #[wasm_bindgen(js_name = listObjects, unchecked_return_type = "SlicePage")]
    pub fn list_objects(
        &self,
        action: &str,
        type_name: &str,
        #[wasm_bindgen(unchecked_optional_param_type = "Record<string, unknown>")]
        context: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let context = read_context(context)?;
        let listed = self
            .inner
            .list_objects(&self.kind, action, type_name, &context);
        let found = Array::new();
        for name in &listed.objects {
            found.push_text(name);
        }
        Ok(object_of(&[
            ("found", found.into()),
            ("complete", listed.complete.into()),
        ]))
    }
}

/// Values of conditions' parameters; none where there is nothing.
///
/// # Errors
/// `bad-input`
fn read_context(context: &JsValue) -> Result<Context, JsValue> {
    if context.is_undefined() || context.is_null() {
        return Ok(Context::default());
    }
    let context = Context::try_from(read_any(context)?);
    context.map_err(|error| of_input(&error))
}
