//! Configuration (配置): one TOML file, then the environment, then the command line.
//!
//! Every layer has a struct with its own settings and defaults that work; unknown keys are errors.
//! In the environment a key is `TONGGUAN_` and its path in capitals, `__` between the parts:
//! `TONGGUAN_STORE__URL`. [`REFERENCE`] has a sentence for every key; a test compares the two.

use anyhow::{Context, anyhow, bail};
use registry::config::ForeignSource;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

mod http;
mod ranges;
mod reference;
#[cfg(test)]
mod tests;

pub use http::{HttpConfig, LimitsConfig, Pace};
pub use reference::REFERENCE;

/// What an envelope adds to a message, beside Base64, in bytes.
const ENVELOPE_BYTES: usize = 64 << 10;

/// Prefix of settings in the environment.
const ENV_PREFIX: &str = "TONGGUAN_";

/// All settings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// This process.
    pub node: NodeConfig,
    /// The HTTP server.
    pub http: HttpConfig,
    /// What callers share.
    pub limits: LimitsConfig,
    /// The database.
    pub store: store::StoreConfig,
    /// Accounts, sessions and passwords.
    pub registry: registry::config::RegistryConfig,
    /// The platform's own later work.
    pub jobs: jobs::config::JobsConfig,
    /// Where the archive is.
    pub archive: archive::config::ArchiveConfig,
    /// How long what is stored stays in the database.
    pub retention: archive::config::RetentionConfig,
    /// The queue between the platform and customs.
    pub queue: QueueConfig,
    /// Intake.
    pub intake: exchange::intake::IntakeConfig,
    /// The wire to customs.
    pub customs: exchange::customs::CustomsConfig,
    /// The check of signatures.
    pub signature: exchange::signature::SignatureConfig,
    /// The keys that sign for companies.
    pub signing: exchange::keyring::config::KeyringConfig,
    /// Customs' inquiries about payments.
    pub payment_inquiry: services::payment_inquiry::PaymentInquiryConfig,
    /// The simulator of customs.
    pub customs_box: exchange::customs_box::CustomsBoxConfig,
}

/// Settings of this process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NodeConfig {
    /// Number of this process among those that share a database, 0 to 63.
    pub number: u8,
    /// Log filter: `info`, `warn,exchange=debug`.
    pub log: String,
    /// The data folder, whose lock says whether another process works there. Set by the command,
    /// never by a file.
    #[serde(skip)]
    pub data: Option<PathBuf>,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            number: 0,
            log: "info".to_owned(),
            data: None,
        }
    }
}

/// Which queue carries messages to customs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueueKind {
    /// The built-in queue on a database of its own.
    Builtin,
    /// RabbitMQ.
    RabbitMq,
}

/// Settings of the queue between the platform and customs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueConfig {
    /// `builtin` or `rabbitmq`.
    pub kind: QueueKind,
    /// Database of the built-in queue; its own file, so that its commits do not wait for others.
    pub url: String,
    /// The built-in queue.
    pub builtin: queue::builtin::BuiltinConfig,
    /// RabbitMQ.
    pub rabbitmq: queue::rabbitmq::RabbitConfig,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            kind: QueueKind::Builtin,
            url: "sqlite:data/queue.db".to_owned(),
            builtin: queue::builtin::BuiltinConfig::default(),
            rabbitmq: queue::rabbitmq::RabbitConfig::default(),
        }
    }
}

/// A key or a value that no setting has, in Chinese.
fn misfit(error: &toml::de::Error) -> anyhow::Error {
    let text = error.to_string();
    let place = text.rsplit_once("\nin `");
    let place = place.map(|(_, place)| place.trim_end().trim_end_matches('`'));
    let why = web::in_chinese(error.message());
    match place {
        Some(place) => anyhow!("配置有误：{place}：{why}"),
        None => anyhow!("配置有误：{why}"),
    }
}

