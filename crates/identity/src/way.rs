//! Where a browser goes on: to a path of ours and to nothing else.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registry::session::Stage;

/// Where people go when they did not come from anywhere.
pub const HOME: &str = "/console/";

/// Longest way to go on, in bytes: another system's request goes through it.
const NEXT_BYTES_MAX: usize = 4000;

/// A path of ours, whatever was asked for: never another site.
pub fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && next.len() <= NEXT_BYTES_MAX;
    if is_local { next } else { HOME }
}

/// A path with a place to go then.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    let next = utf8_percent_encode(local(next), KEPT);
    format!("{path}?next={next}")
}

/// Sends the browser on with a GET.
pub fn go(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Where a session in a stage goes on.
pub fn onward(stage: Stage, next: &str) -> String {
    match stage {
        Stage::Full => local(next).to_owned(),
        Stage::Second => with_next("/login/second", next),
        Stage::Enrol => with_next("/account/totp", next),
        Stage::Password => with_next("/account/password", next),
    }
}
