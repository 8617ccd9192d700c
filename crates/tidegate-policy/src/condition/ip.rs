//! IP addresses, and networks in CIDR notation.

use std::net::IpAddr;
use std::sync::Arc;

/// An IPv4 or IPv6 address. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is another
/// address than the IPv4 address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ip {
    address: IpAddr,
    /// The zone of an IPv6 address, such as `eth0`.
    zone: Option<Arc<str>>,
}

impl Ip {
    /// Reads an address, such as `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, zone) = match text.split_once('%') {
            Some((address, zone)) if !zone.is_empty() => (address, Some(zone.into())),
            Some(_) => return None,
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        (zone.is_none() || address.is_ipv6()).then_some(Self { address, zone })
    }

    /// Whether it is in a network such as `192.0.2.0/24`; none when that is no network.
    ///
    /// An address with a zone is in none, and a network has addresses of its own family alone.
    pub(super) fn is_in(&self, network: &str) -> Option<bool> {
        let (base, bits) = network.split_once('/')?;
        let base: IpAddr = base.parse().ok()?;
        let plain = bits.bytes().all(|byte| byte.is_ascii_digit())
            && (bits == "0" || !bits.starts_with('0'));
        let bits: u32 = bits.parse().ok().filter(|_| plain)?;
        let (one, two, width) = match (self.address, base) {
            (IpAddr::V4(one), IpAddr::V4(two)) => {
                (u128::from(one.to_bits()), u128::from(two.to_bits()), 32)
            }
            (IpAddr::V6(one), IpAddr::V6(two)) => (one.to_bits(), two.to_bits(), 128),
            (_, IpAddr::V4(_)) => return (bits <= 32).then_some(false),
            (_, IpAddr::V6(_)) => return (bits <= 128).then_some(false),
        };
        if bits > width {
            return None;
        }
        // A shift by the whole width: a network of no bits has every address.
        let differ = (one ^ two).checked_shr(width - bits).unwrap_or(0);
        Some(self.zone.is_none() && differ == 0)
    }
}
