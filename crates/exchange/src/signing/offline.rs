//! Signing without a platform: a file on the machine of somebody who has a key.

use super::step::sign_document;
use crate::keyring::Card;
use crate::keyring::provider::{Method, SigningFault};
use crate::signature::Policy;

/// Signs a message; answers its bytes with the signature in them.
///
/// # Errors
/// Why not, in Chinese.
pub async fn sign(
    card: &Card,
    message: &[u8],
    allow_old: bool,
) -> Result<(Vec<u8>, Method), String> {
    let certificate = card
        .certificate()
        .await
        .map_err(|fault: SigningFault| fault.to_string())?;
    let policy = Policy {
        allow_old,
        ..Policy::default()
    };
    let method = policy.method(certificate.family);
    let signed = sign_document(card, message, method, &certificate.der).await;
    match signed {
        Ok(Some(signed)) => Ok((signed, method)),
        Ok(None) => Err("报文已有签名，或不是需要签名的格式良好的报文".to_owned()),
        Err(fault) => Err(fault.to_string()),
    }
}
