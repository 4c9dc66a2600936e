//! A private Apache httpd with modules of others, on a free port of loopback, as Debian ships it.

use crate::wait;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const HTTPD: &str = "/usr/sbin/apache2";
const MODULES: &str = "/usr/lib/apache2/modules";

/// Whether Debian's Apache and a module are there; when the whole suite is asked for, they must be.
pub(crate) fn has_module(name: &str) -> bool {
    let path = PathBuf::from(format!("{MODULES}/mod_{name}.so"));
    let is_there = Path::new(HTTPD).exists() && path.exists();
    let is_full = std::env::var("TONGGUAN_TEST_FULL").is_ok_and(|value| value == "1");
    assert!(
        is_there || !is_full,
        "TONGGUAN_TEST_FULL=1 needs apache2 and {}: run scripts/setup.sh test",
        path.display()
    );
    is_there
}

/// A running httpd; it ends when it is dropped.
pub(crate) struct Apache {
    child: Child,
    folder: TempDir,
    pub(crate) port: u16,
}

impl Apache {
    /// A folder that the server's own user may write to.
    pub(crate) fn folder() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open).unwrap();
        folder
    }

    /// Serves the files of `folder/site` with further modules and directives.
    pub(crate) fn start(folder: TempDir, port: u16, modules: &[&str], directives: &str) -> Self {
        let at = folder.path().display();
        std::fs::create_dir_all(folder.path().join("site/who")).unwrap();
        std::fs::write(folder.path().join("site/who/index.html"), "somebody\n").unwrap();
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|meta| {
            use std::os::unix::fs::MetadataExt;
            meta.uid() == 0
        });
        let user = if is_root {
            "User www-data\nGroup www-data\n"
        } else {
            ""
        };
        let basic = [
            "mpm_event",
            "authn_core",
            "authz_core",
            "authz_user",
            "dir",
            "headers",
            "alias",
        ];
        let loads: String = basic
            .iter()
            .chain(modules)
            .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"))
            .collect();
        let text = format!(
            "ServerRoot {at}\nServerName 127.0.0.1:{port}\nListen 127.0.0.1:{port}\n\
             PidFile {at}/httpd.pid\nErrorLog {at}/error.log\nLogLevel info\nMutex file:{at} default\n\
             {user}{loads}DocumentRoot {at}/site\nDirectoryIndex index.html\n{directives}"
        );
        let config = folder.path().join("httpd.conf");
        std::fs::write(&config, text).unwrap();
        let log = std::fs::File::create(folder.path().join("start.log")).unwrap();
        let child = Command::new(HTTPD)
            .args(["-X", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            folder,
            port,
        };
        wait::until("Apache listens", || {
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none(), "{}", server.log());
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        server
    }

    /// What the server complained about.
    pub(crate) fn log(&self) -> String {
        ["start.log", "error.log"]
            .map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .concat()
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
