//! Removes what is proven (清理): rows whose period has passed and that stand in a proven part, each compared once more.
//!
//! A pass goes through the rows of a part as they stand in the archive store now, each frame proven by its hash. In one
//! short transaction it reads a few of them here, holds them, removes those that are the same as in the archive and need
//! not stay, and notes where it is and how many it removed, kept or did not find. So it may stop between any two of them.
//! A row that a later proven part of the month has, too, belongs to that one: what was archived last is what is removed, and
//! what is found by who looks for it. What had to stay is looked at again a week later.

use crate::class::ArchiveClass;
use crate::engine::{Archive, Contents, DAY_MS};
use crate::error::{ArchiveError, ArchiveResult};
use crate::part::sql::PurgeEnd;
use crate::part::{ArchivePart, PartState, PurgePlace, n_counted, sql};
use crate::rows::{RowLine, sql as rows};
use crate::table::{ArchiveTable, Stay};
use crate::turn::ArchiveTurn;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Db, Error, Result, Tx, Vault, purge};

/// Rows of one transaction: the writer is the intake's, too.
const ROWS: usize = 64;

/// How long what had to stay is left alone before it is looked at again, in milliseconds.
pub const AGAIN_MS: i64 = 7 * DAY_MS;

/// Free pages of an embedded database that are given back in one transaction: four mebibytes.
const PAGES: u32 = 1024;

/// Transactions that give pages back in one run.
const GIVE_BACK_TURNS: usize = 25_000;

/// What a run of the purge did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PurgeRun {
    /// Parts that were gone through.
    pub n_parts: i64,
    /// Rows that were removed.
    pub n_removed: i64,
    /// Rows that had to stay, by reason.
    pub kept: BTreeMap<Stay, i64>,
    /// Parts that turned out to be broken, and why.
    pub broken: Vec<String>,
}

impl PurgeRun {
    /// What was done, for the record of the job; nothing when nothing was.
    pub fn text(&self) -> String {
        if self.n_parts == 0 {
            return String::new();
        }
        let mut text = format!("清理 {} 卷，删去 {} 行", self.n_parts, self.n_removed);
        for (why, n) in &self.kept {
            text.push_str(&format!("；保留 {n} 行：{}", why.words().0));
        }
        text
    }
}

/// How many rows were kept for which reason: `open_message 2, undelivered 1`.
fn kept_text(kept: [i64; 4]) -> String {
    let pairs = Stay::ALL.iter().zip(kept).filter(|(_, n)| *n > 0);
    let texts: Vec<String> = pairs
        .map(|(why, n)| format!("{} {n}", why.name()))
        .collect();
    texts.join(", ")
}

impl Archive {
    /// Whether the period of a part has passed at a moment.
    pub fn is_due(&self, part: &ArchivePart, now_ms: i64) -> bool {
        let due_at = self.due_at(part.class, part.month.end_ms());
        due_at.is_some_and(|due_at| due_at <= now_ms)
    }

    /// When what ended at a moment may be removed; never for evidence.
    pub(crate) fn due_at(&self, class: ArchiveClass, end_ms: i64) -> Option<i64> {
        let days = self.retention.days(class)?;
        Some(end_ms.saturating_add(i64::from(days).saturating_mul(DAY_MS)))
    }

    /// Removes what is due of all parts that are proven.
    ///
    /// # Errors
    /// [`ArchiveError::NotSet`], [`ArchiveError::Unavailable`] and so on; [`ArchiveError::Broken`] at the end, when parts
    /// are.
    pub async fn purge(&self, turn: &ArchiveTurn) -> ArchiveResult<PurgeRun> {
        self.look_for_store().await?;
        let now_ms = self.now_ms().await?;
        let note = move |tx: &mut Tx<'_>| sql::note_purged_until(tx, now_ms);
        self.db.write(note).await?;
        let mut run = PurgeRun::default();
        let mut parts = self.db.read(sql::all).await?;
        let clock_ms = self.clock.now_ms();
        parts.retain(|part| {
            let is_open = matches!(part.state, PartState::Verified | PartState::Purging);
            // A moment that is further away than it can be was set by a clock that was ahead.
            let is_near = part.next_at <= clock_ms.saturating_add(AGAIN_MS);
            let is_later = part.next_at > clock_ms && is_near;
            is_open && !is_later && self.is_due(part, now_ms)
        });
        // The newest part of a month first: when it is broken, the ones before it have what it had.
        parts.sort_by_key(|part| (part.class, part.month, Reverse(part.number)));
        for part in &parts {
            turn.go_on()?;
            match self.purge_part(turn, part, &mut run).await {
                Ok(()) => {}
                Err(ArchiveError::Broken(why)) => {
                    let why = self.note_broken(turn, part, &why).await?;
                    run.broken.push(why);
                }
                Err(error) => return Err(error),
            }
        }
        if run.n_removed > 0 {
            self.give_back(turn).await?;
        }
        match run.broken.is_empty() {
            true => Ok(run),
            false => Err(ArchiveError::Broken(run.broken.join("；"))),
        }
    }

