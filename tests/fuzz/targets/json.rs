//! JSON: read where `serde_json` reads it, as the same value, and written as it writes it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tidegate_policy::json::Json;

fuzz_target!(|text: &str| {
    let ours = Json::last_holds(text);
    let theirs: Result<Value, _> = serde_json::from_str(text);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{ours:?}, {theirs:?}");
    let (Ok(ours), Ok(theirs)) = (ours, theirs) else {
        return;
    };
    // Both write names in their order, and numbers as shortly as they can.
    assert_eq!(ours.to_string(), theirs.to_string());
    // Stricter, and in the order of the text.
    if let Ok(strict) = text.parse::<Json>() {
        let again = strict.to_string();
        assert_eq!(again.parse::<Json>().map(|again| again.to_string()).ok(), Some(again));
    }
});
