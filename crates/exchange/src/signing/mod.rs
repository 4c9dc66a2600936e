//! Signing 平台代签: the platform signs for companies that ask it to.
//!
//! - The keys are in the [`keyring`](crate::keyring): a file, a token behind PKCS#11, the USB key of the
//!   E-Port, each with a queue. Where a key is stands in the settings of the machine, never in the database.
//! - A company's administrator switches signing on (consent); an operator assigns a key, and another
//!   person approves, because whoever holds a key speaks for the company.
//! - `step` signs before the check what came without a signature. What was received stays as it was
//!   received (I4); the signed bytes stand beside it and are what is checked and sent. A signed message
//!   is never touched. The step may run twice (I3): only what commits with the verdict is ever used.
//! - When a key cannot sign now the message is held with the reason, and the
//!   [`pipeline`](crate::pipeline) tries again, each time later; nothing is refused because a card is out of its reader.
//!
//! What a company wants of signatures is its [`Policy`]; [`signature`](crate::signature) verifies by it.

pub mod codes;
pub mod staff;
mod document;
pub mod http;
pub mod offline;
mod sql;
pub(crate) mod step;
#[cfg(test)]
mod tests;

use crate::keyring::certificate::CardCertificate;
use crate::keyring::provider::KeyFamily;
use crate::signature::{Policy, Verify};
use data_encoding::HEXLOWER_PERMISSIVE;
use registry::access::Actor;
use registry::approval::{ApprovalKind, Doing, Undone};
use registry::audit;
use registry::company::{self, CompanyId};
use registry::module::Module;
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::{Error, Result, Tx};

pub use sql::{KeyFilter, active_key, key, keys, n_required, policies, policy};
pub(crate) use sql::{due, forget, stop_waiting, waits};

registry::acts! {
    /// The consent of a company was given or taken back.
    pub CONSENT = "signing.consent", "开通或关闭平台代签";
    /// A company's policy was changed.
    pub POLICY = "signing.policy", "变更企业签名策略";
    /// A key was assigned.
    pub KEY_ADDED = "signing.key.add", "登记代签密钥";
    /// A key was taken away.
    pub KEY_REMOVED = "signing.key.remove", "移除代签密钥";
    /// A key was tried.
    pub KEY_TESTED = "signing.key.test", "测试代签密钥";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("平台代签")
    .acts(ACTS)
    .approvals(KINDS)
    .codes(codes::ALL);

/// Changes what a company's signatures must be.
pub const POLICY_KIND: ApprovalKind = ApprovalKind {
    name: "signing.policy",
    chinese: "变更企业签名策略",
    deciders: &[Role::SecurityAdmin],
    run: run_policy,
};
/// Assigns a key to a company.
pub const KEY_KIND: ApprovalKind = ApprovalKind {
    name: "signing.key",
    chinese: "登记代签密钥",
    deciders: &[Role::SecurityAdmin],
    run: run_key,
};
/// The kinds of approvals of this module.
pub const KINDS: &[ApprovalKind] = &[POLICY_KIND, KEY_KIND];

/// A key that signs for a company (代签密钥).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id.
    pub id: i64,
    /// The company that it signs for.
    pub company_id: CompanyId,
    /// Its name in the settings.
    pub name: String,
    /// `file`, `pkcs11` or `usb_key`.
    pub provider: String,
    /// Kind of the key.
    pub family: KeyFamily,
    /// Serial number of the certificate, hexadecimal in lower case.
    pub serial: String,
    /// Holder of the certificate.
    pub subject: String,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// Valid from, milliseconds since 1970-01-01 UTC.
    pub valid_from: i64,
    /// Valid to, milliseconds since 1970-01-01 UTC.
    pub valid_to: i64,
    /// Whether it is in use.
    pub is_active: bool,
    /// Who assigned it.
    pub added_name: String,
    /// When, milliseconds since 1970-01-01 UTC.
    pub added_at: i64,
    /// When it was taken away.
    pub removed_at: Option<i64>,
}

/// What a request for a key says; the certificate is the one that the approver agrees to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyWish {
    /// The company.
    pub company: i64,
    /// Name of the key in the settings.
    pub name: String,
    /// Kind of provider.
    pub provider: String,
    /// Certificate, DER in hexadecimal.
    pub certificate: String,
}

/// What a request for a policy says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyWish {
    /// The company.
    pub company: i64,
    /// How signatures are judged.
    pub verify: Verify,
    /// Whether old algorithms may be used.
    pub allow_old: bool,
    /// Whether tolerant profiles count.
    pub allow_tolerant_profiles: bool,
}

type SigningDone = Result<String, Undone>;

/// Gives or takes back the consent of a company, in the transaction of the caller.
pub fn consent(
    tx: &mut Tx<'_>,
    actor: &Actor,
    company: CompanyId,
    platform_signs: bool,
    now_ms: i64,
) -> Result<Policy> {
    let policy = Policy {
        platform_signs,
        ..policy(tx, company)?
    };
    sql::put_policy(tx, company, &policy, now_ms)?;
    let detail = if platform_signs { "开通" } else { "关闭" };
    let object = format!("company:{}", company.0);
    audit::done(tx, now_ms, actor, CONSENT, &object, detail)?;
    Ok(policy)
}

