//! Case files 办件: somebody applies, others review and decide; the one state machine of all
//! approvals of the platform.
//!
//! ```text
//! 申请 ─ 受理 ─ 审批 ─ 办结
//!          └ 补正 ┘      退回 and 撤回 end a case from any state before
//! ```
//!
//! Only [`advance`] changes a state, along the table [`STEPS`]. The applicant's, the reviewer's and
//! the approver's steps are apart, and the table itself refuses that one person proposes and
//! decides. What is applied for is a [`CaseKind`]: its documents, who reviews, how many working days,
//! and functions that read the form and carry it out in the transaction of the last step. A kind
//! knows companies or licences; this module does not.
//!
//! Due dates count working days ([`calendar`]) and belong to whoever has the case: while the
//! applicant supplements, the bureau's days stand still. What is personal in a form is sealed and
//! shown masked. Attachments are bytes in the database, judged by what they are ([`attachment`]).

pub mod attachment;
pub mod calendar;
pub mod codes;
mod api;
mod file;
pub mod http;
mod private;
mod sql;
mod state;
#[cfg(test)]
mod tests;
mod view;

use registry::access::{Actor, Sight};
use registry::approval;
use registry::audit;
use registry::module::Module;
use registry::role::{AccountId, Role};
use registry::todo::{Asking, Todo};
use store::event::Event;
use store::{Result, Tx};
use web::Problem;

pub use api::ServicesApi;
pub use file::{
    Attachment, CaseContext, CaseFile, CaseId, CaseKind, CaseStep, Close, Finish, FormReader,
    Opening, RequiredDocument,
};
pub use private::{close_private, mask, open_private};
pub(crate) use sql::attach_body;
pub use sql::{CaseFilter, CaseOrder, Sees, attachments, body, find, list, set_company, steps};
pub use state::{CaseState, STEPS, Side, Verb, is_possible, step};

/// Working days that an applicant has to supplement.
pub const SUPPLEMENT_DAYS: i64 = 10;

/// How long a returned case is told to its applicant, in milliseconds: 30 days.
const RETURNED_MS: i64 = 30 * 86_400_000;

/// Working days before the end in which a case is due soon.
pub const SOON_DAYS: i64 = 1;

/// Longest remark, in characters.
const REMARK_CHARS_MAX: usize = 500;

