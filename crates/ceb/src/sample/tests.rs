//! Samples of every kind are valid.

use super::*;
use crate::finding::Severity;
use crate::parse::parse;
use crate::profile::Profile;
use crate::{key, receipt as split_receipt};

#[test]
fn every_kind_is_valid_in_strict_without_findings() {
    for kind in Kind::ALL {
        for (n_documents, n_lines) in [(1, 1), (3, 7)] {
            let spec = Spec {
                n_documents,
                n_lines,
                ..Spec::new(*kind, 7)
            };
            let mut parsed = parse(message(&spec).as_bytes(), Profile::Strict);
            // A note says that nothing is wrong.
            parsed
                .findings
                .retain(|finding| finding.severity != Severity::Note);
            assert_eq!(parsed.findings, [], "{kind}");
            assert!(parsed.message.is_some());
        }
    }
}

#[test]
fn same_seed_same_bytes() {
    let spec = Spec::new(Kind::Ceb311, 1);
    assert_eq!(message(&spec), message(&spec));
    assert_ne!(message(&spec), message(&Spec { seed: 2, ..spec }));
}

/// A payment has no lines and an order has; the payment pays for all of them nevertheless.
#[test]
fn the_payment_pays_what_the_order_costs_whatever_its_lines() {
    let value = |xml: &str, element: &str| {
        let (_, rest) = xml.split_once(&format!(":{element}>")).unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    for (n_lines, seed) in [(1, 1), (3, 2), (50, 3)] {
        let of = |kind| {
            message(&Spec {
                n_lines,
                ..Spec::new(kind, seed)
            })
        };
        assert_eq!(
            value(&of(Kind::Ceb311), "acturalPaid"),
            value(&of(Kind::Ceb411), "amountPaid")
        );
    }
}

#[test]
fn a_receipt_has_the_key_of_its_declaration() {
    for kind in Kind::ALL.iter().filter(|kind| kind.is_declaration()) {
        let spec = Spec {
            n_documents: 2,
            ..Spec::new(*kind, 9)
        };
        let declared = parse(message(&spec).as_bytes(), Profile::Strict)
            .message
            .unwrap();
        let xml = receipt(
            &spec,
            ReturnStatus::CUSTOMS_ACCEPTED,
            "[Code:1800;Desc:逻辑校验通过]",
        );
        let split = split_receipt::split(xml.as_bytes()).unwrap();
        assert_eq!(split.findings, []);
        for (document, entry) in declared.documents.iter().zip(&split.entries) {
            let key = key::of_document(*kind, document);
            assert!(key.is_some(), "{kind}");
            assert_eq!(entry.keys.first(), key.as_ref(), "{kind}");
            assert_eq!(entry.return_status, ReturnStatus::CUSTOMS_ACCEPTED);
            let alone = split_receipt::split(entry.xml.as_bytes()).unwrap();
            assert_eq!(alone.entries.len(), 1);
            assert_eq!(alone.entries[0].keys, entry.keys);
        }
    }
}

#[test]
fn a_default_order_has_about_4_kb() {
    for seed in 0..50 {
        let bytes = message(&Spec::new(Kind::Ceb311, seed)).len();
        assert!((3500..=4500).contains(&bytes), "{bytes}");
    }
}

#[test]
fn a_marker_stands_in_order_and_company_numbers() {
    let spec = Spec {
        marker: Some(String::from("REJECT")),
        ..Spec::new(Kind::Ceb621, 1)
    };
    let parsed = parse(message(&spec).as_bytes(), Profile::Strict);
    assert_eq!(parsed.findings, []);
    let message = parsed.message.unwrap();
    let head = &message.documents[0].head;
    assert!(head.get("orderNo").unwrap().contains("REJECT"));
    assert!(head.get("copNo").unwrap().contains("REJECT"));
}

#[test]
fn samples_that_must_be_signed_are() {
    use crate::signature::{SignatureOutcome, Trust, Verifier, VerifyPolicy};
    use crate::spec::SignatureDuty;
    let keys = crate::sm2::Keys::library();
    let mut trust = Trust::default();
    assert_eq!(trust.add(CERTIFICATE.as_bytes()), 1);
    for kind in Kind::ALL {
        let sample = message(&Spec::new(*kind, 5));
        let verifier = Verifier {
            policy: VerifyPolicy::SOUND,
            sm2: &keys,
            certificate: None,
        };
        let verdict = verifier.verify(sample.as_bytes());
        let must = matches!(
            kind.spec().signature,
            SignatureDuty::Required | SignatureDuty::RequiredByText
        );
        if !must {
            assert_eq!(verdict.outcome, SignatureOutcome::Unsigned, "{kind}");
            continue;
        }
        assert!(
            matches!(verdict.outcome, SignatureOutcome::Passed(_)),
            "{kind} {:?}",
            verdict.outcome
        );
        let at = 1_772_413_200;
        let certificate = verdict.certificate.unwrap();
        assert!(
            trust.check(&certificate, &[], at, &keys).is_empty(),
            "{kind}"
        );
    }
}
