//! `signing` and `sign`: the keys that sign for companies, and a signature on this machine.

use super::ids::Ids;
use super::sso::administrator;
use super::table::table;
use super::{Base, Ended, input, say, wrong_use};
use crate::config::Config;
use crate::databases::open_db;
use anyhow::Context;
use clap::{Args, Subcommand};
use exchange::keyring::config::{KeyConfig, KeyKind};
use exchange::keyring::{Card, Keyring};
use exchange::signing::{self, KeyFilter, KeyWish, SigningKey, offline};
use registry::access::Sight;
use registry::approval::Undone;
use registry::company;
use serde_json::json;
use std::path::PathBuf;
use store::Tx;
use store::clock::{Clock, SystemClock, beijing_rfc3339};

/// Keys that are listed at most.
const KEYS: i64 = 1000;

/// What is signed to try a key.
const PROBE: &[u8] = "通关平台签名测试".as_bytes();

/// Verbs on keys.
#[derive(Debug, Subcommand)]
pub(super) enum SigningVerb {
    /// 列出配置中的密钥和已登记给企业的密钥
    List(Base),
    /// 把配置中的密钥登记给一家企业（命令行直接生效，并记入审计）
    Add(SigningAddArgs),
    /// 用配置中的密钥试签，检查设备、口令与证书
    Test(NameArgs),
    /// 移除企业的代签密钥
    Remove(KeyRemoveArgs),
}

/// Arguments of `signing add`.
#[derive(Debug, Args)]
pub(super) struct SigningAddArgs {
    #[command(flatten)]
    base: Base,
    /// 密钥在配置 signing.keys 中的名称
    name: String,
    /// 企业的统一社会信用代码或海关注册编号
    #[arg(long, value_name = "CODE")]
    company: String,
}

/// Arguments of `signing test`.
#[derive(Debug, Args)]
pub(super) struct NameArgs {
    #[command(flatten)]
    base: Base,
    /// 密钥在配置 signing.keys 中的名称
    name: String,
}

/// Arguments of `signing remove`.
#[derive(Debug, Args)]
pub(super) struct KeyRemoveArgs {
    #[command(flatten)]
    base: Base,
    /// 企业的统一社会信用代码或海关注册编号
    #[arg(long, value_name = "CODE")]
    company: String,
}

/// Arguments of `sign`.
#[derive(Debug, Args)]
pub(super) struct SignArgs {
    #[command(flatten)]
    base: Base,
    /// 待签名的报文（.xml）
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 写到这个文件；缺省写到标准输出
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 配置 signing.keys 中的密钥名称
    #[arg(long, value_name = "NAME", conflicts_with_all = ["key_file", "certificate"])]
    key: Option<String>,
    /// 私钥文件（PEM PKCS#8）
    #[arg(long, value_name = "PEM", requires = "certificate")]
    key_file: Option<PathBuf>,
    /// 证书文件（PEM 或 DER）
    #[arg(long, value_name = "PEM", requires = "key_file")]
    certificate: Option<PathBuf>,
    /// 私钥口令所在文件
    #[arg(long, value_name = "FILE", requires = "key_file")]
    passphrase_file: Option<PathBuf>,
    /// 允许旧算法：RSA 密钥以 SHA-1 签名
    #[arg(long)]
    allow_old: bool,
}

/// Lists, assigns, tries or removes keys.
pub(super) async fn signing(verb: SigningVerb) -> anyhow::Result<Ended> {
    match verb {
        SigningVerb::List(base) => list(&base).await,
        SigningVerb::Add(args) => add(args).await,
        SigningVerb::Test(args) => test(args).await,
        SigningVerb::Remove(args) => remove(args).await,
    }
}

fn keyring(config: &Config) -> Keyring {
    Keyring::new(&config.signing, &SystemClock::shared())
}

fn card<'k>(keyring: &'k Keyring, name: &str) -> anyhow::Result<&'k Card> {
    let card = keyring.card(name);
    card.with_context(|| format!("配置 signing.keys 中没有密钥 {name}"))
}

async fn list(base: &Base) -> anyhow::Result<Ended> {
    let config = base.load()?;
    let keyring = keyring(&config);
    let db = open_db(config.store.clone()).await?;
    let read = |tx: &mut Tx<'_>| -> store::Result<_> {
        let mut found = Vec::new();
        for key in signing::keys(tx, &Sight::All, &KeyFilter::default(), KEYS)? {
            let company = company::by_id(tx, key.company_id)?;
            found.push((key, company.map(|company| company.name).unwrap_or_default()));
        }
        Ok(found)
    };
    let assigned = db.read(read).await?;
    if base.json {
        let settings: Vec<_> = keyring
            .names()
            .map(|(name, kind)| json!({ "name": name, "kind": kind }))
            .collect();
        let keys: Vec<_> = assigned
            .iter()
            .map(|(key, company)| {
                json!({
                    "id": key.id.to_string(), "name": key.name, "company": company,
                    "family": key.family.name(), "serial": key.serial,
                    "validTo": beijing_rfc3339(key.valid_to),
                })
            })
            .collect();
        say(&json!({ "settings": settings, "keys": keys }).to_string());
        return Ok(Ended::Done);
    }
    let mut shown = table(&["名称", "种类", "企业", "算法", "证书", "有效期至"]);
    for (name, kind) in keyring.names() {
        let mut is_used = false;
        for (key, company) in assigned.iter().filter(|(key, _)| key.name == name) {
            is_used = true;
            shown.add_row([
                name,
                kind,
                company,
                key.family.name(),
                &key.serial,
                &beijing_rfc3339(key.valid_to),
            ]);
        }
        if !is_used {
            shown.add_row([name, kind, "（未登记）", "", "", ""]);
        }
    }
    say(&shown.to_string());
    Ok(Ended::Done)
}

