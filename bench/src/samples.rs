//! Several measurements of one thing.

use std::fmt;

/// Measurements, ascending; at least one.
#[derive(Clone)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// From measurements in any order.
    pub(crate) fn new(mut values: Vec<f64>) -> Samples {
        assert!(!values.is_empty(), "nothing was measured");
        values.sort_by(f64::total_cmp);
        Samples(values)
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50.0)
    }

    pub(crate) fn percentile(&self, percent: f64) -> f64 {
        self.0[((self.0.len() - 1) as f64 * percent / 100.0).round() as usize]
    }
}

impl fmt::Display for Samples {
    /// Median with lowest and highest, with the decimals asked for.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = out.precision().unwrap_or(0);
        let (low, high) = (self.percentile(0.0), self.percentile(100.0));
        write!(out, "{:.decimals$} ({low:.decimals$}–{high:.decimals$})", self.median())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_between_the_ends() {
        let check = |values: &[f64], expect: &str| assert_eq!(format!("{:.1}", Samples::new(values.to_vec())), expect);
        check(&[2.0], "2.0 (2.0–2.0)");
        check(&[3.0, 1.0, 2.0], "2.0 (1.0–3.0)");
        check(&[9.0, 1.0, 2.0, 4.0, 3.0], "3.0 (1.0–9.0)");
    }
}
