//! What a company's policy makes of good, changed and missing signatures, and the trust folder.

use super::{Checker, SignatureConfig, SignatureResult, SignatureTerms, sql};
use crate::message::MessageId;
use crate::signature::{Policy, Verify};
use crate::signing::{PolicyWish, set_policy};
use crate::testing::{TestPlatform, accepted};
use crate::{finder, query};
use ceb::Kind;
use ceb::signature::Verifier;
use ceb::signature::certificate::Match;
use expect_test::expect;
use registry::company::{Company, Directory};
use rstest::rstest;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use store::clock::TestClock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

async fn policy(platform: &TestPlatform, verify: Verify) {
    let wish = PolicyWish {
        company: platform.company_id(0).0,
        verify,
        allow_old: false,
        allow_tolerant_profiles: true,
    };
    let (actor, now_ms) = (
        Arc::clone(&platform.programs[0]),
        platform.shared.clock.now_ms(),
    );
    let set = platform
        .shared
        .db
        .write(move |tx| set_policy(tx, &actor, &wish, now_ms));
    set.await.unwrap();
}

/// State, findings about the signature and what is kept, in a line.
async fn in_one_line(platform: &TestPlatform, id: MessageId) -> String {
    let sight = platform.sight(0);
    let read = platform.shared.db.read(move |tx| -> store::Result<_> {
        let message = finder::find(tx, &sight, id)?.unwrap();
        Ok((query::detail(tx, &message)?, sql::of_message(tx, id)?))
    });
    let (detail, kept) = read.await.unwrap();
    let about = |code: &str| code.starts_with("TG-E18") || code == "TG-E4003" || code == "TG-E1218";
    let findings = detail.findings.iter().filter(|one| about(&one.code));
    let findings: Vec<String> = findings
        .map(|one| format!("{} {}", one.code, one.severity))
        .collect();
    let kept = kept.map_or("-".to_owned(), |kept| {
        format!(
            "{} {} {} {}",
            kept.outcome, kept.profile, kept.method, kept.serial
        )
    });
    let state = detail.summary.state;
    format!("{state} [{}] {kept}", findings.join(", "))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_decides_how_grave_a_bad_signature_is(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut table = String::new();
    let mut seed = 100;
    for &verify in Verify::ALL {
        policy(&platform, verify).await;
        for what in ["good", "changed", "empty", "unsigned"] {
            seed += 1;
            let kind = if what == "unsigned" {
                Kind::Ceb311
            } else {
                Kind::Ceb621
            };
            let sample = platform.sample(0, kind, seed);
            let xml = match what {
                "changed" => sample.replace("<ceb:buyerName>", "<ceb:buyerName>改"),
                "empty" => emptied(&sample),
                _ => sample.clone(),
            };
            assert_eq!(xml == sample, matches!(what, "good" | "unsigned"), "{what}");
            let id = accepted(platform.accept(0, xml).await);
            crate::pipeline::drain(&platform.shared).await.unwrap();
            let line = in_one_line(&platform, id).await;
            let _ = writeln!(table, "{} {what}: {line}", verify.name());
        }
    }
    expect![[r#"
        required good: refused [TG-E1828 refuse] passed strict SM2-SM3 5a4d50494c450001
        required changed: refused [TG-E1808 refuse] failed  SM2-SM3 5a4d50494c450001
        required empty: refused [TG-E1802 refuse] failed  SM2-SM3 
        required unsigned: refused [TG-E4003 refuse] unsigned   
        tolerated good: sent [] passed strict SM2-SM3 5a4d50494c450001
        tolerated changed: sent [TG-E1808 warn] failed  SM2-SM3 5a4d50494c450001
        tolerated empty: sent [TG-E1802 warn] failed  SM2-SM3 
        tolerated unsigned: sent [] unsigned   
        off good: sent [] -
        off changed: sent [] -
        off empty: sent [] -
        off unsigned: sent [] -
    "#]]
    .assert_eq(&table);
}

/// A frame without a value.
fn emptied(sample: &str) -> String {
    let (before, rest) = sample.split_once("<ds:SignatureValue>").unwrap();
    let (_, after) = rest.split_once("</ds:SignatureValue>").unwrap();
    format!("{before}<ds:SignatureValue></ds:SignatureValue>{after}")
}

#[test]
fn the_trust_folder_is_read_again_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let checker = Checker::new(&SignatureConfig {
        trust_dir: folder.path().to_owned(),
        ..SignatureConfig::default()
    });
    checker.refresh(0);
    assert!(checker.believed().is_empty());
    let file = folder.path().join("sample.pem");
    std::fs::write(&file, ceb::sample::CERTIFICATE).unwrap();
    checker.refresh(5_000);
    assert!(checker.believed().is_empty(), "it looks every ten seconds");
    checker.refresh(10_000);
    assert!(!checker.believed().is_empty());
    // A folder that is gone leaves what was read in force; one that is there again counts.
    std::fs::remove_file(&file).unwrap();
    std::fs::remove_dir(folder.path()).unwrap();
    checker.refresh(20_000);
    assert!(!checker.believed().is_empty());
    std::fs::create_dir(folder.path()).unwrap();
    std::fs::write(folder.path().join("README"), "no certificate").unwrap();
    checker.refresh(30_000);
    assert!(checker.believed().is_empty());
}

fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/signature");
    std::fs::read_to_string(format!("{folder}/{name}.xml")).unwrap()
}

/// The company of the fixtures, with a number of customs that no certificate has.
fn company() -> Company {
    Company {
        id: registry::company::CompanyId(1),
        credit_code: "91110105MA1330956Y".to_owned(),
        customs_code: "1105961234".to_owned(),
        name: "北京样例跨境电子商务有限公司".to_owned(),
        dxp_id: "DXPENT0000000001".to_owned(),
        roles: Vec::new(),
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: 0,
    }
}

/// Findings with their severity, and what is kept, of a message received at a time.
fn judged(xml: &str, verify: Verify, received_ms: i64) -> (Vec<String>, SignatureResult) {
    let trust_dir = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/signature/trust"
    );
    judged_by(trust_dir.into(), &company(), (xml, verify, received_ms))
}

