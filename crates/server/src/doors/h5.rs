//! `/h5/…`: pages for members and payers, who have no key but hold an address with a token in it.
//!
//! What every page has in common is here: the language, what browsers may do with a page, who is turned away, and how a
//! form shows that a page of ours made it. A page's own file turns a visit into what `pages` shows. A form is answered
//! with a redirection to the page, so that reloading sends nothing twice.

mod address;
pub mod cashier;
pub mod coupon;
pub mod image;
pub mod pin;
pub mod voucher;

use self::address::query;
use super::caller::Caller;
use crate::app::App;
use crate::pages::apology::Apology;
use crate::pages::shell::Shell;
use crate::pages::style::{self, Asset};
use crate::pages::words::Lang;
use axum::Router;
use axum::body::Body;
use axum::extract::{Form, FromRequest, RawQuery, Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http_body_util::Limited;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The most bytes of a form: a token and a PIN.
const FORM_MAX: usize = 4 * 1024;
/// A form must have arrived whole within this time.
const FORM_TIME_MAX: Duration = Duration::from_secs(10);
/// A page loads its style and pictures from here, sends its form here, is framed by nobody, and runs nothing.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Every page, and what they are dressed in.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/h5/cashier", get(cashier::show).post(cashier::pay).fallback(nothing))
        .route("/h5/voucher", get(voucher::show).post(voucher::click).fallback(nothing))
        .route("/h5/coupon", get(coupon::show).post(coupon::claim).fallback(nothing))
        .route("/h5/image/{id}", get(image::show).fallback(nothing))
        .route(style::SHEET.path, get(async |RawQuery(query)| asset(&style::SHEET, query.as_deref())))
        .route(style::TAB.path, get(async |RawQuery(query)| asset(&style::TAB, query.as_deref())))
        .route("/h5/", any(nothing))
        .route("/h5/{*rest}", any(nothing))
}

async fn nothing(State(app): State<Arc<App>>, request: Request) -> Response {
    let visit = Visit::of(app, &request);
    visit.answer(request.uri().path(), Err(Apology::Unknown))
}

fn asset(asset: &Asset, query: Option<&str>) -> Response {
    let caching = if asset.is_of(query) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let head = [(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, caching)];
    (head, asset.text).into_response()
}

/// One look at a page, or one form sent from it.
pub struct Visit {
    app: Arc<App>,
    lang: Lang,
    /// Whether the address says so, and links should.
    lang_named: bool,
    /// Whether what the address says of the language can be read.
    readable: bool,
    caller: IpAddr,
    trace_id: String,
}

/// What came of a visit.
pub enum Seen {
    /// A page.
    Page(Box<dyn FnOnce(&Shell<'_>) -> String + Send>),
    /// A form was taken: here is the page that says what came of it.
    Taken,
}

/// The part of every page's address that is not the page's own.
#[derive(serde::Deserialize)]
struct Asked {
    lang: Option<String>,
}

impl Visit {
    /// Who comes, and how they read.
    pub fn of(app: Arc<App>, request: &Request) -> Visit {
        let asked = query::<Asked>(request.uri());
        let readable = asked.is_some();
        let named = asked.and_then(|asked| Lang::parse(&asked.lang?));
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let lang = named.unwrap_or_else(|| Lang::accepted(header.unwrap_or_default()));
        let caller = request.extensions().get::<Caller>();
        let caller = caller.map_or(Ipv4Addr::UNSPECIFIED.into(), |Caller(address)| *address);
        let trace_id = app.new_trace_id();
        Visit { app, lang, lang_named: named.is_some(), readable, caller, trace_id }
    }

    /// Turns away whoever asks by an address that cannot be read.
    pub fn admit(&self) -> Result<(), Apology> {
        if self.readable { Ok(()) } else { Err(Apology::Unknown) }
    }

    /// The store failed: the log has it.
    pub fn failed(&self, failure: &store::Fault) -> Apology {
        tracing::error!(trace_id = self.trace_id, error = failure as &dyn Error, "the store failed");
        Apology::Unavailable
    }

    /// Whoever asks for too many pages that do not exist is told so, and no more. A page that exists is shown all the same:
    /// its visitor may share the address with a stranger.
    fn limited(&self, apology: Apology) -> Apology {
        let unknown = status(apology) == StatusCode::NOT_FOUND;
        let over = unknown && !self.app.unverified_calls.take(self.caller, Instant::now());
        if over { Apology::TooMany } else { apology }
    }

    /// An address of ours as this visitor's language wants it.
    fn in_lang(&self, address: &str) -> String {
        if self.lang_named { with_lang(address, self.lang) } else { address.to_owned() }
    }

    /// Answers it. `address` is the page's own, without a language.
    pub fn answer(self, address: &str, seen: Result<Seen, Apology>) -> Response {
        let (lang, stand_in) = (self.lang, self.app.gives_hints());
        let (own, in_other_lang) = (self.in_lang(address), with_lang(address, lang.other()));
        let shell = Shell { lang, title: "", address: &own, in_other_lang: &in_other_lang, stand_in };
        let seen = seen.map_err(|apology| self.limited(apology));
        let (status, text) = match seen {
            Ok(Seen::Page(page)) => (StatusCode::OK, page(&shell)),
            Ok(Seen::Taken) => (StatusCode::SEE_OTHER, String::new()),
            Err(apology) => (status(apology), apology.page(&shell)),
        };
        let path = address.split('?').next();
        tracing::info!(trace_id = self.trace_id, page = path, status = status.as_u16(), "visit");
        let mut response = (status, Body::from(text)).into_response();
        dress(response.headers_mut(), lang);
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        set(HeaderName::from_static("trace_id"), &self.trace_id);
        if status == StatusCode::SEE_OTHER {
            set(LOCATION, &own);
        }
        response
    }
}

/// What browsers and whoever is between may do with a page: show it, and forget it.
fn dress(headers: &mut HeaderMap, lang: Lang) {
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_LANGUAGE, lang.tag()),
        (VARY, "accept-language"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn status(apology: Apology) -> StatusCode {
    match apology {
        Apology::Unknown | Apology::Token => StatusCode::NOT_FOUND,
        Apology::BadForm => StatusCode::FORBIDDEN,
        Apology::TooMany | Apology::TooManyPins => StatusCode::TOO_MANY_REQUESTS,
        Apology::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn with_lang(address: &str, lang: Lang) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}lang={}", lang.name())
}

/// What a form holds; one that is too long, too slow or none is [`Apology::BadForm`].
async fn form<T: DeserializeOwned>(request: Request) -> Result<T, Apology> {
    let request = request.map(|body| Body::new(Limited::new(body, FORM_MAX)));
    match tokio::time::timeout(FORM_TIME_MAX, Form::from_request(request, &())).await {
        Ok(Ok(Form(sent))) => Ok(sent),
        Ok(Err(_)) | Err(_) => Err(Apology::BadForm),
    }
}

/// Whether a text from an address may stand in an address as it is, and is short enough to be of ours.
fn is_plain(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
