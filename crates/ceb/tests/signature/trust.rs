//! Whom to believe, and since when not any more.

use crate::{messages, others, pki, sign};
use ceb::signature::certificate::{
    Certificate, CertificateFault, CertificateHolder, Match, RevocationList,
};
use ceb::signature::key::Library;
use ceb::signature::{DigestMethod, SignatureMethod, Trust, clinic};

/// 2026-02-01 in Beijing.
const AT: i64 = 1_769_875_200;
/// 2025-12-01.
const BEFORE: i64 = 1_764_518_400;

fn trust(files: &[&str]) -> Trust {
    let mut trust = Trust::default();
    for file in files {
        assert_eq!(trust.add(&pki::file(file)), 1, "{file}");
    }
    trust
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_der(&pki::file(name)).expect("certificate")
}

#[test]
fn chains_times_and_lists() {
    use CertificateFault::{
        Authority, Expired, NoList, NotYetValid, Revoked, StaleList, Untrusted,
    };
    const REVOKED: i64 = 1_767_225_600;
    for kind in ["rsa", "sm2"] {
        let file = |name: &str| format!("{kind}-{name}");
        let (root, issuing) = (file("root.pem"), file("issuing.pem"));
        let (list, stale) = (file("issuing.crl"), file("stale.crl"));
        let all = [root.as_str(), &issuing, &list];
        let without_list = [root.as_str(), &issuing];
        let with_stale = [root.as_str(), &issuing, &stale];
        let only_root = [root.as_str(), &list];
        for (who, files, at, expected) in [
            ("company", &all[..], AT, vec![]),
            ("company", &without_list, AT, vec![NoList]),
            ("company", &with_stale, AT, vec![StaleList]),
            ("company", &only_root, AT, vec![Untrusted]),
            ("company", &all, 0, vec![NotYetValid, Authority]),
            ("expired", &all, AT, vec![Expired]),
            ("revoked", &all, AT, vec![Revoked(REVOKED)]),
            ("revoked", &all, BEFORE, vec![]),
            ("stranger", &all, AT, vec![Untrusted]),
        ] {
            let certificate = certificate(&file(&format!("{who}.der")));
            let faults = trust(files).check(&certificate, &[], at, &Library);
            assert_eq!(faults, expected, "{kind} {who} {files:?} {at}");
        }
        let company = certificate(&file("company.der"));
        let along = [certificate(&file("issuing.der"))];
        let faults = trust(&only_root).check(&company, &along, AT, &Library);
        assert_eq!(faults, vec![], "{kind}: the issuing certificate came along");
        let faults = trust(&[&root]).check(&company, std::slice::from_ref(&company), AT, &Library);
        assert_eq!(faults, vec![Untrusted]);
    }
}

#[test]
fn a_company_cannot_vouch_for_another() {
    let all = trust(&["rsa-root.pem", "rsa-issuing.pem", "rsa-company.pem"]);
    let grandchild = certificate("rsa-grandchild.der");
    let faults = all.check(&grandchild, &[], AT, &Library);
    assert_eq!(faults, vec![CertificateFault::Authority]);
}

#[test]
fn a_changed_list_counts_for_nothing() {
    let mut all = trust(&["sm2-root.pem", "sm2-issuing.pem"]);
    let pem = String::from_utf8(pki::file("sm2-issuing.crl")).expect("PEM");
    let mut single = Trust::default();
    single.add(pem.as_bytes());
    assert_eq!(single.lists.len(), 1);
    assert!(single.lists[0].is_signed_by(&certificate("sm2-issuing.der"), &Library));
    assert!(!single.lists[0].is_signed_by(&certificate("sm2-company.der"), &Library));
    all.lists = trust(&["rsa-issuing.crl"]).lists;
    let faults = all.check(&certificate("sm2-company.der"), &[], AT, &Library);
    assert_eq!(faults, vec![CertificateFault::NoList]);
}

#[test]
fn broken_certificates_and_lists_are_answered() {
    for name in ["rsa-company.der", "sm2-company.der"] {
        let der = pki::file(name);
        for at in 0..der.len() {
            assert!(Certificate::from_der(&der[..at]).is_none(), "{name} {at}");
            let mut changed = der.clone();
            changed[at] ^= 0x55;
            if let Some(certificate) = Certificate::from_der(&changed) {
                let _ = (
                    certificate.subject(),
                    certificate.holder(),
                    certificate.may_sign(),
                );
                let faults = trust(&["rsa-root.pem"]).check(&certificate, &[], AT, &Library);
                assert!(faults.contains(&CertificateFault::Untrusted));
            }
            let _ = RevocationList::from_der(&changed);
        }
    }
}

#[test]
fn holders_and_senders() {
    let holder = |organisation: &str| CertificateHolder {
        organisation: Some(organisation.to_owned()),
        ..CertificateHolder::default()
    };
    for (own, sender, expected) in [
        ("MA1330956", "91110105MA1330956Y", Match::Same),
        ("MA133095-6", "91110105MA1330956Y", Match::Same),
        ("91110105MA1330956Y", "91110105ma1330956y", Match::Same),
        ("91110105MA1330956Y", "MA1330956", Match::Same),
        ("MA1330956", "91110105MA672652X9", Match::Different),
        ("MA1330956", "1105961234", Match::Unknown),
        ("1105961234", "1105961234", Match::Same),
    ] {
        assert_eq!(holder(own).matches(&[sender]), expected, "{own} {sender}");
    }
    assert_eq!(
        CertificateHolder::default().matches(&["MA1330956"]),
        Match::Unknown
    );
    assert_eq!(holder("MA1330956").matches(&[]), Match::Unknown);
    let found = certificate("sm2-company.der").holder();
    assert_eq!(found.organisation.as_deref(), Some("MA1330956"));
    assert_eq!(found.card.as_deref(), Some("9900000000001"));
    assert_eq!(
        found.company.as_deref(),
        Some("北京样例跨境电子商务有限公司")
    );
}

