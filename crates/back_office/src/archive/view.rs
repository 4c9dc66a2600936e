//! What the API shows of the archive.

use ::archive::class::ClassWords;
use ::archive::plan::{ArchiveHealth, PlanLine};
use ::archive::table::Stay;
use ::archive::{Archive, ArchiveClass, ArchivePart};
use serde::Serialize;
use store::clock::{beijing_day, beijing_rfc3339};
use utoipa::ToSchema;

/// A class of what is stored (数据类别), with its period and the basis of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveClassView {
    /// `payload`, `trade`, `log` or `evidence`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// How long it stays in the database, in days; absent when for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The shortest period that a setting may say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_days: Option<u32>,
    /// The law or clause.
    pub basis: String,
    /// The same in English.
    pub basis_en: String,
}

/// The archive at a glance (归档概况).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveStatus {
    /// Where the archive is; empty when it is not set: then nothing is archived and nothing removed.
    pub url: String,
    /// Why the archive store cannot be used now; absent when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away: Option<String>,
    /// Months that should have been archived and proven by now.
    pub n_overdue: i64,
    /// Parts that are broken.
    pub n_broken: i64,
    /// Parts.
    pub n_parts: i64,
    /// Bytes of all parts.
    pub n_bytes: i64,
    /// When a part was written last, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_written_at: Option<String>,
    /// The classes with their periods.
    pub classes: Vec<ArchiveClassView>,
}

impl ArchiveStatus {
    pub(super) fn of(archive: &Archive, health: &ArchiveHealth) -> Self {
        let class = |class: ArchiveClass| {
            let ClassWords { title, basis } = class.words();
            ArchiveClassView {
                id: class.name().to_owned(),
                name: title.0.to_owned(),
                name_en: title.1.to_owned(),
                days: archive.retention().days(class),
                least_days: class.least_days(),
                basis: basis.0.to_owned(),
                basis_en: basis.1.to_owned(),
            }
        };
        Self {
            url: archive.url().to_owned(),
            away: health.away.clone(),
            n_overdue: health.n_overdue,
            n_broken: i64::try_from(health.broken.len()).unwrap_or(i64::MAX),
            n_parts: health.n_parts,
            n_bytes: health.n_bytes,
            last_written_at: health.last_written_at.map(beijing_rfc3339),
            classes: ArchiveClass::ALL.into_iter().map(class).collect(),
        }
    }
}

/// Rows that had to stay, for one reason (保留原因).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptView {
    /// `open_message`, `undelivered`, `payload` or `changed`.
    pub why: String,
    /// How many.
    pub n: i64,
}

/// Reads `open_message 2, undelivered 1`.
fn kept(text: &str) -> Vec<KeptView> {
    let mut found: Vec<KeptView> = Vec::new();
    for part in text.split(", ") {
        let Some((why, n)) = part.split_once(' ') else {
            continue;
        };
        let known = Stay::ALL.iter().any(|stay| stay.name() == why);
        let Some(n) = n.parse::<i64>().ok().filter(|_| known) else {
            continue;
        };
        match found.iter_mut().find(|one| one.why == why) {
            Some(one) => one.n += n,
            None => found.push(KeptView {
                why: why.to_owned(),
                n,
            }),
        }
    }
    found
}

/// A part of the archive (归档分卷).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchivePartView {
    /// Its id.
    pub id: String,
    /// Its class.
    pub class: String,
    /// Its month.
    #[schema(example = "2026-08")]
    pub month: String,
    /// Its number within the month, from 1.
    pub number: i64,
    /// Its folder in the archive store.
    pub folder: String,
    /// `writing`, `written`, `verified`, `broken`, `superseded`, `purging` or `purged`.
    pub state: String,
    /// Rows in it.
    pub n_rows: i64,
    /// Bytes of its files.
    pub n_bytes: i64,
    /// Rows of the month that could not be read when it was written.
    pub n_unreadable: i64,
    /// When it was written, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_at: Option<String>,
    /// When it was last proven by a restore, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<String>,
    /// Whether somebody asked for a proof that has not ended yet.
    pub is_proof_asked: bool,
    /// Rows that were the same in the database at that time.
    pub n_same: i64,
    /// Rows that had changed in the database by then.
    pub n_changed: i64,
    /// Rows that were gone from the database by then.
    pub n_gone: i64,
    /// Rows that were removed from the database so far.
    pub n_purged: i64,
    /// Rows that had to stay at the last pass, by reason.
    pub kept: Vec<KeptView>,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
    /// The key with which it is sealed; empty when it is not.
    pub sealed_with: String,
    /// Why it is broken; empty when it is not.
    pub fault: String,
}

impl From<ArchivePart> for ArchivePartView {
    fn from(part: ArchivePart) -> Self {
        Self {
            id: part.id.to_string(),
            class: part.class.name().to_owned(),
            month: part.month.to_string(),
            number: part.number,
            folder: part.folder(),
            state: part.state.name().to_owned(),
            n_rows: part.n_rows,
            n_bytes: part.n_bytes,
            n_unreadable: part.n_unreadable,
            written_at: part.written_at.map(beijing_rfc3339),
            verified_at: part.verified_at.map(beijing_rfc3339),
            is_proof_asked: part.is_proof_asked,
            n_same: part.n_same,
            n_changed: part.n_changed,
            n_gone: part.n_gone,
            n_purged: part.n_purged,
            kept: kept(&part.kept_why),
            manifest_sha256: part.manifest_hash,
            sealed_with: part.key_id,
            fault: part.fault,
        }
    }
}

/// A month of a class in the plan (保存计划).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArchivePlanView {
    /// Class and month: `payload 2026-08`.
    pub id: String,
    /// Its class.
    pub class: String,
    /// The month.
    pub month: String,
    /// Rows in the database, counted up to half a million for the whole plan, the newest months first; beyond that those of its parts.
    pub n_rows: i64,
    /// Of these, rows that are in no part yet, as far as was counted.
    pub n_unarchived: i64,
    /// Bytes of its parts in the archive.
    pub n_bytes: i64,
    /// Its parts.
    pub n_parts: i64,
    /// How far its parts are: the state of the one that is the least far, `none` without parts.
    pub state: String,
    /// When the last of them was proven, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<String>,
    /// From which day on its rows are removed from the database; absent for evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-02")]
    pub due_day: Option<String>,
    /// Rows that were removed.
    pub n_purged: i64,
    /// Rows that had to stay, by reason.
    pub kept: Vec<KeptView>,
    /// Whether it should have been archived and proven by now.
    pub is_overdue: bool,
}

impl From<PlanLine> for ArchivePlanView {
    fn from(line: PlanLine) -> Self {
        Self {
            id: format!("{} {}", line.class.name(), line.month),
            class: line.class.name().to_owned(),
            month: line.month.to_string(),
            n_rows: line.n_rows,
            n_unarchived: line.n_unarchived,
            n_bytes: line.n_bytes,
            n_parts: line.n_parts,
            state: line.state.map_or("none", |state| state.name()).to_owned(),
            verified_at: line.verified_at.map(beijing_rfc3339),
            due_day: line.due_at.map(beijing_day),
            n_purged: line.n_purged,
            kept: kept(&line.kept_why),
            is_overdue: line.is_overdue,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn reasons_of_several_parts_are_added_up() {
        let found = kept("open_message 2, undelivered 1, open_message 3, nonsense 9, changed x");
        let pairs: Vec<_> = found.iter().map(|one| (one.why.as_str(), one.n)).collect();
        assert_eq!(pairs, [("open_message", 5), ("undelivered", 1)]);
        assert!(kept("").is_empty());
    }
}
