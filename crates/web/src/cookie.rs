//! The cookies that a request carries.

use axum::http::{HeaderMap, header};
use cookie::Cookie;

/// The value of the first cookie with this name that fits. A browser may send several of one name, of other paths
/// or planted by a neighbour.
pub fn cookie(headers: &HeaderMap, name: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .flatten()
        .find(|cookie| cookie.name() == name && fits(cookie.value()))
        .map(|cookie| cookie.value().to_owned())
}
