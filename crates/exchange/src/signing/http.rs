//! `/api/v1/signing`, `…/consent`, `…/policies/{company}`: what a company wants of signatures.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{
    POLICY_KIND, PolicyWish, SigningKey, active_key, consent, describe, has_certificate, policy,
    sql,
};
use crate::api::ApprovalAsked;
use crate::api::{ApiState, bad};
use crate::keyring::{Card, CardFacts};
use crate::signature::{Policy, Verify};
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use registry::access::{Actor, By, Routes, Sight};
use registry::approval::{self, Request, reason};
use registry::company::{self, Company, CompanyId};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{JsonBody, Path, Problem, QueryOf, codes as common};

registry::operations! {
    ReadSigning = reads(
        "signing",
        "查看企业签名策略",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program, Role::Operator]
    );
    SetSigningConsent = changes("signing_consent", "开通或关闭平台代签", &[Role::CompanyAdmin]);
    AskSigningPolicy = changes("ask_signing_policy", "申请变更企业签名策略", &[Role::Operator]);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(signing, signing_consent, ask_signing_policy)
}

/// Whose signatures are asked for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SigningQuery {
    /// Id of the company; the own one when absent.
    pub company: Option<String>,
}

/// A key that signs for a company (代签密钥).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningKeyView {
    /// Its id.
    pub id: String,
    /// Id of the company.
    pub company_id: String,
    /// Its name in the settings.
    pub name: String,
    /// `file`, `pkcs11` or `usb_key`.
    pub provider: String,
    /// `rsa` or `sm2`.
    pub family: &'static str,
    /// Serial number of the certificate.
    pub serial: String,
    /// Holder of the certificate.
    pub subject: String,
    /// Valid from, Beijing time.
    pub valid_from: String,
    /// Valid to, Beijing time.
    pub valid_to: String,
    /// `active` or `removed`.
    pub state: &'static str,
    /// Who assigned it.
    pub added_by: String,
    /// When, Beijing time.
    pub added_at: String,
    /// Signatures that this process made with it.
    pub signed: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls that wait now.
    pub waiting: usize,
    /// How long a signature takes on average, in milliseconds.
    pub mean_ms: i64,
    /// What went wrong last; empty when the last call was good.
    pub last_fault: String,
}

/// What a company wants of signatures (签名策略).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SigningView {
    /// Id of the company.
    pub company_id: String,
    /// `required`, `tolerated` or `off`: how signatures on what it sends are judged.
    pub verify: &'static str,
    /// Whether SHA-1 and short RSA keys may be used.
    pub allow_old: bool,
    /// Whether signatures count that verify in a tolerant profile only.
    pub allow_tolerant_profiles: bool,
    /// Whether the platform signs what comes unsigned.
    pub platform_signs: bool,
    /// The key that signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<SigningKeyView>,
    /// Messages that wait for the key.
    pub waiting: i64,
}

/// The consent of a company.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsentBody {
    /// Whether the platform signs what comes unsigned.
    pub platform_signs: bool,
}

/// What a company's signatures are to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyBody {
    /// `required`, `tolerated` or `off`.
    pub verify: String,
    /// Whether SHA-1 and short RSA keys may be used.
    pub allow_old: bool,
    /// Whether signatures count that verify in a tolerant profile only.
    pub allow_tolerant_profiles: bool,
    /// Why, 2 to 500 characters.
    pub reason: String,
}

pub(super) fn id_of(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::new(common::NOT_FOUND))
}

pub(super) fn view(api: &ApiState, key: &SigningKey) -> SigningKeyView {
    let card = api.shared.keyring.card(&key.name);
    let facts = card.map(Card::facts).unwrap_or_else(|| CardFacts {
        last_fault: "本进程的配置中没有这个密钥".to_owned(),
        ..CardFacts::default()
    });
    let n_signed = i64::try_from(facts.n_signed).unwrap_or(i64::MAX);
    SigningKeyView {
        id: key.id.to_string(),
        company_id: key.company_id.0.to_string(),
        name: key.name.clone(),
        provider: key.provider.clone(),
        family: key.family.name(),
        serial: key.serial.clone(),
        subject: key.subject.clone(),
        valid_from: beijing_rfc3339(key.valid_from),
        valid_to: beijing_rfc3339(key.valid_to),
        state: if key.is_active { "active" } else { "removed" },
        added_by: key.added_name.clone(),
        added_at: beijing_rfc3339(key.added_at),
        signed: facts.n_signed,
        failed: facts.n_failed,
        waiting: facts.n_waiting,
        mean_ms: facts.total_ms.checked_div(n_signed).unwrap_or(0),
        last_fault: facts.last_fault,
    }
}

/// The company that somebody asks about, if he sees it.
fn company_of(tx: &mut Tx<'_>, sight: &Sight, id: CompanyId) -> StoreResult<Option<Company>> {
    Ok(company::by_id(tx, id)?.filter(|company| sight.sees(company)))
}

fn show(tx: &mut Tx<'_>, api: &ApiState, company: CompanyId) -> StoreResult<SigningView> {
    let policy: Policy = policy(tx, company)?;
    let key = active_key(tx, company)?;
    Ok(SigningView {
        company_id: company.0.to_string(),
        verify: policy.verify.name(),
        allow_old: policy.allow_old,
        allow_tolerant_profiles: policy.allow_tolerant_profiles,
        platform_signs: policy.platform_signs,
        key: key.map(|key| view(api, &key)),
        waiting: sql::n_waiting(tx, company)?,
    })
}

