//! What a worker before the gateway asks of a whole snapshot: whether it stands behind a secret, and whether its holder
//! may do what is asked for, within what the secret was narrowed to.

use tidegate_policy::{
    Caller, Context, Credential, Decision, Narrowed, NotStanding, Object, OutOfScope, Request,
    decide,
};
use uuid::Uuid;
use wasm_bindgen::prelude::*;

use crate::engine::{Engine, answer_of};
use crate::given::parse;
use crate::json::{Fields, uuid};

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
        let found = match Holder::read(claims)? {
            Ok(holder) => self.snapshot.accepts(&holder.credential()),
            Err(kind) => return Ok(answer_of(Some(kind))),
        };
        Ok(answer_of(found.err().map(NotStanding::kind)))
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
            return Ok(answer_of(self.denied(Caller::Anonymous, action, &resource)));
        }
        let holder = match Holder::read(claims)? {
            Ok(holder) => holder,
            Err(kind) => return Ok(answer_of(Some(kind))),
        };
        if let Err(found) = self.snapshot.accepts(&holder.credential()) {
            return Ok(answer_of(Some(found.kind())));
        }
        let caller = Caller::Principal {
            object: &holder.object,
            kind: &holder.kind,
        };
        let denied = self.denied(caller, action, &resource).or_else(|| {
            let profile = self.snapshot.profile();
            let within = holder.narrowed.check(action, &resource, profile);
            within.err().map(OutOfScope::kind)
        });
        Ok(answer_of(denied))
    }
}

impl Engine {
    /// Why; none: it is allowed.
    fn denied(&self, caller: Caller<'_>, action: &str, resource: &Object) -> Option<&'static str> {
        let request = Request {
            caller,
            action,
            resource,
            contextual_tuples: &[],
            context: Context::EMPTY,
        };
        match decide(&request, &self.snapshot) {
            Decision::Allow => None,
            Decision::Deny(denial) => Some(denial.kind()),
        }
    }
}

/// Who holds a secret, by its claims.
struct Holder {
    object: Object,
    uid: Uuid,
    jti: Uuid,
    issued_at_s: u64,
    kind: String,
    parents: Vec<Uuid>,
    narrowed: Narrowed,
}

impl Holder {
    /// Within, the kind of what is wrong with a secret that is none for this system.
    ///
    /// # Errors
    /// `bad-input`: no claims. All of them are read, so that no limit is left out by its misspelled name.
    fn read(claims: &JsValue) -> Result<Result<Self, &'static str>, JsValue> {
        let mut fields = Fields::read(claims)?;
        // Whoever has verified the secret has looked at these.
        for checked in ["iss", "aud", "nbf", "exp"] {
            fields.take(checked);
        }
        let object = fields.text("sub")?.parse();
        let uid = uuid("uid", &fields.text("uid")?)?;
        let jti = uuid("jti", &fields.text("jti")?)?;
        let issued_at_s = fields.number("iat")?;
        let kind = fields.text("kind")?;
        let mut parents = Vec::new();
        let (mut actions, mut objects) = (None, None);
        if let Some(narrow) = fields.take_not_null("narrow")? {
            let mut narrow = Fields::of(narrow)?;
            // Charged where requests are metered.
            narrow.take("budgets");
            for parent in narrow.texts_not_null("parents")?.unwrap_or_default() {
                parents.push(uuid("parents", &parent)?);
            }
            actions = narrow.texts_not_null("actions")?;
            objects = narrow.texts_not_null("objects")?;
            narrow.end()?;
        }
        fields.end()?;
        let Ok(object) = object else {
            return Ok(Err(BAD_SUBJECT));
        };
        let Some(narrowed) = Narrowed::read(actions.as_deref(), objects.as_deref()) else {
            return Ok(Err(BAD_NARROW));
        };
        Ok(Ok(Self {
            object,
            uid,
            jti,
            issued_at_s,
            kind,
            parents,
            narrowed,
        }))
    }

    fn credential(&self) -> Credential<'_> {
        Credential {
            object: &self.object,
            uid: self.uid,
            issued_at_s: self.issued_at_s,
            jti: self.jti,
            parents: &self.parents,
        }
    }
}
