//! Numbers that look random and are the same for the same seed: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).

/// A generator of such numbers.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The numbers of a part of what a seed makes: no part depends on how much another one takes.
    pub(super) fn part(seed: u64, part: &[u64]) -> Self {
        part.iter().fold(Self::new(seed), |mut random, part| {
            Self::new(random.next() ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93))
        })
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when that is 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let scaled = u128::from(self.next()) * u128::from(bound);
        u32::try_from(scaled >> 64).unwrap_or(0)
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        // 53 bits are what a double holds.
        (self.next() >> 11) as f64 / 2_f64.powi(53) < probability
    }

    /// One of them.
    pub(super) fn of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let length = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        choices.get(self.below(length) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_numbers() {
        // The first outputs for the seed 1234567, as other implementations print them.
        let mut random = Random::new(1_234_567);
        assert_eq!(
            [random.next(), random.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
    }

    #[test]
    fn bounds_and_chances() {
        let mut random = Random::new(7);
        let (mut seen, mut hits) = ([0_u32; 5], 0_u32);
        for _ in 0..10_000 {
            seen[random.below(5) as usize] += 1;
            hits += u32::from(random.chance(0.05));
        }
        assert!(
            seen.iter().all(|&n| (1_800..2_200).contains(&n)),
            "{seen:?}"
        );
        assert!((400..600).contains(&hits), "{hits}");
        assert_eq!(random.below(0), 0);
        assert_eq!(random.of::<u8>(&[]), None);
    }
}
