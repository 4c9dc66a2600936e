//! Single sign-on with clients of others: they come from their own packages and know nothing of us.
//!
//! python-cas and django-cas-ng are installed from the package registry into `target/clients` when
//! the whole suite is asked for (`TONGGUAN_TEST_FULL=1`).

use crate::browser::{Browser, first_start};
use crate::platform::{Platform, free_port};
use crate::python::installed;
use std::process::Command;

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
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{wrong}");
    assert_eq!(said.matches(": ok").count(), 5, "{said}");
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
