//! Callers without a secret are limited by address.
//!
//! At most so many requests in any period from one IPv4 address, or from one IPv6 network of 64 bits
//! (which is what one customer has). Exact: each address has the times of its latest requests. Bounded:
//! when too many addresses are remembered, further ones are refused until some are forgotten.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use http::{HeaderValue, Request, StatusCode, header};
use tidegate_tower::{Clock, Identity, Problem};

use crate::config::AddressLimit;
use crate::observe::Trace;
use crate::refusal::Refusal;
use crate::step::Step;

/// Most addresses that are remembered.
const MOST_ADDRESSES: usize = 65_536;

/// Counts requests by address.
pub(crate) struct Addresses {
    most: usize,
    period_ms: u64,
    clock: Clock,
    seen: Mutex<HashMap<Network, VecDeque<u64>>>,
}

/// An IPv4 address, or the first 64 bits of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Network {
    V4(u32),
    V6(u64),
}

impl Network {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

impl Addresses {
    pub(crate) fn new(limit: AddressLimit, clock: Clock) -> Self {
        let AddressLimit { requests, period } = limit;
        Self {
            most: usize::try_from(requests).unwrap_or(usize::MAX),
            period_ms: u64::try_from(period.as_millis()).unwrap_or(u64::MAX),
            clock,
            seen: Mutex::new(HashMap::new()),
        }
    }

    /// Counts one request, or says after how many milliseconds the next one passes.
    fn admit(&self, address: IpAddr, now_ms: u64) -> Result<(), u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let network = Network::of(address);
        if seen.len() >= MOST_ADDRESSES && !seen.contains_key(&network) {
            return Err(self.period_ms);
        }
        let times = seen.entry(network).or_default();
        while times
            .front()
            .is_some_and(|&time| self.is_past(time, now_ms))
        {
            times.pop_front();
        }
        if times.len() < self.most {
            times.push_back(now_ms);
            return Ok(());
        }
        let first = times.front().copied().unwrap_or(now_ms);
        Err(first.saturating_add(self.period_ms).saturating_sub(now_ms))
    }

    /// Forgets addresses that were not seen for a period. Called every second or so.
    pub(crate) fn forget(&self) {
        let now_ms = self.clock.now_ms();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, times| {
            times
                .back()
                .is_some_and(|&time| !self.is_past(time, now_ms))
        });
    }

    /// A clock that was set back counts as no time passed.
    fn is_past(&self, time_ms: u64, now_ms: u64) -> bool {
        now_ms.saturating_sub(time_ms) >= self.period_ms
    }
}

/// The step of the stack that asks [`Addresses`]; a caller with a secret passes.
#[derive(Clone)]
pub(crate) struct LimitAddresses(pub(crate) std::sync::Arc<Addresses>);

impl Step for LimitAddresses {
    fn check<B>(&self, request: &mut Request<B>) -> Result<(), Refusal> {
        if let Some(Identity::Principal(_)) = request.extensions().get::<Identity>() {
            return Ok(());
        }
        let trace = request
            .extensions()
            .get::<Trace>()
            .ok_or_else(Refusal::misassembled)?;
        self.0
            .admit(trace.peer().address, self.0.clock.now_ms())
            .map_err(|wait_ms| {
                let problem = Problem::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "address-limited",
                    "Too many requests without a secret from this address",
                );
                let retry_after_s = wait_ms.div_ceil(1000).max(1);
                Refusal::new("address", "address-limited", String::new(), problem)
                    .header(header::RETRY_AFTER, HeaderValue::from(retry_after_s))
            })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn addresses() -> Addresses {
        let limit = AddressLimit {
            requests: 3,
            period: Duration::from_secs(15),
        };
        Addresses::new(limit, Clock::new(|| 1_000_000))
    }

    #[test]
    fn so_many_in_any_period() {
        let addresses = addresses();
        let ip: IpAddr = "192.0.2.1".parse().unwrap();
        for (now_ms, expected) in [
            (100_000, Ok(())),
            (105_000, Ok(())),
            (105_000, Ok(())),
            (105_000, Err(10_000)),
            (114_999, Err(1)),
            (115_000, Ok(())),
            (115_000, Err(5_000)),
            (120_000, Ok(())),
            (120_000, Ok(())),
            (120_000, Err(10_000)),
            // Set back: no time has passed.
            (90_000, Err(40_000)),
            (500_000, Ok(())),
        ] {
            assert_eq!(addresses.admit(ip, now_ms), expected, "at {now_ms}");
        }
    }

    #[test]
    fn counts_each_network_by_itself() {
        for (first, second, same) in [
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8::1", "2001:db8::ffff:2", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
            ("0.0.0.0", "::", false),
        ] {
            let (first, second) = (first.parse().unwrap(), second.parse().unwrap());
            assert_eq!(
                Network::of(first) == Network::of(second),
                same,
                "{first} {second}"
            );
        }
    }

    #[test]
    fn remembers_so_many_addresses_and_forgets_them() {
        let addresses = addresses();
        let v4 = |number: u32| IpAddr::V4(number.into());
        for number in 0..u32::try_from(MOST_ADDRESSES).unwrap() {
            assert_eq!(addresses.admit(v4(number), 900_000), Ok(()));
        }
        assert_eq!(addresses.admit(v4(u32::MAX), 1_000_000), Err(15_000));
        assert_eq!(addresses.admit(v4(7), 1_000_000), Ok(()));
        addresses.forget();
        assert_eq!(addresses.seen.lock().unwrap().len(), 1);
        assert_eq!(addresses.admit(v4(u32::MAX), 1_000_000), Ok(()));
    }
}
