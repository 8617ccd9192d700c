//! A hasher in a few lines: each word is mixed in by a multiplication and a rotation, and the end by the finalizer of
//! MurmurHash3 (A. Appleby), so that every bit of a word counts in every bit of the hash.
//!
//! It has no secret. Nor has the one in its place anything to draw a secret from where there is no host to ask, so
//! whoever names objects could in either have many of one hash; what that costs ends with the limits on what is
//! read.

use std::hash::{BuildHasher, Hasher};

/// See [`hashbrown::DefaultHashBuilder`].
#[derive(Clone, Debug, Default)]
pub(crate) struct DefaultHashBuilder;

impl BuildHasher for DefaultHashBuilder {
    type Hasher = Words;

    fn build_hasher(&self) -> Words {
        Words(0x243f_6a88_85a3_08d3)
    }
}

/// What has been mixed so far.
pub(crate) struct Words(u64);

impl Words {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0 ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
    }
}

impl Hasher for Words {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            // The length's bits tell a short word from one that ends in zeros.
            let mut word = (chunk.len() as u64) << 60;
            for &byte in chunk {
                word = word.rotate_left(8) ^ u64::from(byte);
            }
            self.mix(word);
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.mix(number as u64);
    }

    fn finish(&self) -> u64 {
        let mut hash = self.0;
        for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
            hash = (hash ^ hash >> 33).wrapping_mul(factor);
        }
        hash ^ hash >> 33
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of the bits of names that count up is set about as often as not, and no two names have one hash.
    #[test]
    fn names_that_count_up_are_spread() {
        const NAMES: usize = 100_000;
        let hash = |at| DefaultHashBuilder.hash_one(format!("document:acme/sales/{at}").as_str());
        let mut hashes: Vec<u64> = (0..NAMES).map(hash).collect();
        for bit in 0..64 {
            let set = hashes.iter().filter(|&hash| hash >> bit & 1 == 1).count();
            assert!(set.abs_diff(NAMES / 2) < NAMES / 100, "bit {bit}: {set}");
        }
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), NAMES);
    }

    #[test]
    fn what_differs_little_differs() {
        let texts = [
            "",
            "\0",
            "\0\0",
            "a",
            "a\0",
            "aaaaaaaa",
            "aaaaaaaa\0",
            "aaaaaaaaa",
        ];
        let mut hashes: Vec<u64> = texts
            .iter()
            .map(|text| DefaultHashBuilder.hash_one(text))
            .collect();
        hashes.extend((0..99_u32).map(|number| DefaultHashBuilder.hash_one((number, 1_u64))));
        hashes.extend((0..99_u64).map(|number| DefaultHashBuilder.hash_one((200_u32, number))));
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }
}
