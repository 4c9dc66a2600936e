//! The committed documents are those that the program's tables give.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[path = "../examples/generate_docs/pages.rs"]
mod pages;

const HOW: &str = "run: cargo run -p tongguan --example generate_docs";

#[test]
fn documents_are_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let pages = pages::pages();
    for (path, text) in &pages {
        let file = fs::read_to_string(docs.join(path)).unwrap_or_default();
        assert!(file == *text, "docs/{path} is not up to date; {HOW}");
    }
    let known: BTreeSet<String> = pages.into_iter().map(|(path, _)| path).collect();
    for entry in fs::read_dir(docs.join("codes")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_ours = name.starts_with("TG-R") || name.starts_with("TG-F");
        assert!(
            !is_ours || known.contains(&format!("codes/{name}")),
            "docs/codes/{name} describes nothing"
        );
    }
}
