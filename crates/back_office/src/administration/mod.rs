//! Administration (系统管理): what the modules of the three officers share.
//!
//! The system administrator makes accounts and tables, the security administrator opens accounts
//! and approves roles, the audit administrator reads what both did and changes nothing. Every act
//! goes to the audit in its own transaction; what takes or gives rights passes the queue of
//! [`registry::approval`]. The last active administrator of a kind cannot be disabled or replaced can be neither disabled nor dismissed:
//! a platform without one of its officers could not be put right from inside.

use registry::access::Gate;
use registry::account::{self, AccountId};
use registry::audit::AuditedAct;
use registry::context::AppContext;
use registry::role::{self, Role};
use serde::Serialize;
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;

/// What the routes of administration need.
#[derive(Clone)]
pub struct AdministrationApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Every act that is audited, by module.
    pub acts: Arc<[(&'static str, &'static [AuditedAct])]>,
}

impl registry::access::HasGate for AdministrationApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl AdministrationApi {
    /// What every handler is given.
    pub fn context(&self) -> &AppContext {
        &self.gate.context
    }
}

/// Something that waits for a second pair of eyes (待复核).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// Id of the approval.
    pub approval_id: String,
}

/// The office that an account alone holds among the active ones, if it does.
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
