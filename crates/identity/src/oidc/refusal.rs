//! Refusals in the words of RFC 6749, RFC 6750 and `OpenID` Connect. Their descriptions are ASCII,
//! as the standard has it, and name no secret.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use web::Problem;

/// A refusal of an endpoint that programs call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: &'static str,
    pub(super) description: &'static str,
    status: StatusCode,
    /// The scheme by which to come again.
    scheme: Option<&'static str>,
    retry_s: Option<i64>,
}

impl Refusal {
    /// A refusal with status 400.
    pub(super) const fn new(error: &'static str, description: &'static str) -> Self {
        Self {
            error,
            description,
            status: StatusCode::BAD_REQUEST,
            scheme: None,
            retry_s: None,
        }
    }

    /// The request itself is wrong.
    pub(super) const fn request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    /// What was brought gets nothing.
    pub(super) const fn grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    /// The client is not known, or did not prove who it is.
    pub(super) const fn client(description: &'static str) -> Self {
        let mut refusal = Self::new("invalid_client", description);
        refusal.status = StatusCode::UNAUTHORIZED;
        refusal.scheme = Some("Basic");
        refusal
    }

    /// The access token is not in force.
    pub(super) const fn token(description: &'static str) -> Self {
        let mut refusal = Self::new("invalid_token", description);
        refusal.status = StatusCode::UNAUTHORIZED;
        refusal.scheme = Some("Bearer");
        refusal
    }

    /// Too many failures from one address.
    pub(super) fn slow_down(wait_ms: i64) -> Self {
        let mut refusal = Self::new("invalid_client", "too many failures, try again later");
        refusal.status = StatusCode::TOO_MANY_REQUESTS;
        refusal.retry_s = Some((wait_ms + 999) / 1000);
        refusal
    }

    /// No token was brought at all: then no error is named (RFC 6750, section 3.1).
    pub(super) const fn nobody() -> Self {
        let mut refusal = Self::token("");
        refusal.error = "";
        refusal
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        problem.log();
        let mut refusal = Self::new("server_error", "the platform failed");
        if problem.status == 503 {
            refusal = Self::new("temporarily_unavailable", "the platform is busy");
            refusal.retry_s = Some(2);
        }
        refusal.status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = if self.error.is_empty() {
            self.status.into_response()
        } else {
            let body = json!({
                "error": self.error, "error_description": self.description,
            });
            (self.status, axum::Json(body)).into_response()
        };
        let headers = response.headers_mut();
        crate::cas::page::never_kept(headers);
        let challenge = match self.scheme {
            Some("Bearer") if !self.error.is_empty() => format!(
                "Bearer realm=\"tongguan\", error=\"{}\", error_description=\"{}\"",
                self.error, self.description
            ),
            Some(scheme) => format!("{scheme} realm=\"tongguan\""),
            None => String::new(),
        };
        if !challenge.is_empty()
            && let Ok(challenge) = HeaderValue::from_str(&challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
