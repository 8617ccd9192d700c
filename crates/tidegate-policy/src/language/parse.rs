//! Tokens to a syntax tree, by recursive descent with a bounded depth.
//!
//! After an error the parser goes on at the next `define` or `type`, so that one run shows them all.

use super::lex::{Token, tokens};
use super::{
    MAX_NESTING, MAX_TEXT, Place, RelationSyntax, RestrictionKind, RestrictionSyntax,
    RewriteSyntax, Syntax, TypeSyntax, Word,
};
use crate::model::{ModelError, ModelErrorKind};

/// Parses a whole model; what could be read is there even when there are errors.
pub(crate) fn parse(text: &str) -> (Syntax, Vec<ModelError>) {
    let mut parser = Parser {
        tokens: Vec::new(),
        next: 0,
        end: Place { line: 1, column: 1 },
        errors: Vec::new(),
    };
    if text.len() > MAX_TEXT {
        parser.error(
            parser.end,
            ModelErrorKind::TooLong,
            format!("a model has at most {MAX_TEXT} bytes"),
        );
        return (Syntax::default(), parser.errors);
    }
    parser.tokens = tokens(text);
    let lines = text.lines().count().max(1);
    let last = text.lines().last().map_or(0, |line| line.chars().count());
    parser.end = Place {
        line: u32::try_from(lines).unwrap_or(u32::MAX),
        column: u32::try_from(last + 1).unwrap_or(u32::MAX),
    };
    let syntax = parser.model();
    (syntax, parser.errors)
}

/// Words that cannot be names; the others of the language can.
const KEYWORDS: [&str; 6] = ["define", "from", "or", "and", "but", "with"];

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    /// Where the text ends.
    end: Place,
    errors: Vec<ModelError>,
}

/// The error is on record; the caller gives up what it was reading.
struct GaveUp;

impl Parser {
    fn model(&mut self) -> Syntax {
        let mut syntax = Syntax::default();
        if self.header().is_err() {
            self.skip_to(&["type"]);
        }
        while let Some(token) = self.peek().cloned() {
            if self.take_word("type") {
                if let Ok(found) = self.type_definition() {
                    syntax.types.push(found);
                }
                continue;
            }
            if self.take_word("condition") {
                self.unsupported(token.place(), "conditions");
            } else {
                self.unexpected("`type`");
            }
            self.next += 1;
            self.skip_to(&["type"]);
        }
        syntax
    }

