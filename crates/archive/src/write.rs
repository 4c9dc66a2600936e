//! Writes the months that are over (归档): each once, and later what came or changed since.
//!
//! Every step may run twice and stop anywhere. A part is begun in the database, then its files are written, then its
//! index, and last its manifest; only then is it noted as written. What a run finds begun it writes anew in a folder of its
//! own claim, unless its manifest is there: then all of it is. So a writer that wakes up after another took over touches no
//! file of the other's, and a part that is written is never touched again.
//!
//! What came later is found by counting: a month has as many rows here and removed as when it was last gone through, or it is
//! gone through again. What changed is found when its period has passed, by the purge, and by every proof.

use crate::class::ArchiveClass;
use crate::engine::Archive;
use crate::error::{ArchiveError, ArchiveResult};
use crate::frame::TableWriter;
use crate::manifest::{ArchiveManifest, FORMAT, FileHashes, INDEX, MANIFEST, PartIndex, sha256};
use crate::month::ArchiveMonth;
use crate::part::{ArchivePart, PartState, n_counted, sql};
use crate::read::KnownRows;
use crate::rows::sql as rows;
use crate::table::ArchiveTable;
use crate::turn::ArchiveTurn;
use store::Tx;
use store::clock::beijing_rfc3339;

/// What wrote a part.
const WRITER: &str = concat!("tongguan ", env!("CARGO_PKG_VERSION"));

/// What a run of the archive did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveRun {
    /// Parts that were written.
    pub n_written: i64,
    /// Rows in them.
    pub n_rows: i64,
    /// Bytes of their files.
    pub n_bytes: i64,
    /// Parts that were proven.
    pub n_verified: i64,
    /// Parts that are broken, and why.
    pub broken: Vec<String>,
    /// Months that were not archived to their end for another reason, and why.
    pub unfinished: Vec<String>,
}

impl ArchiveRun {
    /// What was done, for the record of the job; nothing when nothing was.
    pub fn text(&self) -> String {
        match (self.n_written, self.n_verified) {
            (0, 0) => String::new(),
            (0, n) => format!("校验通过 {n} 卷"),
            (n, m) => format!("写入 {n} 卷（{} 行），校验通过 {m} 卷", self.n_rows),
        }
    }

    /// How it ended, once every month had its turn.
    fn ended(mut self) -> ArchiveResult<Self> {
        if self.unfinished.is_empty() {
            return match self.broken.is_empty() {
                true => Ok(self),
                false => Err(ArchiveError::Broken(self.broken.join("；"))),
            };
        }
        let done = self.text();
        self.unfinished.append(&mut self.broken);
        let failed = self.unfinished.join("；");
        Err(ArchiveError::Unfinished(match done.is_empty() {
            true => failed,
            false => format!("{failed}。其余月份：{done}"),
        }))
    }
}

impl Archive {
    /// Writes and proves every month that is over and not archived yet, and what came later to those that are. A month that
    /// fails keeps no other from being archived.
    ///
    /// # Errors
    /// [`ArchiveError::NotSet`], [`ArchiveError::Unavailable`] and so on at once, when no month can be archived;
    /// [`ArchiveError::Broken`] and [`ArchiveError::Unfinished`] at the end, with every month that failed.
    pub async fn run(&self, turn: &ArchiveTurn) -> ArchiveResult<ArchiveRun> {
        self.look_for_store().await?;
        // A clock that runs ahead closes a month too early; what comes then goes into its next part.
        let now_ms = self.clock.now_ms();
        let mut run = ArchiveRun::default();
        for class in ArchiveClass::ALL {
            for month in self.months(class, now_ms).await? {
                turn.go_on()?;
                if let Err(error) = self.archive_month(turn, (class, month), &mut run).await {
                    self.month_failed(turn, (class, month), error, &mut run)
                        .await?;
                }
            }
        }
        let covered = self.note_all_covered(turn).await;
        self.forget_lately();
        covered?;
        run.ended()
    }

    /// Notes that a month was not archived to its end.
    ///
    /// # Errors
    /// That of the month, when the next one would only fail in the same way.
    async fn month_failed(
        &self,
        turn: &ArchiveTurn,
        of: (ArchiveClass, ArchiveMonth),
        error: ArchiveError,
        run: &mut ArchiveRun,
    ) -> ArchiveResult<()> {
        if self.ends_all(&error).await {
            return Err(error);
        }
        let name = format!("{}/{}", of.0.name(), of.1);
        tracing::error!(month = name, %error, "a month could not be archived");
        let ArchiveError::Broken(why) = error else {
            run.unfinished.push(format!("{name}：{error}"));
            return Ok(());
        };
        // A part that was proven cannot be read any more. Which one it is says its proof; the next run writes anew what it had.
        let n_before = run.broken.len();
        if let Err(error) = self.prove_again(turn, of, run).await {
            if self.ends_all(&error).await {
                return Err(error);
            }
            tracing::error!(month = name, %error, "the parts of a month could not be proven again");
            run.unfinished.push(format!("{name}：{error}"));
        }
        if run.broken.len() == n_before {
            run.broken.push(format!("{name}：{why}"));
        }
        Ok(())
    }

