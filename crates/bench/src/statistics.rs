//! The few figures that are taken of a sample.

use std::time::Duration;

/// The middle value; of an even number the mean of the two in the middle. NaN for an empty sample.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let low = if sorted.len().is_multiple_of(2) {
        middle.wrapping_sub(1)
    } else {
        middle
    };
    match (sorted.get(low), sorted.get(middle)) {
        (Some(low), Some(high)) => f64::midpoint(*low, *high),
        _ => f64::NAN,
    }
}

/// The largest value; NaN for an empty sample.
pub(crate) fn max(values: &[f64]) -> f64 {
    values
        .iter()
        .copied()
        .max_by(f64::total_cmp)
        .unwrap_or(f64::NAN)
}

/// The value that `share` (0 to 1) of the sample does not exceed (nearest rank), in microseconds.
/// `sorted` ascends; NaN when it is empty.
pub(crate) fn percentile_us(sorted: &[Duration], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.saturating_sub(1))
        .map_or(f64::NAN, |value| value.as_secs_f64() * 1e6)
}

/// The value that `share` (0 to 1) of the sample does not exceed (nearest rank); NaN for an empty one.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        for (values, middle) in [
            (&[3.0][..], 3.0),
            (&[9.0, 1.0], 5.0),
            (&[5.0, 1.0, 9.0], 5.0),
            (&[4.0, 1.0, 2.0, 9.0], 3.0),
        ] {
            assert_eq!(median(values), middle, "{values:?}");
        }
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn percentiles_by_nearest_rank() {
        let hundred: Vec<_> = (1..=100).map(Duration::from_micros).collect();
        for (share, us) in [
            (0.0, 1.0),
            (0.5, 50.0),
            (0.99, 99.0),
            (0.991, 100.0),
            (1.0, 100.0),
        ] {
            assert!(
                (percentile_us(&hundred, share) - us).abs() < 1e-6,
                "{share}"
            );
        }
        assert!(percentile_us(&[], 0.5).is_nan());
    }

    #[test]
    fn percentiles_of_numbers() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        for (share, value) in [(0.0, 1.0), (0.2, 1.0), (0.21, 2.0), (0.99, 5.0)] {
            assert_eq!(percentile(&values, share), value, "{share}");
        }
        assert!(percentile(&[], 0.5).is_nan());
    }

    #[test]
    fn largest() {
        assert_eq!(max(&[1.0, 7.0, 3.0]), 7.0);
        assert!(max(&[]).is_nan());
    }
}
