//! Tuples, objects and subjects: what is read is written as it was, but for the context of a condition.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidegate_policy::{Object, Subject, Tuple};

fuzz_target!(|text: &str| {
    if let Ok(object) = text.parse::<Object>() {
        assert_eq!(object.as_str(), text);
        assert_eq!(Object::new(object.type_name(), object.id()), Ok(object));
    }
    if let Ok(subject) = text.parse::<Subject>() {
        assert_eq!(subject.to_string(), text);
        assert!(text.starts_with(subject.type_name()));
    }
    if let Ok(tuple) = text.parse::<Tuple>() {
        let written = tuple.to_string();
        if tuple.condition.is_none() {
            assert_eq!(written, text);
        }
        assert_eq!(written.parse().as_ref(), Ok(&tuple), "{written}");
        let json = serde_json::to_string(&tuple).expect("a text");
        assert_eq!(serde_json::from_str::<Tuple>(&json).ok(), Some(tuple));
    }
});
