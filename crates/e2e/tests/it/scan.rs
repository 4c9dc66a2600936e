//! Scanners of others against the running platform: schemathesis on every operation of the
//! description, sqlmap on what is searched for, sslyze on TLS, and a look at the headers.
//!
//! They run when the whole suite is asked for (`TONGGUAN_TEST_FULL=1`), because they are installed
//! from the package registry into `target/scan` and take a minute.

use crate::browser::{Browser, staff};
use crate::platform::Engine::{self, Postgres, Sqlite};
use crate::platform::{Place, Platform};
use crate::python::installed;
use rstest::rstest;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn printed(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let tail = out.len().saturating_sub(6000);
    let start = (tail..out.len())
        .find(|at| out.is_char_boundary(*at))
        .unwrap_or(0);
    format!(
        "{}\n{}",
        &out[start..],
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs schemathesis with what a role may call; nothing may answer with a fault or against the
/// description. What a role may not call, `rights` tries.
fn fuzz(bin: &Path, folder: &Path, address: &str, role: &str, headers: &[String]) {
    let mut command = Command::new(bin.join("schemathesis"));
    command
        .current_dir(folder)
        .args(["run", &format!("http://{address}/api/openapi.json")]);
    command.args([
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance",
    ]);
    command.args([
        "--phases",
        "coverage,fuzzing",
        "--max-examples",
        "15",
        "--seed",
        "7",
    ]);
    command.args([
        "--suppress-health-check",
        "all",
        "--no-color",
        "--warnings",
        "off",
    ]);
    // A stream and a long poll answer when they please; the outage of the simulator would be ours.
    command.args([
        "--exclude-path-regex",
        "/api/v1/(events|receipts|customs-box/.*)$",
    ]);
    // An officer can end the session that the scanner itself works with.
    for id in ["disable_user", "reset_user", "change_user", "kick"] {
        command.args(["--exclude-operation-id", id]);
    }
    for header in headers {
        command.args(["--header", header]);
    }
    let hooks = concat!(env!("CARGO_MANIFEST_DIR"), "/scan/hooks.py");
    command.env("SCHEMATHESIS_HOOKS", hooks);
    command.env("TONGGUAN_SCAN_ROLE", role);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{role}: {}", printed(&output));
}

/// Every operation that one of the staff may call, called by him, on a platform of his own.
fn fuzz_as(login: &str, role: &str) {
    let Some(bin) = installed("scan") else {
        return;
    };
    let (place, platform) = Platform::demo();
    let mut people = staff(&platform);
    let browser = people.get_mut(login).unwrap();
    let cookie = browser.cookie("tongguan").unwrap().to_owned();
    let session = browser.call("GET", "/api/v1/session", "", b"");
    assert_eq!(session.status, 200, "{login}: {}", session.text());
    let csrf = session.json()["csrf"].as_str().unwrap().to_owned();
    let headers = [
        format!("Cookie: tongguan={cookie}"),
        format!("X-CSRF-Token: {csrf}"),
    ];
    fuzz(&bin, place.path(), &platform.address, role, &headers);
    is_ready(&platform);
}

fn is_ready(platform: &Platform) {
    let mut browser = Browser::new(platform);
    assert_eq!(browser.get("/readyz").answer.status, 200);
}

#[test]
fn no_operation_answers_a_program_with_a_fault() {
    let Some(bin) = installed("scan") else {
        return;
    };
    let (place, platform) = Platform::demo();
    let key = platform.ready["companies"][0]["key"].as_str().unwrap();
    let headers = [format!("Authorization: Bearer {key}")];
    fuzz(&bin, place.path(), &platform.address, "program", &headers);
    is_ready(&platform);
}

#[test]
fn no_operation_answers_an_operator_with_a_fault() {
    fuzz_as("operator.a", "operator");
}

#[test]
fn no_operation_answers_the_bureau_with_a_fault() {
    fuzz_as("bureau.approver", "bureau_approver");
}

#[test]
fn no_operation_answers_an_auditor_with_a_fault() {
    fuzz_as("aud.admin", "audit_admin");
}

#[test]
fn no_operation_answers_a_security_officer_with_a_fault() {
    fuzz_as("sec.admin", "security_admin");
}

#[test]
fn no_operation_answers_a_system_administrator_with_a_fault() {
    fuzz_as("sys.admin", "system_admin");
}

/// What people type into searches and forms reaches no statement.
#[rstest]
fn nothing_typed_becomes_sql(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(bin) = installed("scan") else {
        return;
    };
    let Some(place) = Place::on(engine) else {
        return;
    };
    let platform = place.start();
    let key = platform.ready["companies"][0]["key"].as_str().unwrap();
    let at = format!("http://{}", platform.address);
    let key = format!("Authorization: Bearer {key}");
    let targets: [(&str, Option<&str>); 3] = [
        (
            "/api/v1/messages?orderNo=1&logisticsNo=2&guid=3&limit=2",
            None,
        ),
        ("/api/v1/search?q=1", None),
        ("/login", Some("login=a*&password=b&next=/")),
    ];
    for (path, form) in targets {
        let mut command = Command::new(bin.join("sqlmap"));
        command.args([
            "--batch",
            "--disable-coloring",
            "--flush-session",
            "--threads",
            "2",
        ]);
        command.args(["--technique", "BEU", "--level", "1", "--risk", "1"]);
        command.args(["--ignore-code", "401,429,400,404", "--headers", &key]);
        command.arg("--output-dir").arg(place.path().join("sqlmap"));
        command.args(["-u", &format!("{at}{path}")]);
        if let Some(form) = form {
            command.args(["--data", form]);
        }
        let output = command.output().unwrap();
        let text = printed(&output);
        assert!(!text.contains("is vulnerable"), "{path}: {text}");
        assert!(
            !text.contains("identified the following injection"),
            "{path}: {text}"
        );
        assert!(
            text.contains("not appear to be injectable") || text.contains("not injectable"),
            "{path}: {text}"
        );
    }
}

/// A certificate for 127.0.0.1, made for this test.
pub(crate) fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&chain)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", printed(&made));
    (chain, key)
}

