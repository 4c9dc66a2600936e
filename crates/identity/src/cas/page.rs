//! The pages of the CAS server.

use crate::pages::page::{Lang, POLICY, Shown, page_with};
use crate::relying_party::service::Service;
use crate::relying_party::{Protocol, RelyingParty};
use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use web::ErrorCode;

/// The login page, for a service or for none.
#[derive(Template)]
#[template(path = "cas_login.html")]
pub(super) struct LoginPage {
    pub(super) lang: Lang,
    pub(super) error: Option<Shown>,
    /// Name of the system that asks.
    pub(super) title: String,
    pub(super) login: String,
    pub(super) slip: String,
    pub(super) service: String,
    pub(super) renew: bool,
    pub(super) warn: bool,
    /// The login page of the platform, with the way back here.
    pub(super) other: String,
}

/// The question before a service (C6), and the step between a form of ours and a service.
#[derive(Template)]
#[template(path = "cas_go.html")]
pub(crate) struct GoPage {
    pub(crate) lang: Lang,
    pub(crate) title: String,
    pub(crate) origin: String,
    /// Where the button leads; with `refresh` the browser goes by itself.
    pub(crate) url: String,
    pub(crate) refresh: bool,
    pub(crate) csrf: String,
    pub(crate) service: String,
}

/// The page that refuses a service: what was received, and what is registered.
#[derive(Template)]
#[template(path = "cas_refused.html")]
struct RefusedPage {
    lang: Lang,
    code: ErrorCode,
    /// The address as it was received, cut.
    received: String,
    /// The nearest registered address; empty when none is near.
    nearest: String,
}

/// Longest address that is shown, in characters.
const SHOWN_CHARS_MAX: usize = 500;

/// Refuses a service (C2): shows the address that was received beside the nearest registered one.
pub(super) fn refused_service(lang: Lang, received: &str, parties: &[RelyingParty]) -> Response {
    let cas = parties
        .iter()
        .filter(|party| party.protocol == Protocol::Cas);
    let urls = cas.flat_map(|party| party.urls.iter().map(String::as_str));
    let template = RefusedPage {
        lang,
        code: super::codes::SERVICE,
        received: received.chars().take(SHOWN_CHARS_MAX).collect(),
        nearest: Service::nearest(received, urls)
            .unwrap_or_default()
            .to_owned(),
    };
    let mut response = page_with(lang, StatusCode::FORBIDDEN, &template, POLICY);
    never_kept(response.headers_mut());
    response
}

/// Renders a page whose forms may end at a service.
///
/// A browser holds a form to its policy along all redirects that follow, so the origin of the
/// service, which was checked, is on the list.
pub(crate) fn page_to(
    lang: Lang,
    status: StatusCode,
    template: &impl Template,
    service: Option<&Service>,
) -> Response {
    let origin = service.map(Service::origin).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
         form-action 'self' {origin}; frame-ancestors 'none'"
    );
    let mut response = page_with(lang, status, template, &policy);
    never_kept(response.headers_mut());
    response
}

/// An answer with a ticket in it, or with the form for one, is nobody's to keep (C5).
pub(crate) fn never_kept(headers: &mut HeaderMap) {
    let fixed = [
        (header::CACHE_CONTROL, "no-store, no-cache"),
        (header::PRAGMA, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
