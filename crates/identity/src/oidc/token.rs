//! What clients get at `/oauth2/token`, and what they may ask about it: the rules of the three
//! grants, of revocation and of introspection.

use super::key::ProviderSigner;
use super::refusal::Refusal;
use super::sql::{CodeGrant, OidcToken, TokenKind};
use super::{
    MACHINE, Oidc, PROGRAM, REPLAY, REVOKE, SKEW_MS, TEXT_BYTES_MAX, TOKEN_MS, again, claims,
    client, issuer, jwt, key, live, personal, program, sql,
};
use crate::cas::validate::Params;
use crate::relying_party::{self, RelyingParty};
use registry::access::{Actor, Origin};
use registry::audit::{self, AuditOutcome};
use registry::context::{AppContext, Ruling};
use registry::hash_text;
use serde_json::{Value, json};
use store::{Result as StoreResult, Tx};
use subtle::ConstantTimeEq;
use web::Problem;

/// Whether a list of scopes has one.
pub(super) fn has(list: &str, scope: &str) -> bool {
    list.split_ascii_whitespace().any(|one| one == scope)
}

/// Tokens that are given when the rules say yes.
#[derive(Clone)]
struct Fresh {
    access: String,
    refresh: String,
    /// Hash of the refresh token that the new one follows.
    predecessor: Option<String>,
}

impl Fresh {
    fn new(context: &AppContext) -> Result<Self, Refusal> {
        Ok(Self {
            access: format!("tga_{}", context.token()?),
            refresh: format!("tgr_{}", context.token()?),
            predecessor: None,
        })
    }
}

/// What a client was given.
struct GrantedTokens {
    party: RelyingParty,
    grant: CodeGrant,
    scope: String,
    expires_at: i64,
    has_refresh: bool,
}

type Ruled<T> = StoreResult<Ruling<T, Refusal>>;

/// Answers a request for tokens.
pub(super) async fn issue(
    oidc: &Oidc,
    party: &RelyingParty,
    from: Origin,
    params: &Params,
) -> Result<Value, Refusal> {
    let name = match params.get("grant_type") {
        Some(name) => name,
        None => return Err(Refusal::request("grant_type is missing")),
    };
    let known = relying_party::GRANTS.iter().find(|grant| **grant == name);
    let Some(name) = known else {
        let why = "this grant_type is not supported";
        return Err(Refusal::new("unsupported_grant_type", why));
    };
    if !party.may(name) {
        let why = "the client may not use this grant_type";
        return Err(Refusal::new("unauthorized_client", why));
    }
    match *name {
        "authorization_code" => exchange(oidc, party, from, params).await,
        "refresh_token" => refresh(oidc, party, from, params).await,
        _ => for_program(oidc, party, from, params).await,
    }
}

fn bounded<'p>(params: &'p Params, name: &str) -> Option<&'p str> {
    params.get(name).filter(|text| text.len() <= TEXT_BYTES_MAX)
}

async fn exchange(
    oidc: &Oidc,
    party: &RelyingParty,
    from: Origin,
    params: &Params,
) -> Result<Value, Refusal> {
    let Some(code) = params.get("code") else {
        return Err(Refusal::request("code is missing"));
    };
    let Some(redirect) = params.get("redirect_uri") else {
        return Err(Refusal::request("redirect_uri is missing"));
    };
    let Some(verifier) = params.get("code_verifier") else {
        return Err(Refusal::request("PKCE is required: no code_verifier"));
    };
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    if !(43..=128).contains(&verifier.len()) || !verifier.chars().all(is_letter) {
        return Err(Refusal::request("code_verifier is not well formed"));
    }
    if code.len() > TEXT_BYTES_MAX {
        return Err(Refusal::grant("the code is not known"));
    }
    let context = oidc.context();
    // Before the code is used up: a key that cannot sign must not cost the person a login.
    let signer = key::signer(context).await?;
    let fresh = Fresh::new(context)?;
    let attempt = CodeExchange {
        code_hash: hash_text(code),
        redirect: redirect.to_owned(),
        // The digest of S256 is the one by which we keep tokens: SHA-256, base64url.
        challenge: hash_text(verifier),
        actor: client::actor(party, from),
    };
    let (shared, id, kept) = (context.clone(), party.id, fresh.clone());
    let write = move |tx: &mut Tx<'_>| exchange_in(tx, &shared, id, &attempt, &kept);
    let given = ruled(context, write).await?;
    answer(context, &signer, &given, true, &fresh)
}

