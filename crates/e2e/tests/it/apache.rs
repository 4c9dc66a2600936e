//! A private Apache with modules of others, as Debian ships them, on a free port of loopback.

use crate::http::Connection;
use crate::wait;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = "/usr/sbin/apache2";

/// Where Debian puts the modules.
const MODULES: &str = "/usr/lib/apache2/modules";

/// The user of web servers in Debian; a server of a test that root started runs as this one.
const USER: &str = "www-data";

/// Modules that every server of the tests has.
const BASIC: [&str; 8] = [
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "dir",
    "env",
    "headers",
    "mime",
];

/// An Apache of one test; ended when it is dropped.
pub(crate) struct Apache {
    child: Child,
}

impl Apache {
    /// Serves `folder/pages` with further modules and lines of the configuration.
    pub(crate) fn start(folder: &Path, port: u16, modules: &[&str], settings: &str) -> Self {
        for part in ["pages", "run"] {
            std::fs::create_dir_all(folder.join(part)).unwrap();
        }
        let loads: String = BASIC
            .iter()
            .chain(modules)
            .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"))
            .collect();
        let here = folder.display();
        let configuration = format!(
            "ServerRoot {here}\nServerName 127.0.0.1:{port}\nListen 127.0.0.1:{port}\n\
             DefaultRuntimeDir {here}/run\nPidFile {here}/run/apache.pid\n\
             ErrorLog {here}/run/error.log\nLogLevel info\n{loads}\
             DocumentRoot {here}/pages\nTypesConfig /etc/mime.types\n{settings}\n"
        );
        let file = folder.join("apache.conf");
        std::fs::write(&file, configuration).unwrap();
        let begin = std::fs::File::create(folder.join("run/begin.log")).unwrap();
        let child = Self::command(folder)
            .arg("-f")
            .arg(&file)
            .arg("-DFOREGROUND")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(begin)
            .spawn()
            .unwrap();
        let mut apache = Self { child };
        wait::until("Apache listens", || {
            let is_gone = apache.child.try_wait().unwrap().is_some();
            assert!(!is_gone, "{}", log(folder));
            Connection::open(&format!("127.0.0.1:{port}")).ok()
        });
        apache
    }

    /// The server's program, as a user who may do little.
    fn command(folder: &Path) -> Command {
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        if !is_root {
            return Command::new(PROGRAM);
        }
        let given = Command::new("chown")
            .args(["-R", USER])
            .arg(folder)
            .status()
            .unwrap();
        assert!(given.success());
        let mut command = Command::new("setpriv");
        command.args([
            &format!("--reuid={USER}"),
            &format!("--regid={USER}"),
            "--clear-groups",
            "--",
            PROGRAM,
        ]);
        command
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        // The parent ends its children on SIGTERM only.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }
}

/// What the server of a folder complained about.
pub(crate) fn log(folder: &Path) -> String {
    ["begin.log", "error.log"]
        .map(|name| std::fs::read_to_string(folder.join("run").join(name)).unwrap_or_default())
        .concat()
}

/// Whether Debian's Apache and a module are there; when the whole suite is asked for, they must be.
pub(crate) fn has_module(name: &str) -> bool {
    let path = Path::new(MODULES).join(format!("mod_{name}.so"));
    let is_there = Path::new(PROGRAM).exists() && path.exists();
    let is_full = std::env::var("TONGGUAN_TEST_FULL").is_ok_and(|value| value == "1");
    assert!(
        is_there || !is_full,
        "TONGGUAN_TEST_FULL=1 needs {}: run scripts/setup.sh test",
        path.display()
    );
    is_there
}