/// What to tell about a file that is not TOML: where, and what the parser misses there.
fn not_toml(text: &str, error: &toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    let at = text.lines().nth(line - 1).unwrap_or_default();
    anyhow::anyhow!(
        "配置文件不是有效的 TOML：第 {line} 行“{}”有误（{}）。每行应为 键 = 值，文字加双引号",
        at.trim(),
        error.message()
    )
}

impl Config {
    /// Reads the settings from a file, if one is given, and the environment over it.
    ///
    /// # Errors
    /// When the file cannot be read or a key or value is wrong; the text says which.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let environment = std::env::vars().filter(|(name, _)| name.starts_with(ENV_PREFIX));
        let text = match file {
            None => String::new(),
            Some(path) => crate::input::text(path).context("配置文件")?,
        };
        Self::from_parts(&text, environment)
    }

    /// Puts settings together from the text of a file and pairs of the environment.
    ///
    /// # Errors
    /// When a key or value is wrong; the text says which.
    pub fn from_parts(
        text: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let mut table: toml::Table = text.parse().map_err(|error| not_toml(text, &error))?;
        for (name, value) in environment {
            let path = name.trim_start_matches(ENV_PREFIX).to_ascii_lowercase();
            // Variables of the tests and of the log are not settings.
            if path.starts_with("test_") || !path.contains("__") {
                continue;
            }
            let parts: Vec<&str> = path.split("__").collect();
            let value = given(&parts, &value);
            set(&mut table, &parts, value).with_context(|| format!("环境变量 {name}"))?;
        }
        let config: Self = table.try_into().map_err(|error| misfit(&error))?;
        config.check()?;
        Ok(config)
    }

    /// What is wrong with these settings for a platform whose data is in this folder.
    ///
    /// # Errors
    /// When one does not fit it; the text says which.
    pub fn check_under(&self, data: &Path) -> anyhow::Result<()> {
        match self.archive.fault_beside(data) {
            Some(fault) => bail!("archive：{fault}"),
            None => Ok(()),
        }
    }

    /// Puts every file of the embedded default under one folder.
    #[must_use]
    pub fn under(mut self, data: &Path) -> Self {
        let file = |name: &str| format!("sqlite:{}", data.join(name).display());
        let default = Self::default();
        if self.store.url == default.store.url {
            self.store.url = file("tongguan.db");
        }
        if self.registry.seal_file == default.registry.seal_file {
            self.registry.seal_file = data.join("seal.key").display().to_string();
        }
        if self.queue.url == default.queue.url {
            self.queue.url = file("queue.db");
        }
        self.node.data = Some(data.to_owned());
        self
    }

    /// The same settings without passwords, for people.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        for url in [
            &mut self.store.url,
            &mut self.queue.url,
            &mut self.queue.rabbitmq.url,
        ] {
            *url = redact(url);
        }
        self.store.replica_url = self.store.replica_url.as_deref().map(redact);
        self
    }

    fn check(&self) -> anyhow::Result<()> {
        ranges::check(self)?;
        if let Some(fault) = self.store.fault() {
            bail!("store：{fault}");
        }
        if let Some(fault) = self.archive.fault() {
            bail!("archive：{fault}");
        }
        if let Some(fault) = self.retention.fault() {
            bail!("retention.{fault}");
        }
        if let Some(fault) = self.customs.fault() {
            bail!("customs：{fault}");
        }
        if let Some(fault) = self.customs_box.fault() {
            bail!("customs_box：{fault}");
        }
        let url = &self.registry.public_url;
        if !["http://", "https://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            bail!("registry.public_url 应为 http:// 或 https:// 开头的地址（现为 {url}）");
        }
        if let Some(fault) = self.http.fault() {
            bail!("http：{fault}");
        }
        if let Some(fault) = self.limits.fault() {
            bail!("limits：{fault}");
        }
        if let Some(fault) = self.limits.fault_of_readers(self.store.n_readers) {
            bail!("{fault}");
        }
        if let Some(fault) = self.intake.fault() {
            bail!("intake：{fault}");
        }
        let queue_bytes = match self.queue.kind {
            QueueKind::Builtin => self.queue.builtin.body_bytes_max,
            QueueKind::RabbitMq => self.queue.rabbitmq.body_bytes_max,
        };
        // In its envelope a message travels as Base64.
        let enveloped = self.intake.message_bytes_max / 3 * 4 + ENVELOPE_BYTES;
        if queue_bytes < enveloped {
            bail!(
                "queue 的 body_bytes_max 不应小于 {enveloped}：intake.message_bytes_max 的报文装入信封后可达此大小（现为 {queue_bytes}）"
            );
        }
        if self.intake.waiting_bytes_max < self.intake.batch_bytes_max {
            bail!("intake.waiting_bytes_max 不应小于 intake.batch_bytes_max");
        }
        let registry = &self.registry;
        // The file keeps to the ranges that hold for changes at run time.
        for parameter in crate::gather::parameters().into_iter().flatten() {
            if let Err(why) = parameter.check(parameter.own(registry)) {
                bail!("registry：{why}（{}）", parameter.name);
            }
        }
        for (at, source) in registry.foreign.iter().enumerate() {
            if let Some(fault) = source.fault() {
                bail!("registry.foreign 第 {} 项：{fault}", at + 1);
            }
            let same = |other: &&ForeignSource| other.name == source.name;
            if registry.foreign.iter().filter(same).count() > 1 {
                bail!("registry.foreign 有两项同名：{}", source.name);
            }
        }
        self.check_signing()?;
        Ok(())
    }
}

