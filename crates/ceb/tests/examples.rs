//! Every code of a rule has its examples: a line of `check/cases.txt`, or a test that names it.

use ceb::Layer;
use ceb::code;
use std::collections::BTreeSet;
use std::path::Path;

/// Codes whose rule needs more than a message: how they begin, and where their tests are, from the
/// folder of this crate.
const ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "TG-E18",
        &[
            "../../fixtures/signature",
            "tests/signature",
            "../exchange/src/signature/tests.rs",
        ],
    ),
    (
        "TG-E19",
        &[
            "src/check/matching/tests.rs",
            "src/check/matching/tests",
            "../exchange/src/matching/tests.rs",
        ],
    ),
];

/// The text of a file, or of all files of a folder.
#[expect(clippy::unwrap_used, reason = "a helper of a test")]
fn text_of(place: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
    if path.is_file() {
        return std::fs::read_to_string(path).unwrap();
    }
    let files = std::fs::read_dir(path).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files
        .filter(|path| path.is_file())
        .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
        .collect()
}

#[test]
fn every_code_of_a_rule_has_its_examples() {
    let cases = include_str!("../src/check/cases.txt").lines();
    let cases = cases.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let tested: BTreeSet<&str> = cases
        .filter_map(|line| line.split('|').next())
        .map(str::trim)
        .collect();
    let elsewhere: Vec<(&str, String)> = ELSEWHERE
        .iter()
        .map(|(front, places)| (*front, places.iter().map(|place| text_of(place)).collect()))
        .collect();
    for code in code::ALL.iter().filter(|code| code.layer == Layer::Rule) {
        // Some tests leave the front out, which all codes have.
        let short = code.id.trim_start_matches("TG-");
        let is_elsewhere = elsewhere
            .iter()
            .any(|(front, text)| code.id.starts_with(front) && text.contains(short));
        assert!(
            is_elsewhere || tested.contains(code.id),
            "{} has no example: add a line to check/cases.txt, or a test in the places of ELSEWHERE",
            code.id
        );
    }
    for id in tested {
        assert!(code::find(id).is_some(), "{id} is no code");
    }
}
