//! Where the signature of a message goes: the one place that knows the standard's form of it.

use crate::keyring::provider::Method;
use ceb::signature::algorithm::{DigestMethod, SignatureMethod};
use ceb::signature::sign::{self, PreparedSignature, SignFault};

/// Why nothing was prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is signed already, or cannot be read.
    Document,
    /// The certificate cannot be read.
    Certificate,
}

/// Makes a document ready for its signature.
pub(super) fn prepare(
    document: &[u8],
    method: Method,
    certificate_der: &[u8],
) -> Result<PreparedSignature, Unfit> {
    let (method, digest) = match method {
        Method::RsaSha1 => (SignatureMethod::RsaSha1, DigestMethod::Sha1),
        Method::RsaSha256 => (SignatureMethod::RsaSha256, DigestMethod::Sha256),
        Method::Sm2Sm3 => (SignatureMethod::Sm2Sm3, DigestMethod::Sm3),
    };
    sign::prepare(document, method, digest, certificate_der).map_err(|fault| match fault {
        SignFault::Certificate => Unfit::Certificate,
        SignFault::Signed | SignFault::NotWellFormed(_) | SignFault::Empty => Unfit::Document,
    })
}
