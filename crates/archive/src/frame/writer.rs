//! Writes the rows of one table of a part, frame by frame, file by file.

use super::{FRAME_BYTES, close};
use crate::error::ArchiveResult;
use crate::manifest::{FileEntry, FileHashes, FrameEntry, TableEntry, TableIndex, hex, sha256};
use crate::rows::RowLine;
use crate::sink::{ArchiveFile, ArchiveStore, blocking};
use crate::table::ArchiveTable;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use store::Vault;
use store::purge::RowKey;

/// Bytes of a file from which the next one is begun.
const FILE_BYTES: u64 = 1 << 30;

/// A file that is being written.
struct OpenFile {
    name: String,
    file: ArchiveFile,
    hashes: FileHashes,
}

/// Writes the rows of one table of a part.
pub(crate) struct TableWriter {
    store: ArchiveStore,
    vault: Vault,
    folder: String,
    table: &'static ArchiveTable,
    open: Option<OpenFile>,
    files: Vec<FileEntry>,
    frames: Vec<FrameEntry>,
    lines: Vec<u8>,
    n_lines: i64,
    first: RowKey,
    last: RowKey,
    content: Sha256,
    n_rows: i64,
    /// Rows that could not be read.
    pub(crate) n_unreadable: i64,
}

impl TableWriter {
    /// One that has written nothing yet, in the folder of a part.
    pub(crate) fn new(
        store: &ArchiveStore,
        vault: Vault,
        folder: &str,
        table: &'static ArchiveTable,
    ) -> Self {
        Self {
            store: store.clone(),
            vault,
            folder: folder.to_owned(),
            table,
            open: None,
            files: Vec::new(),
            frames: Vec::new(),
            lines: Vec::new(),
            n_lines: 0,
            first: (0, 0),
            last: (0, 0),
            content: Sha256::new(),
            n_rows: 0,
            n_unreadable: 0,
        }
    }

    /// The table that it writes.
    pub(crate) fn table(&self) -> &'static ArchiveTable {
        self.table
    }

    /// Writes a row; rows come in the order of their keys.
    pub(crate) async fn push(&mut self, row: RowLine) -> ArchiveResult<()> {
        if self.n_lines == 0 {
            self.first = row.key;
        }
        self.last = row.key;
        let from = self.lines.len();
        self.lines.extend_from_slice(row.line.as_bytes());
        self.lines.push(b'\n');
        self.content.update(&self.lines[from..]);
        self.n_lines += 1;
        self.n_rows += 1;
        if self.lines.len() >= FRAME_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> ArchiveResult<()> {
        if self.n_lines == 0 {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.lines);
        let (raw, vault) = (lines.len(), self.vault.clone());
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.next_file().await?,
        };
        let (mut hashes, offset) = (open.hashes.clone(), open.hashes.n_bytes());
        let closed = blocking(move || {
            let stored = close(&vault, &lines)?;
            hashes.add(&stored);
            let sha256 = sha256(&stored);
            Ok((stored, sha256, hashes))
        });
        let (stored, sha256, hashes) = closed.await?;
        open.hashes = hashes;
        self.frames.push(FrameEntry {
            file: open.name.clone(),
            offset,
            bytes: u64::try_from(stored.len()).unwrap_or(u64::MAX),
            raw,
            rows: self.n_lines,
            first: self.first,
            last: self.last,
            sha256,
        });
        open.file.write(Bytes::from(stored)).await?;
        self.n_lines = 0;
        if open.hashes.n_bytes() >= FILE_BYTES {
            self.end_file(open).await?;
        } else {
            self.open = Some(open);
        }
        Ok(())
    }

    async fn next_file(&mut self) -> ArchiveResult<OpenFile> {
        let ending = if self.vault.is_sealing() {
            "sealed"
        } else {
            "zst"
        };
        let number = self.files.len() + 1;
        let name = format!("{}.{number:04}.jsonl.{ending}", self.table.table);
        let path = format!("{}/{name}", self.folder);
        Ok(OpenFile {
            file: self.store.begin(&path).await?,
            name,
            hashes: FileHashes::default(),
        })
    }

    async fn end_file(&mut self, open: OpenFile) -> ArchiveResult<()> {
        open.file.finish().await?;
        self.files.push(open.hashes.entry(&open.name));
        Ok(())
    }

    /// Ends the table: what the manifest and the index say of it.
    pub(crate) async fn finish(
        mut self,
    ) -> ArchiveResult<(TableEntry, TableIndex, Vec<FileEntry>)> {
        self.flush().await?;
        if let Some(open) = self.open.take() {
            self.end_file(open).await?;
        }
        let keys = self.frames.first().zip(self.frames.last());
        let entry = TableEntry {
            table: self.table.table.to_owned(),
            columns: self.table.names().into_iter().map(str::to_owned).collect(),
            rows: self.n_rows,
            unreadable: self.n_unreadable,
            keys: keys.map(|(first, last)| [first.first, last.last]),
            content_sha256: hex(&self.content.finalize()),
        };
        let index = TableIndex {
            table: self.table.table.to_owned(),
            frames: self.frames,
        };
        Ok((entry, index, self.files))
    }
}
