//! To-dos 待办: what waits for the person who asks, counted from the states themselves.
//!
//! Nothing is stored and nothing is sent: a reminder that is asked for is never stale and never
//! lost. Each room counts its own ([`crate::case_file::waiting`], [`crate::docking::overdue`], …);
//! this room only knows whom which count concerns. An item that counts nothing is left out.

pub mod http;
#[cfg(test)]
mod tests;

use crate::case_file::{self, Kind, Side, Waiting};
use crate::{agent, docking, payment_inquiry};
use exchange::outcome;
use exchange::query::board;
use registry::access::{Actor, Sight};
use registry::company::CompanyId;
use registry::role::Role;
use registry::{api_key, approval};
use store::clock::beijing_day;
use store::{Result, Tx};

/// A key or an appointment that ends within this time is told, in milliseconds.
const SOON_MS: i64 = 30 * 86_400_000;

/// Who of a company corrects what was turned down.
const DECLARERS: &[Role] = &[Role::CompanyAdmin, Role::CompanyClerk];

/// Something that waits (待办).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// What it is, such as `cases`.
    pub kind: &'static str,
    /// What it is, for people.
    pub chinese: &'static str,
    /// How many.
    pub count: i64,
    /// How many of them are late.
    pub overdue: i64,
    /// When the first is due, milliseconds since 1970-01-01 UTC.
    pub due_at: Option<i64>,
}

/// Messages of a company that were turned down and on which it must act, by outcome.
fn turned_down(
    tx: &mut Tx<'_>,
    company: CompanyId,
) -> Result<[(&'static str, &'static str, i64); 3]> {
    let counts = outcome::n_open(tx, &Sight::Company(company))?;
    Ok([
        ("rejected", "海关退单，待更正后重新申报", counts.rejected),
        ("faulty", "处理异常，待按回执处理", counts.faulty),
        ("refused", "平台拒收，待更正后重新申报", counts.refused),
    ])
}

/// What is stuck on the platform and waits for its operators.
fn stuck(tx: &mut Tx<'_>) -> Result<[(&'static str, &'static str, i64); 3]> {
    // What was asked for waits for another person, among the requests: nobody counts it twice.
    let (n_held, n_parked) = exchange::operator::n_asked(tx)?;
    let n_held = board::n_held(tx)?.saturating_sub(n_held);
    let n_parked = board::waiting(tx)?.n_parked.saturating_sub(n_parked);
    Ok([
        ("held", "待人工处理的报文", n_held.max(0)),
        ("parked", "未匹配回执", n_parked.max(0)),
        (
            "unknown_codes",
            "待解释的回执代码",
            exchange::unknown_code::n_open(tx)?,
        ),
    ])
}

/// What waits for somebody, in the order of the list.
///
/// # Errors
/// The engine's.
pub fn list(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (cases, approvals): (&[Kind], &[approval::Kind]),
    now_ms: i64,
) -> Result<Vec<Todo>> {
    let has = |roles: &[Role]| roles.iter().any(|role| actor.roles.contains(role.name()));
    let mut found = Vec::new();
    let mut add = |kind, chinese, waiting: Waiting| {
        if waiting.count > 0 {
            found.push(Todo {
                kind,
                chinese,
                count: waiting.count,
                overdue: waiting.overdue,
                due_at: waiting.due_at,
            });
        }
    };
    let mine: Vec<&str> = approvals
        .iter()
        .filter(|kind| has(kind.deciders))
        .map(|kind| kind.name)
        .collect();
    let n_approvals = approval::count_pending(tx, &mine, actor.who.id().unwrap_or(0))?;
    add("approvals", "待复核的申请", Waiting::plain(n_approvals));
    if let Some(company) = actor.company_id().filter(|_| has(DECLARERS)) {
        for (kind, chinese, count) in turned_down(tx, company)? {
            add(kind, chinese, Waiting::plain(count));
        }
    }
    for (kind, chinese, side) in [
        ("cases_review", "待受理或审核的办件", Side::Reviewer),
        ("cases_approve", "待审批的办件", Side::Approver),
        ("cases_supplement", "待补正的申请", Side::Applicant),
    ] {
        add(
            kind,
            chinese,
            case_file::waiting(tx, actor, cases, side, now_ms)?,
        );
    }
    let n_returned = case_file::returned(tx, actor, cases, now_ms)?;
    let chinese = "已退回的申请，请重新申请";
    add("cases_returned", chinese, Waiting::plain(n_returned));
    if has(&[Role::BureauClerk, Role::Operator, Role::CompanyAdmin]) {
        let today = beijing_day(now_ms);
        let n_late = docking::overdue(tx, &actor.sight, &today)?;
        let late = Waiting {
            overdue: n_late,
            ..Waiting::plain(n_late)
        };
        add("docking", "到期未完成的对接", late);
    }
    if has(&[Role::Operator]) {
        for (kind, chinese, count) in stuck(tx)? {
            add(kind, chinese, Waiting::plain(count));
        }
    }
    if has(&[Role::CompanyAdmin, Role::CompanyClerk, Role::Operator]) {
        let (n_unsettled, n_late) = payment_inquiry::unsettled(tx, &actor.sight, now_ms)?;
        let waiting = Waiting {
            overdue: n_late,
            ..Waiting::plain(n_unsettled)
        };
        add("payment_inquiries", "超时或失败的支付数据上传", waiting);
    }
    if let Some(company) = actor.company_id().filter(|_| has(&[Role::CompanyAdmin])) {
        let until = now_ms + SOON_MS;
        let n_keys = api_key::count_ending(tx, company, now_ms, until)?;
        add("keys", "30 天内到期的接口密钥", Waiting::plain(n_keys));
        let n_agents = agent::count_ending(tx, company, now_ms, until)?;
        add("agents", "30 天内到期的代理委托", Waiting::plain(n_agents));
    }
    Ok(found)
}
