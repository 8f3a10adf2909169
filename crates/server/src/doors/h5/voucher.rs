//! `/h5/voucher?voucherId=…&token=…`: a coupon in its holder's hands, and the button that uses one whose `verify_mode` is
//! USER_CLICK (DECISIONS.md 8).
//!
//! Its address is given on the coupon page to whoever took the coupon there, so what opens that page opens this one: a
//! token, and no PIN, for no money moves. The token is the platform's vouching for the voucher's id; there is nothing to
//! keep, and no voucher is without one. The button works once: whoever is second sees when it was used.

use super::{Seen, Visit, form, is_plain, query};
use crate::acts::coupon::redemption;
use crate::app::App;
use crate::keys::MasterKey;
use crate::pages::apology::Apology;
use crate::pages::voucher::{Page, Stage};
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use domain::id::{VoucherId, VoucherIdText};
use domain::voucher::Stand;
use serde::Deserialize;
use std::sync::Arc;
use store::{Bucket, Fault, Stop, Tx};

/// Where the holder of a voucher finds it.
pub fn address(key: &MasterKey, id: VoucherId) -> String {
    let id = id.to_text();
    let token = key.vouch(&opening(&id));
    format!("/h5/voucher?voucherId={id}&token={token}")
}

/// Shows the page.
pub async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(app.clone(), &request);
    let ticket = Ticket::read(request.uri());
    let address = ticket.as_ref().map_or_else(|| request.uri().path().to_owned(), Ticket::address);
    let seen = look(&app, &visit, ticket).await;
    visit.answer(&address, seen)
}

/// Takes the form: the button.
pub async fn click(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(app.clone(), &request);
    let Some(ticket) = Ticket::read(request.uri()) else {
        return visit.answer(request.uri().path(), Err(Apology::Unknown));
    };
    let taken = take(&app, &visit, &ticket, request).await;
    visit.answer(&ticket.address(), taken.map(|()| Seen::Taken))
}

/// What opens a voucher's page.
#[derive(Clone)]
struct Ticket {
    id: VoucherIdText,
    voucher_id: String,
    token: String,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "voucherId")]
    voucher_id: String,
    token: String,
}

#[derive(Deserialize)]
struct Sent {
    csrf: String,
}

/// What the platform vouches for in a page's address.
fn opening(voucher_id: &str) -> String {
    format!("voucher page/{voucher_id}")
}

impl Ticket {
    fn read(uri: &Uri) -> Option<Ticket> {
        let Asked { voucher_id, token } = query(uri)?;
        let id = VoucherIdText::parse(&voucher_id)?;
        is_plain(&token).then_some(Ticket { id, voucher_id, token })
    }

    fn address(&self) -> String {
        let Ticket { voucher_id, token, .. } = self;
        format!("/h5/voucher?voucherId={voucher_id}&token={token}")
    }

    /// What the platform vouches for in the page's form.
    fn form(&self) -> String {
        format!("voucher form/{}", self.voucher_id)
    }

    /// Whether this opens its voucher: nobody learns whether it is the id or the token that is wrong.
    fn opens(&self, app: &App) -> bool {
        app.master_key.vouched(&opening(&self.voucher_id), &self.token)
    }
}

async fn look(app: &Arc<App>, visit: &Visit, ticket: Option<Ticket>) -> Result<Seen, Apology> {
    visit.admit()?;
    let ticket = ticket.filter(|ticket| ticket.opens(app)).ok_or(Apology::Unknown)?;
    let (id, now) = (ticket.id, app.clock.now());
    let load = move |tx: &mut Tx| {
        let Some((voucher, coupon)) = redemption::find(tx, id)? else { return Ok(None) };
        let merchant = store::world::merchant(tx, &voucher.pid)?.map(|merchant| merchant.name);
        let merchant = merchant.filter(|name| !name.is_empty()).unwrap_or_else(|| voucher.pid.clone());
        Ok::<_, Fault>(Some((voucher, coupon, merchant)))
    };
    let found = app.store.read(load).await.map_err(|failure| visit.failed(&failure))?;
    let (voucher, coupon, merchant) = found.ok_or(Apology::Unknown)?;
    let stand = voucher.stand(now);
    let button = redemption::is_open(&voucher, &coupon, now)
        .then(|| (visit.in_lang(&ticket.address()), app.master_key.vouch(&ticket.form())));
    let page = Page {
        merchant,
        name: coupon.name,
        brand: coupon.brand_name,
        offer: coupon.terms.offer,
        id: voucher.id.to_text(),
        starts_at: voucher.starts_at,
        ends_at: voucher.ends_at,
        stage: match (stand, button) {
            (Stand::Usable, Some((action, csrf))) => Stage::Button { action, csrf },
            (Stand::Usable, None) => Stage::Usable,
            (Stand::Unactive, _) => Stage::Unactive,
            (Stand::Held, _) => Stage::Held,
            (Stand::Used, _) => Stage::Used { at: voucher.used_at.unwrap_or(now) },
            (Stand::Refunded, _) => Stage::Refunded,
            (Stand::Expired, _) => Stage::Expired,
        },
    };
    Ok(Seen::Page(Box::new(move |shell| page.page(shell))))
}

/// Uses the voucher, unless it cannot be used; the page tells which.
async fn take(app: &Arc<App>, visit: &Visit, ticket: &Ticket, request: Request) -> Result<(), Apology> {
    visit.admit()?;
    if !ticket.opens(app) {
        return Err(Apology::Unknown);
    }
    let sent: Sent = form(request).await?;
    if !app.master_key.vouched(&ticket.form(), &sent.csrf) {
        return Err(Apology::BadForm);
    }
    let failed = |failure: Fault| visit.failed(&failure);
    let number = app.store.next_numbers(1).await.map_err(failed)?;
    let (id, now) = (ticket.id, app.clock.now());
    let bill = Bucket::of_id(id.number).id(number);
    match app.store.write(move |tx: &mut Tx| redemption::redeem(tx, id, bill, now)).await {
        Ok(()) | Err(Stop::Refused(_)) => Ok(()),
        Err(Stop::Fault(failure)) => Err(failed(failure)),
    }
}
