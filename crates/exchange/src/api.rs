//! What the handlers of this crate have in common: their state, who may read, and a few answers.

use crate::shared::Shared;
use registry::access::Gate;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use web::{Problem, codes};

/// Who reads messages: a company its own, staff what they see.
pub(crate) const READERS: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::Program,
    Role::Operator,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
];

/// What most handlers need: who calls, and what the steps share.
#[derive(Clone)]
pub struct ApiState {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Database, time, companies and whatever else the pipeline shares.
    pub shared: Arc<Shared>,
}

impl registry::access::HasGate for ApiState {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

impl ApiState {
    /// The names of companies, at most a second old.
    pub(crate) async fn refresh(&self) -> Result<(), Problem> {
        Ok(self.shared.directory.refresh().await?)
    }
}

/// A request that another person must approve.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalAsked {
    /// Id of the approval (复核申请).
    pub approval_id: String,
}

pub(crate) fn bad(why: impl Into<String>) -> Problem {
    Problem::new(codes::BAD_REQUEST).detail(why)
}
