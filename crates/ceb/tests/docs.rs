//! The committed reference pages are those that the tables give.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const HOW: &str = "run: cargo run -p ceb --example generate_docs";

#[test]
fn pages_are_up_to_date() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let pages = ceb::doc::pages();
    for (path, text) in &pages {
        let file = fs::read_to_string(docs.join(path)).unwrap_or_default();
        assert!(file == *text, "docs/{path} is not up to date; {HOW}");
    }
    let known: BTreeSet<_> = pages.iter().map(|(path, _)| path.clone()).collect();
    for folder in ["protocol/kinds", "codes"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let ours = ["CEB", "TG-E1", "receipt-"]
                .iter()
                .any(|begin| name.starts_with(begin));
            let path = format!("{folder}/{name}");
            assert!(
                !ours || known.contains(&path),
                "docs/{path} describes nothing"
            );
        }
    }
}
