//! `/cas/validate`, `/cas/serviceValidate`, `/cas/proxyValidate`, `/cas/p3/…` and `/cas/proxy`: what
//! services ask. Every answer has status 200, because clients read the document, not the status.

use super::answer::{self, Format};
use super::{Attempt, Cas, TicketFailure, attempt, proxy};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Longest query of a request, in bytes.
const QUERY_BYTES_MAX: usize = 16_384;

/// Parameters of a request; case-sensitive, and none may come twice.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn parse(raw: Option<&str>) -> Self {
        let raw = raw.unwrap_or_default();
        let raw = if raw.len() > QUERY_BYTES_MAX { "" } else { raw };
        Self(
            url::form_urlencoded::parse(raw.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// A parameter that is there once and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        let (_, value) = found.next()?;
        (found.next().is_none() && !value.is_empty()).then_some(value)
    }

    /// Whether any parameter comes twice.
    pub(crate) fn has_repeats(&self) -> bool {
        self.0.iter().any(|(key, _)| self.is_repeated(key))
    }

    pub(super) fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// Whether a switch is set; `false` is the only word that does not set it.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|(key, value)| key == name && !value.eq_ignore_ascii_case("false"))
    }
}

fn document(text: String, format: Format) -> Response {
    let kind = HeaderValue::from_static(format.content_type());
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

fn read(params: &Params, takes_proxy: bool) -> Result<Attempt, TicketFailure> {
    let names = ["ticket", "service", "renew", "pgtUrl", "format"];
    if names.iter().any(|name| params.is_repeated(name)) {
        return Err(TicketFailure::Request);
    }
    let (Some(ticket), Some(service)) = (params.get("ticket"), params.get("service")) else {
        return Err(TicketFailure::Request);
    };
    Ok(Attempt {
        ticket: ticket.to_owned(),
        service: service.to_owned(),
        renew: params.is_set("renew"),
        takes_proxy,
        callback: params.get("pgtUrl").map(str::to_owned),
    })
}

async fn answered(cas: &Cas, raw: Option<&str>, takes_proxy: bool) -> Response {
    let params = Params::parse(raw);
    let Some(format) = Format::from_name(params.get("format")) else {
        let text = answer::failure(TicketFailure::Request, Format::Xml, "authenticationFailure");
        return document(text, Format::Xml);
    };
    let outcome = match read(&params, takes_proxy) {
        Ok(read) => attempt(cas, read).await,
        Err(failure) => Err(failure),
    };
    let text = match outcome {
        Ok(success) => answer::success(&success, format),
        Err(failure) => answer::failure(failure, format, "authenticationFailure"),
    };
    document(text, format)
}

/// `GET /cas/validate`: protocol 1.0, two lines of text.
pub async fn validate(State(cas): State<Arc<Cas>>, RawQuery(raw): RawQuery) -> Response {
    let outcome = match read(&Params::parse(raw.as_deref()), false) {
        Ok(read) => {
            let read = Attempt {
                callback: None,
                ..read
            };
            attempt(&cas, read).await
        }
        Err(failure) => Err(failure),
    };
    let text = match outcome {
        Ok(success) => format!("yes\n{}\n", success.user),
        Err(_) => "no\n\n".to_owned(),
    };
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// `GET /cas/serviceValidate`: protocol 2.0; with attributes, which its clients ignore or use.
pub async fn service_validate(State(cas): State<Arc<Cas>>, RawQuery(raw): RawQuery) -> Response {
    answered(&cas, raw.as_deref(), false).await
}

/// `GET /cas/proxyValidate`: protocol 2.0.
pub async fn proxy_validate(State(cas): State<Arc<Cas>>, RawQuery(raw): RawQuery) -> Response {
    answered(&cas, raw.as_deref(), true).await
}

/// `GET /cas/p3/serviceValidate`: protocol 3.0.
pub async fn p3_service_validate(State(cas): State<Arc<Cas>>, RawQuery(raw): RawQuery) -> Response {
    answered(&cas, raw.as_deref(), false).await
}

/// `GET /cas/p3/proxyValidate`: protocol 3.0.
pub async fn p3_proxy_validate(State(cas): State<Arc<Cas>>, RawQuery(raw): RawQuery) -> Response {
    answered(&cas, raw.as_deref(), true).await
}

/// `GET /cas/proxy`: a ticket for a further service.
pub async fn proxy_ticket(State(cas): State<Arc<Cas>>, RawQuery(raw): RawQuery) -> Response {
    let params = Params::parse(raw.as_deref());
    let Some(format) = Format::from_name(params.get("format")) else {
        let text = answer::failure(TicketFailure::Request, Format::Xml, "proxyFailure");
        return document(text, Format::Xml);
    };
    let outcome = match (params.get("pgt"), params.get("targetService")) {
        (Some(granting), Some(target)) => proxy(&cas, granting, target).await,
        _ => Err(TicketFailure::Request),
    };
    let text = match outcome {
        Ok(ticket) => answer::proxy(&ticket, format),
        Err(failure) => answer::failure(failure, format, "proxyFailure"),
    };
    document(text, format)
}
