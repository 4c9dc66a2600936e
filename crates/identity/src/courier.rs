//! The courier (回调): calls of ours to registered addresses of other systems, and nowhere else.
//!
//! It follows no redirect, uses no proxy of the environment, verifies certificates, waits five
//! seconds at most, reads nothing of the answer but its status, and goes ten ways at once.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

/// How long a call may take in all.
const CALL_MAX: Duration = Duration::from_secs(5);

/// Calls at the same time.
const CALLS_MAX: usize = 10;

/// Why the courier cannot start.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// The file of authorities.
    #[error("证书机构文件 {0} 无法读取或没有证书：{1}")]
    File(String, String),
}

/// Calls other systems (回调).
#[derive(Clone)]
pub struct Courier {
    agent: Agent,
    turns: Arc<Semaphore>,
}

impl Courier {
    /// A courier that trusts the authorities of a PEM file, or the public ones when it is empty.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn new(ca_file: &str) -> Result<Self, CourierError> {
        let roots = if ca_file.is_empty() {
            RootCerts::WebPki
        } else {
            let wrong = |why: String| CourierError::File(ca_file.to_owned(), why);
            let pem = std::fs::read(ca_file).map_err(|error| wrong(error.to_string()))?;
            let mut found: Vec<Certificate<'static>> = Vec::new();
            for item in ureq::tls::parse_pem(&pem) {
                if let PemItem::Certificate(one) = item.map_err(|error| wrong(error.to_string()))? {
                    found.push(one);
                }
            }
            if found.is_empty() {
                return Err(wrong("no certificate".to_owned()));
            }
            RootCerts::Specific(Arc::new(found))
        };
        let agent = Agent::config_builder()
            .timeout_global(Some(CALL_MAX))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("tongguan")
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build()
            .into();
        Ok(Self {
            agent,
            turns: Arc::new(Semaphore::new(CALLS_MAX)),
        })
    }

    /// The client itself, for other identity providers.
    pub(crate) fn agent(&self) -> Agent {
        self.agent.clone()
    }

    /// Runs a call on a thread that may block, when it is its turn; nothing when it failed.
    pub(crate) async fn call<T, F>(&self, call: F) -> Option<T>
    where
        T: Send + 'static,
        F: FnOnce(Agent) -> Option<T> + Send + 'static,
    {
        let _turn = self.turns.acquire().await.ok()?;
        let agent = self.agent();
        tokio::task::spawn_blocking(move || call(agent))
            .await
            .ok()?
    }
}
