//! Request ids (请求编号): what a company quotes on the phone and an operator finds in the log.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use store::id::IdMaker;
use tracing::Instrument;

/// Header that carries the id in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken over from a caller, in characters.
const LENGTH_MAX: usize = 64;

/// Gives each request an id: the caller's when it is short and plain, else a new one.
pub async fn middleware(
    State(ids): State<Arc<IdMaker>>,
    mut request: Request,
    next: Next,
) -> Response {
    let given = request
        .headers()
        .get(&HEADER)
        .filter(|value| is_plain(value))
        .cloned();
    let id = given.or_else(|| HeaderValue::from_str(&ids.next().to_string()).ok());
    if let Some(id) = &id {
        // What acts are put on record with.
        request.headers_mut().insert(HEADER, id.clone());
    }
    let text = id
        .as_ref()
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    let span = tracing::info_span!("request", id = text, method = %request.method());
    let mut response = next.run(request).instrument(span).await;
    if let Some(id) = id {
        response.headers_mut().insert(HEADER, id);
    }
    response
}

fn is_plain(value: &HeaderValue) -> bool {
    value.len() <= LENGTH_MAX
        && !value.is_empty()
        && value
            .as_bytes()
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}
