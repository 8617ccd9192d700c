//! A model's JSON form: whatever is accepted comes through its JSON, and through its text if it has one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tidegate_fuzz::same_model;
use tidegate_policy::Model;

fuzz_target!(|text: &str| {
    if let Ok(model) = Model::from_json(text) {
        same_model(&model);
    }
});
