//! `company`, `key`, `migrate` and `config`: what an administrator does on the machine itself.

use super::ids::Ids;
use super::table::table;
use super::{Base, Ended, say};
use crate::config::{Config, QueueKind, REFERENCE};
use crate::databases::{beside, open_db};
use crate::demo::secret;
use anyhow::Context;
use clap::{Args, Subcommand};
use registry::api_key::{self, ApiKey};
use registry::company::{self, Company, CompanyId};
use serde_json::json;
use services::company_ledger;
use services::enrolment::enrol;
use store::clock::{Clock, SystemClock, beijing_day, beijing_rfc3339};
use store::{Db, Tx};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Verbs on companies.
#[derive(Debug, Subcommand)]
pub(super) enum CompanyVerb {
    /// 登记企业
    Add(AdminAddArgs),
    /// 列出企业
    List(Base),
    /// 更改企业的校验方式（写入审计）
    Profile(ProfileArgs),
}

/// Arguments of `company profile`.
#[derive(Debug, Args)]
pub(super) struct ProfileArgs {
    #[command(flatten)]
    base: Base,
    /// 企业的海关编号、信用代码或 DXP 编号
    company: String,
    /// 校验方式：strict 严格，lenient 宽松（旧版程序的已知偏差只警告）
    #[arg(value_parser = company::PROFILES)]
    profile: String,
    /// 原因，写入审计
    #[arg(long, default_value = "运维人员在服务器上更改")]
    reason: String,
}

/// Arguments of `company add`.
#[derive(Debug, Args)]
pub(super) struct AdminAddArgs {
    #[command(flatten)]
    base: Base,
    /// 统一社会信用代码（18 位）
    #[arg(long)]
    credit_code: String,
    /// 海关注册登记编号（10 位）
    #[arg(long)]
    customs_code: String,
    /// 企业名称
    #[arg(long)]
    name: String,
    /// DXP 编号（报文传输编号）
    #[arg(long)]
    dxp_id: String,
    /// 业务角色
    #[arg(long, value_delimiter = ',', default_values = ["ebc", "agent"])]
    roles: Vec<String>,
    /// 校验方式：strict 或 lenient
    #[arg(long, default_value = "strict")]
    profile: String,
    /// 通道权重（1 至 100）
    #[arg(long, default_value_t = 1)]
    weight: u32,
}

/// Verbs on keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeyVerb {
    /// 为企业签发密钥（只显示这一次）
    Issue(IssueArgs),
    /// 列出企业的密钥
    List(KeyListArgs),
    /// 吊销密钥
    Revoke(RevokeArgs),
}

/// Arguments of `key issue`.
#[derive(Debug, Args)]
pub(super) struct IssueArgs {
    #[command(flatten)]
    base: Base,
    /// 企业的海关编号、信用代码或 DXP 编号
    company: String,
    /// 用途说明
    #[arg(long, default_value = "")]
    label: String,
    /// 有效天数
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
}

/// Arguments of `key list`.
#[derive(Debug, Args)]
pub(super) struct KeyListArgs {
    #[command(flatten)]
    base: Base,
    /// 企业的海关编号、信用代码或 DXP 编号
    company: String,
}

/// Arguments of `key revoke`.
#[derive(Debug, Args)]
pub(super) struct RevokeArgs {
    #[command(flatten)]
    base: Base,
    /// 企业的海关编号、信用代码或 DXP 编号
    company: String,
    /// 密钥编号（见 key list；也是密钥文本 tg_ 之后的数字）
    key: i64,
}

/// Verbs on the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigVerb {
    /// 打印当前生效的配置及每一项的说明
    Print(Base),
    /// 检查配置文件
    Check(Base),
}

async fn open(base: &Base) -> anyhow::Result<(Config, Db)> {
    opened(base.load()?).await
}

async fn opened(config: Config) -> anyhow::Result<(Config, Db)> {
    let db = open_db(config.store.clone())
        .await
        .context("无法打开数据库")?;
    Ok((config, db))
}

/// Brings the database up to date.
pub(super) async fn migrate(base: &Base) -> anyhow::Result<Ended> {
    let (config, db) = opened(base.load_to_upgrade()?).await?;
    if config.queue.kind == QueueKind::Builtin {
        open_db(beside(&config.store, config.queue.url.clone()))
            .await
            .context("无法打开队列的数据库")?;
    }
    let applied = db.applied().await?;
    if base.json {
        let list: Vec<_> = applied
            .iter()
            .map(|a| json!({ "number": a.number, "name": a.name }))
            .collect();
        say(&json!({ "engine": db.engine_name(), "applied": list }).to_string());
    } else {
        say(&format!(
            "{}：数据库结构为最新，共 {} 次升级",
            db.engine_name(),
            applied.len()
        ));
    }
    Ok(Ended::Done)
}

