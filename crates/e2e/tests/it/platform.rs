//! The program as a process, and the place where its data are.

use crate::http::{Client, Connection};
use ceb::sample::Sender;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, PipeReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use tempfile::TempDir;

/// The program: the one in `TONGGUAN_TEST_PROGRAM`, or one that is built here.
///
/// A test crate cannot depend on another package's binary. `make test` has it ready, and says where; without that
/// every process of a test asks cargo, which takes a second when it is up to date and minutes when it is not.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os("TONGGUAN_TEST_PROGRAM") {
        Some(path) => {
            let path = PathBuf::from(path);
            assert!(
                path.is_file(),
                "TONGGUAN_TEST_PROGRAM: no {}",
                path.display()
            );
            path
        }
        None => built(),
    })
}

/// The program, built with the profile of the tests.
fn built() -> PathBuf {
    // target/{profile}/deps/it-0123 stands beside target/{profile}/tongguan.
    let here = std::env::current_exe().unwrap();
    let profile = here.parent().unwrap().parent().unwrap();
    let mut build = Command::new(env!("CARGO"));
    build.args([
        "build",
        "--quiet",
        "--package",
        "tongguan",
        "--bin",
        "tongguan",
    ]);
    // What cargo tells the tests about their own package is not meant for this build; some build
    // scripts look at it, and half the world would be built anew each time.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            build.env_remove(&*name);
        }
    }
    build.arg("--manifest-path");
    build.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"));
    build.arg("--target-dir").arg(profile.parent().unwrap());
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(
        build.status().unwrap().success(),
        "the program does not build"
    );
    profile.join("tongguan")
}

/// The ports that tests are given; those that the system gives to connections that go out begin at 32768.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// A port that is this process's until it ends: every test that wants one locks the file of its number first.
pub(crate) fn free_port() -> u16 {
    static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());
    // The folder is of one user, for another one could not write into it; and it is the same for all runs, which may
    // have temporary folders of their own.
    let user = std::env::current_exe().unwrap().metadata().unwrap().uid();
    let folder = Path::new("/tmp").join(format!("tongguan-test-ports-{user}"));
    std::fs::create_dir_all(&folder).unwrap();
    let n_ports = u32::from(PORTS.end - PORTS.start);
    // Processes begin in different places, so that they seldom look at what another one has.
    let begin = std::process::id() * 7 % n_ports;
    for n in 0..n_ports {
        let port = PORTS.start + u16::try_from((begin + n) % n_ports).unwrap();
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        let file = options.open(folder.join(port.to_string())).unwrap();
        if file.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            HELD.lock().unwrap().push(file);
            return port;
        }
    }
    panic!("all ports for tests are taken");
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A service that the environment may offer; without it the caller skips, unless all is demanded.
pub(crate) fn service(variable: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let full = std::env::var("TONGGUAN_TEST_FULL").is_ok_and(|value| value == "1");
        assert!(!full, "TONGGUAN_TEST_FULL=1 needs {variable}");
        println!("skipped: {variable} is not set");
    }
    found
}

/// Where the log of a process goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogTo {
    /// Into a file, which [`Process::log`] reads.
    File,
    /// Onto a disk that is full.
    FullDisk,
    /// Into a pipe whose reader has died.
    DeadReader,
    /// Into a pipe that nobody reads.
    Unread,
}

/// Data and settings of a platform; it can be started on them again and again.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) settings: Vec<(String, String)>,
    verb: Vec<String>,
    port: u16,
    files_max: Option<u32>,
    log: LogTo,
}

/// A folder that nobody else may look into, as data folders are.
fn private_folder() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o700);
    tempfile::Builder::new()
        .permissions(mode)
        .tempdir()
        .unwrap()
}

