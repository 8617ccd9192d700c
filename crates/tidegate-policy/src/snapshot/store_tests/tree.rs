//! A tree against the standard library's map.

use std::collections::BTreeMap;

use super::super::oracle::Random;
use super::super::tree::Tree;

#[test]
fn a_tree_is_a_sorted_map() {
    for seed in 1..=3 {
        let mut random = Random(seed);
        let (mut tree, mut plain) = (Tree::default(), BTreeMap::new());
        let mut kept = Vec::new();
        // Filled at random, at the end, and emptied.
        for (steps, adds) in [(20_000, 8), (10_000, 2), (30_000, 9), (80_000, 0)] {
            for step in 0..steps {
                let key = random.below(30_000) as u32;
                if random.below(10) < adds {
                    let key = if random.below(4) == 0 {
                        40_000 + step
                    } else {
                        key
                    };
                    assert_eq!(
                        tree.insert(key, step),
                        plain.insert(key, step),
                        "seed {seed}"
                    );
                } else {
                    let found = plain.range(key..).next().map_or(key, |(&key, _)| key);
                    assert_eq!(tree.remove(&found), plain.remove(&found), "seed {seed}");
                }
            }
            kept.push((tree.clone(), plain.clone()));
        }
        assert!(plain.len() < 100, "seed {seed}: emptied");
        for (tree, plain) in &kept {
            assert_eq!(tree.len(), plain.len(), "seed {seed}");
            assert!(
                tree.iter().map(|(key, value)| (key, value)).eq(plain),
                "seed {seed}"
            );
            let sorted: Vec<(u32, u32)> = tree.iter().copied().collect();
            let again = Tree::from_sorted(&sorted);
            for key in (0..80_000).step_by(37) {
                assert_eq!(tree.get(&key), plain.get(&key), "seed {seed}");
                assert_eq!(again.get(&key), plain.get(&key), "seed {seed}");
                let next = plain.range(key..).next().map(|(&key, &value)| (key, value));
                assert_eq!(tree.iter_from(&key).next().copied(), next, "seed {seed}");
            }
        }
    }
}
