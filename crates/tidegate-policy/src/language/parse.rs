//! Tokens to a syntax tree, by recursive descent with a bounded depth.
//!
//! After an error the parser goes on with the next line, so that one run shows them all.

use crate::hash::HashMap;

use super::lex::{BUT_NOT, END, Kind, Lexer, NEWLINE, Token, is_word};
use super::parse_condition::is_of_condition;
use super::{Fault, Place, Syntax, TypeSyntax, Word, start};
use crate::model::{
    MAX_ERRORS, MAX_NESTING, MAX_TEXT, ModelErrorKind, Relation, Restriction, Rewrite, SourceId,
    Taken,
};
use crate::text::has;

/// Parses a whole model or module; what could be read is there even when there are errors. `file` goes
/// into every place.
pub(crate) fn parse(text: &str, file: u16) -> (Syntax<'_>, Vec<Fault>) {
    let mut syntax = Syntax::default();
    let faults = parse_into(&mut syntax, text, file, None);
    (syntax, faults)
}

/// The same, added to a tree that holds other modules. Returns what is wrong.
pub(crate) fn parse_into<'a>(
    syntax: &mut Syntax<'a>,
    text: &'a str,
    file: u16,
    source: Option<SourceId>,
) -> Vec<Fault> {
    if text.len() > MAX_TEXT {
        let message = format!("a model has at most {MAX_TEXT} bytes");
        let (mut faults, kind) = (Vec::new(), ModelErrorKind::TooLong);
        Fault::add(&mut faults, Place::start(file), kind, &message);
        return faults;
    }
    let mut lexer = Lexer::new(text, file);
    let mut parser = Parser {
        token: lexer.next(),
        lexer,
        restrictions: Vec::new(),
        extended: HashMap::new(),
        before: syntax.conditions.len(),
        source,
        syntax,
        is_lost: false,
    };
    parser.model();
    parser.lexer.faults
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
    /// The next one.
    token: Token<'a>,
    /// Reads those after it, and takes what is wrong.
    pub(super) lexer: Lexer<'a>,
    /// Those of the relation that is being read.
    restrictions: Vec<Restriction>,
    /// Types that are extended.
    extended: HashMap<&'a str, u32>,
    /// How many conditions other modules have.
    before: usize,
    pub(super) source: Option<SourceId>,
    pub(super) syntax: &'s mut Syntax<'a>,
    /// There was an error, and what was being read there is given up.
    is_lost: bool,
}

