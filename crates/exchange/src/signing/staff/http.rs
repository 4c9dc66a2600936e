//! `/api/v1/signing/keys…`: the keys that sign for companies.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use crate::api::ApiState;
use crate::api::ApprovalAsked;
use crate::keyring::Card;
use crate::keyring::provider::SigningFault;
use crate::signing::http::{SigningKeyView, SigningQuery, ask, id_of, view};
use crate::signing::{
    KEY_KIND, KEY_TESTED, KeyFilter, KeyWish, SigningKey, codes, key, keys, remove_key, sql,
};
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::audit;
use registry::company::CompanyId;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Age, JsonBody, Page, PageQuery, Path, Problem, QueryOf, codes as common};

/// What is signed to try a key.
const PROBE: &[u8] = "通关平台签名测试".as_bytes();

registry::operations! {
    ReadSigningKeys = reads("signing_keys", "查看代签密钥", &[Role::Operator]);
    AskSigningKey = changes("ask_signing_key", "申请登记代签密钥", &[Role::Operator]);
    RemoveSigningKey = changes("remove_signing_key", "移除代签密钥", &[Role::Operator]);
    TestSigningKey = changes("test_signing_key", "测试代签密钥", &[Role::Operator]);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(
        ask_signing_key,
        signing_keys,
        remove_signing_key,
        test_signing_key
    )
}

/// Which key is to sign for which company.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SigningKeyBody {
    /// Id of the company.
    pub company: String,
    /// Name of the key in the settings.
    pub name: String,
    /// Why, 2 to 500 characters.
    pub reason: String,
}

/// How a key answered (密钥测试结果).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyTest {
    /// Whether it signed.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub ms: i64,
    /// What went wrong and what to do; or the algorithm.
    pub text: String,
}

fn fault(fault: &SigningFault) -> Problem {
    Problem::new(codes::KEY_FAULT).detail(fault.to_string())
}

/// Asks for a key to sign for a company (登记代签密钥): its certificate is read now, and it signs when
/// the security administrator approves.
#[utoipa::path(
    post, path = "/api/v1/signing/keys", tag = "signing", request_body = SigningKeyBody,
    responses(
        (status = 202, body = ApprovalAsked, description = "已提交复核，由安全管理员批准后使用"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这家企业"),
        (status = 409, body = Problem, description = "密钥不可用或证书过期"),
        (status = 422, body = Problem, description = "配置中没有这个密钥")
    )
)]
async fn ask_signing_key(
    By { actor, .. }: By<AskSigningKey>,
    Held(api): Held<ApiState>,
    JsonBody(body): JsonBody<SigningKeyBody>,
) -> Result<(StatusCode, Json<ApprovalAsked>), Problem> {
    let company = id_of(&body.company)?;
    let keyring = Arc::clone(&api.shared.keyring);
    let (Some(card), Some(provider)) = (keyring.card(&body.name), keyring.kind(&body.name)) else {
        return Err(Problem::new(codes::NO_KEY));
    };
    let certificate = card.certificate().await.map_err(|error| fault(&error))?;
    if !certificate.holds_at(api.shared.clock.now_ms()) {
        return Err(Problem::new(codes::EXPIRED));
    }
    let wish = KeyWish {
        company,
        name: body.name.clone(),
        provider: provider.to_owned(),
        certificate: data_encoding::HEXLOWER.encode(&certificate.der),
    };
    let title = format!(
        "{}（{provider}）证书 {}，{}",
        body.name, certificate.serial, certificate.subject
    );
    let payload = serde_json::to_string(&wish).unwrap_or_default();
    let what = (&KEY_KIND, title, payload);
    ask(&api, actor, CompanyId(company), what, &body.reason).await
}

