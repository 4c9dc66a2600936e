//! Settings of the store.

use serde::{Deserialize, Serialize};
use tokio_postgres::config::Host;

/// Settings of the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// `sqlite:PATH`, or `postgres://user:password@host:port/database`. Several hosts, each with its port, are
    /// separated by commas: the one that takes writes is used.
    pub url: String,
    /// PEM file with the certificate authority of PostgreSQL; when set, TLS is required.
    pub postgres_ca_file: Option<String>,
    /// As `url` with one host, a standby of it that serves reads which may be some seconds old; PostgreSQL only.
    pub replica_url: Option<String>,
    /// How many seconds what the standby shows may be old (2 to 300): when it may be older, the primary serves those reads.
    pub replica_lag_max_s: u64,
    /// Threads that write to PostgreSQL, each with its own connection (1 to 64). SQLite has one.
    pub n_writers: usize,
    /// Threads that read, each with its own connection (3 to 64): more than two shares of reads may hold.
    pub n_readers: usize,
    /// Closures that may wait for the database before callers are told to come back later.
    pub waiting_max: usize,
    /// How long SQLite waits for a lock of another process, in milliseconds.
    pub sqlite_busy_ms: u64,
    /// Largest size of the SQLite file in MiB, 0 for no limit; beyond it nothing is accepted.
    pub sqlite_mib_max: u64,
    /// Page cache of the SQLite writer in MiB.
    pub sqlite_cache_mib: u64,
    /// Size in MiB to which the log beside the SQLite file is cut when it has been copied back (1 to 4096). It grows beyond
    /// it while somebody reads for long; at four times this size that is reported.
    pub sqlite_log_mib: u64,
    /// How long one read of the platform itself may take before it is broken off, in milliseconds (1000 to 3600000): for so
    /// long what was written since cannot leave the log of SQLite.
    pub read_ms_max: u64,
    /// Free space of the disk in MiB below which the process says that it is not ready; 0 for never.
    pub free_mib_min: u64,
    /// File with the keys that seal messages and receipts before they are stored; empty for none.
    pub encryption_key_file: String,
    /// Whether nothing in this database is ever sealed, so that no key is asked for. Set by the program for
    /// databases beside the main one, never by a file.
    #[serde(skip)]
    pub is_plain: bool,
    /// What opening may do to the tables. Set by the program, never by a file.
    #[serde(skip)]
    pub schema: SchemaCare,
}

/// What opening a database may do to its tables (数据库结构).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaCare {
    /// They are made and brought up to date: for those who run the platform and for `migrate`.
    #[default]
    Upgrade,
    /// They are made where there are none; older ones are refused, because processes of the version before may be working with
    /// them.
    Create,
    /// They are left as they are; what is empty or older is refused.
    Look,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: "sqlite:data/tongguan.db".to_owned(),
            postgres_ca_file: None,
            replica_url: None,
            replica_lag_max_s: 5,
            n_writers: 4,
            n_readers: 8,
            waiting_max: 4096,
            sqlite_busy_ms: 5000,
            sqlite_mib_max: 0,
            sqlite_cache_mib: 32,
            sqlite_log_mib: 64,
            read_ms_max: 60_000,
            free_mib_min: 256,
            encryption_key_file: String::new(),
            is_plain: false,
            schema: SchemaCare::default(),
        }
    }
}

/// Longest wait for a lock of another process, in milliseconds: SQLite counts them in 32 bits, and people do not wait
/// for longer.
const BUSY_MS_MAX: u64 = 600_000;

impl StoreConfig {
    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<String> {
        let path = self.url.strip_prefix("sqlite:");
        let is_url = match path {
            Some(path) => !path.trim().is_empty() && !path.ends_with('/'),
            None => ["postgres://", "postgresql://"]
                .iter()
                .any(|scheme| self.url.starts_with(scheme)),
        };
        if !is_url {
            return Some(
                "url 应为 sqlite:文件路径 或 postgres://用户:密码@主机:端口/库名".to_owned(),
            );
        }
        if path.is_none()
            && let Some(fault) = places_fault(&self.url)
        {
            return Some(fault);
        }
        if let Some(url) = &self.replica_url {
            let is_url = ["postgres://", "postgresql://"]
                .iter()
                .any(|scheme| url.starts_with(scheme));
            if !is_url || path.is_some() {
                return Some(
                    "replica_url 应为 postgres://用户:密码@主机:端口/库名，且 url 也应为 PostgreSQL".to_owned(),
                );
            }
            if let Some(fault) = places_fault(url) {
                return Some(format!("replica_{fault}"));
            }
            if has_many_places(url) {
                return Some(
                    "replica_url 只能写一个主机：几个连接会连到不同的备库，无法判断各自落后多少"
                        .to_owned(),
                );
            }
        }
        if !(1..=64).contains(&self.n_writers) {
            return Some(format!("n_writers 应为 1 至 64（现为 {}）", self.n_writers));
        }
        if self.waiting_max == 0 {
            return Some("waiting_max 应大于 0".to_owned());
        }
        (self.sqlite_busy_ms > BUSY_MS_MAX).then(|| {
            format!(
                "sqlite_busy_ms 不应大于 {BUSY_MS_MAX}（现为 {}）",
                self.sqlite_busy_ms
            )
        })
    }

