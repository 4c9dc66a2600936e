//! Every message that a product makes has the outcome that its name says, with fresh keys and as a
//! file of `fixtures/signature`.
//!
//! The files are written anew with `UPDATE_SIGNATURES=1`; beside each stands what checking and the
//! clinic say (`UPDATE_EXPECT=1`).

use crate::{messages, others, pki, sign};
use ceb::signature::certificate::{Match, Trust};
use ceb::signature::key::Library;
use ceb::signature::{SignatureOutcome, Verdict, Verifier, VerifyPolicy, clinic, findings};
use ceb::{Kind, Profile, parse};
use expect_test::expect_file;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// 2026-02-01 in Beijing.
const AT: i64 = 1_769_875_200;

fn verifier(policy: VerifyPolicy) -> Verifier<'static> {
    Verifier {
        policy,
        sm2: &Library,
        certificate: None,
    }
}

fn trust(folder: &Path) -> Trust {
    let mut trust = Trust::default();
    for kind in ["rsa", "sm2"] {
        for name in ["root.pem", "issuing.pem", "issuing.crl"] {
            let file = std::fs::read(folder.join(format!("{kind}-{name}"))).expect("file");
            assert_eq!(trust.add(&file), 1, "{kind}-{name}");
        }
    }
    trust
}

fn codes(bytes: &[u8]) -> Vec<String> {
    let parsed = parse(bytes, Profile::Lenient);
    let message = parsed.message.expect("a message");
    assert_eq!(message.kind, Kind::Ceb311);
    let transfer = message.base_transfer.expect("a sender");
    vec![transfer.get("copCode").expect("code").to_owned()]
}

/// What checking says, a line each.
fn report(bytes: &[u8], trust: &Trust) -> (Verdict, String) {
    let verdict = verifier(VerifyPolicy::LEGACY).verify(bytes);
    let mut text = String::new();
    let outcome = match &verdict.outcome {
        SignatureOutcome::Passed(profile) => format!("passed {}", profile.name()),
        outcome => format!("{outcome:?}"),
    };
    writeln!(text, "{outcome}").expect("text");
    let (faults, holder) = match &verdict.certificate {
        None => (Vec::new(), Match::Unknown),
        Some(certificate) => {
            let codes = codes(bytes);
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let faults = trust.check(certificate, &verdict.others, AT, &Library);
            (faults, certificate.holder().matches(&codes))
        }
    };
    writeln!(text, "holder {holder:?}").expect("text");
    for finding in findings(&verdict, &faults, holder, Profile::Strict) {
        let severity = finding.severity.name();
        writeln!(text, "{severity} {} {}", finding.code, finding.text).expect("text");
    }
    let given = clinic::Given {
        trust,
        times: &[AT],
        codes: &[],
        sm2: &Library,
    };
    let clinic = clinic::examine(bytes, &given);
    writeln!(text, "clinic {}: {}", clinic.cause, clinic.advice).expect("text");
    (verdict, text)
}

/// What the name of a message promises.
fn keeps(name: &str, verdict: &Verdict) -> bool {
    let dashed = |profile: &str| profile.replace(':', "-");
    match (name.split('-').next(), &verdict.outcome) {
        (Some("strict" | "doubtful"), SignatureOutcome::Passed(profile)) => profile.is_strict(),
        (Some("lenient"), SignatureOutcome::Passed(profile)) => {
            name == "lenient-newline" || dashed(&profile.name()) == name
        }
        (Some("bad"), SignatureOutcome::Failed(_) | SignatureOutcome::Unsupported(_)) => true,
        (Some("unsigned"), SignatureOutcome::Unsigned) => true,
        _ => false,
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/signature")
}

#[test]
fn products_with_fresh_keys() {
    let folder = pki::folder();
    let trust = trust(folder);
    let is_writing = std::env::var("UPDATE_SIGNATURES").is_ok();
    for (name, message) in messages::all() {
        let (verdict, text) = report(message.as_bytes(), &trust);
        assert!(keeps(name, &verdict), "{name}: {text}");
        if is_writing {
            let file = fixtures().join(format!("{name}.xml"));
            std::fs::write(file, message).expect("write");
        }
    }
    if is_writing {
        for kind in ["rsa", "sm2"] {
            for name in [
                "root.pem",
                "issuing.pem",
                "issuing.crl",
                "stale.crl",
                "company.pem",
            ] {
                let name = format!("{kind}-{name}");
                let to = fixtures().join("trust").join(&name);
                std::fs::copy(folder.join(&name), to).expect("copy");
            }
        }
    }
}

#[test]
fn every_fixture_is_what_its_name_says() {
    let trust = trust(&fixtures().join("trust"));
    let entries = std::fs::read_dir(fixtures()).expect("fixtures");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    assert!(files.len() > 40);
    for file in files {
        let bytes = std::fs::read(&file).expect("read");
        let (verdict, text) = report(&bytes, &trust);
        let name = file
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("name");
        assert!(keeps(name, &verdict), "{name}: {text}");
        expect_file![file.with_extension("txt")].assert_eq(&text);
    }
}

#[test]
fn the_sound_policy_takes_neither_old_hashes_nor_short_keys_nor_tolerance() {
    for (name, message) in messages::all() {
        let verdict = verifier(VerifyPolicy::SOUND).verify(message.as_bytes());
        let is_passed = matches!(verdict.outcome, SignatureOutcome::Passed(_));
        let is_old = name.contains("sha1")
            || message.contains("rsa-sha1")
            || message.contains("xmldsig#sha1");
        let is_sound = name.starts_with("strict") || name.starts_with("doubtful");
        assert_eq!(
            is_passed,
            is_sound && !is_old,
            "{name}: {:?}",
            verdict.outcome
        );
        if !is_passed && name != "unsigned" {
            assert_ne!(verdict.outcome, SignatureOutcome::Unsigned, "{name}");
        }
    }
}

#[test]
fn xmlsec_signs_and_we_verify() {
    for (method, digest) in [("rsa-sha1", "sha1"), ("rsa-sha256", "sha256")] {
        let message = others::xmlsec_signs(&sign::unsigned(), method, digest);
        let verdict = verifier(VerifyPolicy::LEGACY).verify(&message);
        let SignatureOutcome::Passed(profile) = verdict.outcome else {
            panic!("{:?}", verdict.outcome);
        };
        assert!(profile.is_strict(), "{}", profile.name());
    }
}