impl Place {
    /// A new place with the embedded database and customs that answers at once.
    pub(crate) fn new() -> Self {
        let delays = [
            "FIRST", "SECOND", "THIRD", "FURTHER", "TAX_BILL", "TAX_PAID",
        ];
        let mut settings: Vec<(String, String)> = delays
            .map(|name| {
                let name = format!("TONGGUAN_CUSTOMS_BOX__DELAYS__{name}_MS");
                (name, "0".to_owned())
            })
            .to_vec();
        settings.push(("TONGGUAN_CUSTOMS_BOX__POLL_MS".to_owned(), "5".to_owned()));
        Self {
            folder: private_folder(),
            settings,
            verb: ["demo", "--declarations", "0"].map(str::to_owned).to_vec(),
            port: 0,
            files_max: None,
            log: LogTo::File,
        }
    }

    /// A new place on this engine; nothing when the environment does not offer it.
    pub(crate) fn on(engine: Engine) -> Option<Self> {
        let place = Self::new();
        Some(match engine {
            Engine::Sqlite => place,
            Engine::Postgres => {
                let url = service("TONGGUAN_TEST_PG")?;
                let url = fresh_schema(&url);
                place.with("TONGGUAN_STORE__URL", &url)
            }
        })
    }

    /// Adds a setting.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the log elsewhere.
    pub(crate) fn logging(mut self, to: LogTo) -> Self {
        self.log = to;
        self
    }

    /// Listens on this port, which the settings of other programs may then name.
    pub(crate) fn on_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Lets the process open so many files and no more.
    pub(crate) fn with_files(mut self, files_max: u32) -> Self {
        self.files_max = Some(files_max);
        self
    }

    /// Starts `serve` with these roles instead of `demo`.
    pub(crate) fn serving(mut self, roles: &str) -> Self {
        self.serve(roles);
        self
    }

    /// As [`Place::serving`], for a place that has been used.
    pub(crate) fn serve(&mut self, roles: &str) {
        self.verb = ["serve", "--roles", roles].map(str::to_owned).to_vec();
    }

    /// As at the beginning.
    pub(crate) fn demo(&mut self) {
        self.verb = ["demo", "--declarations", "0"].map(str::to_owned).to_vec();
    }

    /// A connection of our own to the database of a place on PostgreSQL.
    pub(crate) fn postgres(&self) -> postgres::Client {
        let url = self.setting("TONGGUAN_STORE__URL");
        postgres::Client::connect(&url, postgres::NoTls).unwrap()
    }

