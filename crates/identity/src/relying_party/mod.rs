//! Relying parties (接入系统): the systems of the city that let people log in here.
//!
//! A CAS service is registered as scheme, host, port and the beginning of a path
//! ([`service::Service::is_under`]). Nothing that is not registered gets a ticket or so much as a
//! redirect. An `OpenID` Connect client is registered with exact redirect
//! addresses ([`redirect`]) and the grants that it may use. An entry also says which attributes of a person the
//! system is given; of a CAS service, whether it may act for people at further systems (proxy, off by
//! default), and which proxies may come to it.
//!
//! A change is proposed by the system administrator and done when the security administrator
//! approves it ([`KINDS`]); set-up scripts use the command line, which leaves an audit row too.

pub mod codes;
pub mod http;
mod kinds;
pub mod redirect;
pub mod service;
mod sql;
#[cfg(test)]
mod tests;

use registry::company::CompanyId;
use registry::module::Module;
use service::Service;
use store::{Result, Tx};

pub use kinds::KINDS;
pub use sql::{by_id, by_name, list, remove};

/// Addresses of one entry at most.
const URLS_MAX: usize = 20;

/// Attributes that an entry may ask for: the person's name, the login name, staff or company, the
/// roles in force, and the company acted for.
pub const ATTRIBUTES: &[&str] = &[
    "name",
    "login",
    "kind",
    "roles",
    "companyName",
    "creditCode",
    "customsCode",
];

/// Grants that an `OpenID` Connect client may be given.
pub const GRANTS: &[&str] = &["authorization_code", "refresh_token", "client_credentials"];

registry::acts! {
    /// An entry was made or changed.
    pub PUT = "relying_party.put", "登记或修改接入系统";
    /// An entry was removed.
    pub REMOVE = "relying_party.remove", "移除接入系统";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("接入系统")
    .acts(ACTS)
    .approvals(KINDS)
    .codes(codes::ALL);

/// What a relying party speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Protocol {
    /// CAS 1.0 to 3.0.
    Cas,
    /// `OpenID` Connect.
    Oidc,
}

impl Protocol {
    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The protocol with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// A system that lets people log in here (接入系统).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its id.
    pub id: i64,
    /// Its short name, which is the client id of `OpenID` Connect.
    pub name: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// Its name for people.
    pub title: String,
    /// CAS: beginnings of its services' addresses; `OpenID` Connect: its exact redirect addresses.
    pub urls: Vec<String>,
    /// Where it is told that a session ended; CAS: its service's own address when absent.
    pub logout_url: Option<String>,
    /// `OpenID` Connect: exact addresses to which a browser may be sent after a logout.
    pub logout_redirects: Vec<String>,
    /// Attributes that it is given.
    pub attributes: Vec<String>,
    /// Hash of its secret; a public client has none.
    pub secret_hash: Option<String>,
    /// Grants that it may use.
    pub grants: Vec<String>,
    /// Whether it may act for people at further systems.
    pub may_proxy: bool,
    /// Beginnings of the callback addresses of proxies that may come to it.
    pub proxies: Vec<String>,
    /// The company for which its programs act (`client_credentials`).
    pub company: Option<CompanyId>,
}

impl RelyingParty {
    /// Whether a service lies under one of its addresses.
    pub fn has_service(&self, service: &Service) -> bool {
        self.protocol == Protocol::Cas && self.urls.iter().any(|url| service.is_under(url))
    }

    /// Whether it may see an attribute.
    pub fn may_see(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|name| name == attribute)
    }

    /// Whether it may use a grant.
    pub fn may(&self, grant: &str) -> bool {
        self.protocol == Protocol::Oidc && self.grants.iter().any(|name| name == grant)
    }
}

/// The CAS entry to which a service belongs.
pub fn of_service(tx: &mut Tx<'_>, service: &Service) -> Result<Option<RelyingParty>> {
    Ok(list(tx)?
        .into_iter()
        .find(|party| party.has_service(service)))
}

