//! Names of engines and brokers stay on the layer that knows them; the environment and this
//! machine stay outside.

use crate::lexer::{Part, pieces};
use crate::source::{File, files, report, rust};

/// What may be named where, and why.
const OUTSIDE: [(&str, &[&str], &str); 4] = [
    (
        "rusqlite",
        &["store", "e2e"],
        "only store names an SQL engine",
    ),
    (
        "postgres::",
        &["store", "e2e"],
        "only store names an SQL engine",
    ),
    ("lapin", &["queue", "bench"], "only queue names a broker"),
    (
        "std::env::var",
        &["tongguan", "bench", "e2e", "tidy"],
        "only tongguan reads the environment",
    ),
];

fn code_names(file: &File, name: &str) -> bool {
    pieces(&file.text)
        .iter()
        .any(|piece| piece.part == Part::Code && piece.text.contains(name))
}

#[test]
fn engines_and_brokers_are_named_in_their_layer_only() {
    let mut found = Vec::new();
    for file in rust() {
        for (name, crates, rule) in OUTSIDE {
            // Tests find their private servers in the environment.
            let is_free =
                crates.contains(&file.krate()) || (name.contains("env") && file.is_test());
            if !is_free && code_names(&file, name) {
                found.push(format!("{} names {name}: {rule}", file.path));
            }
        }
    }
    report(
        &found,
        "Ask the layer below for what you need, or take the value as an argument.",
    );
}

#[test]
fn nothing_depends_on_one_machine() {
    let here = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("../sha", "red"),
    ];
    let mut found = Vec::new();
    for ending in [".rs", ".md", ".toml", ".sh", "Makefile", ".spec", ".sql"] {
        for file in files("", ending) {
            for (number, line) in (1..).zip(file.text.lines()) {
                if here.iter().any(|path| line.contains(path)) {
                    found.push(format!("{}:{number}", file.path));
                }
            }
        }
    }
    report(
        &found,
        "A path of one machine is named here: the project must build and read the same anywhere.",
    );
}
