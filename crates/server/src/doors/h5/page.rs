//! What a page is: its address, what it shows, and what its form does.
//!
//! A form shows by an HMAC over its page's token that a page of ours made it. It is answered with a redirection to the
//! page, so that reloading sends nothing twice.

use super::request::{PageRequest, View};
use crate::app::App;
use crate::pages::error_page::ErrorPage;
use axum::body::Body;
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http_body_util::Limited;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of a form: a token and a PIN.
const FORM_MAX: usize = 4 * 1024;
/// A form must have arrived whole within this time.
const FORM_TIME_MAX: Duration = Duration::from_secs(10);

/// A page, as an address of its own names it.
pub trait Page: Clone + Send + Sync + 'static {
    /// The path of its addresses.
    const PATH: &'static str;
    /// The fields of its form, beside `csrf`.
    type Form: DeserializeOwned + Send;

    /// What the address says; `None` where no page has such an address.
    fn read(uri: &Uri) -> Option<Self>;

    /// The address, without a language.
    fn address(&self) -> String;

    /// What the platform vouches for in the page's form.
    fn form(&self) -> String;

    /// The page without what its address says came of the last form.
    fn without_outcome(self) -> Self {
        self
    }

    /// Where the browser goes instead of this page: an address of the merchant's, which somebody has just been sent to.
    fn onward(&self) -> Option<&str> {
        None
    }

    /// Where the page's form is sent, and what shows that the page made it.
    fn signed_form(&self, request: &PageRequest) -> (String, String) {
        (request.in_lang(&self.address()), request.app().master_key.vouch(&self.form()))
    }

    /// Whether the address opens anything, as far as that is known without the store.
    fn opens(&self, _app: &App) -> bool {
        true
    }

    /// What the page shows.
    fn look(self, request: &PageRequest) -> impl Future<Output = Result<View, ErrorPage>> + Send;

    /// Does what a form of this page asks for. Gives the page that says what came of it.
    fn press(self, form: Self::Form, request: &PageRequest) -> impl Future<Output = Result<Self, ErrorPage>> + Send;
}

/// A form, with what shows that a page of ours made it.
#[derive(Deserialize)]
struct SignedForm<F> {
    csrf: String,
    #[serde(flatten)]
    fields: F,
}

/// The fields of a form that is a button.
#[derive(Deserialize)]
pub struct NoFields {}

/// What answers requests for a page.
pub fn handlers<P: Page>() -> MethodRouter<Arc<App>> {
    get(show::<P>).post(submit::<P>).fallback(nothing)
}

async fn show<P: Page>(State(app): State<Arc<App>>, http: Request) -> Response {
    let request = PageRequest::of(app, &http);
    let page = P::read(http.uri());
    let address = page.as_ref().map_or_else(|| http.uri().path().to_owned(), P::address);
    let view = match page.filter(|page| request.is_readable() && page.opens(request.app())) {
        Some(page) => page.look(&request).await,
        None => Err(ErrorPage::Unknown),
    };
    request.answer(&address, view)
}

async fn submit<P: Page>(State(app): State<Arc<App>>, http: Request) -> Response {
    let request = PageRequest::of(app, &http);
    let Some(page) = P::read(http.uri()).map(P::without_outcome) else {
        return request.answer(http.uri().path(), Err(ErrorPage::Unknown));
    };
    let address = page.address();
    match take(page, &request, http).await {
        Ok(page) => match page.onward() {
            Some(place) => request.redirect(&address, place),
            None => {
                let place = request.in_lang(&page.address());
                request.redirect(&page.address(), &place)
            }
        },
        Err(error) => request.answer(&address, Err(error)),
    }
}

async fn take<P: Page>(page: P, request: &PageRequest, http: Request) -> Result<P, ErrorPage> {
    if !request.is_readable() || !page.opens(request.app()) {
        return Err(ErrorPage::Unknown);
    }
    // Browsers say where a form comes from; one of another site's page is never ours.
    let site = http.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return Err(ErrorPage::BadForm);
    }
    let SignedForm { csrf, fields } = read_form::<SignedForm<P::Form>>(http).await?;
    if !request.app().master_key.vouched(&page.form(), &csrf) {
        return Err(ErrorPage::BadForm);
    }
    page.press(fields, request).await
}

/// Answers a request for a page that does not exist.
pub async fn nothing(State(app): State<Arc<App>>, http: Request) -> Response {
    PageRequest::of(app, &http).answer(http.uri().path(), Err(ErrorPage::Unknown))
}

/// The fields of a form; one that is too long, too slow or none is [`ErrorPage::BadForm`].
async fn read_form<T: DeserializeOwned>(http: Request) -> Result<T, ErrorPage> {
    let http = http.map(|body| Body::new(Limited::new(body, FORM_MAX)));
    match tokio::time::timeout(FORM_TIME_MAX, Form::from_request(http, &())).await {
        Ok(Ok(Form(fields))) => Ok(fields),
        Ok(Err(_)) | Err(_) => Err(ErrorPage::BadForm),
    }
}

/// Whether a text from an address may stand in an address as it is, and is short enough to be of ours.
pub fn is_plain(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
