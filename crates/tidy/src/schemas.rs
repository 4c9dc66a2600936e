//! Types of the API's description have names of their own: two of one name would be one schema, and
//! the second would silently take the place of the first.

use crate::source::{files, report};
use std::collections::BTreeMap;

/// Name in the description and the fields of every type that derives `ToSchema`.
fn schemas(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for rest in text.split("#[derive(").skip(1) {
        let (derives, rest) = rest.split_once(")]").unwrap_or_default();
        if !derives.contains("ToSchema") {
            continue;
        }
        let (before, body) = rest.split_once('{').unwrap_or_default();
        let other = before
            .split_once("schema(as = ")
            .and_then(|(_, rest)| rest.split(')').next());
        let name = before.split_whitespace().last().unwrap_or_default();
        let name = other.unwrap_or(name).split('<').next().unwrap_or_default();
        let body = body.split("\n}").next().unwrap_or_default();
        let fields: Vec<&str> = body
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//") && !line.starts_with('#'))
            .collect();
        found.push((name.to_owned(), fields.join("\n")));
    }
    found
}

#[test]
fn no_two_schemas_share_a_name() {
    let mut known: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut found = Vec::new();
    for file in files("crates", ".rs") {
        for (name, fields) in schemas(&file.text) {
            match known.get(&name) {
                Some((other, same)) if *same != fields => {
                    found.push(format!("{name}: {} and {other}", file.path));
                }
                Some(_) => {}
                None => {
                    known.insert(name, (file.path.clone(), fields));
                }
            }
        }
    }
    report(
        &found,
        "Rename one of the two, or give it another name in the description: #[schema(as = …)].",
    );
}
