//! Tokens to a syntax tree, by recursive descent with a bounded depth.
//!
//! After an error the parser goes on with the next line, so that one run shows them all.

use crate::hash::HashMap;

use super::lex::{Kind, Token, is_word, lex};
use super::parse_condition::is_of_condition;
use super::{
    ExpressionSyntax, Fault, Place, RelationSyntax, RestrictionKind, RestrictionSyntax,
    RewriteSyntax, Syntax, TypeSyntax, Word,
};
use crate::model::{MAX_ERRORS, MAX_NESTING, MAX_TEXT, ModelErrorKind};

/// Parses a whole model or module; what could be read is there even when there are errors. `file` goes
/// into every place.
pub(crate) fn parse(text: &str, file: u16) -> (Syntax, Vec<Fault>) {
    if text.len() > MAX_TEXT {
        let place = Place {
            file,
            line: 1,
            column: 1,
        };
        let message = format!("a model has at most {MAX_TEXT} bytes");
        let fault = Fault::new(place, ModelErrorKind::TooLong, message);
        return (Syntax::default(), vec![fault]);
    }
    let lexed = lex(text, file);
    let mut parser = Parser {
        tokens: lexed.tokens,
        expressions: lexed.expressions,
        next: 0,
        restrictions: Vec::new(),
        extended: HashMap::new(),
        syntax: Syntax::default(),
        errors: lexed.faults,
    };
    parser.model();
    (parser.syntax, parser.errors)
}

/// Words that cannot be names; the language's others can.
const KEYWORDS: [&str; 11] = [
    "and",
    "or",
    "from",
    "with",
    "relations",
    "define",
    "condition",
    "in",
    "true",
    "false",
    "null",
];

/// Words that can name a type or a relation, but no condition.
const SOFT_KEYWORDS: [&str; 6] = ["module", "model", "schema", "extend", "type", "relation"];

pub(super) fn is_soft(name: &str) -> bool {
    SOFT_KEYWORDS.contains(&name)
}

pub(super) struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    pub(super) expressions: Vec<ExpressionSyntax>,
    next: usize,
    /// Those of the relation that is being read.
    restrictions: Vec<RestrictionSyntax>,
    /// Types that are extended.
    extended: HashMap<String, u32>,
    pub(super) syntax: Syntax,
    errors: Vec<Fault>,
}

/// The error is on record; the caller gives up what it was reading.
pub(super) struct GaveUp;

impl<'a> Parser<'a> {
    fn model(&mut self) {
        if self.header().is_err() {
            self.skip_line();
        }
        loop {
            self.newlines();
            if self.peek().kind == Kind::End || self.errors.len() >= MAX_ERRORS {
                return;
            }
            if self.statement().is_err() {
                self.skip_line();
            }
        }
    }

    fn header(&mut self) -> Result<(), GaveUp> {
        if self.take(Kind::Word("module")) {
            self.syntax.module = Some(self.plain_name("the module's name")?);
            return self.end_of_line();
        }
        self.expect(Kind::Word("model"))?;
        self.end_of_line()?;
        self.newlines();
        self.expect(Kind::Word("schema"))?;
        let Kind::Version(version) = self.peek().kind else {
            return Err(self.unexpected("a schema version such as `1.1`"));
        };
        self.syntax.schema = Some(self.word_here(version));
        self.next += 1;
        self.end_of_line()
    }

    fn statement(&mut self) -> Result<(), GaveUp> {
        match self.peek().kind {
            Kind::Word("type" | "extend") if !self.syntax.conditions.is_empty() => {
                let message = "types stand before conditions".to_owned();
                Err(self.error(self.peek().place, ModelErrorKind::Syntax, message))
            }
            Kind::Word("type") => self.type_definition(false),
            Kind::Word("extend") => {
                self.next += 1;
                self.type_definition(true)
            }
            Kind::Word("condition") => self.condition(),
            _ => Err(self.unexpected("`type` or `condition`")),
        }
    }

    fn type_definition(&mut self, extends: bool) -> Result<(), GaveUp> {
        self.expect(Kind::Word("type"))?;
        let name = self.name("the type's name")?;
        if extends {
            self.extension(&name);
        }
        self.syntax.types.push(TypeSyntax {
            name,
            extends,
            relations: Vec::new(),
            source: None,
        });
        self.end_of_line()?;
        self.newlines();
        if !self.take(Kind::Word("relations")) {
            return Ok(());
        }
        self.end_of_line()?;
        self.newlines();
        if self.peek().kind != Kind::Word("define") {
            return Err(self.unexpected("`define`"));
        }
        while self.peek().kind == Kind::Word("define") && self.errors.len() < MAX_ERRORS {
            // A restriction that is not closed ends at the next definition, which is read for itself.
            if self.relation_definition().is_err() && self.peek().kind != Kind::Word("define") {
                self.skip_line();
            }
            self.newlines();
        }
        Ok(())
    }

