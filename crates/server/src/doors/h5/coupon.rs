//! `/h5/coupon?itemId=…&token=…&outBizNo=…&type=pointcard`: shows the coupon that a token is for, and gives it
//! (page.coupon-claim).
//!
//! Nobody logs in: the token is the credential, and it names the user. Looking changes nothing. Who presses the button
//! twice, or on two devices at once, takes once; a token that was used shows what it gave.

mod content;

use super::address::query;
use super::page::{NoFields, Page, is_plain};
use super::request::{PageRequest, View};
use crate::acts::coupon::claim::{self, NotGiven};
use crate::acts::coupon::entitlement::{Claim, Entitlement};
use crate::pages::coupon::Stage;
use crate::pages::error_page::ErrorPage;
use axum::http::Uri;
use domain::Refusal;
use serde::Deserialize;
use store::{Fault, Stop, Tx};

/// The address of a token's page. Whether there is such a token, the store decides.
#[derive(Clone)]
pub struct CouponLink {
    item: String,
    token: String,
    out_biz_no: String,
    buyer_id: Option<String>,
    shop_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    item_id: Option<String>,
    /// The same as the activity's channel may write it (`docs/decisions.md`, "Coupon page").
    #[serde(rename = "item_id")]
    item: Option<String>,
    token: String,
    out_biz_no: String,
    buyer_id: Option<String>,
    shop_id: Option<String>,
    r#type: String,
}

impl Page for CouponLink {
    const PATH: &'static str = "/h5/coupon";
    type Form = NoFields;

    fn read(uri: &Uri) -> Option<CouponLink> {
        let Query { item_id, item, token, out_biz_no, buyer_id, shop_id, r#type } = query(uri)?;
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
        whole.then_some(CouponLink { item, token, out_biz_no, buyer_id, shop_id })
    }

    fn address(&self) -> String {
        let CouponLink { item, token, out_biz_no, buyer_id, shop_id } = self;
        let maybe = |name: &str, value: &Option<String>| {
            value.as_ref().map_or_else(String::new, |value| format!("&{name}={value}"))
        };
        let (buyer, shop) = (maybe("buyerId", buyer_id), maybe("shopId", shop_id));
        let out_biz_no = wire::percent_encoded(out_biz_no);
        format!("{}?itemId={item}&token={token}&outBizNo={out_biz_no}{buyer}{shop}&type=pointcard", Self::PATH)
    }

    fn form(&self) -> String {
        format!("coupon/{}/{}/{}", self.item, self.token, self.out_biz_no)
    }

    async fn look(self, request: &PageRequest) -> Result<View, ErrorPage> {
        let (app, now) = (request.app().clone(), request.app().clock.now());
        let (action, csrf) = self.signed_form(request);
        let read = move |tx: &mut Tx| {
            let entitlement = Entitlement::open(tx, &self.claim())?;
            let form = content::Form { action: &action, csrf: &csrf, key: &app.master_key };
            content::coupon(tx, &entitlement, self.shop_id.as_deref(), &form, now)
        };
        let mut coupon = request.app().store.read(read).await.map_err(|stop: Stop| match stop {
            Stop::Refused(refusal) => error_page(refusal).unwrap_or(ErrorPage::Token),
            Stop::Fault(failure) => request.failed(&failure),
        })?;
        if let Stage::Taken(coupons) = &mut coupon.stage {
            coupons.iter_mut().for_each(|coupon| coupon.page = request.in_lang(&coupon.page));
        }
        Ok(Box::new(move |shell| coupon.page(shell)))
    }

    /// Claims the coupon. Whatever comes of it, the page shows.
    async fn press(self, _: NoFields, request: &PageRequest) -> Result<CouponLink, ErrorPage> {
        let failed = |failure: Fault| request.failed(&failure);
        let first_number = request.app().store.next_numbers(claim::NEW_IDS).await.map_err(failed)?;
        let (link, now) = (self.clone(), request.app().clock.now());
        let write = move |tx: &mut Tx| claim::claim(tx, &link.claim(), first_number, now);
        match request.app().store.write(write).await {
            Ok(_) | Err(NotGiven::Before) => Ok(self),
            // The page sees by itself why a coupon is not given.
            Err(NotGiven::Stop(Stop::Refused(refusal))) => error_page(refusal).map_or(Ok(self), Err),
            Err(NotGiven::Stop(Stop::Fault(failure))) => Err(failed(failure)),
        }
    }
}

/// The error page of an address that opens nothing.
fn error_page(refusal: Refusal) -> Option<ErrorPage> {
    match refusal {
        Refusal::TokenInvalid => Some(ErrorPage::Token),
        Refusal::ShopNotExist => Some(ErrorPage::Unknown),
        _ => None,
    }
}

impl CouponLink {
    /// The claim that the page's form makes.
    fn claim(&self) -> Claim<'_> {
        let CouponLink { item, token, out_biz_no, buyer_id, shop_id } = self;
        Claim { token, item, out_biz_no, buyer_id: buyer_id.as_deref(), shop_id: shop_id.as_deref() }
    }
}
