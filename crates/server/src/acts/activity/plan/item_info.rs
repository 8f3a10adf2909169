//! `item_info`: the goods that a coupon is for.

use crate::biz::{List, Text, WholeNumber, Yuan, biz, invalid};
use domain::coupon::Items;
use wire::Rejection;

biz! {
    /// The goods.
    pub struct ItemInfo {
        /// The merchant's numbers of the goods, as `goods_detail` of a trade has them; one at least.
        item_ids: List<Text<64>, 500>,
        /// What the goods are called.
        item_name: Option<Text<64>>,
        /// What the coupon does for the goods, in words.
        item_text: Option<Text<256>>,
        /// The ids of pictures.
        item_imgs: Option<List<Text<64>, 3>>,
        /// The address of a page that says more.
        item_link: Option<Text<512>>,
        /// The price of one piece without the coupon, yuan; required for REDUCETO.
        original_price: Option<Yuan<16>>,
        /// The most pieces of each of the goods that are discounted.
        max_discount_num: Option<WholeNumber<99_999_999>>,
        /// The least pieces of one of the goods that must be bought.
        min_consume_num: Option<WholeNumber<99_999_999>>,
        /// The most pieces of all goods together that are discounted.
        total_max_discount_num: Option<WholeNumber<99_999_999>>,
        /// The least amount that must be spent on the goods, yuan.
        sku_min_consume: Option<Yuan<16>>,
    }
}

impl ItemInfo {
    /// What decides about goods; `at` is its path.
    pub fn items(&self, at: &str) -> Result<Items, Rejection> {
        let ids = self.item_ids.some().map_err(|reason| invalid(&format!("{at}.item_ids"), reason))?;
        Ok(Items {
            ids: ids.iter().map(|id| id.to_string()).collect(),
            original_price_fen: self.original_price.as_ref().map(|price| price.fen),
            max_discount_num: self.max_discount_num.map(|it| it.0),
            min_consume_num: self.min_consume_num.map(|it| it.0),
            total_max_discount_num: self.total_max_discount_num.map(|it| it.0),
            sku_min_consume_fen: self.sku_min_consume.as_ref().map_or(0, |least| least.fen),
        })
    }
}
