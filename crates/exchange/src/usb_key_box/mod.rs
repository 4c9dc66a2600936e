//! USB key box 电子口岸卡模拟器: plays the local WebSocket service in front of an E-Port USB key.
//!
//! A stand-in for tests and trials, made from the description of the protocol; not the vendor's
//! service. It holds a key in a file, serves one signature at a time as a card does, and can be told to
//! misbehave: wrong passwords lock it after [`WRONG_MAX`], the card can be out of its reader, the
//! reader can want a reset (`Custom50070`), the card can be slow, the connection can drop.

use crate::keyring::provider::file::FileKey;
use crate::keyring::provider::usb_key::{CERTIFICATE, RESET, SHA1, SIGN, SIGN_DIGEST};
use crate::keyring::provider::{KeyProvider, SigningFault};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::clock::SharedClock;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex as Turn, watch};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

/// Wrong passwords after which the card is locked.
pub const WRONG_MAX: u32 = 6;

/// How long a real card takes for one signature: 250 documents in a minute.
pub const CARD_MS: u64 = 240;

/// How the box behaves; may be changed while it runs.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// The password of the card.
    pub password: String,
    /// Whether the card is out of its reader.
    pub absent: bool,
    /// Calls that are answered with the wish for a reset before the next succeeds.
    pub resets: u32,
    /// How long a signature takes, in milliseconds.
    pub delay_ms: u64,
    /// Calls after which the connection drops instead of an answer; 0 for never.
    pub drop_after: u32,
    /// Wrong passwords so far.
    pub n_wrong: u32,
    /// Signatures so far.
    pub n_signed: u32,
    /// Signatures under way at once, the most that were seen.
    pub at_once_max: u32,
    /// Calls since the connection dropped.
    pub n_calls: u32,
    /// Signatures under way.
    pub n_now: u32,
}

/// The box (电子口岸卡模拟器); cheap to clone.
#[derive(Clone)]
pub struct UsbKeyBox {
    key: Arc<FileKey>,
    behaviour: Arc<Mutex<Behaviour>>,
    card: Arc<Turn<()>>,
    clock: SharedClock,
}

/// What a call is answered with: data, or an error's text; nothing when the connection drops.
type BoxAnswer = Option<Result<Vec<String>, String>>;

impl UsbKeyBox {
    /// A box with this key.
    pub fn new(key: FileKey, behaviour: Behaviour, clock: SharedClock) -> Self {
        Self {
            key: Arc::new(key),
            behaviour: Arc::new(Mutex::new(behaviour)),
            card: Arc::default(),
            clock,
        }
    }

    /// Looks at, or changes, how it behaves.
    pub fn behaviour<T>(&self, f: impl FnOnce(&mut Behaviour) -> T) -> T {
        let mut held = self
            .behaviour
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        f(&mut held)
    }

    /// Serves connections until told to stop.
    pub async fn serve(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        let own = self.clone();
                        tokio::spawn(async move { own.talk(stream).await });
                    }
                }
                _ = stop.changed() => return,
            }
        }
    }

    async fn talk(self, stream: TcpStream) {
        let Ok(mut socket) = accept_async(stream).await else {
            return;
        };
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else {
                continue;
            };
            let Ok(call) = serde_json::from_str::<Value>(text.as_str()) else {
                return;
            };
            let method = call.get("_method").and_then(Value::as_str);
            let method = method.unwrap_or_default();
            let args = call.get("args").cloned().unwrap_or_default();
            let Some(answer) = self.answer(method, &args).await else {
                return;
            };
            let result = match answer {
                Ok(data) => json!({ "Result": true, "Data": data, "Error": [] }),
                Err(text) => json!({ "Result": false, "Data": [], "Error": [text] }),
            };
            let id = call.get("_id").cloned().unwrap_or_default();
            let whole = json!({ "_method": method, "_id": id, "_status": "00", "_args": result });
            if socket.send(Message::text(whole.to_string())).await.is_err() {
                return;
            }
        }
    }

    async fn answer(&self, method: &str, args: &Value) -> BoxAnswer {
        let is_dropped = self.behaviour(|now| {
            now.n_calls += 1;
            let is_dropped = now.drop_after > 0 && now.n_calls > now.drop_after;
            if is_dropped {
                now.n_calls = 0;
            }
            is_dropped
        });
        if is_dropped {
            return None;
        }
        let text = |name: &str| {
            let value = args.get(name).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let data = text("inData");
        if method == SHA1 {
            return Some(Ok(vec![STANDARD.encode(Sha1::digest(data))]));
        }
        if let Some(error) = self.behaviour(trouble) {
            return Some(Err(error));
        }
        Some(match method {
            CERTIFICATE => self.certificate().await,
            SIGN | SIGN_DIGEST => match self.behaviour(|now| login(now, &text("passwd"))) {
                Some(error) => Err(error),
                None => self.sign(method, &data).await,
            },
            _ => Err(format!("不支持的方法 {method}")),
        })
    }

    async fn certificate(&self) -> Result<Vec<String>, String> {
        let certificate = self.key.certificate().await;
        let certificate = certificate.map_err(|fault: SigningFault| fault.to_string())?;
        Ok(vec![STANDARD.encode(&certificate.der)])
    }

    /// Signs when the card is free, as long as a card takes.
    async fn sign(&self, method: &str, data: &str) -> Result<Vec<String>, String> {
        let _card = self.card.lock().await;
        let delay_ms = self.behaviour(|now| {
            now.n_now += 1;
            now.at_once_max = now.at_once_max.max(now.n_now);
            now.delay_ms
        });
        if delay_ms > 0 {
            self.clock.sleep(Duration::from_millis(delay_ms)).await;
        }
        let text = |fault: SigningFault| fault.to_string();
        let certificate = self.key.certificate().await.map_err(text)?;
        let signed = if method == SIGN {
            let how = certificate.family.method();
            self.key.sign(data.as_bytes(), how).await
        } else {
            let digest = STANDARD.decode(data);
            self.key
                .sign_digest(&digest.map_err(|_| "摘要不是 Base64".to_owned())?)
        };
        self.behaviour(|now| {
            now.n_now -= 1;
            now.n_signed += 1;
        });
        let signature = signed.map_err(text)?;
        Ok(vec![STANDARD.encode(signature), certificate.serial.clone()])
    }
}

/// What stands in the way of any call to the card.
fn trouble(now: &mut Behaviour) -> Option<String> {
    if now.absent {
        return Some("[读卡器]未插入卡".to_owned());
    }
    if now.resets > 0 {
        now.resets -= 1;
        return Some(format!("[读卡器底层库]Err:{RESET}"));
    }
    None
}

fn login(now: &mut Behaviour, password: &str) -> Option<String> {
    if now.n_wrong >= WRONG_MAX {
        return Some("卡已锁定".to_owned());
    }
    if password != now.password {
        now.n_wrong += 1;
        return Some("卡密码错误".to_owned());
    }
    now.n_wrong = 0;
    None
}
