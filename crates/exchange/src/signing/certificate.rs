//! The certificate of a key, as far as signing needs it: serial, family, holder, validity.
//!
//! Whether it is trusted is a question for those who verify, not for those who sign.

use super::provider::{Family, Fault};
use std::path::Path;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, DecodePem, Encode};

/// Largest file of a certificate, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 10;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SM2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");

/// A certificate (签名证书) of a key that the platform may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The bytes, DER.
    pub der: Vec<u8>,
    /// Serial number, hexadecimal in lower case: `KeyName` of a signature, `certNo` of an upload.
    pub serial: String,
    /// Holder, as RFC 4514 writes it.
    pub subject: String,
    /// Kind of its key.
    pub family: Family,
    /// The public key: PKCS#1 for RSA, a point for SM2.
    pub public_key: Vec<u8>,
    /// Valid from, milliseconds since 1970-01-01 UTC.
    pub valid_from: i64,
    /// Valid to, milliseconds since 1970-01-01 UTC.
    pub valid_to: i64,
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// [`Fault::Settings`] when it is none, or its key is of another family.
    pub fn from_der(der: &[u8]) -> Result<Self, Fault> {
        let wrong = |_| Fault::Settings("证书无法解析".to_owned());
        let parsed = x509_cert::Certificate::from_der(der).map_err(wrong)?;
        let tbs = parsed.tbs_certificate();
        let key = tbs.subject_public_key_info();
        let curve = key.algorithm.parameters.as_ref();
        let curve = curve.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        let family = if key.algorithm.oid == RSA {
            Family::Rsa
        } else if key.algorithm.oid == SM2 || (key.algorithm.oid == EC && curve == Some(SM2)) {
            Family::Sm2
        } else {
            let text = format!("证书的公钥算法 {} 不受支持", key.algorithm.oid);
            return Err(Fault::Settings(text));
        };
        let at = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_millis()).unwrap_or(i64::MAX)
        };
        let validity = tbs.validity();
        Ok(Self {
            der: parsed.to_der().map_err(wrong)?,
            serial: serial(tbs.serial_number().as_bytes()),
            subject: tbs.subject().to_string(),
            family,
            public_key: key.subject_public_key.raw_bytes().to_vec(),
            valid_from: at(&validity.not_before),
            valid_to: at(&validity.not_after),
        })
    }

    /// Reads a certificate from a file, PEM or DER.
    ///
    /// # Errors
    /// [`Fault::Settings`].
    pub fn from_file(path: &Path) -> Result<Self, Fault> {
        let wrong = |why: String| Fault::Settings(format!("{}：{why}", path.display()));
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
    /// [`Fault::Settings`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let wrong = |_| Fault::Settings("证书无法解析".to_owned());
        let begins = b"-----BEGIN ";
        let Some(at) = bytes.windows(begins.len()).position(|part| part == begins) else {
            return Self::from_der(bytes);
        };
        let parsed = x509_cert::Certificate::from_pem(&bytes[at..]).map_err(wrong)?;
        Self::from_der(&parsed.to_der().map_err(wrong)?)
    }

    /// Whether it holds at a moment.
    pub fn holds_at(&self, now_ms: i64) -> bool {
        (self.valid_from..=self.valid_to).contains(&now_ms)
    }
}

/// A serial number as `KeyName` has it; the zero byte that DER puts before a high bit is not part
/// of the number.
fn serial(bytes: &[u8]) -> String {
    let number = match bytes {
        [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => rest,
        bytes => bytes,
    };
    number.iter().map(|byte| format!("{byte:02x}")).collect()
}
