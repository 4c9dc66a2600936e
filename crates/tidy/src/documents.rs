//! Links between our documents lead somewhere.

use crate::source::{files, report, root};

/// Targets of `[text](target)` in a line.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

#[test]
fn links_lead_to_files() {
    let mut found = Vec::new();
    for file in files("", ".md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in (1..).zip(file.text.lines()) {
            for target in targets(line) {
                let path = target.split('#').next().unwrap_or_default();
                let is_outside = path.is_empty() || path.contains(':') || path.starts_with('/');
                if !is_outside && !root().join(folder).join(path).exists() {
                    found.push(format!("{}:{number} links to {path}", file.path));
                }
            }
        }
    }
    report(&found, "The file does not exist: was it moved or renamed?");
}
