//! Conditions: an expression, a NUL, values as JSON. Whatever is accepted is evaluated alike each time,
//! wherever its values come from, and what it comes to with some of them is what it comes to with all.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tidegate_fuzz::parameters;
use tidegate_policy::{Condition, Context};

fuzz_target!(|input: &str| {
    let (expression, values) = input.split_once('\0').unwrap_or((input, DEFAULT));
    let Ok(condition) = Condition::parse("c", parameters(), expression) else {
        return;
    };
    let again = Condition::parse("c", parameters(), condition.expression());
    assert!(again.is_ok(), "{expression}");
    let values: Context = values.parse().unwrap_or_default();
    let asked = condition.evaluate(Context::EMPTY, &values);
    assert_eq!(asked, condition.evaluate(&values, Context::EMPTY));
    assert_eq!(asked, condition.evaluate(&values, &values));
    let met = condition.is_met(Context::EMPTY, &values);
    match (&met, &asked) {
        (Ok(met), Ok(found)) => {
            assert_eq!(found.met, Some(*met));
            assert!(found.missing.is_empty());
        }
        (Ok(_), Err(error)) => panic!("met, and {error}"),
        (Err(_), Ok(found)) => assert!(found.met.is_none() || !found.missing.is_empty()),
        (Err(one), Err(two)) => assert_eq!(one, two),
    }
    if condition.takes(&values).is_ok() {
        assert!(!matches!(
            met,
            Err(tidegate_policy::condition::EvaluationError::Value { .. })
        ));
    }
    // With one value less it may be open, but it is not another.
    let Ok(Value::Object(all)) = serde_json::to_value(&values) else {
        panic!("a context is an object");
    };
    for without in all.keys() {
        let mut fewer = all.clone();
        fewer.remove(without);
        let fewer = Context::new(fewer).expect("less than before");
        if let (Ok(fewer), Ok(all)) = (condition.evaluate(Context::EMPTY, &fewer), &asked)
            && let (Some(fewer), Some(all)) = (fewer.met, all.met)
        {
            assert_eq!(fewer, all, "without {without}: {expression}");
        }
    }
});

/// Values for inputs that have none.
const DEFAULT: &str = r#"{"b":true,"i":3,"u":7,"d":1.5,"s":"abc","t":"2026-01-31T00:00:00Z","p":"1h30m","ip":"10.0.0.7","l":["a","b"],"n":[1,2,3],"m":{"a":1},"a":{"x":[1,null,"z"]}}"#;
