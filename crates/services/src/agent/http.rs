//! `/api/v1/agents`: who acts for the company, and for whom it acts.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::sql::total;
use super::{Appointment, KIND, codes, end, find, of_company};
use crate::ServicesApi;
use crate::case_file::http::id_of;
use crate::case_file::{CaseContext, open};
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use registry::access::{By, Routes, Sight};
use registry::company::{self, CompanyId};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::clock::{beijing_day, beijing_rfc3339};
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Age, Begin, JsonBody, Page, PageQuery, Path, Problem, QueryOf, codes as common};

registry::operations! {
    ReadAgents = reads(
        "agents",
        "查看代理委托",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader]
    );
    AddAgent = changes("add_agent", "委托代理报关", &[Role::CompanyAdmin]);
    RemoveAgent = changes("remove_agent", "终止代理报关", &[Role::CompanyAdmin, Role::BureauApprover]);
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(agents, add_agent, remove_agent)
}

/// An appointment as one of its sides sees it (代理委托).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentView {
    /// Its id.
    pub id: String,
    /// `principal` when the reader's company is acted for, `agent` when it acts.
    pub side: &'static str,
    /// Name of the company acted for.
    pub principal_name: String,
    /// Id of the company acted for.
    pub principal_id: String,
    /// Name of the agent.
    pub agent_name: String,
    /// Id of the agent.
    pub agent_id: String,
    /// `import`, `export`.
    pub directions: Vec<String>,
    /// Message kinds; empty for all.
    pub kinds: Vec<String>,
    /// Since when, Beijing time.
    pub since: String,
    /// The last day.
    pub until: String,
    /// `active`, `expired` or `ended`.
    pub state: &'static str,
    /// The case that granted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<String>,
}

/// Whom to appoint, and for what (委托申请).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentBody {
    /// Customs or credit code of the agent.
    pub agent: String,
    /// `import`, `export`; both when empty.
    #[serde(default)]
    pub directions: Vec<String>,
    /// Message kinds; all when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// The last day: `2027-12-31`.
    pub until: String,
}

/// The case that an act opened.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseOpened {
    /// Its id, for `GET /api/v1/cases/{id}`; attach the documents there.
    pub case_id: String,
}

/// An appointment as the API shows it to a company.
pub(crate) fn view(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
    reader: CompanyId,
    now_ms: i64,
) -> StoreResult<AgentView> {
    let mut name = |id: CompanyId| -> StoreResult<String> {
        Ok(company::shown(tx, id)?.map(|c| c.name).unwrap_or_default())
    };
    let list = |text: &str| {
        text.split(',')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let state = match appointment.ended_at {
        Some(_) => "ended",
        None if appointment.is_active(now_ms) => "active",
        None => "expired",
    };
    Ok(AgentView {
        id: appointment.id.to_string(),
        side: if appointment.principal == reader {
            "principal"
        } else {
            "agent"
        },
        principal_name: name(appointment.principal)?,
        principal_id: appointment.principal.0.to_string(),
        agent_name: name(appointment.agent)?,
        agent_id: appointment.agent.0.to_string(),
        directions: list(&appointment.scope.directions),
        kinds: list(&appointment.scope.kinds),
        since: beijing_rfc3339(appointment.since_ms),
        until: beijing_day(appointment.until_ms),
        state,
        case_id: appointment.case.map(|id| id.to_string()),
    })
}

/// How the list of appointments is put in order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AgentsQuery {
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// The appointments of the company acted for, on either side (代理关系).
#[utoipa::path(get, path = "/api/v1/agents", tag = "ledger", params(AgentsQuery, PageQuery),
    responses((status = 200, body = Page<AgentView>)))]
async fn agents(
    By { actor, .. }: By<ReadAgents>,
    Held(api): Held<ServicesApi>,
    QueryOf(query): QueryOf<AgentsQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<AgentView>>, Problem> {
    let company = actor.require_company()?.id;
    let begin: Begin<Age> = asked.begin(query.sort.as_deref())?;
    let size = asked.size();
    let now_ms = api.context().now_ms();
    let read = move |tx: &mut Tx<'_>| {
        let found = of_company(tx, company, &begin, size.rows())?;
        let total = asked.total(|| total(tx, company))?;
        let page = Page::cut(found, size, |one| begin.next(one.id)).counted(total);
        page.try_map(|one| view(tx, &one, company, now_ms))
    };
    Ok(Json(api.context().read(read).await?))
}

/// Asks to appoint an agent: opens a case, to which the mandate is attached.
#[utoipa::path(post, path = "/api/v1/agents", tag = "ledger", request_body = AgentBody,
    responses((status = 202, body = CaseOpened)))]
async fn add_agent(
    By { actor, .. }: By<AddAgent>,
    Held(api): Held<ServicesApi>,
    JsonBody(body): JsonBody<AgentBody>,
) -> Result<(StatusCode, Json<CaseOpened>), Problem> {
    let account = actor.require_account()?;
    let form = BTreeMap::from([
        ("agent".to_owned(), body.agent),
        ("directions".to_owned(), body.directions.join(",")),
        ("kinds".to_owned(), body.kinds.join(",")),
        ("until".to_owned(), body.until),
    ]);
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| {
        let doing = CaseContext {
            context: &context,
            actor: &actor,
        };
        let opening = (KIND.read)(tx, &doing, &form)?;
        open(tx, &doing, &KIND, &opening, account, &actor.name)
    };
    let case = api.write(write).await?;
    let case_id = case.id.0.to_string();
    Ok((StatusCode::ACCEPTED, Json(CaseOpened { case_id })))
}

/// Ends an appointment at once; either side may.
#[utoipa::path(delete, path = "/api/v1/agents/{id}", tag = "ledger",
    params(("id" = String, Path, description = "委托编号")),
    responses((status = 204)))]
async fn remove_agent(
    By { actor, .. }: By<RemoveAgent>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id_of(&id)?;
    // A company's own two sides; the bureau's people by what they see.
    let sight = match actor.company_id() {
        Some(company) => Sight::Company(company),
        None => actor.sight.clone(),
    };
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| {
        let Some(appointment) = find(tx, &sight, id)? else {
            return Err(Problem::new(common::NOT_FOUND));
        };
        if end(tx, &context, &actor, &appointment)? {
            Ok(())
        } else {
            Err(Problem::new(codes::ENDED))
        }
    };
    api.write(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
