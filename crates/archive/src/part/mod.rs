//! Parts (归档分卷): one month of one class, or what came to it later; how far each is proven and purged.
//!
//! ```text
//! writing 写入中 ─ written 待校验 ─ verified 已校验 ─ purging 清理中 ─ purged 已清理
//!                        └────────────┴─ broken 有误 ─ verified (after a repair, verified again)
//!                                             └─ superseded 已替代 (later proven parts have all of it)
//! ```
//!
//! Superseded is no state of the table: a run that proves the parts behind a broken one compares them with its manifest and notes
//! that they cover it, and that ceases when a part of the month turns out broken.

pub mod sql;

use crate::class::ArchiveClass;
use crate::month::ArchiveMonth;
use store::purge::RowKey;

/// How far a part is (分卷状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartState {
    /// Being written (写入中); what is there counts for nothing.
    Writing,
    /// Written (待校验): its manifest is there.
    Written,
    /// Verified (已校验): it was restored and compared.
    Verified,
    /// Broken (有误): what is in the archive is not what was written.
    Broken,
    /// Superseded (已替代): it is broken, none of its rows was removed, and proven parts behind it have them all, each by its key.
    Superseded,
    /// Purging (清理中): rows that it holds are being removed here; some must stay for now.
    Purging,
    /// Purged (已清理): none of its rows is here any more.
    Purged,
}

impl PartState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Writing,
        Self::Written,
        Self::Verified,
        Self::Broken,
        Self::Superseded,
        Self::Purging,
        Self::Purged,
    ];

    /// Its name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Writing => "writing",
            Self::Written => "written",
            Self::Verified => "verified",
            Self::Broken => "broken",
            Self::Superseded => "superseded",
            Self::Purging => "purging",
            Self::Purged => "purged",
        }
    }

    /// Its name for people.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Writing => "写入中",
            Self::Written => "待校验",
            Self::Verified => "已校验",
            Self::Broken => "有误",
            Self::Superseded => "已替代",
            Self::Purging => "清理中",
            Self::Purged => "已清理",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it was proven and nothing is known against it.
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Verified | Self::Purging | Self::Purged)
    }
}

/// A part (归档分卷).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePart {
    /// Its id.
    pub id: i64,
    /// Its class.
    pub class: ArchiveClass,
    /// Its month.
    pub month: ArchiveMonth,
    /// Its number within the month, from 1.
    pub number: i64,
    /// The claim to the job under which its files are written; 0 in an earlier release.
    pub claim: i64,
    /// How far it is.
    pub state: PartState,
    /// When it was begun; so all times, milliseconds since 1970-01-01 UTC.
    pub began_at: i64,
    /// Rows in it.
    pub n_rows: i64,
    /// Bytes of its files.
    pub n_bytes: i64,
    /// Rows of the month that could not be read when it was written.
    pub n_unreadable: i64,
    /// SHA-256 of its manifest.
    pub manifest_hash: String,
    /// The key with which it is sealed; empty for none.
    pub key_id: String,
    /// When it was written.
    pub written_at: Option<i64>,
    /// When it was last proven.
    pub verified_at: Option<i64>,
    /// Rows that were the same here at the last proof.
    pub n_same: i64,
    /// Rows that had changed here.
    pub n_changed: i64,
    /// Rows that were gone here.
    pub n_gone: i64,
    /// When the last pass of the purge ended.
    pub purged_at: Option<i64>,
    /// Before this moment no further pass is due.
    pub next_at: i64,
    /// Rows removed here so far.
    pub n_purged: i64,
    /// Rows that the last pass kept.
    pub n_kept: i64,
    /// How many for which reason: `open_message 2, undelivered 1`.
    pub kept_why: String,
    /// Rows of the month, those that were removed with them, when it was last gone through; -1 in an earlier release.
    pub n_counted: i64,
    /// Whether somebody asked for a proof that has not ended yet.
    pub is_proof_asked: bool,
    /// Whether rows of the month are in no part yet.
    pub wants_more: bool,
    /// Why it is broken.
    pub fault: String,
    /// Whether the proven parts behind it were found to have every row of it.
    pub is_covered: bool,
}

impl ArchivePart {
    /// Its folder in the archive store: `payload/2026-08/1-17`. It has the claim in its name, so that a writer that was
    /// paused until another took over writes to a folder that nobody reads.
    pub fn folder(&self) -> String {
        let name = format!("{}/{}/{}", self.class.name(), self.month, self.number);
        match self.claim {
            0 => name,
            claim => format!("{name}-{claim}"),
        }
    }
}

/// The rows of a month, those that were removed with them, of which its parts were made; none where nobody noted it.
pub(crate) fn n_counted(parts: &[ArchivePart]) -> Option<i64> {
    match parts {
        [.., last] if last.n_counted >= 0 => Some(last.n_counted),
        [only] => Some(only.n_rows + only.n_unreadable),
        _ => None,
    }
}

/// Marks the parts that later ones took the place of.
///
/// What of a broken part was here went into the part behind it, and its wish for a further one ended with that. Rows of it that
/// were removed are in it alone; so, perhaps, are rows that are gone although nobody removed them: those behind it were found to
/// have each of its rows.
pub(crate) fn mark_superseded(parts: &mut [ArchivePart]) {
    for part in parts.iter_mut() {
        let is_free = part.n_purged == 0 && !part.wants_more;
        if part.state == PartState::Broken && is_free && part.is_covered {
            part.state = PartState::Superseded;
        }
    }
}

/// How far the purge of a table of a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PurgePlace {
    /// The key of the last row that was looked at.
    pub(crate) last: RowKey,
    pub(crate) n_removed: i64,
    pub(crate) n_absent: i64,
    /// Rows kept in this pass, by reason: [`crate::table::Stay::ALL`].
    pub(crate) kept: [i64; 4],
    pub(crate) is_done: bool,
}

impl Default for PurgePlace {
    fn default() -> Self {
        Self {
            last: (i64::MIN, i64::MIN),
            n_removed: 0,
            n_absent: 0,
            kept: [0; 4],
            is_done: false,
        }
    }
}
