//! Rehearsal (新版规范预演): what will break when the coming version of the standard holds.
//!
//! The operators load the coming version, an overlay on the built-in one. From then on messages that
//! customs was sent are read once more under it, in the background: after the hot path and never in
//! it, by one process at a time (a lease), so many messages a turn and no more. Live traffic comes
//! first: the rehearsal stops before the oldest message that still waits for its check.
//!
//! Only what the current version does not find is counted: by company, kind, code and element, with an
//! example. The count and the place up to which was read are written in one transaction, so no message
//! counts twice. Values of messages are not kept. Dropping the version removes what was counted.

pub mod http;
mod run;
mod sql;
#[cfg(test)]
mod tests;

use ceb::Standard;
use ceb::spec::is_day;
use registry::access::Actor;
use registry::audit;
use registry::company::CompanyId;
use registry::module::Module;
use store::id::first_at_ms;
use store::{Result, Tx};

pub use run::start;
#[cfg(test)]
pub(crate) use run::turn;

/// Messages accepted so long before the loading are rehearsed as well, so that there is something to
/// see at once.
pub const BACK_MS: i64 = 7 * 86_400_000;

registry::acts! {
    /// A coming version was loaded.
    pub LOAD = "standard.load", "装入将要生效的报文规范";
    /// A coming version was dropped.
    pub DROP = "standard.drop", "移除将要生效的报文规范";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("新版规范预演").acts(ACTS);

/// The coming version (将要生效的版本).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The first day on which it holds, `YYYY-MM-DD`.
    pub effective: String,
    /// The overlay.
    pub overlay: String,
    /// Who loaded it.
    pub loaded_by: String,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub loaded_at: i64,
    /// The id of the last message that was rehearsed.
    pub cursor: i64,
    /// Messages rehearsed.
    pub n_rehearsed: i64,
    /// Messages in which something would break.
    pub n_broken: i64,
    /// Messages that are damaged and were passed over.
    pub n_unreadable: i64,
}

/// Something that will break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) company_id: CompanyId,
    pub(crate) kind: String,
    pub(crate) code: String,
    pub(crate) element: String,
    pub(crate) severity: String,
    pub(crate) text: String,
    pub(crate) n_messages: i64,
    pub(crate) example: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
}

/// Why a version is not loaded, in Chinese.
pub type VersionProblems = Vec<String>;

/// Why a version is not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionRefusal {
    /// What is wrong, in Chinese.
    Problems(VersionProblems),
    /// The store failed.
    Store(store::Error),
}

store::failure!(VersionRefusal);

impl From<store::Error> for VersionRefusal {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Loads the coming version.
pub fn load(
    tx: &mut Tx<'_>,
    actor: &Actor,
    overlay: &str,
    effective: Option<&str>,
    now_ms: i64,
) -> Result<Coming, VersionRefusal> {
    let standard = Standard::of_overlay(overlay).map_err(VersionRefusal::Problems)?;
    let effective = effective.unwrap_or(&standard.effective);
    if !is_day(effective) {
        let problem = "须给出生效日期，形如 2027-01-01".to_owned();
        return Err(VersionRefusal::Problems(vec![problem]));
    }
    let built_in = Standard::built_in();
    if built_in.iter().any(|known| known.id == standard.id) {
        let problem = format!("版本 {} 是程序内置的", standard.id);
        return Err(VersionRefusal::Problems(vec![problem]));
    }
    if let Some(known) = sql::coming(tx)? {
        let problem = format!("已装入版本 {}，请先移除（standard drop）", known.id);
        return Err(VersionRefusal::Problems(vec![problem]));
    }
    let coming = Coming {
        id: standard.id.clone(),
        name: standard.name.clone(),
        effective: effective.to_owned(),
        overlay: overlay.to_owned(),
        loaded_by: actor.name.clone(),
        loaded_at: now_ms,
        cursor: first_at_ms(now_ms - BACK_MS),
        n_rehearsed: 0,
        n_broken: 0,
        n_unreadable: 0,
    };
    sql::insert(tx, &coming)?;
    let detail = format!("{}；生效 {effective}", coming.name);
    audit::done(tx, now_ms, actor, LOAD, &object(&coming.id), &detail)?;
    Ok(coming)
}

fn object(id: &str) -> String {
    format!("standard:{id}")
}

/// Drops the coming version and what was counted under it; answers whether there was one.
pub fn drop(tx: &mut Tx<'_>, actor: &Actor, id: &str, now_ms: i64) -> Result<bool> {
    if !sql::delete(tx, id)? {
        return Ok(false);
    }
    audit::done(tx, now_ms, actor, DROP, &object(id), "")?;
    Ok(true)
}

/// The coming version, if one is loaded.
pub fn coming(tx: &mut Tx<'_>) -> Result<Option<Coming>> {
    sql::coming(tx)
}
