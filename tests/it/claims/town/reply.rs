//! What is answered, and what a claim expects of it.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// What was asked, for the message of a test that fails.
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null when the body is no JSON.
    pub(crate) json: Value,
}

impl Reply {
    /// It was done.
    #[track_caller]
    pub(crate) fn ok(&self) -> &Self {
        let done = (200..300).contains(&self.status);
        assert!(done, "not done: {}\n{self:#?}", self.asked);
        self
    }

    /// 400: the request's form is wrong, in this field.
    #[track_caller]
    pub(crate) fn bad(&self, field: &str) {
        self.refused(400);
        assert_eq!(self.json["field"], field, "{self:#?}");
    }

    /// 401: no secret, or one that does not hold.
    #[track_caller]
    pub(crate) fn unauthenticated(&self) {
        self.refused(401);
    }

    /// 403: a rule forbids it.
    #[track_caller]
    pub(crate) fn denied(&self) {
        self.refused(403);
    }

    /// 404: not there, or not for the caller's eyes.
    #[track_caller]
    pub(crate) fn missing(&self) {
        self.refused(404);
    }

    /// 403 or 404: forbidden, whether or not the caller may know that it exists.
    #[track_caller]
    pub(crate) fn forbidden(&self) {
        self.refused(if self.status == 404 { 404 } else { 403 });
    }

    /// 409: in the way of what exists.
    #[track_caller]
    pub(crate) fn conflict(&self) {
        self.refused(409);
    }

    /// 429: the quota is used up.
    #[track_caller]
    pub(crate) fn exhausted(&self) {
        self.refused(429);
    }

    /// A problem document with this status.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16) {
        assert_eq!(self.status, status, "{self:#?}");
        let media = self.headers.get(CONTENT_TYPE);
        let media = media.and_then(|value| value.to_str().ok());
        assert_eq!(media, Some("application/problem+json"), "{self:#?}");
        assert_eq!(self.json["status"], status, "{self:#?}");
    }

    /// A text of the answer by its JSON pointer.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let text = self.ok().json.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no {pointer}: {self:#?}"))
            .to_owned()
    }

    /// A number of the answer by its JSON pointer.
    #[track_caller]
    pub(crate) fn number(&self, pointer: &str) -> u64 {
        let number = self.ok().json.pointer(pointer).and_then(Value::as_u64);
        number.unwrap_or_else(|| panic!("no {pointer}: {self:#?}"))
    }

    /// The items of a list.
    #[track_caller]
    pub(crate) fn items(&self) -> &Vec<Value> {
        let items = self.ok().json["items"].as_array();
        items.unwrap_or_else(|| panic!("no list: {self:#?}"))
    }

    /// A text of every item of a list, sorted.
    #[track_caller]
    pub(crate) fn each(&self, name: &str) -> Vec<String> {
        let text = |item: &Value| item[name].as_str().unwrap_or_default().to_owned();
        let mut texts: Vec<String> = self.items().iter().map(text).collect();
        texts.sort();
        texts
    }
}
