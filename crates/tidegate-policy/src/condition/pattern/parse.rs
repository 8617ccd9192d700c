//! From the text of a pattern to its program, in one pass.
//!
//! After a fault nothing is left to be read, so that whatever is being read comes to its end.

use super::class::{Ranges, fold, named, others};
use super::{MAX_GROUPS, MAX_PROGRAM, MAX_REPEAT, Pattern, Place, Step};
use crate::text;

/// Most parts of a pattern, each as often as it is repeated.
const MAX_PARTS: usize = 4 * MAX_PROGRAM;

/// The program of a pattern.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn parse(text: &str) -> Result<Pattern, &'static str> {
    let mut parser = Parser {
        rest: text,
        flags: Flags::default(),
        depth: 0,
        pattern: Pattern::default(),
        parts: 0,
        last: 0,
        too_large: false,
        may_have_names: true,
        fault: None,
    };
    parser.alternate();
    if !parser.rest.is_empty() {
        parser.fail("a closing parenthesis without an opening one");
    }
    if let Some(fault) = parser.fault {
        return Err(fault);
    }
    if parser.too_large || parser.last > MAX_PROGRAM || parser.parts > MAX_PARTS {
        return Err("a pattern that is too large");
    }
    parser.pattern.program.push(Step::Match);
    Ok(parser.pattern)
}

#[derive(Clone, Copy, Default)]
struct Flags {
    /// `i`: letters of either case.
    fold: bool,
    /// `s`: a dot is a line break too.
    dot_all: bool,
    /// `m`: `^` and `$` are at lines.
    lines: bool,
}

struct Parser<'t> {
    rest: &'t str,
    flags: Flags,
    depth: usize,
    pattern: Pattern,
    /// How many parts were begun, each as often as it is repeated: also of those that have no steps.
    parts: usize,
    /// Where the last of them begins in the program.
    last: usize,
    /// What was repeated was not made, for its size.
    too_large: bool,
    /// A name of a class may still come: its end was not yet looked for in vain.
    may_have_names: bool,
    /// The first.
    fault: Option<&'static str>,
}

/// How far the program was where a part begins.
struct Mark {
    at: usize,
    parts: usize,
    too_large: bool,
}

/// At least so often, at most so often.
type Count = (usize, Option<usize>);

enum Escape {
    Character(char),
    Class(Ranges, bool),
}

