//! The HTTP API as the command line uses it.

use anyhow::Context;
use clap::Args;
use std::time::Duration;

/// How long to wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(90);

/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// Where the platform is and who asks.
#[derive(Debug, Clone, Args)]
pub(super) struct Remote {
    /// 平台地址
    #[arg(long, env = "TONGGUAN_URL", value_name = "URL")]
    pub(super) url: Option<String>,
    /// 接口密钥
    #[arg(long, env = "TONGGUAN_KEY", value_name = "KEY", hide_env_values = true)]
    pub(super) key: Option<String>,
}

/// An answer of the platform.
pub(super) struct ApiAnswer {
    /// HTTP status.
    pub(super) status: u16,
    /// Seconds after which to try again, when the platform says so.
    pub(super) retry_after_s: Option<u64>,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl ApiAnswer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is not JSON.
    pub(super) fn json(&self) -> anyhow::Result<serde_json::Value> {
        serde_json::from_slice(&self.body).context("平台的应答不是 JSON")
    }
}

/// A connection to the platform.
pub(super) struct Client {
    agent: ureq::Agent,
    url: String,
    key: String,
}

impl Client {
    /// A client; both address and key are needed.
    ///
    /// # Errors
    /// When one of them is missing.
    pub(super) fn new(remote: &Remote) -> anyhow::Result<Self> {
        let (Some(url), Some(key)) = (&remote.url, &remote.key) else {
            return Err(super::wrong_use(
                "请用 --url 和 --key 指明平台地址与接口密钥（或环境变量 TONGGUAN_URL、TONGGUAN_KEY）",
            ));
        };
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .build()
            .into();
        Ok(Self {
            agent,
            url: url.trim_end_matches('/').to_owned(),
            key: key.clone(),
        })
    }

    /// Sends a message, or a form that becomes messages.
    ///
    /// # Errors
    /// When the platform cannot be reached; a refusal is an answer.
    pub(super) fn submit(&self, body: &[u8], content_type: &str) -> anyhow::Result<ApiAnswer> {
        self.post("/api/v1/messages", body, content_type)
    }

    /// Posts a body to a path.
    ///
    /// # Errors
    /// When the platform cannot be reached; a refusal is an answer.
    pub(super) fn post(
        &self,
        path: &str,
        body: &[u8],
        content_type: &str,
    ) -> anyhow::Result<ApiAnswer> {
        let response = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", content_type)
            .send(body);
        self.answer(response)
    }

    /// The same workbook with every error at its cell.
    ///
    /// # Errors
    /// When the platform cannot be reached; a refusal is an answer.
    pub(super) fn report(&self, body: &[u8], content_type: &str) -> anyhow::Result<ApiAnswer> {
        let response = self
            .agent
            .post(format!("{}/api/v1/workbook-report", self.url))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", content_type)
            .send(body);
        self.answer(response)
    }

    /// Gets a path with its query.
    ///
    /// # Errors
    /// When the platform cannot be reached; a refusal is an answer.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<ApiAnswer> {
        let response = self
            .agent
            .get(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.key))
            .call();
        self.answer(response)
    }

    fn answer(
        &self,
        response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<ApiAnswer> {
        let mut response = response.map_err(|error| {
            anyhow::anyhow!("无法连接平台 {}：{}", self.url, unreachable(&error))
        })?;
        let retry_after_s = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.parse().ok());
        let body = response
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec()?;
        Ok(ApiAnswer {
            status: response.status().as_u16(),
            retry_after_s,
            body,
        })
    }
}

/// What to tell of a name that nobody knows.
const UNKNOWN_HOST: &str = "找不到这台主机，请核对 --url 中的主机名";

/// Why the platform cannot be reached, for people, and what to do.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the set is open and grows with the library"
)]
fn unreachable(error: &ureq::Error) -> String {
    use std::io::ErrorKind;
    match error {
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => {
                "没有程序在此地址监听，请确认平台已启动，地址和端口无误".to_owned()
            }
            ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe => {
                "连接中断，请稍后重试".to_owned()
            }
            ErrorKind::TimedOut => "连接超时，请检查网络".to_owned(),
            _ if error.to_string().contains("lookup") => UNKNOWN_HOST.to_owned(),
            _ => error.to_string(),
        },
        ureq::Error::HostNotFound => UNKNOWN_HOST.to_owned(),
        ureq::Error::Timeout(_) => "等待应答超时，请检查网络，稍后重试".to_owned(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            "地址写法不对，应如 http://127.0.0.1:8080".to_owned()
        }
        ureq::Error::Protocol(_) => {
            "对方不是 HTTP 服务，请核对协议（http、https）和端口".to_owned()
        }
        other => other.to_string(),
    }
}