    /// Types are added to in modules only, each once.
    fn extension(&mut self, name: &Word) {
        let is_first = self.extended.insert(name.text.clone(), 0).is_none();
        if self.syntax.module.is_none() {
            let message = "`extend` is for modules".to_owned();
            self.error(name.place, ModelErrorKind::Syntax, message);
        } else if !is_first {
            let message = format!("`{}` is extended twice in this file", name.text);
            self.error(name.place, ModelErrorKind::Syntax, message);
        }
    }

    fn relation_definition(&mut self) -> Result<(), GaveUp> {
        self.expect(Kind::Word("define"))?;
        let name = self.name("the relation's name")?;
        self.expect(Kind::Sign(':'))?;
        self.restrictions.clear();
        let rewrite = self.rewrite(true, 0)?;
        self.end_of_line()?;
        if let Some(definition) = self.syntax.types.last_mut() {
            definition.relations.push(RelationSyntax {
                name,
                rewrite,
                restrictions: std::mem::take(&mut self.restrictions),
                source: None,
            });
        }
        Ok(())
    }

    /// Operands joined by one operator: another needs parentheses.
    fn rewrite(&mut self, first: bool, depth: usize) -> Result<RewriteSyntax, GaveUp> {
        let base = self.operand(first, depth)?;
        let operator = self.peek().kind;
        match operator {
            Kind::Word("or" | "and") => {
                let mut operands = vec![base];
                while self.peek().kind == operator {
                    self.operator()?;
                    operands.push(self.operand(false, depth)?);
                }
                Ok(match operator {
                    Kind::Word("or") => RewriteSyntax::Or(operands),
                    _ => RewriteSyntax::And(operands),
                })
            }
            Kind::ButNot => {
                self.operator()?;
                let subtract = self.operand(false, depth)?;
                Ok(RewriteSyntax::ButNot(Box::new(base), Box::new(subtract)))
            }
            _ => Ok(base),
        }
    }

    fn operator(&mut self) -> Result<(), GaveUp> {
        if !self.peek().spaced {
            return Err(self.unexpected("white space before the operator"));
        }
        self.next += 1;
        if !self.peek().spaced {
            return Err(self.unexpected("white space after the operator"));
        }
        Ok(())
    }

    /// `first`: nothing but parentheses stands before it in the definition.
    fn operand(&mut self, first: bool, depth: usize) -> Result<RewriteSyntax, GaveUp> {
        let place = self.peek().place;
        if self.take(Kind::Sign('(')) {
            if depth >= MAX_NESTING {
                let message = format!("parentheses are nested more than {MAX_NESTING} deep");
                return Err(self.error(place, ModelErrorKind::TooDeep, message));
            }
            let inner = self.rewrite(first, depth + 1)?;
            if is_operator(self.peek().kind) {
                return Err(self.mixed());
            }
            self.expect(Kind::Sign(')'))?;
            return Ok(inner);
        }
        if self.peek().kind == Kind::Sign('[') {
            if first {
                return self.restrictions();
            }
            let message = "type restrictions come first in a definition".to_owned();
            return Err(self.error(place, ModelErrorKind::Syntax, message));
        }
        let relation = self.name("a relation")?;
        if self.take(Kind::Word("from")) {
            let tupleset = self.name("the relation that leads there")?;
            return Ok(RewriteSyntax::From { relation, tupleset });
        }
        Ok(RewriteSyntax::Computed(relation))
    }

