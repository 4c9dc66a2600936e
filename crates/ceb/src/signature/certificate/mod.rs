//! Certificates (证书): who signed, and whether to believe it.
//!
//! Read with `x509-cert` without its corrections, since what an authority issued is what counts; what
//! was signed is cut out of the bytes as they came and never encoded anew. Time and trust are
//! arguments: [`Trust`] holds roots, issuing certificates and revocation lists.
//!
//! In the order of the files: what a certificate says (here, `names`), who its holder is (`holder`), whether
//! roots vouch for it (`chain`), and whether it was taken back (`revocation`).

mod calendar;
mod chain;
mod holder;
mod names;
mod revocation;

pub use calendar::{day, seconds_of};
pub use chain::{CertificateFault, Trust};
pub use holder::{CertificateHolder, Match};
pub use revocation::RevocationList;

use super::key::{PublicKey, Scheme, Sm2};
use data_encoding::HEXLOWER;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Reader, SliceReader};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::time::Time;

/// Longest certificate, in bytes.
pub const CERTIFICATE_BYTES_MAX: usize = 16 * 1024;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SM2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
const SM2_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");
const SHA1_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
const SHA256_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA384_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA512_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");

/// A certificate (数字证书).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    inner: CertificateInner<Raw>,
    key: PublicKey,
}

impl Certificate {
    /// Reads a certificate; `None` when it is none.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Option<Self> {
        if der.len() > CERTIFICATE_BYTES_MAX {
            return None;
        }
        let inner = CertificateInner::<Raw>::from_der(der).ok()?;
        let key = public_key(&inner)?;
        Some(Self {
            der: der.to_vec(),
            inner,
            key,
        })
    }

    /// Reads a file, PEM (its first block) or DER; `None` when it is no certificate.
    #[must_use]
    pub fn from_file(bytes: &[u8]) -> Option<Self> {
        match chain::pem(bytes).first() {
            Some(der) => Self::from_der(der),
            None => Self::from_der(bytes),
        }
    }

    /// The bytes as they came.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Serial number (证书序列号), hexadecimal, lower case: what `KeyName` says.
    #[must_use]
    pub fn serial(&self) -> String {
        HEXLOWER.encode(self.inner.tbs_certificate().serial_number().as_bytes())
    }

    /// Whether a key name is the serial number, however it is written.
    #[must_use]
    pub fn is_named(&self, key_name: &str) -> bool {
        let plain = |text: &str| {
            let digits: String = text
                .chars()
                .filter(|c| !matches!(c, ' ' | ':'))
                .map(|c| c.to_ascii_lowercase())
                .collect();
            digits.trim_start_matches('0').to_owned()
        };
        plain(key_name) == plain(&self.serial())
    }

    /// Name of the holder.
    #[must_use]
    pub fn subject(&self) -> String {
        names::name(self.inner.tbs_certificate().subject())
    }

    /// Name of the authority.
    #[must_use]
    pub fn issuer(&self) -> String {
        names::name(self.inner.tbs_certificate().issuer())
    }

    /// First second of validity, since 1970.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        seconds(self.inner.tbs_certificate().validity().not_before)
    }

    /// Last second of validity, since 1970.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        seconds(self.inner.tbs_certificate().validity().not_after)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Who holds it, as the E-Port writes it.
    #[must_use]
    pub fn holder(&self) -> CertificateHolder {
        CertificateHolder::of(&self.inner)
    }

    /// Whether it is an authority's, and how many authorities may be below it.
    fn authority(&self) -> Option<Option<u8>> {
        let found = self.inner.tbs_certificate().get_extension();
        let (_, constraints): (bool, BasicConstraints) = found.ok()??;
        constraints.ca.then_some(constraints.path_len_constraint)
    }

    /// Whether the key may be used like this; a certificate that does not say may everything.
    fn may(&self, usages: &[KeyUsages]) -> bool {
        let found = self.inner.tbs_certificate().get_extension::<KeyUsage>();
        match found {
            Ok(None) => true,
            Ok(Some((_, usage))) => usages.iter().any(|one| usage.0.contains(*one)),
            Err(_) => false,
        }
    }

    /// Whether the key may sign messages.
    #[must_use]
    pub fn may_sign(&self) -> bool {
        self.may(&[KeyUsages::DigitalSignature, KeyUsages::NonRepudiation])
    }

    /// Whether this certificate's key signed the other certificate.
    fn has_signed(&self, other: &Self, sm2: &dyn Sm2) -> bool {
        let inner = &other.inner;
        let signature = inner.signature().as_bytes();
        let scheme = scheme(inner.signature_algorithm().oid);
        match (scheme, signed_part(&other.der), signature) {
            (Some(scheme), Some(part), Some(signature)) => {
                self.key.verify(scheme, part, signature, sm2)
            }
            _ => false,
        }
    }

    /// Whether the other certificate says that this one's holder issued it.
    pub(super) fn is_issuer_of(&self, other: &Self) -> bool {
        self.inner.tbs_certificate().subject() == other.inner.tbs_certificate().issuer()
    }

    fn is_self_issued(&self) -> bool {
        self.is_issuer_of(self)
    }
}

/// The first element of a signed structure, as it came: that is what was signed.
fn signed_part(der: &[u8]) -> Option<&[u8]> {
    let mut outer = SliceReader::new(der).ok()?;
    let header = x509_cert::der::Header::decode(&mut outer).ok()?;
    let from = der
        .len()
        .checked_sub(usize::try_from(header.length()).ok()?)?;
    let mut inner = SliceReader::new(der.get(from..)?).ok()?;
    inner.tlv_bytes().ok()
}

fn scheme(algorithm: ObjectIdentifier) -> Option<Scheme> {
    let known = [
        (SM2_SM3, Scheme::Sm2Sm3),
        (SHA1_RSA, Scheme::RsaSha1),
        (SHA256_RSA, Scheme::RsaSha256),
        (SHA384_RSA, Scheme::RsaSha384),
        (SHA512_RSA, Scheme::RsaSha512),
    ];
    let found = known.iter().find(|(oid, _)| *oid == algorithm);
    found.map(|(_, scheme)| *scheme)
}

fn public_key(inner: &CertificateInner<Raw>) -> Option<PublicKey> {
    let info = inner.tbs_certificate().subject_public_key_info();
    let bytes = info.subject_public_key.as_bytes()?;
    let algorithm = info.algorithm.oid;
    if algorithm == RSA {
        let bits = modulus_bits(bytes)?;
        let der = bytes.to_vec();
        return Some(PublicKey::Rsa { der, bits });
    }
    let curve = info.algorithm.parameters.as_ref();
    let curve = curve.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    if (algorithm == EC && curve == Some(SM2)) || algorithm == SM2 {
        let is_point = bytes.len() == 65 && bytes.first() == Some(&4);
        return is_point.then(|| PublicKey::Sm2(bytes.to_vec()));
    }
    Some(PublicKey::Other(algorithm.to_string()))
}

fn modulus_bits(der: &[u8]) -> Option<usize> {
    let mut outer = SliceReader::new(der).ok()?;
    x509_cert::der::Header::decode(&mut outer).ok()?;
    let modulus = x509_cert::der::asn1::UintRef::decode(&mut outer).ok()?;
    let bytes = modulus.as_bytes();
    let leading = usize::try_from(bytes.first()?.leading_zeros()).ok()?;
    Some(bytes.len() * 8 - leading)
}

fn seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}
