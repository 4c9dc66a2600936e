//! Agents 代理报关: companies whose people act for other companies.
//!
//! A principal asks for an appointment (a case file with the mandate); the bureau grants it. From
//! then on the agent's clerks and administrators may choose the principal as the company they act
//! for, as its clerks and not as its administrators: they declare, they do not issue keys. Either
//! side ends an appointment, and the rights end in the same transaction.
//!
//! The table `agent` is the source. Whoever joins or leaves the agent gains or loses the rights by
//! [`sync`], which compares what should be with what is, and is called by every act that changes
//! either side.

pub mod codes;
pub mod http;
mod sql;
#[cfg(test)]
mod tests;

use crate::case_file::{self, CaseContext, CaseFile, CaseKind, Opening, RequiredDocument};
use crate::company_ledger::{contracts, lock};
use registry::access::Actor;
use registry::access::DeclarationScope;
use registry::account::{self, AccountId};
use registry::audit;
use registry::company::{self, CompanyId};
use registry::context::AppContext;
use registry::module::Module;
use registry::role::{self, Grant, Role};
use registry::todo::{Asking, Todo};
use std::collections::BTreeMap;
use store::clock::{beijing_day, parse_time};
use store::{Result, Tx};
use web::Problem;

pub use sql::{count_ending, find, grants_of_appointments, of_company};

registry::acts! {
    /// An appointment came into force.
    pub APPOINTED = "agent.appoint", "委托代理报关";
    /// An appointment ended.
    pub ENDED = "agent.end", "终止代理报关";
    /// People of an agent gained or lost the rights of an appointment.
    pub SYNCED = "agent.people", "调整代理人员权限";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("代理报关")
    .acts(ACTS)
    .codes(codes::ALL)
    .todos(&[waits]);

/// What ends within this time is a to-do, in milliseconds: 30 days.
const SOON_MS: i64 = 30 * 86_400_000;

/// Appointments of a company that end within 30 days.
fn waits(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    let company = asking.actor.company_id();
    let Some(company) = company.filter(|_| asking.has(&[Role::CompanyAdmin])) else {
        return Ok(Vec::new());
    };
    let until = asking.now_ms + SOON_MS;
    let count = count_ending(tx, company, asking.now_ms, until)?;
    Ok(vec![Todo::plain(
        "agents",
        [
            "30 天内到期的代理委托",
            "Appointments expiring within 30 days",
        ],
        count,
    )])
}

/// Longest appointment, in days: three years.
const DAYS_MAX: i64 = 3 * 366;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// A principal asks to appoint an agent.
pub const KIND: CaseKind = CaseKind {
    name: "agent.appoint",
    chinese: "委托代理报关",
    fields: &[
        ("agent", "报关企业"),
        ("agentName", "报关企业名称"),
        ("directions", "进出口"),
        ("kinds", "报文类型"),
        ("until", "有效期至"),
    ],
    documents: &[RequiredDocument {
        name: "mandate",
        chinese: "代理报关委托书",
        is_required: true,
    }],
    applicants: &[Role::CompanyAdmin],
    reviewers: &[Role::BureauClerk],
    approvers: &[Role::BureauApprover],
    n_days: 3,
    read,
    opened: nothing,
    finish,
    close: nothing,
};

/// An appointment of an agent (代理委托).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Its id.
    pub id: i64,
    /// For whom.
    pub principal: CompanyId,
    /// By whom.
    pub agent: CompanyId,
    /// What its people may declare.
    pub scope: DeclarationScope,
    /// Since when, milliseconds since 1970-01-01 UTC.
    pub since_ms: i64,
    /// Until when.
    pub until_ms: i64,
    /// The case that granted it.
    pub case: Option<i64>,
    /// When it was ended before its time.
    pub ended_at: Option<i64>,
}

impl Appointment {
    /// Whether it is in force.
    pub fn is_active(&self, now_ms: i64) -> bool {
        self.ended_at.is_none() && now_ms < self.until_ms
    }
}

fn nothing(_tx: &mut Tx<'_>, _doing: &CaseContext<'_>, _case: &CaseFile) -> Result<()> {
    Ok(())
}

type AgentForm = BTreeMap<String, String>;
type AgentResult<T> = Result<T, Problem>;

