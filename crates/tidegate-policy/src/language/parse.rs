//! Tokens to a syntax tree, by recursive descent with a bounded depth.
//!
//! After an error the parser goes on with the next line, so that one run shows them all.

use crate::hash::HashMap;

use super::lex::{BUT_NOT, END, Kind, NEWLINE, Token, is_word, lex};
use super::parse_condition::is_of_condition;
use super::{ExpressionSyntax, Fault, Place, Syntax, TypeSyntax, Word, start};
use crate::model::{
    MAX_ERRORS, MAX_NESTING, MAX_TEXT, ModelErrorKind, Relation, Restriction, Rewrite, Taken,
};

/// Parses a whole model or module; what could be read is there even when there are errors. `file` goes
/// into every place.
pub(crate) fn parse(text: &str, file: u16) -> (Syntax<'_>, Vec<Fault>) {
    let mut syntax = Syntax::default();
    let faults = parse_into(&mut syntax, text, file);
    (syntax, faults)
}

/// The same, with words added to those that a tree without types has. Returns what is wrong.
pub(crate) fn parse_into<'a>(syntax: &mut Syntax<'a>, text: &'a str, file: u16) -> Vec<Fault> {
    if text.len() > MAX_TEXT {
        let message = format!("a model has at most {MAX_TEXT} bytes");
        let fault = Fault::new(Place::start(file), ModelErrorKind::TooLong, message);
        return vec![fault];
    }
    let lexed = lex(text, file);
    let mut parser = Parser {
        tokens: &lexed.tokens,
        expressions: lexed.expressions,
        restrictions: Vec::new(),
        extended: HashMap::new(),
        syntax,
        errors: lexed.faults,
    };
    parser.model();
    parser.errors
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

pub(super) struct Parser<'s, 'a> {
    /// Those that are left.
    tokens: &'s [Token<'a>],
    pub(super) expressions: Vec<ExpressionSyntax>,
    /// Those of the relation that is being read.
    restrictions: Vec<Restriction>,
    /// Types that are extended.
    extended: HashMap<&'a str, u32>,
    pub(super) syntax: &'s mut Syntax<'a>,
    errors: Vec<Fault>,
}

/// The error is on record; the caller gives up what it was reading.
pub(super) struct GaveUp;

impl<'s, 'a> Parser<'s, 'a> {
    fn model(&mut self) {
        if self.header().is_err() {
            self.skip_line();
        }
        loop {
            self.newlines();
            if self.peek().text == END || self.errors.len() >= MAX_ERRORS {
                return;
            }
            if self.statement().is_err() {
                self.skip_line();
            }
        }
    }

    fn header(&mut self) -> Result<(), GaveUp> {
        if self.take("module") {
            self.syntax.module = Some(self.plain_name("the module's name")?);
            return self.end_of_line();
        }
        self.expect("model")?;
        self.end_of_line()?;
        self.newlines();
        self.expect("schema")?;
        let &Token {
            kind, text, place, ..
        } = self.peek();
        if kind != Kind::Version {
            return Err(self.unexpected("a schema version such as `1.1`"));
        }
        self.syntax.schema = Some(Word { text, place });
        self.next();
        self.end_of_line()
    }

    fn statement(&mut self) -> Result<(), GaveUp> {
        match self.peek().text {
            "type" | "extend" if !self.syntax.conditions.is_empty() => {
                let message = "types stand before conditions".to_owned();
                Err(self.error(self.peek().place, ModelErrorKind::Syntax, message))
            }
            "type" | "extend" => self.type_definition(),
            "condition" => self.condition(),
            _ => Err(self.unexpected("`type` or `condition`")),
        }
    }