/// Registers or lists companies.
pub(super) async fn company(verb: CompanyVerb) -> anyhow::Result<Ended> {
    match verb {
        CompanyVerb::Add(args) => add(args).await,
        CompanyVerb::List(base) => companies(&base).await,
        CompanyVerb::Profile(args) => profile(args).await,
    }
}

async fn profile(args: ProfileArgs) -> anyhow::Result<Ended> {
    let (_, db) = open(&args.base).await?;
    let (code, profile, reason) = (args.company, args.profile.clone(), args.reason);
    let now_ms = SystemClock.now_ms();
    let write = move |tx: &mut Tx<'_>| -> Result<bool, company::CompanyRefusal> {
        let Some(company) = company::by_code(tx, &code)? else {
            return Ok(false);
        };
        let actor = super::sso::administrator();
        let change = (profile.as_str(), reason.as_str());
        company_ledger::set_profile(tx, &actor, &company, change, now_ms)?;
        Ok(true)
    };
    match db.write(write).await {
        Ok(true) => {}
        Ok(false) => {
            say("没有这家企业");
            return Ok(Ended::Refused);
        }
        Err(company::CompanyRefusal::Store(error)) => return Err(error.into()),
        Err(refusal) => {
            say(&refusal.to_string());
            return Ok(Ended::Refused);
        }
    }
    if args.base.json {
        say(&json!({ "profile": args.profile }).to_string());
    } else {
        say(&format!(
            "校验方式已改为 {}，只对此后提交的报文有效",
            args.profile
        ));
    }
    Ok(Ended::Done)
}

async fn companies(base: &Base) -> anyhow::Result<Ended> {
    let (_, db) = open(base).await?;
    let companies = db.read(company::all).await?;
    if base.json {
        let list: Vec<_> = companies.iter().map(company_json).collect();
        say(&json!(list).to_string());
        return Ok(Ended::Done);
    }
    let mut rows = table(&[
        "海关编号",
        "信用代码",
        "名称",
        "DXP 编号",
        "口径",
        "权重",
        "登记日",
        "状态",
    ]);
    for company in &companies {
        rows.add_row([
            company.customs_code.clone(),
            company.credit_code.clone(),
            company.name.clone(),
            company.dxp_id.clone(),
            company.profile.clone(),
            company.weight.to_string(),
            beijing_day(company.created_at),
            if company.suspended {
                "暂停"
            } else {
                "正常"
            }
            .to_owned(),
        ]);
    }
    say(&rows.to_string());
    Ok(Ended::Done)
}

fn company_json(company: &Company) -> serde_json::Value {
    json!({
        "id": company.id.0.to_string(), "code": company.customs_code,
        "creditCode": company.credit_code, "name": company.name, "dxpId": company.dxp_id,
        "roles": company.roles, "profile": company.profile, "weight": company.weight,
        "suspended": company.suspended,
    })
}

async fn add(args: AdminAddArgs) -> anyhow::Result<Ended> {
    let (config, db) = open(&args.base).await?;
    let ids = Ids::claim(&config, &db).await?;
    let maker = ids.maker();
    let company = Company {
        id: CompanyId(ids.next()),
        credit_code: args.credit_code,
        customs_code: args.customs_code,
        name: args.name,
        dxp_id: args.dxp_id,
        roles: args.roles,
        profile: args.profile,
        weight: args.weight,
        suspended: false,
        created_at: SystemClock.now_ms(),
    };
    let added = company.clone();
    let enrolled = db.write(move |tx| enrol(tx, &maker, &added, None)).await;
    if let Err(company::CompanyRefusal::Store(error)) = enrolled {
        return Err(error.into());
    }
    ids.release(&db).await;
    match enrolled {
        Ok(()) if args.base.json => say(&company_json(&company).to_string()),
        Ok(()) => say(&format!(
            "已登记 {}（{}）",
            company.name, company.customs_code
        )),
        Err(refusal) => {
            say(&format!("未登记：{refusal}"));
            return Ok(Ended::Refused);
        }
    }
    Ok(Ended::Done)
}

pub(super) async fn by_code(db: &Db, code: &str) -> anyhow::Result<Company> {
    let asked = code.to_owned();
    db.read(move |tx| company::by_code(tx, &asked))
        .await?
        .with_context(|| format!("没有这家企业：{code}"))
}

