//! A primary and a synchronous standby of PostgreSQL, each a server of its own on this machine, that die, hang, refuse
//! writes and are promoted as a test wants it.

use crate::platform::free_port;
use crate::wait;
use postgres::{Client, NoTls};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The user to whom root lends itself: the server does not run as root.
const USER: &str = "postgres";

/// Where Debian's packages have the server's programs, by version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The programs of the newest server that is installed; nothing without one, unless all is demanded.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let found = versions
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("pg_basebackup")
                .is_file()
                .then_some((version, bin))
        })
        .max();
    if found.is_none() {
        let full = std::env::var("TONGGUAN_TEST_FULL").is_ok_and(|value| value == "1");
        assert!(
            !full,
            "TONGGUAN_TEST_FULL=1 needs PostgreSQL under {VERSIONS}"
        );
        println!("skipped: no PostgreSQL under {VERSIONS}");
    }
    found.map(|(_, bin)| bin)
}

fn is_root(folder: &Path) -> bool {
    folder.metadata().unwrap().uid() == 0
}

/// A pair of servers; both end when it is dropped.
pub(crate) struct Replicas {
    bin: PathBuf,
    folder: TempDir,
    first: Server,
    second: Server,
}

struct Server {
    name: &'static str,
    port: u16,
    child: Option<Child>,
}

impl Replicas {
    /// A primary that confirms nothing before its standby has it; nothing where there is no PostgreSQL.
    pub(crate) fn start() -> Option<Self> {
        let bin = programs()?;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let server = |name| Server {
            name,
            port: free_port(),
            child: None,
        };
        let mut pair = Self {
            bin,
            folder,
            first: server("first"),
            second: server("second"),
        };
        for name in ["first", "second"] {
            let data = pair.data(name);
            fs::create_dir(&data).unwrap();
            fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
            if is_root(pair.folder.path()) {
                let done = Command::new("chown").arg(USER).arg(&data).status();
                assert!(done.unwrap().success());
            }
        }
        let (first, second) = (pair.data("first"), pair.data("second"));
        let quiet = ["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
        pair.run("initdb", &quiet, &["-U", "tg", "-D"], &first);
        pair.first.child = Some(pair.serve(&pair.first));
        until_up(&pair.first);
        let from = pair.first.port.to_string();
        let from = ["-h", "127.0.0.1", "-p", &from, "-U", "tg"];
        let copy = ["-R", "-X", "stream", "-c", "fast", "--no-sync", "-D"];
        pair.run("pg_basebackup", &from, &copy, &second);
        pair.second.child = Some(pair.serve(&pair.second));
        // Only now, or nothing could be committed meanwhile.
        pair.first_says("alter system set synchronous_standby_names = '*'");
        wait::until("the standby to be synchronous", || {
            let sql = "select 1 from pg_stat_replication where sync_state = 'sync'";
            let found = pair.first.client().query_opt(sql, &[]).unwrap();
            found.map(drop)
        });
        Some(pair)
    }

    fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of the server, run by whom the data belong to.
    fn program(&self, name: &str) -> Command {
        let path = self.bin.join(name);
        let mut command = if is_root(self.folder.path()) {
            let mut command = Command::new("setpriv");
            let user = ["--reuid", USER, "--regid", USER, "--clear-groups", "--"];
            command.args(user).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    #[track_caller]
    fn run(&self, name: &str, arguments: &[&str], more: &[&str], data: &Path) {
        let mut command = self.program(name);
        let output = command.args(arguments).args(more).arg(data).output();
        let output = output.unwrap();
        let detail = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {detail}");
    }

    fn serve(&self, server: &Server) -> Child {
        let log = self.folder.path().join(format!("{}.log", server.name));
        let log = fs::File::create(log).unwrap();
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data(server.name));
        command.arg("-p").arg(server.port.to_string());
        // Processes die here, machines do not: the system keeps what was written.
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
        ] {
            command.arg("-c").arg(setting);
        }
        command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// The address of both, the first one first.
    pub(crate) fn url(&self) -> String {
        let (first, second) = (self.first.port, self.second.port);
        format!("postgres://tg@127.0.0.1:{first},127.0.0.1:{second}/postgres")
    }

    /// The address of the primary alone, and that of the standby.
    pub(crate) fn urls(&self) -> [String; 2] {
        [self.first.port, self.second.port]
            .map(|port| format!("postgres://tg@127.0.0.1:{port}/postgres"))
    }

    /// The standby and everything that it has begun dies at once.
    pub(crate) fn kill_second(&mut self) {
        signal("-KILL", &self.second.family());
        if let Some(mut child) = self.second.child.take() {
            child.wait().unwrap();
        }
    }

    /// Commits are confirmed without the standby from now on.
    pub(crate) fn first_waits_for_nobody(&self) {
        self.first_says("alter system set synchronous_standby_names = ''");
    }

    /// The primary and everything that it has begun dies at once.
    pub(crate) fn kill_first(&mut self) {
        signal("-KILL", &self.first.family());
        if let Some(mut child) = self.first.child.take() {
            child.wait().unwrap();
        }
    }

    /// The primary and everything that it has begun stands still: connections stay open, and nobody answers.
    pub(crate) fn freeze_first(&self) {
        signal("-STOP", &self.first.family());
    }

    /// The primary refuses writes from now on, and answers as before.
    pub(crate) fn first_refuses_writes(&self) {
        self.first_says("alter system set default_transaction_read_only = on");
    }

    fn first_says(&self, sql: &str) {
        let mut client = self.first.client();
        client.batch_execute(sql).unwrap();
        client.batch_execute("select pg_reload_conf()").unwrap();
    }

    /// Makes the standby the primary.
    pub(crate) fn promote_second(&self) {
        let data = self.data("second");
        self.run("pg_ctl", &["promote", "-w", "-t", "30"], &["-D"], &data);
    }

    /// The old primary comes back, and somebody has forgotten to make a standby of it: it takes writes. The connections to
    /// the other one are cut, so that the program has to choose again.
    pub(crate) fn first_comes_back(&mut self) {
        self.first.child = Some(self.serve(&self.first));
        until_up(&self.first);
        let cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tongguan'";
        self.second.client().batch_execute(cut).unwrap();
    }

    /// A connection to the former standby.
    pub(crate) fn second(&self) -> Client {
        self.second.client()
    }
}

impl Server {
    fn client(&self) -> Client {
        self.try_client().unwrap()
    }

    fn try_client(&self) -> Option<Client> {
        let url = format!("postgres://tg@127.0.0.1:{}/postgres", self.port);
        Client::connect(&url, NoTls).ok()
    }

    /// The server's process and the ones that it has begun.
    fn family(&self) -> Vec<u32> {
        let Some(child) = &self.child else {
            return Vec::new();
        };
        let parent = child.id();
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let mut family = vec![parent];
        family.extend(numbers.filter(|id| parent_of(*id) == Some(parent)));
        family
    }
}

/// The process that has begun this one; nothing when it is gone.
fn parent_of(id: u32) -> Option<u32> {
    let about = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let (_, rest) = about.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

fn signal(name: &str, processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    // One may be gone before it is told.
    let _ = Command::new("kill").arg(name).args(ids).output();
}

fn until_up(server: &Server) {
    wait::until("PostgreSQL", || server.try_client().map(drop));
}

impl Drop for Replicas {
    fn drop(&mut self) {
        for server in [&mut self.first, &mut self.second] {
            signal("-KILL", &server.family());
            if let Some(mut child) = server.child.take() {
                let _ = child.wait();
            }
        }
    }
}
