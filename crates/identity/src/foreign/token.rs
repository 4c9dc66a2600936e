//! Tokens of OIDC: who signed it, for whom, when, and about whom.
//!
//! The kind of key decides what verifies, never the token alone: RS256 needs an RSA key of the
//! issuer, ES256 one on P-256. `none` and everything with a shared secret are not on the list, so a
//! public key cannot be taken for a secret.

use super::Trouble;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest token, in characters.
const TOKEN_CHARS_MAX: usize = 32 << 10;

/// How far the clock of the other system may differ, in seconds.
const SKEW_S: i64 = 60;

/// How old a token may be when it comes, in seconds: it is asked for and used at once.
const AGE_MAX_S: i64 = 600;

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now_s: i64,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// A key of the issuer, as far as we can use it.
#[derive(Deserialize)]
struct IssuerKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// For whom a token is.
#[derive(Deserialize)]
#[serde(untagged)]
enum TokenAudience {
    One(String),
    Many(Vec<String>),
}

/// What a token says; a claim that stands there twice makes it unreadable.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: String,
    aud: TokenAudience,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    azp: Option<String>,
    #[serde(flatten)]
    pub(super) more: Map<String, Value>,
}

fn decoded(text: &str) -> Result<Vec<u8>, Trouble> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Trouble::Wrong("not base64url"))
}

fn json<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes).map_err(|_| Trouble::Wrong("not the JSON that it should be"))
}

/// The claims of a token, when all that must be true of it is.
pub(super) fn verify(token: &str, keys: &[u8], expected: &Expected<'_>) -> Result<Claims, Trouble> {
    if token.len() > TOKEN_CHARS_MAX {
        return Err(Trouble::Wrong("the token is too long"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, signature] = parts[..] else {
        return Err(Trouble::Wrong("a token has three parts"));
    };
    let about: Head = json(&decoded(head)?)?;
    if about.crit.is_some() {
        return Err(Trouble::Wrong("the token demands what we do not know"));
    }
    let key = chosen(keys, &about)?;
    let signed = token.len() - signature.len() - 1;
    let signed = token.get(..signed).unwrap_or_default().as_bytes();
    check_signature(&about.alg, &key, signed, &decoded(signature)?)?;
    let claims: Claims = json(&decoded(body)?)?;
    check_claims(&claims, expected)?;
    Ok(claims)
}

/// The one key of the issuer that the token may be signed with.
fn chosen(keys: &[u8], about: &Head) -> Result<IssuerKey, Trouble> {
    let kind = match about.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err(Trouble::Wrong("the token is not signed as it must be")),
    };
    let set: KeySet = json(keys)?;
    let mut fitting = set
        .keys
        .into_iter()
        // A set may hold keys of kinds that we do not know.
        .filter_map(|value| serde_json::from_value::<IssuerKey>(value).ok())
        .filter(|key| {
            key.kty == kind
                && key.usage.as_deref().is_none_or(|usage| usage == "sig")
                && key.alg.as_deref().is_none_or(|alg| alg == about.alg)
                && (about.kid.is_none() || key.kid == about.kid)
        });
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key),
        _ => Err(Trouble::Wrong("not one key fits the token")),
    }
}

fn check_signature(
    alg: &str,
    key: &IssuerKey,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), Trouble> {
    let part = |text: &Option<String>| decoded(text.as_deref().unwrap_or_default());
    let verified = match alg {
        "RS256" => {
            let (n, e) = (part(&key.n)?, part(&key.e)?);
            RsaPublicKeyComponents { n: &n, e: &e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                signed,
                signature,
            )
        }
        _ => {
            if key.crv.as_deref() != Some("P-256") {
                return Err(Trouble::Wrong("the key is on another curve"));
            }
            let point = [vec![4], part(&key.x)?, part(&key.y)?].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
        }
    };
    verified.map_err(|_| Trouble::Wrong("the signature is wrong"))
}

fn check_claims(claims: &Claims, expected: &Expected<'_>) -> Result<(), Trouble> {
    let wrong = |what| Err(Trouble::Wrong(what));
    if claims.iss != expected.issuer {
        return wrong("another issuer");
    }
    let is_alone = match &claims.aud {
        TokenAudience::One(one) if one == expected.client => true,
        TokenAudience::Many(all) if all.iter().any(|one| one == expected.client) => all.len() == 1,
        TokenAudience::One(_) | TokenAudience::Many(_) => return wrong("for another client"),
    };
    match claims.azp.as_deref() {
        Some(party) if party != expected.client => return wrong("given to another client"),
        None if !is_alone => return wrong("for many clients, given to none"),
        Some(_) | None => {}
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return wrong("another nonce");
    }
    if claims.exp <= expected.now_s - SKEW_S {
        return wrong("expired");
    }
    if !(expected.now_s - AGE_MAX_S..=expected.now_s + SKEW_S).contains(&claims.iat) {
        return wrong("issued at another time");
    }
    Ok(())
}