/// TLS 1.2 and 1.3 and nothing older, without the weaknesses that have names.
#[test]
fn tls_is_new_enough() {
    let Some(bin) = installed("scan") else {
        return;
    };
    let place = Place::new();
    let (chain, key) = certificate(place.path());
    let place = place
        .with("TONGGUAN_HTTP__TLS_CERTIFICATE", chain.to_str().unwrap())
        .with("TONGGUAN_HTTP__TLS_KEY", key.to_str().unwrap())
        .with("TONGGUAN_REGISTRY__PUBLIC_URL", "https://127.0.0.1")
        .serving("api");
    let platform = place.start();
    let report = place.path().join("tls.json");
    let output = Command::new(bin.join("sslyze"))
        .arg(format!("--json_out={}", report.display()))
        .arg(&platform.address)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let found = &report["server_scan_results"][0]["scan_result"];
    let accepts = |version: &str| {
        let suites = &found[version]["result"]["accepted_cipher_suites"];
        suites.as_array().map_or(0, Vec::len)
    };
    for old in [
        "ssl_2_0_cipher_suites",
        "ssl_3_0_cipher_suites",
        "tls_1_0_cipher_suites",
        "tls_1_1_cipher_suites",
    ] {
        assert_eq!(accepts(old), 0, "{old}: {}", printed(&output));
    }
    assert!(accepts("tls_1_2_cipher_suites") > 0 && accepts("tls_1_3_cipher_suites") > 0);
    let is = |path: &str| found.pointer(path).and_then(Value::as_bool);
    assert_eq!(
        is("/heartbleed/result/is_vulnerable_to_heartbleed"),
        Some(false)
    );
    assert_eq!(
        is("/openssl_ccs_injection/result/is_vulnerable_to_ccs_injection"),
        Some(false)
    );
    assert_eq!(
        is("/tls_compression/result/supports_compression"),
        Some(false)
    );
    assert_eq!(
        is("/session_renegotiation/result/is_vulnerable_to_client_renegotiation_dos"),
        Some(false)
    );
}

/// Every answer says what a browser may do with it.
#[test]
fn every_answer_carries_its_headers() {
    let (_place, platform) = Platform::demo();
    let mut browser = Browser::new(&platform);
    for path in [
        "/login",
        "/bootstrap",
        "/activate?token=x",
        "/console/",
        "/live",
        "/api/docs/",
        "/oauth2/authorize?client_id=nobody",
        "/oauth2/logout",
        "/oauth2/userinfo",
        "/.well-known/openid-configuration",
        "/api/v1/session",
        "/docs/codes/TG-R4600",
        "/nowhere",
    ] {
        let answer = browser.call("GET", path, "", b"");
        let header = |name: &str| answer.header(name).unwrap_or_default().to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("default-src 'none'") || policy.contains("default-src 'self'"),
            "{path}"
        );
        let scripts = policy
            .split(';')
            .find(|part| part.trim().starts_with("script-src"));
        assert!(
            scripts.is_none_or(|part| !part.contains("unsafe")),
            "{path}: {policy}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-frame-options"), "DENY", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.header("server").is_none(), "{path}");
        for (_, cookie) in answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            assert!(cookie.contains("SameSite=Lax"), "{path}: {cookie}");
        }
    }
    let page = browser.form(
        "/login",
        &[("login", "nobody"), ("password", "Wrong1!wrong")],
    );
    assert!(
        page.answer
            .header("set-cookie")
            .is_none_or(|cookie| !cookie.starts_with("tongguan="))
    );
}
