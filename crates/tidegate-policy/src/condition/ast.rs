//! The tree of an expression, as it is written.

use super::MAX_NESTING;
use super::error::ConditionError;

/// A part of an expression, and where it starts.
#[derive(Debug)]
pub(super) struct Ast {
    /// Bytes from the start of the expression.
    pub(super) offset: usize,
    pub(super) kind: Kind,
    /// How many parts are nested below this one, itself included.
    depth: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Name(String),
    Field(Box<Ast>, String),
    /// `has(x.y)`
    Has(Box<Ast>, String),
    /// A function, a method, or an operator by its symbol.
    Call {
        name: String,
        target: Option<Box<Ast>>,
        arguments: Vec<Ast>,
    },
    And(Vec<Ast>),
    Or(Vec<Ast>),
    If(Box<[Ast; 3]>),
    List(Vec<Ast>),
    Map(Vec<(Ast, Ast)>),
    /// A macro over the elements of a list or the keys of a map.
    Fold(Box<Fold>),
}

#[derive(Debug)]
pub(super) struct Fold {
    pub(super) kind: FoldKind,
    pub(super) range: Ast,
    pub(super) variable: String,
    /// What is asked of each element; none for `map` with two arguments.
    pub(super) test: Option<Ast>,
    /// What `map` makes of each element.
    pub(super) result: Option<Ast>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FoldKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

/// A part over its own parts.
///
/// INVARIANT: no tree is deeper than [`MAX_NESTING`], so that walking it cannot overflow the stack.
pub(super) fn node(offset: usize, kind: Kind) -> Result<Ast, ConditionError> {
    let depth = match &kind {
        Kind::Field(of, _) | Kind::Has(of, _) => of.depth,
        Kind::Call {
            target, arguments, ..
        } => deepest(arguments).max(target.as_ref().map_or(0, |target| target.depth)),
        Kind::And(parts) | Kind::Or(parts) | Kind::List(parts) => deepest(parts),
        Kind::If(parts) => deepest(&parts[..]),
        Kind::Map(entries) => {
            let depths = entries
                .iter()
                .map(|(key, value)| key.depth.max(value.depth));
            depths.max().unwrap_or(0)
        }
        Kind::Fold(fold) => {
            let parts = [Some(&fold.range), fold.test.as_ref(), fold.result.as_ref()];
            let depths = parts.into_iter().flatten().map(|part| part.depth);
            depths.max().unwrap_or(0)
        }
        _ => 0,
    } + 1;
    if depth > MAX_NESTING {
        return Err(too_deep(offset));
    }
    Ok(Ast {
        offset,
        kind,
        depth,
    })
}

fn deepest(parts: &[Ast]) -> usize {
    parts.iter().map(|part| part.depth).max().unwrap_or(0)
}

pub(super) fn too_deep(offset: usize) -> ConditionError {
    ConditionError::at(
        offset,
        format!("an expression is nested at most {MAX_NESTING} deep"),
    )
}
