//! What a browser brings to `/oauth2/authorize`, and the grant that it gets. Every limit and every
//! word that is not supported is refused here, before anybody is asked to log in.

use super::refusal::Refusal;
use super::{CODE_MS, ENTER, Oidc, SCOPES, sql, token};
use crate::cas::validate::Params;
use crate::relying_party::{self, Protocol, RelyingParty, redirect};
use registry::access::Actor;
use registry::context::{AppContext, Ruling};
use registry::session::Session;
use registry::{audit, hash_text};
use store::{Result as StoreResult, Tx};
use url::Url;
use web::{ErrorCode, Problem};

/// Longest client id, in bytes: that of an entry's short name.
const ID_MAX: usize = 60;

/// Longest `state`, in bytes: it goes through the login pages in an address.
pub(super) const STATE_MAX: usize = 1000;

/// Longest `nonce`, in bytes.
const NONCE_MAX: usize = 500;

/// Longest `scope`, in bytes.
const SCOPE_MAX: usize = 500;

/// Longest way back from the login pages, in bytes.
const PATH_MAX: usize = 3800;

/// Parameters that go through the login pages.
const KEPT: [&str; 11] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "id_token_hint",
];

/// What a client asks for, checked.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) redirect_uri: String,
    nonce: Option<String>,
    scope: String,
    challenge: String,
    /// Nobody may be asked anything.
    pub(super) is_silent: bool,
    /// The person must prove who he is now.
    pub(super) asks_again: bool,
    /// Seconds since the proof, at most.
    pub(super) max_age: Option<i64>,
    pub(super) hint: Option<String>,
    /// The path that brings a browser back to this wish.
    pub(super) path: String,
}

/// The client and the address that a request names; only after this may a browser be sent anywhere.
///
/// # Errors
/// 503 when the database cannot be asked; the refusal is the code of the page.
pub(super) async fn client(
    oidc: &Oidc,
    params: &Params,
) -> Result<Ruling<(RelyingParty, String), ErrorCode>, Problem> {
    let Some(id) = params.get("client_id").filter(|id| id.len() <= ID_MAX) else {
        return Ok(Ruling::Refused(super::codes::CLIENT));
    };
    let id = id.to_owned();
    let found = oidc
        .context()
        .read(move |tx| relying_party::by_name(tx, &id))
        .await?;
    let Some(party) = found.filter(|party| party.protocol == Protocol::Oidc) else {
        return Ok(Ruling::Refused(super::codes::CLIENT));
    };
    let redirect = params
        .get("redirect_uri")
        .filter(|uri| redirect::is_registered(&party, &party.urls, uri))
        .map(str::to_owned);
    Ok(match redirect {
        Some(redirect) => Ruling::Granted((party, redirect)),
        None => Ruling::Refused(super::codes::REDIRECT),
    })
}

/// The state that goes back with any answer, if it can.
pub(super) fn state(params: &Params) -> Option<&str> {
    params.get("state").filter(|state| state.len() <= STATE_MAX)
}

/// Reads the rest of a request.
pub(super) fn read(params: &Params, party: &RelyingParty, redirect: &str) -> Result<Wish, Refusal> {
    if params.has_repeats() {
        return Err(Refusal::request("a parameter comes twice"));
    }
    unsupported(params)?;
    if !party.may("authorization_code") {
        let why = "the client may not use authorization_code";
        return Err(Refusal::new("unauthorized_client", why));
    }
    let scope = scope(params)?;
    let challenge = challenge(params)?;
    let limits = [("state", STATE_MAX), ("nonce", NONCE_MAX)];
    for (name, max) in limits {
        if params.get(name).is_some_and(|text| text.len() > max) {
            return Err(Refusal::request("state or nonce is too long"));
        }
    }
    let (is_silent, asks_again) = prompt(params)?;
    let max_age = match params.get("max_age").map(str::parse::<u32>) {
        Some(Ok(seconds)) => Some(i64::from(seconds)),
        Some(Err(_)) => return Err(Refusal::request("max_age is not a number of seconds")),
        None => None,
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in KEPT {
        if let Some(value) = params.get(name) {
            query.append_pair(name, value);
        }
    }
    let path = format!("/oauth2/authorize?{}", query.finish());
    if path.len() > PATH_MAX {
        return Err(Refusal::request("the request is too long"));
    }
    Ok(Wish {
        redirect_uri: redirect.to_owned(),
        nonce: params.get("nonce").map(str::to_owned),
        scope,
        challenge,
        is_silent,
        asks_again,
        max_age,
        hint: params.get("id_token_hint").map(str::to_owned),
        path,
    })
}

fn unsupported(params: &Params) -> Result<(), Refusal> {
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if params.get(name).is_some() {
            return Err(Refusal::new(error, "this parameter is not supported"));
        }
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => {
            let why = "only response_type=code is supported";
            return Err(Refusal::new("unsupported_response_type", why));
        }
        None => return Err(Refusal::request("response_type is missing")),
    }
    if params
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(Refusal::request("only response_mode=query is supported"));
    }
    Ok(())
}

