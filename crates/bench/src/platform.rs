//! The platform under test: the release binary as a process.

use anyhow::{Context, Result, bail};
use ceb::sample::{Sender, credit_code};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

/// Which database.
pub(crate) enum Engine {
    Sqlite,
    Postgres(String),
}

impl Engine {
    /// How figures of it end: `sqlite`.
    pub(crate) fn suffix(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

/// What runs in the process.
#[derive(Clone, Copy)]
pub(crate) enum Roles {
    Api,
    Pipeline,
    All,
}

impl Roles {
    fn text(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Pipeline => "api,pipeline",
            Self::All => "api,pipeline,customs-box",
        }
    }
}

/// A company of the benchmark.
pub(crate) struct BenchCompany {
    pub(crate) sender: Sender,
    pub(crate) key: String,
    /// Where its feed was read to.
    pub(crate) cursor: Mutex<String>,
}

/// A running platform.
pub(crate) struct Platform {
    pub(crate) address: String,
    /// Removed when this is dropped.
    _folder: Option<tempfile::TempDir>,
    path: PathBuf,
    environment: Vec<(String, String)>,
    child: Child,
}

/// The release binary beside this one.
pub(crate) fn binary() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let binary = here.with_file_name("tongguan");
    if !binary.exists() {
        bail!(
            "{} is missing: cargo build --release first",
            binary.display()
        );
    }
    Ok(binary)
}

/// A fresh schema of the server, one for each `name`; answers the address that uses it.
pub(crate) async fn postgres_schema(url: &str, name: &str) -> Result<String> {
    let schema = format!("bench{name}_{}", std::process::id());
    let sign = if url.contains('?') { '&' } else { '?' };
    fresh_schema(url, &schema).await?;
    Ok(format!("{url}{sign}options=-csearch_path%3D{schema}"))
}

impl Platform {
    pub(crate) async fn start(engine: &Engine, roles: Roles) -> Result<Self> {
        Self::start_with(engine, roles, &[]).await
    }

    /// As [`Platform::start`], with more settings.
    pub(crate) async fn start_with(
        engine: &Engine,
        roles: Roles,
        more: &[(String, String)],
    ) -> Result<Self> {
        let mut environment = settings();
        environment.extend_from_slice(more);
        Self::start_in(engine, "", roles, environment).await
    }

    /// One that stays while others are started: on PostgreSQL it has a schema by this name.
    pub(crate) async fn start_beside(engine: &Engine, name: &str, roles: Roles) -> Result<Self> {
        Self::start_in(engine, name, roles, settings()).await
    }

    async fn start_in(
        engine: &Engine,
        name: &str,
        roles: Roles,
        mut environment: Vec<(String, String)>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir_in(std::env::current_exe()?.with_file_name(""))?;
        if let Engine::Postgres(url) = engine {
            let url = postgres_schema(url, name).await?;
            environment.push(("TONGGUAN_STORE__URL".to_owned(), url));
        }
        let path = folder.path().to_owned();
        let platform = Self::launch(path, Some(folder), environment, roles).await?;
        platform.lift_limits().await?;
        Ok(platform)
    }