    fn type_definition(&mut self) -> Result<(), GaveUp> {
        let extends = self.take("extend");
        self.expect("type")?;
        let name = self.name("the type's name")?;
        if extends {
            self.extension(name);
        }
        self.syntax.types.push(TypeSyntax {
            name,
            extends,
            relations: Vec::new(),
            source: None,
        });
        self.end_of_line()?;
        self.newlines();
        if !self.take("relations") {
            return Ok(());
        }
        self.end_of_line()?;
        self.newlines();
        if self.peek().text != DEFINE {
            return Err(self.unexpected("`define`"));
        }
        while self.peek().text == DEFINE && self.errors.len() < MAX_ERRORS {
            // A restriction that is not closed ends at the next definition, which is read for itself.
            if self.relation_definition().is_err() && self.peek().text != DEFINE {
                self.skip_line();
            }
            self.newlines();
        }
        Ok(())
    }

    /// Types are added to in modules only, each once.
    fn extension(&mut self, name: Word<'a>) {
        let is_first = self.extended.insert(name.text, 0).is_none();
        if self.syntax.module.is_none() {
            let message = "`extend` is for modules".to_owned();
            self.error(name.place, ModelErrorKind::Syntax, message);
        } else if !is_first {
            let twice = " is extended twice in this file";
            name.fault(&mut self.errors, ModelErrorKind::Syntax, "", twice);
        }
    }

    fn relation_definition(&mut self) -> Result<(), GaveUp> {
        self.expect(DEFINE)?;
        let name = self.number("the relation's name")?;
        self.expect(":")?;
        self.restrictions.clear();
        let rewrite = self.rewrite(true, 0)?;
        self.end_of_line()?;
        if let Some(definition) = self.syntax.types.last_mut() {
            definition.relations.push(Relation {
                name,
                rewrite,
                restrictions: std::mem::take(&mut self.restrictions),
                source: None,
            });
        }
        Ok(())
    }

    /// Operands joined by one operator: another needs parentheses.
    fn rewrite(&mut self, first: bool, depth: usize) -> Result<Rewrite, GaveUp> {
        let base = self.operand(first, depth)?;
        let operator = self.peek().text;
        if !is_operator(operator) {
            return Ok(base);
        }
        if operator == BUT_NOT {
            self.operator()?;
            let subtract = self.operand(false, depth)?;
            return Ok(Rewrite::Exclusion(Box::new(base), Box::new(subtract)));
        }
        let mut operands = vec![base];
        while self.peek().text == operator {
            self.operator()?;
            operands.push(self.operand(false, depth)?);
        }
        Ok(match operator {
            "or" => Rewrite::Union(operands),
            _ => Rewrite::Intersection(operands),
        })
    }

    fn operator(&mut self) -> Result<(), GaveUp> {
        if !self.peek().spaced {
            return Err(self.unexpected("white space before the operator"));
        }
        self.next();
        if !self.peek().spaced {
            return Err(self.unexpected("white space after the operator"));
        }
        Ok(())
    }

    /// `first`: nothing but parentheses stands before it in the definition.
    fn operand(&mut self, first: bool, depth: usize) -> Result<Rewrite, GaveUp> {
        let place = self.peek().place;
        if self.take("(") {
            if depth >= MAX_NESTING {
                let message = format!("parentheses are nested more than {MAX_NESTING} deep");
                return Err(self.error(place, ModelErrorKind::TooDeep, message));
            }
            let inner = self.rewrite(first, depth + 1)?;
            if is_operator(self.peek().text) {
                return Err(self.mixed());
            }
            self.expect(")")?;
            return Ok(inner);
        }
        if self.peek().text == "[" {
            if first {
                self.next();
                return self.restrictions();
            }
            let message = "type restrictions come first in a definition".to_owned();
            return Err(self.error(place, ModelErrorKind::Syntax, message));
        }
        let relation = self.number("a relation")?;
        if self.take("from") {
            let tupleset = self.number("the relation that leads there")?;
            return Ok(Rewrite::From { relation, tupleset });
        }
        Ok(Rewrite::Computed(relation))
    }

