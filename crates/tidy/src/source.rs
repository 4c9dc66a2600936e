//! The files of the project, as text.

use crate::lexer::{Part, Piece, pieces};
use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project.
pub(crate) struct File {
    /// Path from the root of the project, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Whether this is test code: it may use private items.
    pub(crate) fn is_test(&self) -> bool {
        let is_test_file = ["tests.rs", "suite.rs", "testing.rs"]
            .iter()
            .any(|name| self.path.ends_with(name));
        is_test_file
            || self.path.contains("/tests/")
            || self.path.contains("/examples/")
            || ["bench", "e2e", "tidy"].contains(&self.krate())
    }

    /// The crate it belongs to; empty outside `crates/`.
    pub(crate) fn krate(&self) -> &str {
        let inside = self.path.strip_prefix("crates/").unwrap_or_default();
        inside.split('/').next().unwrap_or_default()
    }

    /// Texts with their lines, without the quotes.
    pub(crate) fn texts(&self) -> Vec<(usize, String)> {
        let text_only = |piece: Piece| {
            let text = piece.text.trim_matches(|c| matches!(c, 'r' | 'b' | '#'));
            let inner = text.trim_matches('"').to_owned();
            (piece.part == Part::Text).then_some((piece.line, inner))
        };
        pieces(&self.text)
            .into_iter()
            .filter_map(text_only)
            .collect()
    }
}

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder whose name ends so, in order. Build output and hidden files are not
/// the project's.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<File> {
    let mut found = Vec::new();
    collect(&root(), folder, ending, &mut found);
    assert!(!found.is_empty(), "no {ending} in {folder}: was it moved?");
    found
}

fn collect(root: &Path, folder: &str, ending: &str, found: &mut Vec<File>) {
    let mut names: Vec<(String, bool)> = fs::read_dir(root.join(folder))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, entry.file_type().unwrap().is_dir())
        })
        .collect();
    names.sort();
    for (name, is_folder) in names {
        if name.starts_with('.') || ["target", "data", "node_modules"].contains(&&*name) {
            continue;
        }
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if is_folder {
            collect(root, &path, ending, found);
        } else if name.ends_with(ending) {
            let text = fs::read_to_string(root.join(&path)).unwrap_or_default();
            found.push(File { path, text });
        }
    }
}

/// Every Rust file of the crates.
pub(crate) fn rust() -> Vec<File> {
    files("crates", ".rs")
}

/// Reads one file.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Fails with everything that was found, and with what to do about it.
pub(crate) fn report(found: &[String], what_to_do: &str) {
    assert!(
        found.is_empty(),
        "\n  {}\n\n{what_to_do}\n",
        found.join("\n  ")
    );
}

/// Fails when an exception is not needed any more.
pub(crate) fn all_used<'a>(
    exceptions: impl Iterator<Item = &'a str>,
    is_used: impl Fn(&str) -> bool,
) {
    let stale: Vec<String> = exceptions
        .filter(|exception| !is_used(exception))
        .map(str::to_owned)
        .collect();
    report(
        &stale,
        "These exceptions are not needed any more: take them off the list in crates/tidy.",
    );
}
