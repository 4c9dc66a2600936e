//! What a client is told about a person: who it is in the ID token, the rest at `/userinfo`, and only
//! what stands on the list of its entry.

use super::{PersonalToken, issuer, sql, token};
use crate::relying_party::RelyingParty;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry::context::AppContext;
use registry::role::AccountId;
use registry::session::FoundSession;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use store::{Result as StoreResult, Tx};

/// Whether the ways in which a person was known are two factors.
fn is_strong(methods: &str) -> bool {
    methods
        .split(',')
        .any(|method| ["totp", "recovery", "passkey", "foreign2"].contains(&method))
}

/// The ways in which a person was known, in the words of RFC 8176.
pub(super) fn amr(methods: &str) -> Vec<&'static str> {
    let mut claims = Vec::new();
    for method in methods.split(',') {
        let word = match method {
            "password" => "pwd",
            "totp" | "recovery" => "otp",
            "passkey" => "pop",
            _ => continue,
        };
        if !claims.contains(&word) {
            claims.push(word);
        }
    }
    if is_strong(methods) {
        claims.push("mfa");
    }
    claims
}

/// How sure we are: `2` with two factors, else `1`.
pub(super) fn acr(methods: &str) -> &'static str {
    if is_strong(methods) { "2" } else { "1" }
}

/// The name of an account for clients: stable, and not the login name.
pub(super) fn subject(grant: &sql::CodeGrant) -> String {
    subject_of(grant.account)
}

/// As [`subject`], of an account.
pub(super) fn subject_of(account: AccountId) -> String {
    account.0.to_string()
}

/// Half of the hash of an access token, which ties an ID token to it.
fn at_hash(access: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access.as_bytes())[..16])
}

/// The claims of an ID token. The nonce stands in the first one of a grant only.
pub(super) fn id_token(
    context: &AppContext,
    party: &RelyingParty,
    grant: &sql::CodeGrant,
    access: &str,
    is_first: bool,
    expires_at: i64,
) -> Value {
    let mut claims = json!({
        "iss": issuer(context),
        "sub": subject(grant),
        "aud": party.name,
        "iat": context.now_ms() / 1000,
        "exp": expires_at / 1000,
        "auth_time": grant.authenticated_at / 1000,
        "acr": acr(&grant.methods),
        "amr": amr(&grant.methods),
        "sid": grant.sid,
        "at_hash": at_hash(access),
    });
    if let Some(nonce) = grant.nonce.as_ref().filter(|_| is_first) {
        claims["nonce"] = json!(nonce);
    }
    claims
}

/// What `/userinfo` answers.
pub(super) fn user_info(tx: &mut Tx<'_>, of: &PersonalToken) -> StoreResult<Value> {
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(subject(&of.grant)));
    let released = released(tx, &of.party, &of.found)?;
    let value = |name: &str| {
        let found = released.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    if token::has(&of.token.scope, "profile") {
        for (claim, attribute) in [("name", "name"), ("preferred_username", "login")] {
            if let Some(value) = value(attribute) {
                claims.insert(claim.to_owned(), value);
            }
        }
    }
    if token::has(&of.token.scope, "attributes") {
        claims.extend(released);
    }
    Ok(Value::Object(claims))
}

/// The attributes on the list of an entry; roles are several, all others one.
fn released(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    found: &FoundSession,
) -> StoreResult<Vec<(String, Value)>> {
    let claims = crate::cas::released(tx, party, found)?;
    Ok(claims
        .into_iter()
        .map(|(name, values)| {
            let value = match values.as_slice() {
                [one] if name != "roles" => json!(one),
                _ => json!(values),
            };
            (name.to_owned(), value)
        })
        .collect())
}
