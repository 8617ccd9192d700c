//! Explanations as JSON, by hand: the writers that are derived need three times the code, which counts in a browser.
//! Fields and words are those of the derived ones.

use super::found::{Form, Node, Rule};
use super::{Explanation, Remedy, Unmet};
use crate::json::Json;
use crate::tuple::Tuple;

/// An explanation whose proof is JSON already.
pub(super) fn of(found: Explanation<Json>) -> Json {
    let mut out = Json::EMPTY;
    let complete = match found {
        Explanation::Allowed { proof, complete } => {
            word(&mut out, "answer", "allowed");
            out.add("proof", proof.unwrap_or(Json::Null));
            complete
        }
        Explanation::Denied {
            remedies,
            conditions,
            complete,
        } => {
            word(&mut out, "answer", "denied");
            out.add("remedies", list(&remedies, remedy));
            out.add("conditions", list(&conditions, unmet));
            complete
        }
    };
    out.add("complete", complete.into());
    out
}

impl Form for Json {
    const NONE: Self = Self::Null;

    fn of(node: Node<'_, Self>) -> Self {
        let mut out = Self::EMPTY;
        // What is inside is a list of this name, or each part stands by itself.
        let (kind, inside) = match node.rule {
            Rule::Itself => ("itself", None),
            Rule::Tuple(_) => ("tuple", None),
            Rule::Computed(_) => ("computed", None),
            Rule::From { .. } => ("from", None),
            Rule::Union(_) => ("union", None),
            Rule::Intersection => ("intersection", Some("all")),
            Rule::Exclusion => ("exclusion", None),
            Rule::NoTuple => ("no_tuple", Some("usersets")),
            Rule::NoFrom { .. } => ("no_from", Some("objects")),
            Rule::NoUnion => ("no_union", Some("all")),
            Rule::NoIntersection(_) => ("no_intersection", None),
            Rule::NoBase => ("no_base", None),
            Rule::Circle => ("circle", None),
            Rule::TooDeep => ("too_deep", None),
        };
        word(&mut out, "kind", kind);
        if let Some(tuple) = &node.tuple {
            out.add("tuple", text(tuple));
        }
        if let Rule::Itself | Rule::Computed(_) | Rule::NoTuple | Rule::NoFrom { .. } = node.rule {
            word(&mut out, "object", node.object.as_str());
        }
        match node.rule {
            Rule::NoFrom { .. } => word(&mut out, "tupleset", node.tupleset),
            // Counted from 0.
            Rule::Union(operand) | Rule::NoIntersection(operand) => {
                let operand = u32::try_from(operand).unwrap_or(u32::MAX);
                out.add("operand", operand.into());
            }
            _ => {}
        }
        if let Rule::Itself
        | Rule::Computed(_)
        | Rule::From { .. }
        | Rule::NoTuple
        | Rule::NoFrom { .. } = node.rule
        {
            word(&mut out, "relation", node.relation);
        }
        let mut parts = Vec::with_capacity(node.parts.len());
        for (tuple, mut part) in node.parts {
            if let Some(tuple) = tuple {
                let mut followed = Self::EMPTY;
                followed.add("tuple", text(&tuple));
                followed.add("by", part);
                part = followed;
            }
            parts.push(part);
        }
        match inside {
            Some(name) => out.add(name, Self::List(parts)),
            None => {
                let mut name = match node.rule {
                    Rule::Exclusion => "base",
                    _ => "by",
                };
                for part in parts {
                    out.add(name, part);
                    name = "subtract";
                }
            }
        }
        out
    }
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
