//! `/h5/…`: pages for members and payers, who have no key but hold an address with a token in it; and `/oauth2/…`,
//! where they agree to what an app asks for. This is the list of them.
//!
//! Each is a [`page::Page`]: what its address says, what it shows, and what its form does. How requests for pages are
//! answered is in `request.rs`.

mod address;
mod cashier;
mod consent;
mod coupon;
mod fund;
mod image;
mod page;
mod pin;
mod request;
mod voucher;

pub use request::{PageRequest, View};

use self::cashier::CashierLink;
use self::consent::{ConsentLink, OfMember, OfMerchant};
use self::coupon::CouponLink;
use self::fund::FundLink;
use self::page::{Page, handlers, nothing};
use self::voucher::VoucherLink;
use crate::app::App;
use crate::pages::style::{self, Asset};
use axum::Router;
use axum::extract::RawQuery;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use std::sync::Arc;

/// Every page, their pictures and their style.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route(CashierLink::PATH, handlers::<CashierLink>())
        .route(FundLink::PATH, handlers::<FundLink>())
        .route(VoucherLink::PATH, handlers::<VoucherLink>())
        .route(CouponLink::PATH, handlers::<CouponLink>())
        .route(ConsentLink::<OfMerchant>::PATH, handlers::<ConsentLink<OfMerchant>>())
        .route(ConsentLink::<OfMember>::PATH, handlers::<ConsentLink<OfMember>>())
        .route("/h5/image/{id}", get(image::show).fallback(nothing))
        .route(style::SHEET.path, get(async |RawQuery(query)| asset(&style::SHEET, query.as_deref())))
        .route(style::TAB.path, get(async |RawQuery(query)| asset(&style::TAB, query.as_deref())))
        .route("/oauth2/", any(nothing))
        .route("/oauth2/{*rest}", any(nothing))
        .route("/h5/", any(nothing))
        .route("/h5/{*rest}", any(nothing))
}

fn asset(asset: &Asset, query: Option<&str>) -> Response {
    let caching = if asset.is_of(query) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let head = [(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, caching)];
    (head, asset.text).into_response()
}
