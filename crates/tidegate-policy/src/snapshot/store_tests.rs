//! Stores and what they are made of, without a model.

mod tree;

/// In numbers and order, too: lists have the order of numbers, wherever they are made.
#[test]
fn both_stores_say_the_same() {
    for seed in 1..=5 {
        let said = super::oracle::said(seed);
        assert!(said.len() > 500, "seed {seed}: {} lines", said.len());
        for (one, other) in said.iter().zip(super::plain::oracle::said(seed)) {
            assert_eq!(*one, other, "seed {seed}");
        }
    }
}
