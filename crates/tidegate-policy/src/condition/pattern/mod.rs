//! Regular expressions for `matches`: the syntax of RE2 without Unicode classes, in time linear in the
//! text.
//!
//! Ours rather than `regex-lite`, which alone adds 28 KB to the gzipped wasm. A match asks only whether
//! there is one: there are no groups to report, so greedy and lazy repetition are the same.

mod class;
mod parse;

use super::evaluate::Meter;
use class::Ranges;

/// Most instructions of a pattern.
pub(super) const MAX_PROGRAM: usize = 2_000;
/// Most repetitions that a pattern can count, as in RE2.
const MAX_REPEAT: usize = 1_000;
/// Deepest nesting of groups.
const MAX_GROUPS: usize = 50;

/// A compiled pattern.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    program: Vec<Step>,
    /// The characters of each class, in order and without overlaps.
    classes: Vec<Ranges>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A character of this class.
    Class(usize),
    /// Nothing, where this holds.
    Assert(Place),
    /// Goes on at the next step, and so many further.
    Split(usize),
    /// Goes on so many further.
    Jump(usize),
    /// Goes on so many before.
    Back(usize),
    Match,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        parse::parse(text)
    }

    /// How many instructions it has.
    pub(super) fn size(&self) -> usize {
        self.program.len()
    }

    /// Whether it matches somewhere in a text.
    pub(super) fn matches(&self, text: &str, meter: &mut Meter) -> bool {
        meter.spend(self.program.len() / 8);
        let mut threads = Threads::new(self.program.len());
        let mut next = Threads::new(self.program.len());
        let mut before = None;
        let mut rest = text.chars();
        loop {
            let after = rest.clone().next();
            // A match may start anywhere.
            if self.follow(&mut threads, 0, (before, after)) {
                return true;
            }
            let is_paid = meter.spend(1 + std::mem::take(&mut threads.visits) / 4);
            let Some(character) = after.filter(|_| is_paid) else {
                return false;
            };
            rest.next();
            let around = (after, rest.clone().next());
            for at in &threads.places {
                if let Some(Step::Class(class)) = self.program.get(*at)
                    && self.has(*class, character)
                    && self.follow(&mut next, at + 1, around)
                {
                    return true;
                }
            }
            std::mem::swap(&mut threads, &mut next);
            next.clear();
            before = after;
        }
    }

    /// Adds a place and every place that is reached from there without a character; true at a match.
    fn follow(
        &self,
        threads: &mut Threads,
        start: usize,
        around: (Option<char>, Option<char>),
    ) -> bool {
        threads.stack.push(start);
        while let Some(at) = threads.stack.pop() {
            threads.visits += 1;
            match threads.seen.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match self.program.get(at) {
                Some(Step::Class(_)) => threads.places.push(at),
                Some(Step::Assert(place)) if place.holds(around) => threads.stack.push(at + 1),
                Some(Step::Split(by)) => threads.stack.extend([at + by, at + 1]),
                Some(Step::Jump(by)) => threads.stack.push(at + by),
                Some(Step::Back(by)) => threads.stack.push(at.saturating_sub(*by)),
                Some(Step::Match) => return true,
                Some(Step::Assert(_)) | None => {}
            }
        }
        false
    }

    /// Whether a character is of a class.
    fn has(&self, class: usize, character: char) -> bool {
        let ranges = self.classes.get(class).map_or(&[][..], Vec::as_slice);
        let character = u32::from(character);
        let at = ranges.partition_point(|(_, last)| *last < character);
        ranges.get(at).is_some_and(|(first, _)| *first <= character)
    }
}

/// Where in the program a match may be, at one place of the text.
struct Threads {
    /// Instructions that wait for a character.
    places: Vec<usize>,
    seen: Vec<bool>,
    stack: Vec<usize>,
    /// Instructions looked at since they were last paid for.
    visits: usize,
}

impl Threads {
    fn new(size: usize) -> Self {
        Self {
            places: Vec::new(),
            seen: vec![false; size],
            stack: Vec::new(),
            visits: 0,
        }
    }

    fn clear(&mut self) {
        self.places.clear();
        self.seen.fill(false);
    }
}

impl Place {
    fn holds(self, (before, after): (Option<char>, Option<char>)) -> bool {
        let is_word = |character: Option<char>| {
            character.is_some_and(|found| found.is_ascii_alphanumeric() || found == '_')
        };
        match self {
            Self::TextStart => before.is_none(),
            Self::TextEnd => after.is_none(),
            Self::LineStart => before.is_none_or(|found| found == '\n'),
            Self::LineEnd => after.is_none_or(|found| found == '\n'),
            Self::WordBoundary => is_word(before) != is_word(after),
            Self::NoWordBoundary => is_word(before) == is_word(after),
        }
    }
}