/// The scopes that are asked for and known, in our order; unknown ones mean nothing.
fn scope(params: &Params) -> Result<String, Refusal> {
    let asked = params.get("scope").unwrap_or_default();
    if asked.len() > SCOPE_MAX {
        return Err(Refusal::request("scope is too long"));
    }
    if !token::has(asked, "openid") {
        return Err(Refusal::new("invalid_scope", "scope must contain openid"));
    }
    let known: Vec<&str> = SCOPES
        .into_iter()
        .filter(|scope| token::has(asked, scope))
        .collect();
    Ok(known.join(" "))
}

fn challenge(params: &Params) -> Result<String, Refusal> {
    let Some(challenge) = params.get("code_challenge") else {
        return Err(Refusal::request("PKCE is required: no code_challenge"));
    };
    if params.get("code_challenge_method") != Some("S256") {
        return Err(Refusal::request("code_challenge_method must be S256"));
    }
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if challenge.len() != 43 || !challenge.chars().all(is_letter) {
        return Err(Refusal::request("code_challenge is not a SHA-256 digest"));
    }
    Ok(challenge.to_owned())
}

/// Whether nobody may be asked anything, and whether the person must prove who he is now. Consent
/// is given by the registration: the systems of the city do not ask for it.
fn prompt(params: &Params) -> Result<(bool, bool), Refusal> {
    let words: Vec<&str> = params
        .get("prompt")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    let known = ["none", "login", "consent", "select_account"];
    if words.iter().any(|word| !known.contains(word)) {
        return Err(Refusal::request("prompt has an unknown value"));
    }
    let is_silent = words.contains(&"none");
    if is_silent && words.len() > 1 {
        return Err(Refusal::request("prompt=none stands alone"));
    }
    let asks_again = words.contains(&"login") || words.contains(&"select_account");
    Ok((is_silent, asks_again))
}

/// A registered address with what a client is told there.
pub(super) fn back(redirect: &str, pairs: &[(&str, &str)]) -> String {
    match Url::parse(redirect) {
        Ok(url) if pairs.is_empty() => url.into(),
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(pairs);
            url.into()
        }
        // Addresses are parsed before they are registered.
        Err(_) => redirect.to_owned(),
    }
}

/// Gives a session's grant to a client; the text of the code is nowhere else.
pub(super) async fn enter(
    context: &AppContext,
    (actor, session): (&Actor, &Session),
    (party, wish): (&RelyingParty, &Wish),
) -> Result<String, Problem> {
    let code = format!("tgc_{}", context.token()?);
    let now_ms = context.now_ms();
    let visit = sql::ClientVisit {
        id: context.ids.next(),
        sid: context.token()?,
        session: session.id,
        party: party.id,
        account: session.account,
        made_at: now_ms,
    };
    let mut grant = sql::CodeGrant {
        id: context.ids.next(),
        code_hash: hash_text(&code),
        party: party.id,
        account: session.account,
        session: session.id,
        sid: String::new(),
        scope: wish.scope.clone(),
        nonce: wish.nonce.clone(),
        redirect_uri: wish.redirect_uri.clone(),
        challenge: wish.challenge.clone(),
        methods: session.methods.clone(),
        authenticated_at: session.authenticated_at,
        issued_at: now_ms,
        code_expires_at: now_ms + CODE_MS,
    };
    let (actor, object) = (actor.clone(), format!("relying_party:{}", party.name));
    let origin = origin(&wish.redirect_uri);
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        grant.sid = sql::visit(tx, &visit)?;
        sql::insert_grant(tx, &grant)?;
        audit::done(tx, now_ms, &actor, ENTER, &object, &origin)
    };
    context.db.write(write).await?;
    Ok(code)
}

/// Scheme, host and port of a redirect address; of a private-use one the scheme.
pub(super) fn origin(address: &str) -> String {
    if redirect::is_private_use(address) {
        let scheme = address.split(':').next().unwrap_or_default();
        return format!("{scheme}:");
    }
    Url::parse(address).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}
