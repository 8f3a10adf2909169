//! What a coupon's page may say beside the rules: terms, details, a slogan. All of it is kept and given back.

use crate::biz::{List, Objects, Text, biz};

biz! {
    /// Some terms under a title.
    pub struct ClauseTerm {
        /// The title.
        title: Option<Text<64>>,
        /// The terms.
        descriptions: Option<List<Text<256>>>,
    }
}

biz! {
    /// Some details under a title.
    pub struct DescDetail {
        /// The title.
        title: Option<Text<64>>,
        /// The details.
        details: Option<List<Text<256>>>,
        /// Addresses of pictures.
        images: Option<List<Text<512>>>,
        /// The address of a page that says more.
        url: Option<Text<512>>,
    }
}

biz! {
    /// How it is advertised.
    pub struct DisplayConfig {
        /// A slogan; required where the activity has a crowd and the channel PAYMENT_RESULT or SHOP_DETAIL.
        slogan: Option<Text<64>>,
        /// The id of a picture; required where the activity has a crowd and the channel SHOP_DETAIL.
        slogan_img: Option<Text<64>>,
    }
}

/// All terms.
pub type ClauseTerms = Objects<ClauseTerm>;
/// All details.
pub type DescDetails = Objects<DescDetail>;
