//! `sso`: registers the systems that let people log in here, for scripts that set a platform up.

mod oidc;

use super::ids::Ids;
use super::table::table;
use super::{Base, Ended, say};
use crate::databases::open_db;
use clap::{Args, Subcommand};
use identity::relying_party::{self, Protocol, RelyingParty, RelyingPartyRefusal};
use registry::access::{Actor, Origin};
use registry::audit;
use serde_json::json;
use store::clock::{Clock, SystemClock};
use store::{Db, Tx};

/// Verbs of single sign-on.
#[derive(Debug, Subcommand)]
pub(super) enum SsoVerb {
    /// CAS 接入系统：登记、列出与移除
    #[command(subcommand)]
    Service(ServiceVerb),
    #[command(
        subcommand,
        about = "OpenID Connect 接入系统（客户端）：登记、列出与移除"
    )]
    Client(oidc::ClientVerb),
    /// 签名密钥：列出与轮换
    #[command(subcommand)]
    Key(oidc::ClientKeyVerb),
}

/// Verbs on relying parties.
#[derive(Debug, Subcommand)]
pub(super) enum ServiceVerb {
    /// 登记或修改接入系统（命令行直接生效，并记入审计）
    Add(SsoAddArgs),
    /// 列出接入系统
    List(Base),
    /// 移除接入系统
    Remove(RemoveArgs),
}

/// Arguments of `sso service add`.
#[derive(Debug, Args)]
pub(super) struct SsoAddArgs {
    #[command(flatten)]
    base: Base,
    /// 简称（小写字母、数字、点、横线、下划线）
    name: String,
    /// 显示名称
    #[arg(long)]
    title: Option<String>,
    /// 服务地址的开头（来源 + 路径前缀）；可重复
    #[arg(long)]
    url: Vec<String>,
    /// 退出通知地址；缺省为服务地址本身
    #[arg(long)]
    logout_url: Option<String>,
    /// 可告知的属性，逗号分隔：name,login,kind,roles,companyName,creditCode,customsCode
    #[arg(long, value_delimiter = ',')]
    attributes: Vec<String>,
    /// 允许作为代理
    #[arg(long)]
    may_proxy: bool,
    /// 可以代理到本系统的回调地址的开头；可重复
    #[arg(long)]
    proxy: Vec<String>,
}

/// Arguments of `sso service remove`.
#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    #[command(flatten)]
    base: Base,
    /// 简称
    name: String,
}

/// Registers, lists or removes relying parties.
pub(super) async fn sso(verb: SsoVerb) -> anyhow::Result<Ended> {
    match verb {
        SsoVerb::Service(ServiceVerb::Add(args)) => add(args).await,
        SsoVerb::Service(ServiceVerb::List(base)) => list(&base, Protocol::Cas).await,
        SsoVerb::Service(ServiceVerb::Remove(args)) => remove(args).await,
        SsoVerb::Client(verb) => oidc::client(verb).await,
        SsoVerb::Key(verb) => oidc::key(verb).await,
    }
}

/// Whoever may use the command line on the machine itself.
pub(super) fn administrator() -> Actor {
    Actor {
        name: "命令行".to_owned(),
        ..Actor::nobody(Origin::default())
    }
}

async fn add(args: SsoAddArgs) -> anyhow::Result<Ended> {
    let config = args.base.load()?;
    let db = open_db(config.store.clone()).await?;
    let ids = Ids::claim(&config, &db).await?;
    let party = RelyingParty {
        id: ids.next(),
        protocol: Protocol::Cas,
        title: args.title.unwrap_or_else(|| args.name.clone()),
        name: args.name,
        urls: args.url,
        logout_url: args.logout_url,
        logout_redirects: Vec::new(),
        attributes: args.attributes,
        secret_hash: None,
        grants: Vec::new(),
        may_proxy: args.may_proxy,
        proxies: args.proxy,
        company: None,
    };
    let name = party.name.clone();
    let added = put(&db, party).await;
    if let Err(RelyingPartyRefusal::Store(error)) = added {
        return Err(error.into());
    }
    ids.release(&db).await;
    if let Err(refusal) = added {
        say(&format!("未登记：{refusal}"));
        return Ok(Ended::Refused);
    }
    if args.base.json {
        say(&json!({ "name": name }).to_string());
        return Ok(Ended::Done);
    }
    say(&format!("已登记 {name}"));
    Ok(Ended::Done)
}

/// Puts an entry on the list, with its row in the audit.
async fn put(db: &Db, party: RelyingParty) -> Result<(), RelyingPartyRefusal> {
    let now_ms = SystemClock.now_ms();
    let write = move |tx: &mut Tx<'_>| -> Result<(), RelyingPartyRefusal> {
        relying_party::put(tx, &party, now_ms)?;
        let object = format!("relying_party:{}", party.name);
        let detail = party.urls.join(" ");
        audit::done(
            tx,
            now_ms,
            &administrator(),
            relying_party::PUT,
            &object,
            &detail,
        )?;
        Ok(())
    };
    db.write(write).await
}

async fn list(base: &Base, protocol: Protocol) -> anyhow::Result<Ended> {
    let db = open_db(base.load()?.store).await?;
    let mut parties = db.read(relying_party::list).await?;
    parties.retain(|party| party.protocol == protocol);
    if base.json {
        let items: Vec<_> = parties
            .iter()
            .map(|party| {
                json!({
                    "name": party.name, "protocol": party.protocol.name(), "title": party.title,
                    "urls": party.urls, "attributes": party.attributes,
                    "mayProxy": party.may_proxy, "grants": party.grants,
                    "logoutUrl": party.logout_url, "logoutRedirects": party.logout_redirects,
                    "isConfidential": party.secret_hash.is_some(),
                })
            })
            .collect();
        say(&json!(items).to_string());
        return Ok(Ended::Done);
    }
    let mut rows = table(&["简称", "协议", "名称", "地址", "属性"]);
    for party in &parties {
        rows.add_row([
            party.name.clone(),
            party.protocol.name().to_owned(),
            party.title.clone(),
            party.urls.join("\n"),
            party.attributes.join(" "),
        ]);
    }
    say(&rows.to_string());
    Ok(Ended::Done)
}

async fn remove(args: RemoveArgs) -> anyhow::Result<Ended> {
    let db = open_db(args.base.load()?.store).await?;
    let (name, now_ms) = (args.name, SystemClock.now_ms());
    let write = move |tx: &mut Tx<'_>| -> store::Result<_> {
        if !relying_party::remove(tx, &name)? {
            return Ok(false);
        }
        let object = format!("relying_party:{name}");
        audit::done(
            tx,
            now_ms,
            &administrator(),
            relying_party::REMOVE,
            &object,
            "",
        )?;
        Ok(true)
    };
    let removed = db.write(write).await?;
    if args.base.json {
        say(&json!({ "removed": removed }).to_string());
    } else {
        say(if removed {
            "已移除"
        } else {
            "没有这个接入系统"
        });
    }
    Ok(if removed { Ended::Done } else { Ended::Refused })
}