/// Runs rules in a transaction that is committed whatever they say: a refused attempt leaves its
/// traces.
async fn ruled<T, F>(context: &AppContext, write: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Ruled<T> + Send + 'static,
{
    let written = context.db.write(write).await;
    written.map_err(Problem::from)?.result()
}

/// What a client brings for a code.
struct CodeExchange {
    code_hash: String,
    redirect: String,
    challenge: String,
    actor: Actor,
}

fn exchange_in(
    tx: &mut Tx<'_>,
    context: &AppContext,
    party: i64,
    attempt: &CodeExchange,
    fresh: &Fresh,
) -> Ruled<GrantedTokens> {
    let now_ms = context.now_ms();
    // Whatever comes after, the code has had its attempt.
    let Some(grant) = sql::burn(tx, &attempt.code_hash, party, now_ms)? else {
        let used = sql::used(tx, &attempt.code_hash, party)?;
        note_replay(tx, &attempt.actor, used, now_ms)?;
        return Ok(Ruling::Refused(Refusal::grant(
            "the code is not known or was used",
        )));
    };
    let is_early = grant.issued_at > now_ms + SKEW_MS;
    if now_ms >= grant.code_expires_at || is_early {
        return Ok(Ruling::Refused(Refusal::grant("the code has expired")));
    }
    if grant.redirect_uri != attempt.redirect {
        return Ok(Ruling::Refused(Refusal::grant(
            "redirect_uri is not the one of the request",
        )));
    }
    let is_same = grant
        .challenge
        .as_bytes()
        .ct_eq(attempt.challenge.as_bytes());
    if !bool::from(is_same) {
        return Ok(Ruling::Refused(Refusal::grant(
            "code_verifier does not fit",
        )));
    }
    let scope = grant.scope.clone();
    give(tx, context, grant, scope, fresh)
}

/// Revokes what a code or a token that comes a second time has led to.
fn note_replay(tx: &mut Tx<'_>, actor: &Actor, grant: Option<i64>, now_ms: i64) -> StoreResult<()> {
    let Some(id) = grant else { return Ok(()) };
    if sql::revoke_grant(tx, id, now_ms)? {
        let object = format!("oidc_grant:{id}");
        audit::append(
            tx,
            now_ms,
            actor,
            REPLAY,
            (&object, AuditOutcome::Refused, ""),
        )?;
    }
    Ok(())
}

/// Gives the tokens of a grant, if the client and the session are still there.
fn give(
    tx: &mut Tx<'_>,
    context: &AppContext,
    grant: CodeGrant,
    scope: String,
    fresh: &Fresh,
) -> Ruled<GrantedTokens> {
    let now_ms = context.now_ms();
    let Some(found) = live(tx, context, &grant)? else {
        return Ok(Ruling::Refused(Refusal::grant("the session has ended")));
    };
    let Some(party) = relying_party::by_id(tx, grant.party)? else {
        return Ok(Ruling::Refused(Refusal::client("the client was removed")));
    };
    let ends_at = found.session.expires_at;
    sql::keep(tx, grant.id, ends_at)?;
    let token = |kind, text: &str, scope: &str, expires_at| OidcToken {
        hash: hash_text(text),
        kind,
        grant: Some(grant.id),
        party: party.id,
        scope: scope.to_owned(),
        secret_hash: None,
        predecessor: None,
        issued_at: now_ms,
        expires_at,
    };
    let expires_at = ends_at.min(now_ms + TOKEN_MS);
    sql::insert_token(
        tx,
        &token(TokenKind::Access, &fresh.access, &scope, expires_at),
    )?;
    let has_refresh = party.may("refresh_token");
    if has_refresh {
        // The whole scope: what was narrowed once may be asked for again (RFC 6749, section 6).
        let mut next = token(TokenKind::Refresh, &fresh.refresh, &grant.scope, ends_at);
        next.predecessor.clone_from(&fresh.predecessor);
        sql::insert_token(tx, &next)?;
    }
    Ok(Ruling::Granted(GrantedTokens {
        party,
        grant,
        scope,
        expires_at,
        has_refresh,
    }))
}

/// The answer with the tokens, and with an ID token that is tied to the access token.
fn answer(
    context: &AppContext,
    signer: &ProviderSigner,
    given: &GrantedTokens,
    is_first: bool,
    fresh: &Fresh,
) -> Result<Value, Refusal> {
    let claims = claims::id_token(
        context,
        &given.party,
        &given.grant,
        &fresh.access,
        is_first,
        given.expires_at,
    );
    let mut answer = json!({
        "access_token": fresh.access,
        "token_type": "Bearer",
        "expires_in": (given.expires_at - context.now_ms()) / 1000,
        "scope": given.scope,
        "id_token": jwt::sign(signer, "JWT", &claims)?,
    });
    if given.has_refresh {
        answer["refresh_token"] = json!(fresh.refresh);
    }
    Ok(answer)
}

async fn refresh(
    oidc: &Oidc,
    party: &RelyingParty,
    from: Origin,
    params: &Params,
) -> Result<Value, Refusal> {
    let Some(old) = params.get("refresh_token") else {
        return Err(Refusal::request("refresh_token is missing"));
    };
    if old.len() > TEXT_BYTES_MAX {
        return Err(Refusal::grant("the refresh token is not known"));
    }
    let context = oidc.context();
    let signer = key::signer(context).await?;
    let mut fresh = Fresh::new(context)?;
    let (hash, actor) = (hash_text(old), client::actor(party, from));
    fresh.predecessor = Some(hash.clone());
    let (shared, id, kept) = (context.clone(), party.id, fresh.clone());
    let scope = params.get("scope").map(str::to_owned);
    let write =
        move |tx: &mut Tx<'_>| refresh_in(tx, &shared, id, &hash, &actor, scope.as_deref(), &kept);
    let given = ruled(context, write).await?;
    answer(context, &signer, &given, false, &fresh)
}

fn refresh_in(
    tx: &mut Tx<'_>,
    context: &AppContext,
    party: i64,
    hash: &str,
    actor: &Actor,
    scope: Option<&str>,
    fresh: &Fresh,
) -> Ruled<GrantedTokens> {
    let now_ms = context.now_ms();
    let Some(token) = again::rotated(tx, context, party, hash, actor)? else {
        let used = sql::rotated(tx, hash, party)?;
        note_replay(tx, actor, used, now_ms)?;
        return Ok(Ruling::Refused(Refusal::grant(
            "the refresh token is not known or was used",
        )));
    };
    if now_ms >= token.expires_at || token.issued_at > now_ms + SKEW_MS {
        return Ok(Ruling::Refused(Refusal::grant(
            "the refresh token has expired",
        )));
    }
    let grant = match token.grant {
        Some(id) => sql::grant_by_id(tx, id)?,
        None => None,
    };
    let Some(grant) = grant else {
        return Ok(Ruling::Refused(Refusal::grant("the grant was revoked")));
    };
    let scope = match scope {
        None => token.scope,
        Some(asked)
            if asked
                .split_ascii_whitespace()
                .all(|one| has(&token.scope, one)) =>
        {
            asked.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        }
        Some(_) => {
            let why = "scope is wider than what was granted";
            return Ok(Ruling::Refused(Refusal::new("invalid_scope", why)));
        }
    };
    give(tx, context, grant, scope, fresh)
}

async fn for_program(
    oidc: &Oidc,
    party: &RelyingParty,
    from: Origin,
    params: &Params,
) -> Result<Value, Refusal> {
    if params.get("scope").is_some() {
        let why = "client_credentials has no scopes";
        return Err(Refusal::new("invalid_scope", why));
    }
    let (Some(secret_hash), Some(company)) = (party.secret_hash.clone(), party.company) else {
        let why = "the client has no secret or no company";
        return Err(Refusal::new("unauthorized_client", why));
    };
    let context = oidc.context();
    let text = format!("{MACHINE}{}", context.token()?);
    let now_ms = context.now_ms();
    let token = OidcToken {
        hash: hash_text(&text),
        kind: TokenKind::Machine,
        grant: None,
        party: party.id,
        scope: String::new(),
        secret_hash: Some(secret_hash),
        predecessor: None,
        issued_at: now_ms,
        expires_at: now_ms + TOKEN_MS,
    };
    let (actor, name) = (client::actor(party, from), party.name.clone());
    let write = move |tx: &mut Tx<'_>| -> Ruled<()> {
        sql::insert_token(tx, &token)?;
        let (object, detail) = (
            format!("relying_party:{name}"),
            format!("company {}", company.0),
        );
        audit::done(tx, now_ms, &actor, PROGRAM, &object, &detail)?;
        Ok(Ruling::Granted(()))
    };
    ruled(context, write).await?;
    Ok(json!({
        "access_token": text,
        "token_type": "Bearer",
        "expires_in": TOKEN_MS / 1000,
    }))
}

