//! Every code has a page, and every page a code.
//!
//! That the pages say what the code says is compared where the texts are: `ceb` for findings,
//! `tongguan` for refusals and faults.

use crate::source::{all_used, files, report, rust};
use std::collections::BTreeSet;

/// Codes without a page, and why.
const WITHOUT_PAGE: [(&str, &str); 0] = [];

fn is_code(text: &str) -> bool {
    let digits = ["TG-E", "TG-R", "TG-F"]
        .iter()
        .find_map(|begin| text.strip_prefix(begin));
    digits.is_some_and(|rest| rest.len() == 4 && rest.bytes().all(|b| b.is_ascii_digit()))
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut codes = BTreeSet::new();
    for file in rust().iter().filter(|file| !file.is_test()) {
        let texts = file.texts().into_iter().map(|(_, text)| text);
        codes.extend(texts.filter(|text| is_code(text)));
    }
    let pages: BTreeSet<String> = files("docs/codes", ".md")
        .iter()
        .filter_map(|file| {
            file.path
                .rsplit('/')
                .next()?
                .strip_suffix(".md")
                .map(str::to_owned)
        })
        .filter(|name| is_code(name))
        .collect();
    let excused = |code: &String| WITHOUT_PAGE.iter().any(|(known, _)| known == code);
    let without_page = codes.difference(&pages).filter(|code| !excused(code));
    let without_code = pages.difference(&codes);
    let found: Vec<String> = without_page
        .map(|code| format!("{code} has no page docs/codes/{code}.md"))
        .chain(without_code.map(|code| format!("docs/codes/{code}.md describes no code")))
        .collect();
    report(
        &found,
        "Put the code into the ALL list of its module with its texts, and run `make docs`.",
    );
    all_used(WITHOUT_PAGE.iter().map(|(code, _)| *code), |code| {
        !pages.contains(code)
    });
}
