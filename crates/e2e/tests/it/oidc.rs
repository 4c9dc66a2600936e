//! `OpenID` Connect with clients of others: authlib (Python) and `mod_auth_openidc` (C, in Apache). Both
//! come from their own packages and know nothing of us; they run when the whole suite is asked for
//! (`TONGGUAN_TEST_FULL=1`).

use crate::apache::{Apache, has_module};
use crate::browser::{Browser, PASSWORD, first_start};
use crate::platform::{Place, Platform, free_port};
use crate::python::installed;
use crate::samples;
use crate::traveller::{Traveller, field};
use ceb::Kind;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

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
    let stdout = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{wrong}");
    assert_eq!(stdout.matches(": ok").count(), 7, "{stdout}");
}

/// A platform and an Apache that asks it, with two people who have a password: a demo shows no third
/// code within a minute.
struct Town {
    _folder: TempDir,
    _apache: Apache,
    _place: Place,
    platform: Platform,
    base: String,
    here: String,
    /// The page that asks who it is.
    page: String,
    /// Where the module takes answers.
    back: String,
}

/// The pages of Apache: one that shows what it was given, and one for those who have left.
fn pages(folder: &Path) {
    let pages = folder.join("pages");
    std::fs::create_dir_all(pages.join("protected")).unwrap();
    let shown = [
        "REMOTE_USER",
        "OIDC_CLAIM_name",
        "OIDC_CLAIM_roles",
        "OIDC_CLAIM_login",
    ];
    let names = ["who", "name", "roles", "login"];
    let page: String = names
        .iter()
        .zip(shown)
        .map(|(name, variable)| format!("{name}: <!--#echo var=\"{variable}\" -->\n"))
        .collect();
    std::fs::write(pages.join("protected/index.shtml"), page).unwrap();
    std::fs::write(pages.join("favicon.ico"), "").unwrap();
    std::fs::write(pages.join("left.html"), "you have left\n").unwrap();
}

impl Town {
    fn new() -> Option<Self> {
        if std::env::var("TONGGUAN_TEST_FULL").as_deref() != Ok("1") {
            println!("skipped: TONGGUAN_TEST_FULL=1 is not set");
            return None;
        }
        assert!(has_module("auth_openidc"));
        let place = Place::new();
        let platform = demo_at(&place, free_port());
        let links = first_start(&platform);
        for login in ["operator.a", "bureau.clerk"] {
            Browser::new(&platform).activate(&links[login]);
        }
        let port = free_port();
        let here = format!("http://127.0.0.1:{port}");
        let back = format!("{here}/protected/back");
        let logout_url = format!("{back}?logout=backchannel");
        let left = format!("{here}/left.html");
        let arguments = [
            ["apache", "--redirect", &back],
            ["--attributes=name,roles", "--logout-url", &logout_url],
            ["--title=Apache", "--logout-redirect", &left],
        ];
        let secret = registered(&place, &arguments.concat());
        let base = format!("http://{}", platform.address);
        let settings = format!(
            "OIDCProviderMetadataURL {base}/.well-known/openid-configuration\n\
             OIDCClientID apache\nOIDCClientSecret {secret}\nOIDCRedirectURI {back}\n\
             OIDCCryptoPassphrase a-passphrase-of-a-test\nOIDCPKCEMethod S256\n\
             OIDCScope \"openid profile attributes\"\nOIDCRemoteUserClaim sub\n\
             OIDCProviderTokenEndpointAuth client_secret_basic\n\
             DirectoryIndex index.shtml\nAddType text/html .shtml\n\
             AddOutputFilter INCLUDES .shtml\n<Location />\nOptions +Includes\n</Location>\n\
             <Location /protected/>\nAuthType openid-connect\nRequire valid-user\n</Location>\n"
        );
        let folder = tempfile::tempdir().unwrap();
        pages(folder.path());
        Some(Self {
            _apache: Apache::start(folder.path(), port, &["include", "auth_openidc"], &settings),
            _folder: folder,
            _place: place,
            platform,
            base,
            page: format!("{here}/protected/"),
            here,
            back,
        })
    }
}

