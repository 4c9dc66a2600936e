//! The manifest of a part (归档清单): what stands in it, how much, and the hashes of every file.
//!
//! It is written last: a part without a manifest does not exist. The index, which says where in the files which keys are,
//! is a file of its own, for it is larger.

use crate::error::{ArchiveError, ArchiveResult};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;
use store::purge::RowKey;

/// The version of the format that is written and read.
pub(crate) const FORMAT: u32 = 1;

/// The name of the manifest in the folder of its part.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The name of the file by which an archive store is known to be the one that was written to.
pub(crate) const MARK: &str = "tongguan-archive.json";

/// The name of the index in the folder of its part.
pub(crate) const INDEX: &str = "index.json.zst";

/// The manifest of a part (归档清单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveManifest {
    /// Version of the format.
    pub format: u32,
    /// The id of the part, by which the one who wrote it knows it again.
    pub part: String,
    /// Class of what is in it.
    pub class: String,
    /// The month, in Beijing time.
    pub month: String,
    /// Number of the part within its month, from 1.
    pub number: i64,
    /// What wrote it.
    pub written_by: String,
    /// When, in Beijing time.
    pub written_at: String,
    /// The id of the key with which its files are sealed; absent when they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_with: Option<String>,
    /// The tables.
    pub tables: Vec<TableEntry>,
    /// The files.
    pub files: Vec<FileEntry>,
}

/// A table of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableEntry {
    /// Its name.
    pub table: String,
    /// The names of its columns, in the order of the values of a row.
    pub columns: Vec<String>,
    /// The rows in the part.
    pub rows: i64,
    /// Rows of the month that could not be read and are in no part.
    pub unreadable: i64,
    /// The first and the last key; absent without rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<[RowKey; 2]>,
    /// SHA-256 of all its lines, each with its end.
    pub content_sha256: String,
}

/// A file of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Its name in the folder of the part.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of it as it stands there.
    pub sha256: String,
    /// SM3 of it as it stands there.
    pub sm3: String,
}

/// Where the rows of a part stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartIndex {
    pub(crate) tables: Vec<TableIndex>,
}

/// Where the rows of a table stand, in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableIndex {
    pub(crate) table: String,
    pub(crate) frames: Vec<FrameEntry>,
}

/// Some rows, packed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FrameEntry {
    pub(crate) file: String,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
    /// Bytes when it is unpacked.
    pub(crate) raw: usize,
    pub(crate) rows: i64,
    pub(crate) first: RowKey,
    pub(crate) last: RowKey,
    pub(crate) sha256: String,
}

impl PartIndex {
    /// The frames of a table.
    pub(crate) fn frames(&self, table: &str) -> &[FrameEntry] {
        let found = self.tables.iter().find(|one| one.table == table);
        found.map_or(&[], |one| one.frames.as_slice())
    }
}

impl ArchiveManifest {
    /// As it is written.
    pub(crate) fn bytes(&self) -> ArchiveResult<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|error| store::Error::Fault(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] when it is none, or of a later format.
    pub(crate) fn read(bytes: &[u8]) -> ArchiveResult<Self> {
        let read: Self = serde_json::from_slice(bytes)
            .map_err(|error| ArchiveError::Broken(format!("清单无法读取（{error}）")))?;
        if read.format != FORMAT {
            return Err(ArchiveError::Broken(format!(
                "清单的格式版本为 {}，本程序只读版本 {FORMAT}",
                read.format
            )));
        }
        Ok(read)
    }

    /// The entry of a file.
    pub(crate) fn file(&self, name: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.name == name)
    }
}

/// Both hashes of a file, as it grows.
#[derive(Clone, Default)]
pub(crate) struct FileHashes {
    sha256: Sha256,
    sm3: Sm3,
    n_bytes: u64,
}

impl FileHashes {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        sm3::Digest::update(&mut self.sm3, bytes);
        self.n_bytes = self
            .n_bytes
            .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// The entry of the file that was added.
    pub(crate) fn entry(self, name: &str) -> FileEntry {
        FileEntry {
            name: name.to_owned(),
            bytes: self.n_bytes,
            sha256: hex(&self.sha256.finalize()),
            sm3: hex(&sm3::Digest::finalize(self.sm3)),
        }
    }
}

/// SHA-256 of bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
