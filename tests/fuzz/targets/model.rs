//! The modelling language: whatever is accepted is printed, and read again, as the same model; whatever
//! is refused is refused with places in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidegate_fuzz::same_model;
use tidegate_policy::Model;
use tidegate_policy::model::MAX_ERRORS;

fuzz_target!(|text: &str| {
    let errors = match Model::parse(text) {
        Ok(model) => {
            assert_eq!(model.text(), text);
            same_model(&model);
            Model::lint(text)
        }
        Err(errors) => {
            assert!(!errors.0.is_empty());
            errors.0
        }
    };
    assert!(errors.len() <= MAX_ERRORS, "{} errors", errors.len());
    let lines = text.lines().count() + 1;
    for error in errors {
        let line = error.line as usize;
        assert!(line <= lines, "line {line} of {lines}: {}", error.message);
    }
});
