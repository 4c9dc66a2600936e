//! The console (工作台) in the binary: a single-page application, built from `console/` by `make console`.
//!
//! Its pages are `/console/…`. Files under `assets/` carry a hash in their names and never change;
//! every other address is a page of the application and gets `index.html`, which is never stored, so
//! that a new release is seen at once. Each text file is embedded with its compressed twins, and the
//! caller's `Accept-Encoding` chooses. A binary built without the console says so on a page.

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use web::{Path, Problem, codes};

/// What a page of the console may load: only what the platform serves. Styles are written into the
/// page by the component library while it runs; scripts never are.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page of a binary that was built without the console.
const MISSING: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>工作台未构建</title>\
    <body style=\"font:16px/1.6 sans-serif;margin:3rem\"><h1>这个程序里没有工作台</h1>\
    <p>构建程序时还没有构建工作台。请在源代码目录运行 <code>make console</code>，再重新构建程序；\
    <code>make run</code> 会一并完成。接口不受影响。</p>\
    <p lang=\"en\">This binary was built without the console: run <code>make console</code> and build again.</p>";

/// A file of the console.
struct Asset {
    /// Its name under `/console/`.
    name: &'static str,
    plain: &'static [u8],
    br: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// The files, sorted by name; written by `build.rs`.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/console_assets.rs"));

/// The console's routes.
pub fn routes() -> Router {
    Router::new()
        .route("/console", get(async || Redirect::permanent("/console/")))
        .route(
            "/console/",
            get(async |headers: HeaderMap| answer("", &headers)),
        )
        .route(
            "/console/{*path}",
            get(async |Path(path): Path<String>, headers: HeaderMap| answer(&path, &headers)),
        )
}

/// Whether the binary has the console.
pub fn is_built() -> bool {
    find("index.html").is_some()
}

fn find(name: &str) -> Option<&'static Asset> {
    let place = ASSETS.binary_search_by(|asset| asset.name.cmp(name)).ok()?;
    ASSETS.get(place)
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if let Some(asset) = find(path).filter(|asset| asset.name != "index.html") {
        return file(asset, accepted);
    }
    if path.starts_with("assets/") {
        return Problem::new(codes::NOT_FOUND).into_response();
    }
    match find("index.html") {
        Some(index) => file(index, accepted),
        None => (StatusCode::NOT_FOUND, Html(MISSING)).into_response(),
    }
}

fn file(asset: &'static Asset, accepted: &str) -> Response {
    let (encoding, bytes) = choose(asset, accepted);
    let stored = if asset.name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, content_type(asset.name));
    set(header::CACHE_CONTROL, stored);
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::VARY, "accept-encoding");
    if let Some(encoding) = encoding {
        set(header::CONTENT_ENCODING, encoding);
    }
    response
}

/// The smallest form that the caller takes.
fn choose(asset: &'static Asset, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
    let twins = [("br", asset.br), ("gzip", asset.gzip)];
    twins
        .into_iter()
        .filter(|(encoding, _)| takes(accepted, encoding))
        .find_map(|(encoding, bytes)| bytes.map(|bytes| (Some(encoding), bytes)))
        .unwrap_or((None, asset.plain))
}

/// Whether `Accept-Encoding` names the encoding without refusing it (`q=0`).
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let named = words
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused = words.any(|word| {
            word.strip_prefix("q=")
                .is_some_and(|q| q.chars().all(|c| c == '0' || c == '.'))
        });
        named && !refused
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SAMPLE: Asset = Asset {
        name: "assets/a.js",
        plain: b"plain",
        br: Some(b"br"),
        gzip: Some(b"gzip"),
    };

    fn chosen(accepted: &str) -> &'static [u8] {
        choose(&SAMPLE, accepted).1
    }

    #[test]
    fn the_smallest_form_that_is_taken() {
        assert_eq!(chosen("gzip, deflate, br"), b"br");
        assert_eq!(chosen("gzip, br;q=0"), b"gzip");
        assert_eq!(chosen("GZIP;q=0.5"), b"gzip");
        assert_eq!(chosen("br;q=0.0, gzip;q=0"), b"plain");
        assert_eq!(chosen("brotli, x-gzip"), b"plain");
        assert_eq!(chosen(""), b"plain");
    }

    #[test]
    fn a_file_without_twins_is_sent_as_it_is() {
        static BARE: Asset = Asset {
            name: "assets/a.png",
            plain: b"plain",
            br: None,
            gzip: None,
        };
        assert_eq!(choose(&BARE, "br, gzip"), (None, b"plain".as_slice()));
    }

    #[test]
    fn hashed_files_are_kept_and_have_a_policy() {
        let answer = file(&SAMPLE, "br");
        let header = |name| answer.headers().get(name).and_then(|v| v.to_str().ok());
        assert_eq!(header(header::CONTENT_ENCODING), Some("br"));
        assert_eq!(
            header(header::CONTENT_TYPE),
            Some("text/javascript; charset=utf-8")
        );
        assert!(header(header::CACHE_CONTROL).is_some_and(|v| v.contains("immutable")));
        let policy = header(header::CONTENT_SECURITY_POLICY).unwrap_or_default();
        assert!(policy.contains("script-src 'self';"), "{policy}");
    }

    #[test]
    fn an_unknown_asset_is_not_a_page() {
        let none = HeaderMap::new();
        assert_eq!(
            answer("assets/gone.js", &none).status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn every_other_address_is_a_page_of_the_application() {
        let none = HeaderMap::new();
        let page = answer("messages/1", &none);
        if is_built() {
            assert_eq!(page.status(), StatusCode::OK);
            let stored = page.headers().get(header::CACHE_CONTROL);
            assert_eq!(stored, Some(&HeaderValue::from_static("no-store")));
        } else {
            assert_eq!(page.status(), StatusCode::NOT_FOUND);
        }
    }
}
