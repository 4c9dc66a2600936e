//! `GET` and `PUT /api/v1/matching-policy`, `POST /api/v1/messages/{id}/release-match`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{HOLD_MINUTES, MatchingPolicy, POLICY_SET, RELEASED, codes, hold, sql};
use crate::api::ApiState;
use crate::finder;
use crate::message::MessageId;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{Actor, By, NOT_APPOINTED, Routes};
use registry::audit;
use registry::company::CompanyId;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::clock::beijing_rfc3339;
use utoipa::{IntoParams, ToSchema};
use web::{JsonBody, Path, Problem, QueryOf, codes as web_codes};

registry::operations! {
    ReadMatchingPolicy = reads(
        "matching_policy",
        "查看对碰策略",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program, Role::Operator]
    );
    SetMatchingPolicy = changes(
        "set_matching_policy",
        "变更对碰策略",
        &[Role::CompanyAdmin, Role::Operator]
    );
    ReleaseMatch = changes(
        "release_match",
        "放行待对碰清单",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::Program, Role::Operator]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(matching_policy, set_matching_policy, release_match)
}

/// Of which company.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PolicyQuery {
    /// Id of the company; the own one when it is left out.
    pub company: Option<String>,
}

/// A policy to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchingPolicyBody {
    /// `off`, `warn` or `hold`.
    #[schema(example = "hold")]
    pub policy: String,
}

/// The policy of a company.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    /// Id of the company.
    pub company_id: String,
    /// `off`, `warn` or `hold`.
    #[schema(example = "warn")]
    pub policy: String,
    /// Its Chinese name.
    pub policy_name: String,
    /// How long a list waits at most under `hold`, in minutes.
    pub hold_minutes: i64,
    /// When it was chosen, RFC 3339; absent while nobody has.
    pub changed_at: Option<String>,
}

/// The company meant: the one of the query, if the caller sees it; without one the own.
fn company(api: &ApiState, actor: &Actor, query: PolicyQuery) -> Result<CompanyId, Problem> {
    if query.company.is_none()
        && let Some(company) = actor.company_id()
    {
        return Ok(company);
    }
    let id = query.company.and_then(|id| id.parse().ok()).map(CompanyId);
    let found = id.and_then(|id| api.shared.directory.by_id(id));
    found
        .filter(|company| actor.sight.sees(company))
        .map(|company| company.id)
        .ok_or_else(|| Problem::new(web_codes::NOT_FOUND))
}

fn view(api: &ApiState, company: CompanyId, found: Option<(MatchingPolicy, i64)>) -> PolicyView {
    let policy = found.map_or(MatchingPolicy::Warn, |found| found.0);
    PolicyView {
        company_id: company.0.to_string(),
        policy: policy.name().to_owned(),
        policy_name: policy.chinese().to_owned(),
        hold_minutes: api.gate.context.number(&HOLD_MINUTES),
        changed_at: found.map(|found| beijing_rfc3339(found.1)),
    }
}

/// What happens to lists whose partners are missing or differ (对碰策略).
#[utoipa::path(
    get, path = "/api/v1/matching-policy", tag = "messages", security(("key" = [])),
    params(PolicyQuery),
    responses(
        (status = 200, body = PolicyView),
        (status = 404, body = Problem, description = "没有这家企业，或不可见")
    )
)]
async fn matching_policy(
    By { actor, .. }: By<ReadMatchingPolicy>,
    State(api): State<ApiState>,
    QueryOf(query): QueryOf<PolicyQuery>,
) -> Result<Json<PolicyView>, Problem> {
    api.refresh().await?;
    let company = company(&api, &actor, query)?;
    let context = &api.gate.context;
    let found = context
        .read(move |tx| sql::policies(tx, &BTreeSet::from([company.0])))
        .await?;
    Ok(Json(view(&api, company, found.get(&company.0).copied())))
}

/// Chooses what happens to lists whose partners are missing or differ. Lists that wait already go on
/// waiting until they fit, are released, or their time is over.
#[utoipa::path(
    put, path = "/api/v1/matching-policy", tag = "messages", params(PolicyQuery),
    request_body = MatchingPolicyBody,
    responses(
        (status = 200, body = PolicyView),
        (status = 400, body = Problem, description = "没有这种策略"),
        (status = 404, body = Problem, description = "没有这家企业，或不可见")
    )
)]
async fn set_matching_policy(
    By { actor, .. }: By<SetMatchingPolicy>,
    State(api): State<ApiState>,
    QueryOf(query): QueryOf<PolicyQuery>,
    JsonBody(body): JsonBody<MatchingPolicyBody>,
) -> Result<Json<PolicyView>, Problem> {
    api.refresh().await?;
    let policy =
        MatchingPolicy::from_name(&body.policy).ok_or_else(|| Problem::new(codes::NO_POLICY))?;
    let company = company(&api, &actor, query)?;
    let context = &api.gate.context;
    let now_ms = context.now_ms();
    context
        .act(move |tx| {
            sql::set_policy(tx, company, policy, now_ms)?;
            let object = format!("company:{}", company.0);
            audit::done(tx, now_ms, &actor, POLICY_SET, &object, policy.chinese())?;
            Ok(())
        })
        .await?;
    Ok(Json(view(&api, company, Some((policy, now_ms)))))
}

/// Lets a list go that waits for its partners (不再等待): it is sent to customs as it is.
#[utoipa::path(
    post, path = "/api/v1/messages/{id}/release-match", tag = "messages", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 204, description = "已放行，排入发送"),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "没有在等待")
    )
)]
pub(crate) async fn release_match(
    By { actor, .. }: By<ReleaseMatch>,
    State(api): State<ApiState>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(web_codes::NOT_FOUND))?;
    let context = &api.gate.context;
    let (now_ms, ids) = (context.now_ms(), std::sync::Arc::clone(&context.ids));
    context
        .act(move |tx| {
            let Some(found) = finder::find(tx, &actor.sight, id)? else {
                return Err(Problem::new(web_codes::NOT_FOUND));
            };
            // To release it is to declare it.
            if !actor.may_declare(&found.direction, &found.kind) {
                return Err(Problem::new(NOT_APPOINTED).detail(found.kind));
            }
            let Some(why) = hold::release(tx, &ids, id, now_ms)? else {
                return Err(Problem::new(codes::NOT_WAITING));
            };
            let object = format!("message:{id}");
            audit::done(tx, now_ms, &actor, RELEASED, &object, &why)?;
            Ok(())
        })
        .await?;
    api.shared.checked.ring();
    Ok(StatusCode::NO_CONTENT)
}