async fn add(args: SigningAddArgs) -> anyhow::Result<Ended> {
    let config = args.base.load()?;
    let keyring = keyring(&config);
    let certificate = card(&keyring, &args.name)?.certificate().await?;
    let db = open_db(config.store.clone()).await?;
    let ids = Ids::claim(&config, &db).await?;
    let id = ids.next();
    let now_ms = SystemClock.now_ms();
    let (name, code) = (args.name.clone(), args.company.clone());
    let provider = keyring.kind(&args.name).unwrap_or_default();
    let write = move |tx: &mut Tx<'_>| -> Result<SigningKey, Undone> {
        let Some(company) = company::by_code(tx, &code)? else {
            return Err(Undone::failed("没有这家企业"));
        };
        let wish = KeyWish {
            company: company.id.0,
            name: name.clone(),
            provider: provider.to_owned(),
            certificate: data_encoding::HEXLOWER.encode(&certificate.der),
        };
        signing::add_key(tx, &administrator(), &wish, (id, now_ms))
    };
    let added = db.write(write).await;
    if !matches!(added, Err(Undone::Store(_))) {
        ids.release(&db).await;
    }
    let key = added?;
    if args.base.json {
        say(&json!({ "id": key.id.to_string(), "serial": key.serial }).to_string());
    } else {
        say(&format!(
            "已登记：{}，证书 {}（{}）",
            key.name, key.serial, key.subject
        ));
    }
    Ok(Ended::Done)
}

async fn test(args: NameArgs) -> anyhow::Result<Ended> {
    let config = args.base.load()?;
    let keyring = keyring(&config);
    let card = card(&keyring, &args.name)?;
    let outcome = probe(card).await;
    if args.base.json {
        let value = match &outcome {
            Ok((serial, method)) => json!({ "ok": true, "serial": serial, "method": method }),
            Err(why) => json!({ "ok": false, "fault": why }),
        };
        say(&value.to_string());
    } else {
        say(&match &outcome {
            Ok((serial, method)) => format!("签名正常：{method}，证书 {serial}"),
            Err(why) => format!("不能签名：{why}"),
        });
    }
    Ok(if outcome.is_ok() {
        Ended::Done
    } else {
        Ended::Refused
    })
}

async fn probe(card: &Card) -> Result<(String, &'static str), String> {
    let certificate = card
        .certificate()
        .await
        .map_err(|fault| fault.to_string())?;
    let method = certificate.family.method();
    let signature = card
        .sign(PROBE, method)
        .await
        .map_err(|fault| fault.to_string())?;
    if !certificate.has_signed(method, PROBE, &signature) {
        return Err("签名与证书不符".to_owned());
    }
    Ok((certificate.serial.clone(), method.name()))
}

async fn remove(args: KeyRemoveArgs) -> anyhow::Result<Ended> {
    let config = args.base.load()?;
    let db = open_db(config.store.clone()).await?;
    let now_ms = SystemClock.now_ms();
    let code = args.company.clone();
    let write = move |tx: &mut Tx<'_>| -> store::Result<_> {
        let Some(company) = company::by_code(tx, &code)? else {
            return Ok(None);
        };
        let Some(key) = signing::active_key(tx, company.id)? else {
            return Ok(None);
        };
        signing::remove_key(tx, &administrator(), &key, now_ms)?;
        Ok(Some(key.name))
    };
    let removed = db.write(write).await?;
    if args.base.json {
        say(&json!({ "removed": removed }).to_string());
    } else {
        say(&match &removed {
            Some(name) => format!("已移除：{name}"),
            None => "没有这家企业，或它没有代签密钥".to_owned(),
        });
    }
    Ok(if removed.is_some() {
        Ended::Done
    } else {
        Ended::Refused
    })
}

/// Signs a file on this machine, without a platform.
pub(super) async fn sign(args: SignArgs) -> anyhow::Result<Ended> {
    let mut config = args.base.load()?;
    let name = match (args.key, args.key_file, args.certificate) {
        (Some(name), ..) => name,
        (None, Some(key_file), Some(certificate_file)) => {
            let key = KeyConfig {
                name: "here".to_owned(),
                kind: KeyKind::File,
                key_file,
                certificate_file,
                secret_file: args.passphrase_file.unwrap_or_default(),
                ..KeyConfig::default()
            };
            config.signing.keys = vec![key];
            "here".to_owned()
        }
        (None, ..) => {
            return Err(wrong_use(
                "请用 --key 指明密钥，或用 --key-file 与 --certificate",
            ));
        }
    };
    let keyring = keyring(&config);
    let message = input::read(&args.file)?;
    let signed = offline::sign(card(&keyring, &name)?, &message, args.allow_old).await;
    let (signed, method) = signed.map_err(anyhow::Error::msg)?;
    match args.out {
        Some(out) => {
            std::fs::write(&out, signed).map_err(|error| input::unwritable(&out, &error))?;
            say(&format!("已用 {} 签名：{}", method.name(), out.display()));
        }
        None => {
            use std::io::Write;
            std::io::stdout().lock().write_all(&signed)?;
        }
    }
    Ok(Ended::Done)
}
