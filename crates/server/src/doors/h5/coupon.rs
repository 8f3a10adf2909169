//! `/h5/coupon?itemId=…&token=…&outBizNo=…&type=pointcard`: shows the coupon that a token is for, and gives it
//! (page.coupon-claim).
//!
//! Nobody logs in: the token is the credential, and it names the user. Looking changes nothing. Who presses the button
//! twice, or on two devices at once, takes once; a token that was used shows what it gave.

mod face;
mod notice;
mod opened;
mod take;

use super::{Seen, Visit, form, is_plain, query};
use crate::app::App;
use crate::pages::apology::Apology;
use crate::pages::coupon::Stage;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use domain::Refusal;
use domain::id::ItemIdText;
use opened::Opened;
use serde::Deserialize;
use std::sync::Arc;
use store::{Fault, Tx};

/// Shows the page.
pub async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(app.clone(), &request);
    let ticket = Ticket::read(request.uri());
    let address = ticket.as_ref().map_or_else(|| request.uri().path().to_owned(), Ticket::address);
    let seen = look(&app, &visit, ticket).await;
    visit.answer(&address, seen)
}

/// Takes the form, which says nothing but that the button was pressed. Whatever comes of it, the page tells.
pub async fn claim(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(app.clone(), &request);
    let Some(ticket) = Ticket::read(request.uri()) else {
        return visit.answer(request.uri().path(), Err(Apology::Unknown));
    };
    let taken = press(&app, &visit, &ticket, request).await;
    visit.answer(&ticket.address(), taken.map(|()| Seen::Taken))
}

/// What an address says. Whether that is so, the store decides.
#[derive(Clone)]
pub struct Ticket {
    item: String,
    token: String,
    out_biz_no: String,
    buyer_id: Option<String>,
    shop_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    item_id: Option<String>,
    /// The same as the activity's channel may write it (AMBIGUITIES 29).
    #[serde(rename = "item_id")]
    item: Option<String>,
    token: String,
    out_biz_no: String,
    buyer_id: Option<String>,
    shop_id: Option<String>,
    r#type: String,
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
}

impl Ticket {
    fn read(uri: &Uri) -> Option<Ticket> {
        let Asked { item_id, item, token, out_biz_no, buyer_id, shop_id, r#type } = query(uri)?;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let item = match (filled(item_id), filled(item)) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.or(other)?,
        };
        let (buyer_id, shop_id) = (filled(buyer_id), filled(shop_id));
        let plain = |text: &str, bytes_max: usize| !text.is_empty() && text.len() <= bytes_max && is_plain(text);
        let whole = plain(&item, 32)
            && plain(&token, 64)
            && buyer_id.as_deref().is_none_or(|buyer_id| plain(buyer_id, 16))
            && shop_id.as_deref().is_none_or(|shop_id| plain(shop_id, 28))
            && (1..=64).contains(&out_biz_no.chars().count())
            && !out_biz_no.chars().any(char::is_control)
            && r#type == "pointcard";
        whole.then_some(Ticket { item, token, out_biz_no, buyer_id, shop_id })
    }

    fn address(&self) -> String {
        let Ticket { item, token, out_biz_no, buyer_id, shop_id } = self;
        let maybe = |name: &str, value: &Option<String>| {
            value.as_ref().map_or_else(String::new, |value| format!("&{name}={value}"))
        };
        let (buyer, shop) = (maybe("buyerId", buyer_id), maybe("shopId", shop_id));
        let out_biz_no = wire::percent_encoded(out_biz_no);
        format!("/h5/coupon?itemId={item}&token={token}&outBizNo={out_biz_no}{buyer}{shop}&type=pointcard")
    }

    /// What this platform vouches for in the page's form.
    fn form(&self) -> String {
        format!("coupon/{}/{}/{}", self.item, self.token, self.out_biz_no)
    }

    /// What the address opens. The user that it names must be the token's; the shop, one of the activity's.
    fn open(&self, tx: &mut Tx) -> Result<Result<Opened, Apology>, Fault> {
        let Some(opened) = Opened::load(tx, &self.token)? else { return Ok(Err(Apology::Token)) };
        if self.item(&opened).is_none() || self.buyer_id.as_ref().is_some_and(|id| *id != opened.token.user_id) {
            return Ok(Err(Apology::Token));
        }
        if let Some(shop_id) = &self.shop_id
            && !store::activity::has_shop(tx, opened.activity.id.number, shop_id)?
        {
            return Ok(Err(Apology::Unknown));
        }
        Ok(Ok(opened))
    }

    /// The number of the activity whose page this is, if that is the token's.
    fn item(&self, opened: &Opened) -> Option<i64> {
        let item = ItemIdText::parse(&self.item)?;
        item.names(opened.activity.item_id()).then_some(item.number)
    }
}

async fn look(app: &Arc<App>, visit: &Visit, ticket: Option<Ticket>) -> Result<Seen, Apology> {
    visit.admit()?;
    let ticket = ticket.ok_or(Apology::Unknown)?;
    let (now, owner) = (app.clock.now(), app.clone());
    let (action, csrf) = (visit.in_lang(&ticket.address()), app.master_key.vouch(&ticket.form()));
    let read = move |tx: &mut Tx| match ticket.open(tx)? {
        Ok(opened) => {
            let form = face::Form { action: &action, csrf: &csrf, key: &owner.master_key };
            face::coupon(tx, &opened, ticket.shop_id.as_deref(), &form, now)
        }
        Err(apology) => Ok(Err(apology)),
    };
    let mut coupon = app.store.read(read).await.map_err(|failure: Fault| visit.failed(&failure))??;
    if let Stage::Taken(held) = &mut coupon.stage {
        held.iter_mut().for_each(|held| held.page = visit.in_lang(&held.page));
    }
    Ok(Seen::Page(Box::new(move |shell| coupon.page(shell))))
}

async fn press(app: &Arc<App>, visit: &Visit, ticket: &Ticket, request: Request) -> Result<(), Apology> {
    visit.admit()?;
    let sent: Sent = form(request).await?;
    if !app.master_key.vouched(&ticket.form(), &sent.csrf) {
        return Err(Apology::BadForm);
    }
    let failed = |failure: Fault| visit.failed(&failure);
    let first_number = app.store.next_numbers(take::NEW_IDS).await.map_err(failed)?;
    let (now, ticket) = (app.clock.now(), ticket.clone());
    let write = move |tx: &mut Tx| take::take(tx, &ticket, first_number, now);
    match app.store.write(write).await {
        Ok(()) | Err(take::Halt::Before) => Ok(()),
        Err(take::Halt::Refused(Refusal::TokenInvalid)) => Err(Apology::Token),
        // The page sees why not by itself.
        Err(take::Halt::Refused(_)) => Ok(()),
        Err(take::Halt::Wrong(apology)) => Err(apology),
        Err(take::Halt::Fault(failure)) => Err(failed(failure)),
    }
}