/// Whether there is a certificate with which the platform could sign for a company now. Without one,
/// signing is not switched on: everything unsigned would wait, and nobody would know why.
pub fn has_certificate(tx: &mut Tx<'_>, company: CompanyId, now_ms: i64) -> Result<bool> {
    let key = active_key(tx, company)?;
    Ok(key.is_some_and(|key| (key.valid_from..=key.valid_to).contains(&now_ms)))
}

/// Changes what a company's signatures must be; its own consent stays as it is.
pub fn set_policy(
    tx: &mut Tx<'_>,
    actor: &Actor,
    wish: &PolicyWish,
    now_ms: i64,
) -> Result<Policy> {
    let company = CompanyId(wish.company);
    let policy = Policy {
        verify: wish.verify,
        allow_old: wish.allow_old,
        allow_tolerant_profiles: wish.allow_tolerant_profiles,
        platform_signs: policy(tx, company)?.platform_signs,
    };
    sql::put_policy(tx, company, &policy, now_ms)?;
    let object = format!("company:{}", company.0);
    audit::done(tx, now_ms, actor, POLICY, &object, &describe(wish))?;
    Ok(policy)
}

/// A policy for people.
pub(crate) fn describe(wish: &PolicyWish) -> String {
    let yes = |is: bool| if is { "允许" } else { "不允许" };
    format!(
        "验签 {}；旧算法{}；宽松验签口径{}",
        wish.verify.name(),
        yes(wish.allow_old),
        yes(wish.allow_tolerant_profiles)
    )
}

/// Assigns a key to a company; the one that signed before is taken away in the same transaction.
///
/// # Errors
/// The engine's, or why not, in Chinese.
pub fn add_key(
    tx: &mut Tx<'_>,
    actor: &Actor,
    wish: &KeyWish,
    (id, now_ms): (i64, i64),
) -> Result<SigningKey, Undone> {
    let company = CompanyId(wish.company);
    if company::by_id(tx, company)?.is_none() {
        return Err(Undone::failed("没有这家企业"));
    }
    let der = HEXLOWER_PERMISSIVE
        .decode(wish.certificate.as_bytes())
        .unwrap_or_default();
    let certificate =
        CardCertificate::from_der(&der).map_err(|fault| Undone::failed(fault.to_string()))?;
    if !certificate.holds_at(now_ms) {
        return Err(Undone::failed("证书不在有效期内"));
    }
    if let Some(before) = active_key(tx, company)? {
        remove_key(tx, actor, &before, now_ms)?;
    }
    let key = SigningKey {
        id,
        company_id: company,
        name: wish.name.clone(),
        provider: wish.provider.clone(),
        family: certificate.family,
        serial: certificate.serial,
        subject: certificate.subject,
        certificate: certificate.der,
        valid_from: certificate.valid_from,
        valid_to: certificate.valid_to,
        is_active: true,
        added_name: actor.name.clone(),
        added_at: now_ms,
        removed_at: None,
    };
    sql::insert_key(tx, &key)?;
    let detail = format!("{}（{}）证书 {}", key.name, key.provider, key.serial);
    let object = format!("company:{}", company.0);
    audit::done(tx, now_ms, actor, KEY_ADDED, &object, &detail)?;
    Ok(key)
}

/// Takes a key away; answers whether it was in use.
pub fn remove_key(tx: &mut Tx<'_>, actor: &Actor, key: &SigningKey, now_ms: i64) -> Result<bool> {
    if !sql::remove_key(tx, key.id, now_ms)? {
        return Ok(false);
    }
    let detail = format!("{} 证书 {}", key.name, key.serial);
    let object = format!("company:{}", key.company_id.0);
    audit::done(tx, now_ms, actor, KEY_REMOVED, &object, &detail)?;
    Ok(true)
}

fn run_policy(tx: &mut Tx<'_>, doing: &Doing<'_>) -> SigningDone {
    let wish: PolicyWish = payload(doing)?;
    if company::by_id(tx, CompanyId(wish.company))?.is_none() {
        return Err(Undone::failed("没有这家企业"));
    }
    set_policy(tx, doing.actor, &wish, doing.context.now_ms())?;
    Ok(String::new())
}

fn run_key(tx: &mut Tx<'_>, doing: &Doing<'_>) -> SigningDone {
    let wish: KeyWish = payload(doing)?;
    let at = (doing.context.ids.next(), doing.context.now_ms());
    let key = add_key(tx, doing.actor, &wish, at)?;
    Ok(format!("；证书 {}", key.serial))
}

fn payload<T: serde::de::DeserializeOwned>(doing: &Doing<'_>) -> Result<T> {
    serde_json::from_str(&doing.approval.payload)
        .map_err(|error| Error::Fault(format!("payload of an approval: {error}")))
}
