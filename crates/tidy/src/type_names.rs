//! Names of types: one that others see means one thing in the whole workspace, so that a reader who searches for it
//! finds it, and not eleven. A type that never leaves its file may share its name with others that do not, either.

use crate::source::{File, report, rust};
use std::collections::BTreeMap;

/// Each crate may have these of its own, as the standard library's modules do.
const OF_EACH_CRATE: [&str; 2] = ["Error", "Result"];

/// A declaration: its name, its place, and whether others see it.
#[derive(Debug, PartialEq, Eq)]
struct Declared {
    name: String,
    place: String,
    is_seen: bool,
}

fn declared(file: &File) -> Vec<Declared> {
    let of_line = |(line, number): (&str, usize)| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (is_seen, rest) = match words.as_slice() {
            [first, rest @ ..] if first.starts_with("pub(in") => (true, rest.get(1..)?),
            [first, rest @ ..] if first.starts_with("pub") => (true, rest),
            rest => (false, rest),
        };
        let [kind, name, ..] = rest else { return None };
        let name = name.split(|c: char| !c.is_alphanumeric()).next()?;
        let is_type = ["struct", "enum", "trait", "type"].contains(kind);
        is_type.then(|| Declared {
            name: name.to_owned(),
            place: format!("{}:{number}", file.path),
            is_seen,
        })
    };
    // What stands further in is a type of an implementation or of the tests of a small file, unless it is for others:
    // then a macro is given it.
    let lines = file.text.lines().zip(1..);
    let found = lines.filter_map(|(line, number)| Some((line, of_line((line, number))?)));
    let counts = |line: &str, one: &Declared| !line.starts_with(' ') || one.is_seen;
    found
        .filter(|(line, one)| counts(line, one))
        .map(|(_, one)| one)
        .collect()
}

#[test]
fn a_type_that_others_see_has_a_name_of_its_own() {
    let files = rust();
    let mut all: BTreeMap<String, Vec<Declared>> = BTreeMap::new();
    for found in files
        .iter()
        .filter(|file| !file.is_test())
        .flat_map(declared)
    {
        all.entry(found.name.clone()).or_default().push(found);
    }
    let is_shared = |(name, found): &(&String, &Vec<Declared>)| {
        found.len() > 1
            && found.iter().any(|one| one.is_seen)
            && !OF_EACH_CRATE.contains(&name.as_str())
    };
    let found: Vec<String> = all
        .iter()
        .filter(is_shared)
        .map(|(name, found)| {
            let places: Vec<&str> = found.iter().map(|one| one.place.as_str()).collect();
            format!("{name}: {}", places.join(", "))
        })
        .collect();
    report(
        &found,
        "A type that others see has a name of its own in the workspace: put its subject before it (CaseState, KeyLimits).",
    );
}

#[test]
fn every_way_to_declare_a_type_is_seen() {
    let text = "pub struct A<T> {\npub(crate) enum B {\npub(in crate::x) type C = D;\nstruct E;\n    type F = G;\n    pub enum H {\nfn pub_h() {}\n";
    let file = File {
        path: "crates/x/src/y.rs".to_owned(),
        text: text.to_owned(),
    };
    let found: Vec<(String, bool)> = declared(&file)
        .into_iter()
        .map(|one| (one.name, one.is_seen))
        .collect();
    let expected = [
        ("A", true),
        ("B", true),
        ("C", true),
        ("E", false),
        ("H", true),
    ];
    assert_eq!(found, expected.map(|(name, seen)| (name.to_owned(), seen)));
}
