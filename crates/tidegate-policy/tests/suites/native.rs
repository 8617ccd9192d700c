//! What the engine answers here, in the form that `tests/wasm/asked/suites.mjs` gives of the JavaScript package's answers.

use serde_json::{Value, json};
use tidegate_policy::{
    Change, CheckError, CheckRequest, Context, FgaMod, Model, ModelError, ModelErrors, Profile,
    Snapshot, Tuple,
};

use crate::store::{Found, Outcome};

/// Of a question on a store.
pub(crate) fn outcome(found: &Result<Outcome, String>) -> Value {
    match found {
        Ok(Ok(Found::Answer(answer))) => json!({ "answer": answer }),
        Ok(Ok(Found::List(names))) => json!({ "list": names }),
        Ok(Err(code)) => json!({ "code": code }),
        Err(_) => json!({ "broken": true }),
    }
}

/// All forms of a model, or all that is wrong with it.
pub(crate) fn model(model: &Result<Model, ModelErrors>) -> Value {
    match model {
        Ok(model) => json!({
            "text": model.text(),
            "schema": model.schema(),
            "modules": model.modules(),
            "dsl": model.to_dsl().ok(),
            "dslWithSources": model.to_dsl_with_sources().ok(),
            "json": model.to_json(),
        }),
        Err(errors) => refused(errors),
    }
}

/// Of an `fga.mod`.
pub(crate) fn fga_mod(found: &Result<FgaMod, ModelErrors>) -> Value {
    match found {
        Ok(FgaMod { schema, contents }) => json!({ "schema": schema, "contents": contents }),
        Err(errors) => refused(errors),
    }
}

fn refused(errors: &ModelErrors) -> Value {
    json!({ "errors": faults(&errors.0) })
}

/// What is wrong with a model, or only odd.
pub(crate) fn faults(errors: &[ModelError]) -> Value {
    let fault = |error: &ModelError| {
        let mut fault = json!({
            "kind": error.kind.as_str(),
            "line": error.line,
            "column": error.column,
            "message": error.message,
            "warning": error.kind.is_warning(),
        });
        if let Some(file) = &error.file {
            fault["file"] = (**file).into();
        }
        fault
    };
    errors.iter().map(fault).collect()
}

/// Of a tuple: the kind of the error.
pub(crate) fn tuple(model: &Result<Model, ModelErrors>, text: &str) -> Value {
    let refused = match (model, text.parse::<Tuple>()) {
        (Err(_), _) => Some("bad-model"),
        (Ok(_), Err(_)) => Some("bad-name"),
        (Ok(model), Ok(tuple)) => model.allows(&tuple).err().map(|_| "bad-tuple"),
    };
    json!({ "refused": refused })
}

/// Of a condition: a model with it, the only tuple, and the context of the check of that tuple.
pub(crate) fn condition(text: &str, tuple: &str, context: Option<&Context>) -> Value {
    let Ok(model) = Model::parse(text) else {
        return json!({ "refused": "bad-model" });
    };
    let tuple: Tuple = tuple.parse().expect("a tuple");
    let change = [Change::Write(tuple.clone())];
    let stored = Snapshot::new(model, Profile::default()).apply(1, &change);
    let Ok(snapshot) = stored else {
        return json!({ "refused": "bad-tuple" });
    };
    let Some(context) = context else {
        return json!({ "accepted": true });
    };
    let request = CheckRequest {
        subject: &tuple.subject,
        relation: &tuple.relation,
        object: &tuple.object,
        contextual_tuples: &[],
        context,
    };
    let denied = |reason: &str| json!({ "allowed": false, "reason": reason });
    match snapshot.check(&request) {
        Ok(true) => json!({ "allowed": true }),
        Ok(false) => denied("not-granted"),
        Err(error) => denied(CheckError::kind(&error)),
    }
}
