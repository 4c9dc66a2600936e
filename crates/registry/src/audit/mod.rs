//! Audit (安全审计): every act of every person, in one chain.
//!
//! A row is written in the transaction of the act itself: an act whose row cannot be written does
//! not happen. Rows of acts that many do at once wait a second for their number ([`later`]), all others get it at once. Each row carries the hash of the row before it, so that a row that was changed,
//! removed or put in later breaks the chain, and [`verify`] says where. The engine itself refuses
//! to change or remove rows. What may be audited is a list of [`AuditedAct`]s, one per module, gathered into
//! docs/audit-events.md.
//!
//! Programs are not people: what a company's program submits is on record as the message itself,
//! with the key that brought it. Payloads, passwords and personal data never stand in a row (I8).

pub(crate) mod retention;
mod sql;
#[cfg(test)]
mod tests;

use crate::actor::Actor;
use sha2::{Digest, Sha256};
use store::{Db, Result, Tx};

pub use sql::{AuditFilter, after, cursor, head, list, oldest_waiting, set_cursor, total};

/// Rows that a check reads at once.
const VERIFY_ROWS: i64 = 5000;

/// Rows that get their numbers in one transaction.
const WAITING_MAX: i64 = 200;

/// Longest detail, in characters.
const DETAIL_CHARS_MAX: usize = 2000;

/// An act (审计事件) that leaves a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditedAct {
    /// Its name: `module.verb`.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
}

impl AuditedAct {
    /// An act by its name, `module.verb`, and its name for people.
    #[must_use]
    pub const fn new(name: &'static str, chinese: &'static str) -> Self {
        Self { name, chinese }
    }
}

