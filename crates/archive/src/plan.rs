//! What will be done when (保存计划), per class and month, and what is the matter with it.

use crate::class::ArchiveClass;
use crate::engine::Archive;
use crate::error::ArchiveResult;
use crate::month::ArchiveMonth;
use crate::part::{ArchivePart, PartState, n_counted, sql};
use crate::table::Stay;
use crate::waits::{self, OVERDUE_MS};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

pub use crate::engine::ArchiveHealth;

/// Entries of indexes that a plan counts, the newest months first: so many take a second at most, however much is stored.
const COUNT_MAX: i64 = 500_000;

/// A month of a class in the plan (保存计划).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// The class.
    pub class: ArchiveClass,
    /// The month.
    pub month: ArchiveMonth,
    /// Rows that are here, counted up to a limit (half a million for the whole plan); where nothing was left of it for a month with parts, those
    /// that the parts hold and that were not removed.
    pub n_rows: i64,
    /// Of these, rows that are in no part.
    pub n_unarchived: i64,
    /// Bytes of its parts.
    pub n_bytes: i64,
    /// Parts.
    pub n_parts: i64,
    /// How far the part is that is the least far; none without parts.
    pub state: Option<PartState>,
    /// When the last of its parts was proven.
    pub verified_at: Option<i64>,
    /// When its rows may be removed; never for evidence.
    pub due_at: Option<i64>,
    /// Rows that were removed.
    pub n_purged: i64,
    /// Rows that had to stay, and why.
    pub n_kept: i64,
    /// How many for which reason.
    pub kept_why: String,
    /// Whether it should have been archived and proven by now.
    pub is_overdue: bool,
}

/// How many rows of a month had to stay, by reason, each reason once. What a part kept because it had changed is in the part
/// that was written after that, and counted there.
fn kept_of(parts: &[ArchivePart]) -> Vec<(Stay, i64)> {
    let mut kept = Vec::new();
    for why in Stay::ALL {
        let of_part = |part: &ArchivePart| -> i64 {
            let is_written_anew = why == Stay::Changed
                && parts.iter().any(|other| {
                    other.number > part.number
                        && part.purged_at.is_some()
                        && other.written_at >= part.purged_at
                });
            match is_written_anew {
                true => 0,
                false => kept_number(&part.kept_why, why),
            }
        };
        let n: i64 = parts.iter().map(of_part).sum();
        if n > 0 {
            kept.push((why, n));
        }
    }
    kept
}

/// How many rows stayed for a reason, of `open_message 2, undelivered 1`.
fn kept_number(text: &str, why: Stay) -> i64 {
    let pairs = text.split(", ").filter_map(|pair| pair.split_once(' '));
    let numbers = pairs.filter(|(name, _)| *name == why.name());
    numbers.filter_map(|(_, n)| n.parse::<i64>().ok()).sum()
}

fn kept_text(kept: &[(Stay, i64)]) -> String {
    let texts: Vec<_> = kept
        .iter()
        .map(|(why, n)| format!("{} {n}", why.name()))
        .collect();
    texts.join(", ")
}

impl Archive {
    /// The plan: every month that is over, the newest first.
    ///
    /// # Errors
    /// The engine's.
    pub async fn plan(&self) -> ArchiveResult<Vec<PlanLine>> {
        let now_ms = self.clock.now_ms();
        let mut by_month: BTreeMap<(ArchiveClass, ArchiveMonth), Vec<ArchivePart>> =
            BTreeMap::new();
        for part in self.db.read(sql::all).await? {
            by_month
                .entry((part.class, part.month))
                .or_default()
                .push(part);
        }
        let mut months: BTreeSet<_> = by_month.keys().copied().collect();
        for class in ArchiveClass::ALL {
            let over = self.months(class, now_ms).await?;
            months.extend(over.into_iter().map(|month| (class, month)));
        }
        let mut months: Vec<_> = months.into_iter().collect();
        months.sort_by_key(|(class, month)| (Reverse(*month), *class));
        let (mut lines, mut n_left) = (Vec::new(), COUNT_MAX);
        for of in months {
            let parts = by_month.remove(&of).unwrap_or_default();
            // Whether there is a row at all is looked at for every month.
            let n_here = self.count(of, n_left.max(1)).await?;
            let is_counted = n_here < n_left;
            n_left = n_left.saturating_sub(n_here);
            if !parts.is_empty() || n_here > 0 {
                lines.push(self.line(of, &parts, (n_here, is_counted), now_ms));
            }
        }
        Ok(lines)
    }

