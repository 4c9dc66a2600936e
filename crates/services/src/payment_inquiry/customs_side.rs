//! Customs' side of announcement 179, played (海关侧模拟): it asks a platform, and it verifies what the
//! platform uploads. A stand-in for tests and trials, made from the announcement; not customs.
//!
//! It does not share the code that builds an upload: it takes the members out of the text as they
//! stand there, puts the string to sign together by itself, and verifies with the certificate that it
//! was given. That is how a difference of one byte is found.

use super::customs::{CustomsAnswer, FAILED, OK};
use axum::extract::State;
use axum::routing::post;
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use exchange::keyring::certificate::CardCertificate;
use exchange::keyring::provider::Method;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::{Arc, Mutex, PoisonError};
use store::clock::SharedClock;

/// What a platform uploaded, and how it was found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The session.
    pub session_no: String,
    /// How it was signed; empty when it does not verify.
    pub method: String,
    /// What is wrong; empty when all is right.
    pub fault: String,
    /// The form's field as it came.
    pub text: String,
}

/// Plays customs.
#[derive(Clone)]
pub struct CustomsSide {
    certificates: Arc<Vec<CardCertificate>>,
    clock: SharedClock,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<Mutex<Option<String>>>,
}

impl CustomsSide {
    /// Customs that know these certificates.
    pub fn new(certificates: Vec<CardCertificate>, clock: SharedClock) -> Self {
        Self {
            certificates: Arc::new(certificates),
            clock,
            seen: Arc::default(),
            answer: Arc::default(),
        }
    }

    /// Answers this code instead of the verdict, until told otherwise.
    pub fn answer_with(&self, code: Option<&str>) {
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        *answer = code.map(str::to_owned);
    }

    /// What was uploaded so far.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    /// The address to which platforms upload.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/ceb2grab/grab/realTimeDataUpload", post(upload))
            .with_state(self)
    }
}

/// The form of an inquiry: the field `openReq`.
pub fn open_req(order_no: &str, session_no: &str, now_ms: i64) -> String {
    serde_json::json!({
        "orderNo": order_no, "sessionID": session_no, "serviceTime": now_ms.to_string(),
    })
    .to_string()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    pay_ex_info_str: String,
}

async fn upload(
    State(side): State<CustomsSide>,
    Form(fields): Form<Fields>,
) -> Json<CustomsAnswer> {
    let text = fields.pay_ex_info_str;
    let verdict = examine(&text, &side.certificates);
    let (session_no, method, fault) = match &verdict {
        Ok((session_no, method)) => (session_no.clone(), method.name(), String::new()),
        Err(why) => (String::new(), "", why.clone()),
    };
    let ordered = side
        .answer
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let code = ordered.unwrap_or_else(|| if fault.is_empty() { OK } else { FAILED }.to_owned());
    let message = if code == OK {
        "上传成功".to_owned()
    } else if fault.is_empty() {
        "按设定应答".to_owned()
    } else {
        fault.clone()
    };
    let mut seen = side.seen.lock().unwrap_or_else(PoisonError::into_inner);
    seen.push(Seen {
        session_no,
        method: method.to_owned(),
        fault,
        text,
    });
    Json(CustomsAnswer {
        code,
        message,
        service_time: side.clock.now_ms().into(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayExInfo {
    #[serde(rename = "sessionID")]
    session: String,
    #[serde(rename = "payExchangeInfoHead")]
    head: Box<RawValue>,
    #[serde(rename = "payExchangeInfoLists")]
    lists: Box<RawValue>,
    #[serde(rename = "serviceTime")]
    service_time: String,
    #[serde(rename = "certNo")]
    certificate_no: String,
    #[serde(rename = "signValue")]
    signature: String,
}

/// Examines an upload; answers the session and how it was signed.
///
/// # Errors
/// What is wrong, in Chinese.
pub fn examine(text: &str, certificates: &[CardCertificate]) -> Result<(String, Method), String> {
    let info: PayExInfo = serde_json::from_str(text)
        .map_err(|error| format!("payExInfoStr 不符合公告格式：{error}"))?;
    let certificate = certificates
        .iter()
        .find(|certificate| certificate.serial == info.certificate_no)
        .ok_or("企业实时数据获取验签证书未在服务系统注册")?;
    let mut signed = String::new();
    for (name, value) in [
        ("sessionID", info.session.as_str()),
        ("payExchangeInfoHead", info.head.get()),
        ("payExchangeInfoLists", info.lists.get()),
        ("serviceTime", info.service_time.as_str()),
    ] {
        if !signed.is_empty() {
            signed.push_str("||");
        }
        signed.push_str(&format!("\"{name}\":\"{value}\""));
    }
    let signature = STANDARD
        .decode(&info.signature)
        .map_err(|_| "signValue 不是 Base64")?;
    let method = certificate.family.method();
    if certificate.has_signed(method, signed.as_bytes(), &signature) {
        Ok((info.session, method))
    } else {
        Err("验签失败".to_owned())
    }
}
