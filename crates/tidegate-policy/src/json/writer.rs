//! JSON text from front to back, without a tree.

use super::write_text;

/// A text under way: values one after the other, each after the name of its field where it is in an object.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
    /// Whether a value stands before the next one.
    follows: bool,
}

impl Writer {
    /// What was written.
    pub fn finish(self) -> String {
        self.text
    }

    fn comma(&mut self) {
        if self.follows {
            self.text.push(',');
        }
        self.follows = true;
    }

    /// The name of a field; its value comes next.
    pub fn name(&mut self, name: &str) {
        self.text(name);
        self.text.push(':');
        self.follows = false;
    }

    /// The start of an object, `{`, or of a list, `[`.
    pub fn open(&mut self, bracket: char) {
        self.comma();
        self.text.push(bracket);
        self.follows = false;
    }

    /// The end of an object, `}`, or of a list, `]`.
    pub fn close(&mut self, bracket: char) {
        self.text.push(bracket);
        self.follows = true;
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.comma();
        write_text(&mut self.text, text);
    }

    /// What is written as it is: `null`, `true`, `false`.
    pub fn word(&mut self, word: &str) {
        self.comma();
        self.text.push_str(word);
    }

    /// A field with a text.
    pub fn field(&mut self, name: &str, text: &str) {
        self.name(name);
        self.text(text);
    }

    /// A field with a number.
    #[inline(never)]
    pub fn number(&mut self, name: &str, number: u32) {
        self.name(name);
        self.word(&number.to_string());
    }

    /// The start of a field's value, which is an object or a list.
    pub fn open_field(&mut self, name: &str, bracket: char) {
        self.name(name);
        self.open(bracket);
    }

    /// A list of texts.
    pub fn texts(&mut self, texts: &[impl AsRef<str>]) {
        self.open('[');
        for text in texts {
            self.text(text.as_ref());
        }
        self.close(']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_apart() {
        let mut out = Writer::default();
        out.open('{');
        out.open_field("none", '[');
        out.close(']');
        out.field("\"", "a,");
        out.name("two");
        out.texts(&["x", ""]);
        out.number("number", 7);
        out.open_field("", '{');
        out.name("last");
        out.word("null");
        out.close('}');
        out.close('}');
        let expected = r#"{"none":[],"\"":"a,","two":["x",""],"number":7,"":{"last":null}}"#;
        assert_eq!(out.finish(), expected);
    }
}
