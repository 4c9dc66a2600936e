//! What a company's policy makes of good, changed and missing signatures, and the trust folder.

use super::{Checker, Config, sql};
use crate::message::MessageId;
use crate::query;
use crate::signing::{PolicyWish, Verify, set_policy};
use crate::testing::{House, accepted};
use ceb::Kind;
use expect_test::expect;
use std::fmt::Write;
use std::sync::Arc;
use store::testing::each_engine;

async fn policy(house: &House, verify: Verify) {
    let wish = PolicyWish {
        company: house.company_id(0).0,
        verify,
        allow_old: false,
        allow_tolerant_profiles: true,
    };
    let (actor, now_ms) = (Arc::clone(&house.programs[0]), house.shared.clock.now_ms());
    let set = house
        .shared
        .db
        .write(move |tx| set_policy(tx, &actor, &wish, now_ms));
    set.await.unwrap();
}

/// State, findings about the signature and what is kept, in a line.
async fn told(house: &House, id: MessageId) -> String {
    let sight = house.sight(0);
    let read = house.shared.db.read(move |tx| {
        let message = query::find(tx, &sight, id)?.unwrap();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_decides_how_grave_a_bad_signature_is() {
    for test in each_engine() {
        let house = House::on(test).await;
        let mut table = String::new();
        let mut seed = 100;
        for verify in Verify::ALL {
            policy(&house, verify).await;
            for what in ["good", "changed", "empty", "unsigned"] {
                seed += 1;
                let kind = if what == "unsigned" {
                    Kind::Ceb311
                } else {
                    Kind::Ceb621
                };
                let sample = house.sample(0, kind, seed);
                let xml = match what {
                    "changed" => sample.replace("<ceb:buyerName>", "<ceb:buyerName>改"),
                    "empty" => emptied(&sample),
                    _ => sample.clone(),
                };
                assert_eq!(xml == sample, matches!(what, "good" | "unsigned"), "{what}");
                let id = accepted(house.accept(0, xml).await);
                crate::pipeline::drain(&house.shared).await.unwrap();
                let told = told(&house, id).await;
                let _ = writeln!(table, "{} {what}: {told}", verify.name());
            }
        }
        expect![[r#"
            required good: sent [] passed strict SM2-SM3 5a4d50494c450001
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
    let checker = Checker::new(&Config {
        trust_dir: folder.path().to_owned(),
        ..Config::default()
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
