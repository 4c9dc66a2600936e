//! Frames (归档数据块): about a mebibyte of rows, packed by itself and sealed where the database is.
//!
//! Without a key a file is a row of zstd frames, which `zstd -d` reads as one. With a key every frame is sealed apart, so
//! that one row can be read without the rest; then only the platform's own command reads it, with the key file.

mod writer;

pub(crate) use writer::TableWriter;

use crate::error::{ArchiveError, ArchiveResult};
use crate::manifest::{FrameEntry, sha256};
use crate::rows::{self, RowLine};
use crate::table::ArchiveTable;
use store::Vault;
use store::unreadable::damage;

/// Bytes of rows from which a frame is packed.
pub(crate) const FRAME_BYTES: usize = 1 << 20;

/// The largest frame that is unpacked, in bytes: one row with the largest body, written as text with escapes.
const RAW_BYTES_MAX: usize = 512 << 20;

/// How hard is packed: the archive is written once and kept for years.
const LEVEL: i32 = 9;

/// Packs and seals the lines of a frame.
fn close(vault: &Vault, lines: &[u8]) -> ArchiveResult<Vec<u8>> {
    let packed = zstd::bulk::compress(lines, LEVEL)
        .map_err(|error| ArchiveError::Scratch(format!("无法压缩（{error}）")))?;
    Ok(vault.seal(&packed)?.into_owned())
}

/// Opens a frame after a look at its hash: the lines in it, as they were written.
///
/// # Errors
/// [`ArchiveError::Broken`] when it is another than the index says; [`ArchiveError::Store`] without its key.
pub(crate) fn open(vault: &Vault, of: &FrameEntry, stored: Vec<u8>) -> ArchiveResult<Vec<u8>> {
    let broken =
        |why: &str| ArchiveError::Broken(format!("{} 第 {} 字节起{why}", of.file, of.offset));
    if sha256(&stored) != of.sha256 {
        return Err(broken("的内容与写入时不同"));
    }
    let unsealed = damage(vault.unseal(stored))?;
    let packed = unsealed.map_err(|why| broken(&format!("无法解密（{why}）")))?;
    if of.raw > RAW_BYTES_MAX {
        return Err(broken("过大"));
    }
    let lines = zstd::bulk::decompress(&packed, of.raw);
    lines.map_err(|error| broken(&format!("无法解压（{error}）")))
}

/// The rows of a frame, with their keys.
///
/// # Errors
/// [`ArchiveError::Broken`] when they are not the rows that the index says.
pub(crate) fn rows(
    (of, columns): (&ArchiveTable, &[String]),
    entry: &FrameEntry,
    lines: &[u8],
) -> ArchiveResult<Vec<RowLine>> {
    let broken = || {
        ArchiveError::Broken(format!(
            "{} 第 {} 字节起的行与索引不符",
            entry.file, entry.offset
        ))
    };
    let text = std::str::from_utf8(lines).map_err(|_| broken())?;
    let mut found = Vec::new();
    for line in text.lines() {
        let line = rows::arranged(of, columns, line).ok_or_else(broken)?;
        let key = rows::key(of, &rows::cells(of, &line)?).ok_or_else(broken)?;
        found.push(RowLine { key, line });
    }
    let is_sorted = found.windows(2).all(|pair| pair[0].key < pair[1].key);
    let ends = (found.first(), found.last());
    let is_whole = ends.0.map(|row| row.key) == Some(entry.first)
        && ends.1.map(|row| row.key) == Some(entry.last)
        && i64::try_from(found.len()) == Ok(entry.rows);
    match is_sorted && is_whole {
        true => Ok(found),
        false => Err(broken()),
    }
}
