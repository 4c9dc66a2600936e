//! What of the archive waits for somebody (待办), by what the database alone knows: every console asks for it each minute, and it never
//! waits for the archive store.

use crate::class::ArchiveClass;
use crate::engine::{Archive, ArchiveHealth, DAY_MS, MARGIN_MS, months_over};
use crate::part::{ArchivePart, PartState, sql};
use crate::rows::sql as rows;
use crate::table::ArchiveTable;
use std::collections::BTreeSet;
use store::{Result, Tx};

/// Time after which a month that is over should be archived, in milliseconds: the job runs on the first days of a month.
pub const OVERDUE_MS: i64 = 10 * DAY_MS;

/// What of the archive waits for somebody (归档待办).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArchiveWaits {
    /// Months of a class that should have been archived and proven by now.
    pub n_overdue: i64,
    /// Parts that are broken.
    pub n_broken: i64,
}

impl Archive {
    /// What waits for somebody, at most some minutes old unless parts were written or proven by this process since; a new look is
    /// taken in a transaction of the caller's, and costs a few looks into indexes for each company, and for each company and month
    /// that is not archived.
    ///
    /// # Errors
    /// The engine's.
    pub fn waits_lately(&self, tx: &mut Tx<'_>) -> Result<ArchiveWaits> {
        if let Some(known) = self.known_lately() {
            return Ok(ArchiveWaits {
                n_overdue: known.health.n_overdue,
                n_broken: i64::try_from(known.health.broken.len()).unwrap_or(i64::MAX),
            });
        }
        let (waits, parts) = look(tx, &self.tables, self.clock.now_ms())?;
        let health = health_of(&waits, &parts);
        self.note_lately(health, false);
        Ok(waits)
    }
}

/// What waits, and the parts that were looked at, the newest month first.
pub(crate) fn look(
    tx: &mut Tx<'_>,
    tables: &[&'static ArchiveTable],
    now_ms: i64,
) -> Result<(ArchiveWaits, Vec<ArchivePart>)> {
    let parts = sql::all(tx)?;
    let done: BTreeSet<_> = parts
        .iter()
        .filter(|part| is_of_use(part, now_ms))
        .map(|part| (part.class, part.month))
        .collect();
    let broken = parts.iter().filter(|part| part.state == PartState::Broken);
    let mut waits = ArchiveWaits {
        n_overdue: 0,
        n_broken: i64::try_from(broken.count()).unwrap_or(i64::MAX),
    };
    let late_ms = now_ms.saturating_sub(OVERDUE_MS - MARGIN_MS);
    for class in ArchiveClass::ALL {
        let own = tables_of(tables, class);
        for month in months_over(tx, &own, late_ms)? {
            let is_missing = !done.contains(&(class, month));
            waits.n_overdue += i64::from(is_missing && rows::count(tx, &own, month, 1)? > 0);
        }
    }
    Ok((waits, parts))
}

/// What the database alone knows of the state of the archive.
pub(crate) fn health_of(waits: &ArchiveWaits, parts: &[ArchivePart]) -> ArchiveHealth {
    let broken = parts.iter().filter(|part| part.state == PartState::Broken);
    ArchiveHealth {
        is_set: false,
        away: None,
        n_overdue: waits.n_overdue,
        broken: broken
            .map(|part| (part.folder(), part.fault.clone()))
            .collect(),
        last_written_at: parts.iter().filter_map(|part| part.written_at).max(),
        n_bytes: parts.iter().map(|part| part.n_bytes).sum(),
        n_parts: i64::try_from(parts.len()).unwrap_or(i64::MAX),
    }
}

/// Whether a month that has this part counts as archived: one whose proof does not come about is of no use, however well it was
/// written.
pub(crate) fn is_of_use(part: &ArchivePart, now_ms: i64) -> bool {
    let is_young = |at_ms: i64| now_ms.saturating_sub(at_ms) < OVERDUE_MS;
    part.verified_at.is_some() || part.written_at.is_some_and(is_young)
}

fn tables_of(tables: &[&'static ArchiveTable], class: ArchiveClass) -> Vec<&'static ArchiveTable> {
    let all = tables.iter().copied();
    all.filter(|table| table.class == class).collect()
}