fn refuse<T>(code: web::ErrorCode, detail: impl Into<String>) -> AgentResult<T> {
    Err(Problem::new(code).detail(detail))
}

/// Directions, kinds and end of an appointment, brought into form.
fn scope(form: &AgentForm, now_ms: i64) -> Result<(String, String, i64), String> {
    let text = |name: &str| form.get(name).map_or("", |value| value.trim());
    let directions: Vec<&str> = match text("directions") {
        "" => vec!["import", "export"],
        given => given.split(',').map(str::trim).collect(),
    };
    if !directions.iter().all(|d| ["import", "export"].contains(d)) {
        return Err("directions 应为 import、export，或两者以逗号分隔".to_owned());
    }
    let mut kinds = Vec::new();
    for kind in text("kinds").split(',').map(str::trim) {
        if kind.is_empty() {
            continue;
        }
        let Some(known) = ceb::Kind::from_code(kind) else {
            return Err("kinds 含有未知的报文类型".to_owned());
        };
        let is_declared = known.direction().is_some_and(|direction| {
            directions.contains(&match direction {
                ceb::Direction::Import => "import",
                ceb::Direction::Export => "export",
            })
        });
        if !is_declared {
            return Err(format!("{kind} 不是所选进出口方向的报文"));
        }
        kinds.push(known.code());
    }
    // The appointment lasts to the end of its last day.
    let until_ms = parse_time(text("until"))
        .filter(|_| text("until").len() == 10)
        .map(|day| day + DAY_MS - 1)
        .ok_or("until 应写作 2027-12-31")?;
    if until_ms <= now_ms || until_ms > now_ms + DAYS_MAX * DAY_MS {
        return Err("有效期应在今天之后、三年之内".to_owned());
    }
    let mut directions: Vec<&str> = directions;
    directions.sort_unstable();
    directions.dedup();
    Ok((directions.join(","), kinds.join(","), until_ms))
}

fn read(tx: &mut Tx<'_>, doing: &CaseContext<'_>, form: &AgentForm) -> AgentResult<Opening> {
    let principal = doing.actor.require_company()?;
    let (directions, kinds, until_ms) = match scope(form, doing.context.now_ms()) {
        Ok(scope) => scope,
        Err(why) => return refuse(case_file::codes::FIELDS, why),
    };
    let code = form.get("agent").map_or("", |code| code.trim());
    let Some(agent) = company::by_code(tx, &code.to_ascii_uppercase())? else {
        return refuse(codes::AGENT, "没有这家企业，请核对海关编号或信用代码");
    };
    if agent.id == principal.id {
        return refuse(codes::AGENT, "不能委托本企业");
    }
    let is_agent = |contract: &crate::company_ledger::Contract| {
        contract.role == "agent" && contract.state == "active"
    };
    if !contracts(tx, agent.id)?.iter().any(is_agent) {
        return refuse(codes::AGENT, "该企业没有开通报关企业角色");
    }
    if sql::between(tx, principal.id, agent.id)?
        .is_some_and(|a| a.is_active(doing.context.now_ms()))
    {
        return Err(Problem::new(codes::APPOINTED));
    }
    Ok(Opening {
        title: format!("{}委托{}代理报关", principal.name, agent.name),
        subject: format!("{}:{}", principal.id.0, agent.id.0),
        form: BTreeMap::from([
            ("agent".to_owned(), agent.customs_code.clone()),
            ("agentName".to_owned(), agent.name.clone()),
            ("directions".to_owned(), directions),
            ("kinds".to_owned(), kinds),
            ("until".to_owned(), beijing_day(until_ms)),
        ]),
        private: BTreeMap::new(),
        company: Some(principal.id.0),
    })
}