registry::acts! {
    /// A case was opened.
    pub OPENED = "case.open", "提交办件申请";
    /// A case went a step.
    pub STEPPED = "case.step", "办理办件";
    /// A file was attached.
    pub ATTACHED = "case.attach", "上传办件附件";
    /// A file was read.
    pub READ = "case.attachment", "下载办件附件";
    /// Personal data of a form were shown.
    pub UNMASKED = "case.unmask", "查看办件中的个人信息";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("办件").acts(ACTS).codes(codes::ALL);

/// What is seen of the cases by an actor: his own, his company's, or those in sight of the staff.
///
/// People who act for a company by appointment do not see its cases: these are for its own
/// administrator.
pub fn sees(actor: &Actor) -> Sees {
    let has = |role: Role| actor.roles.contains(role.name());
    let is_staff = Role::STAFF.iter().any(|role| has(*role));
    let sight = if is_staff || has(Role::CompanyAdmin) {
        actor.sight.clone()
    } else {
        Sight::Nothing
    };
    Sees {
        account: actor.who.id().unwrap_or(0),
        company: actor.company_id().map(|id| id.0),
        sight,
    }
}

/// On which sides of the counter an actor stands for a case that he sees.
pub fn sides(actor: &Actor, kind: &CaseKind, case: &CaseFile) -> Vec<Side> {
    let has = |roles: &[Role]| roles.iter().any(|role| actor.roles.contains(role.name()));
    let is_own = actor.require_account().ok() == Some(case.applied_by);
    let is_company = case.company.is_some()
        && case.company == actor.company_id().map(|id| id.0)
        && has(&[Role::CompanyAdmin]);
    let mut sides = Vec::new();
    if is_own || is_company {
        sides.push(Side::Applicant);
    }
    if has(kind.reviewers) {
        sides.push(Side::Reviewer);
    }
    if has(kind.approvers) {
        sides.push(Side::Approver);
    }
    sides
}

/// The kinds of which somebody is on this side of the counter.
fn turns_of(side: Side, kinds: &[CaseKind], asking: &Asking<'_>) -> Vec<&'static str> {
    let is_mine = |kind: &&CaseKind| match side {
        Side::Reviewer => asking.has(kind.reviewers),
        Side::Approver => asking.has(kind.approvers),
        Side::Applicant => !asking.has(Role::STAFF),
    };
    kinds.iter().filter(is_mine).map(|kind| kind.name).collect()
}

/// What of these kinds of cases waits for somebody, on each side of the counter: those to accept and review, those to
/// decide that they did not propose themselves, and their own that they must supplement.
pub fn waits(kinds: &[CaseKind], tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    let sides = [
        (
            "cases_review",
            ["待受理或审核的办件", "Cases to take up or review"],
            Side::Reviewer,
        ),
        (
            "cases_approve",
            ["待审批的办件", "Cases to decide"],
            Side::Approver,
        ),
        (
            "cases_supplement",
            ["待补正的申请", "Applications to correct"],
            Side::Applicant,
        ),
    ];
    let mut found = Vec::new();
    for (kind, title, side) in sides {
        let names = turns_of(side, kinds, asking);
        if names.is_empty() {
            continue;
        }
        let mut seen = sees(asking.actor);
        // What the staff see does not wait for the applicant.
        if side == Side::Applicant && !asking.has(&[Role::CompanyAdmin]) {
            seen.sight = Sight::Nothing;
        }
        let but = asking.actor.who.id().filter(|_| side != Side::Applicant);
        let states: &[CaseState] = match side {
            Side::Reviewer => &[CaseState::Applied, CaseState::Accepted],
            Side::Approver => &[CaseState::Approving],
            Side::Applicant => &[CaseState::Supplementing],
        };
        let of = (&names[..], states);
        let (count, overdue, due_at) = sql::count_waiting(tx, &seen, of, but, asking.now_ms)?;
        found.push(Todo {
            kind,
            title,
            count,
            overdue,
            due_at,
        });
    }
    found.push(returned(tx, kinds, asking)?);
    Ok(found)
}

/// What of an applicant's cases was returned lately, and not applied for again.
fn returned(tx: &mut Tx<'_>, kinds: &[CaseKind], asking: &Asking<'_>) -> Result<Todo> {
    let mine = kinds.iter().filter(|kind| asking.has(kind.applicants));
    let names: Vec<&'static str> = mine.map(|kind| kind.name).collect();
    let count = match names.is_empty() {
        true => 0,
        false => {
            let since_ms = asking.now_ms - RETURNED_MS;
            sql::count_returned(tx, &sees(asking.actor), &names, since_ms)?
        }
    };
    Ok(Todo::plain(
        "cases_returned",
        [
            "已退回的申请，请重新申请",
            "Declined applications: apply again",
        ],
        count,
    ))
}

/// Opens a case; the one who applies is `applicant`.
///
/// # Errors
/// The store's, or why not.
pub fn open(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    kind: &CaseKind,
    opening: &Opening,
    applicant: AccountId,
    name: &str,
) -> Result<CaseFile, Problem> {
    let now_ms = doing.context.now_ms();
    if sql::is_open(tx, kind.name, &opening.subject)? {
        return Err(Problem::new(codes::OPEN));
    }
    let id = CaseId(doing.context.ids.next());
    let private = close_private(doing.context, id, &opening.private)?;
    let case = CaseFile {
        id,
        kind: kind.name.to_owned(),
        title: opening.title.clone(),
        state: CaseState::Applied,
        company: opening.company,
        subject: opening.subject.clone(),
        form: opening.form.clone(),
        private,
        applied_by: applicant,
        applied_name: name.to_owned(),
        applied_at: now_ms,
        proposed_by: None,
        decided_by: None,
        changed_at: now_ms,
        due_at: Some(calendar::after(now_ms, kind.n_days)),
        n_days_left: kind.n_days,
        n_steps: 1,
        n_attachments: 0,
    };
    sql::insert(tx, &case)?;
    let first = CaseStep {
        number: 1,
        at_ms: now_ms,
        act: "apply".to_owned(),
        from: String::new(),
        to: CaseState::Applied,
        side: Side::Applicant.name().to_owned(),
        account: applicant,
        name: name.to_owned(),
        remark: String::new(),
    };
    sql::insert_step(tx, id, &first)?;
    (kind.opened)(tx, doing, &case)?;
    fact(tx, doing, &case, "case.applied")?;
    let object = format!("case:{}", id.0);
    let detail = format!("{}：{}", kind.chinese, case.title);
    audit::done(tx, now_ms, doing.actor, OPENED, &object, &detail)?;
    Ok(case)
}

/// The only function that changes the state of a case; carries it out when it is granted.
///
/// # Errors
/// The store's, or why not, and must undo the transaction.
pub fn advance(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    kind: &CaseKind,
    case: &CaseFile,
    verb: Verb,
    remark: &str,
) -> Result<CaseFile, Problem> {
    let (side, account, remark) = may(tx, doing.actor, kind, case, verb, remark)?;
    let now_ms = doing.context.now_ms();
    let mut next = case.clone();
    let Some((_, to)) = step(case.state, verb, &[side]) else {
        return Err(Problem::new(codes::STATE));
    };
    next.state = to;
    next.changed_at = now_ms;
    next.n_steps += 1;
    reckon(&mut next, case, now_ms);
    match (verb, side) {
        (Verb::Approve, _) => next.proposed_by = Some(account),
        (Verb::Finish, _) | (Verb::Return, Side::Approver) => next.decided_by = Some(account),
        (Verb::Accept | Verb::Supplement | Verb::Resubmit | Verb::Return | Verb::Withdraw, _) => {}
    }
    if !sql::advance(tx, case, &next)? {
        return Err(Problem::new(codes::STATE));
    }
    let taken = CaseStep {
        number: next.n_steps,
        at_ms: now_ms,
        act: verb.name().to_owned(),
        from: case.state.name().to_owned(),
        to,
        side: side.name().to_owned(),
        account,
        name: doing.actor.name.clone(),
        remark: remark.clone(),
    };
    sql::insert_step(tx, case.id, &taken)?;
    let mut done = String::new();
    match to {
        CaseState::Done => done = (kind.finish)(tx, doing, &next)?,
        CaseState::Returned | CaseState::Withdrawn => (kind.close)(tx, doing, &next)?,
        CaseState::Applied
        | CaseState::Accepted
        | CaseState::Supplementing
        | CaseState::Approving => {}
    }
    fact(tx, doing, &next, &format!("case.{}", to.name()))?;
    let detail = format!(
        "{}：{}；{} → {}；{remark} {done}",
        kind.chinese,
        case.title,
        case.state.chinese(),
        to.chinese(),
    );
    let object = format!("case:{}", case.id.0);
    audit::done(tx, now_ms, doing.actor, STEPPED, &object, detail.trim_end())?;
    Ok(next)
}

/// The due date of the next state: it belongs to whoever has the case then.
fn reckon(next: &mut CaseFile, case: &CaseFile, now_ms: i64) {
    if next.state.is_final() {
        next.due_at = None;
    } else if next.state == CaseState::Supplementing {
        let due_at = case.due_at.unwrap_or(now_ms);
        next.n_days_left = calendar::between(now_ms, due_at).max(1);
        next.due_at = Some(calendar::after(now_ms, SUPPLEMENT_DAYS));
    } else if case.state == CaseState::Supplementing {
        next.due_at = Some(calendar::after(now_ms, case.n_days_left));
    }
}

type May = (Side, AccountId, String);

/// Whether the actor may do `verb` now: on which side, and with what remark.
fn may(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: &CaseKind,
    case: &CaseFile,
    verb: Verb,
    remark: &str,
) -> Result<May, Problem> {
    let account = actor.require_account()?;
    let Some((side, _)) = step(case.state, verb, &sides(actor, kind, case)) else {
        let code = if is_possible(case.state, verb) {
            codes::SIDE
        } else {
            codes::STATE
        };
        return Err(Problem::new(code));
    };
    let remark: String = remark.trim().to_owned();
    let n_chars = remark.chars().count();
    if n_chars > REMARK_CHARS_MAX || (verb.needs_remark() && n_chars < 2) {
        return Err(Problem::new(codes::REMARK));
    }
    approval::one_line(&remark).map_err(|why| Problem::new(codes::REMARK).detail(why))?;
    let is_other = side != Side::Applicant && account == case.applied_by;
    if is_other || (side == Side::Approver && case.proposed_by == Some(account)) {
        return Err(Problem::new(codes::FOUR_EYES));
    }
    if matches!(verb, Verb::Resubmit | Verb::Approve | Verb::Finish) {
        let missing = missing(kind, &attachments(tx, case.id)?);
        if !missing.is_empty() {
            let names: Vec<&str> = missing.iter().map(|document| document.chinese).collect();
            let problem = Problem::new(codes::DOCUMENTS).detail(names.join("、"));
            return Err(problem);
        }
    }
    Ok((side, account, remark))
}

/// The required documents that are not attached.
pub fn missing<'a>(kind: &'a CaseKind, attached: &[Attachment]) -> Vec<&'a RequiredDocument> {
    kind.documents
        .iter()
        .filter(|document| document.is_required)
        .filter(|document| attached.iter().all(|a| a.document != document.name))
        .collect()
}

