//! Public keys and what they verify.

use super::algorithm::SignatureMethod;
use ring::signature as rsa;

pub use crate::sm2::{SIGNATURE_BYTES as SM2_SIGNATURE_BYTES, Sm2, USER_ID as SM2_ID};

/// The `sm2` crate, for those who verify seldom.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library;

impl Sm2 for Library {
    fn verify(&self, key: &[u8], id: &[u8], message: &[u8], r_s: &[u8; 64]) -> bool {
        let library = crate::sm2::Keys::library();
        Sm2::verify(&library, key, id, message, r_s)
    }
}

/// A public key (公钥).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA.
    Rsa {
        /// `RSAPublicKey`, DER.
        der: Vec<u8>,
        /// Length of the modulus, in bits.
        bits: usize,
    },
    /// SM2: a point of its curve, uncompressed.
    Sm2(Vec<u8>),
    /// Something else: its algorithm.
    Other(String),
}

/// How a signature of a key is made, in certificates and in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    RsaSha1,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    Sm2Sm3,
}

impl From<SignatureMethod> for Scheme {
    fn from(method: SignatureMethod) -> Self {
        match method {
            SignatureMethod::RsaSha1 => Self::RsaSha1,
            SignatureMethod::RsaSha256 => Self::RsaSha256,
            SignatureMethod::Sm2Sm3 => Self::Sm2Sm3,
        }
    }
}

impl PublicKey {
    /// For people: `RSA-2048`, `SM2`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Rsa { bits, .. } => format!("RSA-{bits}"),
            Self::Sm2(_) => String::from("SM2"),
            Self::Other(algorithm) => algorithm.clone(),
        }
    }

    /// Whether the method is one for keys of this kind.
    #[must_use]
    pub fn fits(&self, method: SignatureMethod) -> bool {
        match self {
            Self::Rsa { .. } => method != SignatureMethod::Sm2Sm3,
            Self::Sm2(_) => method == SignatureMethod::Sm2Sm3,
            Self::Other(_) => false,
        }
    }

    /// The key as it stands in certificates: `RSAPublicKey` (DER) or the point; empty for others.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Rsa { der, .. } => der,
            Self::Sm2(point) => point,
            Self::Other(_) => &[],
        }
    }

    /// Whether the signature is one of this key over a message. SM2 signatures are r‖s or DER, with the
    /// usual user id.
    #[must_use]
    pub fn has_signed(
        &self,
        method: SignatureMethod,
        message: &[u8],
        signature: &[u8],
        sm2: &dyn Sm2,
    ) -> bool {
        self.verify(Scheme::from(method), message, signature, sm2)
    }

    /// Whether the signature is one of this key. SM2 signatures are r‖s or DER.
    pub(super) fn verify(
        &self,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
        sm2: &dyn Sm2,
    ) -> bool {
        let parameters = match (self, scheme) {
            (Self::Sm2(point), Scheme::Sm2Sm3) => {
                return raw_sm2(signature)
                    .is_some_and(|r_s| sm2.verify(point, SM2_ID, message, &r_s));
            }
            (_, Scheme::RsaSha1) => &rsa::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            (_, Scheme::RsaSha256) => &rsa::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            (_, Scheme::RsaSha384) => &rsa::RSA_PKCS1_2048_8192_SHA384,
            (_, Scheme::RsaSha512) => &rsa::RSA_PKCS1_2048_8192_SHA512,
            (_, Scheme::Sm2Sm3) => return false,
        };
        match self {
            Self::Rsa { der, .. } => rsa::UnparsedPublicKey::new(parameters, der)
                .verify(message, signature)
                .is_ok(),
            Self::Sm2(_) | Self::Other(_) => false,
        }
    }
}

/// Whether r‖s signs a hash that was made without the user's identity.
pub(super) fn sm2_of_hash(key: &[u8], hash: &[u8; 32], r_s: &[u8; 64]) -> bool {
    use sm2::dsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
    let key = VerifyingKey::from_sec1_bytes("", key);
    match (key, Signature::from_bytes(r_s.into())) {
        (Ok(key), Ok(signature)) => key.verify_prehash(hash, &signature).is_ok(),
        _ => false,
    }
}

/// r‖s of a signature, which may come as `SEQUENCE { INTEGER r, INTEGER s }`.
pub(super) fn raw_sm2(signature: &[u8]) -> Option<[u8; SM2_SIGNATURE_BYTES]> {
    if let Ok(raw) = signature.try_into() {
        return Some(raw);
    }
    let (body, rest) = element(0x30, signature)?;
    let (r, more) = element(0x02, body)?;
    let (s, end) = element(0x02, more)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let mut raw = [0; SM2_SIGNATURE_BYTES];
    for (number, place) in [(r, 0..32), (s, 32..64)] {
        let number = match number {
            [0, digits @ ..] => digits,
            digits => digits,
        };
        let place = raw.get_mut(place)?;
        let from = place.len().checked_sub(number.len())?;
        place.get_mut(from..)?.copy_from_slice(number);
    }
    Some(raw)
}

/// The content of a DER element with a short length, and what follows it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    match bytes {
        [found, length, rest @ ..] if *found == tag && *length < 0x80 => {
            rest.split_at_checked(usize::from(*length))
        }
        _ => None,
    }
}
