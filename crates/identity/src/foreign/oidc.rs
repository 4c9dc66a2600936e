//! The other system is an OIDC provider: discovery, the code, the token, and what it knows.

use super::fetch::{FetchBody, call};
use super::token::{Expected, verify};
use super::{Provider, Trouble, external_id};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use registry::config::{ForeignSource, may_call};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::{Arc, PoisonError};
use ureq::Agent;
use url::Url;
use url::form_urlencoded::byte_serialize;

/// How long what was discovered is believed, in milliseconds.
const DISCOVERY_MS: i64 = 5 * 60_000;

/// The longest code, in characters.
const CODE_CHARS_MAX: usize = 4096;

/// What a provider says of itself.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Discovery {
    issuer: String,
    pub(crate) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What a login carries there and back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoginTrip<'a> {
    /// Our address to which the browser comes back.
    pub(crate) back: &'a str,
    /// The secret of PKCE.
    pub(crate) verifier: &'a str,
    /// The nonce.
    pub(crate) nonce: &'a str,
}

#[derive(Deserialize)]
struct Redeemed {
    id_token: String,
    access_token: Option<String>,
}

fn json<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes).map_err(|_| Trouble::Wrong("not the JSON that it should be"))
}

/// Asks a provider for its description.
pub(crate) fn discover(agent: &Agent, source: &ForeignSource) -> Result<Discovery, Trouble> {
    let base = source.address.trim_end_matches('/');
    let url = format!("{base}/.well-known/openid-configuration");
    let found: Discovery = json(&call(agent, &url, &FetchBody::default())?)?;
    if found.issuer != source.address {
        return Err(Trouble::Wrong("it says that it is another issuer"));
    }
    let called = [
        Some(&found.authorization_endpoint),
        Some(&found.token_endpoint),
        Some(&found.jwks_uri),
        found.userinfo_endpoint.as_ref(),
    ];
    let is_safe = |text: &String| Url::parse(text).is_ok_and(|url| may_call(&url));
    if !called.into_iter().flatten().all(is_safe) {
        return Err(Trouble::Wrong("one of its addresses may not be called"));
    }
    Ok(found)
}

impl Provider {
    /// The description of the provider, asked for again when it is old.
    pub(crate) async fn discovery(&self, now_ms: i64) -> Result<Arc<Discovery>, Trouble> {
        let kept = self
            .discovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((at_ms, found)) = kept
            && (0..DISCOVERY_MS).contains(&(now_ms - at_ms))
        {
            return Ok(found);
        }
        let source = self.source.clone();
        let asked = self
            .courier
            .call(move |agent| Some(discover(&agent, &source)));
        let found = asked
            .await
            .unwrap_or_else(|| Err(Trouble::Down("no answer".to_owned())))?;
        let found = Arc::new(found);
        *self
            .discovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some((now_ms, Arc::clone(&found)));
        Ok(found)
    }
}

/// Where the browser goes; nothing when the address of the provider cannot be extended.
pub(crate) fn login_url(
    source: &ForeignSource,
    found: &Discovery,
    way: &LoginTrip<'_>,
    state: &str,
) -> Option<String> {
    let mut url = Url::parse(&found.authorization_endpoint).ok()?;
    // A claim that is not `sub` belongs to the profile in nearly every system.
    let scope = match source.attribute.as_str() {
        "" | "sub" => "openid",
        "email" => "openid email",
        _ => "openid profile",
    };
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &source.client_id)
        .append_pair("redirect_uri", way.back)
        .append_pair("scope", scope)
        .append_pair("state", state)
        .append_pair("nonce", way.nonce)
        .append_pair("code_challenge", &registry::hash_text(way.verifier))
        .append_pair("code_challenge_method", "S256");
    Some(url.into())
}

/// Redeems a code; answers the external id.
pub(crate) fn redeem(
    agent: &Agent,
    (source, secret): (&ForeignSource, Option<&str>),
    found: &Discovery,
    (way, code): (&LoginTrip<'_>, &str),
    now_s: i64,
) -> Result<String, Trouble> {
    if code.is_empty() || code.len() > CODE_CHARS_MAX {
        return Err(Trouble::Wrong("the code is not one"));
    }
    let sent = redemption(source, secret, found, way, code);
    let redeemed: Redeemed = json(&call(agent, &found.token_endpoint, &sent)?)?;
    let keys = call(agent, &found.jwks_uri, &FetchBody::default())?;
    let expected = Expected {
        issuer: &source.address,
        client: &source.client_id,
        nonce: way.nonce,
        now_s,
    };
    let claims = verify(&redeemed.id_token, &keys, &expected)?;
    let sub = external_id(&claims.sub)?;
    if source.attribute.is_empty() || source.attribute == "sub" {
        return Ok(sub);
    }
    if let Some(value) = claims.more.get(&source.attribute) {
        return text_of(value);
    }
    let (Some(address), Some(token)) = (&found.userinfo_endpoint, redeemed.access_token) else {
        return Err(Trouble::Wrong("the claim is missing"));
    };
    let sent = FetchBody {
        authorization: Some(format!("Bearer {token}")),
        form: None,
    };
    let known: Map<String, Value> = json(&call(agent, address, &sent)?)?;
    // Without this, what is said of somebody else could be taken for this person's.
    if known.get("sub").and_then(Value::as_str) != Some(&sub) {
        return Err(Trouble::Wrong("it tells of somebody else"));
    }
    known
        .get(&source.attribute)
        .map_or(Err(Trouble::Wrong("the claim is missing")), text_of)
}

fn text_of(value: &Value) -> Result<String, Trouble> {
    match value {
        Value::String(text) => external_id(text),
        Value::Number(number) => external_id(&number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(Trouble::Wrong("the claim is no text"))
        }
    }
}

/// The form that redeems a code, with our secret where the provider wants it.
fn redemption(
    source: &ForeignSource,
    secret: Option<&str>,
    found: &Discovery,
    way: &LoginTrip<'_>,
    code: &str,
) -> FetchBody {
    let mut form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", way.back.to_owned()),
        ("code_verifier", way.verifier.to_owned()),
    ];
    let mut authorization = None;
    let encoded = |text: &str| -> String { byte_serialize(text.as_bytes()).collect() };
    let methods = found.token_endpoint_auth_methods_supported.as_deref();
    // Without a word about it, a provider takes the header.
    let takes_header = methods.is_none_or(|all| all.iter().any(|one| one == "client_secret_basic"));
    match secret {
        Some(secret) if takes_header => {
            let both = format!("{}:{}", encoded(&source.client_id), encoded(secret));
            authorization = Some(format!("Basic {}", STANDARD.encode(both)));
        }
        Some(secret) => {
            form.push(("client_id", source.client_id.clone()));
            form.push(("client_secret", secret.to_owned()));
        }
        None => form.push(("client_id", source.client_id.clone())),
    }
    FetchBody {
        authorization,
        form: Some(form),
    }
}
