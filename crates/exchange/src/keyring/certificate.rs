//! The certificate of a key, as far as signing needs it: serial, family, holder, validity.
//!
//! Whether it is trusted is a question for those who verify, not for those who sign.

use super::provider::{KeyFamily, Method, SigningFault};
use ceb::signature::SignatureMethod;
use ceb::signature::key::{Library, PublicKey};
use std::path::Path;

/// Largest file of a certificate, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// A certificate (签名证书) of a key that the platform may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardCertificate {
    /// The bytes, DER.
    pub der: Vec<u8>,
    /// Serial number, hexadecimal in lower case: `KeyName` of a signature, `certNo` of an upload.
    pub serial: String,
    /// Holder, as RFC 4514 writes it.
    pub subject: String,
    /// Kind of its key.
    pub family: KeyFamily,
    key: PublicKey,
    /// Valid from, milliseconds since 1970-01-01 UTC.
    pub valid_from: i64,
    /// Valid to, milliseconds since 1970-01-01 UTC.
    pub valid_to: i64,
}

impl CardCertificate {
    /// Reads a certificate, DER.
    ///
    /// # Errors
    /// [`SigningFault::Settings`] when it is none, or its key is of another family.
    pub fn from_der(der: &[u8]) -> Result<Self, SigningFault> {
        Self::of(ceb::signature::Certificate::from_der(der))
    }

    fn of(parsed: Option<ceb::signature::Certificate>) -> Result<Self, SigningFault> {
        let parsed = parsed.ok_or_else(|| SigningFault::Settings("证书无法解析".to_owned()))?;
        let family = match parsed.key() {
            PublicKey::Rsa { .. } => KeyFamily::Rsa,
            PublicKey::Sm2(_) => KeyFamily::Sm2,
            PublicKey::Other(algorithm) => {
                let text = format!("证书的公钥算法 {algorithm} 不受支持");
                return Err(SigningFault::Settings(text));
            }
        };
        Ok(Self {
            der: parsed.der().to_vec(),
            serial: parsed.serial(),
            subject: parsed.subject(),
            family,
            valid_from: parsed.not_before().saturating_mul(1000),
            valid_to: parsed.not_after().saturating_mul(1000),
            key: parsed.key().clone(),
        })
    }

    /// Reads a certificate from a file, PEM or DER.
    ///
    /// # Errors
    /// [`SigningFault::Settings`].
    pub fn from_file(path: &Path) -> Result<Self, SigningFault> {
        let wrong = |why: String| SigningFault::Settings(format!("{}：{why}", path.display()));
        let about = std::fs::metadata(path).map_err(|error| wrong(error.kind().to_string()))?;
        if about.len() > FILE_BYTES_MAX {
            return Err(wrong(format!("超过 {FILE_BYTES_MAX} 字节")));
        }
        let bytes = std::fs::read(path).map_err(|error| wrong(error.kind().to_string()))?;
        Self::from_bytes(&bytes)
    }

    /// Reads a certificate, PEM or DER.
    ///
    /// # Errors
    /// [`SigningFault::Settings`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SigningFault> {
        Self::of(ceb::signature::Certificate::from_file(bytes))
    }

    /// The public key: PKCS#1 for RSA, a point for SM2.
    pub fn public_key(&self) -> &[u8] {
        self.key.bytes()
    }

    /// Whether the key of this certificate signed these bytes.
    pub fn has_signed(&self, method: Method, data: &[u8], signature: &[u8]) -> bool {
        let method = match method {
            Method::RsaSha1 => SignatureMethod::RsaSha1,
            Method::RsaSha256 => SignatureMethod::RsaSha256,
            Method::Sm2Sm3 => SignatureMethod::Sm2Sm3,
        };
        self.key.has_signed(method, data, signature, &Library)
    }

    /// Whether it holds at a moment.
    pub fn holds_at(&self, now_ms: i64) -> bool {
        (self.valid_from..=self.valid_to).contains(&now_ms)
    }
}