/// Takes a token back (RFC 7009). A refresh token takes its grant with it; an unknown token is no
/// error.
pub(super) async fn revoke(
    oidc: &Oidc,
    party: &RelyingParty,
    from: Origin,
    params: &Params,
) -> Result<(), Refusal> {
    if params.get("token").is_none() {
        return Err(Refusal::request("token is missing"));
    }
    let Some(text) = bounded(params, "token") else {
        return Ok(());
    };
    let context = oidc.context();
    let (hash, now_ms) = (hash_text(text), context.now_ms());
    let (id, actor) = (party.id, client::actor(party, from));
    let write = move |tx: &mut Tx<'_>| -> Ruled<()> {
        let Some(token) = sql::token_by_hash(tx, &hash)? else {
            return Ok(Ruling::Granted(()));
        };
        if token.party != id {
            return Ok(Ruling::Refused(Refusal::grant(
                "the token is another client's",
            )));
        }
        let object = match token.grant.filter(|_| token.kind == TokenKind::Refresh) {
            Some(grant) => {
                sql::revoke_grant(tx, grant, now_ms)?;
                format!("oidc_grant:{grant}")
            }
            None => {
                sql::revoke_token(tx, &hash, now_ms)?;
                "oidc_token".to_owned()
            }
        };
        audit::done(tx, now_ms, &actor, REVOKE, &object, "")?;
        Ok(Ruling::Granted(()))
    };
    ruled(context, write).await
}

