//! `koubei.marketing.tool.points.update`: changes what points a user has on a merchant's card.
//!
//! DEPOSIT gives points for a payment, CONSUME spends them, FREEZE sets them aside until COMMIT spends or CANCEL
//! returns them.
//!
//! Refusals are looked for in this order: a wrong, missing or forbidden field; the `req_id` was used with other
//! content; the card is not the merchant's; nobody has the `user_id`; the card has ended, or for a DEPOSIT the activity
//! does not run; for a DEPOSIT the shop, then the trade, then whether the trade has brought its points; for all else
//! whether the user has points on the card; for COMMIT and CANCEL whether the freeze exists, waits and has this amount;
//! last, whether the points suffice.
//!
//! # Repeats
//!
//! A call with the same `req_id` for the same card and with the same content is answered with the first `point_log_no`
//! and changes nothing. Other content is `REQ_ID_CONFLICT`. A refused call uses up no `req_id`.

use super::{Points, TransType, card};
use crate::biz::{ABSENT, Text, answer, biz, invalid};
use crate::methods::{Answer, Call, Doors, Key, Method, Need, Recomputed, SubCode, fingerprint, refusals};
use crate::world::Options;
use domain::Refusal;
use domain::id::{PointLogNo, PointLogNoText};
use domain::points::{Amount, Card, Kind};
use domain::trade::Status;
use store::idempotency::{self, Claim};
use store::points::Entry;
use store::{Fault, Tx, points, world};

/// See the module.
pub struct PointsUpdate;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The caller's serial number; the idempotency key, within the card.
        req_id: Text<32>,
        /// The user whose points change.
        user_id: Text<32>,
        /// The card: `promo_tools[].voucher_no` of its activity.
        activity_account: Text<32>,
        /// What happens to the points; read in any case.
        trans_type: TransType,
        /// How many points. Required, but for COMMIT and CANCEL: those are for all points of the FREEZE, and a number
        /// that is given must be that.
        trans_amount: Option<Points>,
        /// The shop where the payment of a DEPOSIT was made; required there.
        shop_id: Option<Text<32>>,
        /// For DEPOSIT the `trade_no` of the payment, for COMMIT and CANCEL the `point_log_no` of the FREEZE; required
        /// there, forbidden otherwise.
        biz_no: Option<Text<64>>,
        /// A note. Kept.
        memo: Option<Text<256>>,
        /// Kept; nothing reads it.
        ext_info: Option<Text<1024>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The number of the change in the log of points; of a FREEZE, what COMMIT and CANCEL name.
        point_log_no: String,
    }
}

impl Method for PointsUpdate {
    const NAME: &'static str = "koubei.marketing.tool.points.update";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::REQ_ID_CONFLICT,
        refusals::POINT_ACCOUNT_NOT_EXIST,
        refusals::USER_NOT_EXIST,
        refusals::CAMPAIGN_STATUS_ERROR,
        refusals::SHOP_NOT_EXIST,
        refusals::POINT_TRADE_NOT_EXIST,
        refusals::POINT_TRADE_ALREADY_DEPOSITED,
        refusals::POINT_LOG_NOT_EXIST,
        refusals::POINT_FREEZE_STATUS_ERROR,
        refusals::POINT_NOT_ENOUGH,
    ];
}

impl Recomputed for PointsUpdate {
    const NEW_IDS: u16 = 1;

    /// What is to be done, and the new entry of the log.
    type Checked<'a> = (Movement<'a>, PointLogNo);

    fn check<'a>(call: &Call, _: &mut Tx, request: &'a Request) -> Answer<(Movement<'a>, PointLogNo)> {
        let movement = Movement::of(request)?;
        let bucket = points::bucket(call.pid(), &request.user_id);
        Ok((movement, PointLogNo::new(call.now, call.new_id(0, bucket))))
    }

    fn key<'a>(call: &Call, request: &'a Request, (_, no): &(Movement<'a>, PointLogNo)) -> Key<'a> {
        Key {
            scope: idempotency::scope(&[Self::NAME, call.pid(), &request.activity_account]),
            key: &request.req_id,
            fingerprint: fingerprint(request),
            id: no.number,
        }
    }

    fn handle(
        call: &Call,
        tx: &mut Tx,
        request: &Request,
        (movement, no): (Movement<'_>, PointLogNo),
        claim: Claim,
    ) -> Answer<Response> {
        let no = match claim {
            Claim::New => {
                change(call, tx, request, movement, no)?;
                no
            }
            Claim::Again(number) => PointLogNo::new(points::entered_at(tx, number)?, number),
            Claim::Other(_) => return Err(refusals::REQ_ID_CONFLICT.into()),
        };
        Ok(Response { point_log_no: no.to_text() })
    }
}

/// How points move: each kind with the fields that it needs.
#[derive(Clone, Copy)]
pub enum Movement<'a> {
    Deposit { amount: Amount, shop_id: &'a str, trade_no: &'a str },
    Take(Amount),
    End { freeze: &'a str, stated: Option<Amount> },
}

impl Movement<'_> {
    /// Holds the fields against the kind: what it needs is there, what it forbids is not.
    fn of(request: &Request) -> Result<Movement<'_>, wire::Rejection> {
        let Request { trans_type: TransType(kind), trans_amount, shop_id, biz_no, .. } = request;
        let stated = trans_amount.map(|Points(amount)| amount);
        let amount = stated.ok_or_else(|| invalid("trans_amount", ABSENT));
        let biz_no = biz_no.as_deref();
        match kind {
            Kind::Deposit => Ok(Movement::Deposit {
                amount: amount?,
                shop_id: shop_id.as_deref().ok_or_else(|| invalid("shop_id", ABSENT))?,
                trade_no: biz_no.ok_or_else(|| invalid("biz_no", ABSENT))?,
            }),
            Kind::Consume | Kind::Freeze if biz_no.is_some() => {
                Err(invalid("biz_no", &format!("交易类型为{}时不允许传入", kind.name())))
            }
            Kind::Consume | Kind::Freeze => Ok(Movement::Take(amount?)),
            Kind::Commit | Kind::Cancel => {
                Ok(Movement::End { freeze: biz_no.ok_or_else(|| invalid("biz_no", ABSENT))?, stated })
            }
        }
    }
}

