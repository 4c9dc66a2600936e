//! `OpenID` Connect with clients of others: authlib (Python) and mod_auth_openidc (C, in Apache). Both
//! come from their own packages and know nothing of us; they run when the whole suite is asked for
//! (`TONGGUAN_TEST_FULL=1`).

use crate::apache_oidc::{self, Apache, Traveller, field};
use crate::browser::{Browser, PASSWORD, first_start};
use crate::platform::{Place, Platform};
use crate::python::installed;
use crate::samples;
use ceb::Kind;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::process::Command;

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A demo that knows its own address: what it signs names it.
pub(crate) fn demo_at(place: &Place, port: u16) -> Platform {
    let listen = format!("127.0.0.1:{port}");
    let verb = ["demo", "--declarations", "0", "--listen", &listen].map(str::to_owned);
    let (process, line) = place.spawn(&verb, false);
    let ready: Value = serde_json::from_str(&line).unwrap();
    Platform {
        address: listen,
        process,
        ready,
    }
}

/// Registers a client; answers its secret.
fn registered(place: &Place, arguments: &[&str]) -> String {
    let mut all = vec!["sso", "client", "add"];
    all.extend(arguments);
    all.push("--secret");
    let made = place.tool(&all);
    made["clientSecret"].as_str().unwrap().to_owned()
}

/// authlib: code with PKCE, ID token against the published keys, userinfo, refresh, revocation,
/// introspection, a program that submits, logout by the client and on the back channel.
#[test]
fn authlib_does_everything_that_the_provider_offers() {
    let Some(bin) = installed("clients") else {
        return;
    };
    let place = Place::new();
    let platform = demo_at(&place, free_port());
    let links = first_start(&platform);
    let mut officer = Browser::new(&platform);
    officer.activate(&links["operator.a"]);
    let port = free_port();
    let here = format!("http://127.0.0.1:{port}");
    let (sender, _) = platform.company(0);
    let secret = registered(
        &place,
        &[
            "authlib",
            "--redirect",
            &format!("{here}/back"),
            "--grants",
            "authorization_code,refresh_token",
            "--attributes",
            "name,kind,roles",
            "--logout-url",
            &format!("{here}/leave"),
            "--logout-redirect",
            &format!("{here}/left"),
        ],
    );
    let machine = [
        "program",
        "--grants",
        "client_credentials",
        "--company",
        &sender.code,
    ];
    let program_secret = registered(&place, &machine);
    let message = place.path().join("message.xml");
    std::fs::write(&message, samples::message(Kind::Ceb311, &sender, 1)).unwrap();
    let (stranger, program) = platform.company(1);
    let other = program.accepted(samples::message(Kind::Ceb311, &stranger, 2).as_bytes());
    let given = json!({
        "base": format!("http://{}", platform.address),
        "cookie": format!("tongguan={}", officer.cookie("tongguan").unwrap()),
        "login": "operator.a",
        "port": port,
        "secret": secret,
        "programSecret": program_secret,
        "message": message,
        "other": other,
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/oidc_clients.py");
    let output = Command::new(bin.join("python"))
        .arg(script)
        .arg(given.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{wrong}");
    assert_eq!(said.matches(": ok").count(), 7, "{said}");
}

/// mod_auth_openidc: a page behind Apache asks the platform who it is, shows what it was told, logs out
/// both ways.
#[test]
fn apache_logs_people_in_shows_their_claims_and_logs_them_out() {
    if std::env::var("TONGGUAN_TEST_FULL").as_deref() != Ok("1") {
        println!("skipped: TONGGUAN_TEST_FULL=1 is not set");
        return;
    }
    assert!(apache_oidc::is_installed(), "scripts/setup.sh test");
    let place = Place::new();
    let platform = demo_at(&place, free_port());
    let links = first_start(&platform);
    // Two people: a demo shows no third code within a minute.
    for login in ["operator.a", "bureau.clerk"] {
        Browser::new(&platform).activate(&links[login]);
    }
    let port = free_port();
    let here = format!("http://127.0.0.1:{port}");
    let back = format!("{here}/protected/back");
    let secret = registered(
        &place,
        &[
            "apache",
            "--redirect",
            &back,
            "--attributes",
            "name,roles",
            "--logout-url",
            &format!("{back}?logout=backchannel"),
            "--logout-redirect",
            &format!("{here}/left.html"),
        ],
    );
    let base = format!("http://{}", platform.address);
    let settings = format!(
        "OIDCProviderMetadataURL {base}/.well-known/openid-configuration\n\
         OIDCClientID apache\nOIDCClientSecret {secret}\nOIDCRedirectURI {back}\n\
         OIDCCryptoPassphrase a-passphrase-of-a-test\nOIDCPKCEMethod S256\n\
         OIDCScope \"openid profile attributes\"\nOIDCRemoteUserClaim sub\n\
         OIDCProviderTokenEndpointAuth client_secret_basic\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let apache = Apache::start(folder.path(), port, &settings);
    assert_eq!(apache.port, port);
    let page = format!("{here}/protected/");
    let mut person = Traveller::default();
    log_in(&mut person, &page, ("operator.a", "operator"));
    // By the application: the hint is ours, so nobody is asked, and the browser comes back.
    let out = format!("{back}?logout={here}/left.html");
    let left = person.open(&out);
    assert!(left.contains("you have left"), "{}: {left}", person.url);
    log_in(&mut person, &page, ("bureau.clerk", "bureau_clerk"));
    // By the platform: Apache is told on the back channel, although the browser keeps its cookie.
    let account = person.open(&format!("{base}/account"));
    person.form("/logout", &[("csrf", &field(&account, "csrf"))]);
    let begun = std::time::Instant::now();
    while person.open(&page).contains("who: ") {
        assert!(begun.elapsed() < crate::wait::PATIENCE, "still logged in");
        crate::wait::pause(std::time::Duration::from_millis(100));
    }
    assert!(
        person.url.starts_with(&format!("{base}/login")),
        "{}",
        person.url
    );
}

/// Opens the protected page, logs in on the way, and sees the claims.
fn log_in(person: &mut Traveller, page: &str, (login, role): (&str, &str)) {
    let form = person.open(page);
    let next = field(&form, "next");
    let fields = [("login", login), ("password", PASSWORD), ("next", &next)];
    let second = person.form("/login", &fields);
    let (_, code) = second.split_once("id=\"demo-code\">").unwrap();
    let fields = [
        ("csrf", &*field(&second, "csrf")),
        ("next", &*field(&second, "next")),
        ("code", &code[..6]),
    ];
    let shown = person.form("/login/second", &fields);
    assert_eq!(person.url, page);
    let who = shown.split_once("who: ").unwrap().1.lines().next().unwrap();
    assert!(
        who.parse::<i64>().is_ok(),
        "an id, not a login name: {shown}"
    );
    assert!(shown.contains(&format!("roles: {role}")), "{shown}");
    assert!(
        shown.contains("name: ") && !shown.contains("name: (none)"),
        "{shown}"
    );
    assert!(shown.contains("login: (none)"), "not on the list: {shown}");
}