    /// The value of a setting that was given.
    pub(crate) fn setting(&self, name: &str) -> String {
        let found = self.settings.iter().find(|(known, _)| known == name);
        found.unwrap().1.clone()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn start(&self) -> Platform {
        let (child, line) = self.spawn(&self.verb, true);
        let ready: Value = serde_json::from_str(&line).unwrap();
        let address = ready["address"].as_str().unwrap();
        Platform {
            address: address.trim_start_matches("http://").to_owned(),
            process: child,
            ready,
        }
    }

    /// Starts a verb that stays; answers it with the line by which it says that it is ready.
    pub(crate) fn spawn(&self, verb: &[String], listens: bool) -> (Process, String) {
        let log = self.path().join("log");
        let (to, unread) = self.log_to(&log);
        let mut command = self.command();
        command
            .args(verb)
            .arg("--json")
            .arg("--data")
            .arg(self.path());
        if listens {
            command.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(to)
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        let process = Process {
            child,
            log,
            _unread: unread,
        };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).unwrap();
        assert!(
            !line.is_empty(),
            "the program did not start: {}",
            process.log()
        );
        (process, line)
    }

    /// Where the log of a process goes, and the end of a pipe that must stay open.
    fn log_to(&self, file: &Path) -> (Stdio, Option<PipeReader>) {
        let mut options = std::fs::OpenOptions::new();
        let (reader, writer) = std::io::pipe().unwrap();
        match self.log {
            LogTo::File => {
                let file = options.create(true).append(true).open(file).unwrap();
                (file.into(), None)
            }
            LogTo::FullDisk => {
                let full = options.write(true).open("/dev/full").unwrap();
                (full.into(), None)
            }
            LogTo::DeadReader => (writer.into(), None),
            LogTo::Unread => (writer.into(), Some(reader)),
        }
    }

    /// The program with the settings of this place and nothing else from the environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = match self.files_max {
            None => Command::new(program()),
            Some(files_max) => {
                let mut shell = Command::new("/bin/sh");
                let script = format!("ulimit -n {files_max} && exec \"$0\" \"$@\"");
                shell.arg("-c").arg(script).arg(program());
                shell
            }
        };
        command.env_clear();
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a verb on the data of this place.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.args(arguments).arg("--data").arg(self.path());
        command.stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a verb with `--json` that must end well; answers its JSON.
    #[track_caller]
    pub(crate) fn tool(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        let output = self.run(&all);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{arguments:?}: {stderr}{stdout}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Registers a company and issues a key, as an administrator does.
    pub(crate) fn company(&self, n: u64) -> (Sender, String) {
        let sender = Sender {
            code: format!("11059601{n:02}"),
            name: "测试企业".to_owned(),
            dxp_id: format!("DXPENT99{n:08}"),
        };
        let credit = ceb::sample::credit_code(1000 + n);
        self.tool(&[
            "company",
            "add",
            "--credit-code",
            &credit,
            "--customs-code",
            &sender.code,
            "--name",
            &sender.name,
            "--dxp-id",
            &sender.dxp_id,
        ]);
        let issued = self.tool(&["key", "issue", &sender.code]);
        (sender, issued["key"].as_str().unwrap().to_owned())
    }
}

/// A schema of its own in the PostgreSQL of the tests; answers the address that uses it.
pub(crate) fn fresh_schema(url: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("e2e_{}_{n}", std::process::id());
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let drop = format!("drop schema if exists {schema} cascade; create schema {schema}");
    client.batch_execute(&drop).unwrap();
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}options=-csearch_path%3D{schema}")
}

/// A process of the program; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    _unread: Option<PipeReader>,
}

impl Process {
    /// Ends it as a power cut would: SIGKILL.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, as an operator does; answers its exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.ask_to_stop();
        self.ended()
    }

    /// Waits until it has ended; answers its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Asks it to end and goes on.
    pub(crate) fn ask_to_stop(&self) {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// A line of what the system knows about it, in KiB: `VmRSS:`, `VmHWM:`.
    pub(crate) fn memory_kib(&self, field: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let number = line.unwrap().trim().trim_end_matches(" kB");
        number.parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let tail = lines.iter().skip(lines.len().saturating_sub(40));
            let mut out = std::io::stdout();
            for line in tail {
                let _ = writeln!(out, "platform: {line}");
            }
        }
    }
}

/// A running platform.
pub(crate) struct Platform {
    pub(crate) address: String,
    pub(crate) process: Process,
    /// The line by which it said that it is ready.
    pub(crate) ready: Value,
}

impl Platform {
    /// A demo of its own.
    pub(crate) fn demo() -> (Place, Self) {
        let place = Place::new();
        let platform = place.start();
        (place, platform)
    }

    /// The n-th company of the demo: who it is and its program.
    pub(crate) fn company(&self, n: usize) -> (Sender, Client) {
        let company = &self.ready["companies"][n];
        let text = |name: &str| company[name].as_str().unwrap().to_owned();
        let sender = Sender {
            code: text("code"),
            name: text("name"),
            dxp_id: text("dxpId"),
        };
        (sender, self.client(&text("key")))
    }

    pub(crate) fn client(&self, key: &str) -> Client {
        Client {
            address: self.address.clone(),
            key: key.to_owned(),
        }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.address).unwrap()
    }

    pub(crate) fn is_ready(&self) -> bool {
        let answer = self.connect().send("GET", "/readyz", None, b"");
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// The value of a metric, 0 when it was never set.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let answer = self.connect().send("GET", "/metrics", None, b"").unwrap();
        let text = answer.text();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    }

    /// Receipts that fit no declaration.
    pub(crate) fn n_parked(&self) -> f64 {
        self.metric("tongguan_receipts_parked ")
    }
}
