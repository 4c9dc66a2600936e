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

#[test]
fn the_signature_stands_where_the_schema_of_the_message_has_it() {
    use ceb::signature::key::Library;
    use ceb::signature::{SignatureOutcome, Verifier, VerifyPolicy};
    const EXTENSION: &str = "<ceb:ExtendMessage><ceb:name>x</ceb:name><ceb:version>1.0</ceb:version>\
         <ceb:Message><x>1</x></ceb:Message></ceb:ExtendMessage>";
    // Samples of other kinds are signed already.
    for (kind, is_before) in [(Kind::Ceb303, true), (Kind::Ceb311, false)] {
        let text = message(&Spec::new(kind, 1));
        let end = text.rfind("</ceb:").expect("root");
        let text = format!("{}{EXTENSION}{}", &text[..end], &text[end..]);
        let (method, digest) = (SignatureMethod::Sm2Sm3, DigestMethod::Sm3);
        let signed = signed(text.as_bytes(), method, digest, "sm2-company");
        let found = ceb::parse(&signed, ceb::Profile::Strict).findings;
        let places: Vec<_> = found
            .iter()
            .filter(|one| one.path.contains("Signature") || one.path.contains("Extend"))
            .collect();
        assert!(places.is_empty(), "{kind:?}: {places:?}");
        let at = |what: &[u8]| signed.windows(what.len()).position(|window| window == what);
        assert_eq!(
            at(b"<ds:Signature") < at(b"<ceb:ExtendMessage"),
            is_before,
            "{kind:?}"
        );
        let verifier = Verifier {
            policy: VerifyPolicy::SOUND,
            sm2: &Library,
            certificate: None,
        };
        let outcome = verifier.verify(&signed).outcome;
        assert!(
            matches!(outcome, SignatureOutcome::Passed(_)),
            "{kind:?}: {outcome:?}"
        );
    }
}
