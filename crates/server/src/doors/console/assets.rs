//! The console's files, which `build.rs` embeds: the shell for every address of a page, and the assets that it loads.
//!
//! Of an asset only its compressed forms are embedded. Its name has a hash of its content, so browsers keep it.

use crate::app::App;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::read::GzDecoder;
use std::io::Read;
use std::sync::Arc;

/// What `console/dist` had when the server was built.
struct Bundle {
    /// The page that loads everything else; none if the console was not built.
    shell: Option<&'static str>,
    assets: &'static [Asset],
}

/// A file that the shell or another asset loads.
struct Asset {
    name: &'static str,
    kind: &'static str,
    br: &'static [u8],
    gz: &'static [u8],
}

static BUNDLE: Bundle = include!(concat!(env!("OUT_DIR"), "/console.rs"));

/// What stands in the shell where the nonce of an answer belongs.
const NONCE: &str = "{{nonce}}";
/// Where calls come in below `/console/`; no page is there.
const API: &str = "api";
/// Where the assets are below `/console/`.
const ASSETS: &str = "assets/";

/// What a browser may use of the world outside of a page: nothing but to copy what the operator asks to have copied.
const PERMISSIONS: &str = "accelerometer=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), \
    geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// The page of a server that was built without its console.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Punchcard</title>\n\
    <h1>This server was built without its console</h1>\n\
    <p>To build it: <code>cargo xtask console</code>, then build and start the server again. It needs Node 20.19.</p>\n\
    <p lang=\"zh-CN\">本服务构建时没有包含控制台。请运行 <code>cargo xtask console</code>，然后重新构建并启动服务（需要 Node 20.19）。</p>\n\
    </html>\n";

/// The pages and assets; calls have routes of their own, which go before these.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/console", get(shell)).route("/console/", get(shell)).route(
        "/console/{*path}",
        get(async |State(app): State<Arc<App>>, Path(path): Path<String>, headers: HeaderMap| {
            file(&app, &path, &headers)
        }),
    )
}

async fn shell(State(app): State<Arc<App>>) -> Response {
    shell_of(BUNDLE.shell, &app.new_secret())
}

/// What is at a path below `/console/`: an asset, or a page that the shell shows. No page has a dot in its address.
fn file(app: &App, path: &str, headers: &HeaderMap) -> Response {
    if let Some(name) = path.strip_prefix(ASSETS) {
        let asset = BUNDLE.assets.iter().find(|asset| asset.name == name);
        return asset.map_or_else(nothing, |asset| asset.answer(Coding::best(headers)));
    }
    let is_call = path.split('/').next() == Some(API);
    if is_call || path.contains('.') { nothing() } else { shell_of(BUNDLE.shell, &app.new_secret()) }
}

fn nothing() -> Response {
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/plain; charset=utf-8")], "nothing is here\n").into_response()
}

/// The shell with a nonce, which styles made by its scripts need, and which no other answer has.
fn shell_of(shell: Option<&str>, nonce: &str) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ];
    let (status, page) = match shell {
        Some(shell) => (StatusCode::OK, shell.replace(NONCE, nonce)),
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT.to_owned()),
    };
    (status, headers, [(CONTENT_SECURITY_POLICY, policy)], page).into_response()
}

impl Asset {
    fn answer(&self, coding: Coding) -> Response {
        let headers = [
            (CONTENT_TYPE, self.kind),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (VARY, "accept-encoding"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ];
        match coding {
            Coding::Brotli => (headers, [(CONTENT_ENCODING, "br")], self.br).into_response(),
            Coding::Gzip => (headers, [(CONTENT_ENCODING, "gzip")], self.gz).into_response(),
            Coding::None => {
                let mut bytes = Vec::new();
                match GzDecoder::new(self.gz).read_to_end(&mut bytes) {
                    Ok(_) => (headers, bytes).into_response(),
                    Err(_) => nothing(),
                }
            }
        }
    }
}

/// How an asset is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
    None,
}

impl Coding {
    /// The shortest that the browser reads.
    fn best(headers: &HeaderMap) -> Coding {
        let accepted: Vec<_> = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter(|coding| !is_refused(coding))
            .filter_map(|coding| coding.split(';').next())
            .map(|coding| coding.trim().to_ascii_lowercase())
            .collect();
        let accepts = |name: &str| accepted.iter().any(|coding| coding == name);
        if accepts("br") {
            Coding::Brotli
        } else if accepts("gzip") {
            Coding::Gzip
        } else {
            Coding::None
        }
    }
}

