//! A drawing of a model, in the DOT language of Graphviz.
//!
//! A type is a box, a relation of it an ellipse `type#relation`, and arrows go the way that access
//! goes: from who may be written to the relation, and from a relation to those that follow from it. `and` and
//! `but not` are diamonds.

use std::fmt::Write as _;

use super::parts::{Relation, Rewrite, Taken};
use super::{Model, RelationId, TypeId};

/// Most bytes of a drawing, but for its end: relations that follow from each other over many types have many more
/// arrows than a text has words, and nobody sees anything in so many.
pub(super) const MAX_GRAPH: usize = 16 * 1024 * 1024;

/// Draws a model, or as much of it as there is room for, which it says then.
pub(super) fn graph(model: &Model) -> String {
    let mut drawing = Drawing {
        model,
        out: "digraph model {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n".to_owned(),
        operators: 0,
        is_cut: false,
    };
    for (found, id) in model.parts().types.iter().zip(0..) {
        _ = writeln!(drawing.out, "  {} [shape=box];", quoted(&found.name));
        for relation in model.parts().relations_of(id) {
            let name = drawing.relation_name(id, relation.name);
            _ = writeln!(drawing.out, "  {name};");
        }
    }
    for (_, id) in model.parts().types.iter().zip(0..) {
        for relation in model.parts().relations_of(id) {
            let to = drawing.relation_name(id, relation.name);
            drawing.rewrite(id, relation, &relation.rewrite, &to, "");
        }
    }
    if drawing.is_cut {
        drawing.out.push_str("  // There is more than this.\n");
    }
    drawing.out.push_str("}\n");
    drawing.out
}

struct Drawing<'a> {
    model: &'a Model,
    out: String,
    operators: usize,
    /// Whether something is not drawn.
    is_cut: bool,
}

impl Drawing<'_> {
    /// For something more to draw, which is left out when not.
    fn has_room(&mut self) -> bool {
        self.is_cut |= self.out.len() >= MAX_GRAPH;
        !self.is_cut
    }

    fn rewrite(&mut self, on: TypeId, of: &Relation, found: &Rewrite, to: &str, label: &str) {
        if !self.has_room() {
            return;
        }
        match found {
            Rewrite::Direct => {
                for restriction in &of.restrictions {
                    // What can be written may stand there thousands of times.
                    if self.is_cut {
                        break;
                    }
                    let from = match restriction.taken {
                        Taken::Object(id) => self.type_name(id),
                        Taken::Wildcard(id) => self.type_name(id),
                        Taken::Userset(id, relation) => self.relation_name(id, relation),
                    };
                    let everyone = matches!(restriction.taken, Taken::Wildcard(_));
                    let condition = restriction
                        .condition
                        .and_then(|id| self.model.condition(id));
                    let mut label = label.to_owned();
                    for part in [
                        everyone.then(|| "everyone".to_owned()),
                        condition.map(|condition| format!("with {}", condition.name())),
                    ]
                    .into_iter()
                    .flatten()
                    {
                        let separator = if label.is_empty() { "" } else { ", " };
                        _ = write!(label, "{separator}{part}");
                    }
                    self.arrow(&from, to, &label);
                }
            }
            Rewrite::Computed(relation) => {
                let from = self.relation_name(on, *relation);
                self.arrow(&from, to, label);
            }
            Rewrite::From { relation, tupleset } => self.from(on, *relation, *tupleset, to, label),
            Rewrite::Union(all) => {
                for operand in all {
                    self.rewrite(on, of, operand, to, label);
                }
            }
            Rewrite::Intersection(all) => {
                let node = self.operator("and", to, label);
                for operand in all {
                    self.rewrite(on, of, operand, &node, "");
                }
            }
            Rewrite::Exclusion(base, subtract) => {
                let node = self.operator("but not", to, label);
                self.rewrite(on, of, base, &node, "");
                self.rewrite(on, of, subtract, &node, "not");
            }
        }
    }

    fn from(
        &mut self,
        on: TypeId,
        relation: RelationId,
        tupleset: RelationId,
        to: &str,
        label: &str,
    ) {
        let name = self.model.relation_name(tupleset).unwrap_or_default();
        let separator = if label.is_empty() { "" } else { ", " };
        let label = format!("{label}{separator}from {name}");
        let leads = self.model.relation(on, tupleset);
        let mut types: Vec<TypeId> = leads
            .into_iter()
            .flat_map(|found| &found.restrictions)
            .filter_map(|entry| match entry.taken {
                Taken::Object(id) => Some(id),
                Taken::Userset(..) | Taken::Wildcard(_) => None,
            })
            .collect();
        crate::sort::sort(&mut types);
        types.dedup();
        for id in types {
            if self.model.relation(id, relation).is_some() {
                let from = self.relation_name(id, relation);
                self.arrow(&from, to, &label);
            }
        }
    }

    fn operator(&mut self, text: &str, to: &str, label: &str) -> String {
        self.operators += 1;
        let node = format!("operator{}", self.operators);
        _ = writeln!(self.out, "  {node} [shape=diamond, label=\"{text}\"];");
        self.arrow(&node, to, label);
        node
    }

    fn arrow(&mut self, from: &str, to: &str, label: &str) {
        if !self.has_room() {
            return;
        }
        _ = write!(self.out, "  {from} -> {to}");
        if !label.is_empty() {
            _ = write!(self.out, " [label={}]", quoted(label));
        }
        self.out.push_str(";\n");
    }

    fn type_name(&self, id: TypeId) -> String {
        quoted(self.model.type_name(id).unwrap_or_default())
    }

    fn relation_name(&self, id: TypeId, relation: RelationId) -> String {
        let type_name = self.model.type_name(id).unwrap_or_default();
        let relation = self.model.relation_name(relation).unwrap_or_default();
        quoted(&format!("{type_name}#{relation}"))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
