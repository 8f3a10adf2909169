//! Buckets: the first column of every table that grows with members.
//!
//! The bucket of a pair of texts is fixed for ever, for it is part of every id and of every key that was ever stored:
//!
//! 1. FNV-1a, 64 bits, over the bytes of the first text, one byte `0xFF` (which UTF-8 never contains), and the bytes of
//!    the second text: `h = 0xcbf29ce484222325`, then for each byte `h = (h ^ byte) * 0x100000001b3` modulo 2⁶⁴;
//! 2. the finaliser of MurmurHash3, because the low bits of FNV alone are poor: `h ^= h >> 33; h *= 0xff51afd7ed558ccd;
//!    h ^= h >> 33; h *= 0xc4ceb9fe1a85ec53; h ^= h >> 33`;
//! 3. the low ten bits.
//!
//! On SQLite every statement binds 0 instead: there 1,024 buckets would scatter every insert over 1,024 places.

use domain::id::BUCKET_BITS;

/// How many buckets there are.
pub const BUCKETS: u16 = 1 << BUCKET_BITS;

/// A bucket, 0..1024. As a parameter of a statement it is what the engine at hand wants in the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u16);

impl Bucket {
    /// The bucket that an id carries in its low bits.
    pub fn of_id(id: i64) -> Bucket {
        let low = id & i64::from(BUCKETS - 1);
        Bucket(u16::try_from(low).expect("ten bits"))
    }

    /// The id in this bucket that has this number ([`Store::next_numbers`](crate::Store::next_numbers)).
    pub fn id(self, number: i64) -> i64 {
        number << BUCKET_BITS | i64::from(self.0)
    }

    /// 0..1024.
    pub fn number(self) -> u16 {
        self.0
    }
}

/// The bucket of what a merchant has with one user; of the merchant's own growing things with `user` empty; of the user
/// alone with `merchant` empty.
pub fn bucket_of(merchant: &str, user: &str) -> Bucket {
    let low = hash(merchant, user) & u64::from(BUCKETS - 1);
    Bucket(u16::try_from(low).expect("ten bits"))
}

/// The bucket of a key from outside that must be unique within its scope.
pub fn bucket_of_key(scope: &str, key: &str) -> Bucket {
    bucket_of(scope, key)
}

/// The whole hash, before the bucket is taken out of it; also the checksum of a migration's text.
pub(crate) fn hash(first: &str, second: &str) -> u64 {
    let separated = first.bytes().chain([0xFF]).chain(second.bytes());
    let fnv = separated.fold(0xcbf2_9ce4_8422_2325_u64, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let h = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_what_they_have_always_been() {
        for (merchant, user, expect) in [
            ("", "", 215),
            ("2088201914979011", "", 524),
            ("", "2088102146931393", 947),
            ("2088201914979011", "2088102146931393", 164),
            ("2088201914979011", "2088102146931394", 395),
            ("2088102146931393", "2088201914979011", 532),
            ("a", "bc", 800),
            ("ab", "c", 963),
            ("花果山超市", "悟空", 766),
            ("2088201914979011/koubei.marketing.campaign.crowd.create", "1331313113313", 469),
        ] {
            assert_eq!(bucket_of(merchant, user).number(), expect, "{merchant} {user}");
        }
    }

    #[test]
    fn the_users_of_one_merchant_are_spread_evenly() {
        let mut sizes = [0_u32; BUCKETS as usize];
        for user in 0..1_024_000_u64 {
            let bucket = bucket_of("2088201914979011", &format!("2088{user:012}"));
            sizes[usize::from(bucket.number())] += 1;
        }
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        // A thousand each, give or take four or five standard deviations of 32.
        assert!((840..1_000).contains(least) && (1_000..1_160).contains(most), "{least} {most}");
    }

    #[test]
    fn an_id_tells_its_bucket() {
        let bucket = bucket_of("2088201914979011", "");
        assert_eq!(Bucket::of_id(77 << BUCKET_BITS | i64::from(bucket.number())), bucket);
    }
}
