//! A private Apache with `mod_auth_openidc`, and a browser that travels between it and the platform.

use crate::http::{Answer, Connection};
use crate::wait;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Where Debian puts the modules.
const MODULES: &str = "/usr/lib/apache2/modules";

/// The user of web servers in Debian; a server of a test that root started runs as this one.
const USER: &str = "www-data";

/// Steps from one page to the next at most.
const STEPS_MAX: usize = 12;

/// An Apache of one test; ended when it is dropped.
pub(crate) struct Apache {
    child: Child,
}

impl Apache {
    /// Starts Apache in a folder: everything under `/protected/` asks the provider, with the lines
    /// of `settings` about it.
    pub(crate) fn start(folder: &Path, port: u16, settings: &str) -> Self {
        let pages = folder.join("pages");
        std::fs::create_dir_all(pages.join("protected")).unwrap();
        std::fs::create_dir_all(folder.join("run")).unwrap();
        let page = "who: <!--#echo var=\"REMOTE_USER\" -->\n\
                    name: <!--#echo var=\"OIDC_CLAIM_name\" -->\n\
                    roles: <!--#echo var=\"OIDC_CLAIM_roles\" -->\n\
                    login: <!--#echo var=\"OIDC_CLAIM_login\" -->\n";
        std::fs::write(pages.join("protected/index.shtml"), page).unwrap();
        std::fs::write(pages.join("favicon.ico"), "").unwrap();
        std::fs::write(pages.join("left.html"), "you have left\n").unwrap();
        let modules: String = [
            ("mpm_event", "mpm_event"),
            ("authn_core", "authn_core"),
            ("authz_core", "authz_core"),
            ("authz_user", "authz_user"),
            ("dir", "dir"),
            ("env", "env"),
            ("include", "include"),
            ("mime", "mime"),
            ("auth_openidc", "auth_openidc"),
        ]
        .iter()
        .map(|(name, file)| format!("LoadModule {name}_module {MODULES}/mod_{file}.so\n"))
        .collect();
        let here = folder.display();
        let configuration = format!(
            "ServerRoot {here}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\n\
             DefaultRuntimeDir {here}/run\nPidFile {here}/run/apache.pid\n\
             ErrorLog {here}/run/error.log\nLogLevel warn auth_openidc:debug\n{modules}\
             DocumentRoot {here}/pages\nDirectoryIndex index.shtml\n\
             TypesConfig /etc/mime.types\n{settings}\n\
             <Directory {here}/pages>\nRequire all granted\nOptions +Includes\n\
             AddType text/html .shtml\nAddOutputFilter INCLUDES .shtml\n</Directory>\n\
             <Location /protected/>\nAuthType openid-connect\nRequire valid-user\n</Location>\n"
        );
        let file = folder.join("apache.conf");
        std::fs::write(&file, configuration).unwrap();
        let child = Self::command(folder)
            .arg("-f")
            .arg(&file)
            .arg("-DFOREGROUND")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut apache = Self { child };
        let log = folder.join("run/error.log");
        let begun = std::time::Instant::now();
        while Connection::open(&format!("127.0.0.1:{port}")).is_err() {
            let is_gone = apache.child.try_wait().unwrap().is_some();
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(!is_gone && begun.elapsed() < wait::PATIENCE, "{said}");
            wait::pause(Duration::from_millis(20));
        }
        apache
    }

    /// The server's program, as a user who may do little.
    fn command(folder: &Path) -> Command {
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        if !is_root {
            return Command::new("/usr/sbin/apache2");
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
            "/usr/sbin/apache2",
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

/// Whether Apache and the module are installed.
pub(crate) fn is_installed() -> bool {
    Path::new(MODULES).join("mod_auth_openidc.so").exists()
}

/// A browser on one host and its ports: cookies do not know ports.
#[derive(Default)]
pub(crate) struct Traveller {
    cookies: BTreeMap<String, String>,
    /// Where it is.
    pub(crate) url: String,
}

/// Host and port of an address, and the path.
fn parts(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    let at = rest.find('/').unwrap_or(rest.len());
    (&rest[..at], if at < rest.len() { &rest[at..] } else { "/" })
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// Where a page without scripts leads by itself.
fn refresh(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("http-equiv=\"refresh\" content=\"0;url=")?;
    let (url, _) = rest.split_once('"')?;
    Some(url.replace("&#38;", "&").replace("&amp;", "&"))
}

impl Traveller {
    fn call(&mut self, method: &str, url: &str, body: &str) -> Answer {
        let (host, path) = parts(url);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let kind = if method == "POST" {
            "content-type: application/x-www-form-urlencoded\r\n"
        } else {
            ""
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/html\r\ncookie: {}\r\n{kind}\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        );
        let mut connection = Connection::open(host).unwrap();
        connection.write(head.as_bytes()).unwrap();
        let answer = connection.read().unwrap();
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                self.keep(value);
            }
        }
        answer
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Follows redirects, and pages that lead on, to the page on which one stays.
    fn arrive(&mut self, url: &str, mut answer: Answer) -> String {
        self.url = url.to_owned();
        for _ in 0..STEPS_MAX {
            let text = answer.text();
            let next = if [301, 302, 303, 307].contains(&answer.status) {
                answer.header("location").unwrap().to_owned()
            } else if let Some(next) = refresh(&text) {
                next
            } else {
                assert_eq!(answer.status, 200, "{}: {text}", self.url);
                return text;
            };
            self.url = if next.starts_with('/') {
                format!("http://{}{next}", parts(&self.url).0)
            } else {
                next
            };
            answer = self.call("GET", &self.url.clone(), "");
        }
        panic!("no end of redirects: {}", self.url);
    }

    /// Opens an address.
    pub(crate) fn open(&mut self, url: &str) -> String {
        let answer = self.call("GET", url, "");
        self.arrive(url, answer)
    }

    /// Sends a form to a path of the host on which the browser is.
    pub(crate) fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let url = format!("http://{}{path}", parts(&self.url).0);
        let answer = self.call("POST", &url, &pairs.join("&"));
        self.arrive(&url, answer)
    }
}

/// The value of a field of a form.
pub(crate) fn field(page: &str, name: &str) -> String {
    let begin = format!("name=\"{name}\" value=\"");
    let value = page
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once('"'));
    let value = value.unwrap_or_else(|| panic!("no field {name}: {page}")).0;
    value.replace("&#38;", "&").replace("&amp;", "&")
}
