//! Changes of entries as acts that need a second pair of eyes.

use super::http::RelyingPartyEntry;
use super::{Protocol, RelyingParty};
use registry::approval::{ApprovalKind, Doing, Undone};
use registry::audit;
use registry::company::CompanyId;
use registry::role::Role;
use store::{Error, Result, Tx};

/// Kinds of approvals of this module.
pub const KINDS: &[ApprovalKind] = &[
    ApprovalKind {
        name: "relying_party.put",
        chinese: "登记或修改接入系统",
        deciders: &[Role::SecurityAdmin],
        run: run_put,
    },
    ApprovalKind {
        name: "relying_party.remove",
        chinese: "移除接入系统",
        deciders: &[Role::SecurityAdmin],
        run: run_remove,
    },
];

/// The entry that a proposal asks for.
pub(super) fn party(id: i64, name: &str, entry: RelyingPartyEntry) -> Option<RelyingParty> {
    Some(RelyingParty {
        id,
        name: name.to_owned(),
        protocol: Protocol::from_name(&entry.protocol)?,
        title: entry.title,
        urls: entry.urls,
        logout_url: entry.logout_url,
        logout_redirects: entry.logout_redirects,
        attributes: entry.attributes,
        secret_hash: entry.secret_hash,
        grants: entry.grants,
        may_proxy: entry.may_proxy,
        proxies: entry.proxies,
        company: entry.company.and_then(|id| id.parse().ok()).map(CompanyId),
    })
}

fn run_put(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let payload: (String, RelyingPartyEntry) = serde_json::from_str(&doing.approval.payload)
        .map_err(|error| Error::Fault(format!("payload of an approval: {error}")))?;
    let (name, entry) = payload;
    let id = doing.context.ids.next();
    let Some(party) = party(id, &name, entry) else {
        return Err(Undone::failed("协议应为 cas 或 oidc"));
    };
    if let Some(company) = party.company
        && registry::company::by_id(tx, company)?.is_none()
    {
        return Err(Undone::failed("没有这家企业"));
    }
    let now_ms = doing.context.now_ms();
    super::put(tx, &party, now_ms).map_err(Undone::because)?;
    let object = format!("relying_party:{name}");
    audit::done(
        tx,
        now_ms,
        doing.actor,
        super::PUT,
        &object,
        &party.urls.join(" "),
    )?;
    Ok(String::new())
}

fn run_remove(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let name = &doing.approval.payload;
    if !super::remove(tx, name)? {
        return Err(Undone::failed("没有这个接入系统"));
    }
    let object = format!("relying_party:{name}");
    audit::done(
        tx,
        doing.context.now_ms(),
        doing.actor,
        super::REMOVE,
        &object,
        "",
    )?;
    Ok(String::new())
}
