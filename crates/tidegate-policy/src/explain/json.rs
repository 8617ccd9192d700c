//! Explanations as JSON, by hand: the writers that are derived need three times the code, which counts in a browser.
//! Fields and words are those of the derived ones.

use super::{Explanation, Followed, Proof, Remedy, Unmet};
use crate::json::Json;
use crate::tuple::Tuple;

impl From<&Explanation> for Json {
    fn from(found: &Explanation) -> Self {
        let mut out = Self::EMPTY;
        match found {
            Explanation::Allowed { proof, complete } => {
                out.add("answer", "allowed".into());
                out.add("proof", proof.as_ref().map_or(Self::Null, Self::from));
                out.add("complete", (*complete).into());
            }
            Explanation::Denied {
                remedies,
                conditions,
                complete,
            } => {
                out.add("answer", "denied".into());
                out.add("remedies", list(remedies, remedy));
                out.add("conditions", list(conditions, unmet));
                out.add("complete", (*complete).into());
            }
        }
        out
    }
}

impl From<&Proof> for Json {
    fn from(found: &Proof) -> Self {
        let mut out = Self::EMPTY;
        out.add("kind", kind(found).into());
        match found {
            Proof::Itself { object, relation }
            | Proof::Computed {
                object, relation, ..
            }
            | Proof::NoTuple {
                object, relation, ..
            } => {
                word(&mut out, "object", object.as_str());
                word(&mut out, "relation", relation);
            }
            Proof::NoFrom {
                object,
                tupleset,
                relation,
                ..
            } => {
                word(&mut out, "object", object.as_str());
                word(&mut out, "tupleset", tupleset);
                word(&mut out, "relation", relation);
            }
            Proof::Tuple { tuple, .. } => out.add("tuple", text(tuple)),
            Proof::From {
                tuple, relation, ..
            } => {
                out.add("tuple", text(tuple));
                word(&mut out, "relation", relation);
            }
            Proof::Union { operand, .. } | Proof::NoIntersection { operand, .. } => {
                // Counted from 0.
                let operand = u32::try_from(*operand).unwrap_or(u32::MAX);
                out.add("operand", operand.into());
            }
            _ => {}
        }
        match found {
            Proof::Computed { by, .. }
            | Proof::From { by, .. }
            | Proof::Union { by, .. }
            | Proof::NoIntersection { by, .. }
            | Proof::NoBase { by }
            | Proof::Tuple { by: Some(by), .. } => out.add("by", (&**by).into()),
            Proof::Exclusion { base, subtract } => {
                out.add("base", (&**base).into());
                out.add("subtract", (&**subtract).into());
            }
            Proof::Intersection { all } | Proof::NoUnion { all } => {
                out.add("all", list(all, |part| part.into()));
            }
            Proof::NoTuple { usersets, .. } => out.add("usersets", list(usersets, followed)),
            Proof::NoFrom { objects, .. } => out.add("objects", list(objects, followed)),
            Proof::Itself { .. } | Proof::Tuple { by: None, .. } => {}
            Proof::Circle | Proof::TooDeep => {}
        }
        out
    }
}

fn kind(found: &Proof) -> &'static str {
    match found {
        Proof::Itself { .. } => "itself",
        Proof::Tuple { .. } => "tuple",
        Proof::Computed { .. } => "computed",
        Proof::From { .. } => "from",
        Proof::Union { .. } => "union",
        Proof::Intersection { .. } => "intersection",
        Proof::Exclusion { .. } => "exclusion",
        Proof::NoTuple { .. } => "no_tuple",
        Proof::NoFrom { .. } => "no_from",
        Proof::NoUnion { .. } => "no_union",
        Proof::NoIntersection { .. } => "no_intersection",
        Proof::NoBase { .. } => "no_base",
        Proof::Circle => "circle",
        Proof::TooDeep => "too_deep",
    }
}

fn followed(found: &Followed) -> Json {
    let mut out = Json::EMPTY;
    out.add("tuple", text(&found.tuple));
    out.add("by", (&found.by).into());
    out
}

fn remedy(found: &Remedy) -> Json {
    let mut out = Json::EMPTY;
    out.add("add", list(&found.add, text));
    out.add("remove", list(&found.remove, text));
    out
}

fn unmet(found: &Unmet) -> Json {
    let mut out = Json::EMPTY;
    let words = |words: &[String]| list(words, |word| word.as_str().into());
    out.add("tuple", text(&found.tuple));
    out.add("condition", found.condition.as_str().into());
    out.add("parameters", words(&found.parameters));
    out.add("missing", words(&found.missing));
    let error = found.error.as_deref();
    out.add("error", error.map_or(Json::Null, Json::from));
    out
}

fn text(tuple: &Tuple) -> Json {
    tuple.to_string().into()
}

/// Made once for all that are written.
#[inline(never)]
fn word(out: &mut Json, name: &str, word: &str) {
    out.add(name, word.into());
}

fn list<T>(items: &[T], write: impl Fn(&T) -> Json) -> Json {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        all.push(write(item));
    }
    Json::List(all)
}
