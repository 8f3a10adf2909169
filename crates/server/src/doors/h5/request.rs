//! A request for a page, and its answer: the language, what browsers may do with the page, and the rate limit of
//! addresses that ask for pages which do not exist.

use super::address::query;
use crate::app::App;
use crate::doors::caller::Caller;
use crate::pages::error_page::ErrorPage;
use crate::pages::i18n::Lang;
use crate::pages::shell::Shell;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// A page loads its style and pictures from here, is framed by nobody, and runs nothing. Its form is sent here, and
/// leads to where `form-action` says: browsers take that for the redirection after a form too.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
    form-action 'self'";

/// A request for a page: who sends it, and in which language the answer is.
#[derive(Clone)]
pub struct PageRequest {
    app: Arc<App>,
    lang: Lang,
    /// Whether the address names the language, and links should.
    is_lang_named: bool,
    /// Whether the address's `lang` can be read.
    is_readable: bool,
    caller: IpAddr,
    trace_id: String,
    /// Where the page's form may lead, beside pages of ours.
    form_leads_to: OnceLock<String>,
}

/// What a page shows: its HTML, in the shell of every page.
pub type View = Box<dyn FnOnce(&Shell<'_>) -> String + Send>;

/// The part of every page's address that is not the page's own.
#[derive(Deserialize)]
struct LangQuery {
    lang: Option<String>,
}

impl PageRequest {
    /// Who sends it, and in which language they read.
    pub fn of(app: Arc<App>, http: &Request) -> PageRequest {
        let query = query::<LangQuery>(http.uri());
        let is_readable = query.is_some();
        let named = query.and_then(|query| Lang::parse(&query.lang?));
        let header = http.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let lang = named.unwrap_or_else(|| Lang::accepted(header.unwrap_or_default()));
        let caller = http.extensions().get::<Caller>();
        let caller = caller.map_or(Ipv4Addr::UNSPECIFIED.into(), |Caller(address)| *address);
        let trace_id = app.new_trace_id();
        let form_leads_to = OnceLock::new();
        PageRequest { app, lang, is_lang_named: named.is_some(), is_readable, caller, trace_id, form_leads_to }
    }

    /// The process's shared parts.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The address that sends it.
    pub fn caller(&self) -> IpAddr {
        self.caller
    }

    /// The request's name in the log.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// Whether the address's query can be read, its language included.
    pub fn is_readable(&self) -> bool {
        self.is_readable
    }

    /// Lets the form of this request's page lead to the pages of others. To all of them: browsers take the policy for
    /// each redirection in turn, and where a merchant's page leads on to, nobody here knows. Where our own answer leads
    /// to is decided before it is given.
    pub fn lets_form_lead_on(&self) {
        self.form_leads_to.get_or_init(|| "http: https:".to_owned());
    }

    /// The error page of a failed store; the log has the failure.
    pub fn failed(&self, failure: &store::Fault) -> ErrorPage {
        tracing::error!(trace_id = self.trace_id, error = failure as &dyn Error, "the store failed");
        ErrorPage::Unavailable
    }

    /// The rate limit of addresses that ask for pages which do not exist. A page that exists is shown all the same: its
    /// visitor may share the address with somebody else.
    fn limited(&self, error: ErrorPage) -> ErrorPage {
        let unknown = status(error) == StatusCode::NOT_FOUND;
        let over = unknown && !self.app.unverified_calls.take(&self.caller, Instant::now());
        if over { ErrorPage::TooMany } else { error }
    }

    /// An address of ours in the language that this request's address names.
    pub fn in_lang(&self, address: &str) -> String {
        if self.is_lang_named { with_lang(address, self.lang) } else { address.to_owned() }
    }

    /// Answers with a page, or an error page. `address` is the page's own, without a language.
    pub fn answer(self, address: &str, view: Result<View, ErrorPage>) -> Response {
        let (lang, stand_in) = (self.lang, self.app.gives_hints());
        let (own, in_other_lang) = (self.in_lang(address), with_lang(address, lang.other()));
        let shell = Shell { lang, title: "", address: &own, in_other_lang: &in_other_lang, stand_in };
        let (status, text) = match view.map_err(|error| self.limited(error)) {
            Ok(view) => (StatusCode::OK, view(&shell)),
            Err(error) => (status(error), error.page(&shell)),
        };
        self.respond(address, status, text)
    }

    /// Sends the browser on to `place`. `address` is the page's own.
    pub fn redirect(self, address: &str, place: &str) -> Response {
        let mut response = self.respond(address, StatusCode::SEE_OTHER, String::new());
        if let Ok(place) = HeaderValue::from_str(place) {
            response.headers_mut().insert(LOCATION, place);
        }
        response
    }

    fn respond(self, address: &str, status: StatusCode, text: String) -> Response {
        let path = address.split('?').next();
        tracing::info!(trace_id = self.trace_id, page = path, status = status.as_u16(), "visit");
        let mut response = (status, Body::from(text)).into_response();
        let headers = response.headers_mut();
        set_headers(headers, self.lang);
        let policy = self.form_leads_to.get().map(|origin| HeaderValue::from_str(&format!("{POLICY} {origin}")));
        if let Some(Ok(policy)) = policy {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        if let Ok(trace_id) = HeaderValue::from_str(&self.trace_id) {
            headers.insert(HeaderName::from_static("trace_id"), trace_id);
        }
        response
    }
}

/// What browsers and proxies may do with a page: show it, and keep nothing of it.
fn set_headers(headers: &mut HeaderMap, lang: Lang) {
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

fn status(error: ErrorPage) -> StatusCode {
    match error {
        ErrorPage::Unknown | ErrorPage::Token => StatusCode::NOT_FOUND,
        ErrorPage::BadForm => StatusCode::FORBIDDEN,
        ErrorPage::TooMany | ErrorPage::TooManyPins => StatusCode::TOO_MANY_REQUESTS,
        ErrorPage::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn with_lang(address: &str, lang: Lang) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}lang={}", lang.name())
}
