//! The archive as operators see it (归档与保存期限): periods and their grounds, parts and how far each is proven and purged,
//! what will be done when, and what is the matter.

pub mod http;
#[cfg(test)]
mod tests;
mod view;

use ::archive::Archive;
use ::archive::part::sql;
use jobs::{Job, lease};
use registry::access::Actor;
use registry::audit;
use registry::module::Module;
use registry::request::{codes, not_found};
use registry::role::Role;
use registry::todo::{Asking, Todo};
use store::{Error, Result, Tx};
use web::Problem;

pub use view::{ArchiveClassView, ArchivePartView, ArchivePlanView, ArchiveStatus, KeptView};

registry::acts! {
    /// Somebody asked that a part is proven again.
    pub(super) VERIFY = "archive.verify", "重新校验归档分卷";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("归档与保存期限").acts(ACTS);

/// Who has a part verified again, and mends what is the matter: those on duty, and the system administrator, who runs jobs.
pub(super) const MENDERS: &[Role] = &[Role::SystemAdmin, Role::Operator];

/// Asks that a part is proven again (重新校验) by this job, for a reason.
///
/// # Errors
/// That there is no such part, or it is not whole yet; that parts are being proven now; and the store's.
pub fn verify_again(
    tx: &mut Tx<'_>,
    (job, id): (&Job, i64),
    (actor, why): (&Actor, &str),
    now_ms: i64,
) -> std::result::Result<(), Problem> {
    let part = sql::find(tx, id)?.filter(|part| part.written_at.is_some());
    let part = part.ok_or_else(not_found)?;
    // A run that goes on has looked already at what was asked for.
    if !lease::ask(tx, job, &actor.name, now_ms)? {
        return Err(Problem::new(codes::BUSY));
    }
    sql::ask_proof(tx, id)?;
    let (object, detail) = (format!("archive:{}", part.folder()), format!("理由：{why}"));
    audit::done(tx, now_ms, actor, VERIFY, &object, &detail)?;
    Ok(())
}

/// Parts that are broken, and months that should have been archived by now: what those must look at who mend it. Both end by
/// themselves, some minutes after a proof passed or the month was archived. A part that cannot be read is told in the
/// log and hides nothing else that waits; a statement that fails does so in PostgreSQL, where it ends the transaction.
///
/// # Errors
/// That the database is away, or the transaction must be repeated.
pub fn waits(archive: &Archive, tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    if !asking.has(MENDERS) {
        return Ok(Vec::new());
    }
    let found = match archive.waits_lately(tx) {
        Ok(found) => found,
        Err(error @ (Error::Unavailable(_) | Error::Conflict(_))) => return Err(error),
        Err(error) => {
            tracing::error!(%error, "what of the archive waits could not be counted");
            return Ok(Vec::new());
        }
    };
    Ok(vec![
        Todo::plain(
            "archive_broken",
            ["有误的归档分卷", "Damaged archive parts"],
            found.n_broken,
        ),
        Todo::plain(
            "archive_overdue",
            ["逾期未归档的月份", "Months overdue for archiving"],
            found.n_overdue,
        ),
    ])
}
