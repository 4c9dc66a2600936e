//! Other systems that know nothing of us: django-cas-server, and oidc-provider of Node, vouch for their
//! people. Both come from their own packages when the whole suite is asked for.

use crate::browser::{Browser, PASSWORD, first_start};
use crate::platform::{Place, free_port};
use crate::python::installed;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/foreign");

/// A process that ends with the test; what it says is read no further, but must have a place to go.
struct Running(Child, Option<BufReader<ChildStdout>>);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Installs the packages of Node once; answers their folder.
fn packages(place: &Path) -> PathBuf {
    let folder = place.join("node");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(Path::new(FOLDER).join(name), folder.join(name)).unwrap();
    }
    let output = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    folder
}

/// Starts the OIDC provider; answers when it listens.
fn provider(packages: &Path, port: u16, back: &str, secret: &str) -> Running {
    let mut child = Command::new("node")
        .arg(format!("{FOLDER}/provider.mjs"))
        .args([&port.to_string(), back, secret])
        .arg(packages)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running(child, None);
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n", "no provider");
    running.1 = Some(out);
    running
}

/// Strangers are told so, bound, let in, and strangers again when the binding is undone; by the user
/// and by an attribute, by the token and by userinfo.
#[test]
fn people_of_other_houses_are_bound_and_come_in_by_their_word() {
    let Some(bin) = installed("foreign") else {
        return;
    };
    let (port, cas, op) = (free_port(), free_port(), free_port());
    let secret = "a secret of a test";
    let place = Place::new().on_port(port);
    let file = place.path().join("client.secret");
    std::fs::write(&file, secret).unwrap();
    let source = |name: &str, protocol: &str, address: &str, attribute: &str| {
        format!(
            "{{ name = \"{name}\", title = \"{name}\", protocol = \"{protocol}\", \
             address = \"{address}\", attribute = \"{attribute}\", two_factors = true, \
             client_id = \"tongguan\", client_secret_file = \"{}\" }}",
            file.display()
        )
    };
    let (cas_url, op_url) = (
        format!("http://127.0.0.1:{cas}/cas"),
        format!("http://127.0.0.1:{op}"),
    );
    let sources = [
        source("cas", "cas", &cas_url, ""),
        source("casnumber", "cas", &cas_url, "employee"),
        source("op", "oidc", &op_url, ""),
        source("opnumber", "oidc", &op_url, "employee"),
    ];
    let list = format!("[{}]", sources.join(", "));
    let place = place.with("TONGGUAN_REGISTRY__FOREIGN", &list);
    let platform = place.start();
    let links = first_start(&platform);
    let people = [
        "operator.a",
        "operator.b",
        "bureau.clerk",
        "bureau.approver",
    ];
    for login in people {
        Browser::new(&platform).activate(&links[login]);
    }
    let packages = packages(bin.parent().unwrap());
    let base = format!("http://127.0.0.1:{port}");
    let backs = ["op", "opnumber"].map(|name| format!("{base}/login/foreign/{name}/callback"));
    let _provider = provider(&packages, op, &backs.join(","), secret);
    let output = Command::new(bin.join("python"))
        .arg(format!("{FOLDER}/houses.py"))
        .args([base.as_str(), &people.join(","), PASSWORD])
        .args([cas.to_string(), op.to_string()])
        .arg(place.path())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{wrong}");
    assert_eq!(stdout.matches(": ok").count(), 12, "{stdout}");
    // The provider is still there, the CAS server is gone; a source that is down costs its own only.
    let looked = place.run(&["doctor", "--json"]);
    let looked = String::from_utf8_lossy(&looked.stdout);
    assert!(looked.contains(&format!("op，{op_url} 有应答")), "{looked}");
    assert!(looked.contains(&format!("cas，{cas_url}：")), "{looked}");
    let page = Browser::new(&platform).get("/login/foreign/cas/callback?state=x");
    assert!(page.answer.text().contains("TG-R4652"));
}