    /// Lets one company hand in what the companies of a city do together.
    async fn lift_limits(&self) -> Result<()> {
        let write = |tx: &mut store::Tx<'_>| -> store::Result<()> {
            let limits = [
                "intake.day_messages",
                "intake.day_mib",
                "intake.waiting_messages",
            ];
            limits
                .into_iter()
                .try_for_each(|name| registry::parameter::set(tx, name, Some(0), 0))
        };
        self.database().await?.write(write).await?;
        // Processes look at the parameters every half second.
        store::clock::SystemClock::shared()
            .sleep(Duration::from_secs(1))
            .await;
        Ok(())
    }

    /// Another process on the same data, which works the lanes.
    pub(crate) async fn node(&self, number: usize) -> Result<Self> {
        let mut environment = self.environment.clone();
        environment.push(("TONGGUAN_NODE__NUMBER".to_owned(), number.to_string()));
        Self::launch(self.path.clone(), None, environment, Roles::Pipeline).await
    }

    /// Customs beside it, until it is dropped.
    pub(crate) fn customs(&self) -> Result<Child> {
        Ok(tokio::process::Command::new(binary()?)
            .args(["customs-sim", "--data"])
            .arg(&self.path)
            .envs(self.environment.clone())
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?)
    }

    /// Its process.
    pub(crate) fn id(&self) -> Result<u32> {
        self.child.id().context("the process runs")
    }

    /// Its database, to be looked at.
    pub(crate) async fn database(&self) -> Result<store::Db> {
        self.database_with(store::StoreConfig::default()).await
    }

    /// As [`Platform::database`], with other settings.
    pub(crate) async fn database_with(&self, config: store::StoreConfig) -> Result<store::Db> {
        let url = self
            .server()
            .unwrap_or_else(|| format!("sqlite:{}", self.file().display()));
        let config = store::StoreConfig { url, ..config };
        Ok(tokio::task::spawn_blocking(move || store::Db::open(&config)).await??)
    }

    /// The address of its database on a server.
    pub(crate) fn server(&self) -> Option<String> {
        let named = |(name, _): &&(String, String)| name == "TONGGUAN_STORE__URL";
        let found = self.environment.iter().find(named);
        found.map(|(_, url)| url.clone())
    }

    /// The file of its database without a server.
    pub(crate) fn file(&self) -> PathBuf {
        self.path.join("tongguan.db")
    }

    async fn launch(
        path: PathBuf,
        folder: Option<tempfile::TempDir>,
        environment: Vec<(String, String)>,
        roles: Roles,
    ) -> Result<Self> {
        let (child, address) = process(&path, &environment, roles).await?;
        Ok(Self {
            address,
            _folder: folder,
            path,
            environment,
            child,
        })
    }

    /// Ends its process as a power cut would; the data stay.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Starts a process on the data of the one that was killed.
    pub(crate) async fn rise(&mut self, roles: Roles) -> Result<()> {
        (self.child, self.address) = process(&self.path, &self.environment, roles).await?;
        Ok(())
    }

    /// Registers a company and issues a key, as an administrator does.
    pub(crate) fn company(&self, n: u64) -> Result<BenchCompany> {
        let code = format!("11059601{n:02}");
        let dxp_id = format!("DXPENT99{n:08}");
        let credit = credit_code(1000 + n);
        self.tool(&[
            "company",
            "add",
            "--json",
            "--credit-code",
            &credit,
            "--customs-code",
            &code,
            "--name",
            "测试企业",
            "--dxp-id",
            &dxp_id,
        ])?;
        let issued = self.tool(&["key", "issue", "--json", &code])?;
        let key = issued["key"].as_str().unwrap_or_default().to_owned();
        let sender = Sender {
            code,
            name: "测试企业".to_owned(),
            dxp_id,
        };
        Ok(BenchCompany {
            sender,
            key,
            cursor: Mutex::new("0".to_owned()),
        })
    }

    fn tool(&self, arguments: &[&str]) -> Result<serde_json::Value> {
        let output = Command::new(binary()?)
            .args(arguments)
            .arg("--data")
            .arg(&self.path)
            .envs(self.environment.clone())
            .output()?;
        if !output.status.success() {
            bail!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    pub(crate) fn resident_mib(&self) -> Result<f64> {
        self.memory("VmRSS:")
    }

    pub(crate) fn peak_mib(&self) -> Result<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> Result<f64> {
        let id = self.child.id().context("the process runs")?;
        let status =
            std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status"))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field))
            .unwrap_or_default();
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// Bytes that the process has had written to the disk so far.
    pub(crate) fn written_bytes(&self) -> Result<f64> {
        let id = self.child.id().context("the process runs")?;
        let counts = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("io"))?;
        let line = counts
            .lines()
            .find_map(|line| line.strip_prefix("write_bytes:"));
        Ok(line.unwrap_or_default().trim().parse()?)
    }

    /// Processor time of the process so far, in microseconds.
    pub(crate) fn cpu_us(&self) -> Result<f64> {
        let id = self.child.id().context("the process runs")?;
        let stat = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"))?;
        // Behind the name of the program, which may hold anything, these are the fields 12 and 13, in hundredths of a second.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
        Ok(ticks * 10_000.0)
    }

    /// Bytes of the main database on the disk: its file, or all tables and indexes of its schema.
    pub(crate) async fn stored_bytes(&self) -> Result<f64> {
        if self.server().is_none() {
            return Ok(std::fs::metadata(self.file())?.len() as f64);
        }
        let db = self.database().await?;
        let read = db.read(|tx| {
            let found = tx.query_opt(
                "select cast(sum(pg_total_relation_size(c.oid)) as bigint) from pg_class c \
                 join pg_namespace n on n.oid = c.relnamespace \
                 where n.nspname = current_schema() and c.relkind = 'r'",
                &[],
            )?;
            found.map_or(Ok(0), |row| row.int(0))
        });
        Ok(read.await? as f64)
    }

    /// Stops the process and throws its data away.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// Starts a process of the platform; answers it and the address at which it listens.
async fn process(
    path: &Path,
    environment: &[(String, String)],
    roles: Roles,
) -> Result<(Child, String)> {
    let mut child = tokio::process::Command::new(binary()?)
        .args([
            "serve",
            "--json",
            "--listen",
            "127.0.0.1:0",
            "--roles",
            roles.text(),
            "--data",
        ])
        .arg(path)
        .envs(environment.iter().cloned())
        .env("RUST_LOG", "warn")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let out = child.stdout.take().context("the process has an output")?;
    let line = BufReader::new(out)
        .lines()
        .next_line()
        .await?
        .context("it did not start")?;
    let ready: serde_json::Value = serde_json::from_str(&line)?;
    let address = ready["address"].as_str().unwrap_or_default();
    Ok((child, address.trim_start_matches("http://").to_owned()))
}

/// Customs answers at once, so that all the time measured is the platform's.
fn settings() -> Vec<(String, String)> {
    ["FIRST_MS", "SECOND_MS", "THIRD_MS", "FURTHER_MS"]
        .map(|delay| {
            (
                format!("TONGGUAN_CUSTOMS_BOX__DELAYS__{delay}"),
                "0".to_owned(),
            )
        })
        .to_vec()
}

async fn fresh_schema(url: &str, schema: &str) -> Result<()> {
    let config = store::StoreConfig {
        url: url.to_owned(),
        ..store::StoreConfig::default()
    };
    let drop = format!("drop schema if exists {schema} cascade");
    let create = format!("create schema {schema}");
    let db = tokio::task::spawn_blocking(move || store::Db::open(&config)).await??;
    db.write(move |tx| {
        tx.execute(&drop, &[])?;
        tx.execute(&create, &[]).map(|_| ())
    })
    .await?;
    Ok(())
}
