//! The forms of texts, for the OpenAPI document: a name for each, its pattern and its length.
//!
//! Patterns are a little wider than what is accepted (a length counts characters here and bytes there, and
//! what names a type or relation is the system's): what they refuse is refused by the API, too.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// A type's name: no white space, no control character, none of these signs. So are relations.
macro_rules! name {
    () => {
        r"[^\s\u0000-\u001f\u007f:#@*]+"
    };
}

/// What stands after the colon.
macro_rules! id {
    () => {
        r"[^\s\u0000-\u001f\u007f:#]+"
    };
}

macro_rules! address {
    () => {
        r"[^\s\u0000-\u001f\u007f:#@]+@[^\s\u0000-\u001f\u007f:#@]+"
    };
}

macro_rules! forms {
    ($($(#[doc = $doc:literal])+ $name:ident: $min:literal to $max:literal $pattern:expr, $example:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let pattern: Option<&str> = $pattern;
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),+).trim()))
                    .min_length(Some($min))
                    .max_length(Some($max))
                    .pattern(pattern)
                    .examples([$example])
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

forms! {
    /// `type:id`. At most 256 bytes.
    ObjectName: 1 to 256 Some(concat!("^", name!(), ":", id!(), "$")), "stream:acme/sales/orders";
    /// `type:id`, or a proven e-mail address.
    PersonName: 1 to 256 Some(concat!("^(", name!(), ":", id!(), "|", address!(), ")$")), "user:bob";
    /// `type:id`, `type:id#relation`, `type:*`, or a proven e-mail address. At most 512 bytes.
    SubjectName: 1 to 512 Some(concat!("^(", name!(), ":", id!(), "(#", name!(), ")?|", address!(), ")$")), "service:acme/sales/bot";
    /// The name of a type.
    TypeName: 1 to 254 Some(concat!("^", name!(), "$")), "stream";
    /// What stands after the colon of an object's name. With type and colon at most 256 bytes.
    EntityId: 1 to 254 Some(concat!("^", id!(), "$")), "acme/sales/orders";
    /// A relation. At most 50 bytes.
    RelationName: 1 to 50 Some(concat!("^", name!(), "$")), "can_read";
    /// A kind of secret, which the system defines.
    KindName: 1 to 100 None, "full";
    /// An e-mail address, in lower case.
    Address: 1 to 254 None, "bob@example.com";
    /// For people: no control characters.
    DisplayName: 1 to 100 Some(r"^[^\u0000-\u001f\u007f]+$"), "Orders";
    /// What it is for: no control characters.
    Description: 0 to 200 Some(r"^[^\u0000-\u001f\u007f]*$"), "nightly export";
    /// The code of an invitation's link: Base64 for URLs, 64 characters.
    Code: 64 to 64 Some("^[A-Za-z0-9_-]{64}$"), "AZrKaOEBcHOyWvlU0YQxM3VtYmFyZWFsbHlzaXh0eWZvdXJjaGFyYWN0ZXJzbG9u";
}

/// A UUID.
#[derive(Clone, Copy, Debug)]
pub struct Id;

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A UUID, of version 7: it sorts by time, and is never used again.",
            ))
            .format(Some(SchemaFormat::Custom("uuid".to_owned())))
            .examples(["019a9a1c-7a00-7000-8000-000000000000"])
            .into()
    }
}

impl ToSchema for Id {}

/// `read` or `write`.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Metered {
    /// Content of responses to read actions.
    Read,
    /// Content of requests of write actions.
    Write,
}

/// `[start, end)`, seconds since the epoch, UTC.
#[derive(Clone, Copy, Debug, ToSchema)]
pub struct Window {
    /// First second.
    pub start_s: u64,
    /// First second after.
    pub end_s: u64,
}
