//! Which relations can hold at all, and which are defined in a circle.

use super::Names;
use crate::language::Syntax;
use crate::model::net::Net;
use crate::model::{Relation, Rewrite};

/// A model's relations by number, in order of definition. Every name that they mention is defined.
pub(super) struct Graph {
    /// What makes what hold: relations, and after them the parts of their definitions.
    holds: Net,
    /// From each relation to those that are computed from it.
    computes: Net,
    /// The other way.
    computed: Net,
}

impl Graph {
    pub(super) fn of<'a>(syntax: &Syntax<'a>, names: &Names<'a>) -> Self {
        let mut graph = Self {
            holds: Net::default(),
            computes: Net::default(),
            computed: Net::default(),
        };
        // There is one of each relation.
        for _ in &names.tuplesets {
            graph.holds.add(1);
            graph.computes.add(0);
            graph.computed.add(0);
        }
        let mut number = 0;
        for on in &syntax.types {
            for relation in &on.relations {
                let mut reader = Reader {
                    syntax,
                    names,
                    on: on.name.text,
                    relation,
                    number,
                    written: None,
                    graph: &mut graph,
                };
                let whole = reader.part(&relation.rewrite);
                graph.holds.lead(whole, number);
                number += 1;
            }
        }
        graph.holds.spread();
        graph.computes.spread();
        graph.computed.spread();
        graph
    }

    /// Whether some tuples would make a relation hold: by the least answer, as a tuple has to come first.
    pub(super) fn is_entered(&self, relation: usize) -> bool {
        self.holds.is_reached(relation)
    }

    /// Whether computed relations lead from a relation back to it, or it stands between two such circles.
    pub(super) fn is_circular(&self, relation: usize) -> bool {
        !self.computes.is_reached(relation) && !self.computed.is_reached(relation)
    }
}

struct Reader<'a, 'n> {
    syntax: &'n Syntax<'a>,
    names: &'n Names<'a>,
    on: &'a str,
    relation: &'n Relation,
    number: u32,
    /// The node of what can be written: the JSON form may have it again and again.
    written: Option<u32>,
    graph: &'n mut Graph,
}

impl<'a> Reader<'a, '_> {
    /// The node of a part of the definition.
    fn part(&mut self, rewrite: &Rewrite) -> u32 {
        if let (Rewrite::Direct, Some(written)) = (rewrite, self.written) {
            return written;
        }
        let operands = rewrite.operands();
        let all = matches!(rewrite, Rewrite::Intersection(_) | Rewrite::Exclusion(..));
        let part = self.graph.holds.add(u32::from(!all));
        for operand in operands {
            let operand = self.part(operand);
            match all {
                true => self.graph.holds.need(operand, part),
                false => self.graph.holds.lead(operand, part),
            }
        }
        match rewrite {
            Rewrite::Computed(relation) => {
                if let Some(other) = self.lead(self.on, *relation, part) {
                    self.graph.computes.need(other, self.number);
                    self.graph.computed.need(self.number, other);
                }
            }
            Rewrite::From { relation, tupleset } => {
                let tupleset = self.syntax.word(*tupleset).text;
                let found = self.names.tupleset(self.on, tupleset);
                for on in found.into_iter().flat_map(|found| &found.types) {
                    self.lead(on, *relation, part);
                }
            }
            Rewrite::Direct => {
                self.written = Some(part);
                for entry in &self.relation.restrictions {
                    match entry.taken.names() {
                        (on, Some(relation)) => {
                            self.lead(self.syntax.word(on).text, relation, part);
                        }
                        // A tuple is enough.
                        (_, None) => self.graph.holds.reach(part),
                    }
                }
            }
            Rewrite::Union(_) | Rewrite::Intersection(_) | Rewrite::Exclusion(..) => {}
        }
        part
    }

    /// Notes that a relation makes a part hold, and gives its number.
    fn lead(&mut self, on: &'a str, relation: u32, part: u32) -> Option<u32> {
        let relation = self.syntax.word(relation).text;
        let number = self.names.relation(on, relation)?;
        self.graph.holds.lead(number, part);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    /// The JSON form may have what can be written again and again: each would be led to by all that it takes.
    #[test]
    fn what_can_be_written_is_gone_through_once() {
        const MANY: usize = 100;
        let this = vec![r#"{"this": {}}"#; MANY].join(",");
        let userset = vec![r#"{"type": "user", "relation": "r"}"#; MANY].join(",");
        let text = format!(
            r#"{{"type_definitions": [{{"type": "user",
                "relations": {{"r": {{"union": {{"child": [{this}]}}}}}},
                "metadata": {{"relations": {{"r": {{"directly_related_user_types": [{userset}]}}}}}}}}]}}"#
        );
        let (tree, faults) = json::parse(&text);
        let (syntax, faults) = json::read(&tree, faults);
        assert!(faults.is_empty());
        let graph = Graph::of(&syntax, &Names::of(&syntax));
        // The restrictions to what can be written, that to the union, and the union to the relation.
        assert_eq!(graph.holds.size(), MANY + MANY + 1);
    }
}
