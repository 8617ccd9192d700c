//! What is decided on a whole snapshot: whether a caller may act, and, for a worker before the gateway, whether the
//! snapshot stands behind a secret, and whether its holder may do what is asked for, within what the secret was narrowed
//! to.

use tidegate_policy::json::Fields;
use tidegate_policy::{
    Caller, Context, Credential, Decision, Narrowed, Object, OutOfScope, Request, decide,
};
use uuid::Uuid;
use wasm_bindgen::prelude::*;

use crate::bundle::{ENGINE, from_bundle};
use crate::engine::{Engine, answer_of};
use crate::given::{Given, parse};
use crate::json::{end, fields_of, read};

/// The principal, or an object that it is narrowed to, is no object: nothing is granted to such a secret.
const BAD_SUBJECT: &str = "subject";
const BAD_NARROW: &str = "narrow";

#[wasm_bindgen]
impl Engine {
    /// Verifies a bundle of a whole snapshot, and loads it.
    ///
    /// # Errors
    /// As [`Slice::from_bundle`](crate::Slice::from_bundle).
    #[wasm_bindgen(js_name = fromBundle, unchecked_return_type = "Promise<Engine>")]
    pub fn from_bundle(
        bytes: Vec<u8>,
        #[wasm_bindgen(unchecked_param_type = "BundleKeys")] keys: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "BundleExpectation")] expect: &JsValue,
    ) -> Result<JsValue, JsValue> {
        from_bundle(bytes, keys, expect, ENGINE)
    }

    /// May the caller do the action on the resource?
    ///
    /// # Errors
    /// `bad-name`, `bad-input`
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn decide(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DecideRequest")] request: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let mut fields = fields_of(request)?;
        let by = fields.take("caller");
        let by = by.map(|by| fields.within(by, |by| (by.text("object"), by.text("kind"))));
        let action = fields.text("action");
        let resource = fields.text("resource");
        let given = Given::take(&mut fields);
        end(fields)?;
        let object: Option<Object> = by.as_ref().map(|(object, _)| parse(object)).transpose()?;
        let caller = match (&object, &by) {
            (Some(object), Some((_, kind))) => Caller::Principal { object, kind },
            _ => Caller::Anonymous,
        };
        let denied = self.denied(&Request {
            caller,
            action: &action,
            resource: &parse(&resource)?,
            contextual_tuples: &given.tuples()?,
            context: &given.context,
        });
        Ok(answer_of(denied))
    }

    /// Does the snapshot stand behind a secret of these claims: is its principal alive under its uid, was it issued
    /// late enough, is neither it nor one that it was exchanged from revoked? Signature, audience and times are not
    /// looked at.
    ///
    /// # Errors
    /// `bad-input`
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn accepts(
        &self,
        #[wasm_bindgen(unchecked_param_type = "object")] claims: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let claims = read(claims, Claims::take)?;
        Ok(answer_of(self.refused(&claims, None)))
    }

    /// May the holder of a secret of these claims, or a caller without one, do the action on the resource? As
    /// `decide`, and also within what the secret was narrowed to. A secret that the snapshot does not stand behind may
    /// do nothing.
    ///
    /// # Errors
    /// `bad-name`, `bad-input`
    #[wasm_bindgen(unchecked_return_type = "Answer")]
    pub fn authorize(
        &self,
        #[wasm_bindgen(unchecked_param_type = "object | undefined")] claims: &JsValue,
        action: &str,
        resource: &str,
    ) -> Result<JsValue, JsValue> {
        let resource: Object = parse(resource)?;
        if claims.is_undefined() {
            let anonymous = request(Caller::Anonymous, action, &resource);
            return Ok(answer_of(self.denied(&anonymous)));
        }
        let claims = read(claims, Claims::take)?;
        let asked = Some((action, &resource));
        Ok(answer_of(self.refused(&claims, asked)))
    }
}

impl Engine {
    /// Why; none: it is allowed.
    fn denied(&self, request: &Request<'_>) -> Option<&'static str> {
        match decide(request, &self.snapshot) {
            Decision::Allow => None,
            Decision::Deny(denial) => Some(denial.kind()),
        }
    }

    /// Why the snapshot does not stand behind a secret, or why its holder may not do what is asked for.
    fn refused(&self, claims: &Claims, asked: Option<(&str, &Object)>) -> Option<&'static str> {
        let Ok(object) = claims.subject.parse() else {
            return Some(BAD_SUBJECT);
        };
        let narrowed = Narrowed::read(claims.actions.as_deref(), claims.objects.as_deref());
        let Some(narrowed) = narrowed else {
            return Some(BAD_NARROW);
        };
        let accepted = self.snapshot.accepts(&Credential {
            object: &object,
            uid: claims.uid,
            issued_at_s: claims.issued_at_s,
            jti: claims.jti,
            parents: &claims.parents,
        });
        if let Err(found) = accepted {
            return Some(found.kind());
        }
        let (action, resource) = asked?;
        let caller = Caller::Principal {
            object: &object,
            kind: &claims.kind,
        };
        let denied = self.denied(&request(caller, action, resource));
        denied.or_else(|| {
            let within = narrowed.check(action, resource, self.snapshot.profile());
            within.err().map(OutOfScope::kind)
        })
    }
}

fn request<'a>(caller: Caller<'a>, action: &'a str, resource: &'a Object) -> Request<'a> {
    Request {
        caller,
        action,
        resource,
        contextual_tuples: &[],
        context: Context::EMPTY,
    }
}

/// What a secret says, as far as it matters here.
struct Claims {
    subject: String,
    uid: Uuid,
    jti: Uuid,
    issued_at_s: u64,
    kind: String,
    parents: Vec<Uuid>,
    actions: Option<Vec<String>>,
    objects: Option<Vec<String>>,
}

impl Claims {
    /// All of them are read, so that no limit is left out by its misspelled name.
    fn take(fields: &mut Fields) -> Self {
        // Whoever has verified the secret has looked at these.
        for checked in ["iss", "aud", "nbf", "exp"] {
            fields.take(checked);
        }
        let mut claims = Self {
            subject: fields.text("sub"),
            uid: fields.uuid("uid"),
            jti: fields.uuid("jti"),
            issued_at_s: fields.number("iat"),
            kind: fields.text("kind"),
            parents: Vec::new(),
            actions: None,
            objects: None,
        };
        if let Some(narrow) = fields.take_not_null("narrow") {
            fields.within(narrow, |narrow| claims.narrow(narrow));
        }
        claims
    }

    fn narrow(&mut self, fields: &mut Fields) {
        // Charged where requests are metered.
        fields.take("budgets");
        for parent in fields.texts_not_null("parents").unwrap_or_default() {
            self.parents.push(fields.uuid_of("parents", &parent));
        }
        self.actions = fields.texts_not_null("actions");
        self.objects = fields.texts_not_null("objects");
    }
}
