//! Windows of time, as the wire writes them: to the second. A window that ends at 23:59:59 has the whole of that second
//! (`docs/decisions.md`, "Ends of validity"). Times are UTC milliseconds.

const SECOND_MS: i64 = 1_000;

/// The first moment after a window that ends at `ends_at`: the next second's first. `i64::MAX`, which nothing reaches,
/// for one that has no end.
pub fn over_at(ends_at: i64) -> i64 {
    ends_at.div_euclid(SECOND_MS).saturating_add(1).saturating_mul(SECOND_MS)
}

/// Whether a window that ends at `ends_at` is over at `at`.
pub fn is_over(ends_at: i64, at: i64) -> bool {
    over_at(ends_at) <= at
}

/// Whether `at` is in the window from `starts_at` to `ends_at`.
pub fn contains(starts_at: i64, ends_at: i64, at: i64) -> bool {
    starts_at <= at && !is_over(ends_at, at)
}

/// The earliest end of a window that is not over at `at`, for who compares ends in SQL: all that are not below it.
pub fn earliest_open_end(at: i64) -> i64 {
    at.saturating_sub(at.rem_euclid(SECOND_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_second_is_whole() {
        // 2026-12-31 23:59:59 in UTC+8.
        const END: i64 = 1_798_732_799_000;
        for (ends_at, at, expect) in [
            (END, END - 1, true),
            (END, END, true),
            (END, END + 999, true),
            (END, END + 1_000, false),
            // An end between two seconds, as a validity that is counted from a moment has.
            (END + 400, END + 399, true),
            (END + 400, END + 401, true),
            (END + 999, END + 999, true),
            (END + 999, END + 1_000, false),
            (-1, -1, true),
            (-1, 0, false),
            (-1_000, -1, true),
            (i64::MAX, i64::MAX - 1, true),
        ] {
            assert_eq!(contains(i64::MIN, ends_at, at), expect, "{ends_at} {at}");
            assert_eq!(is_over(ends_at, at), !expect, "{ends_at} {at}");
        }
        assert!(contains(5, 5, 5) && !contains(5, 5, 4));
        assert_eq!((over_at(END), over_at(i64::MAX)), (END + 1_000, i64::MAX));
        assert_eq!(earliest_open_end(i64::MIN), i64::MIN);
    }

    proptest! {
        #[test]
        fn sql_compares_as_this_does(ends_at in -10_000_i64..10_000, at in -10_000_i64..10_000) {
            prop_assert_eq!(earliest_open_end(at) <= ends_at, !is_over(ends_at, at));
        }
    }
}
