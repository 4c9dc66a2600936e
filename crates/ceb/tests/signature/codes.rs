//! Codes of weak methods, labels and certificates: each broken, and just kept.

use crate::{others, pki};
use ceb::Profile;
use ceb::signature::certificate::Match;
use ceb::signature::key::Library;
use ceb::signature::{Certificate, SignatureOutcome, Trust, Verifier, VerifyPolicy, findings};

/// 2026-02-01 in Beijing.
const AT: i64 = 1_769_875_200;

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/signature");
    std::fs::read(format!("{folder}/{name}.xml")).expect("a fixture")
}

fn codes(xml: &[u8], policy: VerifyPolicy) -> Vec<&'static str> {
    let verifier = Verifier {
        policy,
        sm2: &Library,
        certificate: None,
    };
    let verdict = verifier.verify(xml);
    let found = findings(&verdict, &[], Match::Unknown, Profile::Strict);
    found.iter().map(|finding| finding.code).collect()
}

#[test]
fn weak_methods_and_labels() {
    let tolerant = VerifyPolicy {
        tolerant: true,
        ..VerifyPolicy::SOUND
    };
    let sha1 = VerifyPolicy {
        sha1: true,
        ..VerifyPolicy::SOUND
    };
    let short = VerifyPolicy {
        short_rsa: true,
        ..sha1
    };
    for (name, policy, expected) in [
        // SHA-1 passes where the policy takes it.
        ("strict-rsa-sha1", VerifyPolicy::SOUND, &["TG-E1815"][..]),
        ("strict-rsa-sha1", sha1, &[]),
        ("strict-rsa-sha256", VerifyPolicy::SOUND, &[]),
        // A short key, the same.
        ("doubtful-short-key", sha1, &["TG-E1814"]),
        ("doubtful-short-key", short, &[]),
        // A digest under another name passes in a tolerant profile, which is reported.
        ("lenient-digest-label", sha1, &["TG-E1807"]),
        ("lenient-digest-label", VerifyPolicy::LEGACY, &["TG-E1826"]),
        ("lenient-der", VerifyPolicy::SOUND, &["TG-E1810"]),
        ("lenient-der", tolerant, &["TG-E1826"]),
        ("strict-sm2", VerifyPolicy::SOUND, &[]),
    ] {
        assert_eq!(codes(&fixture(name), policy), expected, "{name} {policy:?}");
    }
}

#[test]
fn a_certificate_that_is_none() {
    let xml = String::from_utf8(fixture("strict-sm2")).expect("text");
    let (before, rest) = xml
        .split_once("<ds:X509Certificate>")
        .expect("a certificate");
    let (_, after) = rest.split_once("</ds:X509Certificate>").expect("its end");
    let changed = format!("{before}<ds:X509Certificate>AAAA</ds:X509Certificate>{after}");
    assert_eq!(
        codes(changed.as_bytes(), VerifyPolicy::LEGACY),
        ["TG-E1812"]
    );
    assert_eq!(codes(xml.as_bytes(), VerifyPolicy::LEGACY), [""; 0]);
}

#[test]
fn faults_of_certificates_have_their_codes() {
    let mut trust = Trust::default();
    let verifier = Verifier {
        policy: VerifyPolicy::LEGACY,
        sm2: &Library,
        certificate: None,
    };
    let verdict = verifier.verify(&fixture("strict-sm2"));
    assert!(matches!(verdict.outcome, SignatureOutcome::Passed(_)));
    let codes_of = |trust: &Trust, name: &str, at: i64| -> Vec<&'static str> {
        let certificate = Certificate::from_der(&pki::file(name)).expect("certificate");
        let faults = trust.check(&certificate, &[], at, &Library);
        let found = findings(&verdict, &faults, Match::Unknown, Profile::Strict);
        found.iter().map(|finding| finding.code).collect()
    };
    for file in ["sm2-root.pem", "sm2-issuing.pem"] {
        trust.add(&pki::file(file));
    }
    assert_eq!(
        codes_of(&trust, "sm2-company.der", AT),
        ["TG-E1823"],
        "no list"
    );
    trust.add(&pki::file("sm2-issuing.crl"));
    assert_eq!(codes_of(&trust, "sm2-company.der", AT), [""; 0]);
    let early = codes_of(&trust, "sm2-company.der", 0);
    assert_eq!(
        early,
        ["TG-E1818", "TG-E1821"],
        "neither it nor its authority"
    );
    assert_eq!(codes_of(&trust, "sm2-expired.der", AT), ["TG-E1817"]);
    assert_eq!(codes_of(&trust, "sm2-revoked.der", AT), ["TG-E1822"]);
    assert_eq!(codes_of(&trust, "sm2-stranger.der", AT), ["TG-E1820"]);
    // The key of an authority signs certificates and nothing else.
    assert!(codes_of(&trust, "sm2-issuing.der", AT).contains(&"TG-E1819"));
    let mut old = Trust::default();
    for file in ["sm2-root.pem", "sm2-issuing.pem", "sm2-stale.crl"] {
        old.add(&pki::file(file));
    }
    assert_eq!(codes_of(&old, "sm2-company.der", AT), ["TG-E1824"]);
    // The certificates themselves are what openssl says they are.
    let output = std::process::Command::new("openssl")
        .args(["x509", "-inform", "DER", "-noout", "-subject", "-in"])
        .arg(pki::folder().join("sm2-company.der"))
        .output()
        .expect("openssl");
    assert!(output.status.success(), "{}", others::printed(&output));
}
