//! The demo (演示): three companies with keys, and a stream of synthetic declarations that go
//! the same way as everybody's.
//!
//! The keys of the demo are kept in `demo-keys.json` beside the data, readable by its owner only, so
//! that a second start shows the same ones. Real keys are never kept.

mod scene;
mod stream;
#[cfg(test)]
mod tests;

use anyhow::Context;
use exchange::shared::Shared;
use registry::api_key::{self, ApiKey, Secret};
use registry::company::{self, Company, CompanyId};
use serde::{Deserialize, Serialize};
use services::enrolment::enrol;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use stream::{declare, local_time};

/// How long a key of the demo opens: ten years, in milliseconds.
const KEY_MS: i64 = 3650 * 24 * 3_600_000;

/// A company of the demo with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DemoCompany {
    /// Customs registration number.
    pub code: String,
    /// Name.
    pub name: String,
    /// DXP id.
    pub dxp_id: String,
    /// API key.
    pub key: String,
}

/// Customs registration number, name and DXP id of the three companies; all of them invented.
const COMPANIES: [(&str, &str, &str); 3] = [
    (
        "1105960001",
        "北京样例跨境电子商务有限公司",
        "DXPENT0000000001",
    ),
    (
        "1105960002",
        "北京示范进出口供应链有限公司",
        "DXPENT0000000002",
    ),
    ("1105960003", "北京演示国际物流有限公司", "DXPENT0000000003"),
];

/// The DXP id of a company of the demo.
pub fn dxp_id_of(code: &str) -> Option<&'static str> {
    COMPANIES
        .iter()
        .find(|(known, ..)| *known == code)
        .map(|(_, _, dxp_id)| *dxp_id)
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct DemoKeys(BTreeMap<String, String>);

/// Makes sure that the companies of the demo exist and have keys.
///
/// # Errors
/// When the database or the file of the keys fails.
pub async fn companies(shared: &Shared, data: &Path) -> anyhow::Result<Vec<DemoCompany>> {
    let path = data.join("demo-keys.json");
    let mut keys: DemoKeys = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("{} 已损坏，删除后重新启动即可", path.display()))?,
        Err(_) => DemoKeys::default(),
    };
    let mut found = Vec::new();
    for (seed, (code, name, dxp_id)) in (1_u64..).zip(COMPANIES) {
        let company = ensure(shared, seed, code, name, dxp_id).await?;
        let key = match keys.0.get(code) {
            Some(key) => key.clone(),
            None => issue(shared, company.id).await?,
        };
        keys.0.insert(code.to_owned(), key.clone());
        found.push(DemoCompany {
            code: code.to_owned(),
            name: name.to_owned(),
            dxp_id: dxp_id.to_owned(),
            key,
        });
    }
    keep(&path, &keys)?;
    Ok(found)
}

/// A trust folder that believes the certificate of the samples, whose key everybody has: in the demo
/// only, so that signed samples verify there.
///
/// # Errors
/// When the folder cannot be written.
pub fn trust(data: &Path) -> anyhow::Result<PathBuf> {
    let folder = data.join("trust");
    let write = || {
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("sample.pem"), ceb::sample::CERTIFICATE)
    };
    write().with_context(|| format!("无法写入 {}", folder.display()))?;
    Ok(folder)
}

async fn ensure(
    shared: &Shared,
    seed: u64,
    code: &'static str,
    name: &str,
    dxp_id: &str,
) -> anyhow::Result<Company> {
    if let Some(company) = shared.db.read(move |tx| company::by_code(tx, code)).await? {
        return Ok(company);
    }
    let company = Company {
        id: CompanyId(shared.ids.next()),
        credit_code: ceb::sample::credit_code(seed),
        customs_code: code.to_owned(),
        name: name.to_owned(),
        dxp_id: dxp_id.to_owned(),
        roles: ["ebc", "ebp", "pay", "logistics", "agent", "operator"]
            .map(str::to_owned)
            .to_vec(),
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: shared.clock.now_ms(),
    };
    let (added, ids) = (company.clone(), Arc::clone(&shared.ids));
    shared
        .db
        .write(move |tx| enrol(tx, &ids, &added, None))
        .await?;
    Ok(company)
}

async fn issue(shared: &Shared, company: CompanyId) -> anyhow::Result<String> {
    let now_ms = shared.clock.now_ms();
    let key = ApiKey {
        id: shared.ids.next(),
        company_id: company,
        label: "demo".to_owned(),
        created_at: now_ms,
        expires_at: now_ms + KEY_MS,
        revoked_at: None,
    };
    let secret = secret()?;
    Ok(shared
        .db
        .write(move |tx| api_key::issue(tx, &key, &secret))
        .await?)
}

/// Random bytes for a key, from the operating system.
///
/// # Errors
/// When the system has none.
pub fn secret() -> anyhow::Result<Secret> {
    let mut secret = Secret::default();
    getrandom::fill(&mut secret).map_err(|error| anyhow::anyhow!("无法取得随机数：{error}"))?;
    Ok(secret)
}

fn keep(path: &Path, keys: &DemoKeys) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("无法写入 {}", path.display()))?;
    file.write_all(&serde_json::to_vec_pretty(keys)?)?;
    Ok(())
}

/// The line by which a program learns that the demo is ready.
pub fn ready_json(url: &str, bootstrap: Option<&str>, companies: &[DemoCompany]) -> String {
    serde_json::json!({ "address": url, "bootstrap": bootstrap, "companies": companies })
        .to_string()
}

/// What a person sees when the demo is ready. `data` is the folder when the caller named one: the lines
/// to copy name it too.
pub fn ready_text(
    url: &str,
    bootstrap: Option<&str>,
    companies: &[DemoCompany],
    data: Option<&Path>,
) -> String {
    let program = std::env::args().next().unwrap_or_default();
    let data = data.map_or_else(String::new, |data| format!(" --data {}", data.display()));
    let Some(first) = companies.first() else {
        return String::new();
    };
    let keys: Vec<String> = companies
        .iter()
        .map(|company| format!("  {}  {}  {}", company.code, company.key, company.name))
        .collect();
    let first_start = bootstrap.map_or_else(String::new, |link| {
        format!(
            "首次启用 first start：平台没有默认账号，请打开此一次性链接设立三员和演示人员\n  {link}\n\n"
        )
    });
    format!(
        "通关演示已就绪 / the Tongguan demo is ready\n\n{first_start}\
         登录 log in           {url}/login\n\
         企业入驻 register     {url}/register\n\
         演示账号 sample people 企业 company.admin、company.clerk、second.admin、logistics.admin；\n\
         \x20                     商务局 bureau.clerk、bureau.approver；海关 customs.officer；运维 operator.a、operator.b\n\
         \x20                     （设立三员后给出各自的一次性链接）\n\
         实况页面 live page    {url}/live\n\
         接口文档 API          {url}/api/docs\n\n\
         演示企业与密钥 companies and keys\n{}\n\n\
         提交一份样例 submit a sample（在另一个终端 in another terminal）\n\
         \x20 {program} sample CEB311 --company {code}{data} > order.xml\n\
         \x20 curl -sS -X POST {url}/api/v1/messages -H 'Authorization: Bearer {key}' \\\n\
         \x20      -H 'Content-Type: application/xml' --data-binary @order.xml\n\n\
         领取回执 read the receipts\n\
         \x20 curl -sS '{url}/api/v1/receipts?wait=10' -H 'Authorization: Bearer {key}'\n\n\
         停止 stop: Ctrl-C（数据保留 the data stay）\n",
        keys.join("\n"),
        code = first.code,
        key = first.key,
    )
}
