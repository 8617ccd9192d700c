//! Numbers, texts and counts of payloads: how they are written, and read with nothing believed.

use uuid::Uuid;

use super::PayloadError;

/// Bytes of a uid and of a `jti`.
pub(crate) const UUID: usize = 16;

/// What is left of the bytes.
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    /// After the version.
    pub(crate) fn after(bytes: &'a [u8], version: &[u8]) -> Result<Self, PayloadError> {
        let left = bytes.strip_prefix(version).ok_or(PayloadError::Version)?;
        Ok(Self { left })
    }

    /// That nothing is left.
    pub(crate) fn end(self) -> Result<(), PayloadError> {
        let done = self.left.is_empty();
        done.then_some(()).ok_or(PayloadError::Trailing)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], PayloadError> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(PayloadError::Cut)?;
        self.left = left;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, PayloadError> {
        let (&byte, left) = self.left.split_first().ok_or(PayloadError::Cut)?;
        self.left = left;
        Ok(byte)
    }

    /// Unsigned LEB128 of at most 64 bits, in as few bytes as it needs.
    pub(crate) fn number(&mut self) -> Result<u64, PayloadError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            number |= bits << shift;
            if byte & 0x80 == 0 {
                let fits = (bits << shift) >> shift == bits;
                let needed = byte != 0 || shift == 0;
                return if fits && needed {
                    Ok(number)
                } else {
                    Err(PayloadError::Number)
                };
            }
        }
        Err(PayloadError::Number)
    }

    /// A number that stands for one of so many things.
    pub(crate) fn below(&mut self, limit: u64) -> Result<u32, PayloadError> {
        below(self.number()?, limit)
    }

    /// How many entries follow, each of at least so many bytes: never more than can.
    pub(crate) fn count(&mut self, least: usize) -> Result<usize, PayloadError> {
        let count = usize::try_from(self.number()?).map_err(|_| PayloadError::Cut)?;
        if count > self.left.len() / least.max(1) {
            return Err(PayloadError::Cut);
        }
        Ok(count)
    }

    /// A count with a limit of its own.
    pub(crate) fn count_to(&mut self, most: usize, least: usize) -> Result<usize, PayloadError> {
        let count = self.count(least)?;
        if count > most {
            return Err(PayloadError::Number);
        }
        Ok(count)
    }

    /// Bytes with their length before them.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], PayloadError> {
        let length = self.count(1)?;
        self.take(length)
    }

    /// A text with its length before it.
    pub(crate) fn text(&mut self) -> Result<&'a str, PayloadError> {
        str::from_utf8(self.bytes()?).map_err(|_| PayloadError::Text)
    }

    pub(crate) fn uuid(&mut self) -> Result<Uuid, PayloadError> {
        Uuid::from_slice(self.take(UUID)?).map_err(|_| PayloadError::Cut)
    }
}

/// A number that stands for one of so many things.
pub(crate) fn below(number: u64, limit: u64) -> Result<u32, PayloadError> {
    if number >= limit {
        return Err(PayloadError::Unknown);
    }
    u32::try_from(number).map_err(|_| PayloadError::Unknown)
}

/// A name on its way out of a list in which each shares the start of the one before.
#[derive(Default)]
pub(crate) struct Names {
    name: Vec<u8>,
}

impl Names {
    /// The next name: past the last one, and sharing with it all that it can, by order of bytes, which is
    /// that of the texts.
    pub(crate) fn next(&mut self, shared: u64, rest: &[u8]) -> Result<&str, PayloadError> {
        let shared = usize::try_from(shared).map_err(|_| PayloadError::Number)?;
        let follows = match (self.name.get(shared), rest.first()) {
            (Some(was), Some(is)) => is > was,
            (None, Some(_)) => shared == self.name.len(),
            (_, None) => false,
        };
        if !follows {
            return Err(PayloadError::Order);
        }
        self.name.truncate(shared);
        self.name.extend(rest);
        str::from_utf8(&self.name).map_err(|_| PayloadError::Text)
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