impl Config {
    fn check_signing(&self) -> anyhow::Result<()> {
        for (at, key) in self.signing.keys.iter().enumerate() {
            if let Some(fault) = key.fault() {
                bail!("signing.keys 第 {} 项：{fault}", at + 1);
            }
            if self
                .signing
                .keys
                .iter()
                .filter(|other| other.name == key.name)
                .count()
                > 1
            {
                bail!("signing.keys 有两项同名：{}", key.name);
            }
        }
        if let Some(fault) = self.payment_inquiry.fault() {
            bail!("payment_inquiry：{fault}");
        }
        Ok(())
    }
}

/// The value of a variable: as TOML, or as it is where it is none, and where the setting is a text, which may be a number
/// such as a code of customs.
fn given(parts: &[&str], value: &str) -> toml::Value {
    let text = || toml::Value::String(value.to_owned());
    let parsed = format!("v = {value}").parse::<toml::Table>().ok();
    let parsed = parsed.and_then(|mut table| table.remove("v"));
    let default = toml::Value::try_from(Config::default()).ok();
    let known = default
        .as_ref()
        .and_then(|whole| parts.iter().try_fold(whole, |table, part| table.get(part)));
    match parsed {
        Some(parsed) if parsed.is_str() || !known.is_some_and(toml::Value::is_str) => parsed,
        _ => text(),
    }
}

/// Sets one value, read as TOML when it can be and as a text when not.
fn set(table: &mut toml::Table, parts: &[&str], value: toml::Value) -> anyhow::Result<()> {
    let Some((first, rest)) = parts.split_first() else {
        bail!("空的键")
    };
    if rest.is_empty() {
        table.insert((*first).to_owned(), value);
        return Ok(());
    }
    let inner = table
        .entry((*first).to_owned())
        .or_insert_with(|| toml::Value::Table(toml::Table::new()));
    match inner.as_table_mut() {
        Some(inner) => set(inner, rest, value),
        None => bail!("配置中没有名为 {first} 的一组"),
    }
}

/// The folder of the data, from a setting of the command line.
pub fn data_folder(data: Option<PathBuf>) -> PathBuf {
    data.unwrap_or_else(|| PathBuf::from("data"))
}

/// An address with its password replaced by asterisks.
fn redact(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest
        .rsplit_once('@')
        .and_then(|(login, host)| Some((login.split_once(':')?.0, host)))
    {
        Some((user, host)) => format!("{scheme}://{user}:***@{host}"),
        None => url.to_owned(),
    }
}
