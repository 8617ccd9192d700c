//! From the text of a pattern to a tree.

use super::class::{fold, named, others};
use super::{Class, MAX_GROUPS, MAX_REPEAT, Place};

pub(super) enum Node {
    Empty,
    Class(Class),
    Assert(Place),
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    /// At least so often, at most so often.
    Repeat(Box<Node>, usize, Option<usize>),
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

type Parsed<T = Node> = Result<T, &'static str>;

pub(super) fn parse(text: &str) -> Parsed {
    let mut parser = Parser {
        rest: text,
        flags: Flags::default(),
        depth: 0,
    };
    let node = parser.alternate()?;
    match parser.rest.is_empty() {
        true => Ok(node),
        false => Err("a closing parenthesis without an opening one"),
    }
}

struct Parser<'t> {
    rest: &'t str,
    flags: Flags,
    depth: usize,
}

impl Parser<'_> {
    fn alternate(&mut self) -> Parsed {
        let mut branches = vec![self.concat()?];
        while self.take("|") {
            branches.push(self.concat()?);
        }
        Ok(match branches.len() {
            1 => branches.pop().unwrap_or(Node::Empty),
            _ => Node::Alternate(branches),
        })
    }

    fn concat(&mut self) -> Parsed {
        let mut parts = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            if self.take("\\Q") {
                let end = crate::text::find(self.rest, "\\E").unwrap_or(self.rest.len());
                let literal = self.rest.get(..end).unwrap_or_default();
                for found in literal.chars() {
                    parts.push(self.literal(found));
                }
                self.rest = self.rest.get(end..).unwrap_or_default();
                self.take("\\E");
                // A repetition is of the last character.
                if let Some(last) = parts.pop() {
                    parts.push(self.repeat(last)?);
                }
                continue;
            }
            let part = self.atom()?;
            parts.push(self.repeat(part)?);
        }
        Ok(Node::Concat(parts))
    }

    fn repeat(&mut self, part: Node) -> Parsed {
        let Some((least, most)) = self.count()? else {
            return Ok(part);
        };
        // Lazy or greedy is the same here.
        self.take("?");
        if self.count()?.is_some() {
            return Err("a repetition of a repetition");
        }
        Ok(Node::Repeat(Box::new(part), least, most))
    }

    /// `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`; a brace that is none of these stands for itself.
    fn count(&mut self) -> Parsed<Option<(usize, Option<usize>)>> {
        if self.take("*") {
            return Ok(Some((0, None)));
        }
        if self.take("+") {
            return Ok(Some((1, None)));
        }
        if self.take("?") {
            return Ok(Some((0, Some(1))));
        }
        let braces = self
            .rest
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        let Some((inner, rest)) = braces else {
            return Ok(None);
        };
        let (least, most) = match inner.split_once(',') {
            Some((least, "")) => (least, None),
            Some((least, most)) => (least, Some(most)),
            None => (inner, Some(inner)),
        };
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(least) || !most.is_none_or(is_number) {
            return Ok(None);
        }
        self.rest = rest;
        let bounded = |text: &str| match text.parse::<usize>() {
            Ok(count) if count <= MAX_REPEAT => Ok(count),
            _ => Err("a repetition of more than 1000"),
        };
        let least = bounded(least)?;
        let most = most.map(bounded).transpose()?;
        if most.is_some_and(|most| most < least) {
            return Err("a repetition whose end is before its start");
        }
        Ok(Some((least, most)))
    }

    fn atom(&mut self) -> Parsed {
        if self.count()?.is_some() {
            return Err("a repetition of nothing");
        }
        let Some(next) = self.next() else {
            return Ok(Node::Empty);
        };
        Ok(match next {
            '(' => return self.group(),
            '[' => Node::Class(self.class()?),
            '.' => Node::Class(Class {
                ranges: if self.flags.dot_all {
                    vec![]
                } else {
                    vec![('\n', '\n')]
                },
                negated: true,
            }),
            '^' if self.flags.lines => Node::Assert(Place::LineStart),
            '^' => Node::Assert(Place::TextStart),
            '$' if self.flags.lines => Node::Assert(Place::LineEnd),
            '$' => Node::Assert(Place::TextEnd),
            '\\' => {
                let place = match self.rest.chars().next() {
                    Some('A') => Some(Place::TextStart),
                    Some('z') => Some(Place::TextEnd),
                    Some('b') => Some(Place::WordBoundary),
                    Some('B') => Some(Place::NoWordBoundary),
                    _ => None,
                };
                if let Some(place) = place {
                    self.next();
                    return Ok(Node::Assert(place));
                }
                match self.escape()? {
                    Escape::Class(class) => Node::Class(class),
                    Escape::Character(found) => self.literal(found),
                }
            }
            other => self.literal(other),
        })
    }

    fn group(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_GROUPS {
            return Err("groups that are nested too deeply");
        }
        let outer = self.flags;
        if self.take("?") {
            if self.take("P<") || self.take("<") {
                let name = self.rest.split_once('>');
                let (name, rest) = name.ok_or("a group's name that does not end")?;
                let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                if name.is_empty() || !name.bytes().all(valid) {
                    return Err(
                        "a group's name is of letters, digits and _ (there is no look-behind)",
                    );
                }
                self.rest = rest;
            } else if self.flags()? {
                // Flags alone: they hold to the end of the group around.
                self.depth -= 1;
                if self.count()?.is_some() {
                    return Err("a repetition of nothing");
                }
                return Ok(Node::Empty);
            }
        }
        let inner = self.alternate()?;
        if !self.take(")") {
            return Err("a group that does not end");
        }
        self.flags = outer;
        self.depth -= 1;
        Ok(inner)
    }

    /// Flags up to a colon, or up to the parenthesis (then true).
    fn flags(&mut self) -> Parsed<bool> {
        let mut on = true;
        loop {
            match self.next() {
                Some('i') => self.flags.fold = on,
                Some('s') => self.flags.dot_all = on,
                Some('m') => self.flags.lines = on,
                Some('U') => {}
                Some('-') if on => on = false,
                Some(':') => return Ok(false),
                Some(')') => return Ok(true),
                _ => return Err("a kind of group that there is not"),
            }
        }
    }

    /// What follows an opening bracket.
    fn class(&mut self) -> Parsed<Class> {
        let mut class = Class {
            negated: self.take("^"),
            ..Class::default()
        };
        let mut first = true;
        loop {
            let next = self.next().ok_or("a class that does not end")?;
            if next == ']' && !first {
                // Twice the others: in order, and without overlaps.
                class.ranges = others(others(class.ranges));
                return Ok(class);
            }
            first = false;
            if next == '['
                && let Some((name, rest)) = self
                    .rest
                    .strip_prefix(':')
                    .and_then(|r| crate::text::split_once(r, ":]"))
            {
                self.rest = rest;
                let (negated, name) = match name.strip_prefix('^') {
                    Some(name) => (true, name),
                    None => (false, name),
                };
                let ranges = named(name).ok_or("a class that there is not")?;
                self.add(&mut class, ranges, negated);
                continue;
            }
            let start = match next {
                '\\' => match self.escape()? {
                    Escape::Class(found) => {
                        self.add(&mut class, &found.ranges, found.negated);
                        continue;
                    }
                    Escape::Character(found) => found,
                },
                other => other,
            };
            let mut end = start;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.next();
                end = match self.next().ok_or("a class that does not end")? {
                    '\\' => match self.escape()? {
                        Escape::Character(found) => found,
                        Escape::Class(_) => return Err("a range that ends with a class"),
                    },
                    other => other,
                };
                if end < start {
                    return Err("a range whose end is before its start");
                }
            }
            self.add(&mut class, &[(start, end)], false);
        }
    }

    /// Adds ranges, or all that they leave out.
    fn add(&self, class: &mut Class, ranges: &[(char, char)], negated: bool) {
        let mut ranges = ranges.to_vec();
        if self.flags.fold {
            fold(&mut ranges);
        }
        if negated {
            ranges = others(ranges);
        }
        class.ranges.extend(ranges);
    }

    fn literal(&self, found: char) -> Node {
        let mut class = Class::default();
        self.add(&mut class, &[(found, found)], false);
        crate::sort::sort(&mut class.ranges);
        class.ranges.dedup();
        Node::Class(class)
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Parsed<Escape> {
        let next = self.next().ok_or("a backslash at the end")?;
        let class = |name: &str, negated: bool| {
            Escape::Class(Class {
                ranges: named(name).unwrap_or_default().to_vec(),
                negated,
            })
        };
        Ok(match next {
            'd' => class("digit", false),
            'D' => class("digit", true),
            'w' => class("word", false),
            'W' => class("word", true),
            's' => class("perl_space", false),
            'S' => class("perl_space", true),
            'p' | 'P' => return Err("classes of Unicode are not supported"),
            'a' => Escape::Character('\u{7}'),
            'f' => Escape::Character('\u{c}'),
            't' => Escape::Character('\t'),
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            'v' => Escape::Character('\u{b}'),
            'x' => {
                let digits = match self.rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
                    Some((digits, rest)) => {
                        self.rest = rest;
                        digits
                    }
                    None => {
                        let (digits, rest) = self.rest.split_at_checked(2).ok_or("a bad escape")?;
                        self.rest = rest;
                        digits
                    }
                };
                let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| valid);
                let found = code.and_then(char::from_u32);
                Escape::Character(found.ok_or("a bad escape")?)
            }
            '0' => Escape::Character('\0'),
            other if other.is_ascii_punctuation() => Escape::Character(other),
            _ => return Err("an escape that there is not"),
        })
    }

    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let next = rest.next();
        self.rest = rest.as_str();
        next
    }

    fn take(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

enum Escape {
    Character(char),
    Class(Class),
}
