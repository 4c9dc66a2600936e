//! The clinic (验签诊断), `POST /api/v1/signature-clinic`: everything about a signature, for whoever must find
//! out why it is wrong. Nothing is stored.

use crate::intake::http::{SubmitState, in_turn, receive};
use crate::signature::{Checker, moments};
use axum::Json;
use axum::extract::{Request, State};
use ceb::signature::clinic::payment;
use ceb::signature::{clinic, declared_at};
use registry::access::{By, Routes};
use registry::company::Company;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use web::{Problem, codes};

/// Longest message that is examined, in bytes: several forms of it are made and shown.
const CLINIC_BYTES_MAX: usize = 1 << 20;

registry::operations! {
    ExamineSignature = changes(
        "signature_clinic",
        "验签诊断",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program, Role::Operator]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<Arc<SubmitState>> {
    registry::routes!(signature_clinic)
}

/// A digest that was tried (摘要尝试).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DigestView {
    /// Which bytes of the document: `strict`, `lenient:…`.
    #[schema(example = "strict")]
    pub profile: String,
    /// The digest of these bytes, Base64.
    pub computed: String,
    /// Whether it is the one in the signature.
    pub equal: bool,
}

/// A form of `SignedInfo` that was tried (签名值尝试).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueView {
    /// Which form: `strict`, `lenient:…`.
    #[schema(example = "lenient:compact-ceb-ds-xsi")]
    pub profile: String,
    /// Whether the signature is one over it.
    pub passes: bool,
    /// Its bytes, as text.
    pub signed_info: String,
}

/// Where the bytes that were digested differ from those that should have been (首个差异).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    /// Offset into the canonical document, in bytes.
    pub offset: u64,
    /// What stands there, with what is around it.
    pub should_be: String,
    /// What was digested instead.
    pub was: String,
}

/// Something wrong with a certificate (证书问题).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaultView {
    /// Stable code, explained at `/docs/codes/{code}`.
    #[schema(example = "TG-E1817")]
    pub code: String,
    /// What is wrong, in Chinese.
    pub text: String,
    /// What to do, in Chinese.
    pub advice: String,
    /// What is wrong, in English.
    #[serde(default)]
    pub text_en: Option<String>,
    /// What to do, in English.
    #[serde(default)]
    pub advice_en: Option<String>,
}

/// The certificate in the signature (证书).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Holder.
    pub subject: String,
    /// Authority.
    pub issuer: String,
    /// First day, Beijing.
    pub not_before: String,
    /// Last day, Beijing.
    pub not_after: String,
    /// Kind of key: `SM2`, `RSA-2048`.
    pub key: String,
    /// Company, as the E-Port writes it.
    pub company: Option<String>,
    /// Organisation or credit code.
    pub organisation: Option<String>,
    /// Card number.
    pub card: Option<String>,
    /// Whether the holder is the sender: `same`, `different`, `unknown`.
    pub holder: String,
    /// Whether the chain was checked; it is not while the platform has no roots.
    pub checked: bool,
    /// What is wrong with it.
    pub faults: Vec<FaultView>,
}

/// Everything about a signature (验签诊断结果).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClinicAnswer {
    /// `passed`, `failed`, `unsupported` or `unsigned`.
    #[schema(example = "failed")]
    pub outcome: String,
    /// The profile that passed: `strict`, or `lenient:` and what was tolerated.
    pub profile: Option<String>,
    /// Stable code of what is wrong, explained at `/docs/codes/{code}`.
    pub code: Option<String>,
    /// Name of the cause, for programs.
    pub cause: String,
    /// The one thing to change, in Chinese.
    pub advice: String,
    /// What to change, in English, without the details of the message.
    pub advice_en: String,
    /// What may have happened, in Chinese, where nothing explains the digest.
    pub possibilities: Vec<String>,
    /// The same in English.
    pub possibilities_en: Vec<String>,
    /// URI of the signature method.
    pub signature_method: Option<String>,
    /// URI of the digest method.
    pub digest_method: Option<String>,
    /// The signature method as people call it.
    pub algorithm: Option<String>,
    /// The digest method as people call it.
    pub digest_algorithm: Option<String>,
    /// What `KeyName` says.
    pub key_name: Option<String>,
    /// The digest in the signature, Base64.
    pub digest_expected: Option<String>,
    /// The digests that were tried.
    pub digests: Vec<DigestView>,
    /// The forms of `SignedInfo` that were tried.
    pub values: Vec<ValueView>,
    /// The first difference, when another profile than strict passes.
    pub difference: Option<DifferenceView>,
    /// The certificate.
    pub certificate: Option<CertificateView>,
    /// Canonical `SignedInfo`: what should be signed.
    pub signed_info: String,
    /// Canonical document without its signature: what should be digested.
    pub document: String,
}

