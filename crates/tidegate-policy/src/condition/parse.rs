//! From words to a tree: the grammar of CEL, macros included.
//!
//! After a fault there are no more words, so that whatever is being read comes to its end; what was made of
//! it goes away.

use std::fmt;

use super::error::ConditionError;
use super::lex::{Lexer, Token};
use super::term::{Fold, Kind, Term};
use super::value::Value;
use super::{MAX_EXPRESSION, MAX_NESTING};

/// The tree of an expression.
pub(super) fn parse(text: &str) -> Result<Term, ConditionError> {
    if text.len() > MAX_EXPRESSION {
        return Err(ConditionError::at(
            MAX_EXPRESSION,
            format_args!("an expression has at most {MAX_EXPRESSION} bytes"),
        ));
    }
    let mut parser = Parser {
        lexer: Lexer::new(text),
        offset: 0,
        token: Token::End,
        nesting: 0,
        made: Vec::new(),
    };
    parser.next();
    parser.expression();
    if !matches!(parser.token, Token::End) {
        parser.unexpected("an operator or the end");
    }
    match parser.lexer.fault {
        Some(fault) => Err(fault),
        None => parser.made.pop().ok_or(ConditionError::Unsupported),
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The word ahead, and where it starts.
    token: Token<'t>,
    offset: usize,
    nesting: usize,
    /// What is not yet a part of something: each method adds the one term that it reads.
    made: Vec<Term>,
}

/// Operators between two operands and how strongly they bind: relations, sums, products.
const OPERATORS: [(&str, u8); 12] = [
    ("<", 1),
    ("<=", 1),
    (">", 1),
    (">=", 1),
    ("==", 1),
    ("!=", 1),
    ("in", 1),
    ("+", 2),
    ("-", 2),
    ("*", 3),
    ("/", 3),
    ("%", 3),
];

impl<'t> Parser<'t> {
    fn expression(&mut self) {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return self.too_deep(self.offset);
        }
        let (from, offset) = (self.made.len(), self.offset);
        self.logic("||");
        if self.take("?") {
            self.logic("||");
            self.expect(":");
            self.expression();
            self.make(from, offset, Kind::If);
        }
        self.nesting -= 1;
    }

    /// Operands of `||`, which are operands of `&&`, which are relations.
    fn logic(&mut self, symbol: &'static str) {
        let (from, offset) = (self.made.len(), self.offset);
        let is_or = symbol == "||";
        loop {
            if is_or {
                self.logic("&&");
            } else {
                self.binary(1);
            }
            if !self.take(symbol) {
                break;
            }
        }
        if self.made.len() > from + 1 {
            self.make(from, offset, if is_or { Kind::Or } else { Kind::And });
        }
    }

    /// Operators that bind at least this strongly. All bind to the left.
    fn binary(&mut self, least: u8) {
        let from = self.made.len();
        self.unary();
        while let Token::Name(word) | Token::Symbol(word) = self.token
            && let Some((name, strength)) = OPERATORS.iter().find(|(name, _)| *name == word)
            && *strength >= least
        {
            let offset = self.offset;
            self.next();
            self.binary(strength + 1);
            self.call(from, offset, name, false);
        }
    }

    fn unary(&mut self) {
        let (from, offset) = (self.made.len(), self.offset);
        let Token::Symbol(symbol @ ("!" | "-")) = self.token else {
            self.primary();
            return self.members(from);
        };
        let mut odd = false;
        while self.take(symbol) {
            odd = !odd;
            if symbol == "-"
                && odd
                && let Token::Int(magnitude) = self.token
            {
                self.next();
                self.int(offset, 0_i64.checked_sub_unsigned(magnitude));
                return self.members(from);
            }
        }
        self.primary();
        self.members(from);
        self.call(from, offset, symbol, false);
        if !odd {
            // Even so its type is checked: by applying the operator twice.
            self.call(from, offset, symbol, false);
        }
    }

    /// What follows an operand.
    fn members(&mut self, from: usize) {
        loop {
            let offset = self.offset;
            if self.take(".") {
                let offset = self.offset;
                let name = match self.token {
                    Token::Name(name) if !NO_MEMBERS.contains(&name) => name,
                    _ => return self.unexpected("the name of a field or function"),
                };
                self.next();
                if self.take("(") {
                    self.list(")");
                    self.method(from, offset, name);
                } else {
                    self.make(from, offset, Kind::Field(name.into()));
                }
            } else if self.take("[") {
                self.expression();
                self.expect("]");
                self.call(from, offset, "[]", false);
            } else {
                return;
            }
        }
    }

    fn primary(&mut self) {
        let (from, offset) = (self.made.len(), self.offset);
        // A dot before a name asks for the name outside of any package: there is no package here.
        if self.take(".") && !matches!(self.token, Token::Name(_)) {
            return self.unexpected("a name");
        }
        match self.next() {
            Token::Name("true") => self.constant(offset, Value::Bool(true)),
            Token::Name("false") => self.constant(offset, Value::Bool(false)),
            Token::Name("null") => self.constant(offset, Value::Null),
            Token::Name(name) => {
                if RESERVED.contains(&name) {
                    self.fail(offset, format_args!("`{name}` is a reserved word"));
                } else if self.is("{") {
                    self.fail(offset, format_args!("no type `{name}` to make"));
                } else if self.take("(") {
                    self.list(")");
                    self.function(from, offset, name);
                } else {
                    self.make(from, offset, Kind::Name(name.into()));
                }
            }
            Token::Int(value) => self.int(offset, i64::try_from(value).ok()),
            Token::Literal(value) => self.constant(offset, value),
            Token::Symbol("(") => {
                self.expression();
                self.expect(")");
            }
            Token::Symbol("[") => {
                self.list("]");
                self.make(from, offset, Kind::List);
            }
            Token::Symbol("{") => {
                self.list("}");
                self.make(from, offset, Kind::Map);
            }
            Token::Symbol(_) | Token::End | Token::Wrong => {
                self.fail(offset, format_args!("here should be a value"));
            }
        }
    }

    /// Expressions with commas between, up to a bracket: in braces pairs of them. A last comma is allowed in
    /// lists and maps.
    fn list(&mut self, end: &'static str) {
        while !self.take(end) {
            self.expression();
            if end == "}" {
                self.expect(":");
                self.expression();
            }
            if !self.take(",") {
                return self.expect(end);
            }
            if end == ")" && self.is(end) {
                return self.unexpected("a value");
            }
        }
    }

    fn function(&mut self, from: usize, offset: usize, name: &str) {
        if name != "has" || self.made.len() != from + 1 {
            return self.call(from, offset, name, false);
        }
        match self.made.last_mut() {
            Some(Term {
                kind: kind @ Kind::Field(_),
                offset: at,
                ..
            }) => {
                if let Kind::Field(field) = kind {
                    *kind = Kind::Has(std::mem::take(field));
                }
                *at = offset;
            }
            _ => {
                let message = format_args!("`has` asks for a field, as in `has(x.y)`");
                self.fail(offset, message);
            }
        }
    }

    fn method(&mut self, from: usize, offset: usize, name: &str) {
        let arguments = self.made.get(from + 1..).unwrap_or_default();
        let Some(fold) = Fold::named(name, arguments.len()) else {
            return self.call(from, offset, name, true);
        };
        match arguments.first() {
            Some(variable) if !matches!(variable.kind, Kind::Name(_)) => {
                let message = format_args!("the variable of a macro is a plain name");
                self.fail(variable.offset, message);
            }
            _ => self.make(from, offset, Kind::Fold(fold)),
        }
    }

    fn call(&mut self, from: usize, offset: usize, name: &str, is_member: bool) {
        let name = name.into();
        self.make(from, offset, Kind::Call { name, is_member });
    }

    fn int(&mut self, offset: usize, value: Option<i64>) {
        match value {
            Some(value) => self.constant(offset, Value::Int(value)),
            None => self.fail(offset, format_args!("a number out of the range of int")),
        }
    }

    fn constant(&mut self, offset: usize, value: Value<'static>) {
        self.make(self.made.len(), offset, Kind::Constant(value));
    }

    /// Adds a term, of all that was made from a place on.
    ///
    /// INVARIANT: no tree is deeper than [`MAX_NESTING`], so that walking it cannot overflow the stack.
    fn make(&mut self, from: usize, offset: usize, kind: Kind) {
        let parts = self.made.split_off(from);
        let depths = parts.iter().map(|part| part.depth);
        let depth = 1 + depths.max().unwrap_or(0);
        if depth > MAX_NESTING {
            self.too_deep(offset);
        }
        self.made.push(Term {
            kind,
            parts,
            offset,
            depth,
        });
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(found) if found == symbol)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, symbol: &str) {
        if !self.take(symbol) {
            self.unexpected(&format!("`{symbol}`"));
        }
    }

    /// Goes on to the next word; the one before is returned.
    fn next(&mut self) -> Token<'t> {
        let ahead = self.lexer.next();
        self.offset = self.lexer.start;
        std::mem::replace(&mut self.token, ahead)
    }

    fn unexpected(&mut self, wanted: &str) {
        self.fail(self.offset, format_args!("here should be {wanted}"));
    }

    fn too_deep(&mut self, offset: usize) {
        let message = format_args!("an expression is nested at most {MAX_NESTING} deep");
        self.fail(offset, message);
    }

    fn fail(&mut self, offset: usize, message: fmt::Arguments<'_>) {
        self.token = self.lexer.fail(offset, message);
    }
}

/// Words that name no field, function or method of something.
const NO_MEMBERS: [&str; 4] = ["in", "true", "false", "null"];

/// Words that the language keeps for itself.
const RESERVED: [&str; 18] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "package",
    "return",
    "var",
    "void",
    "while",
];
