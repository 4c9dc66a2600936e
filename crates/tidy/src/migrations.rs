//! Migrations are one numbered history, and each says why.

use crate::source::{files, read, report};

#[test]
fn migrations_are_numbered_explained_and_listed() {
    let list = read("crates/store/src/migrate.rs");
    let mut found = Vec::new();
    for (expected, file) in (1..).zip(files("crates/store/migrations", ".sql")) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if !name.starts_with(&format!("{expected:04}_")) {
            found.push(format!("{name}: number {expected:04} comes next"));
        }
        let n_words = file
            .text
            .lines()
            .take_while(|line| line.starts_with("--"))
            .flat_map(str::split_whitespace)
            .count();
        if n_words < 10 {
            found.push(format!("{name}: does not open with a paragraph on why"));
        }
        if !list.contains(&format!("include_str!(\"../migrations/{name}\")")) {
            found.push(format!("{name}: not listed in crates/store/src/migrate.rs"));
        }
    }
    report(
        &found,
        "Migrations are added at the end, without gaps, each with a paragraph on why and with the \
         module of every table; crates/store/src/migrate.rs lists them.",
    );
}
