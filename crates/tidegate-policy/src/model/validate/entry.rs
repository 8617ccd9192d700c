//! Which relations can hold at all, and which are defined in a circle.

use std::collections::VecDeque;

use crate::hash::HashMap;

use super::{Key, Names};
use crate::language::{RelationSyntax, RestrictionKind, RewriteSyntax, Syntax};

/// A model's relations by number, in order of definition. Every name that they mention is defined.
pub(super) struct Graph {
    needs: Vec<Need>,
    /// For each relation those that it is computed from.
    computed: Vec<Vec<usize>>,
}

/// What has to hold for a relation to be able to.
enum Need {
    /// Nothing: a tuple makes it hold.
    Nothing,
    Relation(usize),
    Any(Vec<Need>),
    All(Vec<Need>),
}

impl Graph {
    pub(super) fn of(syntax: &Syntax, names: &Names<'_>) -> Self {
        let mut numbers = HashMap::new();
        let all = || {
            let types = syntax.types.iter();
            types.flat_map(|found| {
                found
                    .relations
                    .iter()
                    .map(move |relation| (found, relation))
            })
        };
        for (number, (definition, relation)) in all().enumerate() {
            let key = (definition.name.text.as_str(), relation.name.text.as_str());
            numbers.insert(key, number);
        }
        let mut graph = Self {
            needs: Vec::new(),
            computed: Vec::new(),
        };
        for (definition, relation) in all() {
            let mut reader = Reader {
                names,
                numbers: &numbers,
                on: &definition.name.text,
                relation,
                computed: Vec::new(),
            };
            graph.needs.push(reader.need(&relation.rewrite));
            crate::sort::sort(&mut reader.computed);
            reader.computed.dedup();
            graph.computed.push(reader.computed);
        }
        graph
    }

    /// For each relation whether some tuples would make it hold: the least answer, as a tuple has to
    /// come first.
    pub(super) fn entered(&self) -> Vec<bool> {
        let mut needed = vec![Vec::new(); self.needs.len()];
        for (number, need) in self.needs.iter().enumerate() {
            need.relations(number, &mut needed);
        }
        let mut entered = vec![false; self.needs.len()];
        let mut waiting = vec![true; self.needs.len()];
        let mut open: VecDeque<usize> = (0..self.needs.len()).collect();
        while let Some(number) = open.pop_front() {
            set(&mut waiting, number, false);
            let met = self
                .needs
                .get(number)
                .is_some_and(|need| need.is_met(&entered));
            if !met || entered.get(number) == Some(&true) {
                continue;
            }
            set(&mut entered, number, true);
            for &other in needed.get(number).into_iter().flatten() {
                if waiting.get(other) == Some(&false) && entered.get(other) == Some(&false) {
                    set(&mut waiting, other, true);
                    open.push_back(other);
                }
            }
        }
        entered
    }

    /// For each relation whether computed relations lead from it back to it, or it stands between two
    /// such circles.
    pub(super) fn circular(&self) -> Vec<bool> {
        let mut dependents = vec![Vec::new(); self.computed.len()];
        for (number, found) in self.computed.iter().enumerate() {
            for &other in found {
                if let Some(list) = dependents.get_mut(other) {
                    list.push(number);
                }
            }
        }
        let mut left = vec![true; self.computed.len()];
        peel(&mut left, &self.computed, &dependents);
        peel(&mut left, &dependents, &self.computed);
        left
    }
}

struct Reader<'a, 'n> {
    names: &'n Names<'a>,
    numbers: &'n HashMap<Key<'a>, usize>,
    on: &'a str,
    relation: &'a RelationSyntax,
    computed: Vec<usize>,
}

impl<'a> Reader<'a, '_> {
    fn need(&mut self, rewrite: &'a RewriteSyntax) -> Need {
        match rewrite {
            RewriteSyntax::Or(operands) => Need::Any(self.all(operands)),
            RewriteSyntax::And(operands) => Need::All(self.all(operands)),
            RewriteSyntax::ButNot(base, subtract) => {
                Need::All(vec![self.need(base), self.need(subtract)])
            }
            RewriteSyntax::Computed(relation) => {
                let number = self.numbers.get(&(self.on, relation.text.as_str()));
                self.computed.extend(number);
                Need::Any(
                    number
                        .map(|&number| Need::Relation(number))
                        .into_iter()
                        .collect(),
                )
            }
            RewriteSyntax::From { relation, tupleset } => {
                let types = self.names.led_to(self.on, &tupleset.text).iter();
                let numbers =
                    types.filter_map(|found| self.numbers.get(&(*found, relation.text.as_str())));
                Need::Any(numbers.map(|&number| Need::Relation(number)).collect())
            }
            RewriteSyntax::Direct => {
                let restrictions = &self.relation.restrictions;
                let usersets = restrictions.iter().map(|entry| match &entry.kind {
                    RestrictionKind::Userset(relation) => {
                        let key = (entry.type_name.text.as_str(), relation.text.as_str());
                        self.numbers.get(&key).map(|&number| Need::Relation(number))
                    }
                    RestrictionKind::Object | RestrictionKind::Wildcard => Some(Need::Nothing),
                });
                Need::Any(usersets.flatten().collect())
            }
        }
    }

    fn all(&mut self, operands: &'a [RewriteSyntax]) -> Vec<Need> {
        operands.iter().map(|operand| self.need(operand)).collect()
    }
}

impl Need {
    fn is_met(&self, entered: &[bool]) -> bool {
        match self {
            Self::Nothing => true,
            Self::Relation(number) => entered.get(*number) == Some(&true),
            Self::Any(all) => all.iter().any(|need| need.is_met(entered)),
            Self::All(all) => all.iter().all(|need| need.is_met(entered)),
        }
    }

    fn relations(&self, of: usize, needed: &mut [Vec<usize>]) {
        match self {
            Self::Nothing => {}
            Self::Relation(number) => {
                if let Some(list) = needed.get_mut(*number)
                    && list.last() != Some(&of)
                {
                    list.push(of);
                }
            }
            Self::Any(all) | Self::All(all) => {
                for need in all {
                    need.relations(of, needed);
                }
            }
        }
    }
}

/// Takes away, one after the other, what leads nowhere any more.
fn peel(left: &mut [bool], leads_to: &[Vec<usize>], comes_from: &[Vec<usize>]) {
    let mut leads: Vec<usize> = leads_to
        .iter()
        .map(|found| {
            found
                .iter()
                .filter(|&&other| left.get(other) == Some(&true))
                .count()
        })
        .collect();
    let ends = leads.iter().zip(left.iter()).enumerate();
    let ends = ends.filter(|(_, (count, left))| **count == 0 && **left);
    let mut open: Vec<usize> = ends.map(|(number, _)| number).collect();
    while let Some(number) = open.pop() {
        set(left, number, false);
        for &other in comes_from.get(number).into_iter().flatten() {
            if let Some(count) = leads.get_mut(other) {
                *count = count.saturating_sub(1);
                if *count == 0 && left.get(other) == Some(&true) {
                    open.push(other);
                }
            }
        }
    }
}

fn set(all: &mut [bool], number: usize, value: bool) {
    if let Some(slot) = all.get_mut(number) {
        *slot = value;
    }
}