impl<'a> Parser<'_, 'a> {
    fn model(&mut self) {
        self.header();
        if self.gave_up() {
            self.skip_line();
        }
        loop {
            self.newlines();
            if self.peek().text == END || self.lexer.faults.len() >= MAX_ERRORS {
                return;
            }
            self.statement();
            if self.gave_up() {
                self.skip_line();
            }
        }
    }

    fn header(&mut self) {
        if self.take("module") {
            self.syntax.module = self.plain_name("the module's name");
            return self.end_of_line();
        }
        self.expect("model");
        self.end_of_line();
        self.newlines();
        self.expect("schema");
        let &Token {
            kind, text, place, ..
        } = self.peek();
        if kind != Kind::Version {
            return self.unexpected("a schema version such as `1.1`");
        }
        self.syntax.schema = Some(Word { text, place });
        self.next();
        self.end_of_line();
    }

    fn statement(&mut self) {
        match self.peek().text {
            "type" | "extend" if self.syntax.conditions.len() > self.before => {
                let place = self.peek().place;
                self.give_up(
                    place,
                    ModelErrorKind::Syntax,
                    "types stand before conditions",
                );
            }
            "type" | "extend" => self.type_definition(),
            "condition" => self.condition(),
            _ => self.unexpected("`type` or `condition`"),
        }
    }

    fn type_definition(&mut self) {
        let extends = self.take("extend");
        self.expect("type");
        let Some(name) = self.name("the type's name") else {
            return;
        };
        if extends {
            self.extension(name);
        }
        self.syntax.types.push(TypeSyntax {
            name,
            extends,
            relations: Vec::new(),
            source: self.source,
        });
        self.end_of_line();
        self.newlines();
        if !self.take("relations") {
            return;
        }
        self.end_of_line();
        self.newlines();
        if self.peek().text != DEFINE {
            return self.unexpected("`define`");
        }
        while self.peek().text == DEFINE && self.lexer.faults.len() < MAX_ERRORS {
            self.relation_definition();
            // A restriction that is not closed ends at the next definition, which is read for itself.
            if self.gave_up() && self.peek().text != DEFINE {
                self.skip_line();
            }
            self.newlines();
        }
    }

    /// Types are added to in modules only, each once.
    fn extension(&mut self, name: Word<'a>) {
        let is_first = self.extended.insert(name.text, 0).is_none();
        let kind = ModelErrorKind::Syntax;
        if self.syntax.module.is_none() {
            Fault::add(
                &mut self.lexer.faults,
                name.place,
                kind,
                "`extend` is for modules",
            );
        } else if !is_first {
            name.fault(
                &mut self.lexer.faults,
                kind,
                "",
                " is extended twice in this file",
            );
        }
    }

    fn relation_definition(&mut self) {
        self.expect(DEFINE);
        let name = self.number("the relation's name");
        self.expect(":");
        self.restrictions.clear();
        let rewrite = self.rewrite(true, 0);
        self.end_of_line();
        if !self.is_lost
            && let Some(definition) = self.syntax.types.last_mut()
        {
            definition.relations.push(Relation {
                name,
                rewrite,
                restrictions: std::mem::take(&mut self.restrictions),
                source: None,
            });
        }
    }

    /// Operands joined by one operator: another needs parentheses.
    fn rewrite(&mut self, first: bool, depth: usize) -> Rewrite {
        let base = self.operand(first, depth);
        let operator = self.peek().text;
        if !is_operator(operator) {
            return base;
        }
        let mut operands = vec![base];
        while self.peek().text == operator {
            self.operator();
            let operand = self.operand(false, depth);
            if operator == BUT_NOT
                && let Some(base) = operands.pop()
            {
                return Rewrite::Exclusion(Box::new(base), Box::new(operand));
            }
            operands.push(operand);
        }
        match operator {
            "or" => Rewrite::Union(operands),
            _ => Rewrite::Intersection(operands),
        }
    }

    fn operator(&mut self) {
        if !self.peek().spaced {
            return self.unexpected("white space before the operator");
        }
        self.next();
        if !self.peek().spaced {
            self.unexpected("white space after the operator");
        }
    }

    /// `first`: nothing but parentheses stands before it in the definition.
    fn operand(&mut self, first: bool, depth: usize) -> Rewrite {
        let place = self.peek().place;
        if self.take("(") {
            if depth >= MAX_NESTING {
                let message = format!("parentheses are nested more than {MAX_NESTING} deep");
                self.give_up(place, ModelErrorKind::TooDeep, &message);
                return Rewrite::Direct;
            }
            let inner = self.rewrite(first, depth + 1);
            if is_operator(self.peek().text) {
                self.mixed();
            }
            self.expect(")");
            return inner;
        }
        if self.peek().text == "[" {
            if first {
                self.next();
                self.restrictions();
            } else {
                let message = "type restrictions come first in a definition";
                self.give_up(place, ModelErrorKind::Syntax, message);
            }
            return Rewrite::Direct;
        }
        let relation = self.number("a relation");
        if self.take("from") {
            let tupleset = self.number("the relation that leads there");
            return Rewrite::From { relation, tupleset };
        }
        Rewrite::Computed(relation)
    }

    fn restrictions(&mut self) {
        loop {
            self.newlines();
            let found = self.restriction();
            self.restrictions.push(found);
            self.newlines();
            if self.take("]") {
                return;
            }
            if !self.take(",") {
                return self.unexpected("`,` or `]`");
            }
        }
    }

    fn restriction(&mut self) -> Restriction {
        let type_name = self.number("a type");
        let joined = !self.peek().spaced;
        let mut taken = Taken::Object(type_name);
        if joined && self.take("#") {
            if self.peek().spaced {
                self.unexpected("a relation right after `#`");
            }
            taken = Taken::Userset(type_name, self.number("a relation"));
        } else if joined && self.take(":") {
            if self.peek().spaced || !self.take("*") {
                self.unexpected("`*` right after `:`");
            }
            taken = Taken::Wildcard(type_name);
        }
        let mut condition = None;
        if self.peek().spaced && self.take("with") {
            if is_soft(self.peek().text) {
                self.unexpected("a condition");
            }
            let name = self.plain_name("a condition");
            condition = name.map(|name| self.syntax.add(name));
        }
        Restriction { taken, condition }
    }

    pub(super) fn peek(&self) -> &Token<'a> {
        if self.is_lost { &LAST } else { &self.token }
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.peek().text == text;
        if found {
            self.next();
        }
        found
    }

    pub(super) fn expect(&mut self, text: &str) {
        if !self.take(text) {
            self.unexpected(&describe(text));
        }
    }

    fn name(&mut self, what: &str) -> Option<Word<'a>> {
        self.word_if(|text| !KEYWORDS.contains(&text), what)
    }

    /// The number of a name; any, where none stands.
    fn number(&mut self, what: &str) -> u32 {
        let name = self.name(what);
        name.map_or(0, |name| self.syntax.add(name))
    }

    /// A name without `/` and `.`.
    fn plain_name(&mut self, what: &str) -> Option<Word<'a>> {
        self.word_if(|text| is_plain(text) && !KEYWORDS.contains(&text), what)
    }

    /// A word, if it is such.
    pub(super) fn word_if(&mut self, such: fn(&str) -> bool, what: &str) -> Option<Word<'a>> {
        let &Token {
            kind, text, place, ..
        } = self.peek();
        if kind == Kind::Word && such(text) {
            self.next();
            return Some(Word { text, place });
        }
        self.unexpected(what);
        None
    }

    pub(super) fn end_of_line(&mut self) {
        match self.peek().text {
            NEWLINE | END => {}
            operator if is_operator(operator) => self.mixed(),
            _ => self.unexpected("the end of the line"),
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

    fn mixed(&mut self) {
        let message = "operators are mixed: put parentheses around one of them";
        self.give_up(self.peek().place, ModelErrorKind::MixedOperators, message);
    }

    pub(super) fn unexpected(&mut self, expected: &str) {
        let token = self.peek();
        let message = format!("expected {expected}, found {}", describe(token.text));
        self.give_up(token.place, ModelErrorKind::Syntax, &message);
    }

    pub(super) fn next(&mut self) {
        if !self.is_lost {
            self.token = self.lexer.next();
        }
    }

    /// Records an error. From here on the end seems reached, and nothing more is an error, until
    /// [`gave_up`](Self::gave_up) is asked.
    fn give_up(&mut self, place: Place, kind: ModelErrorKind, message: &str) {
        if !std::mem::replace(&mut self.is_lost, true) {
            Fault::add(&mut self.lexer.faults, place, kind, message);
        }
    }

    /// Whether there was an error; goes on where it was.
    fn gave_up(&mut self) -> bool {
        std::mem::take(&mut self.is_lost)
    }
}

const DEFINE: &str = "define";

/// Stands for all that is left of what is given up.
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
    !has(name, b'/') && !has(name, b'.')
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
