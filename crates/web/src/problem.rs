//! Problems (错误应答): the one shape of every error answer.

use crate::ErrorCode;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Codes that any route may answer.
pub mod codes {

    crate::codes! {
        UNAVAILABLE = "TG-F5030", 503, "平台暂时无法受理", "The platform is temporarily unavailable",
            "平台的存储或队列此刻不可用（繁忙、磁盘已满或连接中断）。本次请求没有被受理，也没有保存任何内容。",
            "请稍候再试（程序按应答头 Retry-After 的秒数等待）；报文请用相同 guid、相同内容重新提交，不会重复申报。",
            "The platform's storage or queue is not available (busy, disk full or connection lost). The request was not accepted and nothing was stored.",
            "Wait a little (programs: the seconds in Retry-After) and try again; a message that is submitted with the same guid and content is not declared twice.";
        FAULT = "TG-F5000", 500, "平台内部错误", "Internal error",
            "平台处理请求时发生了内部错误，原因已记录。",
            "请稍后重试；若仍出现，请把请求编号（应答头 X-Request-Id）告知平台运维人员。",
            "The platform failed while handling the request; the cause has been recorded.",
            "Try again later; if it happens again, give the operators the request ID (header X-Request-Id).";
        DAMAGED = "TG-F5001", 500, "平台存储的内容已损坏", "The stored content is damaged",
            "平台存储的这份内容已损坏，无法读取；其他内容不受影响。原因已记录，已提醒平台运维人员。",
            "重试不会成功。请把编号（受理号、办件编号等）和请求编号（应答头 X-Request-Id）告知平台，由运维人员从备份恢复；报文尚未发往海关、急需办理的，请重新申报。",
            "What is stored is damaged and cannot be read; nothing else is affected. The cause has been recorded and the operators have been alerted.",
            "Trying again will not help. Give the operators its number (of the message, the case and so on) and the request ID (header X-Request-Id), so that they restore it from a backup; if it is a message that has not been sent to customs and is urgent, declare it again.";
        BAD_REQUEST = "TG-R4000", 400, "请求有误", "Bad request",
            "请求的参数或格式不符合接口说明。",
            "请检查所填的内容后重新提交；程序请对照 /api/docs 检查参数名称、类型和取值。",
            "The parameters or format of the request do not match the API description.",
            "Check what you entered and send it again; programs: check names, types and values against /api/docs.";
        NOT_FOUND = "TG-R4040", 404, "没有找到", "Not found",
            "所请求的内容不存在，或您无权查看。",
            "请检查地址和编号，或回到列表中查找；只能查看本企业或本岗位的内容。",
            "It does not exist, or you may not see it.",
            "Check the address and the number, or look for it in the list; you see only what belongs to your company or position.";
        TOO_LARGE = "TG-R4130", 413, "报文过大", "The body is too large",
            "提交的内容超过了平台允许的大小。",
            "请拆分或缩小后重新提交；有具体说明的，上限见其中。",
            "What was submitted is larger than the platform allows.",
            "Split it or make it smaller and send it again; where there are details, they name the limit.";
        METHOD = "TG-R4050", 405, "请求方法不适用", "Method not allowed",
            "该地址不支持所用的 HTTP 方法。",
            "请返回后用页面上的按钮操作；程序请对照 /api/docs 使用正确的方法。",
            "This address does not support the HTTP method used.",
            "Go back and use the buttons on the page; programs: use the method given in /api/docs.";
        SHARE = "TG-R4290", 429, "同时进行的请求过多", "Too many requests at the same time",
            "本企业（不代表企业的人员为本账号，未登录时为本地址）同时占用的份额已满，例如正在处理的查询、正在上传的内容、等待中的领取请求或正在生成的导出。其他调用方不受影响，本次请求没有被受理。",
            "请等先前的请求完成，或按应答头 Retry-After 的秒数等待后重试；程序请减少并发。",
            "Your company (your account when you act for no company; without a login, your address) is using its full share of queries, uploads, long polls or exports. Others are not affected; the request was not accepted.",
            "Wait for earlier requests to finish, or for the number of seconds in Retry-After; programs should send fewer at once.";
        BODY_SLOW = "TG-R4081", 408, "请求内容传输过慢或中断", "The request body arrived too slowly or was cut off",
            "请求内容没有以最低速率送达，或连接中断。本次请求没有被受理。",
            "请检查网络后重新提交。",
            "The content arrived more slowly than the minimum rate, or the connection broke. The request was not accepted.",
            "Check the network and submit again.";
        HOST = "TG-R4007", 400, "请求头 Host 有误", "The Host header is missing or wrong",
            "HTTP/1.1 请求应有且仅有一个 Host，并与请求行中的地址一致。",
            "请检查客户端或代理的配置。",
            "An HTTP/1.1 request must have exactly one Host header, which matches the address in its first line.",
            "Check the settings of the client or proxy.";
        INSIDE = "TG-R4036", 403, "仅供运维访问", "For operators only",
            "该地址只对本机、配置中列出的网段（http.metrics_callers）或持有令牌（http.metrics_token_file）的调用方开放。",
            "请从本机访问，或请运维人员调整配置。",
            "This address is only for this machine, the networks in http.metrics_callers, and callers with the token in http.metrics_token_file.",
            "Call it from this machine, or ask the operators to change the settings.";
    }
}

