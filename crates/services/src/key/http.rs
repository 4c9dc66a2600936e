//! `/api/v1/keys…`: the keys of the company's programs.

use super::{codes, issue, revoke};
use crate::ServicesApi;
use crate::case_file::http::id_of;
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::api_key::{self, ApiKey};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;
use web::{JsonBody, Page, Path, Problem};

/// Longest validity, in days.
const DAYS_MAX: i64 = 730;

registry::operations! {
    ReadKeys = reads("keys", "查看接口密钥", &[Role::CompanyAdmin]);
    IssueKey = changes("issue_key", "签发接口密钥", &[Role::CompanyAdmin]);
    RevokeKey = changes("revoke_key", "吊销接口密钥", &[Role::CompanyAdmin]);
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(keys, issue_key, revoke_key)
}

/// A key without its text (接口密钥).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// Its id, which is also part of its text.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// `active`, `expired` or `revoked`.
    pub state: &'static str,
    /// When it was issued, Beijing time.
    pub created_at: String,
    /// Until when it works, Beijing time.
    pub expires_at: String,
    /// When it was revoked, Beijing time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// What key to issue (签发密钥).
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct KeyBody {
    /// What it is for, 1 to 60 characters.
    pub label: String,
    /// Days for which it works, 1 to 730; 365 when absent.
    pub days: Option<i64>,
}

/// A key with its text, shown this once (新密钥).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedKey {
    /// Its id.
    pub id: String,
    /// Its text: `tg_…`.
    pub key: String,
    /// Until when it works, Beijing time.
    pub expires_at: String,
}

/// The keys as the API shows them.
pub(crate) fn views(keys: &[ApiKey], now_ms: i64) -> Vec<KeyView> {
    keys.iter()
        .map(|key| KeyView {
            id: key.id.to_string(),
            label: key.label.clone(),
            state: match key.revoked_at {
                Some(_) => "revoked",
                None if key.expires_at <= now_ms => "expired",
                None => "active",
            },
            created_at: beijing_rfc3339(key.created_at),
            expires_at: beijing_rfc3339(key.expires_at),
            revoked_at: key.revoked_at.map(beijing_rfc3339),
        })
        .collect()
}

/// The keys of the company acted for, oldest first.
#[utoipa::path(get, path = "/api/v1/keys", tag = "ledger",
    responses((status = 200, body = Page<KeyView>)))]
async fn keys(
    By { actor, .. }: By<ReadKeys>,
    Held(api): Held<ServicesApi>,
) -> Result<Json<Page<KeyView>>, Problem> {
    let company = actor.require_company()?.id;
    let now_ms = api.context().now_ms();
    let keys = api
        .context()
        .read(move |tx| api_key::of_company(tx, company))
        .await?;
    Ok(Json(Page::whole(views(&keys, now_ms))))
}

/// Issues a key; its text is shown this once.
#[utoipa::path(post, path = "/api/v1/keys", tag = "ledger", request_body = KeyBody,
    responses((status = 201, body = IssuedKey)))]
async fn issue_key(
    By { actor, .. }: By<IssueKey>,
    Held(api): Held<ServicesApi>,
    JsonBody(body): JsonBody<KeyBody>,
) -> Result<(StatusCode, Json<IssuedKey>), Problem> {
    let company = actor.require_company()?.id;
    let label = body.label.trim().to_owned();
    let days = body.days.unwrap_or(365);
    let is_label =
        (1..=60).contains(&label.chars().count()) && !label.chars().any(char::is_control);
    if !is_label || !(1..=DAYS_MAX).contains(&days) {
        return Err(Problem::new(codes::FIELDS));
    }
    let (secret, context) = (api.context().secret()?, api.context().clone());
    let write = move |tx: &mut Tx<'_>| {
        let wanted = (label.as_str(), days, &secret);
        issue(tx, &context, &actor, company, wanted)
    };
    let (key, text) = api.write(write).await?;
    let issued = IssuedKey {
        id: key.id.to_string(),
        key: text,
        expires_at: beijing_rfc3339(key.expires_at),
    };
    Ok((StatusCode::CREATED, Json(issued)))
}

/// Revokes a key; it stops working within a second.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "ledger",
    params(("id" = String, Path, description = "密钥编号")),
    responses((status = 204)))]
async fn revoke_key(
    By { actor, .. }: By<RevokeKey>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let company = actor.require_company()?.id;
    let key = id_of(&id)?;
    let context = api.context().clone();
    api.write(move |tx| revoke(tx, &context, &actor, company, key))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