fn finish(tx: &mut Tx<'_>, doing: &CaseContext<'_>, case: &CaseFile) -> AgentResult<String> {
    let now_ms = doing.context.now_ms();
    let principal = CompanyId(case.company.unwrap_or(0));
    let code = case.form.get("agent").map_or("", String::as_str);
    let Some(agent) = company::by_code(tx, code)? else {
        return refuse(case_file::codes::CARRY_OUT, "报关企业的编号已变更");
    };
    let (directions, kinds, until_ms) = match scope(&case.form, now_ms) {
        Ok(scope) => scope,
        Err(why) => return refuse(case_file::codes::CARRY_OUT, why),
    };
    lock(tx, principal, now_ms)?;
    if let Some(old) = sql::between(tx, principal, agent.id)? {
        if old.is_active(now_ms) {
            return refuse(case_file::codes::CARRY_OUT, "委托已在有效期内");
        }
        sql::end(tx, old.id, now_ms, doing.actor.who.id())?;
    }
    let appointment = Appointment {
        id: doing.context.ids.next(),
        principal,
        agent: agent.id,
        scope: DeclarationScope { directions, kinds },
        since_ms: now_ms,
        until_ms,
        case: Some(case.id.0),
        ended_at: None,
    };
    sql::insert(tx, &appointment)?;
    let object = format!("agent:{}", appointment.id);
    let detail = format!("{} → {}", principal.0, agent.id.0);
    audit::done(tx, now_ms, doing.actor, APPOINTED, &object, &detail)?;
    sync(tx, doing.context, doing.actor, agent.id)?;
    Ok(format!("{}自即日起可代理报关", agent.name))
}

/// Ends an appointment at once, with all rights that came of it; answers whether it was in force.
pub fn end(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    appointment: &Appointment,
) -> Result<bool> {
    let now_ms = context.now_ms();
    lock(tx, appointment.principal, now_ms)?;
    if !sql::end(tx, appointment.id, now_ms, actor.who.id())? {
        return Ok(false);
    }
    let object = format!("agent:{}", appointment.id);
    let detail = format!("{} → {}", appointment.principal.0, appointment.agent.0);
    audit::done(tx, now_ms, actor, ENDED, &object, &detail)?;
    sync(tx, context, actor, appointment.agent)?;
    Ok(true)
}

/// Brings the rights of an agent's people in line with its appointments.
pub fn sync(tx: &mut Tx<'_>, context: &AppContext, actor: &Actor, agent: CompanyId) -> Result<()> {
    let now_ms = context.now_ms();
    lock(tx, agent, now_ms)?;
    let declares = [Role::CompanyAdmin.name(), Role::CompanyClerk.name()];
    let lent = grants_of_appointments(tx, agent)?;
    let mut people: BTreeMap<AccountId, i64> = BTreeMap::new();
    for grant in role::of_company(tx, agent)? {
        let is_own = declares.contains(&grant.role.as_str()) && !lent.contains(&grant.id);
        if is_own && grant.expires_at.is_none_or(|until| until > now_ms) {
            people.insert(grant.account, grant.party);
        }
    }
    for appointment in sql::of_agent(tx, agent)? {
        let is_active = appointment.is_active(now_ms);
        let held = sql::people(tx, appointment.id)?;
        for (account, grant) in &held {
            if !is_active || !people.contains_key(account) {
                role::revoke(tx, *grant, now_ms)?;
                sql::end_person(tx, appointment.id, *account, now_ms)?;
                note(tx, context, actor, &appointment, *account, "收回")?;
            }
        }
        if !is_active {
            continue;
        }
        for (account, party) in &people {
            if held.iter().any(|(known, _)| known == account) {
                continue;
            }
            let grant = Grant {
                id: context.ids.next(),
                account: *account,
                party: *party,
                role: Role::CompanyClerk.name().to_owned(),
                company: Some(appointment.principal),
                district: None,
                sight: "company".to_owned(),
                granted_by: actor.who.id().map(AccountId),
                approved_by: None,
                granted_at: now_ms,
                expires_at: Some(appointment.until_ms),
                scope: Some(appointment.scope.clone()),
            };
            match role::grant(tx, &grant) {
                Ok(()) => {
                    sql::add_person(tx, appointment.id, *account, grant.id, now_ms)?;
                    note(tx, context, actor, &appointment, *account, "授予")?;
                }
                Err(role::RoleRefusal::Store(error)) => return Err(error),
                // Somebody who belongs to both companies has the right already.
                Err(_) => {}
            }
        }
    }
    Ok(())
}

fn note(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    appointment: &Appointment,
    account: AccountId,
    what: &str,
) -> Result<()> {
    let object = format!("agent:{}", appointment.id);
    let login = account::by_id(tx, account)?.map(|a| a.login);
    let detail = format!("{what} {}", login.unwrap_or_default());
    audit::done(tx, context.now_ms(), actor, SYNCED, &object, &detail)
}
