//! Approvals (双人复核): an act that needs a second pair of eyes.
//!
//! Somebody asks, with a reason; another person who may do so approves or rejects. The act is done
//! in the transaction of the approval, by the function of its [`ApprovalKind`], so that there is nothing
//! between "approved" and "done". That nobody approves his own request is a constraint of the
//! table. The payload is what the act needs, as JSON; it holds ids, never personal data.

pub mod http;
pub(crate) mod retention;
mod sql;
#[cfg(test)]
mod tests;

use crate::access::Actor;
use crate::audit;
use crate::context::AppContext;
use crate::role::{AccountId, Role};
use store::{Error, Result, Tx};
use web::{ErrorCode, Problem};

pub use sql::{ApprovalFilter, asked_for, count_pending, find, list, pending, total};

crate::acts! {
    /// Asked for.
    pub ASK = "approval.ask", "提交复核申请";
    /// Approved and done.
    pub APPROVE = "approval.approve", "复核通过并执行";
    /// Rejected.
    pub REJECT = "approval.reject", "复核驳回";
    /// Taken back.
    pub WITHDRAW = "approval.withdraw", "撤回复核申请";
    /// Approved, and could not be done.
    pub FAIL = "approval.fail", "复核通过但未能执行";
}

/// Codes of refused approvals.
pub mod codes {
    web::codes! {
        DECIDED = "TG-R4610", 409, "该申请已处理", "The request has already been decided",
            "这项复核申请已被通过、驳回或撤回。",
            "请刷新列表查看结果；如仍需办理，请重新提交申请。",
            "This request has already been approved, declined or withdrawn.",
            "Reload the list; submit a new request if it is still needed.";
        OWN = "TG-R4611", 403, "不能复核自己的申请", "You cannot approve your own request",
            "双人复核要求由申请人以外的人员批准或驳回。",
            "请由另一位有权限的人员处理；如不再需要，可撤回申请。",
            "The person who approves must not be the person who asked.",
            "Ask another person who can approve to decide; you can withdraw your own request.";
        REASON = "TG-R4612", 400, "请填写理由", "A reason is required",
            "此操作会记入审计，须说明理由（2 至 500 字，换行按空格计，不含控制字符和不可见字符）。",
            "请写明原因后重新提交；有不可见字符的（常见于从网页、文档粘贴），请删去后重新填写。",
            "This is recorded in the audit log and needs a reason (2 to 500 characters; line breaks count as spaces; no control characters or invisible characters).",
            "Write the reason and submit again. If the text has invisible characters, often after pasting from a page or document, delete them first.";
        FAILED = "TG-R4613", 409, "申请内容已无法执行", "The request can no longer be carried out",
            "所申请的操作现在不能执行，详见具体说明；已提交的申请随之结束，并写明原因。",
            "请核对当前状态；如仍需办理，请重新提交申请。",
            "What was requested cannot be done in the current situation (see the details); a submitted request ends as declined, with the reason.",
            "Check the current situation; submit a new request if it is still needed.";
        ASKED = "TG-R4614", 409, "已有待复核的申请", "A request is already pending",
            "对同一对象的申请正在等待复核，复核之前不能再次申请，详见具体说明。",
            "请等待另一位人员复核；申请有误的，由申请人撤回后重新提交。",
            "A request about the same message or receipt is waiting for approval; no other can be submitted until it is decided; see the details.",
            "Wait for the decision; if the request was a mistake, the person who submitted it can withdraw it and submit a new one.";
        NOT_YOU = "TG-R4615", 403, "须由其他人员复核", "Someone else must approve this",
            "这项申请与复核人本人有关，不能由本人批准，原因见具体说明；申请仍待复核。",
            "请由另一位有权限的人员复核。",
            "The request concerns the person trying to approve it (see the details); it stays open.",
            "Ask another person who can approve to do it.";
    }
}

/// Why a rejection is not taken whose reason begins as that of an act that failed.
const SAYS_NOT_DONE: &str =
    "驳回理由不能以“通过后未能执行”开头：平台用它表示已批准但未能执行的申请；请换一种写法";

/// How the reason begins of one that was approved and could not be done: it is kept as rejected.
pub(crate) const NOT_DONE: &str = "通过后未能执行：";

/// What a kind's function is given.
pub struct Doing<'a> {
    /// The request.
    pub approval: &'a Approval,
    /// Who approves.
    pub actor: &'a Actor,
    /// The foundations: ids and time; the database is the transaction.
    pub context: &'a AppContext,
}

