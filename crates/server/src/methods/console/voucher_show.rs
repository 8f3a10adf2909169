//! `punchcard.voucher.show`: one coupon or cash voucher that somebody has, by its `voucher_id`.

use super::{Argument, not_found};
use crate::acts::coupon::tool::Coupon;
use crate::acts::voucher::{content, lookup};
use crate::answer::Answer;
use crate::app::App;
use crate::biz::biz;
use crate::links;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::cash_voucher::CashVoucher;
use domain::id::{TemplateId, VoucherId, VoucherIdText};
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::{Redemption, Standing};
use serde::{Deserialize, Serialize};
use store::cash_voucher::LabelledVoucher;
use store::{Fault, Tx, activity, coupon};
use wire::time;

/// See the module.
pub struct VoucherShow;

biz! {
    /// The request.
    pub struct Request {
        /// The id.
        voucher_id: Argument,
    }
}

/// A coupon or cash voucher. Times are as the wire has them; what is not known yet is absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VoucherView {
    voucher_id: String,
    name: String,
    /// The template of a cash voucher.
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<String>,
    /// The merchant that gives it.
    pid: String,
    user_id: String,
    pub(super) status: String,
    gmt_create: String,
    gmt_active: String,
    gmt_expired: String,
    /// The trade that holds it, or was paid with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_no: Option<String>,
    /// The end of that trade's hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gmt_used: Option<String>,
    /// The address of its holder's page.
    voucher_uri: String,
}

impl Method for VoucherShow {
    const NAME: &'static str = "punchcard.voucher.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = VoucherView;
}

impl OperatorRead for VoucherShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<VoucherView> {
        view(&call.app, &request.voucher_id).await
    }
}

/// How the coupon or cash voucher with this id stands.
pub async fn view(app: &App, voucher_id: &str) -> Answer<VoucherView> {
    let site = app.site.asking();
    let text = VoucherIdText::parse(voucher_id).ok_or_else(|| not_found("no such voucher"))?;
    let find = move |tx: &mut Tx| {
        let Some(found) = find(tx, text)? else { return Ok(None) };
        let trade = found.redemption.trade.map(|trade| store::trade::get(tx, trade)).transpose()?.flatten();
        Ok::<_, Fault>(Some((found, trade, site(tx)?)))
    };
    let found = app.store.read(find).await?;
    let (found, trade, base_url) = found.ok_or_else(|| not_found("no such voucher"))?;
    let Found { id, name, pid, user_id, template, redemption } = found;
    let stand = redemption.stand(app.clock.now());
    // A hold that has ended holds nothing.
    let has_it = matches!(stand, Standing::Held | Standing::Used | Standing::Refunded);
    Ok(VoucherView {
        voucher_id: id.to_text(),
        name,
        template_id: template.map(TemplateId::to_text),
        status: stand.name().to_owned(),
        gmt_create: time::format(id.created_at),
        gmt_active: time::format(redemption.starts_at),
        gmt_expired: time::format(redemption.ends_at),
        trade_no: trade.filter(|_| has_it).map(|trade| trade.trade_no()),
        held_until: redemption.held_until.filter(|_| has_it).map(time::format),
        gmt_used: redemption.used_at.map(time::format),
        voucher_uri: base_url + &links::voucher(&app.master_key, id),
        pid,
        user_id,
    })
}

/// A coupon or cash voucher, as far as it is shown.
struct Found {
    id: VoucherId,
    name: String,
    /// The merchant that gives it.
    pid: String,
    user_id: String,
    /// The template of a cash voucher.
    template: Option<TemplateId>,
    redemption: Redemption,
}

fn find(tx: &mut Tx, text: VoucherIdText) -> Result<Option<Found>, Fault> {
    if let Some(issued) = coupon::get(tx, text.number)?.filter(|issued| text.names(issued.id)) {
        let tool = issued.tool.map(|tool| activity::tool(tx, tool)).transpose()?.flatten();
        let name = tool.map(|tool| Coupon::of(&tool)).transpose()?.map(|coupon| coupon.name).unwrap_or_default();
        let IssuedCoupon { id, pid, user_id, redemption, .. } = issued;
        return Ok(Some(Found { id, name, pid, user_id, template: None, redemption }));
    }
    let Some(found) = lookup::find_labelled(tx, text)? else { return Ok(None) };
    let name = content::voucher_name(&found)?;
    let LabelledVoucher { voucher, template, pid, .. } = found;
    let CashVoucher { id, user_id, redemption, .. } = voucher;
    Ok(Some(Found { id, name, pid, user_id, template: Some(template), redemption }))
}