/// The same by the certificates of a folder, of a message of a company.
fn judged_by(
    trust_dir: PathBuf,
    company: &Company,
    (xml, verify, received_ms): (&str, Verify, i64),
) -> (Vec<String>, SignatureResult) {
    let checker = Checker::new(&SignatureConfig {
        trust_dir,
        ..SignatureConfig::default()
    });
    checker.refresh(0);
    let ledger = store::testing::sqlite();
    let parsed = ceb::parse(xml.as_bytes(), ceb::Profile::Lenient);
    let case = SignatureTerms {
        policy: &Policy {
            verify,
            ..Policy::default()
        },
        message: &parsed.message.unwrap(),
        company,
        directory: &Directory::new(ledger.db.clone(), TestClock::at(received_ms)),
        is_broken: false,
        received_ms,
    };
    let (findings, found) = checker.judge(xml.as_bytes(), case);
    let lines = findings
        .iter()
        .map(|one| format!("{} {}", one.code, one.severity.name()));
    (lines.collect(), found.unwrap())
}

/// 2026-12-01 and 2056-01-01.
const SOON: i64 = 1_796_054_400_000;
const LATE: i64 = 2_713_910_400_000;

#[test]
fn a_certificate_must_be_good_at_receipt_too() {
    let good = fixture("strict-sm2");
    let (findings, found) = judged(&good, Verify::Required, SOON);
    assert_eq!(
        (findings.len(), found.certificate_fault.as_str()),
        (0, ""),
        "{findings:?}"
    );
    let (findings, found) = judged(&good, Verify::Required, LATE);
    assert!(
        findings.contains(&"TG-E1817 refuse".to_owned()),
        "{findings:?}"
    );
    assert_eq!(found.outcome, "passed");
    assert!(found.certificate_fault.contains("TG-E1817"));
}

#[test]
fn a_signature_that_nobody_believes_is_not_passed() {
    for (name, code) in [
        ("doubtful-stranger", "TG-E1820"),
        ("doubtful-revoked-sm2", "TG-E1822"),
        ("doubtful-expired", "TG-E1817"),
        ("doubtful-holder", "TG-E1825"),
    ] {
        let (findings, found) = judged(&fixture(name), Verify::Required, SOON);
        assert!(
            findings.contains(&format!("{code} refuse")),
            "{name}: {findings:?}"
        );
        assert!(found.certificate_fault.contains(code), "{name}");
        let kept = sql::KeptResult {
            outcome: found.outcome.to_owned(),
            profile: found.profile,
            method: found.method,
            serial: found.serial,
            valid_to: found.valid_to,
            checked_at: SOON,
            certificate_fault: found.certificate_fault,
        };
        let view = query::SignatureView::from(kept);
        assert_eq!(view.outcome, "untrusted", "{name}");
        assert!(view.certificate_faults.contains(&code.to_owned()));
    }
}

#[test]
fn content_beside_the_standard_is_refused_where_a_signature_is_required() {
    let more = "<x:more xmlns:x=\"urn:x\">1</x:more></ds:KeyInfo>";
    let changed = fixture("strict-sm2").replacen("</ds:KeyInfo>", more, 1);
    let (findings, _) = judged(&changed, Verify::Required, SOON);
    assert_eq!(findings, ["TG-E1827 refuse"]);
    let (findings, _) = judged(&changed, Verify::Tolerated, SOON);
    assert_eq!(findings, ["TG-E1827 warn"]);
}

