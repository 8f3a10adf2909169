//! `recruit_tool`: which other merchants' shops are asked to join. It is kept and given back; nobody is asked.

use super::shop_ids::ShopIds;
use crate::biz::{Date, Flag, Objects, Text, biz};

biz! {
    /// The recruitment.
    pub struct RecruitTool {
        /// From when on.
        start_time: Option<Date>,
        /// Until when.
        end_time: Option<Date>,
        /// Whether the activity's own shops need not be asked.
        exclude_constraint_shops: Option<Flag>,
        /// Who is asked.
        pid_shops: Option<Objects<PidShops>>,
    }
}

biz! {
    /// A merchant and its shops.
    pub struct PidShops {
        /// The merchant.
        pid: Text<16>,
        /// Its shops.
        shop_ids: ShopIds,
    }
}