/// A problem (错误应答), RFC 9457, with a stable code.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Address of the page that explains the code.
    #[serde(rename = "type")]
    #[schema(example = "/docs/codes/TG-R4040")]
    pub kind: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code for programs.
    #[schema(example = "TG-R4040")]
    pub code: String,
    /// Title in Chinese.
    pub title: String,
    /// Title in English.
    pub title_en: String,
    /// What is particular to this case, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do, in Chinese.
    pub advice: String,
    /// What to do, in English.
    pub advice_en: String,
    /// Line of the submitted text, from 1, when the problem is at a place in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Id of an existing message that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Seconds to wait before trying again.
    #[serde(skip)]
    #[schema(ignore)]
    pub retry_after: Option<Duration>,
    /// The store's failure behind it: for the log and for another try, never for the caller.
    #[serde(skip)]
    #[schema(ignore)]
    source: Option<store::Error>,
}

impl Problem {
    /// A problem with the texts of its code.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            kind: format!("/docs/codes/{}", code.code),
            status: code.status,
            code: code.code.to_owned(),
            title: code.title.to_owned(),
            title_en: code.title_en.to_owned(),
            detail: None,
            advice: code.advice.to_owned(),
            advice_en: code.advice_en.to_owned(),
            line: None,
            message_id: None,
            retry_after: None,
            source: None,
        }
    }

    /// A problem whose texts come from elsewhere, such as the message language: title and advice, each in Chinese
    /// and in English.
    pub fn of(code: &str, status: u16, title: [&str; 2], advice: [&str; 2]) -> Self {
        Self {
            kind: format!("/docs/codes/{code}"),
            status,
            code: code.to_owned(),
            title: title[0].to_owned(),
            title_en: title[1].to_owned(),
            detail: None,
            advice: advice[0].to_owned(),
            advice_en: advice[1].to_owned(),
            line: None,
            message_id: None,
            retry_after: None,
            source: None,
        }
    }

    /// The problem of what a module refused, in its words; a failure of the store stays one.
    pub fn because<R: store::TxFailure + std::fmt::Display>(code: ErrorCode, refusal: &R) -> Self {
        match refusal.store() {
            Some(error) => error.clone().into(),
            None => Self::new(code).detail(refusal.to_string()),
        }
    }

    /// Adds what is particular to this case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Tells the caller when to come back.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Writes the store's failure behind it to the log. Whoever makes an answer of a problem does so once: a
    /// transaction that is tried again makes more of them.
    pub fn log(&self) {
        match &self.source {
            Some(error) if error.is_unavailable() => {
                tracing::warn!(%error, "the store could not take the work");
            }
            Some(error) => tracing::error!(%error, "a request failed"),
            None => {}
        }
    }
}

/// A failure of the store as an answer: 503 when the same may succeed later, else 500. The particulars go to the
/// log, never to the caller.
impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        let code = match &error {
            store::Error::Unavailable(_) | store::Error::KeyMissing(_) => codes::UNAVAILABLE,
            store::Error::Damaged(_) => codes::DAMAGED,
            store::Error::Constraint(_)
            | store::Error::Conflict(_)
            | store::Error::Fault(_)
            | store::Error::Setting(_) => codes::FAULT,
        };
        let problem = match error.is_unavailable() {
            true => Self::new(code).retry_after(Duration::from_secs(2)),
            false => Self::new(code),
        };
        Self {
            source: Some(error),
            ..problem
        }
    }
}

impl store::TxFailure for Problem {
    fn store(&self) -> Option<&store::Error> {
        self.source.as_ref()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.log();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json; charset=utf-8"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(wait.as_secs().max(1)),
            );
        }
        response
    }
}

/// The answer to parameters that cannot be read, after the caller was known: who may not ask is not
/// told how to.
pub fn bad_query(why: &str) -> Problem {
    Problem::new(codes::BAD_REQUEST).detail(why)
}

#[cfg(test)]
mod tests {
    use super::{Problem, codes};
    use store::{Error, TxFailure};

    #[test]
    fn a_failure_of_the_store_is_kept_and_never_shown() {
        let lost = Error::Conflict("secret".to_owned());
        let problem = Problem::from(lost.clone());
        assert_eq!(problem.store(), Some(&lost), "it is tried again");
        assert_eq!(problem.code, codes::FAULT.code);
        assert!(!serde_json::to_string(&problem).unwrap().contains("secret"));
        let busy = Problem::from(Error::Unavailable(String::new()));
        assert_eq!(busy.code, codes::UNAVAILABLE.code);
        assert!(busy.retry_after.is_some());
        assert_eq!(Problem::new(codes::NOT_FOUND).store(), None);
    }

    #[test]
    fn what_a_module_refuses_is_shown_and_a_failure_stays_one() {
        let failed = Error::Fault("secret".to_owned());
        let problem = Problem::because(codes::BAD_REQUEST, &failed);
        assert_eq!(problem.code, codes::FAULT.code);
        assert_eq!(problem.detail, None);
    }
}
