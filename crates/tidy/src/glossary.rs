//! The glossary and the code use the same words.
//!
//! A row of `docs/glossary.md` is `| 中文 | Identifier | Where |`, where the place is a crate or a module of
//! it. The identifier is an item there whose first line of documentation carries the Chinese, or
//! the module itself. A row of the table of official names is `| 中文 | element | spec |`.

use crate::source::{File, files, read, report, rust};

/// Layers of crates whose public types must be in the glossary when they carry a Chinese term.
const LAYERS: [&str; 8] = [
    "ceb",
    "store",
    "web",
    "queue",
    "registry",
    "identity",
    "back_office",
    "exchange",
];

/// A documented item: its first line of documentation and its first line of code.
struct Item {
    krate: String,
    path: String,
    summary: String,
    code: String,
}

impl Item {
    fn name(&self) -> Option<&str> {
        let words = self
            .code
            .split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let before = [
            "pub", "crate", "async", "const", "static", "struct", "enum", "trait", "type", "fn", "",
        ];
        words.into_iter().find(|word| !before.contains(word))
    }

    /// The Chinese term in brackets, when this is a public type.
    fn term(&self) -> Option<&str> {
        let kinds = ["pub struct ", "pub enum ", "pub trait ", "pub type "];
        let is_type = kinds.iter().any(|kind| self.code.starts_with(kind));
        let term = self.summary.split_once('(')?.1.split([')', ',']).next()?;
        let is_chinese = term.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        (is_type && is_chinese).then_some(term)
    }
}

fn items(file: &File) -> Vec<Item> {
    let mut found = Vec::new();
    let mut summary: Option<String> = None;
    let mut is_in_attribute = false;
    for line in file.text.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            summary.get_or_insert_with(|| text.trim().to_owned());
        } else if is_in_attribute || line.starts_with("#[") {
            // One that is long ends on a line of its own.
            is_in_attribute = !line.ends_with(']');
        } else if let Some(summary) = summary.take() {
            found.push(Item {
                krate: file.krate().to_owned(),
                path: file.path.clone(),
                summary,
                code: line.to_owned(),
            });
        }
    }
    found
}

fn all_items() -> Vec<Item> {
    rust()
        .iter()
        .filter(|file| !file.is_test())
        .flat_map(items)
        .collect()
}

/// Cells of the rows of the checked tables: three, the last two of them names.
fn rows() -> Vec<[String; 3]> {
    let clean = |cell: &str| cell.trim().trim_matches('`').to_owned();
    read("docs/glossary.md")
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with("` |") && line.contains("| `"))
        .filter_map(|line| {
            let cells: Vec<String> = line.trim_matches('|').split('|').map(clean).collect();
            <[String; 3]>::try_from(cells).ok()
        })
        .collect()
}

fn first_line(module: &str) -> Option<String> {
    let (krate, name) = module.split_once('/').unwrap_or((module, "lib"));
    let folder = format!("crates/{krate}/src/{name}");
    let candidates = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
    let file = rust()
        .into_iter()
        .find(|file| candidates.contains(&file.path))?;
    file.text.lines().next().map(str::to_owned)
}

fn is_in_spec(element: &str, chinese: &str) -> bool {
    files("crates/ceb/spec", ".spec")
        .iter()
        .flat_map(|file| file.text.lines())
        .any(|line| {
            let mut cells = line.split('|').map(str::trim);
            cells.next() == Some(element) && cells.next() == Some(chinese)
        })
}

fn is_item(item: &Item, chinese: &str, identifier: &str, place: &str) -> bool {
    let place = format!("crates/{}/", place.replacen('/', "/src/", 1));
    let is_there = item.path.starts_with(&place)
        || item
            .path
            .starts_with(&format!("{}.rs", place.trim_end_matches('/')));
    is_there && item.name() == Some(identifier) && item.summary.contains(chinese)
}

#[test]
fn every_word_of_the_glossary_is_in_the_code() {
    let items = all_items();
    let mut found = Vec::new();
    for [chinese, identifier, place] in rows() {
        let is_known = if place == "spec" {
            is_in_spec(&identifier, &chinese)
        } else if identifier == place {
            first_line(&place).is_some_and(|line| line.contains(&chinese))
        } else {
            items
                .iter()
                .any(|item| is_item(item, &chinese, &identifier, &place))
        };
        if !is_known {
            found.push(format!("{chinese} {identifier} ({place})"));
        }
    }
    report(
        &found,
        "These rows of docs/glossary.md name nothing: the item in that place must have the Chinese \
         in its first line of documentation (a module: in its first line).",
    );
}

#[test]
fn every_domain_type_is_in_the_glossary() {
    let rows = rows();
    let mut found = Vec::new();
    for item in all_items() {
        if !LAYERS.contains(&&*item.krate) {
            continue;
        }
        let (Some(name), Some(term)) = (item.name(), item.term()) else {
            continue;
        };
        let is_reported = rows.iter().any(|[chinese, identifier, place]| {
            identifier == name && chinese == term && place.split('/').next() == Some(&*item.krate)
        });
        if !is_reported {
            found.push(format!(
                "| {term} | `{name}` | `{}` |  ({})",
                item.krate, item.path
            ));
        }
    }
    report(
        &found,
        "Add a row to docs/glossary.md for each of these domain types.",
    );
}
