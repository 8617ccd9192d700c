//! Numbers, texts and counts of payloads: how they are written, and read with nothing believed.

use uuid::Uuid;

use super::PayloadError;
use crate::tuple::NameError;

/// Bytes of a uid and of a `jti`.
pub(crate) const UUID: usize = 16;

/// What is left of the bytes.
///
/// What is not good is noted, and the reader goes on with nothing left: numbers are then 0, texts empty, and lists at
/// their end. A way out at each number is half the size again. Who reads asks at the end, by [`Self::end`], and
/// [before](Self::good) anything that believes what was read.
pub(crate) struct Reader<'a> {
    left: &'a [u8],
    /// The first thing that is not good.
    wrong: Option<PayloadError>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            left: bytes,
            wrong: None,
        }
    }

    /// How a payload starts.
    pub(crate) fn version(&mut self, version: &[u8]) {
        self.must(self.left.starts_with(version), PayloadError::Version);
        self.take(version.len() as u64);
    }

    /// That all was good so far.
    pub(crate) fn good(&self) -> Result<(), PayloadError> {
        self.wrong.clone().map_or(Ok(()), Err)
    }

    /// That all was good, and nothing is left.
    pub(crate) fn end(mut self) -> Result<(), PayloadError> {
        self.must(self.left.is_empty(), PayloadError::Trailing);
        self.good()
    }

    /// Notes what is wrong.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(&mut self, wrong: PayloadError) {
        self.wrong.get_or_insert(wrong);
        self.left = &[];
    }

    /// Notes what is wrong, unless this is so.
    pub(crate) fn must(&mut self, is_so: bool, else_wrong: PayloadError) {
        if !is_so {
            self.fail(else_wrong);
        }
    }

    pub(crate) fn take(&mut self, count: u64) -> &'a [u8] {
        let count = usize::try_from(count).ok();
        let Some((taken, left)) = count.and_then(|count| self.left.split_at_checked(count)) else {
            self.fail(PayloadError::Cut);
            return &[];
        };
        self.left = left;
        taken
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((&byte, left)) = self.left.split_first() else {
            self.fail(PayloadError::Cut);
            return 0;
        };
        self.left = left;
        byte
    }

    /// Unsigned LEB128 of at most 64 bits, in as few bytes as it needs.
    pub(crate) fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            let bits = u64::from(byte & 0x7f);
            number |= bits << shift;
            if byte & 0x80 == 0 {
                let fits = (bits << shift) >> shift == bits;
                let needed = byte != 0 || shift == 0;
                if fits && needed {
                    return number;
                }
                break;
            }
        }
        self.fail(PayloadError::Number);
        0
    }

    /// A number that stands for one of so many things.
    pub(crate) fn below(&mut self, limit: u64) -> u32 {
        let number = self.number();
        self.one_of(number, limit)
    }

    /// The same of one that was read.
    pub(crate) fn one_of(&mut self, number: u64, limit: u64) -> u32 {
        let found = u32::try_from(number).ok().filter(|_| number < limit);
        self.must(found.is_some(), PayloadError::Unknown);
        found.unwrap_or_default()
    }

    /// How many entries follow, each of at least so many bytes: never more than can.
    pub(crate) fn count(&mut self, least: usize) -> usize {
        let count = self.number();
        if count > (self.left.len() / least.max(1)) as u64 {
            self.fail(PayloadError::Cut);
            return 0;
        }
        count as usize
    }

    /// A count with a limit of its own.
    pub(crate) fn count_to(&mut self, most: usize, least: usize) -> usize {
        let count = self.count(least);
        if count > most {
            self.fail(PayloadError::Number);
            return 0;
        }
        count
    }

    /// Whether one more of so many entries is to be read: none is after what is wrong.
    pub(crate) fn more(&self, count: &mut usize) -> bool {
        if *count == 0 || self.wrong.is_some() {
            return false;
        }
        *count -= 1;
        true
    }

    /// Bytes with their length before them.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let length = self.number();
        self.take(length)
    }

    /// A text with its length before it.
    pub(crate) fn text(&mut self) -> &'a str {
        let text = str::from_utf8(self.bytes());
        self.must(text.is_ok(), PayloadError::Text);
        text.unwrap_or_default()
    }

    /// That a text can name something.
    pub(crate) fn name_as(&mut self, text: &str, check: fn(&str) -> Result<(), NameError>) {
        if let Err(error) = check(text) {
            self.fail(error.into());
        }
    }

    /// A text that can name something.
    pub(crate) fn name(&mut self, check: fn(&str) -> Result<(), NameError>) -> &'a str {
        let name = self.text();
        self.name_as(name, check);
        name
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        // There are fewer bytes only after what is wrong.
        Uuid::from_slice(self.take(UUID as u64)).unwrap_or_default()
    }
}

/// A name on its way out of a list in which each shares the start of the one before.
#[derive(Default)]
pub(crate) struct Names {
    name: Vec<u8>,
}

impl Names {
    /// The next name: past the last one, and sharing with it all that it can, by order of bytes, which is
    /// that of the texts.
    pub(crate) fn next(&mut self, reader: &mut Reader<'_>, shared: u64, rest: &[u8]) -> &str {
        let Ok(shared) = usize::try_from(shared) else {
            reader.fail(PayloadError::Number);
            return "";
        };
        let follows = match (self.name.get(shared), rest.first()) {
            (Some(was), Some(is)) => is > was,
            (None, Some(_)) => shared == self.name.len(),
            (_, None) => false,
        };
        reader.must(follows, PayloadError::Order);
        self.name.truncate(shared);
        self.name.extend(rest);
        let name = str::from_utf8(&self.name);
        reader.must(name.is_ok(), PayloadError::Text);
        name.unwrap_or_default()
    }
}

/// How many bytes a name shares with the one before, and those that follow.
pub(crate) fn front_coded<'a>(name: &'a [u8], before: &[u8]) -> (usize, &'a [u8]) {
    let pairs = name.iter().zip(before);
    let shared = pairs.take_while(|(one, other)| one == other).count();
    (shared, name.get(shared..).unwrap_or_default())
}

pub(crate) fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    size(out, bytes.len());
    out.extend(bytes);
}

pub(crate) fn size(out: &mut Vec<u8>, size: usize) {
    // No target has sizes above 64 bits.
    number(out, size as u64);
}

/// Unsigned LEB128.
pub(crate) fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
