//! How a client proves who it is: by its secret in the header or in the form, never in both; a
//! public client has none and says its name only. Failures count by address.

use super::refusal::Refusal;
use super::{CLIENT_FAILED, Oidc};
use crate::cas::validate::Params;
use crate::relying_party::{self, Protocol, RelyingParty};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use registry::access::{Actor, Origin, origin};
use registry::audit::{self, AuditOutcome};
use registry::context::Ruling;
use store::Tx;
use subtle::ConstantTimeEq;
use web::Problem;

/// Longest client id or secret, in bytes.
const BYTES_MAX: usize = 200;

/// Id and secret as they were brought.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Brought {
    id: String,
    secret: Option<String>,
}

/// One half of the header: form-encoded before it was put there (RFC 6749, section 2.3.1).
fn decoded(part: &str) -> Option<String> {
    let pair = format!("x={part}");
    let mut parsed = url::form_urlencoded::parse(pair.as_bytes());
    let (_, value) = parsed.next()?;
    parsed.next().is_none().then(|| value.into_owned())
}

fn basic(headers: &HeaderMap) -> Result<Option<Brought>, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let wrong = Refusal::client("the Authorization header is not valid Basic");
    if values.next().is_some() {
        return Err(wrong);
    }
    let read = || -> Option<Brought> {
        let (scheme, text) = value.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some(Brought {
            id: decoded(id)?,
            secret: Some(decoded(secret)?),
        })
    };
    read().map(Some).ok_or(wrong)
}

fn brought(headers: &HeaderMap, params: &Params) -> Result<Brought, Refusal> {
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    if params.get("client_assertion").is_some() || params.get("client_assertion_type").is_some() {
        return Err(Refusal::client("client assertions are not supported"));
    }
    let brought = match basic(headers)? {
        Some(_) if secret.is_some() => {
            return Err(Refusal::request(
                "the client may use one way to authenticate only",
            ));
        }
        Some(brought) if id.is_some_and(|id| id != brought.id) => {
            return Err(Refusal::request("client_id differs from the header"));
        }
        Some(brought) => brought,
        None => Brought {
            id: id
                .ok_or_else(|| Refusal::client("no client authentication"))?
                .to_owned(),
            secret: secret.map(str::to_owned),
        },
    };
    let secret_bytes = brought.secret.as_ref().map_or(0, String::len);
    if brought.id.len() > BYTES_MAX || secret_bytes > BYTES_MAX {
        return Err(Refusal::client("client_id or client_secret is too long"));
    }
    Ok(brought)
}

/// The client that calls.
///
/// # Errors
/// Why it is not known.
pub(super) async fn known(
    oidc: &Oidc,
    headers: &HeaderMap,
    params: &Params,
) -> Result<RelyingParty, Refusal> {
    let context = oidc.context();
    let from = origin(headers, context);
    let now_ms = context.now_ms();
    // Counted before anything is compared, and given back when it was right.
    let taken = oidc.throttle.take(&from.address, now_ms);
    taken.map_err(Refusal::slow_down)?;
    let known = compared(oidc, headers, params).await;
    if !matches!(&known, Ok(Ruling::Refused(_))) {
        oidc.throttle.give_back(&from.address);
    }
    match known? {
        Ruling::Granted(party) => Ok(party),
        Ruling::Refused(found) => {
            note_failure(oidc, from, found).await?;
            Err(Refusal::client("unknown client or wrong secret"))
        }
    }
}

/// The client that was named, if it proved who it is; the refusal is the one that did not.
async fn compared(
    oidc: &Oidc,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Ruling<RelyingParty, Option<RelyingParty>>, Refusal> {
    let context = oidc.context();
    let brought = brought(headers, params)?;
    let id = brought.id.clone();
    let found = context
        .read(move |tx| relying_party::by_name(tx, &id))
        .await?;
    let found = found.filter(|party| party.protocol == Protocol::Oidc);
    Ok(proved(found.clone(), &brought).ok_or(found).into())
}

/// The client, if it has proved who it is. An unknown one takes as long as a known one.
fn proved(found: Option<RelyingParty>, brought: &Brought) -> Option<RelyingParty> {
    let none = String::new();
    let kept = found.as_ref().and_then(|party| party.secret_hash.as_ref());
    let given = registry::hash_text(brought.secret.as_deref().unwrap_or_default());
    let is_same = given.as_bytes().ct_eq(kept.unwrap_or(&none).as_bytes());
    let is_public = found.is_some() && kept.is_none() && brought.secret.is_none();
    found.filter(|_| bool::from(is_same) || is_public)
}

async fn note_failure(
    oidc: &Oidc,
    from: Origin,
    found: Option<RelyingParty>,
) -> Result<(), Refusal> {
    // A name that nobody has is not written down: it may be a secret in the wrong field.
    let name = found.map_or_else(|| "unknown".to_owned(), |party| party.name);
    let (context, object) = (oidc.context(), format!("relying_party:{name}"));
    let (actor, now_ms) = (Actor::nobody(from), context.now_ms());
    let write = move |tx: &mut Tx<'_>| {
        let failed = (object.as_str(), AuditOutcome::Refused, "");
        audit::append(tx, now_ms, &actor, CLIENT_FAILED, failed)
    };
    Ok(context.db.write(write).await.map_err(Problem::from)?)
}

/// The actor that a client is.
pub(super) fn actor(party: &RelyingParty, from: Origin) -> Actor {
    Actor {
        who: registry::access::Who::Client(party.id),
        name: format!("client {}", party.name),
        ..Actor::nobody(from)
    }
}
