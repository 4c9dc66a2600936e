//! The USB key of the E-Port (电子口岸卡) behind its local WebSocket service.
//!
//! The service speaks JSON: `{_method, _id, args}` there, `{_id, _args: {Result, Data, Error}}` back.
//! One connection is kept; a lost one is made anew once for each call. `Custom50070` says that the
//! reader wants a reset: it is tried once more, then a person must pull the key out. The service has
//! no codes for a wrong password or an absent card, so the texts of its errors are looked at: these
//! words are inferred, and what none of them fits is passed on as it came.

use super::{KeyFamily, KeyProvider, Method, SigningFault, SigningResult, secret};
use crate::keyring::certificate::CardCertificate;
use crate::keyring::sm2_text::raw_signature;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// Where the service listens when nobody said otherwise.
pub const ADDRESS: &str = "ws://127.0.0.1:61232";

/// Signs a text; the answer has the signature and the number of the certificate.
pub const SIGN: &str = "cus-sec_SpcSignDataAsPEM";
/// Answers the certificate.
pub const CERTIFICATE: &str = "cus-sec_SpcGetSignCertAsPEM";
/// Answers the SHA-1 digest of a text.
pub const SHA1: &str = "cus-sec_SpcSHA1DigestAsPEM";
/// Signs a digest.
pub const SIGN_DIGEST: &str = "cus-sec_SpcSignDataNoHashAsPEM";
/// What the service says when the reader wants a reset.
pub const RESET: &str = "Custom50070";

/// Longest answer, in bytes: a certificate has two kilobytes.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// Answers to other calls that are passed over before ours must have come.
const STRANGERS_MAX: usize = 32;

/// Where a USB key is.
#[derive(Debug, Clone)]
pub struct UsbSettings {
    /// Address of the service.
    pub url: String,
    /// File with the password of the key.
    pub password_file: PathBuf,
}

/// A USB key of the E-Port (电子口岸卡).
pub struct UsbKey {
    settings: UsbSettings,
    line: Mutex<Line>,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Default)]
struct Line {
    socket: Option<Socket>,
    certificate: Option<Arc<CardCertificate>>,
    number: i64,
}

impl UsbKey {
    /// A key that is looked for when it is first used.
    pub fn new(settings: UsbSettings) -> Self {
        Self {
            settings,
            line: Mutex::default(),
        }
    }

    /// Calls a method; repeats it once over a new connection, and once when the reader asks.
    async fn call(
        &self,
        line: &mut Line,
        method: &str,
        args: &Value,
    ) -> SigningResult<Vec<String>> {
        let mut was_reset = false;
        let mut was_new = line.socket.is_none();
        loop {
            match self.once(line, method, args).await {
                Err(SigningFault::Unreachable(_)) if !was_new => was_new = true,
                Err(SigningFault::NeedsReset) if !was_reset => {
                    was_reset = true;
                    line.socket = None;
                }
                outcome => return outcome,
            }
        }
    }

    async fn once(
        &self,
        line: &mut Line,
        method: &str,
        args: &Value,
    ) -> SigningResult<Vec<String>> {
        line.number += 1;
        let number = line.number;
        // Taken out: a call that is given up half-way leaves no connection with half an answer.
        let mut socket = match line.socket.take() {
            Some(socket) => socket,
            None => self.connect().await?,
        };
        let text = json!({ "_method": method, "_id": number, "args": args }).to_string();
        let lost = |why: &str| SigningFault::Unreachable(why.to_owned());
        let sent = socket.send(Message::text(text)).await;
        sent.map_err(|_| lost("连接中断"))?;
        for _ in 0..STRANGERS_MAX {
            let message = match socket.next().await {
                Some(Ok(message)) => message,
                Some(Err(_)) | None => return Err(lost("连接中断")),
            };
            let text = match &message {
                Message::Text(text) => text.as_str(),
                Message::Close(_) => return Err(lost("服务关闭了连接")),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                    continue;
                }
            };
            let answer: Value = serde_json::from_str(text).map_err(|_| lost("应答不是 JSON"))?;
            if answer.get("_id").and_then(Value::as_i64) == Some(number) {
                line.socket = Some(socket);
                return data(&answer);
            }
        }
        Err(lost("没有收到对应的应答"))
    }

    async fn connect(&self) -> SigningResult<Socket> {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(ANSWER_BYTES_MAX))
            .max_frame_size(Some(ANSWER_BYTES_MAX));
        let connected = connect_async_with_config(&self.settings.url, Some(limits), true).await;
        connected
            .map(|(socket, _)| socket)
            .map_err(|_| SigningFault::Unreachable(self.settings.url.clone()))
    }

    async fn read_certificate(&self, line: &mut Line) -> SigningResult<Arc<CardCertificate>> {
        if let Some(certificate) = &line.certificate {
            return Ok(Arc::clone(certificate));
        }
        let data = self.call(line, CERTIFICATE, &json!({})).await?;
        let text = data.first().map(String::as_str).unwrap_or_default();
        let certificate = if text.contains("-----BEGIN") {
            CardCertificate::from_bytes(text.as_bytes())
        } else {
            let wrong = |_| SigningFault::Device("证书不是 Base64".to_owned());
            CardCertificate::from_der(
                &STANDARD
                    .decode(text.replace(['\r', '\n'], ""))
                    .map_err(wrong)?,
            )
        };
        let certificate = Arc::new(certificate?);
        line.certificate = Some(Arc::clone(&certificate));
        Ok(certificate)
    }
}

