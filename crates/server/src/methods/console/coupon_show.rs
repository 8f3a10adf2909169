//! `punchcard.coupon.show`: one coupon that a member has, by its `voucher_id`.

use super::{Argument, not_found};
use crate::acts::coupon::tool::Coupon;
use crate::answer::Answer;
use crate::biz::biz;
use crate::links;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::id::VoucherIdText;
use domain::redemption::Standing;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, activity};
use wire::time;

/// See the module.
pub struct CouponShow;

biz! {
    /// The request.
    pub struct Request {
        /// The coupon's id.
        voucher_id: Argument,
    }
}

/// A member's coupon. Times are as the wire has them; what is not known yet is absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CouponView {
    voucher_id: String,
    name: String,
    pid: String,
    user_id: String,
    status: String,
    gmt_create: String,
    gmt_active: String,
    gmt_expired: String,
    /// The trade that holds the coupon, or was paid with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_no: Option<String>,
    /// The end of that trade's hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gmt_used: Option<String>,
    /// The address of its page.
    voucher_uri: String,
}

impl Method for CouponShow {
    const NAME: &'static str = "punchcard.coupon.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = CouponView;
}

impl OperatorRead for CouponShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<CouponView> {
        let (app, site) = (call.app.clone(), call.app.site.asking());
        let text = VoucherIdText::parse(&request.voucher_id).ok_or_else(|| not_found("no such voucher"))?;
        let find = move |tx: &mut Tx| {
            let found = store::coupon::get(tx, text.number)?.filter(|issued| text.names(issued.id));
            let Some(issued) = found else { return Ok(None) };
            let tool = issued.tool.map(|tool| activity::tool(tx, tool)).transpose()?.flatten();
            let name = tool.map(|tool| Coupon::of(&tool)).transpose()?.map(|coupon| coupon.name);
            let trade = issued.redemption.trade.map(|trade| store::trade::get(tx, trade)).transpose()?.flatten();
            Ok::<_, Fault>(Some((issued, name, trade, site(tx)?)))
        };
        let found = app.store.read(find).await?;
        let (issued, name, trade, base_url) = found.ok_or_else(|| not_found("no such voucher"))?;
        let stand = issued.redemption.stand(app.clock.now());
        // A hold that has ended holds nothing.
        let has_it = matches!(stand, Standing::Held | Standing::Used | Standing::Refunded);
        Ok(CouponView {
            voucher_id: issued.id.to_text(),
            name: name.unwrap_or_default(),
            status: stand.name().to_owned(),
            gmt_create: time::format(issued.id.created_at),
            gmt_active: time::format(issued.redemption.starts_at),
            gmt_expired: time::format(issued.redemption.ends_at),
            trade_no: trade.filter(|_| has_it).map(|trade| trade.trade_no()),
            held_until: issued.redemption.held_until.filter(|_| has_it).map(time::format),
            gmt_used: issued.redemption.used_at.map(time::format),
            voucher_uri: base_url + &links::voucher(&app.master_key, issued.id),
            pid: issued.pid,
            user_id: issued.user_id,
        })
    }
}
