//! Every file under `fixtures/ceb` is a test; adding a file adds a test.
//!
//! `valid`: no finding but notes in the strict profile. `invalid`: findings in the strict and the lenient
//! profile as in the `.txt` beside it. `receipt`: entries as in the `.txt` beside it. Write the
//! `.txt` files with `UPDATE_EXPECT=1`.

#![expect(clippy::unwrap_used, reason = "helpers of a test")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use ceb::{Finding, Kind, Profile, Severity, parse, receipt};
use expect_test::expect_file;

fn files(part: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/ceb");
    let mut found = Vec::new();
    for kind in fs::read_dir(root).unwrap() {
        let folder = kind.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(Kind::from_code(&name).is_some(), "{name} is no kind");
        let Ok(entries) = fs::read_dir(folder.join(part)) else {
            continue;
        };
        found.extend(entries.map(|entry| entry.unwrap().path()));
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    found.sort();
    assert!(!found.is_empty());
    found
}

fn list(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let severity = finding.severity.chinese();
        let _ = writeln!(
            out,
            "{} {severity} 第{}行 {}\n  {}\n  {}",
            finding.code, finding.line, finding.path, finding.text, finding.advice
        );
    }
    out
}

#[test]
fn valid() {
    for path in files("valid") {
        let mut parsed = parse(&fs::read(&path).unwrap(), Profile::Strict);
        // A note says that nothing is wrong.
        parsed
            .findings
            .retain(|finding| finding.severity != Severity::Note);
        assert_eq!(parsed.findings, [], "{}", path.display());
    }
}

#[test]
fn invalid() {
    for path in files("invalid") {
        let bytes = fs::read(&path).unwrap();
        let strict = parse(&bytes, Profile::Strict);
        assert!(!strict.findings.is_empty(), "{}", path.display());
        let lenient = parse(&bytes, Profile::Lenient);
        let text = format!(
            "严格\n{}宽松\n{}",
            list(&strict.findings),
            list(&lenient.findings)
        );
        expect_file![path.with_extension("txt")].assert_eq(&text);
    }
}

#[test]
fn receipts() {
    for path in files("receipt") {
        let split = receipt::split(&fs::read(&path).unwrap()).unwrap();
        let mut out = format!("{} {}\n", split.kind, split.guid);
        for entry in &split.entries {
            let keys: Vec<_> = entry
                .keys
                .iter()
                .map(|key| format!("{} {}", key.kind, key.text))
                .collect();
            let _ = writeln!(
                out,
                "{} [{}] {} {} {}\n  keys {keys:?}\n  {:?}\n  agent {:?} ebc {:?} ebp {:?} customs {:?} ori {:?} {:?}\n  xml {} bytes",
                entry.guid,
                entry.return_status,
                entry.return_time,
                if entry.return_status.is_fault() {
                    "fault"
                } else {
                    "-"
                },
                entry.return_info,
                entry.search,
                entry.agent_code,
                entry.ebc_code,
                entry.ebp_code,
                entry.customs_code,
                entry.ori_cop_msg_id,
                entry.ori_message_type,
                entry.xml.len()
            );
        }
        expect_file![path.with_extension("txt")].assert_eq(&out);
    }
}
