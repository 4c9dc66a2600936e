//! What a module declares it also brings: its description names each of its lists, and its crate's list names it.

use crate::source::{File, report, rust};
use std::collections::BTreeMap;

/// What a list is declared by, and what a description says of it.
const LISTS: [(&str, &str); 4] = [
    ("acts! {", ".acts("),
    ("parameters! {", ".parameters("),
    ("pub const KINDS: &[", ".approvals("),
    ("codes! {", ".codes("),
];

/// Crates with modules that bring something to the platform.
const CRATES: [&str; 5] = [
    "registry",
    "identity",
    "back_office",
    "exchange",
    "services",
];

/// How the description of a module begins.
const DESCRIPTION: &str = "pub const MODULE:";

/// The module of a crate that a file belongs to: its folder below `src`, or the file itself.
fn module(file: &File) -> Option<&str> {
    let inside = file.path.split_once("/src/")?.1;
    let first = inside.split('/').next()?;
    Some(first.strip_suffix(".rs").unwrap_or(first))
}

/// The text from where something begins to the end of its statement.
fn statement<'a>(text: &'a str, begin: &str) -> Option<&'a str> {
    let from = text.find(begin)?;
    let rest = text.get(from..)?;
    rest.get(..rest.find(';')?)
}

#[test]
fn what_a_module_declares_its_description_names() {
    let files = rust();
    let of_platform = |file: &&File| CRATES.contains(&file.krate()) && !file.is_test();
    let mut descriptions: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut lists: BTreeMap<&str, &str> = BTreeMap::new();
    for file in files.iter().filter(of_platform) {
        let Some(module) = module(file) else { continue };
        if module == "lib" {
            lists.extend(
                statement(&file.text, "pub const MODULES:").map(|list| (file.krate(), list)),
            );
        } else if let Some(description) = statement(&file.text, DESCRIPTION) {
            descriptions.insert((file.krate(), module), description);
        }
    }
    let mut found = Vec::new();
    for krate in CRATES.iter().filter(|krate| !lists.contains_key(*krate)) {
        found.push(format!("{krate} has no list MODULES in its lib.rs"));
    }
    for (krate, module) in descriptions.keys() {
        let is_listed = |list: &str| list.contains(&format!("{module}::MODULE,"));
        if lists.get(krate).is_none_or(|list| !is_listed(list)) {
            found.push(format!("{krate}::{module} is not in MODULES of its crate"));
        }
    }
    for file in files.iter().filter(of_platform) {
        let Some(module) = module(file) else { continue };
        // The kernel's own modules are lower than what describes them, and stand in its list.
        let own = format!("{module}::");
        let description = match file.krate() {
            "registry" => lists.get("registry").filter(|list| list.contains(&own)),
            krate => descriptions.get(&(krate, module)),
        };
        for (declared, names) in LISTS {
            let is_declared = file.text.contains(declared) && !file.text.contains("macro_rules!");
            if is_declared && description.is_none_or(|description| !description.contains(names)) {
                found.push(format!(
                    "{}: {names}…) is missing in the description",
                    file.path
                ));
            }
        }
    }
    report(
        &found,
        "Name the list in `MODULE` of the module (`pub const MODULE: Module = Module::new(…)…`), and that in the \
         `MODULES` of its crate: the binary gathers nothing else.",
    );
}
