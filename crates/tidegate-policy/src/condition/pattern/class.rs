//! Sets of characters.

/// First and last character of ranges.
pub(super) type Ranges = Vec<(u32, u32)>;

/// The classes of POSIX, and those of Perl: the first and the last character of each range in turn.
const NAMED: [(&str, &str); 15] = [
    ("alnum", "09AZaz"),
    ("alpha", "AZaz"),
    ("ascii", "\0\x7f"),
    ("blank", "\t\t  "),
    ("cntrl", "\0\x1f\x7f\x7f"),
    ("digit", "09"),
    ("graph", "!~"),
    ("lower", "az"),
    ("print", " ~"),
    ("punct", "!/:@[`{~"),
    ("space", "\t\r  "),
    ("perl_space", "\t\n\x0c\r  "),
    ("upper", "AZ"),
    ("word", "09AZ__az"),
    ("xdigit", "09AFaf"),
];

/// The ranges of a class.
pub(super) fn named(name: &str) -> Option<Ranges> {
    let (_, ends) = NAMED.iter().find(|(found, _)| *found == name)?;
    let mut ranges = Ranges::new();
    let mut ends = ends.chars();
    while let (Some(first), Some(last)) = (ends.next(), ends.next()) {
        ranges.push((first.into(), last.into()));
    }
    Some(ranges)
}

/// Where the letters of ASCII of a case begin, and those of the other.
const CASES: [(u32, u32); 2] = [(0x61, 0x41), (0x41, 0x61)];

/// Letters of ASCII with the character beyond ASCII that folds to one of them: `k`, `K` and the sign of kelvin,
/// `s`, `S` and the long s.
const FOLDED: [[u32; 3]; 2] = [[0x6b, 0x4b, 0x212a], [0x73, 0x53, 0x17f]];

/// Adds the other case of the letters of ASCII, with the two characters beyond ASCII that fold to one.
/// Other letters are matched as they are written.
pub(super) fn fold(ranges: &mut Ranges) {
    for at in 0..ranges.len() {
        let Some(&(first, last)) = ranges.get(at) else {
            break;
        };
        for (from, to) in &CASES {
            let (start, end) = (first.max(*from), last.min(from + 25));
            if start <= end {
                ranges.push((start - from + to, end - from + to));
            }
        }
        for alike in &FOLDED {
            if alike.iter().any(|found| (first..=last).contains(found)) {
                for found in alike {
                    ranges.push((*found, *found));
                }
            }
        }
    }
}

/// All characters that are in no range, in order and without overlaps.
pub(super) fn others(mut ranges: Ranges) -> Ranges {
    crate::sort::sort(&mut ranges);
    let mut found = Ranges::new();
    let mut next = 0;
    for (first, last) in ranges {
        if next < first {
            found.push((next, first - 1));
        }
        next = next.max(last + 1);
    }
    let end = u32::from(char::MAX);
    if next <= end {
        found.push((next, end));
    }
    found
}