    fn restrictions(&mut self) -> Result<Rewrite, GaveUp> {
        loop {
            self.newlines();
            let found = self.restriction()?;
            self.restrictions.push(found);
            self.newlines();
            if self.take("]") {
                return Ok(Rewrite::Direct);
            }
            if !self.take(",") {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    fn restriction(&mut self) -> Result<Restriction, GaveUp> {
        let type_name = self.number("a type")?;
        let joined = !self.peek().spaced;
        let taken = if joined && self.take("#") {
            if self.peek().spaced {
                return Err(self.unexpected("a relation right after `#`"));
            }
            Taken::Userset(type_name, self.number("a relation")?)
        } else if joined && self.take(":") {
            if self.peek().spaced || !self.take("*") {
                return Err(self.unexpected("`*` right after `:`"));
            }
            Taken::Wildcard(type_name)
        } else {
            Taken::Object(type_name)
        };
        let mut condition = None;
        if self.peek().spaced && self.take("with") {
            if is_soft(self.peek().text) {
                return Err(self.unexpected("a condition"));
            }
            let name = self.plain_name("a condition")?;
            condition = Some(self.syntax.add(name));
        }
        Ok(Restriction { taken, condition })
    }

    pub(super) fn peek(&self) -> &'s Token<'a> {
        self.tokens.first().unwrap_or(&LAST)
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.peek().text == text;
        if found {
            self.next();
        }
        found
    }

    pub(super) fn expect(&mut self, text: &str) -> Result<(), GaveUp> {
        if self.take(text) {
            Ok(())
        } else {
            Err(self.unexpected(&describe(text)))
        }
    }

    fn name(&mut self, what: &str) -> Result<Word<'a>, GaveUp> {
        match self.word_here() {
            Some(word) if !KEYWORDS.contains(&word.text) => {
                self.next();
                Ok(word)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// The number of a name.
    fn number(&mut self, what: &str) -> Result<u32, GaveUp> {
        let name = self.name(what)?;
        Ok(self.syntax.add(name))
    }

    /// A name without `/` and `.`.
    fn plain_name(&mut self, what: &str) -> Result<Word<'a>, GaveUp> {
        if is_plain(self.peek().text) {
            self.name(what)
        } else {
            Err(self.unexpected(what))
        }
    }

    pub(super) fn word_here(&self) -> Option<Word<'a>> {
        let &Token {
            kind, text, place, ..
        } = self.peek();
        (kind == Kind::Word).then_some(Word { text, place })
    }

    pub(super) fn end_of_line(&mut self) -> Result<(), GaveUp> {
        match self.peek().text {
            NEWLINE | END => Ok(()),
            operator if is_operator(operator) => Err(self.mixed()),
            _ => Err(self.unexpected("the end of the line")),
        }
    }

    pub(super) fn newlines(&mut self) {
        while self.take(NEWLINE) {}
    }

    fn skip_line(&mut self) {
        while !matches!(self.peek().text, NEWLINE | END) {
            self.next();
        }
    }

    fn mixed(&mut self) -> GaveUp {
        let message = "operators are mixed: put parentheses around one of them".to_owned();
        self.error(self.peek().place, ModelErrorKind::MixedOperators, message)
    }

    pub(super) fn unexpected(&mut self, expected: &str) -> GaveUp {
        let token = self.peek();
        let message = format!("expected {expected}, found {}", describe(token.text));
        self.error(token.place, ModelErrorKind::Syntax, message)
    }

    pub(super) fn next(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
    }

    fn error(&mut self, place: Place, kind: ModelErrorKind, message: String) -> GaveUp {
        self.errors.push(Fault::new(place, kind, message));
        GaveUp
    }
}

const DEFINE: &str = "define";

/// Stands after all tokens.
const LAST: Token<'_> = Token {
    kind: Kind::Other,
    text: END,
    place: Place::NONE,
    spaced: true,
};

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

fn is_operator(text: &str) -> bool {
    matches!(text, "or" | "and" | BUT_NOT)
}

/// A token in a message.
fn describe(text: &str) -> String {
    match text {
        NEWLINE => "the end of the line".to_owned(),
        END => "the end".to_owned(),
        text => format!("`{}`", start(text, 60)),
    }
}
