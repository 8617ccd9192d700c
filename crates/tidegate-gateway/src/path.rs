//! A request's path, taken apart so that nobody after us can read it otherwise.
//!
//! The only way to pass: segments that are separated by single slashes, each of which decodes once to
//! valid UTF-8 without control characters, backslash or a left-over `%`, and is neither empty nor a
//! dot segment. A slash that came encoded is kept apart ([`Segment::holds_slash`]), for the route to
//! judge. What goes to the upstream is written anew from the decoded segments by [`encode_into`], so
//! there is one spelling of each path.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Longest path and query together. Bytes, as they came.
pub(crate) const LONGEST_TARGET: usize = 8 * 1024;

/// Most segments in a path.
pub(crate) const MOST_SEGMENTS: usize = 64;

/// What is written as it is: the unreserved characters and those sub-delimiters of RFC 3986 §3.3 that
/// no server is known to read as anything but themselves (`;` starts parameters for some, `+` is a
/// space for others).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// A path that can be read in one way only.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path<'a> {
    /// What stands between the slashes.
    pub(crate) segments: Vec<Segment<'a>>,
    /// Whether a slash stands behind the last segment.
    pub(crate) trailing_slash: bool,
}

/// One decoded segment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    /// Decoded once.
    pub(crate) text: Cow<'a, str>,
    /// Holds a slash that came as `%2F`.
    pub(crate) holds_slash: bool,
}

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PathError {
    #[error("does not start with a slash")]
    NotAbsolute,
    #[error("too many segments")]
    TooManySegments,
    #[error("an empty segment")]
    EmptySegment,
    #[error("a dot segment")]
    DotSegment,
    #[error("a backslash")]
    Backslash,
    #[error("a control character")]
    Control,
    #[error("a percent sign without two hexadecimal digits, or one that was encoded twice")]
    BadEncoding,
    #[error("not UTF-8")]
    NotUtf8,
    #[error("an encoded slash")]
    EncodedSlash,
    #[error("a slash at its end")]
    TrailingSlash,
    #[error("a character that a name cannot hold")]
    NotAName,
}

impl PathError {
    /// A stable word for log and metrics.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::NotAbsolute => "path-not-absolute",
            Self::TooManySegments => "path-segments",
            Self::EmptySegment => "path-empty-segment",
            Self::DotSegment => "path-dot-segment",
            Self::Backslash => "path-backslash",
            Self::Control => "path-control",
            Self::BadEncoding => "path-encoding",
            Self::NotUtf8 => "path-utf8",
            Self::EncodedSlash => "path-encoded-slash",
            Self::TrailingSlash => "path-trailing-slash",
            Self::NotAName => "path-name",
        }
    }
}

/// Takes a path apart.
pub(crate) fn parse(path: &str) -> Result<Path<'_>, PathError> {
    let inner = path.strip_prefix('/').ok_or(PathError::NotAbsolute)?;
    if inner.is_empty() {
        return Ok(Path {
            segments: Vec::new(),
            trailing_slash: false,
        });
    }
    let (inner, trailing_slash) = match inner.strip_suffix('/') {
        Some(inner) => (inner, true),
        None => (inner, false),
    };
    let mut segments = Vec::with_capacity(8);
    for raw in inner.split('/') {
        if segments.len() == MOST_SEGMENTS {
            return Err(PathError::TooManySegments);
        }
        segments.push(segment(raw)?);
    }
    Ok(Path {
        segments,
        trailing_slash,
    })
}

fn segment(raw: &str) -> Result<Segment<'_>, PathError> {
    let text = if raw.contains('%') {
        decode(raw)?
    } else {
        Cow::Borrowed(raw)
    };
    for character in text.chars() {
        match character {
            '\\' => return Err(PathError::Backslash),
            // A second decoding further on would see another path than we do.
            '%' => return Err(PathError::BadEncoding),
            _ if character.is_control() => return Err(PathError::Control),
            _ => {}
        }
    }
    if text.is_empty() {
        return Err(PathError::EmptySegment);
    }
    // Some servers decode slashes before they resolve dots.
    if text.split('/').any(is_dots) {
        return Err(PathError::DotSegment);
    }
    let holds_slash = text.contains('/');
    Ok(Segment { text, holds_slash })
}

/// `.` or `..`, also before `;parameters`, which some servers cut off before they resolve dots.
fn is_dots(part: &str) -> bool {
    matches!(part.split(';').next(), Some("." | ".."))
}

fn decode(raw: &str) -> Result<Cow<'_, str>, PathError> {
    if !is_well_encoded(raw) {
        return Err(PathError::BadEncoding);
    }
    percent_decode_str(raw)
        .decode_utf8()
        .map_err(|_| PathError::NotUtf8)
}

/// Whether two hexadecimal digits follow every percent sign.
pub(crate) fn is_well_encoded(raw: &str) -> bool {
    raw.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes();
        let mut is_digit = || digits.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        is_digit() && is_digit()
    })
}