/// Says whether a token of this client is in force (RFC 7662); of another's it says no.
pub(super) async fn introspect(
    oidc: &Oidc,
    party: &RelyingParty,
    params: &Params,
) -> Result<Value, Refusal> {
    if party.secret_hash.is_none() {
        return Err(Refusal::client(
            "introspection needs a client with a secret",
        ));
    }
    if params.get("token").is_none() {
        return Err(Refusal::request("token is missing"));
    }
    let inactive = json!({ "active": false });
    let Some(text) = bounded(params, "token") else {
        return Ok(inactive);
    };
    let context = oidc.context();
    let (hash, id, shared) = (hash_text(text), party.id, context.clone());
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Option<(OidcToken, String, String)>> {
        if let Some(of) = personal(tx, &shared, &hash)? {
            let subject = claims::subject(&of.grant);
            return Ok(Some((of.token, of.party.name, subject)));
        }
        let found = program(tx, &hash, shared.now_ms())?;
        Ok(found.map(|(token, party, _)| (token, party.name.clone(), party.name)))
    };
    let found = context.read(read).await?;
    let Some((token, name, subject)) = found.filter(|(token, ..)| token.party == id) else {
        return Ok(inactive);
    };
    let mut value = json!({
        "active": true,
        "iss": issuer(context),
        "aud": issuer(context),
        "client_id": name,
        "sub": subject,
        "iat": token.issued_at / 1000,
        "exp": token.expires_at / 1000,
    });
    if token.kind != TokenKind::Refresh {
        value["token_type"] = json!("Bearer");
    }
    if !token.scope.is_empty() {
        value["scope"] = json!(token.scope);
    }
    Ok(value)
}
