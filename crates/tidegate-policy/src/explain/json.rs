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
        let mut kind = |kind: &str| word(&mut out, "kind", kind);
        match found {
            Proof::Itself { object, relation } => {
                kind("itself");
                word(&mut out, "object", object.as_str());
                word(&mut out, "relation", relation);
            }
            Proof::Tuple { tuple, by } => {
                kind("tuple");
                out.add("tuple", text(tuple));
                if let Some(by) = by {
                    node(&mut out, "by", by);
                }
            }
            Proof::Computed {
                object,
                relation,
                by,
            } => {
                kind("computed");
                word(&mut out, "object", object.as_str());
                word(&mut out, "relation", relation);
                node(&mut out, "by", by);
            }
            Proof::From {
                tuple,
                relation,
                by,
            } => {
                kind("from");
                out.add("tuple", text(tuple));
                word(&mut out, "relation", relation);
                node(&mut out, "by", by);
            }
            Proof::Union { operand, by } => {
                kind("union");
                out.add("operand", place(*operand));
                node(&mut out, "by", by);
            }
            Proof::Intersection { all } => {
                kind("intersection");
                out.add("all", list(all, |part| part.into()));
            }
            Proof::Exclusion { base, subtract } => {
                kind("exclusion");
                node(&mut out, "base", base);
                node(&mut out, "subtract", subtract);
            }
            Proof::NoTuple {
                object,
                relation,
                usersets,
            } => {
                kind("no_tuple");
                word(&mut out, "object", object.as_str());
                word(&mut out, "relation", relation);
                out.add("usersets", list(usersets, followed));
            }
            Proof::NoFrom {
                object,
                tupleset,
                relation,
                objects,
            } => {
                kind("no_from");
                word(&mut out, "object", object.as_str());
                word(&mut out, "tupleset", tupleset);
                word(&mut out, "relation", relation);
                out.add("objects", list(objects, followed));
            }
            Proof::NoUnion { all } => {
                kind("no_union");
                out.add("all", list(all, |part| part.into()));
            }
            Proof::NoIntersection { operand, by } => {
                kind("no_intersection");
                out.add("operand", place(*operand));
                node(&mut out, "by", by);
            }
            Proof::NoBase { by } => {
                kind("no_base");
                node(&mut out, "by", by);
            }
            Proof::Circle => kind("circle"),
            Proof::TooDeep => kind("too_deep"),
        }
        out
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

/// Made once, too.
#[inline(never)]
fn node(out: &mut Json, name: &str, node: &Proof) {
    out.add(name, node.into());
}

/// An operand, counted from 0.
fn place(operand: usize) -> Json {
    u32::try_from(operand).unwrap_or(u32::MAX).into()
}

fn list<T>(items: &[T], write: impl Fn(&T) -> Json) -> Json {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        all.push(write(item));
    }
    Json::List(all)
}
