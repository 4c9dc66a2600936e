//! `OpenID` Connect with clients of others: authlib (Python) and mod_auth_openidc (C, in Apache). Both
//! come from their own packages and know nothing of us; they run when the whole suite is asked for
//! (`TONGGUAN_TEST_FULL=1`).

use crate::browser::{Browser, first_start};
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
