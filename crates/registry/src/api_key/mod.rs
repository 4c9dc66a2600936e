//! API keys (接口密钥): how a company's program is known.
//!
//! A key is shown once, when it is issued; the database holds its SHA-256. The secret has 256
//! random bits, so a plain hash is enough: there is nothing to guess. Keys expire and can be
//! revoked. [`Authenticator`] remembers an answer for [`REMEMBER_MS`], so a revocation is in force
//! everywhere within that time.

mod authenticator;
mod sql;

use crate::company::CompanyId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use store::{Result, Tx};

pub use authenticator::{Authenticator, KeyCaller, codes};
pub use sql::{count_ending, of_company};

/// How long an answer about a key is remembered, in milliseconds.
pub const REMEMBER_MS: i64 = 1000;

/// Random bytes of a key; the caller brings them, because randomness is an argument.
pub type Secret = [u8; 32];

/// An API key (接口密钥) without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id, which is also part of the key's text.
    pub id: i64,
    /// Whose it is.
    pub company_id: CompanyId,
    /// What people call it.
    pub label: String,
    /// When it was issued, milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// When it stops working, milliseconds since 1970-01-01 UTC.
    pub expires_at: i64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<i64>,
}

/// Issues a key and answers its text, which is not kept anywhere.
pub fn issue(tx: &mut Tx<'_>, key: &ApiKey, secret: &Secret) -> Result<String> {
    let text = format!("tg_{}_{}", key.id, URL_SAFE_NO_PAD.encode(secret));
    sql::insert(tx, key, &hash(&text))?;
    Ok(text)
}

/// Revokes a key of a company; answers whether there was such a key that was not revoked yet.
pub fn revoke(tx: &mut Tx<'_>, company_id: CompanyId, key_id: i64, now_ms: i64) -> Result<bool> {
    sql::revoke(tx, company_id, key_id, now_ms)
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}