/// `mod_auth_openidc`: a page behind Apache asks the platform who it is, shows what it was given, logs out
/// both ways.
#[test]
fn apache_logs_people_in_shows_their_claims_and_logs_them_out() {
    let Some(town) = Town::new() else { return };
    let (base, page) = (&town.base, &town.page);
    let mut person = Traveller::default();
    log_in(&mut person, page, ("operator.a", "operator"));
    // By the application: the hint is ours, so nobody is asked, and the browser comes back.
    let out = format!("{}?logout={}/left.html", town.back, town.here);
    let left = person.open(&out);
    assert!(left.contains("you have left"), "{}: {left}", person.url);
    log_in(&mut person, page, ("bureau.clerk", "bureau_clerk"));
    // By the platform: Apache is told on the back channel, although the browser keeps its cookie.
    let account = person.open(&format!("{base}/account"));
    person.form("/logout", &[("csrf", &field(&account, "csrf"))]);
    crate::wait::until("Apache ends its session", || {
        let is_out = !person.open(page).contains("who: ");
        is_out.then_some(())
    });
    assert!(
        person.url.starts_with(&format!("{base}/login")),
        "{}",
        person.url
    );
}

/// Chromium, which holds every form to its policy along all redirects, comes through as well.
#[test]
fn a_real_browser_comes_through_the_forms_to_the_application() {
    let Some(town) = Town::new() else { return };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../console");
    let output = Command::new("node")
        .arg("e2e/sso.mjs")
        .current_dir(folder)
        .env("BASE", format!("http://{}", town.platform.address))
        .env("PAGE", &town.page)
        .env("LEFT", format!("{}/left.html", town.here))
        .env("LOGIN", "operator.a")
        .env("PASSWORD", PASSWORD)
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{wrong}");
    assert_eq!(stdout.matches(": ok").count(), 2, "{stdout}");
}

/// The command line registers clients, refuses what is not one, and rotates keys; each leaves a row in
/// the audit.
#[test]
fn clients_and_keys_are_kept_on_the_command_line() {
    let (place, platform) = Platform::demo();
    let (sender, _) = platform.company(0);
    let add = |more: &[&str]| {
        let mut all = vec!["sso", "client", "add", "app"];
        all.extend(more);
        place.run(&all)
    };
    for wrong in [
        &["--redirect", "http://app.example/back"][..],
        &["--redirect", "https://*.example/back"],
        &["--redirect", "https://app.example/back#x"],
        &["--redirect", "https://app.example/", "--grants", "password"],
        &["--redirect", "https://app.example/", "--attributes", "all"],
        &["--grants", "client_credentials"],
        &["--grants", "client_credentials", "--secret"],
        &["--grants", "client_credentials", "--company", &sender.code],
        &[],
    ] {
        assert_eq!(add(wrong).status.code(), Some(1), "{wrong:?}");
    }
    let fine = ["--redirect", "https://app.example/back"];
    assert_eq!(add(&fine).status.code(), Some(0), "a public client");
    let secret = registered(&place, &["app", fine[0], fine[1]]);
    assert_eq!(secret.len(), 43);
    let listed = place.tool(&["sso", "client", "list"]);
    assert_eq!(listed[0]["name"], "app");
    assert_eq!(listed[0]["isConfidential"], true);
    assert!(!listed.to_string().contains(&secret));
    let kid = &place.tool(&["sso", "key", "list"])[0]["kid"];
    let fresh = &place.tool(&["sso", "key", "rotate"])["kid"];
    assert_ne!(kid, fresh);
    let mut browser = Browser::new(&platform);
    let keys = browser.get("/oauth2/jwks").answer.json();
    let kids: Vec<&Value> = keys["keys"].as_array().unwrap().iter().collect();
    assert_eq!(kids.len(), 2, "the old one is still published");
    assert_eq!((&kids[0]["kid"], &kids[1]["kid"]), (fresh, kid));
    let removed = place.tool(&["sso", "client", "remove", "app"]);
    assert_eq!(removed["removed"], true);
    let acts = place.run(&["audit", "list", "--json"]);
    let acts = String::from_utf8_lossy(&acts.stdout).into_owned();
    for act in [
        "relying_party.put",
        "relying_party.remove",
        "oidc.key_made",
        "oidc.key_rotated",
    ] {
        assert!(acts.contains(act), "{act}: {acts}");
    }
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
