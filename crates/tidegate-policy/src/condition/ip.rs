//! IP addresses, and networks in CIDR notation.

use std::sync::Arc;

use super::number::digits;
use crate::text;

/// An IPv4 or IPv6 address. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is another
/// address than the IPv4 address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ip {
    address: Address,
    /// The zone of an IPv6 address, such as `eth0`.
    zone: Option<Arc<str>>,
}

/// Packed, so that no value is larger for it.
#[repr(Rust, packed(4))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Address {
    /// How many bits its family has: 32 or 128.
    width: u32,
    /// The first in the highest, of either family.
    bits: u128,
}

impl Ip {
    /// Reads an address, such as `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, zone) = match text::cut(text, b'%') {
            Some((address, zone)) if !zone.is_empty() => (address, Some(zone.into())),
            Some(_) => return None,
            None => (text, None),
        };
        let address = Address::parse(address)?;
        (zone.is_none() || address.width == 128).then_some(Self { address, zone })
    }

    /// Whether it is in a network such as `192.0.2.0/24`; none when that is no network.
    ///
    /// An address with a zone is in none, and a network has addresses of its own family alone.
    pub(super) fn is_in(&self, network: &str) -> Option<bool> {
        let (base, bits) = text::cut(network, b'/')?;
        let base = Address::parse(base)?;
        let bits = number(bits, 10).filter(|bits| *bits <= base.width)?;
        let alike = (self.address.bits ^ base.bits).leading_zeros();
        Some(self.zone.is_none() && self.address.width == base.width && alike >= bits)
    }
}

impl Address {
    /// Reads an address, IPv6 as RFC 4291 has it (section 2.2).
    fn parse(text: &str) -> Option<Self> {
        let (width, bits) = if !text::has(text, b':') {
            (32, u128::from(four(text)?) << 96)
        } else if let Some((before, after)) = text::split_once(text, "::") {
            let (count, high) = groups(before)?;
            let (count_after, low) = groups(after)?;
            // Four numbers stand at the end alone, and `::` for one group at least.
            if text::has(before, b'.') || count + count_after > 7 {
                return None;
            }
            (128, high.checked_shl(128 - 16 * count).unwrap_or(0) | low)
        } else {
            let (count, bits) = groups(text)?;
            (128, Some(bits).filter(|_| count == 8)?)
        };
        Some(Self { width, bits })
    }
}

/// Groups of 16 bits with colons between: how many there are, and their bits.
fn groups(text: &str) -> Option<(u32, u128)> {
    let (mut count, mut bits) = (0, 0);
    let mut rest = Some(text).filter(|text| !text.is_empty());
    while let Some(left) = rest {
        let (group, after) = match text::cut(left, b':') {
            Some((group, after)) => (group, Some(after)),
            None => (left, None),
        };
        rest = after;
        let (width, value) = match text::has(group, b'.') && after.is_none() {
            true => (2, four(group)?),
            false => (1, number(group, 16)?),
        };
        count += width;
        bits = (bits << (16 * width)) | u128::from(value);
    }
    Some((count, bits))
}

/// Four numbers with dots between, of 8 bits each.
fn four(text: &str) -> Option<u32> {
    let (mut count, mut bits) = (0, 0);
    for part in text::split(text, b'.') {
        count += 1;
        bits = (bits << 8) | number(part, 10).filter(|part| *part < 256)?;
    }
    Some(bits).filter(|_| count == 4)
}

/// A number of at most four digits; in decimals without zeros before it.
fn number(text: &str, radix: u32) -> Option<u32> {
    let has_zeros = radix == 10 && text.len() > 1 && text.starts_with('0');
    if text.len() > 4 || has_zeros {
        return None;
    }
    digits(text, radix)?.try_into().ok()
}