#[async_trait]
impl KeyProvider for UsbKey {
    async fn certificate(&self) -> SigningResult<Arc<CardCertificate>> {
        let mut line = self.line.lock().await;
        self.read_certificate(&mut line).await
    }

    async fn sign(&self, data: &[u8], method: Method) -> SigningResult<Vec<u8>> {
        let mut line = self.line.lock().await;
        let certificate = self.read_certificate(&mut line).await?;
        // The card chooses the algorithm by its own key: RSA with SHA-1, or SM2 with SM3.
        if certificate.family.method() != method {
            return Err(SigningFault::Unsupported(method.name().to_owned()));
        }
        let text = std::str::from_utf8(data)
            .map_err(|_| SigningFault::Unsupported("电子口岸卡只能签文本".to_owned()))?;
        let password = secret(&self.settings.password_file)?;
        let args = json!({ "inData": text, "passwd": password.as_str() });
        let answer = self.call(&mut line, SIGN, &args).await?;
        let [signature, number, ..] = answer.as_slice() else {
            return Err(SigningFault::Device("签名应答不完整".to_owned()));
        };
        if !number.is_empty() && !number.eq_ignore_ascii_case(&certificate.serial) {
            // Somebody put another card in; what it signed must not go out under this certificate.
            line.certificate = None;
            return Err(SigningFault::Device(
                "签名卡已更换，请重新登记密钥".to_owned(),
            ));
        }
        let bytes = STANDARD
            .decode(signature.replace(['\r', '\n'], ""))
            .map_err(|_| SigningFault::Device("签名值不是 Base64".to_owned()))?;
        raw_signature(certificate.family, &bytes)
    }

    async fn reset(&self) {
        *self.line.lock().await = Line::default();
    }
}

/// The data of an answer, or the fault that it tells.
fn data(answer: &Value) -> SigningResult<Vec<String>> {
    let args = answer.get("_args").unwrap_or(&Value::Null);
    let texts = |name: &str| -> Vec<String> {
        let list = match args.get(name) {
            Some(Value::Array(list)) => list.clone(),
            Some(Value::Null) | None => Vec::new(),
            Some(one) => vec![one.clone()],
        };
        list.iter()
            .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
            .collect()
    };
    if args.get("Result").and_then(Value::as_bool) == Some(true) {
        return Ok(texts("Data"));
    }
    Err(fault_of(&texts("Error").join("；")))
}

/// What the text of an error means.
fn fault_of(text: &str) -> SigningFault {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&[RESET]) {
        SigningFault::NeedsReset
    } else if has(&["锁定", "锁死", "locked"]) {
        SigningFault::Locked
    } else if has(&["密码", "口令", "PIN"]) {
        SigningFault::WrongPin
    } else if has(&["未插", "无卡", "没有卡", "未检测到", "找不到"]) {
        SigningFault::Absent
    } else {
        SigningFault::Device(text.chars().take(200).collect())
    }
}

impl KeyFamily {
    /// The family of keys with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Rsa, Self::Sm2]
            .into_iter()
            .find(|family| family.name() == name)
    }
}