    /// One pass through a part.
    async fn purge_part(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        run: &mut PurgeRun,
    ) -> ArchiveResult<()> {
        let contents = self.contents_now(part).await?;
        // As the proof does: what was cut off or grew since is found before a row is removed, not behind it.
        self.compare_sizes(part, &contents).await?;
        let vault = self.vault().await?;
        let id = part.id;
        turn.write(&self.db, move |tx| sql::begin_purge(tx, id))
            .await?;
        let (mut kept, mut n_seen) = ([0; 4], 0);
        let tables: Vec<_> = self.tables_of(part.class).collect();
        for table in &tables {
            let place = self
                .purge_table(turn, (part, &contents, &vault), (table, n_seen))
                .await?;
            n_seen += place.n_removed + place.n_absent + place.kept.iter().sum::<i64>();
            run.n_removed += place.n_removed;
            for (sum, n) in kept.iter_mut().zip(place.kept) {
                *sum += n;
            }
        }
        if n_seen != part.n_rows {
            return Err(ArchiveError::Broken(format!(
                "清单记 {} 行，清理时逐行核对 {n_seen} 行，计数不符",
                part.n_rows
            )));
        }
        run.n_parts += 1;
        for (why, n) in Stay::ALL.into_iter().zip(kept).filter(|(_, n)| *n > 0) {
            *run.kept.entry(why).or_default() += n;
        }
        self.end_pass(turn, part, kept).await
    }

    /// Ends a pass, and counts whether rows are here that are in no part.
    async fn end_pass(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        kept: [i64; 4],
    ) -> ArchiveResult<()> {
        let (id, of) = (part.id, (part.class, part.month));
        let mut parts = self.parts_of(of).await?;
        parts.retain(|part| part.written_at.is_some());
        let is_last = parts.last().is_none_or(|last| last.id == id);
        let n_changed = kept.last().copied().unwrap_or_default();
        let n_kept: i64 = kept.iter().sum();
        let mut wants_more =
            n_changed > 0 || is_last && n_counted(&parts) != Some(self.count_all(of).await?);
        let n_unreadable = parts.iter().map(|part| part.n_unreadable).max();
        parts.retain(|part| part.id != id);
        // Once all parts were gone through, what is here was kept, or is in none of them.
        if parts.iter().all(|part| part.purged_at.is_some()) {
            let n_others: i64 = parts.iter().map(|part| part.n_kept).sum();
            let n_known = n_kept + n_others + n_unreadable.unwrap_or_default();
            wants_more |= self.count(of, n_known.saturating_add(1)).await? > n_known;
        }
        let now_ms = self.clock.now_ms();
        let end = PurgeEnd {
            n_kept,
            kept_why: kept_text(kept),
            wants_more,
            now_ms,
            next_at: if n_kept == 0 {
                0
            } else {
                now_ms.saturating_add(AGAIN_MS)
            },
        };
        turn.write(&self.db, move |tx| sql::end_purge(tx, id, &end))
            .await
    }

