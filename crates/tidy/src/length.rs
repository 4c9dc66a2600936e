//! A file is short enough to be read at once.

use crate::source::{report, rust};

/// Longest file, in lines.
const LINES_MAX: usize = 500;

/// Longer files, and why.
const LONGER: [(&str, &str); 3] = [
    (
        "crates/ceb/tests/verdict/mutate.rs",
        "one list of mutations, each a few lines, read from top to bottom",
    ),
    ("crates/exchange/src/customs_box/mod.rs", "is being split"),
    (
        "crates/exchange/src/customs_box/tests/scenarios.rs",
        "is being split",
    ),
];

#[test]
fn files_are_short() {
    let mut found = Vec::new();
    for file in rust() {
        let n_lines = file.text.lines().count();
        if n_lines > LINES_MAX && LONGER.iter().all(|(path, _)| *path != file.path) {
            found.push(format!("{}: {n_lines} lines", file.path));
        }
    }
    report(
        &found,
        "A file has at most 500 lines: give the part with a story of its own a file of its own.",
    );
}