impl ClinicAnswer {
    /// Whether what was given is no message at all, so that nothing can be said of its signature: it is refused by a
    /// code of the first layers, which are not those of signatures (`TG-E18…`).
    #[must_use]
    pub fn is_no_message(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        self.cause == "failure" && code.starts_with("TG-E1") && !code.starts_with("TG-E18")
    }
}

/// Examines the signature of a message (验签诊断): canonical bytes, digests, certificate, which profile
/// passes, and the one thing to change. The message may be in its envelope. Nothing is stored.
#[utoipa::path(
    post, path = "/api/v1/signature-clinic", tag = "signing", security(("key" = [])),
    request_body(content((String = "application/xml"))),
    responses(
        (status = 200, body = ClinicAnswer, description = "诊断结果，签名不对时也是 200；不保存任何内容"),
        (status = 400, body = Problem, description = "没有内容"),
        (status = 413, body = Problem, description = "过大"),
        (status = 503, body = Problem, description = "暂时无法处理，请稍后重试")
    )
)]
pub(crate) async fn signature_clinic(
    By { actor, .. }: By<ExamineSignature>,
    State(api): State<Arc<SubmitState>>,
    request: Request,
) -> Result<Json<ClinicAnswer>, Problem> {
    let (parts, body) = request.into_parts();
    let company = actor.require_company().ok().map(Arc::clone);
    let most = api.config.message_bytes_max.min(CLINIC_BYTES_MAX);
    let (body, _budget) = receive(&api, &actor, &parts.headers, body, most).await?;
    if body.is_empty() {
        return Err(Problem::new(codes::BAD_REQUEST).detail("没有内容"));
    }
    let (signatures, now_ms) = (Arc::clone(&api.signatures), api.clock.now_ms());
    let answer = in_turn(&api, &actor, move || {
        examined(&signatures, &body, company.as_deref(), now_ms)
    });
    answer.await.map(Json)
}

/// Examines a message, or what is uploaded under announcement 179 (JSON); what cannot be recognised
/// may still have a signature to look at. `company` is who asks, if it is a company: the codes of the
/// ledger are known of it.
///
/// # Errors
/// A fault of ours.
pub fn examined(
    signatures: &Checker,
    body: &[u8],
    company: Option<&Company>,
    now_ms: i64,
) -> Result<ClinicAnswer, Problem> {
    signatures.refresh(now_ms);
    let believed = signatures.believed();
    let trust = believed.trust();
    let diagnosis = match payment::Upload::read(body) {
        Some(upload) => {
            payment::examine(&upload, trust, now_ms.div_euclid(1000), signatures.keys())
        }
        None => message(signatures, body, company, now_ms),
    };
    serde_json::from_value(diagnosis).map_err(|error| {
        tracing::error!(%error, "the clinic told something that has no place in the answer");
        Problem::new(codes::FAULT)
    })
}

fn message(
    signatures: &Checker,
    body: &[u8],
    company: Option<&Company>,
    now_ms: i64,
) -> serde_json::Value {
    let sniffed = ceb::sniff(body);
    let (inner, cop_code) = match sniffed {
        Ok(sniffed) => (sniffed.inner, sniffed.cop_code),
        Err(_) => (body.into(), None),
    };
    let own = company.filter(|one| cop_code.is_some_and(|code| one.has_code(&code)));
    let codes: Vec<&str> = own
        .map(|one| one.credit_code.as_str())
        .into_iter()
        .collect();
    let believed = signatures.believed();
    let given = clinic::Given {
        trust: believed.trust(),
        times: &moments(&declared_at(&inner), now_ms),
        codes: &codes,
        sm2: signatures.keys(),
    };
    clinic::examine(&inner, &given).json()
}