/// Declares the acts of a module, each once, and `ACTS`, the list of all of them.
#[macro_export]
macro_rules! acts {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $id:literal, $chinese:literal;)+) => {
        $($(#[$doc])* $vis const $name: $crate::audit::AuditedAct = $crate::audit::AuditedAct::new($id, $chinese);)+
        /// The acts of this module.
        pub const ACTS: &[$crate::audit::AuditedAct] = &[$($name),+];
    };
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum AuditOutcome {
    /// Done.
    Done,
    /// Refused by a rule.
    Refused,
}

impl AuditOutcome {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// A row of the audit (审计记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1, without gaps.
    pub number: i64,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// `account`, `key`, `client` or `nobody`.
    pub actor_kind: String,
    /// Id of the actor.
    pub actor_id: Option<i64>,
    /// Name of the actor.
    pub actor_name: String,
    /// The company acted for.
    pub company: Option<i64>,
    /// What was done: name of the act.
    pub act: String,
    /// On what, as `kind:id`.
    pub object: String,
    /// `done` or `refused`.
    pub result: String,
    /// From which address.
    pub address: String,
    /// In which request.
    pub request_id: String,
    /// Particulars.
    pub detail: String,
    /// Hash of the row before.
    pub previous: String,
    /// Hash of this row.
    pub hash: String,
}

impl AuditRow {
    /// The hash that this row should have: every part with its length before it, so that no two
    /// different rows are the same bytes.
    pub fn computed(&self) -> String {
        let mut hasher = Sha256::new();
        let numbers = [
            self.number.to_string(),
            self.at_ms.to_string(),
            self.actor_id.map(|id| id.to_string()).unwrap_or_default(),
            self.company.map(|id| id.to_string()).unwrap_or_default(),
        ];
        let texts = [
            &self.previous,
            &self.actor_kind,
            &self.actor_name,
            &self.act,
            &self.object,
            &self.result,
            &self.address,
            &self.request_id,
            &self.detail,
        ];
        for part in numbers.iter().chain(texts) {
            hasher.update(part.len().to_be_bytes());
            hasher.update(part.as_bytes());
        }
        data_encoding::HEXLOWER.encode(&hasher.finalize())
    }
}

/// Appends a row in the transaction of the act.
///
/// # Errors
/// The engine's; the act must fail then.
pub fn append(
    tx: &mut Tx<'_>,
    at_ms: i64,
    actor: &Actor,
    act: AuditedAct,
    (object, outcome, detail): (&str, AuditOutcome, &str),
) -> Result<()> {
    let row = row_of(at_ms, actor, act, (object, outcome, detail));
    chain(tx, row)
}

/// Writes a row for an act that was done, which [`number_waiting`] puts into the chain a second later: the chain has one
/// head, and acts that many do at once would wait for each other at it. `id` is a new one.
///
/// # Errors
/// The engine's; the act must fail then.
pub fn later(
    tx: &mut Tx<'_>,
    (id, at_ms): (i64, i64),
    actor: &Actor,
    act: AuditedAct,
    object: &str,
    detail: &str,
) -> Result<()> {
    let row = row_of(at_ms, actor, act, (object, AuditOutcome::Done, detail));
    sql::insert_waiting(tx, id, &row)
}

/// Puts rows that wait into the chain, in the order of their ids; answers whether there may be more.
///
/// # Errors
/// The engine's; they go on waiting then.
pub fn number_waiting(tx: &mut Tx<'_>) -> Result<bool> {
    sql::lock_head(tx)?;
    let rows = sql::waiting(tx, WAITING_MAX)?;
    let goes_on = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= WAITING_MAX;
    for (id, row) in rows {
        chain(tx, row)?;
        sql::remove_waiting(tx, id)?;
    }
    Ok(goes_on)
}

/// Gives a row its number and its hash.
fn chain(tx: &mut Tx<'_>, mut row: AuditRow) -> Result<()> {
    (row.number, row.previous) = sql::take_number(tx)?;
    row.hash = row.computed();
    sql::insert(tx, &row)
}

fn row_of(
    at_ms: i64,
    actor: &Actor,
    act: AuditedAct,
    (object, outcome, detail): (&str, AuditOutcome, &str),
) -> AuditRow {
    AuditRow {
        number: 0,
        at_ms,
        actor_kind: actor.who.kind().to_owned(),
        actor_id: actor.who.id(),
        actor_name: actor.name.clone(),
        company: actor.company_id().map(|id| id.0),
        act: act.name.to_owned(),
        object: object.to_owned(),
        result: outcome.name().to_owned(),
        address: actor.origin.address.clone(),
        request_id: actor.origin.request_id.clone(),
        detail: detail.chars().take(DETAIL_CHARS_MAX).collect(),
        previous: String::new(),
        hash: String::new(),
    }
}

/// Appends a row for an act that was done.
///
/// # Errors
/// The engine's; the act must fail then.
pub fn done(
    tx: &mut Tx<'_>,
    at_ms: i64,
    actor: &Actor,
    act: AuditedAct,
    object: &str,
    detail: &str,
) -> Result<()> {
    append(tx, at_ms, actor, act, (object, AuditOutcome::Done, detail))
}

/// What a check of the chain found (审计链校验结果).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainVerdict {
    /// Rows that were read.
    pub n_rows: i64,
    /// Number of the first row that is missing, changed or out of place.
    pub broken_at: Option<i64>,
    /// Hash of the last row: keep it elsewhere to notice a chain that was written anew.
    pub head: String,
    /// Whether the hash that was kept elsewhere stands in the chain; nothing when none was given.
    pub has_known: Option<bool>,
}

impl ChainVerdict {
    /// Whether the chain is whole and holds what was kept elsewhere.
    pub fn holds(&self) -> bool {
        self.broken_at.is_none() && self.has_known != Some(false)
    }
}

/// Where a check of the chain stands.
#[derive(Debug, Clone, Default)]
struct ChainCheck {
    n_rows: i64,
    hash: String,
    broken_at: Option<i64>,
    has_known: bool,
}

impl ChainCheck {
    /// Reads the next rows up to number `last`; answers whether there may be more.
    fn step(&mut self, tx: &mut Tx<'_>, last: i64, known: &str) -> Result<bool> {
        let rows = after(tx, self.n_rows, VERIFY_ROWS)?;
        for row in rows.iter().take_while(|row| row.number <= last) {
            let holds = row.number == self.n_rows + 1
                && row.previous == self.hash
                && row.hash == row.computed();
            if !holds {
                self.broken_at = Some(self.n_rows + 1);
                return Ok(false);
            }
            self.n_rows += 1;
            self.hash.clone_from(&row.hash);
            self.has_known |= row.hash == known;
        }
        Ok(!rows.is_empty() && self.n_rows < last)
    }
}

/// Checks the chain as it is now, a few thousand rows at a time, so that nobody waits for it. Rows
/// that are appended meanwhile are not read; rows cut off at the end are missed by their number.
/// `known` is a hash that was kept elsewhere.
pub async fn verify(db: &Db, known: Option<String>) -> Result<ChainVerdict> {
    let (last, hash) = db.read(head).await?;
    let mut check = ChainCheck::default();
    let sought = known.clone().unwrap_or_default();
    loop {
        let (mut next, sought) = (check, sought.clone());
        let step = move |tx: &mut Tx<'_>| -> Result<(ChainCheck, bool)> {
            let more = next.step(tx, last, &sought)?;
            Ok((next.clone(), more))
        };
        let (stood, more) = db.read(step).await?;
        check = stood;
        if !more {
            break;
        }
    }
    let is_cut = check.broken_at.is_none() && (last, &hash) != (check.n_rows, &check.hash);
    Ok(ChainVerdict {
        n_rows: check.n_rows,
        broken_at: check.broken_at.or(is_cut.then_some(check.n_rows + 1)),
        head: check.hash,
        has_known: known.map(|_| check.has_known),
    })
}
