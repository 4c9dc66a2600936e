//! Checking and the clinic never panic; what has a signature is never called unsigned; what can be
//! signed is found again byte for byte.
#![no_main]

use ceb::signature::certificate::{Certificate, RevocationList, Trust};
use ceb::signature::key::Library;
use ceb::signature::{DigestMethod, Failure, Outcome, Policy, SignatureMethod, Verifier, clinic, sign};

const CERTIFICATE: &[u8] = include_bytes!("../../fixtures/signature/trust/sm2-company.pem");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let verifier = Verifier { policy: Policy::LEGACY, sm2: &Library, certificate: None };
    let verdict = verifier.verify(bytes);
    if verdict.outcome == Outcome::Unsigned {
        assert!(verdict.signature.is_none());
    }
    let trust = Trust::default();
    let given = clinic::Given { trust: &trust, times: &[0], codes: &[], sm2: &Library };
    let found = clinic::examine(bytes, &given);
    assert_eq!(found.outcome, verdict.outcome);
    assert!(!found.advice.is_empty());
    let _ = (found.text(), found.json());
    if let Some(upload) = clinic::payment::Upload::read(bytes) {
        let _ = clinic::payment::text(&clinic::payment::examine(&upload, &trust, 0, &Library));
    }
    let _ = (Certificate::from_der(bytes), RevocationList::from_der(bytes));
    let mut trust = Trust::default();
    trust.add(CERTIFICATE);
    let certificate = trust.intermediates[0].der().to_vec();
    let prepared = sign::prepare(bytes, SignatureMethod::Sm2Sm3, DigestMethod::Sm3, &certificate);
    if let Ok(prepared) = prepared {
        // A well-formed document without a signature; with a wrong one only the value is wrong.
        assert_eq!(verdict.outcome, Outcome::Unsigned);
        let verdict = verifier.verify(&prepared.finish(&[1; 64]));
        assert_eq!(verdict.outcome, Outcome::Failed(Failure::Value));
    }
});
