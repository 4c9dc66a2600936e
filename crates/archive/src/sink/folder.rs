//! What is read from a folder, and tried in it: plain files, each access on a thread of its caller's.

use super::{TRIAL, words};
use crate::error::{ArchiveError, ArchiveResult};
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// What is told of a folder that cannot be used.
pub(super) fn away(path: &Path, error: &Error) -> ArchiveError {
    let why = words::of_io(error);
    ArchiveError::Unavailable(format!("归档目录 {} 不可用：{why}", path.display()))
}

/// Whether there is no such file; a file in the way of a folder is no such file, either, but nothing that was written.
fn is_missing(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound
}

/// The size of a file; none when it is not there.
pub(super) fn size(path: &Path) -> ArchiveResult<Option<u64>> {
    match std::fs::metadata(path) {
        Ok(about) => Ok(Some(about.len())),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(away(path, &error)),
    }
}

/// A whole file of at most `n_max` bytes; none when it is not there.
pub(super) fn whole(path: &Path, n_max: u64) -> ArchiveResult<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(n_max).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(away(path, &error)),
    }
}

/// A part of a file.
pub(super) fn piece(path: &Path, from: u64, n_bytes: u64) -> ArchiveResult<Vec<u8>> {
    let name = || path.display().to_string();
    let short = || ArchiveError::Broken(format!("文件 {} 比清单所记的短", name()));
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (n_there, file) = opened.map_err(|error| match is_missing(&error) {
        true => ArchiveError::Broken(format!("文件 {} 不在归档存储中", name())),
        false => away(path, &error),
    })?;
    // Before room for it is taken.
    if from.saturating_add(n_bytes) > n_there {
        return Err(short());
    }
    let mut bytes = vec![0; usize::try_from(n_bytes).map_err(|_| short())?];
    match file.read_exact_at(&mut bytes, from) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(short()),
        Err(error) => Err(away(path, &error)),
    }
}

/// Removes a folder with all that is in it.
pub(super) fn remove(path: &Path) -> ArchiveResult<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if !is_missing(&error) => Err(away(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a small file and removes it again. Of a folder that is not there yet it is only looked whether it can be one: nothing
/// is made.
pub(super) fn try_out(root: &Path, name: &str) -> ArchiveResult<()> {
    let there = root.ancestors().find_map(|path| match path.metadata() {
        Err(error) if is_missing(&error) => None,
        found => Some(found.map(|about| about.is_dir())),
    });
    match there {
        Some(Ok(true)) | None => {}
        Some(Ok(false)) => return Err(away(root, &ErrorKind::NotADirectory.into())),
        Some(Err(error)) => return Err(away(root, &error)),
    }
    if !root.exists() {
        return Ok(());
    }
    let file = root.join(name);
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).open(&file);
    let written = made.and_then(|mut file| {
        file.write_all(TRIAL)?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&file);
    written.and(removed).map_err(|error| away(root, &error))
}
