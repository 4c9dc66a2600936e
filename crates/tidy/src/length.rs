//! A file is short enough to be read at once.

use crate::source::{all_used, report, rust};
use std::collections::BTreeSet;

/// Longest file, in lines.
const LINES_MAX: usize = 500;

/// Longer files, and why.
const LONGER: [(&str, &str); 1] = [(
    "crates/ceb/tests/verdict/mutate.rs",
    "one list of mutations, each a few lines, read from top to bottom",
)];

#[test]
fn files_are_short() {
    let mut found = Vec::new();
    let mut long = BTreeSet::new();
    for file in rust() {
        let n_lines = file.text.lines().count();
        if n_lines <= LINES_MAX {
            continue;
        }
        if LONGER.iter().all(|(path, _)| *path != file.path) {
            found.push(format!("{}: {n_lines} lines", file.path));
        }
        long.insert(file.path);
    }
    report(
        &found,
        "A file has at most 500 lines: give the part with a story of its own a file of its own.",
    );
    all_used(LONGER.iter().map(|(path, _)| *path), |path| {
        long.contains(path)
    });
}