/// Issues, lists or revokes keys.
pub(super) async fn key(verb: KeyVerb) -> anyhow::Result<Ended> {
    match verb {
        KeyVerb::Issue(args) => issue(args).await,
        KeyVerb::List(args) => keys(args).await,
        KeyVerb::Revoke(args) => revoke(args).await,
    }
}

async fn revoke(args: RevokeArgs) -> anyhow::Result<Ended> {
    let (_, db) = open(&args.base).await?;
    let company = by_code(&db, &args.company).await?;
    let (id, now_ms) = (args.key, SystemClock.now_ms());
    let revoked = db
        .write(move |tx| api_key::revoke(tx, company.id, id, now_ms))
        .await?;
    if args.base.json {
        say(&json!({ "revoked": revoked }).to_string());
    } else if revoked {
        say("已吊销；一秒之内在所有进程生效");
    } else {
        say("没有这个密钥，或已吊销");
    }
    Ok(if revoked { Ended::Done } else { Ended::Refused })
}

async fn issue(args: IssueArgs) -> anyhow::Result<Ended> {
    let (config, db) = open(&args.base).await?;
    let company = by_code(&db, &args.company).await?;
    let ids = Ids::claim(&config, &db).await?;
    let now_ms = SystemClock.now_ms();
    let key = ApiKey {
        id: ids.next(),
        company_id: company.id,
        label: args.label,
        created_at: now_ms,
        expires_at: now_ms + args.days * DAY_MS,
        revoked_at: None,
    };
    let (id, expires_at, secret) = (key.id, key.expires_at, secret()?);
    let text = db
        .write(move |tx| api_key::issue(tx, &key, &secret))
        .await?;
    ids.release(&db).await;
    if args.base.json {
        let expires = beijing_rfc3339(expires_at);
        say(&json!({ "id": id.to_string(), "key": text, "expiresAt": expires }).to_string());
    } else {
        say(&format!(
            "{text}\n\n请立即保存：密钥只显示这一次。有效期至 {}",
            beijing_day(expires_at)
        ));
    }
    Ok(Ended::Done)
}

async fn keys(args: KeyListArgs) -> anyhow::Result<Ended> {
    let (_, db) = open(&args.base).await?;
    let company = by_code(&db, &args.company).await?;
    let keys = db
        .read(move |tx| api_key::of_company(tx, company.id))
        .await?;
    if args.base.json {
        let list: Vec<_> = keys
            .iter()
            .map(|key| {
                json!({
                    "id": key.id.to_string(), "label": key.label,
                    "expiresAt": beijing_rfc3339(key.expires_at),
                    "revokedAt": key.revoked_at.map(beijing_rfc3339),
                })
            })
            .collect();
        say(&json!(list).to_string());
        return Ok(Ended::Done);
    }
    let mut rows = table(&["编号", "用途", "签发日", "有效期至", "吊销"]);
    for key in &keys {
        rows.add_row([
            key.id.to_string(),
            key.label.clone(),
            beijing_day(key.created_at),
            beijing_day(key.expires_at),
            key.revoked_at.map(beijing_day).unwrap_or_default(),
        ]);
    }
    say(&rows.to_string());
    Ok(Ended::Done)
}

/// Prints or checks the configuration.
pub(super) fn config(verb: &ConfigVerb) -> anyhow::Result<Ended> {
    match verb {
        ConfigVerb::Check(base) => {
            let data = crate::config::data_folder(base.data.clone());
            base.load()?.check_under(&data)?;
            say(if base.json {
                "{\"ok\":true}"
            } else {
                "配置无误"
            });
        }
        ConfigVerb::Print(base) => {
            let config = base.load()?.redacted();
            if base.json {
                say(&serde_json::to_string(&config)?);
            } else {
                say(&reference(&config)?);
            }
        }
    }
    Ok(Ended::Done)
}

/// The configuration as TOML, each key under its sentence.
pub fn reference(config: &Config) -> anyhow::Result<String> {
    let text = toml::to_string(config)?;
    let mut section = String::new();
    let mut out = String::new();
    for line in text.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            // A table of a list has a second pair of brackets.
            section = match name
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
            {
                Some(list) => format!("{list}[]."),
                None => format!("{name}."),
            };
        } else if let Some((key, _)) = line.split_once(" = ") {
            let path = format!("{section}{key}");
            if let Some((_, sentence)) = REFERENCE.iter().find(|(known, _)| *known == path) {
                out.push_str(&format!("# {sentence}\n"));
            }
        }
        out.push_str(line);
        out.push('\n');
    }
    Ok(out)
}
