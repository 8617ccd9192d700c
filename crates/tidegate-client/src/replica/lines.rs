//! Taking a stream apart into lines.

use bytes::{Buf, Bytes, BytesMut};

use super::ReplicaError;

/// Longest line: what one revision may change. Bytes.
pub(super) const LINE_LIMIT_BYTES: usize = 256 * 1024 * 1024;

/// What came and is not a whole line yet.
pub(super) struct Lines {
    /// Longest line. Bytes.
    limit_bytes: usize,
    buffer: BytesMut,
    /// No line ends before here.
    searched: usize,
}

impl Lines {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self {
            limit_bytes,
            buffer: BytesMut::new(),
            searched: 0,
        }
    }

    /// Adds what came.
    pub(super) fn push(&mut self, piece: &Bytes) -> Result<(), ReplicaError> {
        if self.buffer.len() + piece.len() > self.limit_bytes {
            return Err(ReplicaError::Line("a line is too long".to_owned()));
        }
        self.buffer.extend_from_slice(piece);
        Ok(())
    }

    /// The next whole line, without its end.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        let rest = self.buffer.get(self.searched..)?;
        let Some(at) = rest.iter().position(|&byte| byte == b'\n') else {
            self.searched = self.buffer.len();
            return None;
        };
        let line = self.buffer.split_to(self.searched + at).freeze();
        self.buffer.advance(1);
        self.searched = 0;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let text = b"one\n\nthree, a longer one\nfour";
        for size in 1..=text.len() {
            let mut lines = Lines::new(64);
            let mut found = Vec::new();
            for piece in text.chunks(size) {
                lines.push(&Bytes::copy_from_slice(piece)).unwrap();
                found.extend(std::iter::from_fn(|| lines.next()));
            }
            assert_eq!(
                found,
                ["one", "", "three, a longer one"],
                "pieces of {size}"
            );
        }
    }

    #[test]
    fn a_line_without_an_end_is_refused_at_the_limit() {
        let mut lines = Lines::new(64);
        let piece = Bytes::from(vec![b'x'; 16]);
        for _ in 0..4 {
            lines.push(&piece).unwrap();
            assert_eq!(lines.next(), None);
        }
        assert!(lines.push(&Bytes::from_static(b"x")).is_err());
    }
}
