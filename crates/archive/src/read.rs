//! Single rows out of the archive: the body of an old message, one click away.

use crate::class::ArchiveClass;
use crate::engine::{Archive, Contents};
use crate::error::{ArchiveError, ArchiveResult};
use crate::frame;
use crate::manifest::FrameEntry;
use crate::month::ArchiveMonth;
use crate::part::{ArchivePart, PartState, sql};
use crate::rows::{self, RowCell, RowLine};
use crate::sink::blocking;
use crate::table::{ArchiveTable, MonthBy, NumberedRows};
use crate::turn::ArchiveTurn;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::purge::RowKey;
use store::{Result, Tx, Vault};

/// The month in whose archive a row stands that is not here any more: the purge goes by numbers where the time of a row cannot be
/// right, and so does this. None where no month was purged that it can have been in.
///
/// # Errors
/// The engine's.
pub fn purged_month(
    tx: &mut Tx<'_>,
    (class, numbered): (ArchiveClass, &NumberedRows),
    (key, at_ms): (RowKey, i64),
) -> Result<Option<ArchiveMonth>> {
    let own = ArchiveMonth::of(at_ms);
    // A feed of a thousand items is not searched a thousand times.
    if sql::is_purged(tx, class, own)? {
        return Ok(Some(own));
    }
    let months = sql::purged_months(tx, class)?;
    rows::sql::month_among(tx, numbered, (key, at_ms), &months)
}

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

/// What proven parts of a month have of a table: a row belongs to the newest that has it.
pub(crate) struct KnownRows {
    /// The newest part first.
    readers: Vec<RowReader>,
}

impl KnownRows {
    /// What these parts of a month have, which come in their order.
    pub(crate) async fn new(
        archive: &Archive,
        parts: &[ArchivePart],
        table: &'static ArchiveTable,
    ) -> ArchiveResult<Self> {
        let mut readers = Vec::new();
        for part in parts.iter().rev().filter(|part| part.state.is_proven()) {
            readers.push(RowReader::new(archive, part, table).await?);
        }
        Ok(Self { readers })
    }

    /// Whether the newest part that has the row has it as it is.
    pub(crate) async fn has(&mut self, archive: &Archive, row: &RowLine) -> ArchiveResult<bool> {
        let line = self.line(archive, row.key).await?;
        Ok(line.is_some_and(|line| line == row.line))
    }

    async fn line(&mut self, archive: &Archive, key: RowKey) -> ArchiveResult<Option<String>> {
        for reader in &mut self.readers {
            if let Some(line) = reader.line(archive, key).await? {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// Whether one of the parts has a row with this key. One that turns out to be broken has none: its own pass finds it out.
    pub(crate) async fn has_key(&mut self, archive: &Archive, key: RowKey) -> ArchiveResult<bool> {
        match self.line(archive, key).await {
            Err(ArchiveError::Broken(_)) => Ok(false),
            found => Ok(found?.is_some()),
        }
    }
}

impl Archive {
    /// What the proven parts behind one of the same month have of a table.
    pub(crate) async fn behind(
        &self,
        part: &ArchivePart,
        table: &'static ArchiveTable,
    ) -> ArchiveResult<KnownRows> {
        let (class, month, number) = (part.class, part.month, part.number);
        let mut parts = self.parts_of((class, month)).await?;
        parts.retain(|one| one.number > number);
        match KnownRows::new(self, &parts, table).await {
            Err(ArchiveError::Broken(_)) => Ok(KnownRows {
                readers: Vec::new(),
            }),
            known => known,
        }
    }

    /// Notes which broken parts are covered by the proven ones behind them, in every month that has any: also in one of which no row
    /// is left, and in one that no proof was due for.
    pub(crate) async fn note_all_covered(&self, turn: &ArchiveTurn) -> ArchiveResult<()> {
        let parts = self.db.read(sql::all).await?;
        let broken = parts.iter().filter(|part| part.state == PartState::Broken);
        let months: BTreeSet<_> = broken.map(|part| (part.class, part.month)).collect();
        for of in months {
            self.note_covered(turn, of).await?;
        }
        Ok(())
    }

    /// Notes which broken parts of a month are covered by the proven ones behind them.
    pub(crate) async fn note_covered(
        &self,
        turn: &ArchiveTurn,
        (class, month): (ArchiveClass, ArchiveMonth),
    ) -> ArchiveResult<()> {
        let parts = self.parts_of((class, month)).await?;
        for part in &parts {
            let is_asked =
                part.state == PartState::Broken && part.n_purged == 0 && !part.is_covered;
            if is_asked && self.is_covered(turn, part, &parts).await? {
                let id = part.id;
                let note = move |tx: &mut Tx<'_>| sql::covered(tx, id);
                turn.write(&self.db, note).await?;
            }
        }
        Ok(())
    }

    /// Whether the proven parts of a month behind a broken one have every row of it. What its manifest and index prove is
    /// compared: a table with the same content in one part, or each key. Of what cannot be read nothing is proven.
    async fn is_covered(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        parts: &[ArchivePart],
    ) -> ArchiveResult<bool> {
        let behind = |one: &&ArchivePart| one.number > part.number && one.state.is_proven();
        let behind: Vec<_> = parts.iter().filter(behind).cloned().collect();
        if behind.is_empty() {
            return Ok(false);
        }
        match self.covers(turn, part, &behind).await {
            // The disk that broke it may not even give what is left of it.
            Err(ArchiveError::Broken(_) | ArchiveError::Unavailable(_)) => Ok(false),
            found => found,
        }
    }

    async fn covers(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        behind: &[ArchivePart],
    ) -> ArchiveResult<bool> {
        let contents = self.contents_now(part).await?;
        let (vault, folder) = (self.vault().await?, part.folder());
        let mut whole = Vec::new();
        for one in behind {
            let tables = self.contents(one).await?.0.tables.clone();
            whole.extend(
                tables
                    .into_iter()
                    .map(|entry| (entry.table, entry.content_sha256)),
            );
        }
        for entry in &contents.0.tables {
            let same = (entry.table.clone(), entry.content_sha256.clone());
            if entry.rows == 0 || whole.contains(&same) {
                continue;
            }
            let table = self
                .tables_of(part.class)
                .find(|one| one.table == entry.table);
            let Some(table) = table else {
                return Ok(false);
            };
            let mut known = KnownRows::new(self, behind, table).await?;
            for frame in contents.1.frames(table.table) {
                turn.go_on()?;
                let at = (folder.as_str(), table);
                for row in self.frame(at, (&contents, frame), &vault).await? {
                    if known.line(self, row.key).await?.is_none() {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

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
        let mut parts = self.db.read(sql::all).await?;
        // A row whose time does not fit its number is in the month of the rows around it, mostly the one after its own.
        let is_near = |of: ArchiveMonth| of == month || matches!(table.month, MonthBy::Number(_));
        parts
            .retain(|part| part.class == class && part.written_at.is_some() && is_near(part.month));
        parts.sort_by_key(|part| {
            let n_far = part.month.start_ms().abs_diff(month.start_ms());
            (part.month >= month, Reverse(n_far), part.number)
        });
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