/// Whether a segment may be captured as a name: free of `/ : # @ * %` and white space.
pub(crate) fn is_name(text: &str) -> bool {
    !text.chars().any(|character| {
        matches!(character, '/' | ':' | '#' | '@' | '*' | '%') || character.is_whitespace()
    })
}

/// Writes a decoded segment in its one spelling.
pub(crate) fn encode_into(text: &str, out: &mut String) {
    out.extend(utf8_percent_encode(text, ENCODED));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn passes(path: &str, expected: &[&str], trailing_slash: bool) {
        let parsed = parse(path).unwrap();
        let texts: Vec<_> = parsed
            .segments
            .iter()
            .map(|segment| &*segment.text)
            .collect();
        assert_eq!(texts, expected, "{path}");
        assert_eq!(parsed.trailing_slash, trailing_slash, "{path}");
    }

    #[test]
    fn reads_each_segment_decoded_once() {
        passes("/", &[], false);
        passes("/a", &["a"], false);
        passes("/a/", &["a"], true);
        passes("/a/b/c", &["a", "b", "c"], false);
        passes("/%61/b%20c", &["a", "b c"], false);
        passes("/caf%C3%A9", &["café"], false);
        passes("/.../..a/a..", &["...", "..a", "a.."], false);
        passes("/A/a", &["A", "a"], false);
        passes("/a%2Fb", &["a/b"], false);
        passes("/a;b=1", &["a;b=1"], false);
    }

    #[test]
    fn refuses_what_could_be_read_otherwise() {
        use PathError::*;
        for (path, error) in [
            ("", NotAbsolute),
            ("*", NotAbsolute),
            ("a", NotAbsolute),
            ("//", EmptySegment),
            ("//a", EmptySegment),
            ("/a//b", EmptySegment),
            ("/a//", EmptySegment),
            ("/.", DotSegment),
            ("/..", DotSegment),
            ("/a/../b", DotSegment),
            ("/a/..", DotSegment),
            ("/a/../", DotSegment),
            ("/%2e%2e/a", DotSegment),
            ("/%2E", DotSegment),
            ("/.%2e", DotSegment),
            ("/..;/a", DotSegment),
            ("/.;x=1/a", DotSegment),
            ("/a\\b", Backslash),
            ("/a%5Cb", Backslash),
            ("/a%5cb", Backslash),
            ("/a%00", Control),
            ("/a%0d%0a", Control),
            ("/a%7f", Control),
            ("/a%C2%85", Control),
            ("/a%", BadEncoding),
            ("/a%2", BadEncoding),
            ("/a%zz", BadEncoding),
            ("/a%+1", BadEncoding),
            ("/%252e%252e/a", BadEncoding),
            ("/a%25", BadEncoding),
            ("/a%ff", NotUtf8),
            ("/%c0%ae%c0%ae/a", NotUtf8),
            ("/%ed%a0%80", NotUtf8),
        ] {
            assert_eq!(parse(path), Err(error), "{path}");
        }
        let long = "/a".repeat(MOST_SEGMENTS);
        assert!(parse(&long).is_ok());
        assert_eq!(parse(&format!("{long}/a")), Err(TooManySegments));
    }

    #[test]
    fn keeps_an_encoded_slash_apart() {
        for (path, holds) in [("/a%2Fb", true), ("/a%2fb", true), ("/a/b", false)] {
            assert_eq!(
                parse(path).unwrap().segments[0].holds_slash,
                holds,
                "{path}"
            );
        }
        for path in ["/..%2Fa", "/a%2F..", "/a%2f%2e%2e%2fb", "/a%2F..;x"] {
            assert_eq!(parse(path), Err(PathError::DotSegment), "{path}");
        }
    }

    #[test]
    fn names_are_free_of_what_has_a_meaning_elsewhere() {
        for name in ["orders", "Orders", "a.b", "a-b_c~1", "é", "a;b", "a+b"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "a/b",
            "a:b",
            "a#b",
            "a@b",
            "a*",
            "a%b",
            "a b",
            "a\u{a0}b",
            "a\u{2003}b",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn one_spelling_for_each_segment() {
        for (text, expected) in [
            ("a-b.c_d~e", "a-b.c_d~e"),
            ("a b", "a%20b"),
            ("a;b", "a%3Bb"),
            ("a+b", "a%2Bb"),
            ("a/b", "a%2Fb"),
            ("a?b#c", "a%3Fb%23c"),
            ("café", "caf%C3%A9"),
            ("a\"<>|^`{}[]", "a%22%3C%3E%7C%5E%60%7B%7D%5B%5D"),
            ("(x='1',y)", "(x='1',y)"),
        ] {
            let mut out = String::new();
            encode_into(text, &mut out);
            assert_eq!(out, expected);
            let again = format!("/{out}");
            assert_eq!(parse(&again).unwrap().segments[0].text, text);
        }
    }
}
