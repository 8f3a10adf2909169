//! `alipay.marketing.voucher.query`: how a voucher stands, what it is worth, and what it was used for.
//!
//! A voucher is used once: what an order leaves of it is lost to its holder. Its status follows its times without
//! anybody's doing.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::acts::voucher::{content, lookup};
use crate::biz::{Shape, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use domain::Refusal;
use domain::cash_voucher::CashVoucher;
use domain::id::VoucherIdText;
use domain::redemption::Standing;
use store::cash_voucher::LabelledVoucher;
use store::{Fault, Tx, trade, world};
use wire::{money, time};

/// See the module.
pub struct VoucherQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The voucher.
        voucher_id: Text<28> as "券ID",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The voucher.
        voucher_id: String,
        /// What its holder sees it called.
        name: String,
        /// The account id of its holder.
        user_id: String,
        /// The template.
        template_id: String,
        /// When it was sent.
        gmt_create: String = Shape::Date,
        /// The first moment at which it can be used.
        gmt_active: String = Shape::Date,
        /// The last second in which it can be used.
        gmt_expired: String = Shape::Date,
        /// What it takes off at most, yuan.
        total_amount: String = Shape::Amount(None),
        /// The same while it is not used, else 0.00.
        available_amount: String = Shape::Amount(None),
        /// UNACTIVE before its time, ENABLED in it, USING while an unpaid trade waits with it, USED, REFUNDED when all
        /// of its trade was given back, EXPIRED after its time, DISABLED when an operator has barred it.
        status: &'static str,
        /// Always `{}`.
        extend_info: &'static str,
        /// What it was used for and what of that was given back, oldest first.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        bill_details: Vec<Bill>,
    }
}

answer! {
    /// A use of the voucher, or what a refund gave back of it.
    pub struct Bill {
        /// The platform's number of the trade.
        trade_no: String,
        /// What the voucher took off, or what of that went back to its sponsor, yuan. Of a trade that is not paid, what
        /// it takes off at most.
        amount: String = Shape::Amount(None),
        /// S when it is done, I while the trade is not paid.
        status: &'static str,
        /// The account id of the trade's seller.
        partner_id: String,
        /// The name of the trade's merchant, where it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        partner_name: Option<String>,
        /// V_USE or V_REFUND.
        biz_type: String,
        /// When it was paid or refunded; of a trade that is not paid, when that was made.
        gmt_create: String = Shape::Date,
    }
}

impl Method for VoucherQuery {
    const NAME: &'static str = "alipay.marketing.voucher.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::VOUCHER_NOT_EXIST];
}

impl Read for VoucherQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let found = find(call, tx, &request.voucher_id)?.ok_or(Refusal::VoucherNotExist)?;
        let name = content::voucher_name(&found)?;
        let LabelledVoucher { voucher, template, amount_fen, .. } = found;
        let standing = voucher.redemption.stand(call.now);
        let available_fen = match standing {
            Standing::Unactive | Standing::Usable | Standing::Barred | Standing::Held => amount_fen,
            Standing::Used | Standing::Refunded | Standing::Expired => 0,
        };
        Ok(Response {
            voucher_id: voucher.id.to_text(),
            name,
            template_id: template.to_text(),
            gmt_create: time::format(voucher.id.created_at),
            gmt_active: time::format(voucher.redemption.starts_at),
            gmt_expired: time::format(voucher.redemption.ends_at),
            total_amount: money::format(amount_fen),
            available_amount: money::format(available_fen),
            status: standing.name(),
            extend_info: "{}",
            bill_details: bills(tx, &voucher, amount_fen, standing)?,
            user_id: voucher.user_id,
        })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}

/// A voucher of one of the merchant's templates. A foreign one is as unknown as none.
fn find(call: &Call, tx: &mut Tx, voucher_id: &str) -> Result<Option<LabelledVoucher>, Fault> {
    let Some(id) = VoucherIdText::parse(voucher_id) else { return Ok(None) };
    Ok(lookup::find_labelled(tx, id)?.filter(|found| found.pid == call.pid()))
}

/// What the voucher's one trade did with it.
fn bills(tx: &mut Tx, voucher: &CashVoucher, amount_fen: i64, standing: Standing) -> Result<Vec<Bill>, Fault> {
    let has_one = matches!(standing, Standing::Held | Standing::Used | Standing::Refunded);
    let Some(number) = voucher.redemption.trade.filter(|_| has_one) else { return Ok(Vec::new()) };
    let trade = trade::get(tx, number)?.ok_or_else(|| Fault::bug("a voucher of a trade that is gone"))?;
    let partner_name = world::merchant_name(tx, &trade.pid)?;
    let bill = |status: &'static str, biz_type: String, fen: i64, at: i64| Bill {
        trade_no: trade.trade_no(),
        amount: money::format(fen),
        status,
        partner_id: trade.seller_id.clone(),
        partner_name: partner_name.clone(),
        biz_type,
        gmt_create: time::format(at),
    };
    if standing == Standing::Held {
        return Ok(vec![bill("I", "V_USE".to_owned(), amount_fen, trade.no.created_at)]);
    }
    let bills = trade::bills(tx, voucher.id.number)?;
    Ok(bills.into_iter().map(|trade::Bill { kind, amount_fen, at, .. }| bill("S", kind, amount_fen, at)).collect())
}