/// Why an approved act was not done; it undoes the transaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undone {
    /// Whoever approves may not, while another may: why, in Chinese. The request stays open.
    #[error("{0}")]
    NotYou(String),
    /// It is not possible any more: why, in Chinese. The request ends with it.
    #[error("{0}")]
    Failed(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

store::failure!(Undone);

impl Undone {
    /// The act is not possible, because.
    pub fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }

    /// The act is not possible, because a rule below refused.
    pub fn because<R: store::TxFailure + std::fmt::Display>(refusal: R) -> Self {
        match refusal.store() {
            Some(error) => Self::Store(error.clone()),
            None => Self::Failed(refusal.to_string()),
        }
    }
}

/// Does the act; answers what is told of it, in Chinese.
pub type Do = fn(&mut Tx<'_>, &Doing<'_>) -> Result<String, Undone>;

/// A kind of act that needs a second pair of eyes.
#[derive(Clone, Copy)]
pub struct ApprovalKind {
    /// Its name: `module.verb`.
    pub name: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// Roles whose holders may decide.
    pub deciders: &'static [Role],
    /// Does it.
    pub run: Do,
}

/// A request for a second pair of eyes (复核申请).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: i64,
    /// Name of its kind.
    pub kind: String,
    /// What it is about, for people; without personal data.
    pub title: String,
    /// What the act needs, as JSON.
    pub payload: String,
    /// The company concerned.
    pub company: Option<i64>,
    /// `pending`, `done`, `rejected` or `withdrawn`.
    pub state: String,
    /// Who asked.
    pub asked_by: AccountId,
    /// His name.
    pub asked_name: String,
    /// When, milliseconds since 1970-01-01 UTC.
    pub asked_at: i64,
    /// Why.
    pub why: String,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// His name.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// What he said.
    pub reason: Option<String>,
}

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Name of the kind.
    pub kind: &'static str,
    /// What it is about, for people; without personal data.
    pub title: String,
    /// What the act needs, as JSON.
    pub payload: String,
    /// The company concerned.
    pub company: Option<i64>,
    /// Why, 2 to 500 characters.
    pub why: String,
}

/// Brings a reason into form: one line that reads as it is written.
///
/// # Errors
/// [`codes::REASON`] when it is shorter than 2 or longer than 500 characters, or has characters that nobody sees.
pub fn reason(text: &str) -> std::result::Result<String, Problem> {
    let text = one_line(text).map_err(|why| Problem::new(codes::REASON).detail(why))?;
    match text.chars().count() {
        0 => Err(Problem::new(codes::REASON)),
        2..=500 => Ok(text),
        n_chars => {
            let why = format!("理由应为 2 至 500 字，现为 {n_chars} 字");
            Err(Problem::new(codes::REASON).detail(why))
        }
    }
}

/// Why a text is refused that does not read as it is written.
const HIDDEN: &str =
    "文字中有控制字符或不可见字符（如零宽空格、改变文字方向的字符），请删去后重新填写";

/// What a person has written, on one line: line breaks and tabs are blanks. Others read it and decide by it, so it
/// must not look like something else.
///
/// # Errors
/// What is wrong, in Chinese, when it has control characters, or others that nobody sees.
pub fn one_line(text: &str) -> std::result::Result<String, &'static str> {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let lines = text.split(is_break).map(str::trim);
    let line = lines.filter(|line| !line.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    match line.chars().any(char::is_control) || ceb::personal::is_deceptive(&line) {
        true => Err(HIDDEN),
        false => Ok(line),
    }
}

/// As [`reason`], for a rejection. What begins as [`NOT_DONE`] is told as approved and not done, so nobody may
/// write that.
///
/// # Errors
/// [`codes::REASON`].
pub(crate) fn rejection(text: &str) -> std::result::Result<String, Problem> {
    let text = reason(text)?;
    match text.starts_with(NOT_DONE.trim_end_matches('：')) {
        true => Err(Problem::new(codes::REASON).detail(SAYS_NOT_DONE)),
        false => Ok(text),
    }
}

