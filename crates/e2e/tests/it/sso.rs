//! Single sign-on with clients of others: they come from their own packages and know nothing of us.
//!
//! python-cas and django-cas-ng are installed from the package registry into `target/clients` when
//! the whole suite is asked for (`TONGGUAN_TEST_FULL=1`); `mod_auth_cas` and phpCAS are packages of
//! Debian, which `scripts/setup.sh test` installs.

use crate::apache::{self, Apache, has_module};
use crate::browser::{Browser, first_start};
use crate::platform::{Place, Platform, free_port};
use crate::python::installed;
use crate::scan::certificate;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// python-cas with protocols 1 to 3, and django-cas-ng with single logout.
#[test]
fn clients_of_others_log_in_read_attributes_and_are_logged_out() {
    let Some(bin) = installed("clients") else {
        return;
    };
    let python = bin.join("python");
    let (place, platform) = Platform::demo();
    let links = first_start(&platform);
    let mut officer = Browser::new(&platform);
    officer.activate(&links["operator.a"]);
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/");
    place.tool(&[
        "sso",
        "service",
        "add",
        "clients",
        "--url",
        &url,
        "--attributes",
        "name,kind,roles",
    ]);
    let cookie = format!("tongguan={}", officer.cookie("tongguan").unwrap());
    let base = format!("http://{}", platform.address);
    let output = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/clients/cas_clients.py"
        ))
        .args([&base, &cookie, &port.to_string(), "operator.a"])
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{wrong}");
    assert_eq!(stdout.matches(": ok").count(), 5, "{stdout}");
}

/// A service in PHP under PHP's own server; it ends when it is dropped.
struct Php(Child);

impl Php {
    fn start(port: u16, platform: &Platform, authority: &Path) -> Self {
        let (_, platform_port) = platform.address.rsplit_once(':').unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/phpcas.php");
        let child = Command::new("php")
            .args(["-S", &format!("127.0.0.1:{port}"), script])
            .env("CAS_PORT", platform_port)
            .env("CAS_CA", authority)
            .env("SERVICE_PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Php {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mod_auth_cas(base: &str, authority: &Path, folder: &Path) -> String {
    let (authority, at) = (authority.display(), folder.display());
    format!(
        "CASCookiePath {at}/\nCASCertificatePath {authority}\nCASVersion 2\n\
         CASLoginURL {base}/cas/login\nCASValidateURL {base}/cas/serviceValidate\n\
         CASAttributePrefix Cas-\n\
         <Location /who>\nAuthType CAS\nRequire valid-user\nCASAuthNHeader Cas-User\n\
         Header always set X-User expr=%{{REMOTE_USER}}\n\
         Header always set X-Kind expr=%{{req:Cas-kind}}\n</Location>\n"
    )
}

/// `mod_auth_cas`, which insists on TLS, and phpCAS with single logout.
#[test]
fn clients_that_come_as_packages_log_in_and_out() {
    let Some(bin) = installed("clients") else {
        return;
    };
    assert!(has_module("auth_cas") && Path::new("/usr/share/php/CAS.php").exists());
    // The first start and the login without TLS, then the same data and session behind it.
    let place = Place::new();
    let platform = place.start();
    let links = first_start(&platform);
    let mut officer = Browser::new(&platform);
    officer.activate(&links["operator.a"]);
    let cookie = officer.cookie("tongguan").unwrap().to_owned();
    platform.process.stop();
    let (authority, key) = certificate(place.path());
    let place = place
        .with(
            "TONGGUAN_HTTP__TLS_CERTIFICATE",
            authority.to_str().unwrap(),
        )
        .with("TONGGUAN_HTTP__TLS_KEY", key.to_str().unwrap())
        .with("TONGGUAN_REGISTRY__PUBLIC_URL", "https://127.0.0.1");
    let platform = place.start();
    let base = format!("https://{}", platform.address);
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("pages/who");
    std::fs::create_dir_all(&pages).unwrap();
    std::fs::write(pages.join("index.html"), "somebody\n").unwrap();
    std::fs::create_dir(folder.path().join("cookies")).unwrap();
    // The server's own user reads the authority from its own folder.
    let own = folder.path().join("authority.pem");
    std::fs::copy(&authority, &own).unwrap();
    let settings = mod_auth_cas(&base, &own, &folder.path().join("cookies"));
    let port = free_port();
    let _apache = Apache::start(folder.path(), port, &["auth_cas"], &settings);
    let php_port = free_port();
    let _php = Php::start(php_port, &platform, &authority);
    let at_apache = format!("http://127.0.0.1:{port}");
    let at_php = format!("http://127.0.0.1:{php_port}");
    for (name, url) in [("apache", &at_apache), ("php", &at_php)] {
        let url = format!("{url}/");
        place.tool(&[
            "sso",
            "service",
            "add",
            name,
            "--url",
            &url,
            "--attributes",
            "name,kind",
        ]);
    }
    let output = Command::new(bin.join("python"))
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/clients/cas_packages.py"
        ))
        .args([&base, authority.to_str().unwrap()])
        .args([&format!("__Host-tongguan={cookie}"), "operator.a"])
        .args([&at_apache, &at_php])
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{stdout}{wrong}{}",
        apache::log(folder.path())
    );
    assert_eq!(stdout.matches(": ok").count(), 4, "{stdout}");
}

/// The command line refuses what could let strangers in, and leaves a row in the audit.
#[test]
fn systems_are_registered_listed_and_removed_on_the_command_line() {
    let (place, _platform) = Platform::demo();
    let good = [
        "sso",
        "service",
        "add",
        "app",
        "--url",
        "https://app.example/portal",
    ];
    assert_eq!(place.tool(&good)["name"], "app");
    for url in [
        "https://*.example/",
        "app.example",
        "https://a@app.example/",
    ] {
        let refused = place.run(&["sso", "service", "add", "bad", "--url", url]);
        assert_eq!(refused.status.code(), Some(1), "{url}");
    }
    let listed = place.tool(&["sso", "service", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["urls"][0], "https://app.example/portal");
    assert_eq!(
        place.tool(&["sso", "service", "remove", "app"])["removed"],
        true
    );
    let gone = place.run(&["sso", "service", "remove", "app"]);
    assert_eq!(gone.status.code(), Some(1));
}