    fn restrictions(&mut self) -> Result<RewriteSyntax, GaveUp> {
        self.expect(Kind::Sign('['))?;
        loop {
            self.newlines();
            let found = self.restriction()?;
            self.restrictions.push(found);
            self.newlines();
            if self.take(Kind::Sign(']')) {
                return Ok(RewriteSyntax::Direct);
            }
            if !self.take(Kind::Sign(',')) {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    fn restriction(&mut self) -> Result<RestrictionSyntax, GaveUp> {
        let type_name = self.name("a type")?;
        let joined = !self.peek().spaced;
        let kind = if joined && self.take(Kind::Sign('#')) {
            if self.peek().spaced {
                return Err(self.unexpected("a relation right after `#`"));
            }
            RestrictionKind::Userset(self.name("a relation")?)
        } else if joined && self.take(Kind::Sign(':')) {
            if self.peek().spaced || !self.take(Kind::Sign('*')) {
                return Err(self.unexpected("`*` right after `:`"));
            }
            RestrictionKind::Wildcard
        } else {
            RestrictionKind::Object
        };
        let condition = if self.peek().spaced && self.take(Kind::Word("with")) {
            if matches!(self.peek().kind, Kind::Word(text) if is_soft(text)) {
                return Err(self.unexpected("a condition"));
            }
            Some(self.plain_name("a condition")?)
        } else {
            None
        };
        Ok(RestrictionSyntax {
            type_name,
            kind,
            condition,
        })
    }

    pub(super) fn peek(&self) -> Token<'a> {
        let end = Token {
            kind: Kind::End,
            place: Place::default(),
            spaced: true,
        };
        self.tokens.get(self.next).copied().unwrap_or(end)
    }

    pub(super) fn take(&mut self, kind: Kind<'_>) -> bool {
        let found = self.peek().kind == kind;
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, kind: Kind<'_>) -> Result<(), GaveUp> {
        if self.take(kind) {
            Ok(())
        } else {
            Err(self.unexpected(&describe(kind)))
        }
    }

    fn name(&mut self, what: &str) -> Result<Word, GaveUp> {
        match self.peek().kind {
            Kind::Word(text) if !KEYWORDS.contains(&text) => {
                let word = self.word_here(text);
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// A name without `/` and `.`.
    fn plain_name(&mut self, what: &str) -> Result<Word, GaveUp> {
        if matches!(self.peek().kind, Kind::Word(text) if !is_plain(text)) {
            return Err(self.unexpected(what));
        }
        self.name(what)
    }

    pub(super) fn word_here(&self, text: &str) -> Word {
        Word {
            text: text.to_owned(),
            place: self.peek().place,
        }
    }

    pub(super) fn end_of_line(&mut self) -> Result<(), GaveUp> {
        match self.peek().kind {
            Kind::Newline | Kind::End => Ok(()),
            operator if is_operator(operator) => Err(self.mixed()),
            _ => Err(self.unexpected("the end of the line")),
        }
    }

    pub(super) fn newlines(&mut self) {
        while self.take(Kind::Newline) {}
    }

    fn skip_line(&mut self) {
        while !matches!(self.peek().kind, Kind::Newline | Kind::End) {
            self.next += 1;
        }
    }

    fn mixed(&mut self) -> GaveUp {
        let message = "operators are mixed: put parentheses around one of them".to_owned();
        self.error(self.peek().place, ModelErrorKind::MixedOperators, message)
    }

    pub(super) fn unexpected(&mut self, expected: &str) -> GaveUp {
        let token = self.peek();
        let message = format!("expected {expected}, found {}", describe(token.kind));
        self.error(token.place, ModelErrorKind::Syntax, message)
    }

    pub(super) fn next(&mut self) {
        self.next += 1;
    }

    pub(super) fn error(&mut self, place: Place, kind: ModelErrorKind, message: String) -> GaveUp {
        self.errors.push(Fault::new(place, kind, message));
        GaveUp
    }
}

/// Whether a text is read as the name of a type or a relation.
pub(super) fn is_name(text: &str) -> bool {
    is_word(text) && !KEYWORDS.contains(&text)
}

/// Whether a text is read as the name of a condition or a parameter. A condition is named after `with`, too.
pub(super) fn is_condition_word(text: &str) -> bool {
    is_word(text) && is_of_condition(text)
}

/// Whether a name has no `/` and no `.`.
pub(super) fn is_plain(name: &str) -> bool {
    !name.contains(['/', '.'])
}

fn is_operator(kind: Kind<'_>) -> bool {
    matches!(kind, Kind::Word("or" | "and") | Kind::ButNot)
}

fn describe(kind: Kind<'_>) -> String {
    match kind {
        Kind::Word(text) | Kind::Version(text) | Kind::Unknown(text) => {
            format!("`{}`", text.chars().take(60).collect::<String>())
        }
        Kind::ButNot => "`but not`".to_owned(),
        Kind::Sign(sign) => format!("`{sign}`"),
        Kind::Expression(_) => "`{`".to_owned(),
        Kind::Newline => "the end of the line".to_owned(),
        Kind::End => "the end".to_owned(),
    }
}
