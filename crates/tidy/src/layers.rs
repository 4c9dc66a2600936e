//! Layers: inside a crate, a module uses only modules that its `lib.rs` (or `main.rs`) lists after it, so that there
//! are no circles. Tests may use anything.

use crate::lexer::{Part, pieces};
use crate::source::{File, report, rust};
use std::collections::BTreeMap;

/// A word or a sign of a source, and the line it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    text: String,
    line: usize,
}

/// A top module that a file uses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Use {
    name: String,
    line: usize,
}

/// The root of a crate as its modules see it.
#[derive(Debug, Default)]
struct Root {
    /// The modules from high to low, without those of tests.
    modules: Vec<String>,
    /// What the root names of its modules for others: the name, and the module it comes from.
    names: BTreeMap<String, String>,
}

/// Words and signs of a source; `::` is one sign. Comments and texts are left out.
fn tokens(source: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    for piece in pieces(source) {
        if piece.part != Part::Code {
            continue;
        }
        let mut line = piece.line;
        let mut is_inside_word = false;
        for c in piece.text.chars() {
            let is_word = c.is_alphanumeric() || c == '_';
            match found.last_mut() {
                Some(last) if is_word && is_inside_word => last.text.push(c),
                Some(last) if c == ':' && last.text == ":" && !is_inside_word => last.text.push(c),
                _ if c.is_whitespace() => {}
                _ => found.push(Token {
                    text: c.to_string(),
                    line,
                }),
            }
            is_inside_word = is_word;
            line += usize::from(c == '\n');
        }
    }
    found
}

fn begins(tokens: &[Token], texts: &[&str]) -> bool {
    tokens.len() >= texts.len()
        && tokens
            .iter()
            .zip(texts)
            .all(|(token, text)| token.text == *text)
}

/// How many tokens an item takes that begins here: up to its `;` or its last brace.
fn item_length(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match &*token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                // An attribute before the item is none of its ends.
                if depth == 0 && token.text == "}" {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The tokens without what is compiled for tests only.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let rest = &tokens[at..];
        let is_for_tests = begins(rest, &["#", "[", "cfg", "(", "test", ")"])
            || begins(rest, &["#", "[", "cfg", "(", "any", "(", "test", ","])
            || begins(rest, &["#", "[", "cfg", "(", "all", "(", "test", ","]);
        if is_for_tests {
            at += item_length(rest);
        } else {
            kept.push(rest[0].clone());
            at += 1;
        }
    }
    kept
}

/// The root that a source describes.
fn root(source: &str) -> Root {
    let tokens = without_tests(tokens(source));
    let mut root = Root::default();
    for at in 0..tokens.len() {
        let rest = &tokens[at..];
        if rest[0].text == "mod" && rest.get(2).is_some_and(|token| token.text == ";") {
            root.modules.push(rest[1].text.clone());
        }
    }
    for at in 0..tokens.len() {
        if tokens[at].text == "use" {
            let mut tree = &tokens[at + 1..];
            for prefix in [["self", "::"], ["crate", "::"]] {
                if begins(tree, &prefix) {
                    tree = &tree[2..];
                }
            }
            let module = &tree[0].text;
            let length = item_length(tree);
            if root.modules.contains(module) {
                let named = last_names(&tree[1..length]).into_iter();
                let named = named.map(|name| (name, module.clone()));
                root.names.extend(named);
            }
        }
    }
    root
}

/// The names that a tree of `use` brings in: the last of each path, or what it is called after `as`.
fn last_names(tree: &[Token]) -> Vec<String> {
    let ends = [",", "}", ";"];
    let pairs = tree.windows(2);
    pairs
        .filter(|pair| ends.contains(&&*pair[1].text) && !ends.contains(&&*pair[0].text))
        .map(|pair| pair[0].text.clone())
        .collect()
}

/// Modules from the root of the crate to that of a file; none for the root itself.
fn module_path(file: &str) -> Vec<String> {
    let Some((_, inside)) = file.split_once("/src/") else {
        return Vec::new();
    };
    let inside = inside.trim_end_matches(".rs");
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    if ["lib", "main"].contains(&inside) || inside.starts_with("bin/") {
        return Vec::new();
    }
    inside.split('/').map(str::to_owned).collect()
}

/// What a file uses of the root of its crate: top modules, and names of the root itself.
fn uses(source: &str, path: &[String]) -> Vec<Use> {
    let tokens = without_tests(tokens(source));
    let mut found = Vec::new();
    // Braces that are open, and whether each is that of a module inside the file.
    let mut open: Vec<bool> = Vec::new();
    for at in 0..tokens.len() {
        let rest = &tokens[at..];
        let before = at.checked_sub(1).map(|before| &*tokens[before].text);
        match &*rest[0].text {
            "{" => {
                let is_module = at >= 2 && tokens[at - 2].text == "mod";
                open.push(is_module);
            }
            "}" => drop(open.pop()),
            "crate" | "super"
                if !matches!(before, Some("::" | "$")) && begins(&rest[1..], &["::"]) =>
            {
                let n_inner = open.iter().filter(|is_module| **is_module).count();
                let depth = match &*rest[0].text {
                    "crate" => 0,
                    _ => path.len() + n_inner - 1,
                };
                from(&rest[2..], depth, &mut found);
            }
            _ => {}
        }
    }
    found
}