    async fn purge_table(
        &self,
        turn: &ArchiveTurn,
        (part, contents, vault): (&ArchivePart, &Contents, &Vault),
        (table, n_before): (&'static ArchiveTable, i64),
    ) -> ArchiveResult<PurgePlace> {
        let id = part.id;
        let place = move |tx: &mut Tx<'_>| sql::place(tx, id, table.table);
        let mut place = self.db.read(place).await?;
        if place.is_done {
            return Ok(place);
        }
        let folder = part.folder();
        let mut behind = self.behind(part, table).await?;
        for entry in contents.1.frames(table.table) {
            if entry.last <= place.last {
                continue;
            }
            let mut lines = self
                .frame((&folder, table), (contents, entry), vault)
                .await?;
            lines.retain(|row| row.key > place.last);
            for piece in lines.chunks(ROWS) {
                turn.go_on()?;
                let mut own = Vec::with_capacity(piece.len());
                for row in piece {
                    match behind.has_key(self, row.key).await? {
                        true => place.n_absent += 1,
                        false => own.push(row.clone()),
                    }
                }
                place.last = piece.last().map_or(place.last, |row| row.key);
                place = self.remove(turn, (id, table), place, own).await?;
                let n_done = place.n_removed + place.n_absent + place.kept.iter().sum::<i64>();
                turn.progress(n_before + n_done, part.n_rows).await;
            }
        }
        place.is_done = true;
        let done = place.clone();
        let note = move |tx: &mut Tx<'_>| sql::set_place(tx, id, table.table, &done);
        turn.write(&self.db, note).await?;
        Ok(place)
    }

    /// One transaction: removes what may go of these rows of the archive, and notes it and how far the pass is.
    async fn remove(
        &self,
        turn: &ArchiveTurn,
        (id, table): (i64, &'static ArchiveTable),
        place: PurgePlace,
        own: Vec<RowLine>,
    ) -> ArchiveResult<PurgePlace> {
        let own: Arc<[RowLine]> = own.into();
        let n_before = place.n_removed;
        // By a clock that is far ahead every key of a company has run out, and nothing waits for it.
        let now_ms = self.now_ms().await?;
        let write = move |tx: &mut Tx<'_>| -> Result<Option<PurgePlace>> {
            let part = sql::find(tx, id)?;
            if part.is_none_or(|part| part.state != PartState::Purging) {
                return Ok(None);
            }
            let keys: Vec<_> = own.iter().map(|row| row.key).collect();
            let here = rows::held(tx, table, &keys)?;
            let damaged: BTreeSet<_> = here.damaged.into_iter().collect();
            let here: BTreeMap<_, _> = here
                .rows
                .into_iter()
                .map(|row| (row.key, row.line))
                .collect();
            let stays = (table.stays)(tx, &keys, now_ms)?;
            let mut next = place.clone();
            let mut going = Vec::new();
            for row in own.iter() {
                let is_same = here.get(&row.key).map(|line| *line == row.line);
                let why = match (is_same, stays.get(&row.key)) {
                    (None, _) if !damaged.contains(&row.key) => {
                        next.n_absent += 1;
                        continue;
                    }
                    (Some(_), Some(why)) => *why,
                    (Some(true), None) => {
                        going.push(row.key);
                        continue;
                    }
                    (Some(false) | None, _) => Stay::Changed,
                };
                let at = Stay::ALL.iter().position(|one| *one == why);
                if let Some(count) = at.and_then(|at| next.kept.get_mut(at)) {
                    *count += 1;
                }
            }
            let n = if going.is_empty() {
                0
            } else {
                rows::remove(tx, table, &going)?
            };
            let n_removed = i64::try_from(n).unwrap_or(i64::MAX);
            if usize::try_from(n) != Ok(going.len()) {
                return Err(Error::Fault(format!("{} rows of {} went", n, table.table)));
            }
            next.n_removed += n_removed;
            sql::set_place(tx, id, table.table, &next)?;
            sql::add_purged(tx, id, n_removed)?;
            Ok(Some(next))
        };
        let done = turn.write(&self.db, write).await?;
        let gone = || ArchiveError::Missing("待清理的分卷（已标记为有误）".to_owned());
        let next = done.ok_or_else(gone)?;
        metrics::counter!("tongguan_archive_rows_purged_total", "table" => table.table)
            .increment(u64::try_from(next.n_removed - n_before).unwrap_or(0));
        Ok(next)
    }

    /// Gives the room of what was removed back to the disk, piece by piece.
    async fn give_back(&self, turn: &ArchiveTurn) -> ArchiveResult<()> {
        for _ in 0..GIVE_BACK_TURNS {
            turn.go_on()?;
            let goes_on = turn
                .write(&self.db, |tx| purge::give_back(tx, PAGES))
                .await?;
            if !goes_on {
                break;
            }
        }
        Ok(())
    }
}

/// Free pages of a database file, for those who look whether it can shrink.
///
/// # Errors
/// The engine's.
pub async fn free_pages(db: &Db) -> Result<Option<purge::FreePages>> {
    db.read(purge::free_pages).await
}