fn fact(tx: &mut Tx<'_>, doing: &CaseContext<'_>, case: &CaseFile, kind: &str) -> Result<()> {
    let event = Event {
        id: doing.context.ids.next(),
        at_ms: doing.context.now_ms(),
        kind: kind.to_owned(),
        company_id: case.company,
        subject_id: case.id.0,
        detail: case.kind.clone(),
    };
    store::event::append(tx, &[event])
}

/// Attaches a checked file; the applicant's side only, while he has the case.
///
/// # Errors
/// The store's, or why not.
pub fn attach(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    kind: &CaseKind,
    case: &CaseFile,
    (document, file, bytes): (&str, &attachment::CheckedFile, &[u8]),
) -> Result<Attachment, Problem> {
    if !kind.documents.iter().any(|known| known.name == document) {
        let known: Vec<&str> = kind.documents.iter().map(|known| known.name).collect();
        let text = format!("材料类型应为 {} 之一", known.join("、"));
        return Err(Problem::new(codes::FIELDS).detail(text));
    }
    if !matches!(case.state, CaseState::Applied | CaseState::Supplementing) {
        return Err(Problem::new(codes::CLOSED));
    }
    let now_ms = doing.context.now_ms();
    let attached = Attachment {
        id: doing.context.ids.next(),
        case: case.id,
        document: document.to_owned(),
        name: file.name.clone(),
        media: file.media.name().to_owned(),
        n_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        hash: file.hash.clone(),
        added_by: doing.actor.require_account().unwrap_or(case.applied_by),
        added_at: now_ms,
    };
    if !sql::count_attachment(tx, case, attachment::COUNT_MAX)? {
        return Err(Problem::new(codes::FILE_COUNT));
    }
    attach_body(tx, &attached, bytes)?;
    let object = format!("case:{}", case.id.0);
    let detail = format!("{document} {} {}", attached.name, attached.hash);
    audit::done(tx, now_ms, doing.actor, ATTACHED, &object, &detail)?;
    Ok(attached)
}