    /// Proves the proven parts of a month once more.
    ///
    /// # Errors
    /// The first, when each of them had its turn.
    async fn prove_again(
        &self,
        turn: &ArchiveTurn,
        (class, month): (ArchiveClass, ArchiveMonth),
        run: &mut ArchiveRun,
    ) -> ArchiveResult<()> {
        let mut first = Ok(());
        for part in self.parts_of((class, month)).await? {
            if part.state.is_proven()
                && let Err(error) = self.prove_part(turn, part.id, run).await
            {
                if self.ends_all(&error).await {
                    return Err(error);
                }
                first = first.and(Err(error));
            }
        }
        first
    }

    async fn archive_month(
        &self,
        turn: &ArchiveTurn,
        (class, month): (ArchiveClass, ArchiveMonth),
        run: &mut ArchiveRun,
    ) -> ArchiveResult<()> {
        let parts = self.parts_of((class, month)).await?;
        let (whole, begun): (Vec<_>, Vec<_>) = parts
            .into_iter()
            .partition(|part| part.state != PartState::Writing);
        let begun = match begun.into_iter().next() {
            Some(begun) => Some(begun),
            None if self.wants_part((class, month), &whole).await? => {
                let last = whole.last().map_or(0, |part| part.number);
                Some(self.begin(turn, (class, month), last + 1).await?)
            }
            None => None,
        };
        let mut unproven: Vec<ArchivePart> = whole
            .iter()
            .filter(|part| part.state == PartState::Written)
            .cloned()
            .collect();
        if let Some(begun) = begun
            && let Some(part) = self.write_part(turn, begun, &whole).await?
        {
            run.n_written += 1;
            run.n_rows += part.n_rows;
            run.n_bytes += part.n_bytes;
            unproven.push(part);
        }
        for part in unproven {
            self.prove_part(turn, part.id, run).await?;
        }
        Ok(())
    }

