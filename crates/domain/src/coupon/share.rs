//! What of a voucher goes back with a refund (alipay.trade.pay, "Refund").

/// What a voucher took off a trade, and what of it has gone back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deduction {
    /// The coupon's deduction, fen.
    pub deducted_fen: i64,
    /// What of that has gone back with refunds before.
    pub refunded_fen: i64,
}

impl Deduction {
    fn rest_fen(self) -> i64 {
        self.deducted_fen - self.refunded_fen
    }
}

/// A refund of a trade. Amounts are fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The trade's total, before deductions.
    pub total_fen: i64,
    /// What of that is given back now; 0 to what is left of it.
    pub refund_fen: i64,
    /// What has been given back so far, this refund included.
    pub so_far_fen: i64,
    /// What the buyer paid and has not got back before this refund.
    pub buyer_rest_fen: i64,
}

/// The part of a refund that is each voucher's, in their order; the rest of it is the buyer's.
///
/// With it a voucher has got back its deduction × what was refunded so far / the total, half up (`docs/decisions.md`,
/// "Refunds with coupons"). So it is fair after each part, and the last refund takes exactly what is left of each. A
/// part is never below 0, though an earlier build, which rounded each part by itself, gave back more before; parts are
/// never more than the refund, and they leave the buyer no more than the buyer's rest.
pub fn shares(refund: Refund, taken: &[Deduction]) -> Vec<i64> {
    let Refund { total_fen, refund_fen, so_far_fen, buyer_rest_fen } = refund;
    let mut free_fen = refund_fen;
    let mut parts: Vec<i64> = Vec::with_capacity(taken.len());
    for voucher in taken {
        let exact = i128::from(voucher.deducted_fen) * i128::from(so_far_fen);
        let half_up = (2 * exact + i128::from(total_fen)) / (2 * i128::from(total_fen));
        let fair_fen = i64::try_from(half_up).unwrap_or(i64::MAX).min(voucher.deducted_fen);
        let part = (fair_fen - voucher.refunded_fen).clamp(0, free_fen);
        free_fen -= part;
        parts.push(part);
    }
    let mut missing_fen = (free_fen - buyer_rest_fen).max(0);
    for (part, voucher) in parts.iter_mut().zip(taken) {
        let more = missing_fen.min(voucher.rest_fen() - *part);
        *part += more;
        missing_fen -= more;
    }
    debug_assert!(parts.iter().all(|part| 0 <= *part), "no coupon pays for a refund");
    debug_assert!(parts.iter().sum::<i64>() <= refund_fen, "coupons get back at most the refund");
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Refunds a trade part by part; each voucher's parts, and the buyer's.
    fn refund(total_fen: i64, deducted: &[i64], refunds: &[i64]) -> Vec<Vec<i64>> {
        refund_on(total_fen, deducted, &vec![0; deducted.len()], 0, refunds)
    }

    /// The same of a trade of which so much was refunded before, `before` of it to its vouchers.
    fn refund_on(total_fen: i64, deducted: &[i64], before: &[i64], so_far: i64, refunds: &[i64]) -> Vec<Vec<i64>> {
        let taken = |(&deducted_fen, &refunded_fen)| Deduction { deducted_fen, refunded_fen };
        let mut taken: Vec<_> = deducted.iter().zip(before).map(taken).collect();
        let buyer_paid = total_fen - deducted.iter().sum::<i64>();
        let mut buyer_rest_fen = buyer_paid - (so_far - before.iter().sum::<i64>());
        let (mut so_far_fen, mut all) = (so_far, Vec::new());
        for &refund_fen in refunds {
            so_far_fen += refund_fen;
            let mut parts = shares(Refund { total_fen, refund_fen, so_far_fen, buyer_rest_fen }, &taken);
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

    /// What each has got back after each refund: a column of vouchers, and the buyer's.
    fn sums(all: &[Vec<i64>]) -> Vec<Vec<i64>> {
        let add = |sums: &mut Vec<i64>, parts: &Vec<i64>| {
            sums.resize(parts.len(), 0);
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            Some(sums.clone())
        };
        all.iter().scan(Vec::new(), add).collect()
    }

    #[test]
    fn parts_by_hand() {
        for (total, deducted, refunds, expect) in [
            // 8.80 × 100.00 / 100.00.
            (10_000, &[880][..], &[10_000][..], vec![vec![880, 9_120]]),
            // 8.80 × 50 / 100 = 4.40, twice.
            (10_000, &[880], &[5_000, 5_000], vec![vec![440, 4_560], vec![440, 4_560]]),
            // 8.80 × 33.33 / 100 = 2.933 → 2.93; 8.80 × 66.66 / 100 = 5.866 → 5.87, less 2.93; then the rest.
            (10_000, &[880], &[3_333, 3_333, 3_334], vec![vec![293, 3_040], vec![294, 3_039], vec![293, 3_041]]),
            // 0.01 × 50 / 100 = 0.005 → 0.01, and then nothing is left.
            (10_000, &[1], &[5_000, 5_000], vec![vec![1, 4_999], vec![0, 5_000]]),
            // 0.02 × 0.01 / 0.05 = 0.004 → 0, then 0.008 → 0.01, 0.012 → 0.01, 0.016 → 0.02, 0.02.
            (5, &[2], &[1; 5], vec![vec![0, 1], vec![1, 0], vec![0, 1], vec![1, 0], vec![0, 1]]),
            // Ten times 0.10 of 1.00, of which 0.05 is the coupon's: half a fen each. Rounded one by one it was all
            // gone after five.
            (100, &[5], &[10; 10], (0..10).map(|nth| vec![(nth + 1) % 2, 9 + nth % 2]).collect()),
            // 0.50 × 0.01 / 1.00 = 0.005 → 0.01 for each of two, of which a refund of 0.01 has one.
            (100, &[50, 50], &[1, 99], vec![vec![1, 0, 0], vec![49, 50, 0]]),
            // All of it was the coupon's.
            (10_000, &[10_000], &[1, 9_999], vec![vec![1, 0], vec![9_999, 0]]),
            (10_000, &[], &[10_000], vec![vec![10_000]]),
        ] {
            assert_eq!(refund(total, deducted, refunds), expect, "{total} {deducted:?} {refunds:?}");
        }
    }

    #[test]
    fn what_an_earlier_build_rounded_part_by_part_comes_out_even() {
        for (total, deducted, before, so_far, refunds, expect) in [
            // Five times 0.10 gave back five times 0.01; fair would have been 0.03.
            (100, 5, 5, 50, &[10, 40][..], vec![vec![0, 10], vec![0, 40]]),
            // Two times 0.10 gave 0.02 for 0.01: the third gives nothing, the fourth nothing, and so on.
            (100, 5, 2, 20, &[10, 10, 60], vec![vec![0, 10], vec![0, 10], vec![3, 57]]),
            // Four times 0.24 gave nothing, for 0.02 × 0.24 / 1.00 = 0.0048.
            (100, 2, 0, 96, &[1, 3], vec![vec![1, 0], vec![1, 2]]),
            // Nothing of the buyer's is left.
            (5, 2, 0, 3, &[1, 1], vec![vec![1, 0], vec![1, 0]]),
        ] {
            let found = refund_on(total, &[deducted], &[before], so_far, refunds);
            assert_eq!(found, expect, "{total} {deducted} {before} {so_far}");
        }
    }

    /// The amounts of refunds of about these weights, which come to all of it.
    fn by_weight(total_fen: i64, weights: &[i64]) -> Vec<i64> {
        let sum: i64 = weights.iter().sum();
        let mut refunds: Vec<i64> = weights.iter().map(|weight| total_fen * weight / sum).collect();
        refunds.push(total_fen - refunds.iter().sum::<i64>());
        refunds.retain(|&fen| 0 < fen);
        refunds
    }

    proptest! {
        #[test]
        fn refunds_are_fair_after_each_part_and_come_to_what_was_taken(
            total_fen in prop_oneof![1_i64..200, 1_i64..200_000],
            cuts in (0_i64..=1_000, 0_i64..=1_000),
            weights in prop::collection::vec(1_i64..1_000, 1..40),
        ) {
            let first = total_fen * cuts.0 / 1_000;
            let deducted = [first, (total_fen - first) * cuts.1 / 1_000];
            let refunds = by_weight(total_fen, &weights);
            let all = refund(total_fen, &deducted, &refunds);
            for (parts, refund_fen) in all.iter().zip(&refunds) {
                prop_assert_eq!(parts.iter().sum::<i64>(), *refund_fen);
                prop_assert!(parts.iter().all(|&part| 0 <= part), "{:?}", all);
            }
            let sums = sums(&all);
            let whole = [deducted[0], deducted[1], total_fen - deducted[0] - deducted[1]];
            prop_assert_eq!(sums.last().map(Vec::as_slice), Some(&whole[..]));
            let mut so_far = 0;
            for (sums, refund_fen) in sums.iter().zip(&refunds) {
                so_far += refund_fen;
                for (back, whole) in sums.iter().zip(whole) {
                    // Two that are rounded up at once wait for each other: a fen and a half off at most.
                    let off = (back * total_fen - whole * so_far).abs();
                    prop_assert!(2 * off <= 3 * total_fen, "{} of {}: {:?}", back, whole, all);
                }
            }
            // One voucher alone has exactly the rounded part, and so the buyer is within half a fen of the other.
            let mut so_far = 0;
            let alone = refund(total_fen, &deducted[..1], &refunds);
            for (sums, refund_fen) in self::sums(&alone).iter().zip(&refunds) {
                so_far += refund_fen;
                prop_assert_eq!(sums[0], (2 * deducted[0] * so_far + total_fen) / (2 * total_fen));
            }
        }

        #[test]
        fn whatever_was_given_back_before_it_comes_out_even(
            total_fen in prop_oneof![1_i64..200, 1_i64..200_000],
            cuts in (0_i64..=1_000, 0_i64..=1_000, 0_i64..=1_000),
            weights in prop::collection::vec(1_i64..1_000, 1..20),
        ) {
            let deducted = total_fen * cuts.0 / 1_000;
            let so_far = (total_fen - 1) * cuts.1 / 1_000;
            // Any part that leaves neither the voucher nor the buyer with more than there was.
            let (least, most) = ((so_far - (total_fen - deducted)).max(0), deducted.min(so_far));
            let before = least + (most - least) * cuts.2 / 1_000;
            let refunds = by_weight(total_fen - so_far, &weights);
            let all = refund_on(total_fen, &[deducted], &[before], so_far, &refunds);
            prop_assert!(all.iter().flatten().all(|&part| 0 <= part), "{:?}", all);
            let back = |at: usize| all.iter().map(|parts| parts[at]).sum::<i64>();
            prop_assert_eq!((before + back(0), so_far - before + back(1)), (deducted, total_fen - deducted));
        }
    }
}
