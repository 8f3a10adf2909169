//! `/h5/voucher?voucherId=…&token=…`: a coupon or cash voucher in its holder's hands, the button that uses a coupon
//! whose `verify_mode` is USER_CLICK (`docs/decisions.md`, "States of a coupon"), and the one that leads from a cash
//! voucher to the merchant's page ("The use button").
//!
//! Its address is given on the coupon page to whoever took the coupon there, so what opens that page opens this one: a
//! token, and no PIN, for no money moves. The token is the platform's vouching for the voucher's id; there is nothing
//! to keep, and no voucher is without one. The first button works once: whoever is second sees when it was used.

mod content;

use self::content::Found;
use super::address::query;
use super::page::{NoFields, Page, is_plain};
use super::request::{PageRequest, View};
use crate::acts::coupon::redemption;
use crate::app::App;
use crate::links;
use crate::pages::error_page::ErrorPage;
use crate::pages::voucher::Stage;
use axum::http::Uri;
use domain::id::VoucherIdText;
use serde::Deserialize;
use store::{Bucket, Fault, Stop, Tx};

/// The address of a voucher's page.
#[derive(Clone)]
pub struct VoucherLink {
    id: VoucherIdText,
    voucher_id: String,
    token: String,
}

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "voucherId")]
    voucher_id: String,
    token: String,
}

impl Page for VoucherLink {
    const PATH: &'static str = "/h5/voucher";
    type Form = NoFields;

    fn read(uri: &Uri) -> Option<VoucherLink> {
        let Query { voucher_id, token } = query(uri)?;
        let id = VoucherIdText::parse(&voucher_id)?;
        is_plain(&token).then_some(VoucherLink { id, voucher_id, token })
    }

    fn address(&self) -> String {
        let VoucherLink { voucher_id, token, .. } = self;
        format!("{}?voucherId={voucher_id}&token={token}", Self::PATH)
    }

    fn form(&self) -> String {
        format!("voucher form/{}", self.voucher_id)
    }

    /// Nobody learns whether it is the id or the token that is wrong.
    fn opens(&self, app: &App) -> bool {
        app.master_key.vouched(&links::voucher_opening(&self.voucher_id), &self.token)
    }

    async fn look(self, request: &PageRequest) -> Result<View, ErrorPage> {
        let (id, now, form) = (self.id, request.app().clock.now(), self.signed_form(request));
        let load = move |tx: &mut Tx| content::find(tx, id, form.clone(), now);
        let found = request.app().store.read(load).await.map_err(|failure| request.failed(&failure))?;
        let Found { mut page, onward } = found.ok_or(ErrorPage::Unknown)?;
        if let Some(address) = onward.and_then(|(link, voucher)| link.address(&voucher, &request.app().signer)) {
            page.stage = Stage::Onward { address };
        }
        Ok(Box::new(move |shell| page.page(shell)))
    }

    /// Redeems the coupon, unless it cannot be redeemed; the page shows which.
    async fn press(self, _: NoFields, request: &PageRequest) -> Result<VoucherLink, ErrorPage> {
        let failed = |failure: Fault| request.failed(&failure);
        let number = request.app().store.next_numbers(1).await.map_err(failed)?;
        let (id, now) = (self.id, request.app().clock.now());
        let bill = Bucket::of_id(id.number).id(number);
        match request.app().store.write(move |tx: &mut Tx| redemption::redeem(tx, id, bill, now)).await {
            Ok(()) | Err(Stop::Refused(_)) => Ok(self),
            Err(Stop::Fault(failure)) => Err(failed(failure)),
        }
    }
}
