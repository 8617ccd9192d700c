//! Which relations can hold at all, and which are defined in a circle.

use hashbrown::{HashMap, HashSet};

use super::validate::{Key, Names};
use crate::language::{RestrictionKind, RewriteSyntax, Syntax};

/// A model's relations by number, in order of definition. Every name that they mention is defined.
pub(super) struct Graph<'a> {
    names: &'a Names<'a>,
    keys: Vec<Key<'a>>,
    rewrites: Vec<&'a RewriteSyntax>,
    numbers: HashMap<Key<'a>, usize>,
}

impl<'a> Graph<'a> {
    pub(super) fn of(syntax: &'a Syntax, names: &'a Names<'a>) -> Self {
        let mut graph = Self {
            names,
            keys: Vec::new(),
            rewrites: Vec::new(),
            numbers: HashMap::new(),
        };
        for definition in &syntax.types {
            for relation in &definition.relations {
                let key = (definition.name.text.as_str(), relation.name.text.as_str());
                graph.numbers.insert(key, graph.keys.len());
                graph.keys.push(key);
                graph.rewrites.push(&relation.rewrite);
            }
        }
        graph
    }

    /// For each relation whether some tuples would make it hold: the least answer, as a tuple has to
    /// come first.
    pub(super) fn entered(&self) -> Vec<bool> {
        let dependents = self.dependents(|_| true);
        let mut entered = vec![false; self.keys.len()];
        let mut open: Vec<usize> = (0..self.keys.len()).collect();
        while let Some(number) = open.pop() {
            let (Some(slot), Some(key), Some(rewrite)) = (
                entered.get(number),
                self.keys.get(number),
                self.rewrites.get(number),
            ) else {
                continue;
            };
            if !slot && self.enters(&entered, key.0, rewrite) {
                if let Some(slot) = entered.get_mut(number) {
                    *slot = true;
                }
                open.extend(dependents.get(number).into_iter().flatten());
            }
        }
        entered
    }

    /// For each relation whether computed relations lead from it back to it, or it stands between two
    /// such circles.
    pub(super) fn circular(&self) -> Vec<bool> {
        let computed = |rewrite: &RewriteSyntax| matches!(rewrite, RewriteSyntax::Computed(_));
        let dependents = self.dependents(computed);
        let mut dependencies = vec![Vec::new(); self.keys.len()];
        for (number, found) in dependents.iter().enumerate() {
            for &dependent in found {
                if let Some(list) = dependencies.get_mut(dependent) {
                    list.push(number);
                }
            }
        }
        let mut left = vec![true; self.keys.len()];
        peel(&mut left, &dependencies, &dependents);
        peel(&mut left, &dependents, &dependencies);
        left
    }

    /// For each relation those whose definition mentions it, through rewrites of the kind.
    fn dependents(&self, which: impl Fn(&RewriteSyntax) -> bool) -> Vec<Vec<usize>> {
        let mut dependents = vec![Vec::new(); self.keys.len()];
        for (number, (key, rewrite)) in self.keys.iter().zip(&self.rewrites).enumerate() {
            let mut mentioned = HashSet::new();
            self.mentions(key.0, rewrite, &which, &mut mentioned);
            for other in mentioned {
                if let Some(list) = dependents.get_mut(other) {
                    list.push(number);
                }
            }
        }
        dependents
    }

    fn mentions(
        &self,
        on: &'a str,
        rewrite: &'a RewriteSyntax,
        which: &impl Fn(&RewriteSyntax) -> bool,
        found: &mut HashSet<usize>,
    ) {
        match rewrite {
            RewriteSyntax::Or(operands) | RewriteSyntax::And(operands) => {
                for operand in operands {
                    self.mentions(on, operand, which, found);
                }
            }
            RewriteSyntax::ButNot(base, subtract) => {
                self.mentions(on, base, which, found);
                self.mentions(on, subtract, which, found);
            }
            leaf if which(leaf) => {
                found.extend(
                    self.leaves(on, leaf)
                        .filter_map(|key| self.numbers.get(&key)),
                );
            }
            _ => {}
        }
    }

    /// The relations that a rewrite without operands mentions.
    fn leaves(&self, on: &'a str, leaf: &'a RewriteSyntax) -> impl Iterator<Item = Key<'a>> {
        let mut keys = Vec::new();
        match leaf {
            RewriteSyntax::Computed(relation) => keys.push((on, relation.text.as_str())),
            RewriteSyntax::From { relation, tupleset } => {
                let types = self.names.led_to(on, &tupleset.text);
                keys.extend(
                    types
                        .into_iter()
                        .map(|found| (found, relation.text.as_str())),
                );
            }
            RewriteSyntax::Direct(restrictions) => {
                keys.extend(restrictions.iter().filter_map(|entry| match &entry.kind {
                    RestrictionKind::Userset(relation) => {
                        Some((entry.type_name.text.as_str(), relation.text.as_str()))
                    }
                    RestrictionKind::Object | RestrictionKind::Wildcard => None,
                }));
            }
            RewriteSyntax::Or(_) | RewriteSyntax::And(_) | RewriteSyntax::ButNot(..) => {}
        }
        keys.into_iter()
    }

    fn enters(&self, entered: &[bool], on: &'a str, rewrite: &'a RewriteSyntax) -> bool {
        match rewrite {
            RewriteSyntax::Or(operands) => {
                operands.iter().any(|found| self.enters(entered, on, found))
            }
            RewriteSyntax::And(operands) => {
                operands.iter().all(|found| self.enters(entered, on, found))
            }
            RewriteSyntax::ButNot(base, subtract) => {
                self.enters(entered, on, base) && self.enters(entered, on, subtract)
            }
            RewriteSyntax::Direct(restrictions)
                if restrictions
                    .iter()
                    .any(|entry| !matches!(entry.kind, RestrictionKind::Userset(_))) =>
            {
                true
            }
            leaf => self.leaves(on, leaf).any(|key| {
                let number = self.numbers.get(&key);
                number.and_then(|&number| entered.get(number)) == Some(&true)
            }),
        }
    }
}

/// Takes away, one after the other, what leads nowhere any more.
fn peel(left: &mut [bool], leads_to: &[Vec<usize>], comes_from: &[Vec<usize>]) {
    let mut open: Vec<usize> = (0..left.len()).collect();
    while let Some(number) = open.pop() {
        let is_left = |number: &usize| left.get(*number) == Some(&true);
        let leads = leads_to.get(number).into_iter().flatten().any(is_left);
        if is_left(&number) && !leads {
            if let Some(slot) = left.get_mut(number) {
                *slot = false;
            }
            open.extend(comes_from.get(number).into_iter().flatten());
        }
    }
}
