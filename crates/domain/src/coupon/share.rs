//! What of a voucher goes back with a refund (alipay.trade.pay, "Refund").

/// What a voucher took off a trade, and what of it has gone back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What it took off, fen.
    pub deducted_fen: i64,
    /// What of that has gone back with refunds before.
    pub refunded_fen: i64,
}

impl Taken {
    fn rest_fen(self) -> i64 {
        self.deducted_fen - self.refunded_fen
    }
}

/// The part of a refund that is each voucher's, in their order; the rest of it is the buyer's.
///
/// A voucher's part is its deduction × `refund_fen` / `total_fen`, half up. Parts are never more than the refund or than
/// what is left of a voucher, and where rounding would give the buyer more than `buyer_rest_fen`, what the buyer paid and
/// has not got back, they are that much more. So the last refund takes exactly what is left of each.
pub fn shares(total_fen: i64, refund_fen: i64, buyer_rest_fen: i64, taken: &[Taken]) -> Vec<i64> {
    let mut free_fen = refund_fen;
    let mut parts: Vec<i64> = Vec::with_capacity(taken.len());
    for voucher in taken {
        let exact = i128::from(voucher.deducted_fen) * i128::from(refund_fen);
        let half_up = (2 * exact + i128::from(total_fen)) / (2 * i128::from(total_fen));
        let part = i64::try_from(half_up).unwrap_or(i64::MAX).min(voucher.rest_fen()).min(free_fen);
        free_fen -= part;
        parts.push(part);
    }
    let mut missing_fen = (free_fen - buyer_rest_fen).max(0);
    for (part, voucher) in parts.iter_mut().zip(taken) {
        let more = missing_fen.min(voucher.rest_fen() - *part);
        *part += more;
        missing_fen -= more;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Refunds a trade part by part; each voucher's parts, and the buyer's.
    fn refund(total_fen: i64, deducted: &[i64], refunds: &[i64]) -> Vec<Vec<i64>> {
        let mut taken: Vec<_> = deducted.iter().map(|&deducted_fen| Taken { deducted_fen, refunded_fen: 0 }).collect();
        let mut buyer_rest_fen = total_fen - deducted.iter().sum::<i64>();
        let mut all = Vec::new();
        for &refund_fen in refunds {
            let mut parts = shares(total_fen, refund_fen, buyer_rest_fen, &taken);
            for (voucher, part) in taken.iter_mut().zip(&parts) {
                voucher.refunded_fen += part;
            }
            let buyers = refund_fen - parts.iter().sum::<i64>();
            buyer_rest_fen -= buyers;
            parts.push(buyers);
            all.push(parts);
        }
        all
    }

    #[test]
    fn parts_by_hand() {
        for (total, deducted, refunds, expect) in [
            // 8.80 × 100.00 / 100.00.
            (10_000, &[880][..], &[10_000][..], vec![vec![880, 9_120]]),
            // 8.80 × 50 / 100 = 4.40, twice.
            (10_000, &[880], &[5_000, 5_000], vec![vec![440, 4_560], vec![440, 4_560]]),
            // 8.80 × 33.33 / 100 = 2.933 → 2.93, twice, then the rest: 2.94.
            (10_000, &[880], &[3_333, 3_333, 3_334], vec![vec![293, 3_040], vec![293, 3_040], vec![294, 3_040]]),
            // 0.01 × 50 / 100 = 0.005 → 0.01, and then nothing is left.
            (10_000, &[1], &[5_000, 5_000], vec![vec![1, 4_999], vec![0, 5_000]]),
            // 0.02 × 0.01 / 0.05 = 0.004 → 0, three times; then the buyer has all 0.03 back.
            (5, &[2], &[1; 5], vec![vec![0, 1], vec![0, 1], vec![0, 1], vec![1, 0], vec![1, 0]]),
            // 0.50 × 0.01 / 1.00 = 0.005 → 0.01 for each of two, of which a refund of 0.01 has one.
            (100, &[50, 50], &[1, 99], vec![vec![1, 0, 0], vec![49, 50, 0]]),
            // All of it was the coupon's.
            (10_000, &[10_000], &[1, 9_999], vec![vec![1, 0], vec![9_999, 0]]),
            (10_000, &[], &[10_000], vec![vec![10_000]]),
        ] {
            assert_eq!(refund(total, deducted, refunds), expect, "{total} {deducted:?} {refunds:?}");
        }
    }

    proptest! {
        #[test]
        fn refunds_come_to_what_was_taken(
            total_fen in 1_i64..200_000,
            cuts in (0_i64..=1_000, 0_i64..=1_000),
            weights in prop::collection::vec(1_i64..1_000, 1..20),
        ) {
            let first = total_fen * cuts.0 / 1_000;
            let deducted = [first, (total_fen - first) * cuts.1 / 1_000];
            // Refunds of about these weights, which come to all of it.
            let sum: i64 = weights.iter().sum();
            let mut refunds: Vec<i64> = weights.iter().map(|weight| total_fen * weight / sum).collect();
            let left = total_fen - refunds.iter().sum::<i64>();
            refunds.push(left);
            refunds.retain(|&fen| 0 < fen);
            let all = refund(total_fen, &deducted, &refunds);
            for (parts, refund_fen) in all.iter().zip(&refunds) {
                prop_assert_eq!(parts.iter().sum::<i64>(), *refund_fen);
                prop_assert!(parts.iter().all(|&part| 0 <= part), "{:?}", all);
            }
            let back = |at: usize| all.iter().map(|parts| parts[at]).sum::<i64>();
            prop_assert_eq!([back(0), back(1)], deducted);
            prop_assert_eq!(back(2), total_fen - deducted[0] - deducted[1]);
            // So far, never more than there was.
            for upto in 1..=all.len() {
                let so_far = |at: usize| all[..upto].iter().map(|parts| parts[at]).sum::<i64>();
                prop_assert!(so_far(0) <= deducted[0] && so_far(1) <= deducted[1]);
                prop_assert!(so_far(2) <= total_fen - deducted[0] - deducted[1]);
            }
        }
    }
}
