//! Whether roots vouch for a certificate (证书链).

use super::{Certificate, RevocationList};
use crate::signature::key::Sm2;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_cert::ext::pkix::KeyUsages;

/// Most authorities between a certificate and its root.
const CHAIN_MAX: usize = 5;

/// Most signatures that are tried to find a chain.
const TRIES_MAX: usize = 32;

/// Whom we believe (信任库).
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Certificates that need nobody to vouch for them.
    pub roots: Vec<Certificate>,
    /// Certificates of issuing authorities.
    pub intermediates: Vec<Certificate>,
    /// Revocation lists.
    pub lists: Vec<RevocationList>,
}

/// What is wrong with a certificate (证书问题).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateFault {
    /// Not valid yet at that time.
    NotYetValid,
    /// No longer valid at that time.
    Expired,
    /// The key is not for signing.
    Usage,
    /// Nobody whom we believe vouches for it.
    Untrusted,
    /// Its authority's certificate was not valid at that time, or is no authority's.
    Authority,
    /// Revoked since this second, since 1970.
    Revoked(i64),
    /// The authority has no revocation list here, or one that it did not sign.
    NoList,
    /// The revocation list is older than it may be.
    StaleList,
}

impl CertificateFault {
    /// Whether the certificate is not to be believed. That nobody knows of revocations is a matter of
    /// the platform.
    #[must_use]
    pub fn is_grave(&self) -> bool {
        !matches!(self, Self::NoList | Self::StaleList)
    }
}

impl Trust {
    /// Adds what a file contains: certificates and revocation lists, PEM or DER. A certificate that
    /// its own holder issued is a root. Tells how many there were.
    pub fn add(&mut self, file: &[u8]) -> usize {
        let blocks = pem(file);
        let ders = match blocks.is_empty() {
            true => vec![file.to_vec()],
            false => blocks,
        };
        let mut n_added = 0;
        for der in ders {
            if let Some(certificate) = Certificate::from_der(&der) {
                match certificate.is_self_issued() {
                    true => self.roots.push(certificate),
                    false => self.intermediates.push(certificate),
                }
            } else if let Some(list) = RevocationList::from_der(&der) {
                self.lists.push(list);
            } else {
                continue;
            }
            n_added += 1;
        }
        n_added
    }

    /// Whether there is nobody whom we believe, so that nothing can be said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// Everything wrong with a certificate at a time (seconds since 1970); `sent_along` may help to
    /// find the chain, but is not believed by itself.
    #[must_use]
    pub fn check(
        &self,
        certificate: &Certificate,
        sent_along: &[Certificate],
        at: i64,
        sm2: &dyn Sm2,
    ) -> Vec<CertificateFault> {
        let mut faults = Vec::new();
        if at < certificate.not_before() {
            faults.push(CertificateFault::NotYetValid);
        }
        if at > certificate.not_after() {
            faults.push(CertificateFault::Expired);
        }
        if !certificate.may_sign() {
            faults.push(CertificateFault::Usage);
        }
        let mut search = Search {
            trust: self,
            sent_along,
            at,
            sm2,
            n_tries: 0,
            is_authority_bad: false,
        };
        match search.chain(certificate, 0) {
            Some(chain) => self.revocation(certificate, &chain, at, sm2, &mut faults),
            None if search.is_authority_bad => faults.push(CertificateFault::Authority),
            None => faults.push(CertificateFault::Untrusted),
        }
        faults
    }

    /// The same at several times: everything that is wrong at one of them at least. A message must
    /// stand when it was declared and when it came, or a date in the past would make a revoked card
    /// good again.
    #[must_use]
    pub fn check_at(
        &self,
        certificate: &Certificate,
        sent_along: &[Certificate],
        times: &[i64],
        sm2: &dyn Sm2,
    ) -> Vec<CertificateFault> {
        let mut faults = Vec::new();
        for at in times {
            for fault in self.check(certificate, sent_along, *at, sm2) {
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        faults
    }

    fn revocation(
        &self,
        certificate: &Certificate,
        chain: &[&Certificate],
        at: i64,
        sm2: &dyn Sm2,
        faults: &mut Vec<CertificateFault>,
    ) {
        let mut below = certificate;
        for (place, authority) in chain.iter().enumerate() {
            let lists = self.lists.iter().filter(|list| list.is_of(authority));
            let lists = lists.filter(|list| list.is_signed_by(authority, sm2));
            let newest = lists.max_by_key(|list| list.this_update());
            match newest {
                Some(list) => {
                    if let Some(since) = list.revoked_since(below)
                        && since <= at
                    {
                        faults.push(CertificateFault::Revoked(since));
                    }
                    if list.is_stale(at) {
                        faults.push(CertificateFault::StaleList);
                    }
                }
                // Roots publish lists of their authorities rarely; those of card holders must be there.
                None if place == 0 => faults.push(CertificateFault::NoList),
                None => {}
            }
            below = authority;
        }
    }
}

/// A search for a chain, with a limit on its work.
struct Search<'a> {
    trust: &'a Trust,
    sent_along: &'a [Certificate],
    at: i64,
    sm2: &'a dyn Sm2,
    n_tries: usize,
    is_authority_bad: bool,
}

impl<'a> Search<'a> {
    /// The authorities above a certificate, up to a root.
    fn chain(&mut self, below: &Certificate, n_between: usize) -> Option<Vec<&'a Certificate>> {
        let trust = self.trust;
        if trust.roots.iter().any(|root| root.der == below.der) {
            return Some(Vec::new());
        }
        if n_between > CHAIN_MAX {
            return None;
        }
        let others = trust.intermediates.iter().chain(self.sent_along);
        let candidates = trust.roots.iter().map(|root| (root, true));
        for (authority, is_root) in candidates.chain(others.map(|one| (one, false))) {
            if !authority.is_issuer_of(below) || authority.der == below.der {
                continue;
            }
            self.n_tries += 1;
            if self.n_tries > TRIES_MAX {
                return None;
            }
            if !authority.has_signed(below, self.sm2) {
                continue;
            }
            if !self.is_good(authority, is_root, n_between) {
                self.is_authority_bad = true;
                continue;
            }
            if is_root {
                return Some(vec![authority]);
            }
            if let Some(mut above) = self.chain(authority, n_between + 1) {
                above.insert(0, authority);
                return Some(above);
            }
        }
        None
    }

    fn is_good(&self, authority: &Certificate, is_root: bool, n_between: usize) -> bool {
        let is_valid = (authority.not_before()..=authority.not_after()).contains(&self.at);
        let is_authority = match authority.authority() {
            Some(Some(n_max)) => n_between <= usize::from(n_max),
            Some(None) => true,
            // Roots of the first version have no extensions at all.
            None => is_root && authority.inner.tbs_certificate().extensions().is_none(),
        };
        is_valid && is_authority && authority.may(&[KeyUsages::KeyCertSign])
    }
}

/// The blocks of a PEM file.
pub(super) fn pem(file: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(file);
    let mut blocks = Vec::new();
    let mut rest = &*text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((block, after)) = after.split_once("-----END ") else {
            break;
        };
        rest = after;
        let Some((_, body)) = block.split_once("-----") else {
            continue;
        };
        let digits: String = body.split_whitespace().collect();
        blocks.extend(STANDARD.decode(digits));
    }
    blocks
}