/// Whether a coding is named with a weight of 0.
fn is_refused(coding: &str) -> bool {
    let weight = coding.split(';').find_map(|part| part.trim().strip_prefix("q=").map(str::trim));
    weight.is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde_json::{Map, Value};
    use std::collections::BTreeSet;

    #[test]
    fn the_shortest_form_that_a_browser_reads_is_sent() {
        for (accepted, expect) in [
            (&["gzip, deflate, br, zstd"][..], Coding::Brotli),
            (&["gzip;q=1.0, *;q=0.5"], Coding::Gzip),
            (&["GZIP", "br;q=0"], Coding::Gzip),
            (&["br; q=0.000, gzip; q=0"], Coding::None),
            (&["identity"], Coding::None),
            (&[], Coding::None),
        ] {
            let value = |text: &&'static str| (ACCEPT_ENCODING, HeaderValue::from_static(text));
            let headers: HeaderMap = accepted.iter().map(value).fold(HeaderMap::new(), |mut all, (name, value)| {
                all.append(name, value);
                all
            });
            assert_eq!(Coding::best(&headers), expect, "{accepted:?}");
        }
    }

    #[test]
    fn a_nonce_stands_in_the_page_and_in_its_policy() {
        let response = shell_of(Some("<style nonce=\"{{nonce}}\">"), "0a1b");
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().expect("a text");
        assert!(policy.contains("style-src 'self' 'nonce-0a1b';") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(shell_of(None, "0a1b").status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn every_asset_that_the_shell_names_is_embedded() {
        let shell = BUNDLE.shell.unwrap_or_default();
        for named in shell.split("\"/console/assets/").skip(1) {
            let name = named.split('"').next().unwrap_or_default();
            assert!(BUNDLE.assets.iter().any(|asset| asset.name == name), "{name}");
        }
        assert_eq!(BUNDLE.shell.is_none(), BUNDLE.assets.is_empty());
        for asset in BUNDLE.assets {
            let mut bytes = Vec::new();
            let read = GzDecoder::new(asset.gz).read_to_end(&mut bytes);
            assert!(read.is_ok_and(|read| asset.br.len() < read), "{}", asset.name);
        }
    }

    /// What the files of the bundle load, as Vite has written it down.
    struct Manifest(Map<String, Value>);

    impl Manifest {
        /// Adds the assets that the browser loads with this file.
        fn add(&self, file: &str, found: &mut BTreeSet<String>) {
            let texts = |name: &str| -> Vec<String> {
                let all = self.0[file][name].as_array().map(Vec::as_slice).unwrap_or_default();
                all.iter().map(|one| one.as_str().expect("a text").to_owned()).collect()
            };
            if found.insert(self.0[file]["file"].as_str().expect("a text").to_owned()) {
                found.extend(texts("css"));
                texts("imports").iter().for_each(|file| self.add(file, found));
            }
        }

        fn with(&self, files: &[&str]) -> BTreeSet<String> {
            let mut found = BTreeSet::new();
            files.iter().for_each(|file| self.add(file, &mut found));
            found
        }
    }

    /// The bytes of these assets as gzip sends them.
    fn bytes<'a>(files: impl Iterator<Item = &'a String>) -> usize {
        let of = |file: &String| BUNDLE.assets.iter().find(|asset| file.strip_prefix(ASSETS) == Some(asset.name));
        files.map(|file| of(file).unwrap_or_else(|| panic!("{file} is not embedded")).gz.len()).sum()
    }

    #[test]
    fn the_console_is_small() {
        const OVERVIEW_MAX: usize = 300_000;
        const PAGE_MAX: usize = 130_000;
        const ALL_MAX: usize = 700_000;
        if BUNDLE.shell.is_none() {
            // `PUNCHCARD_CONSOLE=required` has it built where all tests run.
            return;
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../console/dist/.vite/manifest.json");
        let manifest = std::fs::read(path).expect("Vite writes it");
        let manifest = Manifest(serde_json::from_slice(&manifest).expect("JSON"));
        // Chinese words are the longer ones in bytes.
        let overview = manifest.with(&["index.html", "app/words/zh.ts", "app/pages/Overview.tsx"]);
        let size = bytes(overview.iter());
        assert!(size <= OVERVIEW_MAX, "the overview is usable after {size} bytes");
        let pages: Vec<_> = manifest.0.keys().filter(|file| file.starts_with("app/pages/")).collect();
        assert!(3 <= pages.len(), "{pages:?}");
        for page in pages {
            let size = bytes(manifest.with(&[page]).difference(&overview));
            assert!(size <= PAGE_MAX, "{page} takes {size} bytes more");
        }
        let all: usize = BUNDLE.assets.iter().map(|asset| asset.gz.len()).sum();
        assert!(all <= ALL_MAX, "{all} bytes in all");
    }
}
