//! Every third-party dependency has its sentence.

use crate::crate_layers::dependencies;
use crate::source::{files, read, report};
use std::collections::BTreeSet;

const PAGE: &str = "docs/decisions/0010-dependencies.md";

#[test]
fn every_dependency_has_a_sentence() {
    let manifests = files("crates", "Cargo.toml");
    let ours: BTreeSet<&str> = manifests.iter().map(|manifest| manifest.krate()).collect();
    let headings = [
        "[dependencies]",
        "[dev-dependencies]",
        "[build-dependencies]",
    ];
    let used: BTreeSet<String> = manifests
        .iter()
        .flat_map(|manifest| dependencies(&manifest.text, &headings))
        .filter(|name| !ours.contains(&**name))
        .collect();
    let page = read(PAGE);
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect();
    let found: Vec<String> = used
        .difference(&listed)
        .map(|name| format!("{name} is used and has no row in the table"))
        .chain(
            listed
                .difference(&used)
                .map(|name| format!("{name} is in the table and not used")),
        )
        .collect();
    report(
        &found,
        "docs/decisions/0010-dependencies.md has one row and one sentence for each direct \
         dependency: what it is for, and what we would do without it.",
    );
}
