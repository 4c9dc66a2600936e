//! The files that are meant: those named, and below folders those whose ending says that they may
//! be messages, in the order of their names.

use super::super::input;
use super::STANDARD_INPUT;
use std::path::{Path, PathBuf};

/// Endings of files below folders that are looked at.
const ENDINGS: [&str; 4] = ["xml", "json", "xlsx", "csv"];

/// Deepest folder below one that was named; links to folders are not followed.
const DEPTH_MAX: usize = 32;

/// A file, or why there is none.
pub(super) struct WalkedFile {
    path: PathBuf,
    error: Option<anyhow::Error>,
}

impl WalkedFile {
    /// Its name for people.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Where it is.
    pub(super) fn path(&self) -> anyhow::Result<&Path> {
        match &self.error {
            None => Ok(&self.path),
            Some(error) => Err(anyhow::anyhow!("{error:#}")),
        }
    }
}

/// Every file that the arguments mean.
pub(super) fn files(arguments: &[String]) -> Vec<WalkedFile> {
    let mut found = Vec::new();
    for argument in arguments {
        let path = PathBuf::from(argument);
        if argument != STANDARD_INPUT && path.is_dir() {
            folder(&path, 0, &mut found);
        } else {
            found.push(WalkedFile { path, error: None });
        }
    }
    found
}

fn folder(path: &Path, depth: usize, found: &mut Vec<WalkedFile>) {
    let listed = if depth > DEPTH_MAX {
        Err(anyhow::anyhow!("文件夹嵌套超过 {DEPTH_MAX} 层"))
    } else {
        list(path)
    };
    let entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            found.push(WalkedFile {
                path: path.to_owned(),
                error: Some(error),
            });
            return;
        }
    };
    for path in entries {
        let is_link = path.is_symlink();
        if path.is_dir() {
            if !is_link {
                folder(&path, depth + 1, found);
            }
        } else if is_meant(&path) {
            found.push(WalkedFile { path, error: None });
        }
    }
}

fn list(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(path).map_err(|error| anyhow::anyhow!(input::reason(&error)))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(
            entry
                .map_err(|error| anyhow::anyhow!(input::reason(&error)))?
                .path(),
        );
    }
    paths.sort();
    Ok(paths)
}

fn is_meant(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}
