//! From words to a tree: the grammar of CEL, macros included.

use super::ast::{Ast, Fold, FoldKind, Kind, node, too_deep};
use super::error::ConditionError;
use super::lex::{Lexer, Token};
use super::{MAX_EXPRESSION, MAX_NESTING};

/// The tree of an expression.
pub(super) fn parse(text: &str) -> Result<Ast, ConditionError> {
    if text.len() > MAX_EXPRESSION {
        return Err(ConditionError::at(
            MAX_EXPRESSION,
            format!("an expression has at most {MAX_EXPRESSION} bytes"),
        ));
    }
    let mut lexer = Lexer::new(text);
    let (offset, token) = lexer.next()?;
    let mut parser = Parser {
        lexer,
        offset,
        token,
        nesting: 0,
    };
    let ast = parser.expression()?;
    match parser.token {
        Token::End => Ok(ast),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The word ahead, and where it starts.
    token: Token<'t>,
    offset: usize,
    nesting: usize,
}

type Parsed<T = Ast> = Result<T, ConditionError>;

impl<'t> Parser<'t> {
    fn expression(&mut self) -> Parsed {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(too_deep(self.offset));
        }
        let offset = self.offset;
        let mut found = self.logic("||")?;
        if self.take("?")? {
            let yes = self.logic("||")?;
            self.expect(":")?;
            let no = self.expression()?;
            found = node(offset, Kind::If(Box::new([found, yes, no])))?;
        }
        self.nesting -= 1;
        Ok(found)
    }

    /// Operands of `||`, which are operands of `&&`, which are relations.
    fn logic(&mut self, symbol: &'static str) -> Parsed {
        let offset = self.offset;
        let mut terms = Vec::new();
        loop {
            let term = match symbol {
                "||" => self.logic("&&")?,
                _ => self.binary(1)?,
            };
            if terms.is_empty() && !self.is(symbol) {
                return Ok(term);
            }
            terms.push(term);
            if !self.take(symbol)? {
                break;
            }
        }
        let kind = match symbol {
            "||" => Kind::Or(terms),
            _ => Kind::And(terms),
        };
        node(offset, kind)
    }

    /// Operators that bind at least this strongly: 1 relations, 2 sums, 3 products. All bind to the left.
    fn binary(&mut self, least: u8) -> Parsed {
        let mut left = self.unary()?;
        loop {
            let (name, strength) = match self.token {
                Token::Symbol(symbol @ ("<" | "<=" | ">" | ">=" | "==" | "!=")) => (symbol, 1),
                Token::Name("in") => ("in", 1),
                Token::Symbol(symbol @ ("+" | "-")) => (symbol, 2),
                Token::Symbol(symbol @ ("*" | "/" | "%")) => (symbol, 3),
                _ => return Ok(left),
            };
            if strength < least {
                return Ok(left);
            }
            let offset = self.offset;
            self.next()?;
            let right = self.binary(strength + 1)?;
            left = call(offset, name, None, vec![left, right])?;
        }
    }

    fn unary(&mut self) -> Parsed {
        let offset = self.offset;
        let Token::Symbol(symbol @ ("!" | "-")) = self.token else {
            return self.member();
        };
        let mut odd = false;
        while self.take(symbol)? {
            odd = !odd;
            if symbol == "-"
                && odd
                && let Token::Int(magnitude) = self.token
            {
                self.next()?;
                let value = 0_i64.checked_sub_unsigned(magnitude);
                let value = value.ok_or_else(|| out_of_range(offset))?;
                let literal = node(offset, Kind::Int(value))?;
                return self.members(literal);
            }
        }
        let operand = self.member()?;
        if odd {
            call(offset, symbol, None, vec![operand])
        } else {
            // Even so its type is checked: by applying the operator twice.
            let once = call(offset, symbol, None, vec![operand])?;
            call(offset, symbol, None, vec![once])
        }
    }

    fn member(&mut self) -> Parsed {
        let primary = self.primary()?;
        self.members(primary)
    }

    fn members(&mut self, mut found: Ast) -> Parsed {
        loop {
            let offset = self.offset;
            if self.take(".")? {
                let offset = self.offset;
                let name = self.name("the name of a field or function")?;
                found = if self.take("(")? {
                    let arguments = self.list(")")?;
                    method(offset, found, name, arguments)?
                } else {
                    node(offset, Kind::Field(Box::new(found), name.to_owned()))?
                };
            } else if self.take("[")? {
                let index = self.expression()?;
                self.expect("]")?;
                found = call(offset, "[]", None, vec![found, index])?;
            } else {
                return Ok(found);
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let offset = self.offset;
        // A dot before a name asks for the name outside of any package: there is no package here.
        if self.is(".") {
            self.next()?;
            if !matches!(self.token, Token::Name(_)) {
                return Err(self.unexpected("a name"));
            }
        }
        match self.next()? {
            Token::Name("true") => node(offset, Kind::Bool(true)),
            Token::Name("false") => node(offset, Kind::Bool(false)),
            Token::Name("null") => node(offset, Kind::Null),
            Token::Name(name) if is_reserved(name) => Err(ConditionError::at(
                offset,
                format!("`{name}` is a reserved word"),
            )),
            Token::Name(name) => {
                if self.is("{") {
                    return Err(ConditionError::at(
                        offset,
                        format!("no type `{name}` to make"),
                    ));
                }
                if self.take("(")? {
                    let arguments = self.list(")")?;
                    function(offset, name, arguments)
                } else {
                    node(offset, Kind::Name(name.to_owned()))
                }
            }
            Token::Int(value) => {
                let value = i64::try_from(value).map_err(|_| out_of_range(offset))?;
                node(offset, Kind::Int(value))
            }
            Token::Uint(value) => node(offset, Kind::Uint(value)),
            Token::Double(value) => node(offset, Kind::Double(value)),
            Token::String(value) => node(offset, Kind::String(value)),
            Token::Bytes(value) => node(offset, Kind::Bytes(value)),
            Token::Symbol("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Symbol("[") => {
                let elements = self.list("]")?;
                node(offset, Kind::List(elements))
            }
            Token::Symbol("{") => {
                let entries = self.entries()?;
                node(offset, Kind::Map(entries))
            }
            Token::Symbol(_) | Token::End => {
                Err(ConditionError::at(offset, "here should be a value"))
            }
        }
    }

    /// Expressions with commas between, up to a bracket; a last comma is allowed in lists.
    fn list(&mut self, end: &'static str) -> Parsed<Vec<Ast>> {
        let mut found = Vec::new();
        while !self.take(end)? {
            found.push(self.expression()?);
            if !self.take(",")? {
                self.expect(end)?;
                break;
            }
            if end == ")" && self.is(end) {
                return Err(self.unexpected("a value"));
            }
        }
        Ok(found)
    }

    fn entries(&mut self) -> Parsed<Vec<(Ast, Ast)>> {
        let mut found = Vec::new();
        while !self.take("}")? {
            let key = self.expression()?;
            self.expect(":")?;
            found.push((key, self.expression()?));
            if !self.take(",")? {
                self.expect("}")?;
                break;
            }
        }
        Ok(found)
    }

    fn name(&mut self, wanted: &str) -> Parsed<&'t str> {
        match self.token {
            Token::Name(name) if !matches!(name, "in" | "true" | "false" | "null") => {
                self.next()?;
                Ok(name)
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(found) if found == symbol)
    }

    fn take(&mut self, symbol: &str) -> Parsed<bool> {
        let found = self.is(symbol);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol)? {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{symbol}`")))
    }

    /// Goes on to the next word; the one before is returned.
    fn next(&mut self) -> Parsed<Token<'t>> {
        let (offset, token) = self.lexer.next()?;
        self.offset = offset;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn unexpected(&self, wanted: &str) -> ConditionError {
        ConditionError::at(self.offset, format!("here should be {wanted}"))
    }
}

fn function(offset: usize, name: &str, arguments: Vec<Ast>) -> Parsed {
    if name != "has" || arguments.len() != 1 {
        return call(offset, name, None, arguments);
    }
    match arguments.into_iter().next().map(|argument| argument.kind) {
        Some(Kind::Field(of, field)) => node(offset, Kind::Has(of, field)),
        _ => Err(ConditionError::at(
            offset,
            "`has` asks for a field, as in `has(x.y)`",
        )),
    }
}

fn method(offset: usize, target: Ast, name: &str, arguments: Vec<Ast>) -> Parsed {
    let kind = match (name, arguments.len()) {
        ("all", 2) => FoldKind::All,
        ("exists", 2) => FoldKind::Exists,
        ("exists_one" | "existsOne", 2) => FoldKind::ExistsOne,
        ("filter", 2) => FoldKind::Filter,
        ("map", 2 | 3) => FoldKind::Map,
        _ => return call(offset, name, Some(Box::new(target)), arguments),
    };
    let mut arguments = arguments.into_iter();
    let variable = match arguments.next() {
        Some(Ast {
            kind: Kind::Name(variable),
            ..
        }) => variable,
        other => {
            return Err(ConditionError::at(
                other.map_or(offset, |other| other.offset),
                "the variable of a macro is a plain name",
            ));
        }
    };
    let (first, second) = (arguments.next(), arguments.next());
    let (test, result) = match (kind, second) {
        (FoldKind::Map, None) => (None, first),
        (_, second) => (first, second),
    };
    let fold = Fold {
        kind,
        range: target,
        variable,
        test,
        result,
    };
    node(offset, Kind::Fold(Box::new(fold)))
}

fn call(offset: usize, name: &str, target: Option<Box<Ast>>, arguments: Vec<Ast>) -> Parsed {
    let name = name.to_owned();
    node(
        offset,
        Kind::Call {
            name,
            target,
            arguments,
        },
    )
}

fn out_of_range(offset: usize) -> ConditionError {
    ConditionError::at(offset, "a number out of the range of int")
}

/// Words that the language keeps for itself.
fn is_reserved(name: &str) -> bool {
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
    RESERVED.contains(&name)
}
