//! Settings of the registry.

use serde::{Deserialize, Serialize};
use url::{Host, Url};
use web::address::{Network, ProxyHeader};

/// Settings of accounts, sessions and passwords.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegistryConfig {
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
    /// Whether administrators of companies need a second factor: 1 for yes, 0 for no.
    pub company_admin_factor: Adjustable,
    /// Failures from one address within an hour after which it must wait.
    pub address_failures_max: u32,
    /// Days after which a password must be changed; 0 for never.
    pub password_days: Adjustable,
    /// Old passwords that may not come back.
    pub password_history: u32,
    /// Days without a login after which an account is disabled.
    pub stale_days: Adjustable,
    /// Addresses and networks of proxies who are believed when they say who called.
    pub trusted_proxies: Vec<Network>,
    /// The header in which they say it.
    pub proxy_header: ProxyHeader,
    /// Whether this is the demo: its pages show the codes that a telephone would. Set by the
    /// command, never by a file.
    #[serde(skip)]
    pub demo: bool,
    /// PEM file with the authorities that sign other systems' certificates; empty for the public
    /// ones.
    pub sso_ca_file: String,
    /// Foreign sources of identity, through which people may log in here.
    pub foreign: Vec<ForeignSource>,
    /// Where the audit is sent as syslog over UDP, as `host:port`; empty for nowhere.
    pub syslog: String,
}

/// A setting of the file that a parameter overrides; [`crate::context::AppContext::number`] alone reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Adjustable(u32);

impl Adjustable {
    /// A setting with this value.
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// The value, for [`crate::parameter::Parameter::own`] alone: others would miss a change.
    pub(crate) const fn value(self) -> u32 {
        self.0
    }
}

/// The protocol of a foreign source of identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForeignProtocol {
    /// CAS 3.0.
    #[default]
    Cas,
    /// OIDC: authorization code with PKCE.
    Oidc,
}

/// How an account of ours is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForeignMatch {
    /// By the binding that the person made.
    #[default]
    Binding,
    /// The foreign name is the login name here.
    Login,
}

/// A foreign source of identity (外部身份源).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ForeignSource {
    /// Short name, part of addresses: lower case letters, digits, `-`, at most 40.
    pub name: String,
    /// What people read on the button.
    pub title: String,
    /// The protocol.
    pub protocol: ForeignProtocol,
    /// Address of the CAS server, or issuer of the OIDC provider.
    pub address: String,
    /// Who we are to an OIDC provider.
    pub client_id: String,
    /// File with the secret of the client; empty for a public client.
    pub client_secret_file: String,
    /// PEM file with the authorities of its certificate; empty for the public ones.
    pub ca_file: String,
    /// Attribute or claim that is the external id; empty for `user` or `sub`.
    pub attribute: String,
    /// How the account is found.
    pub account_by: ForeignMatch,
    /// Whether a login there counts as both factors.
    pub two_factors: bool,
    /// Whom people ask who are not bound yet.
    pub contact: String,
}

/// Longest name of a foreign source, in characters.
const FOREIGN_NAME_MAX: usize = 40;

/// Whether an address may be called: over TLS, or on the own machine.
pub fn may_call(address: &Url) -> bool {
    let is_own = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    let is_plain = address.username().is_empty() && address.password().is_none();
    is_plain && (address.scheme() == "https" || is_own && address.scheme() == "http")
}

impl ForeignSource {
    /// What is wrong with it, if something is.
    pub fn fault(&self) -> Option<&'static str> {
        let is_name = (1..=FOREIGN_NAME_MAX).contains(&self.name.len())
            && self
                .name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_name {
            return Some("name 应为 1 至 40 个小写字母、数字或横线");
        }
        if self.title.trim().is_empty() {
            return Some("title 不能为空");
        }
        let address = Url::parse(&self.address).ok();
        if !address.is_some_and(|address| may_call(&address) && address.query().is_none()) {
            return Some("address 应为 https 地址（本机可用 http），不含参数");
        }
        if self.protocol == ForeignProtocol::Oidc && self.client_id.is_empty() {
            return Some("oidc 须填写 client_id");
        }
        None
    }
}

impl Default for RegistryConfig {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".to_owned(),
            seal_file: "data/seal.key".to_owned(),
            idle_minutes: Adjustable::new(30),
            session_hours: 8,
            sessions_max: Adjustable::new(3),
            failures_max: Adjustable::new(5),
            lock_minutes: Adjustable::new(30),
            company_admin_factor: Adjustable::new(1),
            address_failures_max: 50,
            password_days: Adjustable::new(90),
            password_history: 5,
            stale_days: Adjustable::new(90),
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            demo: false,
            sso_ca_file: String::new(),
            foreign: Vec::new(),
            syslog: String::new(),
        }
    }
}

impl RegistryConfig {
    /// Whether people come over TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