/// Does it, as the entry `no` of the log.
fn change(call: &Call, tx: &mut Tx, request: &Request, movement: Movement<'_>, no: PointLogNo) -> Answer<()> {
    let card = card(tx, call.pid(), &request.activity_account)?;
    let done = change_on(&card, call, tx, request, movement, no);
    let Err(store::Stop::Refused(refusal)) = done else { return Ok(done?) };
    // Who has points was known when they were given, so what succeeds need not ask.
    if world::account(tx, &request.user_id)?.is_none() {
        return Err(Refusal::UserNotExist.into());
    }
    let ends = matches!(movement, Movement::End { .. });
    if ends && refusal == Refusal::PointLogNotExist {
        let account = points::account(tx, call.pid(), card.id.number, &request.user_id)?;
        account.ok_or(Refusal::PointAccountNotExist)?;
    }
    Err(refusal.into())
}

fn change_on(
    card: &Card,
    call: &Call,
    tx: &mut Tx,
    request: &Request,
    movement: Movement<'_>,
    no: PointLogNo,
) -> Result<(), store::Stop> {
    let TransType(kind) = request.trans_type;
    card.is_open(call.now)?;
    let (amount, freeze) = match movement {
        Movement::Deposit { amount, shop_id, trade_no } => {
            may_deposit(card, call, tx, request, shop_id, trade_no)?;
            // Whatever the req_id: one trade brings points on one card once.
            let scope = points::deposit_scope(card.id.number);
            if idempotency::claim(tx, &scope, trade_no, &[0; 32], no.number, call.now)? != Claim::New {
                return Err(Refusal::PointTradeAlreadyDeposited.into());
            }
            (amount, None)
        }
        Movement::Take(amount) => (amount, None),
        Movement::End { freeze, stated } => {
            let frozen = PointLogNoText::parse(freeze).map(|text| (text, points::frozen(tx, text.number)));
            let frozen = match frozen {
                Some((text, found)) => found?.filter(|frozen| text.names(frozen.no)),
                None => None,
            };
            let own = frozen.filter(|it| it.card == card.id.number && it.user_id == *request.user_id);
            let frozen = own.ok_or(Refusal::PointLogNotExist)?;
            let amount = frozen.freeze.end(stated)?;
            if !points::end(tx, frozen.no.number)? {
                // Somebody else was faster.
                return Err(Refusal::PointFreezeStatusError.into());
            }
            (amount, Some(frozen.no.number))
        }
    };
    let entry = Entry {
        no,
        pid: call.pid(),
        card: card.id.number,
        user_id: &request.user_id,
        kind,
        amount,
        biz_no: request.biz_no.as_deref(),
        freeze,
        shop_id: request.shop_id.as_deref(),
        memo: request.memo.as_deref(),
        ext_info: request.ext_info.as_deref(),
        cause: call.cause(),
    };
    points::change(tx, &entry)
}

/// Whether this payment may bring points.
fn may_deposit(
    card: &Card,
    call: &Call,
    tx: &mut Tx,
    request: &Request,
    shop_id: &str,
    trade_no: &str,
) -> Result<(), store::Stop> {
    if world::account(tx, &request.user_id)?.is_none() {
        return Err(Refusal::UserNotExist.into());
    }
    let activity = store::activity::get(tx, card.activity)?.ok_or_else(|| Fault::bug("a card without an activity"))?;
    if !activity.running(call.now) {
        return Err(Refusal::CampaignStatusError.into());
    }
    if !store::activity::has_shop(tx, card.activity, shop_id)? {
        return Err(Refusal::ShopNotExist.into());
    }
    // Where payments run elsewhere, nothing is known of them.
    if !Options::of(tx, call.pid())?.trade_check {
        return Ok(());
    }
    let trade = store::trade::find(tx, call.pid(), trade_no)?.filter(|trade| trade.buyer_id == *request.user_id);
    match trade.map(|trade| trade.status) {
        Some(Status::TradeSuccess | Status::TradeFinished) => Ok(()),
        Some(Status::WaitBuyerPay | Status::TradeClosed) | None => Err(Refusal::PointTradeNotExist.into()),
    }
}
