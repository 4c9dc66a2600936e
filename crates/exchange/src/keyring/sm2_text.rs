//! What devices leave to their callers: the digest e of SM2, and the shape of a signature.

use super::provider::{KeyFamily, SigningFault, SigningResult};
use ceb::sm2::{Sm2PublicKey, USER_ID, message_digest};

/// The digest e = SM3(ZA ‖ M) of a message under a public key (a point of 65 bytes).
///
/// # Errors
/// [`SigningFault::Settings`] when the key is no point of the curve.
pub fn e_of(point: &[u8], message: &[u8]) -> SigningResult<[u8; 32]> {
    let key = Sm2PublicKey::from_sec1(point);
    let signer = key.and_then(|key| key.signer_digest(USER_ID));
    let signer =
        signer.ok_or_else(|| SigningFault::Settings("证书中的 SM2 公钥不正确".to_owned()))?;
    Ok(message_digest(&signer, message))
}

/// A signature as the standard wants it: RSA as it is, SM2 as 64 bytes whichever shape the device
/// gave it.
///
/// # Errors
/// [`SigningFault::Device`] when it is no signature.
pub fn raw_signature(family: KeyFamily, signature: &[u8]) -> SigningResult<Vec<u8>> {
    if family == KeyFamily::Rsa || signature.len() == 64 {
        return Ok(signature.to_vec());
    }
    sm2::dsa::Signature::from_der(signature)
        .map(|signature| signature.to_bytes().to_vec())
        .map_err(|_| SigningFault::Device("签名值的长度不对".to_owned()))
}