/// How the list of keys is put in order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct KeysQuery {
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// The keys that sign for companies (代签密钥列表).
#[utoipa::path(
    get, path = "/api/v1/signing/keys", tag = "signing", params(SigningQuery, KeysQuery, PageQuery),
    responses(
        (status = 200, body = Page<SigningKeyView>)
    )
)]
async fn signing_keys(
    By { actor, .. }: By<ReadSigningKeys>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<SigningQuery>,
    QueryOf(order): QueryOf<KeysQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<SigningKeyView>>, Problem> {
    let filter = KeyFilter {
        company: query.company.as_deref().map(id_of).transpose()?,
        with_removed: false,
        begin: asked.begin(order.sort.as_deref())?,
    };
    let size = asked.size();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let found = keys(tx, &actor.sight, &filter, size.rows())?;
        let total = asked.total(|| sql::total_keys(tx, &actor.sight, &filter))?;
        Ok(Page::cut(found, size, |key| filter.begin.next(key.id)).counted(total))
    };
    let page = api.gate.context.read(read).await?;
    Ok(Json(page.map(|key| view(&api, &key))))
}

/// Takes a key away at once (移除代签密钥).
#[utoipa::path(
    delete, path = "/api/v1/signing/keys/{id}", tag = "signing",
    params(("id" = String, Path, description = "密钥编号")),
    responses((status = 204), (status = 404, body = Problem, description = "没有这个密钥"))
)]
async fn remove_signing_key(
    By { actor, .. }: By<RemoveSigningKey>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (id, now_ms) = (id_of(&id)?, api.shared.clock.now_ms());
    let act = move |tx: &mut Tx<'_>| {
        let Some(key) = key(tx, id)? else {
            return Err(Problem::new(common::NOT_FOUND));
        };
        if !remove_key(tx, &actor, &key, now_ms)? {
            return Err(Problem::new(common::NOT_FOUND));
        }
        Ok(())
    };
    api.gate.context.act(act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tries a key (测试密钥): opens a card that was shut after a wrong PIN, signs a few bytes, and lets
/// what waits for the key be tried again.
#[utoipa::path(
    post, path = "/api/v1/signing/keys/{id}/test", tag = "signing",
    params(("id" = String, Path, description = "密钥编号")),
    responses(
        (status = 200, body = KeyTest),
        (status = 404, body = Problem, description = "没有这个密钥"),
        (status = 422, body = Problem, description = "本进程的配置中没有这个密钥")
    )
)]
async fn test_signing_key(
    By { actor, .. }: By<TestSigningKey>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<KeyTest>, Problem> {
    let id = id_of(&id)?;
    let found = api.gate.context.read(move |tx| key(tx, id)).await?;
    let found = found.ok_or_else(|| Problem::new(common::NOT_FOUND))?;
    let keyring = Arc::clone(&api.shared.keyring);
    let Some(card) = keyring.card(&found.name) else {
        return Err(Problem::new(codes::NO_KEY));
    };
    let begun_at = api.shared.clock.now_ms();
    let outcome = probe(card, &found).await;
    let now_ms = api.shared.clock.now_ms();
    let is_ok = outcome.is_ok();
    let text = outcome.unwrap_or_else(|fault| fault.to_string());
    let (object, detail) = (format!("company:{}", found.company_id.0), text.clone());
    let act = move |tx: &mut Tx<'_>| {
        audit::done(tx, now_ms, &actor, KEY_TESTED, &object, &detail)?;
        if is_ok {
            sql::hurry(tx, found.company_id, now_ms)?;
        }
        Ok(())
    };
    api.gate.context.act(act).await?;
    Ok(Json(KeyTest {
        ok: is_ok,
        ms: now_ms - begun_at,
        text,
    }))
}

/// Signs a few bytes with a key; answers the algorithm, or why it cannot.
async fn probe(card: &Card, key: &SigningKey) -> Result<String, SigningFault> {
    card.reset().await;
    let certificate = card.certificate().await?;
    if certificate.serial != key.serial {
        let text = format!("证书现为 {}，请重新登记密钥", certificate.serial);
        return Err(SigningFault::Device(text));
    }
    let method = certificate.family.method();
    card.sign(PROBE, method).await?;
    Ok(method.name().to_owned())
}
