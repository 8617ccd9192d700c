//! A syntax tree that is valid, over dense numbers.

use super::parts::{Parts, Relation, Rewrite, Schema, Taken, Type};
use crate::condition::Condition;
use crate::hash::HashMap;
use crate::language::{Syntax, Word};

/// Compiles what `validate` found no fault with: relations get the numbers of what their words name.
pub(super) fn compile(mut syntax: Syntax<'_>, conditions: Vec<Condition>, text: Box<str>) -> Parts {
    let schema = syntax.schema.and_then(|version| Schema::of(version.text));
    let mut parts = Parts {
        text,
        schema: schema.unwrap_or_default(),
        types: Vec::new(),
        relations: Vec::new(),
        relation_names: Vec::new(),
        conditions,
        condition_sources: Vec::new(),
        sources: syntax.sources,
    };
    let mut names = Names {
        words: &syntax.words,
        types: HashMap::new(),
        relations: HashMap::new(),
        conditions: HashMap::new(),
    };
    for (definition, id) in syntax.types.iter().zip(0..) {
        names.types.insert(definition.name.text, id);
        for relation in &definition.relations {
            let name = names.text(relation.name);
            if !names.relations.contains_key(name) {
                names.relations.insert(name, count(&parts.relation_names));
                parts.relation_names.push(name.into());
            }
        }
    }
    for (definition, id) in syntax.conditions.iter().zip(0..) {
        if cfg!(feature = "conditions") {
            names.conditions.insert(definition.name.text, id);
        }
        if !parts.sources.is_empty() {
            parts.condition_sources.push(definition.source);
        }
    }
    for definition in &mut syntax.types {
        let start = count(&parts.relations);
        for relation in &mut definition.relations {
            names.compile(relation);
        }
        parts.relations.append(&mut definition.relations);
        parts.types.push(Type {
            name: definition.name.text.into(),
            relations: start..count(&parts.relations),
            source: definition.source,
        });
    }
    parts
}

struct Names<'s, 'a> {
    words: &'s [Word<'a>],
    types: HashMap<&'a str, u32>,
    relations: HashMap<&'a str, u32>,
    conditions: HashMap<&'a str, u32>,
}

impl<'a> Names<'_, 'a> {
    fn compile(&self, relation: &mut Relation) {
        self.number(&self.relations, &mut relation.name);
        self.rewrite(&mut relation.rewrite);
        for entry in &mut relation.restrictions {
            match &mut entry.taken {
                Taken::Object(id) | Taken::Wildcard(id) => self.number(&self.types, id),
                Taken::Userset(id, relation) => {
                    self.number(&self.types, id);
                    self.number(&self.relations, relation);
                }
            }
            // No valid model has conditions where the engine has none.
            if cfg!(feature = "conditions")
                && let Some(condition) = &mut entry.condition
            {
                self.number(&self.conditions, condition);
            }
        }
    }

    /// Also puts what can be written first beside an operator, and takes an operator of one operand for
    /// that one: so it is printed, and nothing else is read from a text.
    fn rewrite(&self, rewrite: &mut Rewrite) {
        match rewrite {
            Rewrite::Direct => {}
            Rewrite::Computed(relation) => self.number(&self.relations, relation),
            Rewrite::From { relation, tupleset } => {
                self.number(&self.relations, relation);
                self.number(&self.relations, tupleset);
            }
            Rewrite::Exclusion(base, subtract) => {
                self.rewrite(base);
                self.rewrite(subtract);
            }
            Rewrite::Union(operands) | Rewrite::Intersection(operands) => {
                for operand in operands.iter_mut() {
                    self.rewrite(operand);
                }
                crate::sort::by_key(operands, |operand| !matches!(operand, Rewrite::Direct));
                if operands.len() == 1
                    && let Some(only) = operands.pop()
                {
                    *rewrite = only;
                }
            }
        }
    }

    /// A number that nothing has, for a name that nothing has: validation leaves none, and a model is not
    /// made of it.
    fn number(&self, numbers: &HashMap<&'a str, u32>, id: &mut u32) {
        let number = numbers.get(self.text(*id));
        *id = number.copied().unwrap_or(u32::MAX);
    }

    fn text(&self, word: u32) -> &'a str {
        self.words.get(word as usize).map_or("", |word| word.text)
    }
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
