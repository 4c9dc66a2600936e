//! `sso client` and `sso key`: clients of `OpenID` Connect and the keys that sign for them.

use super::super::admin::by_code;
use super::super::ids::Ids;
use super::super::table::table;
use super::super::{Base, Ended, say, wrong_use};
use super::{RemoveArgs, administrator, list, put, remove};
use crate::databases::open_db;
use crate::roles::Process;
use clap::{Args, Subcommand};
use identity::oidc::key;
use identity::relying_party::{Protocol, RelyingParty, RelyingPartyRefusal};
use registry::context::system_random;
use registry::{hash_text, token_text};
use serde_json::json;
use store::clock::beijing_rfc3339;

/// Verbs on clients.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ClientVerb {
    /// 登记或修改客户端（命令行直接生效，并记入审计）
    Add(ClientAddArgs),
    /// 列出客户端
    List(Base),
    /// 移除客户端，其令牌立即失效
    Remove(RemoveArgs),
}

/// Verbs on signing keys.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ClientKeyVerb {
    /// 列出公布的签名密钥
    List(Base),
    /// 立即轮换签名密钥；旧公钥保留到不再有令牌需要它
    Rotate(Base),
}

/// Arguments of `sso client add`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ClientAddArgs {
    #[command(flatten)]
    base: Base,
    #[arg(help = "简称，即 client_id（小写字母、数字、点、横线、下划线）")]
    name: String,
    /// 显示名称
    #[arg(long)]
    title: Option<String>,
    /// 回调地址，须与请求逐字相同；可重复
    #[arg(long)]
    redirect: Vec<String>,
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "authorization_code",
        help = "授权方式，逗号分隔：authorization_code,refresh_token,client_credentials"
    )]
    grants: Vec<String>,
    /// 生成新密钥（只显示这一次）；没有密钥的是公开客户端
    #[arg(long)]
    secret: bool,
    #[arg(
        long,
        help = "程序（client_credentials）所代表的企业：海关编号、信用代码或 DXP 编号"
    )]
    company: Option<String>,
    /// 可告知的属性，逗号分隔：name,login,kind,roles,companyName,creditCode,customsCode
    #[arg(long, value_delimiter = ',')]
    attributes: Vec<String>,
    /// 会话结束时通知的地址（back-channel logout）
    #[arg(long)]
    logout_url: Option<String>,
    /// 退出后可以回到的地址，须与请求逐字相同；可重复
    #[arg(long)]
    logout_redirect: Vec<String>,
}

/// Registers, lists or removes clients.
pub(super) async fn client(verb: ClientVerb) -> anyhow::Result<Ended> {
    match verb {
        ClientVerb::Add(args) => add(args).await,
        ClientVerb::List(base) => list(&base, Protocol::Oidc).await,
        ClientVerb::Remove(args) => remove(args).await,
    }
}

async fn add(args: ClientAddArgs) -> anyhow::Result<Ended> {
    let config = args.base.load()?;
    let db = open_db(config.store.clone()).await?;
    let company = match &args.company {
        Some(name) => Some(by_code(&db, name).await?.id),
        None => None,
    };
    let secret = match args.secret {
        true => {
            let random = system_random()().ok_or_else(|| wrong_use("没有随机数"))?;
            Some(token_text(&random))
        }
        false => None,
    };
    let ids = Ids::claim(&config, &db).await?;
    let party = RelyingParty {
        id: ids.next(),
        protocol: Protocol::Oidc,
        title: args.title.unwrap_or_else(|| args.name.clone()),
        name: args.name.clone(),
        urls: args.redirect,
        logout_url: args.logout_url,
        logout_redirects: args.logout_redirect,
        attributes: args.attributes,
        secret_hash: secret.as_deref().map(hash_text),
        grants: args.grants,
        may_proxy: false,
        proxies: Vec::new(),
        company,
    };
    let added = put(&db, party).await;
    if let Err(RelyingPartyRefusal::Store(error)) = added {
        return Err(error.into());
    }
    ids.release(&db).await;
    if let Err(refusal) = added {
        say(&format!("未登记：{refusal}"));
        return Ok(Ended::Refused);
    }
    match (&secret, args.base.json) {
        (_, true) => say(&json!({ "name": args.name, "clientSecret": secret }).to_string()),
        (Some(secret), false) => say(&format!(
            "已登记 {}\n密钥（只显示这一次）：\n  {secret}",
            args.name
        )),
        (None, false) => say(&format!("已登记 {}", args.name)),
    }
    Ok(Ended::Done)
}

/// Lists or rotates the keys.
pub(super) async fn key(verb: ClientKeyVerb) -> anyhow::Result<Ended> {
    match verb {
        ClientKeyVerb::List(base) => keys(&base).await,
        ClientKeyVerb::Rotate(base) => rotate(&base).await,
    }
}

async fn keys(base: &Base) -> anyhow::Result<Ended> {
    let process = Process::open(base.load()?).await?;
    let found = key::published(&process.context).await;
    process.close().await;
    let found = found.inspect_err(web::Problem::log);
    let found = found.map_err(|problem| anyhow::anyhow!("{}", problem.title))?;
    if base.json {
        let items: Vec<_> = found
            .iter()
            .map(|key| {
                json!({
                    "kid": key.kid,
                    "createdAt": beijing_rfc3339(key.created_at),
                    "retiredAt": key.retired_at.map(beijing_rfc3339),
                })
            })
            .collect();
        say(&json!(items).to_string());
        return Ok(Ended::Done);
    }
    let mut rows = table(&["密钥", "生成时间", "停用时间"]);
    for key in found {
        rows.add_row([
            key.kid,
            beijing_rfc3339(key.created_at),
            key.retired_at.map(beijing_rfc3339).unwrap_or_default(),
        ]);
    }
    say(&rows.to_string());
    Ok(Ended::Done)
}

async fn rotate(base: &Base) -> anyhow::Result<Ended> {
    let process = Process::open_to_write(base.load()?).await?;
    let made = key::rotate(&process.context, &administrator()).await;
    process.close().await;
    let made = made.inspect_err(web::Problem::log);
    let kid = made.map_err(|problem| anyhow::anyhow!("{}", problem.title))?;
    if base.json {
        say(&json!({ "kid": kid }).to_string());
    } else {
        say(&format!("新签名密钥 {kid}"));
    }
    Ok(Ended::Done)
}
