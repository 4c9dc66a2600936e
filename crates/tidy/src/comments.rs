//! Every file says what it is; nothing is left for later.

use crate::lexer::{Part, pieces};
use crate::source::{report, rust};

#[test]
fn every_file_opens_with_what_it_does() {
    let silent: Vec<String> = rust()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path.clone())
        .collect();
    report(
        &silent,
        "Open the file with `//!`: what it does, and which invariant it keeps.",
    );
}

#[test]
fn nothing_is_left_for_later() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    let mut found = Vec::new();
    for file in rust() {
        for piece in pieces(&file.text) {
            let words_in = |text: &str| {
                text.split(|c: char| !c.is_alphanumeric())
                    .any(|word| words.contains(&word))
            };
            let is_note = piece.part == Part::Comment && words_in(&piece.text);
            let is_ignored = piece.part == Part::Code && piece.text.contains("#[ignore");
            if is_note || is_ignored {
                found.push(format!("{}:{}", file.path, piece.line));
            }
        }
    }
    report(
        &found,
        "Open an issue instead of leaving a note; fix or delete a test instead of ignoring it.",
    );
}

#[test]
fn no_code_is_commented_out() {
    let begins = [
        "let ", "use ", "pub ", "fn ", "if ", "for ", "return ", "#[",
    ];
    let ends = [";", "{", "}", "},"];
    let mut found = Vec::new();
    for file in rust() {
        for piece in pieces(&file.text) {
            let Some(text) = piece.text.strip_prefix("// ") else {
                continue;
            };
            let is_code = begins.iter().any(|begin| text.starts_with(begin))
                && ends.iter().any(|end| text.ends_with(end));
            if piece.part == Part::Comment && is_code {
                found.push(format!("{}:{}", file.path, piece.line));
            }
        }
    }
    report(
        &found,
        "Delete it: the history keeps what was. A comment is a sentence that says why.",
    );
}
