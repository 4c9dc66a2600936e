//! Revocation lists (证书吊销列表): which certificates an authority took back, and when.

use super::{Certificate, scheme, seconds, signed_part};
use crate::signature::key::Sm2;
use x509_cert::certificate::Raw;
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::KeyUsages;

/// Longest list, in bytes.
const LIST_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Says that a list only has what changed since another one.
const DELTA: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");

/// A revocation list (吊销列表).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    der: Vec<u8>,
    inner: CertificateList<Raw>,
}

impl RevocationList {
    /// Reads a list; `None` when it is none, or only the difference to another one.
    #[must_use]
    pub fn from_der(der: &[u8]) -> Option<Self> {
        if der.len() > LIST_BYTES_MAX {
            return None;
        }
        let inner = CertificateList::<Raw>::from_der(der).ok()?;
        let extensions = inner.tbs_cert_list.crl_extensions.as_deref();
        let is_delta = extensions.is_some_and(|all| all.iter().any(|one| one.extn_id == DELTA));
        (!is_delta).then(|| Self {
            der: der.to_vec(),
            inner,
        })
    }

    /// Second of issue, since 1970.
    #[must_use]
    pub fn this_update(&self) -> i64 {
        seconds(self.inner.tbs_cert_list.this_update)
    }

    /// Second at which the next list is due, since 1970.
    #[must_use]
    pub fn next_update(&self) -> Option<i64> {
        self.inner.tbs_cert_list.next_update.map(seconds)
    }

    /// Whether a newer list should be there by now.
    #[must_use]
    pub fn is_stale(&self, now: i64) -> bool {
        self.next_update().is_some_and(|due| due < now)
    }

    /// Whether this is the list of the authority that the certificate belongs to.
    #[must_use]
    pub fn is_of(&self, authority: &Certificate) -> bool {
        self.inner.tbs_cert_list.issuer == *authority.inner.tbs_certificate().subject()
    }

    /// Whether the authority signed it.
    #[must_use]
    pub fn is_signed_by(&self, authority: &Certificate, sm2: &dyn Sm2) -> bool {
        let scheme = scheme(self.inner.signature_algorithm.oid);
        let signature = self.inner.signature.as_bytes();
        let Some(((scheme, part), signature)) = scheme.zip(signed_part(&self.der)).zip(signature)
        else {
            return false;
        };
        authority.may(&[KeyUsages::CRLSign]) && authority.key.verify(scheme, part, signature, sm2)
    }

    /// Second since which a certificate of this authority is revoked.
    #[must_use]
    pub fn revoked_since(&self, certificate: &Certificate) -> Option<i64> {
        let serial = certificate.inner.tbs_certificate().serial_number();
        let mut revoked = self
            .inner
            .tbs_cert_list
            .revoked_certificates
            .iter()
            .flatten();
        revoked
            .find(|one| one.serial_number == *serial)
            .map(|one| seconds(one.revocation_date))
    }
}
