//! Signed texts: made with the key in force, read with the keys that are published. Nothing but
//! RS256 is made or read, whatever the header of a text says.

use super::key::{ProviderPublicKey, ProviderSigner};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use web::{Problem, codes};

/// Longest text that is read, in bytes.
const BYTES_MAX: usize = 8000;

/// Signs claims; `kind` is the `typ` of the header.
pub(super) fn sign(signer: &ProviderSigner, kind: &str, claims: &Value) -> Result<String, Problem> {
    let header = json!({ "alg": "RS256", "typ": kind, "kid": signer.kid });
    let mut text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let mut signature = vec![0; signer.pair.public().modulus_len()];
    let signed = signer.pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    );
    signed.map_err(|_| {
        tracing::error!("a token could not be signed");
        Problem::new(codes::FAULT)
    })?;
    text.push('.');
    text.push_str(&URL_SAFE_NO_PAD.encode(&signature));
    Ok(text)
}

/// The claims of a text that one of these keys has signed as this kind.
pub(super) fn read(text: &str, kind: &str, keys: &[ProviderPublicKey]) -> Option<Value> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
    if header["alg"] != "RS256" || header["typ"] != kind {
        return None;
    }
    let key = keys.iter().find(|key| header["kid"] == key.kid.as_str())?;
    let parts = PublicKeyComponents {
        n: decode(&key.modulus)?,
        e: decode(&key.exponent)?,
    };
    parts
        .verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &decode(signature)?,
        )
        .ok()?;
    serde_json::from_slice(&decode(claims)?).ok()
}
