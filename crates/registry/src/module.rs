//! Modules (模块): what each brings to the platform, declared once in the module itself and gathered by the binary.
//!
//! A module says what it audits, what may be changed while the platform runs, what needs two people, what it refuses,
//! and what of it waits for whom. Routes and operations stand in its `routes()`, for they need a state of their own.

use crate::approval::ApprovalKind;
use crate::audit::AuditedAct;
use crate::parameter::Parameter;
use crate::todo::Count;
use archive::ArchiveTable;
use web::ErrorCode;

/// A module (模块) and what it brings; see the fields. What a module does not name it does not have.
#[derive(Clone, Copy)]
pub struct Module {
    /// Its name, in Chinese: the heading of its acts in the reference of the audit.
    pub chinese: &'static str,
    /// What leaves a row in the audit.
    pub acts: &'static [AuditedAct],
    /// What may be changed while the platform runs.
    pub parameters: &'static [Parameter],
    /// What needs a second pair of eyes.
    pub approvals: &'static [ApprovalKind],
    /// What it refuses with.
    pub codes: &'static [ErrorCode],
    /// What of it waits for whom.
    pub todos: &'static [Count],
    /// Its tables that are archived, in the order in which they are purged.
    pub archives: &'static [&'static [ArchiveTable]],
}

impl Module {
    /// A module that brings nothing yet.
    #[must_use]
    pub const fn new(chinese: &'static str) -> Self {
        Self {
            chinese,
            acts: &[],
            parameters: &[],
            approvals: &[],
            codes: &[],
            todos: &[],
            archives: &[],
        }
    }

    /// With these acts.
    #[must_use]
    pub const fn acts(self, acts: &'static [AuditedAct]) -> Self {
        Self { acts, ..self }
    }

    /// With these parameters.
    #[must_use]
    pub const fn parameters(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    /// With these kinds of approvals.
    #[must_use]
    pub const fn approvals(self, approvals: &'static [ApprovalKind]) -> Self {
        Self { approvals, ..self }
    }

    /// With these codes.
    #[must_use]
    pub const fn codes(self, codes: &'static [ErrorCode]) -> Self {
        Self { codes, ..self }
    }

    /// With what waits for somebody.
    #[must_use]
    pub const fn todos(self, todos: &'static [Count]) -> Self {
        Self { todos, ..self }
    }

    /// With these tables for the archive.
    #[must_use]
    pub const fn archives(self, archives: &'static [&'static [ArchiveTable]]) -> Self {
        Self { archives, ..self }
    }
}
