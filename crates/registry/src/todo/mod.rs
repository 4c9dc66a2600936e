//! To-dos 待办: what waits for the person who asks, counted from the states themselves.
//!
//! Nothing is stored and nothing is sent: a reminder that is asked for is never stale and never lost. Each module
//! counts what of it waits ([`crate::module::Module::todos`]); what counts nothing is left out.

pub mod http;

use crate::access::Actor;
use crate::approval;
use crate::role::Role;
use std::sync::Arc;
use store::{Result, Tx};

/// Something that waits (待办).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// What it is, such as `cases_review`.
    pub kind: &'static str,
    /// What it is, for people: in Chinese and in English.
    pub title: [&'static str; 2],
    /// How many.
    pub count: i64,
    /// How many of them are late.
    pub overdue: i64,
    /// When the first is due, milliseconds since 1970-01-01 UTC.
    pub due_at: Option<i64>,
}

impl Todo {
    /// So many, of which none is ever late.
    #[must_use]
    pub const fn plain(kind: &'static str, title: [&'static str; 2], count: i64) -> Self {
        Self {
            kind,
            title,
            count,
            overdue: 0,
            due_at: None,
        }
    }
}

/// Who asks what waits for them, and when.
pub struct Asking<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// Every kind of approval.
    pub approvals: &'a [approval::ApprovalKind],
    /// Milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
}

impl Asking<'_> {
    /// Whether the one who asks has one of these roles.
    #[must_use]
    pub fn has(&self, roles: &[Role]) -> bool {
        let held = &self.actor.roles;
        roles.iter().any(|role| held.contains(role.name()))
    }
}

/// Counts what of a module waits for somebody; nothing for those whom it does not concern.
pub type Count = fn(&mut Tx<'_>, &Asking<'_>) -> Result<Vec<Todo>>;

/// As [`Count`], with what the binary knows.
pub type Counter = dyn Fn(&mut Tx<'_>, &Asking<'_>) -> Result<Vec<Todo>> + Send + Sync;

/// What waits for somebody, module by module.
///
/// # Errors
/// The first that a module returns.
pub fn list(tx: &mut Tx<'_>, counters: &[Arc<Counter>], asking: &Asking<'_>) -> Result<Vec<Todo>> {
    let mut found = Vec::new();
    for count in counters {
        found.extend(count(tx, asking)?);
    }
    found.retain(|todo: &Todo| todo.count > 0);
    Ok(found)
}

/// Requests that wait for a decision of theirs.
pub(crate) fn of_approvals(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    let kinds = asking.approvals.iter();
    let mine = kinds.filter(|kind| asking.has(kind.deciders));
    let mine: Vec<&str> = mine.map(|kind| kind.name).collect();
    let own = asking.actor.who.id().unwrap_or(0);
    let count = approval::count_pending(tx, &mine, own)?;
    Ok(vec![Todo::plain(
        "approvals",
        ["待复核的申请", "Requests to approve"],
        count,
    )])
}
