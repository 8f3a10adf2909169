//! Crowd groups of shops: conditions on what users did, and which of them a user meets.

pub mod condition_query;
pub mod condition_set;

use super::{Answer, Call};
use crate::biz::invalid;
use store::Tx;
use store::crowd_group::Owner;

/// Whose groups a call is about: the calling app's, for a shop of the merchant. A foreign shop is as unknown as none.
fn owner<'a>(call: &'a Call, tx: &mut Tx, shop_id: &'a str) -> Answer<Owner<'a>> {
    let is_own = store::world::shop(tx, shop_id)?.is_some_and(|shop| shop.pid == call.pid());
    if is_own {
        Ok(Owner { pid: call.pid(), shop_id, app_id: &call.caller.app_id })
    } else {
        Err(invalid("shop_id", "门店不存在或不属于该商户").into())
    }
}