    async fn prove_part(
        &self,
        turn: &ArchiveTurn,
        id: i64,
        run: &mut ArchiveRun,
    ) -> ArchiveResult<()> {
        match self.verify(turn, id).await {
            Ok(_) => run.n_verified += 1,
            Err(ArchiveError::Broken(why)) => run.broken.push(why),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether a month has rows that are in none of its parts.
    async fn wants_part(
        &self,
        (class, month): (ArchiveClass, ArchiveMonth),
        whole: &[ArchivePart],
    ) -> ArchiveResult<bool> {
        if whole.is_empty() || whole.iter().any(|part| part.wants_more) {
            return Ok(true);
        }
        if n_counted(whole) != Some(self.count_all((class, month)).await?) {
            return Ok(true);
        }
        // No purge ever compares what is never removed.
        if self.retention.days(class).is_none() {
            for table in self.tables_of(class).filter(|table| !table.is_fixed) {
                if self.has_changed(table, month, whole).await? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether a row of a table's month is another than in the newest part that has it.
    async fn has_changed(
        &self,
        table: &'static ArchiveTable,
        month: ArchiveMonth,
        whole: &[ArchivePart],
    ) -> ArchiveResult<bool> {
        let mut known = KnownRows::new(self, whole, table).await?;
        let find = move |tx: &mut Tx<'_>| rows::ranges(tx, table, month);
        for mut range in self.db.read(find).await? {
            loop {
                let read = move |tx: &mut Tx<'_>| rows::read(tx, table, &range);
                let read = self.db.read(read).await?;
                for row in read.rows {
                    if !known.has(self, &row).await? {
                        return Ok(true);
                    }
                }
                match read.last {
                    Some(last) => range.after = last,
                    None => break,
                }
            }
        }
        Ok(false)
    }

    /// Begins the next part of a month.
    pub(crate) async fn begin(
        &self,
        turn: &ArchiveTurn,
        (class, month): (ArchiveClass, ArchiveMonth),
        number: i64,
    ) -> ArchiveResult<ArchivePart> {
        let part = ArchivePart {
            id: self.ids.next(),
            class,
            month,
            number,
            claim: turn.claim(),
            state: PartState::Writing,
            began_at: self.clock.now_ms(),
            n_rows: 0,
            n_bytes: 0,
            n_unreadable: 0,
            manifest_hash: String::new(),
            key_id: String::new(),
            written_at: None,
            verified_at: None,
            n_same: 0,
            n_changed: 0,
            n_gone: 0,
            purged_at: None,
            next_at: 0,
            n_purged: 0,
            n_kept: 0,
            kept_why: String::new(),
            n_counted: -1,
            is_proof_asked: false,
            wants_more: false,
            fault: String::new(),
            is_covered: false,
        };
        let begun = part.clone();
        turn.write(&self.db, move |tx| sql::begin(tx, &begun))
            .await?;
        Ok(part)
    }

    /// Writes a part that was begun; none when there is nothing to write.
    async fn write_part(
        &self,
        turn: &ArchiveTurn,
        mut part: ArchivePart,
        earlier: &[ArchivePart],
    ) -> ArchiveResult<Option<ArchivePart>> {
        // Before the rows are read: one that comes meanwhile is found by the next run.
        part.n_counted = self.count_all((part.class, part.month)).await?;
        let found = self.found(&part).await?;
        let manifest = match found.own {
            // It was written by the run before, which did not come to note it; what came since is not in it.
            Some(manifest) => {
                part.n_counted = -1;
                manifest
            }
            None => {
                self.take_over(turn, &mut part, &found).await?;
                match self.write_files(turn, &part, earlier).await? {
                    Some(manifest) => {
                        let bytes = manifest.bytes()?;
                        let path = format!("{}/{MANIFEST}", part.folder());
                        self.store()?.put(&path, bytes.clone()).await?;
                        bytes
                    }
                    None => {
                        let (id, of) = (part.id, (part.class, part.month));
                        let n_counted = part.n_counted;
                        let forget = move |tx: &mut Tx<'_>| {
                            sql::forget(tx, id)?;
                            sql::nothing_more(tx, of, n_counted)
                        };
                        turn.write(&self.db, forget).await?;
                        return Ok(None);
                    }
                }
            }
        };
        let read = ArchiveManifest::read(&manifest)?;
        part.n_rows = read.tables.iter().map(|table| table.rows).sum();
        part.n_unreadable = read.tables.iter().map(|table| table.unreadable).sum();
        let n_bytes: u64 = read.files.iter().map(|file| file.bytes).sum();
        part.n_bytes = i64::try_from(n_bytes).unwrap_or(i64::MAX);
        part.manifest_hash = sha256(&manifest);
        part.key_id = read.sealed_with.unwrap_or_default();
        part.written_at = Some(self.clock.now_ms());
        part.state = PartState::Written;
        let written = part.clone();
        turn.write(&self.db, move |tx| sql::written(tx, &written))
            .await?;
        metrics::counter!("tongguan_archive_parts_written_total", "class" => part.class.name())
            .increment(1);
        Ok(Some(part))
    }

    async fn write_files(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        earlier: &[ArchivePart],
    ) -> ArchiveResult<Option<ArchiveManifest>> {
        let vault = self.vault().await?;
        let folder = part.folder();
        let mut manifest = ArchiveManifest {
            format: FORMAT,
            part: part.id.to_string(),
            class: part.class.name().to_owned(),
            month: part.month.to_string(),
            number: part.number,
            written_by: WRITER.to_owned(),
            written_at: beijing_rfc3339(self.clock.now_ms()),
            sealed_with: vault.first_key().map(str::to_owned),
            tables: Vec::new(),
            files: Vec::new(),
        };
        let mut index = PartIndex::default();
        for table in self.tables_of(part.class) {
            let mut writer = TableWriter::new(self.store()?, vault.clone(), &folder, table);
            let mut known = KnownRows::new(self, earlier, table).await?;
            self.write_table(turn, part, &mut writer, &mut known)
                .await?;
            let (entry, frames, files) = writer.finish().await?;
            manifest.tables.push(entry);
            manifest.files.extend(files);
            index.tables.push(frames);
        }
        if manifest.tables.iter().all(|table| table.rows == 0) {
            return Ok(None);
        }
        let text =
            serde_json::to_vec(&index).map_err(|error| store::Error::Fault(error.to_string()))?;
        let packed = zstd::stream::encode_all(&*text, 0)
            .map_err(|error| store::Error::Fault(error.to_string()))?;
        let mut hashes = FileHashes::default();
        hashes.add(&packed);
        manifest.files.push(hashes.entry(INDEX));
        self.store()?
            .put(&format!("{folder}/{INDEX}"), packed)
            .await?;
        Ok(Some(manifest))
    }

    async fn write_table(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        writer: &mut TableWriter,
        known: &mut KnownRows,
    ) -> ArchiveResult<()> {
        let (table, month) = (writer.table(), part.month);
        let find = move |tx: &mut Tx<'_>| rows::ranges(tx, table, month);
        for mut range in self.db.read(find).await? {
            loop {
                turn.go_on()?;
                let read = self
                    .db
                    .read(move |tx| rows::read(tx, table, &range))
                    .await?;
                writer.n_unreadable += i64::try_from(read.damaged.len()).unwrap_or(i64::MAX);
                for row in read.rows {
                    if !known.has(self, &row).await? {
                        writer.push(row).await?;
                    }
                }
                match read.last {
                    Some(last) => range.after = last,
                    None => break,
                }
            }
        }
        Ok(())
    }
}
