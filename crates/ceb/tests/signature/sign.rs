//! What we prepare and openssl signs is verified by xmlsec1 and by us.

use crate::{others, pki};
use ceb::Kind;
use ceb::sample::{Spec, message};
use ceb::signature::{DigestMethod, SignatureMethod, sign};

/// A message without a signature.
pub(crate) fn unsigned() -> Vec<u8> {
    message(&Spec::new(Kind::Ceb311, 1)).into_bytes()
}

/// A message signed by a company of the folder.
pub(crate) fn signed(
    document: &[u8],
    method: SignatureMethod,
    digest: DigestMethod,
    who: &str,
) -> Vec<u8> {
    let certificate = pki::file(&format!("{who}.der"));
    let prepared = sign::prepare(document, method, digest, &certificate).expect("prepare");
    let key = format!("{who}.key");
    let value = others::sign(method, &key, "1234567812345678", prepared.to_be_signed());
    prepared.finish(&value)
}

#[test]
fn xmlsec_verifies_what_we_prepare() {
    for (method, digest) in [
        (SignatureMethod::RsaSha1, DigestMethod::Sha1),
        (SignatureMethod::RsaSha256, DigestMethod::Sha256),
    ] {
        let message = signed(&unsigned(), method, digest, "rsa-company");
        others::xmlsec_verifies(&message, "rsa-root.pem").expect("verified");
    }
}
