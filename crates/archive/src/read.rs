//! Single rows out of the archive: the body of an old message, one click away.

use crate::class::ArchiveClass;
use crate::engine::{Archive, Contents};
use crate::error::{ArchiveError, ArchiveResult};
use crate::frame::{self, blocking};
use crate::manifest::FrameEntry;
use crate::month::ArchiveMonth;
use crate::part::{ArchivePart, sql};
use crate::rows::{self, RowCell, RowLine};
use crate::table::ArchiveTable;
use std::sync::Arc;
use store::purge::RowKey;
use store::{Tx, Vault};

/// Reads rows of a table of a part by their keys; those that come in order are read once.
pub(crate) struct RowReader {
    contents: Arc<Contents>,
    folder: String,
    table: &'static ArchiveTable,
    vault: Vault,
    loaded: Option<(usize, Vec<RowLine>)>,
}

impl RowReader {
    /// A reader of a table of a part.
    pub(crate) async fn new(
        archive: &Archive,
        part: &ArchivePart,
        table: &'static ArchiveTable,
    ) -> ArchiveResult<Self> {
        Ok(Self {
            contents: archive.contents(part).await?,
            folder: part.folder(),
            table,
            vault: archive.vault().await?,
            loaded: None,
        })
    }

    fn frames(&self) -> &[FrameEntry] {
        self.contents.1.frames(self.table.table)
    }

    /// The line of the row with this key, if the part has it.
    pub(crate) async fn line(
        &mut self,
        archive: &Archive,
        key: RowKey,
    ) -> ArchiveResult<Option<String>> {
        let at = self.frames().partition_point(|frame| frame.last < key);
        let Some(entry) = self.frames().get(at).filter(|frame| frame.first <= key) else {
            return Ok(None);
        };
        if self.loaded.as_ref().is_none_or(|(loaded, _)| *loaded != at) {
            let rows = archive
                .frame(
                    (&self.folder, self.table),
                    (&self.contents, entry),
                    &self.vault,
                )
                .await?;
            self.loaded = Some((at, rows));
        }
        let Some((_, rows)) = &self.loaded else {
            return Ok(None);
        };
        let found = rows.binary_search_by_key(&key, |row| row.key).ok();
        Ok(found
            .and_then(|at| rows.get(at))
            .map(|row| row.line.clone()))
    }
}

impl Archive {
    /// The rows of a frame of a part.
    pub(crate) async fn frame(
        &self,
        (folder, table): (&str, &'static ArchiveTable),
        (contents, entry): (&Contents, &FrameEntry),
        vault: &Vault,
    ) -> ArchiveResult<Vec<RowLine>> {
        let path = format!("{folder}/{}", entry.file);
        let stored = self
            .store()?
            .piece(&path, entry.offset, entry.bytes)
            .await?;
        let named = contents
            .0
            .tables
            .iter()
            .find(|one| one.table == table.table);
        let columns = named.map(|one| one.columns.clone()).unwrap_or_default();
        let (entry, vault) = (entry.clone(), vault.clone());
        blocking(move || {
            let lines = frame::open(&vault, &entry, stored.to_vec())?;
            frame::rows((table, &columns), &entry, &lines)
        })
        .await
    }

    /// The values of a row that was removed here, from the newest part that has it.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`] when no part has it, and whatever the archive store answers.
    pub async fn row(
        &self,
        table: (ArchiveClass, &str),
        month: ArchiveMonth,
        key: RowKey,
    ) -> ArchiveResult<Vec<RowCell>> {
        let found = self.look_up(table, month, key).await;
        // Where nothing is found, the store may be away altogether.
        if let Err(ArchiveError::Broken(_) | ArchiveError::Missing(_)) = &found {
            self.look_for_store().await?;
        }
        found
    }

    async fn line_of(
        &self,
        part: &ArchivePart,
        table: &'static ArchiveTable,
        key: RowKey,
    ) -> ArchiveResult<Option<String>> {
        let mut reader = RowReader::new(self, part, table).await?;
        reader.line(self, key).await
    }

    async fn look_up(
        &self,
        (class, table): (ArchiveClass, &str),
        month: ArchiveMonth,
        key: RowKey,
    ) -> ArchiveResult<Vec<RowCell>> {
        let missing = || ArchiveError::Missing(format!("{table} {month} 的这一行"));
        let table = self.tables_of(class).find(|one| one.table == table);
        let table = table.ok_or_else(missing)?;
        let read = move |tx: &mut Tx<'_>| sql::of_month(tx, class, month);
        let mut parts = self.db.read(read).await?;
        parts.retain(|part| part.written_at.is_some());
        // A part that cannot be read hides none that can.
        let mut fault = None;
        for part in parts.iter().rev() {
            match self.line_of(part, table, key).await {
                Ok(Some(line)) => return rows::cells(table, &line),
                Ok(None) => {}
                // Who asks the others would only wait as long again.
                Err(error @ ArchiveError::Unavailable(_)) => return Err(error),
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        Err(fault.unwrap_or_else(missing))
    }
}