/// Reads on behind `crate::` or `super::`, `depth` modules below the root; answers how many tokens it has read.
fn from(tokens: &[Token], depth: usize, found: &mut Vec<Use>) -> usize {
    let Some(first) = tokens.first() else {
        return 0;
    };
    if first.text == "{" {
        let mut at = 1;
        while at < tokens.len() && tokens[at].text != "}" {
            at += from(&tokens[at..], depth, found);
            // To the next path of the group.
            let mut inner = 0_usize;
            while at < tokens.len() && (inner > 0 || ![",", "}"].contains(&&*tokens[at].text)) {
                match &*tokens[at].text {
                    "{" => inner += 1,
                    "}" => inner -= 1,
                    _ => {}
                }
                at += 1;
            }
            at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
        }
        return at + 1;
    }
    if first.text == "super" && begins(&tokens[1..], &["::"]) {
        return 2 + from(&tokens[2..], depth.saturating_sub(1), found);
    }
    if depth == 0 && first.text != "self" {
        found.push(Use {
            name: first.text.clone(),
            line: first.line,
        });
    }
    1
}

/// The uses of a file that go up: the line, and what is used.
fn upward(root: &Root, file: &str, source: &str) -> Vec<Use> {
    let path = module_path(file);
    let place = |name: &str| root.modules.iter().position(|module| module == name);
    let Some(own) = path.first().and_then(|module| place(module)) else {
        return Vec::new();
    };
    let mut found = uses(source, &path);
    found.retain_mut(|one| {
        if let Some(module) = root.names.get(&one.name)
            && place(&one.name).is_none()
        {
            one.name.clone_from(module);
        }
        place(&one.name).is_some_and(|used| used < own)
    });
    found
}

/// The findings of every crate, by its name.
fn findings() -> BTreeMap<String, Vec<String>> {
    let all = rust();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for root_file in all.iter().filter(|file| is_root(file)) {
        let root = root(&root_file.text);
        let krate = root_file.krate().to_owned();
        let violations = found.entry(krate).or_default();
        let folder = root_file.path.rsplit_once('/').unwrap_or_default().0;
        for file in all.iter().filter(|file| file.path.starts_with(folder)) {
            if file.is_test() {
                continue;
            }
            let own = module_path(&file.path)
                .into_iter()
                .next()
                .unwrap_or_default();
            for Use { name, line } in upward(&root, &file.path, &file.text) {
                violations.push(format!(
                    "{}:{line}: {own} uses {name}, which is listed before it",
                    file.path
                ));
            }
        }
    }
    found
}

fn is_root(file: &File) -> bool {
    let is_root = ["/src/lib.rs", "/src/main.rs"];
    !file.is_test() && is_root.iter().any(|name| file.path.ends_with(name))
}

#[test]
fn modules_use_lower_modules_only() {
    let found: Vec<String> = findings().into_values().flatten().collect();
    report(
        &found,
        "The root of a crate lists its modules from high to low, and a module uses only those after it. Move what \
         both need into a lower module, let the higher one hand it on as an argument, or write an event there and \
         read it above.",
    );
}

/// The modules of a made-up crate that a file of its lowest module uses against the order.
#[cfg(test)]
fn reports_of(source: &str) -> Vec<(String, usize)> {
    let root = root(
        "pub mod high;\nmod middle;\n#[cfg(test)]\nmod testing;\nmod low;\npub use high::{Top, deep::Other as Renamed};\n",
    );
    assert_eq!(root.modules, ["high", "middle", "low"]);
    let uses = upward(&root, "crates/made_up/src/low/inner/part.rs", source);
    uses.into_iter().map(|one| (one.name, one.line)).collect()
}

#[test]
fn every_way_up_is_seen() {
    let high = |line| vec![("high".to_owned(), line)];
    assert_eq!(reports_of("\nfn f() { crate::high::g() }"), high(2));
    assert_eq!(reports_of("use crate::{low::x, high::{a, b}};"), high(1));
    assert_eq!(reports_of("use crate::{\n    low,\n    high,\n};"), high(3));
    assert_eq!(reports_of("use super::super::super::high::x;"), high(1));
    assert_eq!(
        reports_of("use super::super::{x, super::high::x};"),
        high(1)
    );
    assert_eq!(
        reports_of("mod m { use super::super::super::super::high; }"),
        high(1)
    );
    assert_eq!(reports_of("pub use crate::high::Thing;"), high(1));
    assert_eq!(reports_of("use crate::Top;"), high(1));
    assert_eq!(reports_of("fn f(_: &crate::Renamed) {}"), high(1));
    let both = vec![("high".to_owned(), 1), ("middle".to_owned(), 1)];
    assert_eq!(
        reports_of("use crate::{high::a::{b, c}, low, middle};"),
        both
    );
}

#[test]
fn what_goes_down_and_what_tests_use_is_no_finding() {
    for source in [
        "use crate::low::x;",
        "use super::super::high;",
        "use other::high::x; use self::high::y;",
        "// crate::high\nconst A: &str = \"crate::high\";",
        "pub(crate) fn high() {}",
        "#[cfg(test)]\nuse crate::high::x;",
        "#[cfg(test)]\nmod tests { use crate::high::x; fn f() {} }",
        "#[cfg(any(test, feature = \"testing\"))]\nfn f() { crate::high::x() }",
    ] {
        assert_eq!(reports_of(source), [], "{source}");
    }
}
