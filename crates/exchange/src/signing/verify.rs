//! Verifying raw signatures, for tests of keys and for the stand-in of customs.

use super::certificate::Certificate;
use super::provider::Method;
use super::provider::file::USER_ID;
use ring::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use sm2::dsa::signature::Verifier;
use sm2::dsa::{Signature, VerifyingKey};

/// Whether a signature over bytes is the certificate's.
pub fn verify(certificate: &Certificate, method: Method, data: &[u8], signature: &[u8]) -> bool {
    if method.family() != certificate.family {
        return false;
    }
    let key = certificate.public_key.as_slice();
    match method {
        Method::RsaSha1 => {
            UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, key)
                .verify(data, signature)
                .is_ok()
        }
        Method::RsaSha256 => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
            .verify(data, signature)
            .is_ok(),
        Method::Sm2Sm3 => {
            let key = VerifyingKey::from_sec1_bytes(USER_ID, key);
            let signature = Signature::from_slice(signature);
            matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(data, &signature).is_ok())
        }
    }
}
