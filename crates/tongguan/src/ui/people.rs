//! Errors for people (错误页面): whoever asks for a page gets a page that says what happened, what to do and
//! which number to quote; programs keep their problem (RFC 9457).
//!
//! A layer around all routes, inside which the request already has its id. It looks at answers with a
//! status of 400 and above, and only when the caller wants `text/html`.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use registry::login::page::Lang;
use registry::login::refusal::{Asked, Refusal};
use serde::Deserialize;
use web::{Code, codes};

/// Longest problem that is read again, in bytes.
const PROBLEM_BYTES_MAX: usize = 64 << 10;

/// Addresses of machines, whatever they say they accept.
const MACHINES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The part of a problem that a page shows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    code: String,
    title: String,
    title_en: String,
    #[serde(default)]
    detail: String,
    advice: String,
}

/// Turns errors into pages, for who wants pages.
pub async fn pages(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !wants_page(headers) || MACHINES.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let lang = Lang::of_request(headers, request.uri().query());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let response = next.run(request).await;
    if response.status().as_u16() < 400 {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let told = match parts.extensions.remove::<Refusal>() {
        Some(refusal) => refusal,
        None => {
            let kind = parts.headers.get(header::CONTENT_TYPE);
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let is_problem = kind.starts_with("application/problem+json");
            if !is_problem && !kind.is_empty() && !kind.starts_with("text/plain") {
                return Response::from_parts(parts, body);
            }
            let bytes = to_bytes(body, PROBLEM_BYTES_MAX).await.unwrap_or_default();
            let read = is_problem.then(|| serde_json::from_slice(&bytes).ok());
            told(lang, parts.status, read.flatten(), &uri)
        }
    };
    let asked = Asked {
        here: here(&method, &uri, &told.next),
        request_id: request_id(&parts.headers),
    };
    let mut page = told.page(&asked);
    for (name, value) in &parts.headers {
        let is_of_body = [header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name);
        if !is_of_body && !page.headers().contains_key(name) {
            page.headers_mut().append(name, value.clone());
        }
    }
    page
}

/// Whether the caller would rather have a page than anything that programs read.
fn wants_page(headers: &HeaderMap) -> bool {
    let mut page = None;
    let mut program = 0;
    let accepted = headers.get_all(header::ACCEPT).iter();
    for item in accepted.filter_map(|value| value.to_str().ok()) {
        for part in item.split(',') {
            let mut words = part.split(';').map(str::trim);
            let kind = words.next().unwrap_or_default().to_ascii_lowercase();
            let weight = words
                .find_map(|word| word.strip_prefix("q="))
                .map_or(1000, weight);
            match kind.as_str() {
                "text/html" | "application/xhtml+xml" => page = page.max(Some(weight)),
                "application/json" | "application/problem+json" => program = program.max(weight),
                _ => {}
            }
        }
    }
    page.is_some_and(|page| page > 0 && page >= program)
}

/// A weight of `Accept` in thousandths.
fn weight(text: &str) -> u32 {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(4).collect();
    format!("{digits:0<4}").parse().unwrap_or(0).min(1000)
}

fn told(lang: Lang, status: StatusCode, read: Option<Told>, uri: &Uri) -> Refusal {
    let next = match status {
        StatusCode::UNAUTHORIZED => "/login",
        _ => "/",
    };
    let next = match uri.path().starts_with("/console/") {
        true => "/console/",
        false => next,
    };
    match read {
        Some(told) => Refusal {
            lang,
            status: status.as_u16(),
            code: told.code,
            title: told.title,
            title_en: told.title_en,
            what: told.detail,
            advice: told.advice,
            next: next.to_owned(),
        },
        None => {
            let mut refusal = Refusal::of(lang, code_of(status), next);
            refusal.status = status.as_u16();
            refusal
        }
    }
}

/// The code of an answer that has none: of the library that reads requests.
fn code_of(status: StatusCode) -> Code {
    match status.as_u16() {
        404 => codes::NOT_FOUND,
        405 => codes::METHOD,
        413 => codes::TOO_LARGE,
        503 => codes::UNAVAILABLE,
        500.. => codes::FAULT,
        _ => codes::BAD_REQUEST,
    }
}

/// The address that shows the page again, up to `lang=`: that of the request, or where the button leads
/// when the request was a form.
fn here(method: &Method, uri: &Uri, next: &str) -> String {
    if ![Method::GET, Method::HEAD].contains(method) {
        let sign = if next.contains('?') { '&' } else { '?' };
        return format!("{next}{sign}");
    }
    let pairs = uri.query().unwrap_or_default().split('&');
    let kept = pairs.filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let query: String = kept.map(|pair| format!("{pair}&")).collect();
    // Two slashes at the front would be another host.
    format!("/{}?{query}", uri.path().trim_start_matches('/'))
}

fn request_id(headers: &HeaderMap) -> String {
    let id = headers.get(web::request_id::HEADER);
    id.and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::HeaderValue;
    use axum::middleware::from_fn;
    use axum::routing::{get, post};
    use tower::ServiceExt;
    use web::Problem;

    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    fn accepting(text: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(text));
        headers
    }

    #[test]
    fn browsers_get_pages_and_programs_do_not() {
        for text in [
            BROWSER,
            "text/html",
            "TEXT/HTML; q=0.5",
            "application/json;q=0.1, text/html",
        ] {
            assert!(wants_page(&accepting(text)), "{text}");
        }
        for text in [
            "*/*",
            "application/json",
            "",
            "text/html;q=0",
            "application/json, text/html;q=0.9",
        ] {
            assert!(!wants_page(&accepting(text)), "{text}");
        }
    }

    async fn asked(path: &str, accept: &str, is_form: bool) -> (StatusCode, String, String) {
        let router = Router::new()
            .route(
                "/gone",
                get(|| async { Problem::new(codes::NOT_FOUND).detail("<b>x</b>") }),
            )
            .route("/busy", get(|| async { StatusCode::TOO_MANY_REQUESTS }))
            .route(
                "/form",
                post(|| async { (StatusCode::PAYLOAD_TOO_LARGE, "length limit") }),
            )
            .route(
                "/json",
                get(|| async { (StatusCode::BAD_REQUEST, axum::Json("x")) }),
            )
            .layer(from_fn(pages));
        let request = if is_form {
            Request::post(path)
        } else {
            Request::get(path)
        };
        let request = request.header(header::ACCEPT, accept).body(Body::empty());
        let response = router.oneshot(request.unwrap()).await.unwrap();
        let status = response.status();
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_error_is_a_page_that_says_what_to_do_and_keeps_its_query() {
        let (status, kind, body) = asked("/gone?a=1&lang=zh&b=%2F", BROWSER, false).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(kind.starts_with("text/html"), "{kind}");
        assert!(
            body.contains("TG-R4040") && body.contains("没有找到"),
            "{body}"
        );
        assert!(!body.contains("<b>x</b>"), "escaped: {body}");
        assert!(body.contains("/gone?a=1&#38;b=%2F&#38;lang=en"), "{body}");
        let (_, _, body) = asked("/gone?lang=en", BROWSER, false).await;
        assert!(
            body.contains("Not found") && body.contains("Check the address"),
            "{body}"
        );
        let (status, _, body) = asked("/busy", BROWSER, false).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert!(body.contains("<h1>"), "{body}");
        let (status, _, body) = asked("/form", BROWSER, true).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(body.contains("TG-R4130"), "{body}");
    }

    #[tokio::test]
    async fn programs_keep_their_problem() {
        let (_, kind, body) = asked("/gone", "*/*", false).await;
        assert!(kind.starts_with("application/problem+json"), "{kind}");
        assert!(body.contains("\"code\":\"TG-R4040\""), "{body}");
        let (_, kind, _) = asked("/json", BROWSER, false).await;
        assert!(
            kind.starts_with("application/json"),
            "a protocol of its own: {kind}"
        );
    }
}