    fn header(&mut self) -> Result<(), GaveUp> {
        if self.peek_word("module") {
            return Err(self.unsupported(self.place(), "modules"));
        }
        self.expect_word("model")?;
        self.expect_word("schema")?;
        let place = self.place();
        match self.peek().cloned() {
            Some(Token::Word(version)) if version.text == "1.1" => {
                self.next += 1;
                Ok(())
            }
            Some(Token::Word(version))
                if version.text.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                self.next += 1;
                let message = format!("schema `{}` is not supported: write `1.1`", version.text);
                self.error(place, ModelErrorKind::SchemaVersion, message);
                Ok(())
            }
            _ => Err(self.unexpected("a schema version")),
        }
    }

    fn type_definition(&mut self) -> Result<TypeSyntax, GaveUp> {
        let Ok(name) = self.word("a type name") else {
            self.skip_to(&["type", "condition"]);
            return Err(GaveUp);
        };
        let mut found = TypeSyntax {
            name,
            relations: Vec::new(),
        };
        if self.take_word("relations") {
            if !self.peek_word("define") {
                self.unexpected("`define`");
                self.skip_to(&["define", "type", "condition"]);
            }
            while self.take_word("define") {
                match self.relation() {
                    Ok(relation) => found.relations.push(relation),
                    Err(GaveUp) => self.skip_to(&["define", "type", "condition"]),
                }
            }
        }
        Ok(found)
    }

    fn relation(&mut self) -> Result<RelationSyntax, GaveUp> {
        let name = self.word("a relation name")?;
        self.expect_sign(':')?;
        let rewrite = self.rewrite(0)?;
        // A definition ends where another begins; anything else belongs to neither.
        match self.peek() {
            None => {}
            Some(Token::Word(word))
                if matches!(word.text.as_str(), "define" | "type" | "condition") => {}
            Some(Token::Word(word)) if matches!(word.text.as_str(), "or" | "and" | "but") => {
                let message = "operators are mixed: put parentheses around one of them".to_owned();
                return Err(self.error(word.place, ModelErrorKind::MixedOperators, message));
            }
            Some(Token::Word(word)) if word.text == "with" => {
                return Err(self.unsupported(word.place, "conditions"));
            }
            Some(_) => return Err(self.unexpected("`define` or `type`")),
        }
        Ok(RelationSyntax { name, rewrite })
    }

    /// Operands joined by one operator: another needs parentheses.
    fn rewrite(&mut self, depth: usize) -> Result<RewriteSyntax, GaveUp> {
        let first = self.operand(depth)?;
        if self.take_word("but") {
            self.expect_word("not")?;
            let subtract = self.operand(depth)?;
            return Ok(RewriteSyntax::ButNot(Box::new(first), Box::new(subtract)));
        }
        for (word, join) in [
            (
                "or",
                RewriteSyntax::Or as fn(Vec<RewriteSyntax>) -> RewriteSyntax,
            ),
            ("and", RewriteSyntax::And),
        ] {
            if self.peek_word(word) {
                let mut operands = vec![first];
                while self.take_word(word) {
                    operands.push(self.operand(depth)?);
                }
                return Ok(join(operands));
            }
        }
        Ok(first)
    }

    fn operand(&mut self, depth: usize) -> Result<RewriteSyntax, GaveUp> {
        let place = self.place();
        if self.take_sign('(') {
            if depth >= MAX_NESTING {
                let message = format!("parentheses are nested more than {MAX_NESTING} deep");
                return Err(self.error(place, ModelErrorKind::TooDeep, message));
            }
            let inner = self.rewrite(depth + 1)?;
            if let Some(Token::Word(word)) = self.peek()
                && matches!(word.text.as_str(), "or" | "and" | "but")
            {
                let message = "operators are mixed: put parentheses around one of them".to_owned();
                return Err(self.error(word.place, ModelErrorKind::MixedOperators, message));
            }
            self.expect_sign(')')?;
            return Ok(inner);
        }
        if self.take_sign('[') {
            return self.restrictions();
        }
        let relation = self.word("a relation, `[` or `(`")?;
        if self.take_word("from") {
            let tupleset = self.word("a relation")?;
            return Ok(RewriteSyntax::From { relation, tupleset });
        }
        Ok(RewriteSyntax::Computed(relation))
    }

    fn restrictions(&mut self) -> Result<RewriteSyntax, GaveUp> {
        let mut found = Vec::new();
        loop {
            let type_name = self.word("a type name")?;
            let kind = if self.take_sign('#') {
                RestrictionKind::Userset(self.word("a relation")?)
            } else if self.take_sign(':') {
                self.expect_sign('*')?;
                RestrictionKind::Wildcard
            } else {
                RestrictionKind::Object
            };
            if self.peek_word("with") {
                return Err(self.unsupported(self.place(), "conditions"));
            }
            found.push(RestrictionSyntax { type_name, kind });
            if self.take_sign(']') {
                return Ok(RewriteSyntax::Direct(found));
            }
            self.expect_sign(',')?;
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn place(&self) -> Place {
        self.peek().map_or(self.end, Token::place)
    }

    fn peek_word(&self, text: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word)) if word.text == text)
    }

    fn take_word(&mut self, text: &str) -> bool {
        let found = self.peek_word(text);
        self.next += usize::from(found);
        found
    }

    fn take_sign(&mut self, sign: char) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(found, _)) if *found == sign);
        self.next += usize::from(found);
        found
    }

    fn word(&mut self, what: &str) -> Result<Word, GaveUp> {
        match self.peek() {
            Some(Token::Word(word)) if !KEYWORDS.contains(&word.text.as_str()) => {
                let word = word.clone();
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn expect_word(&mut self, text: &str) -> Result<(), GaveUp> {
        if self.take_word(text) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{text}`")))
        }
    }

    fn expect_sign(&mut self, sign: char) -> Result<(), GaveUp> {
        if self.take_sign(sign) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{sign}`")))
        }
    }

    fn skip_to(&mut self, words: &[&str]) {
        while let Some(token) = self.peek() {
            if matches!(token, Token::Word(word) if words.contains(&word.text.as_str())) {
                return;
            }
            self.next += 1;
        }
    }

    fn unexpected(&mut self, expected: &str) -> GaveUp {
        let found = self
            .peek()
            .map_or_else(|| "the end".to_owned(), Token::describe);
        let message = format!("expected {expected}, found {found}");
        self.error(self.place(), ModelErrorKind::Syntax, message)
    }

    fn unsupported(&mut self, place: Place, what: &str) -> GaveUp {
        self.error(
            place,
            ModelErrorKind::Unsupported,
            format!("{what} are not supported"),
        )
    }

    fn error(&mut self, place: Place, kind: ModelErrorKind, message: String) -> GaveUp {
        let Place { line, column } = place;
        self.errors.push(ModelError {
            kind,
            line,
            column,
            message,
        });
        GaveUp
    }
}
