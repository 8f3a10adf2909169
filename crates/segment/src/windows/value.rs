//! Values of facts: averages that compare exactly, and days.

/// An average that integers compare exactly: twice the whole part of `sum / count`, and one more where a remainder is
/// left. So it is `2 × x` when the average is `x`, below that when it is less, and above when it is more, for every
/// integer `x`. `None` when nothing was counted.
pub(crate) fn average(sum: i64, count: i64) -> Option<i64> {
    (0 < count).then(|| 2 * sum.div_euclid(count) + i64::from(sum.rem_euclid(count) != 0))
}

/// The UTC+8 calendar day of a moment (UTC milliseconds), in days since 1970-01-01.
pub fn day(at: i64) -> i32 {
    const EAST_MS: i64 = 8 * 3_600_000;
    const DAY_MS: i64 = 86_400_000;
    i32::try_from((at + EAST_MS).div_euclid(DAY_MS)).expect("a moment's day is near 1970")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_compares_as_the_cross_product_does() {
        for sum in 0..60_i64 {
            for count in 1..12 {
                let average = average(sum, count).expect("something was counted");
                for operand in 0..60 {
                    assert_eq!((2 * operand).cmp(&average), (operand * count).cmp(&sum), "{sum}/{count} {operand}");
                }
            }
        }
        assert_eq!(average(0, 0), None);
    }

    #[test]
    fn a_day_begins_at_sixteen_hours_of_the_day_before() {
        const DAY_MS: i64 = 86_400_000;
        assert_eq!(day(0), 0);
        assert_eq!((day(16 * 3_600_000 - 1), day(16 * 3_600_000)), (0, 1));
        assert_eq!((day(-8 * 3_600_000), day(-8 * 3_600_000 - 1)), (0, -1));
        assert_eq!(day(365 * DAY_MS), 365);
    }
}
