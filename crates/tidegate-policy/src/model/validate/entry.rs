//! Which relations can hold at all, and which are defined in a circle.

use super::Names;
use crate::language::Syntax;
use crate::model::{Relation, Rewrite};

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
    pub(super) fn of<'a>(syntax: &Syntax<'a>, names: &Names<'a>) -> Self {
        let mut graph = Self {
            needs: Vec::new(),
            computed: Vec::new(),
        };
        for (on, relation) in syntax.relations() {
            let mut reader = Reader {
                syntax,
                names,
                on: on.name.text,
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
        let mut needed = Vec::new();
        needed.resize_with(self.needs.len(), Vec::new);
        for (number, need) in self.needs.iter().enumerate() {
            need.relations(number, &mut needed);
        }
        let mut entered = vec![false; self.needs.len()];
        let mut waiting = vec![true; self.needs.len()];
        let mut open: Vec<usize> = (0..self.needs.len()).rev().collect();
        while let Some(number) = open.pop() {
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
                    open.push(other);
                }
            }
        }
        entered
    }

    /// For each relation whether computed relations lead from it back to it, or it stands between two
    /// such circles.
    pub(super) fn circular(&self) -> Vec<bool> {
        let mut dependents = Vec::new();
        dependents.resize_with(self.computed.len(), Vec::new);
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
    syntax: &'n Syntax<'a>,
    names: &'n Names<'a>,
    on: &'a str,
    relation: &'n Relation,
    computed: Vec<usize>,
}

impl<'a> Reader<'a, '_> {
    fn need(&mut self, rewrite: &Rewrite) -> Need {
        let mut needs = Vec::new();
        for operand in rewrite.operands() {
            needs.push(self.need(operand));
        }
        match rewrite {
            Rewrite::Union(_) => {}
            Rewrite::Intersection(_) | Rewrite::Exclusion(..) => return Need::All(needs),
            Rewrite::Computed(relation) => {
                if let Some(number) = self.number(self.on, *relation) {
                    self.computed.push(number);
                    needs.push(Need::Relation(number));
                }
            }
            Rewrite::From { relation, tupleset } => {
                let tupleset = self.syntax.word(*tupleset).text;
                let found = self.names.tupleset(self.on, tupleset);
                for on in found.into_iter().flat_map(|found| &found.types) {
                    let number = self.number(on, *relation);
                    needs.extend(number.map(Need::Relation));
                }
            }
            Rewrite::Direct => {
                for entry in &self.relation.restrictions {
                    let (on, relation) = entry.taken.names();
                    let Some(relation) = relation else {
                        needs.push(Need::Nothing);
                        continue;
                    };
                    let number = self.number(self.syntax.word(on).text, relation);
                    needs.extend(number.map(Need::Relation));
                }
            }
        }
        Need::Any(needs)
    }

    fn number(&self, on: &'a str, relation: u32) -> Option<usize> {
        let relation = self.syntax.word(relation).text;
        let number = self.names.relation(on, relation)?;
        Some(number as usize)
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
    let (mut leads, mut open) = (Vec::new(), Vec::new());
    for (number, found) in leads_to.iter().enumerate() {
        let others = found.iter();
        let count = others
            .filter(|&&other| left.get(other) == Some(&true))
            .count();
        if count == 0 && left.get(number) == Some(&true) {
            open.push(number);
        }
        leads.push(count);
    }
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