/// Codes of those who may have signed a message of a company, beside a ledger of others.
async fn codes_of(xml: &str, company: &Company, others: &[Company]) -> Vec<String> {
    let message = ceb::parse(xml.as_bytes(), ceb::Profile::Lenient).message;
    let ledger = store::testing::sqlite();
    let others = others.to_vec();
    let add = move |tx: &mut store::Tx<'_>| -> store::Result<()> {
        for other in &others {
            registry::company::add(tx, other).unwrap();
        }
        Ok(())
    };
    ledger.db.write(add).await.unwrap();
    let directory = Directory::new(ledger.db.clone(), TestClock::at(SOON));
    directory.refresh().await.unwrap();
    super::sender_codes(&message.unwrap(), company, &directory)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_digits_are_compared_by_the_credit_code_of_the_ledger() {
    let matches = |codes: &[String]| {
        let verdict = Verifier {
            policy: ceb::signature::VerifyPolicy::LEGACY,
            sm2: &ceb::signature::key::Library,
            certificate: None,
        }
        .verify(fixture("strict-sm2").as_bytes());
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        verdict.certificate.unwrap().holder().matches(&codes)
    };
    let list = ceb::sample::message(&ceb::sample::Spec::new(Kind::Ceb621, 1));
    let with = |xml: &str, element: &str, code: &str| {
        let from = format!("{element}>91110105MA1330956Y");
        assert!(xml.contains(&from), "{element}");
        xml.replace(&from, &format!("{element}>{code}"))
    };
    let order = with(&fixture("strict-sm2"), "copCode", "1105961234");
    let known = company();
    let codes = codes_of(&order, &known, &[]).await;
    assert_eq!(matches(&codes), Match::Same, "{codes:?}");
    let other = Company {
        id: registry::company::CompanyId(2),
        credit_code: "91110105MA672652X9".to_owned(),
        ..company()
    };
    let codes = codes_of(&order, &other, &[]).await;
    assert_eq!(matches(&codes), Match::Different, "{codes:?}");
    // The declarant has ten digits, and the ledger knows whose they are.
    let xml = with(
        &with(&list, "agentCode", "1105961234"),
        "copCode",
        "1105969999",
    );
    let sender = Company {
        customs_code: "1105969999".to_owned(),
        ..other
    };
    let codes = codes_of(&xml, &sender, &[company()]).await;
    assert_eq!(matches(&codes), Match::Same, "{codes:?}");
    let codes = codes_of(&xml, &sender, &[]).await;
    assert_eq!(matches(&codes), Match::Different, "{codes:?}");
}

#[test]
fn a_required_signature_is_refused_while_nobody_is_believed() {
    let nobody = tempfile::tempdir().unwrap();
    let good = fixture("strict-sm2");
    let judge = |verify| judged_by(nobody.path().into(), &company(), (&good, verify, SOON));
    let (findings, found) = judge(Verify::Required);
    assert_eq!(findings, ["TG-E4004 refuse"]);
    assert_eq!(found.certificate_fault, "TG-E4004", "not shown as passed");
    let (findings, _) = judge(Verify::Tolerated);
    assert_eq!(findings.len(), 0, "{findings:?}");
}

#[test]
fn a_certificate_that_does_not_say_whose_it_is_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("root.pem"), ceb::sample::CERTIFICATE).unwrap();
    // The certificate of the samples is of nobody in particular.
    let xml = ceb::sample::message(&ceb::sample::Spec::new(Kind::Ceb621, 1));
    let judge = |company: &Company, verify| {
        let (findings, found) = judged_by(folder.path().into(), company, (&xml, verify, SOON));
        let grave = findings.into_iter().filter(|one| !one.ends_with("note"));
        (grave.collect::<Vec<_>>(), found.certificate_fault)
    };
    let (grave, fault) = judge(&company(), Verify::Required);
    assert_eq!(
        (grave, fault.as_str()),
        (vec!["TG-E1828 refuse".to_owned()], "TG-E1828")
    );
    let (grave, fault) = judge(&company(), Verify::Tolerated);
    assert_eq!((grave.len(), fault.as_str()), (0, ""));
    // An old card has the name only, and an authority wrote it.
    let der = ceb::signature::Certificate::from_file(ceb::sample::CERTIFICATE.as_bytes());
    let name = der.unwrap().holder().company.unwrap();
    let named = Company {
        name: format!(" {name} "),
        ..company()
    };
    let (grave, fault) = judge(&named, Verify::Required);
    assert_eq!((grave.len(), fault.as_str()), (0, ""), "{grave:?}");
}

#[test]
fn a_certificate_is_judged_at_the_ends_of_all_times() {
    assert_eq!(super::moments(&[10, 20, 30], 25_000), [10, 25, 30]);
    assert_eq!(super::moments(&[30], 30_999), [30]);
    assert_eq!(super::moments(&[], 5_000), [5]);
}
