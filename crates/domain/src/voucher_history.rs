//! Vouchers that members received, and may have redeemed, elsewhere: what a merchant's file says of them.

/// A voucher as a row of a file says it. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedVoucher {
    /// The number that it has; one of its merchant's has it.
    pub voucher_no: String,
    /// Who received it.
    pub user_id: String,
    /// When.
    pub received_at: i64,
    /// When it was redeemed, not before it was received; `None` as long as that is not known.
    pub redeemed_at: Option<i64>,
}

/// What a row of a voucher that is known says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Nothing new.
    Same,
    /// That it has been redeemed since.
    Redeemed,
    /// That another user received it.
    OtherUser,
    /// That it was received at another time.
    OtherReceivedAt,
    /// That it was redeemed at another time.
    OtherRedeemedAt,
}

impl ImportedVoucher {
    /// What `row`, which has the same number, says of this voucher. A row without a time of redemption says nothing of
    /// it: merchants export what they gave out and what was redeemed in different files, and on different days.
    pub fn again(&self, row: &ImportedVoucher) -> Again {
        if row.user_id != self.user_id {
            return Again::OtherUser;
        }
        if row.received_at != self.received_at {
            return Again::OtherReceivedAt;
        }
        match (self.redeemed_at, row.redeemed_at) {
            (_, None) => Again::Same,
            (None, Some(_)) => Again::Redeemed,
            (Some(before), Some(now)) if before == now => Again::Same,
            (Some(_), Some(_)) => Again::OtherRedeemedAt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_comes_again_is_the_same_or_redeemed_or_contradicts() {
        let row = |user_id: &str, received_at, redeemed_at| ImportedVoucher {
            voucher_no: "1".to_owned(),
            user_id: user_id.to_owned(),
            received_at,
            redeemed_at,
        };
        let (open, over) = (row("a", 1, None), row("a", 1, Some(2)));
        for (known, again, expect) in [
            (&open, row("a", 1, None), Again::Same),
            (&open, row("a", 1, Some(1)), Again::Redeemed),
            (&over, row("a", 1, Some(2)), Again::Same),
            (&over, row("a", 1, None), Again::Same),
            (&over, row("a", 1, Some(3)), Again::OtherRedeemedAt),
            (&open, row("b", 1, None), Again::OtherUser),
            (&over, row("b", 1, Some(2)), Again::OtherUser),
            (&open, row("a", 2, Some(3)), Again::OtherReceivedAt),
            (&over, row("a", 0, None), Again::OtherReceivedAt),
        ] {
            assert_eq!(known.again(&again), expect, "{known:?} {again:?}");
        }
    }
}
