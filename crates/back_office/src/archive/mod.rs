//! The archive as operators see it (归档与保存期限): periods and their grounds, parts and how far each is proven and purged,
//! what will be done when, and what is the matter.

pub mod http;
#[cfg(test)]
mod tests;
mod view;

use registry::audit::AuditedAct;
use registry::module::Module;

pub use view::{ArchiveClassView, ArchivePartView, ArchivePlanView, ArchiveStatus, KeptView};

registry::acts! {
    /// Somebody asked that a part is proven again.
    pub(super) VERIFY = "archive.verify", "重新校验归档分卷";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("归档与保存期限").acts(ACTS);

/// The act, for the row of the audit.
pub(super) const ASKED: AuditedAct = VERIFY;