/// What is wrong with an entry, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelyingPartyRefusal {
    /// The short name.
    #[error("简称应为 2 至 60 个字符，只含小写字母、数字、点、横线和下划线")]
    Name,
    /// The name for people.
    #[error("名称应为 1 至 60 个字")]
    Title,
    /// An address.
    #[error(
        "地址 {0} 不可用：须以 http:// 或 https:// 开头，含主机，不含用户名、片段、空白或通配符；OIDC 回调地址须为 https、本机 http，或（无密钥的客户端）反写域名的私有协议，如 com.example.app:/callback"
    )]
    Url(String),
    /// The number of addresses.
    #[error("应登记 1 至 20 个地址；只用 client_credentials 的 OIDC 客户端可以没有")]
    Urls,
    /// An attribute.
    #[error("没有属性 {0}")]
    Attribute(String),
    /// A grant.
    #[error(
        "授权方式 {0} 不可用：OIDC 可用 authorization_code、refresh_token、client_credentials；CAS 不填"
    )]
    Grant(String),
    /// The grants together.
    #[error(
        "OIDC 客户端须有 authorization_code 或 client_credentials；refresh_token 须与 authorization_code 同用"
    )]
    Grants,
    /// A program without a secret or without a company.
    #[error("client_credentials 须有密钥，并指明所代表的企业")]
    Machine,
    /// The kind cannot change.
    #[error("同名的接入系统使用另一种协议；请先移除或另取简称")]
    Kind,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

store::failure!(RelyingPartyRefusal);

/// Makes or changes the entry with this name; its id never changes, and its secret stays when none
/// is brought.
///
/// # Errors
/// What is wrong, or the store's.
pub fn put(tx: &mut Tx<'_>, party: &RelyingParty, now_ms: i64) -> Result<(), RelyingPartyRefusal> {
    let old = by_name(tx, &party.name)?;
    let mut party = party.clone();
    if party.secret_hash.is_none() {
        party.secret_hash = old.as_ref().and_then(|old| old.secret_hash.clone());
    }
    check(&party)?;
    match old {
        Some(old) if old.protocol != party.protocol => Err(RelyingPartyRefusal::Kind),
        Some(old) => Ok(sql::update(tx, old.id, &party, now_ms)?),
        None => Ok(sql::insert(tx, &party, now_ms)?),
    }
}

/// Whether an entry is well formed.
pub fn check(party: &RelyingParty) -> Result<(), RelyingPartyRefusal> {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    if !(2..=60).contains(&party.name.len()) || !party.name.chars().all(is_name) {
        return Err(RelyingPartyRefusal::Name);
    }
    let n_chars = party.title.trim().chars().count();
    if !(1..=60).contains(&n_chars) || party.title.chars().any(char::is_control) {
        return Err(RelyingPartyRefusal::Title);
    }
    let is_oidc = party.protocol == Protocol::Oidc;
    let is_machine = party.may("client_credentials");
    let needs_url = !(is_machine && party.grants.len() == 1);
    let n_most = party.urls.len().max(party.logout_redirects.len());
    if n_most > URLS_MAX || (needs_url && party.urls.is_empty()) {
        return Err(RelyingPartyRefusal::Urls);
    }
    let is_public = is_oidc && party.secret_hash.is_none();
    let is_web = |url: &str| !url.contains('*') && Service::parse(url).is_some();
    let others = party.proxies.iter().chain(&party.logout_url);
    let exact = party.urls.iter().chain(&party.logout_redirects);
    let bad_other = others.into_iter().find(|url| !is_web(url));
    let is_bad = |url: &&String| match is_oidc {
        true => !redirect::may_be_registered(url, is_public),
        false => !is_web(url),
    };
    if let Some(url) = exact.into_iter().find(is_bad).or(bad_other) {
        return Err(RelyingPartyRefusal::Url(url.clone()));
    }
    let known = |name: &&String| !ATTRIBUTES.contains(&name.as_str());
    if let Some(name) = party.attributes.iter().find(known) {
        return Err(RelyingPartyRefusal::Attribute(name.clone()));
    }
    let unknown = |name: &&String| !is_oidc || !GRANTS.contains(&name.as_str());
    if let Some(name) = party.grants.iter().find(unknown) {
        return Err(RelyingPartyRefusal::Grant(name.clone()));
    }
    // Without a grant nothing works, and refresh tokens come from codes only.
    let has_code = party.may("authorization_code");
    if is_oidc && !has_code && (!is_machine || party.may("refresh_token")) {
        return Err(RelyingPartyRefusal::Grants);
    }
    if is_machine && (party.secret_hash.is_none() || party.company.is_none()) {
        return Err(RelyingPartyRefusal::Machine);
    }
    Ok(())
}
