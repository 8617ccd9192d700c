//! Texts that look like secrets, in a stream of bytes: by the constant start that all of them have, in
//! memory of a few secrets' length, wherever the stream is cut into pieces.

use tidegate_token::{MAX_TOKEN_BYTES, SECRET_PREFIX};

/// A text that starts and goes on like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The line on which it starts, from 1.
    pub(crate) line: u64,
    /// The text.
    pub(crate) text: String,
}

/// Takes pieces of a stream, and gives candidates.
#[derive(Debug)]
pub(crate) struct Finder {
    /// What may be the start of a candidate that goes on in the next piece.
    kept: Vec<u8>,
    /// The line on which `kept` starts, from 1.
    line: u64,
}

impl Finder {
    /// At the start of a stream.
    pub(crate) fn new() -> Self {
        Self {
            kept: Vec::new(),
            line: 1,
        }
    }

    /// Candidates that end in this piece; with `is_last` those at its end too.
    pub(crate) fn feed(&mut self, piece: &[u8], is_last: bool) -> Vec<Candidate> {
        self.kept.extend_from_slice(piece);
        let content = std::mem::take(&mut self.kept);
        let mut rest = content.as_slice();
        let mut found = Vec::new();
        while let Some(start) = position(rest, SECRET_PREFIX.as_bytes()) {
            self.skip(&mut rest, start);
            let text = candidate(rest);
            if text.len() == rest.len() && text.len() <= MAX_TOKEN_BYTES && !is_last {
                self.kept = rest.to_vec();
                return found;
            }
            found.push(Candidate {
                line: self.line,
                text: String::from_utf8_lossy(text).into_owned(),
            });
            // A second one may start within what only looked like the first.
            self.skip(&mut rest, SECRET_PREFIX.len());
        }
        // The start of a start.
        let open = rest.len().saturating_sub(SECRET_PREFIX.len() - 1);
        self.skip(&mut rest, open);
        self.kept = rest.to_vec();
        found
    }

    fn skip(&mut self, rest: &mut &[u8], bytes: usize) {
        let (skipped, left) = rest.split_at(bytes.min(rest.len()));
        self.line += skipped.iter().filter(|&&byte| byte == b'\n').count() as u64;
        *rest = left;
    }
}

fn position(content: &[u8], wanted: &[u8]) -> Option<usize> {
    content
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// Up to three segments of base64url at the start, no longer than one byte more than a secret can be: a
/// longer one is refused by its length.
fn candidate(content: &[u8]) -> &[u8] {
    let mut dots = 0;
    let end = content.iter().take(MAX_TOKEN_BYTES + 1).position(|&byte| {
        if byte == b'.' {
            dots += 1;
        }
        dots > 2 || !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    });
    let end = end.unwrap_or_else(|| content.len().min(MAX_TOKEN_BYTES + 1));
    content.get(..end).unwrap_or(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All candidates of a content that comes in pieces of a size.
    fn find(content: &[u8], size: usize) -> Vec<(u64, String)> {
        let mut finder = Finder::new();
        let mut found: Vec<Candidate> = content
            .chunks(size)
            .flat_map(|piece| finder.feed(piece, false))
            .collect();
        found.extend(finder.feed(&[], true));
        found
            .into_iter()
            .map(|Candidate { line, text }| (line, text))
            .collect()
    }

    #[test]
    fn candidates_are_found_wherever_the_stream_is_cut() {
        let token = format!("{SECRET_PREFIX}x.cGF5bG9hZA.c2ln-_A");
        let content = format!(
            "first\nSECRET={token}\n\"{token}\"; and {SECRET_PREFIX} alone\n\n{token}.{token}.\nend {token}"
        );
        let joined = (5, token.clone());
        let expected = vec![
            (2, token.clone()),
            (3, token.clone()),
            (3, SECRET_PREFIX.to_owned()),
            joined.clone(),
            joined,
            (6, token.clone()),
        ];
        for size in [1, 2, 7, 64, 100, 4096] {
            assert_eq!(find(content.as_bytes(), size), expected, "pieces of {size}");
        }
    }

    #[test]
    fn what_never_ends_is_cut_and_not_kept() {
        let endless = format!("{SECRET_PREFIX}{}", "A".repeat(100_000));
        let mut finder = Finder::new();
        let mut found = Vec::new();
        for piece in endless.as_bytes().chunks(1_000) {
            found.extend(finder.feed(piece, false));
            assert!(finder.kept.len() <= MAX_TOKEN_BYTES + 1_000);
        }
        found.extend(finder.feed(&[], true));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text.len(), MAX_TOKEN_BYTES + 1);
    }

    #[test]
    fn bytes_that_are_no_text_are_passed_over() {
        let token = format!("{SECRET_PREFIX}x.a.b");
        let content = [&[0xff, 0, b'\n'], token.as_bytes(), &[0xfe]].concat();
        assert_eq!(find(&content, 5), [(2, token)]);
    }
}
