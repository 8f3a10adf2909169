//! `recruit_tool`: which other merchants' shops are asked to join. It is kept and given back; nobody is asked.

use super::shop_ids::ShopIds;
use crate::biz::{Date, Flag, Objects, Text, biz};

biz! {
    /// The recruitment.
    pub struct RecruitTool {
        /// When the recruitment begins.
        start_time: Option<Date>,
        /// When the recruitment ends.
        end_time: Option<Date>,
        /// Whether the activity's own shops need not be asked.
        exclude_constraint_shops: Option<Flag>,
        /// The merchants that are asked. Not given back.
        pid_shops: Option<Objects<PidShops>>,
    }
}

biz! {
    /// A merchant and its shops.
    pub struct PidShops {
        /// The merchant, by its account id.
        pid: Text<16>,
        /// The ids of its shops.
        shop_ids: ShopIds,
    }
}