impl Parser<'_> {
    fn alternate(&mut self) {
        let mut ends = Vec::new();
        loop {
            let start = self.pattern.program.len();
            self.concat();
            if !self.take("|") {
                break;
            }
            if ends.is_empty() {
                self.parts += 1;
            }
            let program = &mut self.pattern.program;
            program.insert(start, Step::Split(program.len() + 2 - start));
            ends.push(program.len());
            program.push(Step::Match);
        }
        let end = self.pattern.program.len();
        while let Some(at) = ends.pop() {
            self.set(at, Step::Jump(end - at));
        }
    }

    fn concat(&mut self) {
        self.begin();
        let mut last = None;
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            if self.take("\\Q") {
                let end = text::find(self.rest, "\\E").unwrap_or(self.rest.len());
                let (literal, rest) = self.rest.split_at_checked(end).unwrap_or_default();
                self.rest = rest;
                self.take("\\E");
                for found in literal.chars() {
                    last = Some(self.mark());
                    self.literal(found);
                }
            } else {
                last = Some(self.mark());
                self.atom();
            }
            // Of a text between `\Q` and `\E` the last character.
            if let Some(last) = &last {
                self.repeat(last);
            }
        }
    }

    /// Repeats what was made from a mark on, as often as the text says.
    fn repeat(&mut self, mark: &Mark) {
        let Some((least, most)) = self.count() else {
            return;
        };
        // Lazy or greedy is the same here.
        self.take("?");
        if self.count().is_some() {
            self.fail("a repetition of a repetition");
        }
        let part = self.pattern.program.split_off(mark.at);
        let (parts, last) = (self.parts - mark.parts, self.last - mark.at);
        self.parts = mark.parts;
        self.begin();
        let copies = most.unwrap_or(least + 1);
        if copies == 0 {
            self.too_large = mark.too_large;
            return;
        }
        // More than there may be is one more: so no count overflows.
        self.parts += (parts.min(MAX_PARTS + 1) * copies).min(MAX_PARTS + 1);
        self.too_large |= part.len() * copies > 2 * MAX_PROGRAM;
        if self.too_large {
            return;
        }
        let mut splits = Vec::new();
        for at in 0..copies {
            if at >= least {
                splits.push(self.pattern.program.len());
                self.pattern.program.push(Step::Match);
            }
            self.last = self.pattern.program.len() + last;
            self.pattern.program.extend_from_slice(&part);
        }
        if most.is_none() {
            self.pattern.program.push(Step::Back(part.len() + 1));
        }
        let end = self.pattern.program.len();
        while let Some(at) = splits.pop() {
            self.set(at, Step::Split(end - at));
        }
    }

    /// Fills a place that was held free, now that the end of what follows it is known.
    fn set(&mut self, at: usize, step: Step) {
        if let Some(place) = self.pattern.program.get_mut(at) {
            *place = step;
        }
    }

    /// `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`; a brace that is none of these stands for itself.
    fn count(&mut self) -> Option<Count> {
        const SIGNS: [(&str, Count); 3] = [("*", (0, None)), ("+", (1, None)), ("?", (0, Some(1)))];
        for &(sign, count) in &SIGNS {
            if self.take(sign) {
                return Some(count);
            }
        }
        let inside = self.rest.strip_prefix('{')?;
        // No further than there are counts: each brace may be one that does not end.
        let is_count = |byte: &u8| byte.is_ascii_digit() || *byte == b',';
        let (inner, rest) = inside.split_at_checked(inside.bytes().take_while(is_count).count())?;
        let rest = rest.strip_prefix('}')?;
        let (least, most) = match text::cut(inner, b',') {
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
            None => (number(inner)?, Some(number(inner)?)),
        };
        self.rest = rest;
        if least.max(most.unwrap_or(0)) > MAX_REPEAT {
            self.fail("a repetition of more than 1000");
            return None;
        }
        if most.is_some_and(|most| most < least) {
            self.fail("a repetition whose end is before its start");
            return None;
        }
        Some((least, most))
    }

    fn atom(&mut self) {
        if self.count().is_some() {
            return self.fail("a repetition of nothing");
        }
        let Some(next) = self.next() else {
            return;
        };
        let place = match next {
            '^' if self.flags.lines => Place::LineStart,
            '^' => Place::TextStart,
            '$' if self.flags.lines => Place::LineEnd,
            '$' => Place::TextEnd,
            '\\' if self.take("A") => Place::TextStart,
            '\\' if self.take("z") => Place::TextEnd,
            '\\' if self.take("b") => Place::WordBoundary,
            '\\' if self.take("B") => Place::NoWordBoundary,
            '(' => return self.group(),
            '[' => return self.class(),
            '.' if self.flags.dot_all => return self.step_of(Ranges::new(), true),
            '.' => return self.step_of(vec![('\n'.into(), '\n'.into())], true),
            '\\' => {
                return match self.escape() {
                    Some(Escape::Class(ranges, negated)) => self.step_of(ranges, negated),
                    Some(Escape::Character(found)) => self.literal(found),
                    None => {}
                };
            }
            other => return self.literal(other),
        };
        self.begin();
        self.pattern.program.push(Step::Assert(place));
    }

    fn group(&mut self) {
        self.depth += 1;
        if self.depth > MAX_GROUPS {
            return self.fail("groups that are nested too deeply");
        }
        let outer = self.flags;
        if self.take("?") {
            if self.take("P<") || self.take("<") {
                let Some((name, rest)) = text::cut(self.rest, b'>') else {
                    return self.fail("a group's name that does not end");
                };
                let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                if name.is_empty() || !name.bytes().all(valid) {
                    return self.fail(
                        "a group's name is of letters, digits and _ (there is no look-behind)",
                    );
                }
                self.rest = rest;
            } else if self.flags() {
                // Flags alone: they hold to the end of the group around.
                self.depth -= 1;
                self.begin();
                if self.count().is_some() {
                    self.fail("a repetition of nothing");
                }
                return;
            }
        }
        self.alternate();
        if !self.take(")") {
            self.fail("a group that does not end");
        }
        self.flags = outer;
        self.depth -= 1;
    }

    /// Flags up to a colon, or up to the parenthesis (then true).
    fn flags(&mut self) -> bool {
        let mut on = true;
        loop {
            match self.next() {
                Some('i') => self.flags.fold = on,
                Some('s') => self.flags.dot_all = on,
                Some('m') => self.flags.lines = on,
                Some('U') => {}
                Some('-') if on => on = false,
                Some(':') => return false,
                Some(')') => return true,
                _ => {
                    self.fail("a kind of group that there is not");
                    return false;
                }
            }
        }
    }

    /// What follows an opening bracket.
    fn class(&mut self) {
        let negated = self.take("^");
        let mut ranges = Ranges::new();
        let mut first = true;
        while let Some(next) = self.next() {
            if next == ']' && !first {
                return self.step_of(ranges, negated);
            }
            first = false;
            if next == '['
                && self.may_have_names
                && let Some(rest) = self.rest.strip_prefix(':')
            {
                if let Some((name, rest)) = text::split_once(rest, ":]") {
                    self.rest = rest;
                    let other = name.strip_prefix('^');
                    match named(other.unwrap_or(name)) {
                        Some(found) => self.add(&mut ranges, found, other.is_some()),
                        None => return self.fail("a class that there is not"),
                    }
                    continue;
                }
                self.may_have_names = false;
            }
            let start = match self.character(next) {
                Some(Escape::Character(found)) => found,
                Some(Escape::Class(found, negated)) => {
                    self.add(&mut ranges, found, negated);
                    continue;
                }
                None => return,
            };
            let mut end = start;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.next();
                let Some(next) = self.next() else { break };
                end = match self.character(next) {
                    Some(Escape::Character(found)) => found,
                    Some(Escape::Class(..)) => return self.fail("a range that ends with a class"),
                    None => return,
                };
                if end < start {
                    return self.fail("a range whose end is before its start");
                }
            }
            self.add(&mut ranges, vec![(start.into(), end.into())], false);
        }
        self.fail("a class that does not end");
    }

    /// A character of a class, which may begin an escape.
    fn character(&mut self, next: char) -> Option<Escape> {
        match next {
            '\\' => self.escape(),
            other => Some(Escape::Character(other)),
        }
    }

    /// Adds ranges, or all that they leave out.
    fn add(&self, ranges: &mut Ranges, mut found: Ranges, negated: bool) {
        if self.flags.fold {
            fold(&mut found);
        }
        if negated {
            found = others(found);
        }
        ranges.extend_from_slice(&found);
    }

    fn literal(&mut self, found: char) {
        let mut ranges = Ranges::new();
        self.add(&mut ranges, vec![(found.into(), found.into())], false);
        self.step_of(ranges, false);
    }

    /// A step over a character of these, or of the others.
    fn step_of(&mut self, ranges: Ranges, negated: bool) {
        self.begin();
        let mut class = others(ranges);
        if !negated {
            class = others(class);
        }
        let at = self.pattern.classes.len();
        self.pattern.classes.push(class);
        self.pattern.program.push(Step::Class(at));
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Option<Escape> {
        let Some(next) = self.next() else {
            self.fail("a backslash at the end");
            return None;
        };
        let class = |name: &str| {
            let ranges = named(name).unwrap_or_default();
            Some(Escape::Class(ranges, next.is_ascii_uppercase()))
        };
        Some(Escape::Character(match next {
            'd' | 'D' => return class("digit"),
            'w' | 'W' => return class("word"),
            's' | 'S' => return class("perl_space"),
            'p' | 'P' => {
                self.fail("classes of Unicode are not supported");
                return None;
            }
            'a' => '\u{7}',
            'f' => '\u{c}',
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'v' => '\u{b}',
            'x' => {
                let found = self.code();
                if found.is_none() {
                    self.fail("a bad escape");
                }
                found?
            }
            '0' => '\0',
            other if other.is_ascii_punctuation() => other,
            _ => {
                self.fail("an escape that there is not");
                return None;
            }
        }))
    }

    /// A character by its number in hexadecimal digits: two, or any in braces.
    fn code(&mut self) -> Option<char> {
        let braces = self.rest.strip_prefix('{');
        let (digits, rest) = match braces.and_then(|rest| text::cut(rest, b'}')) {
            Some(found) => found,
            None => self.rest.split_at_checked(2)?,
        };
        self.rest = rest;
        let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| valid)?;
        char::from_u32(code)
    }

    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let next = rest.next();
        self.rest = rest.as_str();
        next
    }

    fn take(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn mark(&self) -> Mark {
        Mark {
            at: self.pattern.program.len(),
            parts: self.parts,
            too_large: self.too_large,
        }
    }

    /// A part begins here.
    fn begin(&mut self) {
        self.parts += 1;
        self.last = self.pattern.program.len();
        self.too_large |= self.last > 2 * MAX_PROGRAM;
    }

    #[cold]
    #[inline(never)]
    fn fail(&mut self, fault: &'static str) {
        self.fault = self.fault.or(Some(fault));
        self.rest = "";
    }
}

fn number(text: &str) -> Option<usize> {
    let mut number: usize = 0;
    for byte in text.bytes() {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number = number.saturating_mul(10).saturating_add(digit.into());
    }
    (!text.is_empty()).then_some(number)
}