/// Asks for a second pair of eyes, in the transaction of the caller; answers the id.
///
/// # Errors
/// The engine's; a fault when a program asks, which the handlers rule out.
pub fn ask(tx: &mut Tx<'_>, context: &AppContext, actor: &Actor, request: &Request) -> Result<i64> {
    let account = actor
        .require_account()
        .map_err(|_| Error::Fault("a program cannot ask for an approval".to_owned()))?;
    let (id, now_ms) = (context.ids.next(), context.now_ms());
    sql::insert(
        tx,
        &Approval {
            id,
            kind: request.kind.to_owned(),
            title: request.title.clone(),
            payload: request.payload.clone(),
            company: request.company,
            state: "pending".to_owned(),
            asked_by: account,
            asked_name: actor.name.clone(),
            asked_at: now_ms,
            why: request.why.clone(),
            decided_by: None,
            decided_name: None,
            decided_at: None,
            reason: None,
        },
    )?;
    let detail = format!("{}；理由：{}", request.title, request.why);
    audit::done(tx, now_ms, actor, ASK, &format!("approval:{id}"), &detail)?;
    Ok(id)
}

/// Why a request could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecided {
    /// A rule says no.
    Refused(ErrorCode),
    /// It was approved, and could not be done.
    Undone(Undone),
}

impl From<Error> for Undecided {
    fn from(error: Error) -> Self {
        Self::Undone(Undone::Store(error))
    }
}

impl store::TxFailure for Undecided {
    fn store(&self) -> Option<&Error> {
        match self {
            Self::Refused(_) => None,
            Self::Undone(undone) => undone.store(),
        }
    }
}

impl From<Undecided> for Problem {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Refused(code) => Self::new(code),
            Undecided::Undone(Undone::NotYou(why)) => Self::new(codes::NOT_YOU).detail(why),
            Undecided::Undone(Undone::Failed(why)) => Self::new(codes::FAILED).detail(why),
            Undecided::Undone(Undone::Store(error)) => error.into(),
        }
    }
}

/// What somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Do it.
    Approve,
    /// Do not, because.
    Reject(String),
    /// I do not want it any more.
    Withdraw,
}

/// Decides a request; an approval does the act in the same transaction.
///
/// # Errors
/// Why not; it undoes the decision with whatever the act has written.
pub fn decide(
    tx: &mut Tx<'_>,
    doing: &Doing<'_>,
    kind: &ApprovalKind,
    decision: &Decision,
) -> Result<String, Undecided> {
    let Ok(account) = doing.actor.require_account() else {
        return Err(Undecided::Refused(crate::access::FORBIDDEN));
    };
    let approval = doing.approval;
    let is_own = approval.asked_by == account;
    if is_own != (*decision == Decision::Withdraw) {
        return Err(Undecided::Refused(codes::OWN));
    }
    let (state, reason, act) = match decision {
        Decision::Approve => ("done", "", APPROVE),
        Decision::Reject(reason) => ("rejected", reason.as_str(), REJECT),
        Decision::Withdraw => ("withdrawn", "", WITHDRAW),
    };
    let now_ms = doing.context.now_ms();
    let decided = (account, doing.actor.name.as_str(), now_ms);
    if !sql::decide(tx, approval.id, state, decided, reason)? {
        return Err(Undecided::Refused(codes::DECIDED));
    }
    let done = match decision {
        Decision::Approve => (kind.run)(tx, doing).map_err(Undecided::Undone)?,
        Decision::Reject(_) | Decision::Withdraw => String::new(),
    };
    let object = format!("approval:{}", approval.id);
    let detail = format!("{} {reason}{done}", approval.title);
    audit::done(tx, now_ms, doing.actor, act, &object, &detail)?;
    Ok(done)
}

/// Ends a request that was approved and could not be done as rejected for that reason, in a transaction of its
/// own: the one that tried has been undone. Whoever asked sees why, and may ask for something else. Answers
/// whether it was still open.
pub(crate) fn fail(tx: &mut Tx<'_>, doing: &Doing<'_>, why: &str) -> Result<bool> {
    let Ok(account) = doing.actor.require_account() else {
        return Ok(false);
    };
    let (approval, now_ms) = (doing.approval, doing.context.now_ms());
    let decided = (account, doing.actor.name.as_str(), now_ms);
    let reason = format!("{NOT_DONE}{why}");
    if !sql::decide(tx, approval.id, "rejected", decided, &reason)? {
        return Ok(false);
    }
    let object = format!("approval:{}", approval.id);
    let detail = format!("{}：{why}", approval.title);
    let record = (
        object.as_str(),
        audit::AuditOutcome::Refused,
        detail.as_str(),
    );
    audit::append(tx, now_ms, doing.actor, FAIL, record)?;
    Ok(true)
}
