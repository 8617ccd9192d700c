//! What a worker before the gateway asks of a whole snapshot: whether it stands behind a secret, and whether its holder
//! may do what is asked for, within what the secret was narrowed to.

use tidegate_policy::json::Fields;
use tidegate_policy::{
    Caller, Context, Credential, Narrowed, NotStanding, Object, OutOfScope, Request,
};
use uuid::Uuid;
use wasm_bindgen::prelude::*;

use crate::engine::{Engine, answer_of};
use crate::given::parse;
use crate::json::read;

/// The principal, or an object that it is narrowed to, is no object: nothing is granted to such a secret.
const BAD_SUBJECT: &str = "subject";
const BAD_NARROW: &str = "narrow";

#[wasm_bindgen]
impl Engine {
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
        let refused = match Holder::read(claims)? {
            Ok(holder) => holder.refused(self),
            Err(kind) => Some(kind),
        };
        Ok(answer_of(refused))
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
        let holder = match Holder::read(claims)? {
            Ok(holder) => holder,
            Err(kind) => return Ok(answer_of(Some(kind))),
        };
        let caller = Caller::Principal {
            object: &holder.object,
            kind: &holder.claims.kind,
        };
        let denied = holder.refused(self);
        let denied = denied.or_else(|| self.denied(&request(caller, action, &resource)));
        let denied = denied.or_else(|| {
            let profile = self.snapshot.profile();
            let within = holder.narrowed.check(action, &resource, profile);
            within.err().map(OutOfScope::kind)
        });
        Ok(answer_of(denied))
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

/// Who holds a secret, by its claims.
struct Holder {
    claims: Claims,
    object: Object,
    narrowed: Narrowed,
}

impl Holder {
    /// Within, the kind of what is wrong with a secret that is none for this system.
    ///
    /// # Errors
    /// `bad-input`: no claims.
    fn read(claims: &JsValue) -> Result<Result<Self, &'static str>, JsValue> {
        let claims = read(claims, Claims::take)?;
        let Ok(object) = claims.subject.parse() else {
            return Ok(Err(BAD_SUBJECT));
        };
        let narrowed = Narrowed::read(claims.actions.as_deref(), claims.objects.as_deref());
        let Some(narrowed) = narrowed else {
            return Ok(Err(BAD_NARROW));
        };
        Ok(Ok(Self {
            claims,
            object,
            narrowed,
        }))
    }

    /// Why the engine's snapshot does not stand behind it; none: it does.
    fn refused(&self, engine: &Engine) -> Option<&'static str> {
        let Claims { uid, jti, .. } = self.claims;
        let accepted = engine.snapshot.accepts(&Credential {
            object: &self.object,
            uid,
            issued_at_s: self.claims.issued_at_s,
            jti,
            parents: &self.claims.parents,
        });
        accepted.err().map(NotStanding::kind)
    }
}
