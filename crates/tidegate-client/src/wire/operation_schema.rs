//! Schemas of [`Operation`] and [`Answer`].
//!
//! An operation is a request with the key `op` beside its own. Requests allow no other keys, so that it cannot be
//! said by `allOf`. What an operation answers may be of several forms at once (everything has a `revision`),
//! so that it is `anyOf`.

use utoipa::openapi::schema::{AnyOfBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::{
    Answer, Attach, Changed, CreateObject, CreatedObject, DeleteObject, GrantRequest, Invitation,
    InvitationId, Invite, IssueSecret, IssuedSecret, Membership, Move, Operation, Remove,
    RenameObject, RevokeSecret, SetQuota,
};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// `{"op": "<op>", …}` with the keys of the request.
fn tagged<T: PartialSchema>(op: &str) -> Schema {
    let mut object = match T::schema() {
        RefOr::T(Schema::Object(object)) => object,
        // Every request is an object.
        RefOr::T(_) | RefOr::Ref(_) => Object::new(),
    };
    let tag = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([op]));
    object
        .properties
        .insert("op".to_owned(), RefOr::T(tag.into()));
    object.required.insert(0, "op".to_owned());
    object.title = Some(op.to_owned());
    object.example = None;
    object.examples = Vec::new();
    Schema::Object(object)
}

impl PartialSchema for Operation {
    fn schema() -> RefOr<Schema> {
        let operations = [
            tagged::<CreateObject>("create"),
            tagged::<RenameObject>("rename"),
            tagged::<DeleteObject>("delete"),
            tagged::<GrantRequest>("grant"),
            tagged::<GrantRequest>("change"),
            tagged::<GrantRequest>("revoke"),
            tagged::<Invite>("invite"),
            tagged::<InvitationId>("accept"),
            tagged::<InvitationId>("decline"),
            tagged::<InvitationId>("withdraw"),
            tagged::<Membership>("join"),
            tagged::<Membership>("leave"),
            tagged::<Remove>("remove"),
            tagged::<Move>("move"),
            tagged::<Attach>("attach"),
            tagged::<Attach>("detach"),
            tagged::<IssueSecret>("issue_secret"),
            tagged::<RevokeSecret>("revoke_secret"),
            tagged::<SetQuota>("set_quota"),
        ];
        let all = operations
            .into_iter()
            .fold(OneOfBuilder::new(), OneOfBuilder::item);
        all.description(Some("A change; `op` says which.")).into()
    }
}

impl ToSchema for Operation {
    fn schemas(schemas: &mut Schemas) {
        CreateObject::schemas(schemas);
        RenameObject::schemas(schemas);
        DeleteObject::schemas(schemas);
        GrantRequest::schemas(schemas);
        Invite::schemas(schemas);
        InvitationId::schemas(schemas);
        Membership::schemas(schemas);
        Remove::schemas(schemas);
        Move::schemas(schemas);
        Attach::schemas(schemas);
        IssueSecret::schemas(schemas);
        RevokeSecret::schemas(schemas);
        SetQuota::schemas(schemas);
    }
}

impl PartialSchema for Answer {
    fn schema() -> RefOr<Schema> {
        let names = [
            CreatedObject::name(),
            IssuedSecret::name(),
            Invitation::name(),
            Changed::name(),
        ];
        let any = names
            .into_iter()
            .map(Ref::from_schema_name)
            .fold(AnyOfBuilder::new(), AnyOfBuilder::item);
        any.description(Some("What the operation answers.")).into()
    }
}

impl ToSchema for Answer {
    fn schemas(schemas: &mut Schemas) {
        fn one<T: ToSchema>(schemas: &mut Schemas) {
            schemas.push((T::name().into_owned(), T::schema()));
            T::schemas(schemas);
        }
        one::<CreatedObject>(schemas);
        one::<IssuedSecret>(schemas);
        one::<Invitation>(schemas);
        one::<Changed>(schemas);
    }
}
