//! Administration (系统管理): what the rooms of the three officers share.
//!
//! The system administrator makes accounts and tables, the security administrator opens accounts
//! and approves roles, the audit administrator reads what both did and changes nothing. Every act
//! goes to the audit in its own transaction; what takes or gives rights passes the queue of
//! [`crate::approval`]. The last active holder of an office can be neither disabled nor dismissed:
//! a platform without one of its officers could not be put right from inside.

pub mod codes;

use crate::access::Gate;
use crate::account::{self, AccountId};
use crate::audit::Act;
use crate::ground::Ground;
use crate::role::{self, Role};
use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use serde::Serialize;
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;
use web::Problem;

/// The system administrator alone.
pub const SYSTEM: &[Role] = &[Role::SystemAdmin];
/// The security administrator alone.
pub const SECURITY: &[Role] = &[Role::SecurityAdmin];
/// The audit administrator alone.
pub const AUDIT: &[Role] = &[Role::AuditAdmin];
/// System and security administrator.
pub const SYSTEM_SECURITY: &[Role] = &[Role::SystemAdmin, Role::SecurityAdmin];
/// The three officers (三员).
pub const OFFICERS: &[Role] = &[Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];

/// Everybody with a session: all but programs.
pub const PEOPLE: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::Applicant,
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::Operator,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
];

/// What the routes of administration need.
#[derive(Clone)]
pub struct Desk {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Every act that is audited, by room.
    pub acts: &'static [(&'static str, &'static [Act])],
}

impl crate::access::HasGate for Desk {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl Desk {
    /// The foundations.
    pub fn ground(&self) -> &Ground {
        &self.gate.ground
    }
}

/// Something that waits for a second pair of eyes (待复核).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Id of the approval.
    pub approval_id: String,
}

/// The body of a request.
///
/// # Errors
/// 400 when it is not what the description says.
pub fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(error) => Err(Problem::new(web::codes::BAD_REQUEST).detail(error.body_text())),
    }
}

/// The query of a request.
///
/// # Errors
/// 400 when it is not what the description says.
pub fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    match query {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(Problem::new(web::codes::BAD_REQUEST).detail(error.body_text())),
    }
}

/// The id in a path; what is no id does not exist.
///
/// # Errors
/// 404.
pub fn id(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| not_found())
}

/// An optional id in a body or query.
///
/// # Errors
/// 400 when it is not a number.
pub fn id_opt(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let bad = || Problem::new(web::codes::BAD_REQUEST).detail(format!("{name} 不是有效的编号"));
    text.filter(|text| !text.is_empty())
        .map(|text| text.parse().map_err(|_| bad()))
        .transpose()
}

/// An optional time in a body or query: RFC 3339 or a Beijing day.
///
/// # Errors
/// 400 when it is not a time.
pub fn time_opt(name: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let bad = || {
        Problem::new(web::codes::BAD_REQUEST)
            .detail(format!("{name} 应为日期（2026-11-24）或 RFC 3339 时间"))
    };
    text.filter(|text| !text.is_empty())
        .map(|text| store::clock::parse_time(text).ok_or_else(bad))
        .transpose()
}

/// Nothing there, or not seen.
pub fn not_found() -> Problem {
    Problem::new(web::codes::NOT_FOUND)
}

/// A field that is not filled in as it should be.
pub fn field(why: impl Into<String>) -> Problem {
    Problem::new(codes::FIELD).detail(why)
}

/// A text for people: 1 to `max` characters, no control characters.
///
/// # Errors
/// [`codes::FIELD`] with what is wrong.
pub fn words(name: &str, text: &str, max: usize) -> Result<String, Problem> {
    let text = text.trim();
    let n_chars = text.chars().count();
    let is_plain = !text.chars().any(|c| c.is_control() && c != '\n');
    if (1..=max).contains(&n_chars) && is_plain {
        Ok(text.to_owned())
    } else {
        Err(field(format!("{name}应为 1 至 {max} 个字，不含控制字符")))
    }
}

/// The office that an account alone holds among the active ones, if it does.
///
/// # Errors
/// The engine's.
pub fn last_office(tx: &mut Tx<'_>, account: AccountId, now_ms: i64) -> StoreResult<Option<Role>> {
    for grant in role::of_account(tx, account, now_ms)? {
        let Some(office) = Role::from_name(&grant.role).filter(|role| role.is_officer()) else {
            continue;
        };
        let mut has_other = false;
        let mut holders = role::of_role(tx, office.name(), now_ms)?;
        // In one order for all: two who disable each other at once must not both find the other there.
        holders.sort_by_key(|holder| holder.account);
        for holder in &holders {
            account::hold(tx, holder.account)?;
        }
        for other in holders {
            let is_active = account::by_id(tx, other.account)?
                .is_some_and(|found| found.id != account && found.state == "active");
            has_other |= is_active;
        }
        if !has_other {
            return Ok(Some(office));
        }
    }
    Ok(None)
}
