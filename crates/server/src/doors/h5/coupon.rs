//! `/h5/coupon?itemId=…&token=…&outBizNo=…&type=pointcard`: shows the coupon that a token is for, and gives it
//! (page.coupon-claim).
//!
//! Nobody logs in: the token is the credential, and it names the user. Looking changes nothing. Who presses the button
//! twice, or on two devices at once, takes once; a token that was used shows what it gave.

mod face;

use super::{Seen, Visit, form, is_plain, query};
use crate::acts::coupon::claim::{self, NotGiven};
use crate::acts::coupon::entitlement::{Claim, Entitlement};
use crate::app::App;
use crate::pages::apology::Apology;
use crate::pages::coupon::Stage;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use domain::Refusal;
use serde::Deserialize;
use std::sync::Arc;
use store::{Fault, Stop, Tx};

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

    /// The claim that its form makes.
    fn claim(&self) -> Claim<'_> {
        let Ticket { item, token, out_biz_no, buyer_id, shop_id } = self;
        Claim { token, item, out_biz_no, buyer_id: buyer_id.as_deref(), shop_id: shop_id.as_deref() }
    }
}

async fn look(app: &Arc<App>, visit: &Visit, ticket: Option<Ticket>) -> Result<Seen, Apology> {
    visit.admit()?;
    let ticket = ticket.ok_or(Apology::Unknown)?;
    let (now, owner) = (app.clock.now(), app.clone());
    let (action, csrf) = (visit.in_lang(&ticket.address()), app.master_key.vouch(&ticket.form()));
    let read = move |tx: &mut Tx| {
        let entitlement = Entitlement::open(tx, &ticket.claim())?;
        let form = face::Form { action: &action, csrf: &csrf, key: &owner.master_key };
        face::coupon(tx, &entitlement, ticket.shop_id.as_deref(), &form, now)
    };
    let mut coupon = app.store.read(read).await.map_err(|stop: Stop| match stop {
        Stop::Refused(Refusal::ShopNotExist) => Apology::Unknown,
        Stop::Refused(_) => Apology::Token,
        Stop::Fault(failure) => visit.failed(&failure),
    })?;
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
    let first_number = app.store.next_numbers(claim::NEW_IDS).await.map_err(failed)?;
    let (now, ticket) = (app.clock.now(), ticket.clone());
    let write = move |tx: &mut Tx| claim::claim(tx, &ticket.claim(), first_number, now);
    match app.store.write(write).await {
        Ok(_) | Err(NotGiven::Before) => Ok(()),
        Err(NotGiven::Stop(Stop::Refused(Refusal::TokenInvalid))) => Err(Apology::Token),
        Err(NotGiven::Stop(Stop::Refused(Refusal::ShopNotExist))) => Err(Apology::Unknown),
        // The page sees why not by itself.
        Err(NotGiven::Stop(Stop::Refused(_))) => Ok(()),
        Err(NotGiven::Stop(Stop::Fault(failure))) => Err(failed(failure)),
    }
}