/// What a company wants of signatures, and the key that signs for it (签名策略).
#[utoipa::path(
    get, path = "/api/v1/signing", tag = "signing", params(SigningQuery),
    responses(
        (status = 200, body = SigningView),
        (status = 404, body = Problem, description = "没有这家企业，或不可见")
    )
)]
async fn signing(
    By { actor, .. }: By<ReadSigning>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<SigningQuery>,
) -> Result<Json<SigningView>, Problem> {
    let company = match query.company.as_deref() {
        Some(id) => CompanyId(id_of(id)?),
        // Who acts for none says which one is meant.
        None => actor.company_id().ok_or_else(|| {
            Problem::new(common::BAD_REQUEST).detail("请用 company=企业 id 指明企业")
        })?,
    };
    let inside = api.clone();
    let read = move |tx: &mut Tx<'_>| {
        let Some(company) = company_of(tx, &actor.sight, company)? else {
            return Ok(None);
        };
        show(tx, &inside, company.id).map(Some)
    };
    let found = api.gate.context.read(read).await?;
    found
        .map(Json)
        .ok_or_else(|| Problem::new(common::NOT_FOUND))
}

/// Lets the platform sign what the company sends unsigned, or no more (平台代签). It cannot be switched
/// on before there is a key: every unsigned message would wait.
#[utoipa::path(
    put, path = "/api/v1/signing/consent", tag = "signing", request_body = ConsentBody,
    responses(
        (status = 200, body = SigningView),
        (status = 403, body = Problem, description = "只有企业管理员可以开通"),
        (status = 409, body = Problem, description = "没有可用的代签证书，不能开通")
    )
)]
pub(super) async fn signing_consent(
    By { actor, .. }: By<SetSigningConsent>,
    Held(api): Held<ApiState>,
    JsonBody(body): JsonBody<ConsentBody>,
) -> Result<Json<SigningView>, Problem> {
    let company = actor.require_company()?.id;
    let inside = api.clone();
    let now_ms = api.shared.clock.now_ms();
    let act = move |tx: &mut Tx<'_>| {
        if body.platform_signs && !has_certificate(tx, company, now_ms)? {
            return Err(Problem::new(super::codes::NO_CERTIFICATE));
        }
        consent(tx, &actor, company, body.platform_signs, now_ms)?;
        sql::hurry(tx, company, now_ms)?;
        Ok(show(tx, &inside, company)?)
    };
    Ok(Json(api.gate.context.act(act).await?))
}

/// Asks for another policy of a company (变更签名策略): it holds when the security administrator
/// approves.
#[utoipa::path(
    put, path = "/api/v1/signing/policies/{company}", tag = "signing", request_body = PolicyBody,
    params(("company" = String, Path, description = "企业编号")),
    responses(
        (status = 202, body = ApprovalAsked, description = "已提交复核，由安全管理员批准后生效"),
        (status = 400, body = Problem, description = "缺少理由或取值有误"),
        (status = 404, body = Problem, description = "没有这家企业"),
        (status = 409, body = Problem, description = "信任库中没有根证书，不能要求签名")
    )
)]
async fn ask_signing_policy(
    By { actor, .. }: By<AskSigningPolicy>,
    Held(api): Held<ApiState>,
    Path(company): Path<String>,
    JsonBody(body): JsonBody<PolicyBody>,
) -> Result<(StatusCode, Json<ApprovalAsked>), Problem> {
    let verify = Verify::from_name(&body.verify)
        .ok_or_else(|| bad("verify 应为 required、tolerated 或 off".to_owned()))?;
    let wish = PolicyWish {
        company: id_of(&company)?,
        verify,
        allow_old: body.allow_old,
        allow_tolerant_profiles: body.allow_tolerant_profiles,
    };
    if verify == Verify::Required {
        api.shared.signatures.refresh(api.shared.clock.now_ms());
        if !api.shared.signatures.believes_anybody() {
            return Err(Problem::new(super::codes::NOBODY_TRUSTED));
        }
    }
    let payload = serde_json::to_string(&wish).unwrap_or_default();
    let what = (&POLICY_KIND, describe(&wish), payload);
    ask(&api, actor, CompanyId(wish.company), what, &body.reason).await
}

pub(super) async fn ask(
    api: &ApiState,
    actor: Actor,
    company: CompanyId,
    (kind, title, payload): (&'static approval::ApprovalKind, String, String),
    why: &str,
) -> Result<(StatusCode, Json<ApprovalAsked>), Problem> {
    actor.require_account()?;
    let why = reason(why)?;
    let context = api.gate.context.clone();
    let act = move |tx: &mut Tx<'_>| {
        let Some(company) = company_of(tx, &actor.sight, company)? else {
            return Err(Problem::new(common::NOT_FOUND));
        };
        let request = Request {
            kind: kind.name,
            title: format!("{}：{title}", company.name),
            payload: payload.clone(),
            company: Some(company.id.0),
            why: why.clone(),
        };
        Ok(approval::ask(tx, &context, &actor, &request)?)
    };
    let approval_id = api.gate.context.act(act).await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(ApprovalAsked { approval_id })))
}