#[test]
fn a_name_and_a_code_are_read_by_their_object_identifiers() {
    let company = Some("北京样例跨境电子商务有限公司".to_owned());
    let named = certificate("sm2-named.der").holder();
    assert_eq!(
        named.company, company,
        "BMPString, and not another field of the arc"
    );
    assert_eq!(named.code(), Some("91110105MA1330956Y"));
    assert_eq!(named.matches(&["91110105MA1330956Y"]), Match::Same);
    assert_eq!(named.matches(&["1105961234"]), Match::Unknown);
    // Ten digits say nothing; the credit code of the ledger beside them does.
    let other = ["1105961234", "91110105MA672652X9"];
    assert_eq!(named.matches(&other), Match::Different);
    let plain = certificate("sm2-plain.der").holder();
    assert_eq!(
        (plain.company, plain.credit_code),
        (company, None),
        "the organisation of the subject"
    );
    // The name that the E-Port wrote goes before that of the subject: here 公司 is 企业 in the one of them.
    let mut der = pki::file("sm2-named.der");
    let written = [0x51, 0x6C, 0x53, 0xF8];
    let at = der.windows(4).position(|four| four == written);
    let at = at.expect("a BMPString");
    der[at..at + 4].copy_from_slice(&[0x4F, 0x01, 0x4E, 0x1A]);
    let renamed = Certificate::from_der(&der).expect("certificate").holder();
    let company = renamed.company.as_deref();
    assert_eq!(company, Some("北京样例跨境电子商务有限企业"));
}

#[test]
fn a_date_in_the_past_makes_no_revoked_card_good_again() {
    let trust = trust(&["sm2-root.pem", "sm2-issuing.pem", "sm2-issuing.crl"]);
    let document = String::from_utf8(sign::unsigned()).expect("text");
    let (from, to) = (
        document.find("<ceb:Order>").expect("order"),
        document.find("</ceb:Order>").expect("end"),
    );
    let second = &document[from..to + "</ceb:Order>".len()];
    let dated = |text: &str, time: &str| {
        let from = text.find("appTime>").expect("a time") + "appTime>".len();
        format!("{}{time}{}", &text[..from], &text[from + 14..])
    };
    // 2025-12-01, a month before the card was revoked, and a second document the year before.
    let document = format!("{}{second}{}", &document[..from], &document[from..]);
    let document = dated(
        &document.replacen(second, &dated(second, "20241201080000"), 1),
        "20241201080000",
    );
    let later = document
        .rfind("appTime>")
        .and_then(|end| document[..end].rfind("appTime>"))
        .expect("a time");
    let document = format!(
        "{}{}",
        &document[..later],
        dated(&document[later..], "20251201000000")
    );
    let times = ceb::signature::declared_at(document.as_bytes());
    assert_eq!(times, [1_733_011_200, BEFORE], "every document's time");
    let revoked = certificate("sm2-revoked.der");
    let faults = |times: &[i64]| trust.check_at(&revoked, &[], times, &Library);
    assert_eq!(faults(&times), vec![]);
    let at_receipt = [times[0], times[1], AT];
    assert_eq!(
        faults(&at_receipt),
        vec![CertificateFault::Revoked(1_767_225_600)]
    );
    let expired = certificate("sm2-expired.der");
    let faults = trust.check_at(&expired, &[], &[1_640_000_000, AT], &Library);
    assert_eq!(faults, vec![CertificateFault::Expired]);
}

#[test]
fn the_clinic_finds_the_certificate_that_was_meant() {
    let (_, swapped) = messages::all()
        .into_iter()
        .find(|(name, _)| *name == "bad-swapped-certificate")
        .expect("message");
    let trust = trust(&["sm2-root.pem", "sm2-company.pem", "sm2-revoked.pem"]);
    let given = clinic::Given {
        trust: &trust,
        times: &[AT],
        codes: &[],
        sm2: &Library,
    };
    let found = clinic::examine(swapped.as_bytes(), &given);
    let serial = certificate("sm2-company.der").serial();
    assert_eq!(found.cause, clinic::Cause::OtherCertificate(serial.clone()));
    assert!(found.advice.contains(&serial), "{}", found.advice);
}

#[test]
fn xmlsec_verifies_random_documents_that_we_prepare() {
    let mut n_signed = 0;
    for seed in 0..60 {
        let document = crate::random::document(seed);
        let certificate = pki::file("rsa-company.der");
        let (method, digest) = (SignatureMethod::RsaSha256, DigestMethod::Sha256);
        let prepared =
            ceb::signature::sign::prepare(document.as_bytes(), method, digest, &certificate);
        if prepared.is_ok() {
            let message = sign::signed(document.as_bytes(), method, digest, "rsa-company");
            others::xmlsec_verifies(&message, "rsa-root.pem")
                .unwrap_or_else(|error| panic!("{error} of {document:?}"));
            n_signed += 1;
        }
    }
    assert!(n_signed > 30, "{n_signed}");
}
