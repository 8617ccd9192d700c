//! Searching and joining texts: as the standard library does it, and in little code where size counts.
//!
//! The standard library's search and what it can say when it fails are 5 KB of the engine in a browser.

/// What is before and after the first of a sign of ASCII.
#[cfg_attr(not(target_family = "wasm"), inline)]
pub fn cut(text: &str, sign: u8) -> Option<(&str, &str)> {
    if cfg!(target_family = "wasm") {
        around(text, text.bytes().position(|byte| byte == sign)?, 1)
    } else {
        text.split_once(char::from(sign))
    }
}

/// What is before and after the last of a sign of ASCII.
pub fn cut_last(text: &str, sign: u8) -> Option<(&str, &str)> {
    if cfg!(target_family = "wasm") {
        around(text, text.bytes().rposition(|byte| byte == sign)?, 1)
    } else {
        text.rsplit_once(char::from(sign))
    }
}

/// What is before and after so many bytes at a place.
fn around(text: &str, at: usize, bytes: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + bytes..)?))
}

/// Whether a sign of ASCII stands in a text.
#[cfg(any(feature = "language", feature = "conditions"))]
pub(crate) fn has(text: &str, sign: u8) -> bool {
    cut(text, sign).is_some()
}

/// What stands between all of a sign of ASCII.
#[cfg(feature = "conditions")]
pub(crate) fn split(text: &str, sign: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some((part, after)) = cut(text, sign) else {
            return Some(text);
        };
        rest = Some(after);
        Some(part)
    })
}

/// Texts one after the other, with one between them.
#[cfg(feature = "conditions")]
pub(crate) fn join(texts: &[impl AsRef<str>], between: &str) -> String {
    let lengths = texts.iter().map(|text| text.as_ref().len() + between.len());
    let mut all = String::with_capacity(lengths.sum());
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            all.push_str(between);
        }
        all.push_str(text.as_ref());
    }
    all
}

/// Where one text first stands in another. In time in proportion to both.
#[cfg(any(feature = "language", feature = "conditions"))]
pub(crate) fn find(text: &str, wanted: &str) -> Option<usize> {
    if cfg!(target_family = "wasm") {
        small(text.as_bytes(), wanted.as_bytes())
    } else {
        text.find(wanted)
    }
}

/// What is before and after the place where one text first stands in another.
#[cfg(any(feature = "language", feature = "conditions"))]
pub(crate) fn split_once<'a>(text: &'a str, wanted: &str) -> Option<(&'a str, &'a str)> {
    around(text, find(text, wanted)?, wanted.len())
}

/// By Knuth, Morris and Pratt.
#[cfg(any(feature = "language", feature = "conditions"))]
fn small(text: &[u8], wanted: &[u8]) -> Option<usize> {
    // Of each start of what is wanted, the length of the longest shorter start that it ends with.
    let mut ends: Vec<usize> = Vec::with_capacity(wanted.len());
    let step = |ends: &[usize], mut met: usize, byte: u8| {
        while wanted.get(met) != Some(&byte) {
            let Some(shorter) = met.checked_sub(1) else {
                return 0;
            };
            met = ends.get(shorter).copied().unwrap_or_default();
        }
        met + 1
    };
    let mut met = 0;
    for (at, &byte) in wanted.iter().enumerate() {
        met = if at == 0 { 0 } else { step(&ends, met, byte) };
        ends.push(met);
    }
    met = 0;
    for (at, &byte) in text.iter().enumerate() {
        if met == wanted.len() {
            return Some(at - met);
        }
        met = step(&ends, met, byte);
    }
    (met == wanted.len()).then(|| text.len() - met)
}

#[cfg(test)]
#[cfg(feature = "language")]
mod tests {
    use super::*;

    /// Every text of two letters up to length 9 for every one up to length 4.
    #[test]
    fn the_small_search_finds_what_the_large_one_finds() {
        let all = |most: u32| {
            (0..=most).flat_map(|length| {
                (0..1_u32 << length).map(move |bits| -> String {
                    let letter = |at| if bits >> at & 1 == 0 { 'a' } else { 'b' };
                    (0..length).map(letter).collect()
                })
            })
        };
        for text in all(9) {
            for wanted in all(4) {
                let found = small(text.as_bytes(), wanted.as_bytes());
                assert_eq!(found, text.find(&wanted), "{wanted:?} in {text:?}");
            }
        }
    }
}
