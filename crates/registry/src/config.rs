//! Settings of the registry.

use crate::parameter::Adjustable;
use serde::{Deserialize, Serialize};

/// Settings of accounts, sessions and passwords.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address by which people reach the platform; `https` makes cookies secure.
    pub public_url: String,
    /// File with the key that seals secrets at rest; made when absent.
    pub seal_file: String,
    /// Minutes without a request after which a session ends, 5 to 480.
    pub idle_minutes: Adjustable,
    /// Hours after which a session ends in any case, 1 to 24.
    pub session_hours: u32,
    /// Sessions of one account at the same time; the oldest gives way.
    pub sessions_max: Adjustable,
    /// Failures in a row after which an account is locked, 3 to 20.
    pub failures_max: Adjustable,
    /// Minutes for which it is locked.
    pub lock_minutes: Adjustable,
    /// Failures from one address within an hour after which it must wait.
    pub address_failures_max: u32,
    /// Days after which a password must be changed; 0 for never.
    pub password_days: Adjustable,
    /// Old passwords that may not come back.
    pub password_history: u32,
    /// Days without a login after which an account is disabled.
    pub stale_days: Adjustable,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
    /// Whether this is the demo: its pages show the codes that a telephone would. Set by the
    /// command, never by a file.
    #[serde(skip)]
    pub demo: bool,
    /// PEM file with the authorities that sign other systems' certificates; empty for the public
    /// ones.
    pub sso_ca_file: String,
    /// Where the audit is sent as syslog over UDP, as `host:port`; empty for nowhere.
    pub syslog: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            seal_file: "data/seal.key".to_owned(),
            idle_minutes: Adjustable::new(30),
            session_hours: 8,
            sessions_max: Adjustable::new(3),
            failures_max: Adjustable::new(5),
            lock_minutes: Adjustable::new(30),
            address_failures_max: 50,
            password_days: Adjustable::new(90),
            password_history: 5,
            stale_days: Adjustable::new(90),
            trusted_proxies: Vec::new(),
            demo: false,
            sso_ca_file: String::new(),
            syslog: String::new(),
        }
    }
}

impl Config {
    /// Whether people come over TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
