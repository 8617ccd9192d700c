//! Sets of characters.

/// The classes of POSIX, and those of Perl.
pub(super) fn named(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\x7f')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "perl_space" => &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    })
}

/// Adds the other case of the letters of ASCII, with the two characters beyond ASCII that fold to one.
/// Other letters are matched as they are written.
pub(super) fn fold(ranges: &mut Vec<(char, char)>) {
    for (first, last) in ranges.clone() {
        for (from, to) in [('a', 'A'), ('A', 'a')] {
            let end = char::from(u8::try_from(from).unwrap_or_default().saturating_add(25));
            let (start, end) = (first.max(from), last.min(end));
            if start <= end {
                let shift = |found: char| {
                    let letter = u32::from(found) - u32::from(from) + u32::from(to);
                    char::from_u32(letter).unwrap_or(found)
                };
                ranges.push((shift(start), shift(end)));
            }
        }
        for (letter, other) in [('k', '\u{212a}'), ('s', '\u{17f}')] {
            let upper = letter.to_ascii_uppercase();
            let has = |wanted: char| (first..=last).contains(&wanted);
            if has(letter) || has(upper) || has(other) {
                ranges.extend([(letter, letter), (upper, upper), (other, other)]);
            }
        }
    }
}

/// All characters that are in no range.
pub(super) fn others(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    crate::sort::sort(&mut ranges);
    let mut found = Vec::new();
    let mut next = Some('\0');
    for (first, last) in ranges {
        if let Some(start) = next
            && start < first
            && let Some(end) = ('\0'..first).next_back()
        {
            found.push((start, end));
        }
        if next.is_some_and(|start| last >= start) {
            next = (last..=char::MAX).nth(1);
        }
    }
    if let Some(start) = next {
        found.push((start, char::MAX));
    }
    found
}
