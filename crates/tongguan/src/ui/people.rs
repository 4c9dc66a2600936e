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
use registry::page::{Lang, PageRefusal, RefusedRequest};
use serde::Deserialize;
use web::{ErrorCode, codes};

/// Longest problem that is read again, in bytes.
const PROBLEM_BYTES_MAX: usize = 64 << 10;

/// Addresses of machines, whatever they say they accept.
const MACHINES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The part of a problem that a page shows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShownProblem {
    code: String,
    title: String,
    title_en: String,
    #[serde(default)]
    detail: String,
    advice: String,
    advice_en: String,
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
    let refusal = match parts.extensions.remove::<PageRefusal>() {
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
            refusal_of(lang, parts.status, read.flatten(), &uri)
        }
    };
    let refused_request = RefusedRequest {
        here: here(&method, &uri, &refusal.next),
        request_id: request_id(&parts.headers),
    };
    let mut page = refusal.page(&refused_request);
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

fn refusal_of(
    lang: Lang,
    status: StatusCode,
    read: Option<ShownProblem>,
    uri: &Uri,
) -> PageRefusal {
    let next = match status {
        StatusCode::UNAUTHORIZED => "/login",
        _ => "/",
    };
    let next = match uri.path().starts_with("/console/") {
        true => "/console/",
        false => next,
    };
    match read {
        Some(problem) => PageRefusal {
            lang,
            status: status.as_u16(),
            code: problem.code,
            title: problem.title,
            title_en: problem.title_en,
            what: problem.detail,
            what_en: String::new(),
            advice: problem.advice,
            advice_en: problem.advice_en,
            next: next.to_owned(),
        },
        None => {
            let mut refusal = PageRefusal::of(lang, code_of(status), next);
            refusal.status = status.as_u16();
            refusal
        }
    }
}

/// The code of an answer that has none: of the library that reads requests.
fn code_of(status: StatusCode) -> ErrorCode {
    match status.as_u16() {
        403 => registry::access::FORBIDDEN,
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
mod tests;