    /// Whether what is stored in this database is sealed.
    pub(crate) fn is_sealing(&self) -> bool {
        !self.is_plain && !self.encryption_key_file.is_empty()
    }

    /// Which database it is, for people: the file, or the hosts and the name; never with a user or a password.
    pub(crate) fn place(&self) -> String {
        if let Some(path) = self.sqlite_path() {
            return path.to_owned();
        }
        let Ok(url) = self.url.parse::<tokio_postgres::Config>() else {
            return "PostgreSQL".to_owned();
        };
        let ports = url.get_ports();
        let hosts = url.get_hosts().iter().enumerate().map(|(n, host)| {
            let port = ports.get(n).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                Host::Unix(path) => format!("{}:{port}", path.display()),
            }
        });
        let hosts = hosts.collect::<Vec<_>>().join(",");
        format!("{hosts}/{}", url.get_dbname().unwrap_or_default())
    }

    /// The path of the SQLite file that the settings name, if they name one.
    pub fn sqlite_path(&self) -> Option<&str> {
        let path = self.url.strip_prefix("sqlite:")?;
        Some(path.trim_start_matches("//"))
    }
}

/// What is wrong with the places that an address of PostgreSQL names, in Chinese; never with the password in it.
fn places_fault(url: &str) -> Option<String> {
    let Ok(url) = url.parse::<tokio_postgres::Config>() else {
        return Some(
            "url 无法解析，应为 postgres://用户:密码@主机:端口/库名，多个主机以逗号分隔（主机1:5432,主机2:5432）"
                .to_owned(),
        );
    };
    let (hosts, addresses) = (url.get_hosts(), url.get_hostaddrs());
    let is_empty = |host: &Host| matches!(host, Host::Tcp(name) if name.is_empty());
    if (hosts.is_empty() && addresses.is_empty()) || hosts.iter().any(is_empty) {
        return Some("url 中的主机不能为空".to_owned());
    }
    let n_places = hosts.len().max(addresses.len());
    let fits = |n: usize| n <= 1 || n == n_places;
    (!fits(url.get_ports().len())
        || !(hosts.is_empty() || addresses.is_empty() || hosts.len() == addresses.len()))
    .then(|| "url 中主机、地址和端口的个数不一致".to_owned())
}

/// Whether an address names several places.
fn has_many_places(url: &str) -> bool {
    url.parse::<tokio_postgres::Config>()
        .is_ok_and(|url| url.get_hosts().len().max(url.get_hostaddrs().len()) > 1)
}

#[cfg(test)]
mod tests {
    use super::StoreConfig;

    fn fault(url: &str) -> Option<String> {
        let config = StoreConfig {
            url: url.to_owned(),
            ..StoreConfig::default()
        };
        config.fault()
    }

    #[test]
    fn a_standby_is_one_of_postgresql_and_its_address_is_read() {
        let fault = |url: &str, replica: &str| {
            let config = StoreConfig {
                url: url.to_owned(),
                replica_url: Some(replica.to_owned()),
                ..StoreConfig::default()
            };
            config.fault().unwrap_or_default()
        };
        assert_eq!(fault("postgres://a,b/db", "postgres://c:5433/db"), "");
        for (url, replica) in [
            ("sqlite:data/tongguan.db", "postgres://user:secret@b/db"),
            ("postgres://a/db", "sqlite:data/tongguan.db"),
            ("postgres://a/db", "postgres://user:secret@b:port/db"),
            ("postgres://a/db", "postgres://user:secret@b,c/db"),
        ] {
            let why = fault(url, replica);
            assert!(
                why.starts_with("replica_url ") && !why.contains("secret"),
                "{why}"
            );
        }
    }

    #[test]
    fn an_address_may_name_several_hosts_and_none_of_them_is_empty() {
        for good in [
            "postgres://user:pw@a:5432,b:5433/db",
            "postgresql://a,b,[::1]:5432/db?connect_timeout=3",
            "postgres://user@/db?host=/run/postgresql",
            "sqlite:data/tongguan.db",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, why) in [
            ("postgres://user:secret@a:5432,,b:5432/db", "不能为空"),
            ("postgres://user:secret@a:5432,/db", "不能为空"),
            ("postgres://user:secret@,b:5432/db", "不能为空"),
            ("postgres:///db", "不能为空"),
            ("postgres://user:secret@a:port,b/db", "无法解析"),
            ("postgres://a,b/db?hostaddr=127.0.0.1", "个数不一致"),
        ] {
            let detail = fault(bad).unwrap_or_default();
            assert!(detail.contains(why), "{bad}: {detail}");
            assert!(!detail.contains("secret"), "{detail}");
        }
    }
}
