//! What a case, its kind, its steps and its attachments are.

use super::CaseState;
use registry::access::Actor;
use registry::context::AppContext;
use registry::role::{AccountId, Role};
use std::collections::BTreeMap;
use store::{Result, Tx};
use web::Problem;

/// The id of a case (办件编号).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(pub i64);

/// A document that a kind asks for (办件材料).
#[derive(Debug, Clone, Copy)]
pub struct RequiredDocument {
    /// Its name in the API.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// Whether a case cannot be granted without it.
    pub is_required: bool,
}

/// What the functions of a kind are given.
pub struct CaseContext<'a> {
    /// The foundations: ids, time and seal; the database is the transaction.
    pub context: &'a AppContext,
    /// Who acts.
    pub actor: &'a Actor,
}

/// What an application says, read from its form.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// What it is about, for people; without personal data.
    pub title: String,
    /// What it is about, for the machine: one case of a kind is open about it.
    pub subject: String,
    /// The form, without personal data: name and value.
    pub form: BTreeMap<String, String>,
    /// What is personal in the form.
    pub private: BTreeMap<String, String>,
    /// The company concerned, if it is known.
    pub company: Option<i64>,
}

/// Reads and checks a form.
pub type FormReader =
    fn(&mut Tx<'_>, &CaseContext<'_>, &BTreeMap<String, String>) -> Result<Opening, Problem>;

/// Carries out what was applied for; answers what it did, for the audit.
pub type Finish = fn(&mut Tx<'_>, &CaseContext<'_>, &CaseFile) -> Result<String, Problem>;

/// Keeps what an application holds while it is open, or puts it away when it is not granted.
pub type Close = fn(&mut Tx<'_>, &CaseContext<'_>, &CaseFile) -> Result<()>;

/// A kind of cases (办件类型).
#[derive(Clone, Copy)]
pub struct CaseKind {
    /// Its name: `thing.verb`.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// The fields of its form with their names for people, personal ones included.
    pub fields: &'static [(&'static str, &'static str)],
    /// The documents that it asks for.
    pub documents: &'static [RequiredDocument],
    /// Whose holders may apply through the API; a kind without has a page of its own.
    pub applicants: &'static [Role],
    /// Whose holders review.
    pub reviewers: &'static [Role],
    /// Whose holders decide.
    pub approvers: &'static [Role],
    /// Working days in which it is to be decided.
    pub n_days: i64,
    /// Reads a form.
    pub read: FormReader,
    /// Keeps what else an open application holds.
    pub opened: Close,
    /// Carries it out.
    pub finish: Finish,
    /// Puts it away.
    pub close: Close,
}

/// A case (办件).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFile {
    /// Its id.
    pub id: CaseId,
    /// Name of its kind.
    pub kind: String,
    /// What it is about, for people.
    pub title: String,
    /// How far it has come.
    pub state: CaseState,
    /// The company concerned, if it is known.
    pub company: Option<i64>,
    /// What it is about, for the machine.
    pub subject: String,
    /// The form, without personal data.
    pub form: BTreeMap<String, String>,
    /// What is personal in the form, sealed.
    pub private: Option<Vec<u8>>,
    /// Who applied.
    pub applied_by: AccountId,
    /// His name.
    pub applied_name: String,
    /// When, milliseconds since 1970-01-01 UTC.
    pub applied_at: i64,
    /// Who proposed to grant it.
    pub proposed_by: Option<AccountId>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When something last happened.
    pub changed_at: i64,
    /// Until when whoever has it must act; nothing when it is final.
    pub due_at: Option<i64>,
    /// Working days that the bureau had left when the applicant was asked for more.
    pub n_days_left: i64,
    /// Steps so far.
    pub n_steps: i64,
    /// Attachments so far.
    pub n_attachments: i64,
}

/// A step in the life of a case (办件流程记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseStep {
    /// Its number, from 1.
    pub number: i64,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// What: a verb, or `apply`.
    pub act: String,
    /// The state before; empty at the beginning.
    pub from: String,
    /// The state after.
    pub to: CaseState,
    /// On which side of the counter.
    pub side: String,
    /// Who.
    pub account: AccountId,
    /// His name.
    pub name: String,
    /// What he said.
    pub remark: String,
}

/// An attachment (附件) without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: i64,
    /// Of which case.
    pub case: CaseId,
    /// Which document it is.
    pub document: String,
    /// Its name, cleaned.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its size.
    pub n_bytes: i64,
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Who attached it.
    pub added_by: AccountId,
    /// When, milliseconds since 1970-01-01 UTC.
    pub added_at: i64,
}