    /// How many of the rows that are here are in no part, as far as counting tells.
    fn n_unarchived(parts: &[ArchivePart], (n_here, is_counted): (i64, bool)) -> i64 {
        let whole: Vec<_> = parts
            .iter()
            .filter(|part| part.written_at.is_some())
            .cloned()
            .collect();
        let n_purged: i64 = whole.iter().map(|part| part.n_purged).sum();
        if whole.is_empty() {
            return n_here;
        }
        let known = n_counted(&whole).map(|n| n - n_purged);
        let known = known.filter(|n_known| is_counted || n_here > *n_known);
        known.map_or(0, |n_known| (n_here - n_known).max(0))
    }

    fn line(
        &self,
        (class, month): (ArchiveClass, ArchiveMonth),
        parts: &[ArchivePart],
        (n_here, is_counted): (i64, bool),
        now_ms: i64,
    ) -> PlanLine {
        let sum = |of: fn(&ArchivePart) -> i64| parts.iter().map(of).sum::<i64>();
        let kept = kept_of(parts);
        let least = |part: &ArchivePart| match part.state {
            PartState::Broken => 0,
            PartState::Writing => 1,
            PartState::Written => 2,
            PartState::Verified => 3,
            PartState::Purging => 4,
            PartState::Purged => 5,
            // Those behind it count.
            PartState::Superseded => 6,
        };
        let is_written = parts.iter().any(|part| part.written_at.is_some());
        let is_archived = parts.iter().any(|part| waits::is_of_use(part, now_ms));
        let is_late = month.end_ms().saturating_add(OVERDUE_MS) <= now_ms;
        PlanLine {
            class,
            month,
            n_rows: match is_counted || !is_written {
                true => n_here,
                // A row that stands in two parts is one row here.
                false => match n_counted(parts) {
                    Some(n) => (n - sum(|part| part.n_purged)).max(0),
                    None => sum(|part| part.n_rows - part.n_purged),
                },
            },
            n_unarchived: Self::n_unarchived(parts, (n_here, is_counted)),
            n_bytes: sum(|part| part.n_bytes),
            n_parts: i64::try_from(parts.len()).unwrap_or(i64::MAX),
            state: parts
                .iter()
                .min_by_key(|part| least(part))
                .map(|part| part.state),
            verified_at: parts.iter().filter_map(|part| part.verified_at).max(),
            due_at: self.due_at(class, month.end_ms()),
            n_purged: sum(|part| part.n_purged),
            n_kept: kept.iter().map(|(_, n)| n).sum(),
            kept_why: kept_text(&kept),
            is_overdue: is_late && n_here > 0 && !is_archived,
        }
    }

    /// Up to when periods have passed, as the last purge took it; none before the first, or where there is no store.
    ///
    /// # Errors
    /// The engine's.
    pub async fn purged_until(&self) -> ArchiveResult<Option<i64>> {
        Ok(self.db.read(sql::purged_until).await?)
    }

    /// All parts, the newest month first.
    ///
    /// # Errors
    /// The engine's.
    pub async fn parts(&self) -> ArchiveResult<Vec<ArchivePart>> {
        Ok(self.db.read(sql::all).await?)
    }

    /// As [`Self::health`], at most some minutes old: for those who ask every few seconds.
    ///
    /// # Errors
    /// The engine's.
    pub async fn health_lately(&self) -> ArchiveResult<ArchiveHealth> {
        match self.known_lately() {
            Some(known) if known.knows_store => Ok(known.health),
            Some(_) | None => self.health().await,
        }
    }

    /// What an operator should look at. Costs a look into the archive store, and a few into indexes for each month and company,
    /// whatever is stored.
    ///
    /// # Errors
    /// The engine's.
    pub async fn health(&self) -> ArchiveResult<ArchiveHealth> {
        let (tables, now_ms) = (self.tables.clone(), self.clock.now_ms());
        let read = move |tx: &mut Tx<'_>| waits::look(tx, &tables, now_ms);
        let (waits, parts) = self.db.read(read).await?;
        let mut health = waits::health_of(&waits, &parts);
        health.is_set = self.is_set();
        health.away = self.away().await?;
        self.note_lately(health.clone(), true);
        Ok(health)
    }
}
