//! The console in a real browser: Debian's Chromium, driven by the tests in `console/e2e`.

use crate::platform::{Place, free_port};
use std::path::Path;
use std::process::Command;

/// Whether this machine can drive a browser; when everything is demanded, it must.
fn has_browser(folder: &Path) -> bool {
    let is_there = Path::new("/usr/bin/chromium").exists()
        && folder.join("node_modules/playwright-core").exists();
    let is_full = std::env::var("TONGGUAN_TEST_FULL").is_ok_and(|value| value == "1");
    assert!(
        is_there || !is_full,
        "TONGGUAN_TEST_FULL=1 needs Chromium and `make console`"
    );
    if !is_there {
        println!("skipped: no Chromium, or the console is not built");
    }
    is_there
}

/// Every role opens its pages; what goes wrong is told by the runner of the tests.
#[test]
fn people_work_in_the_console() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console");
    if !has_browser(&folder) {
        return;
    }
    // Passkeys are bound to a name: browsers take none from an address of numbers.
    let port = free_port();
    let url = format!("http://localhost:{port}");
    let place = Place::new()
        .on_port(port)
        .with("TONGGUAN_REGISTRY__PUBLIC_URL", &url);
    let platform = place.start();
    let bootstrap = platform.ready["bootstrap"].as_str().unwrap();
    let bootstrap = bootstrap.replace("127.0.0.1", "localhost");
    // What it says is passed on at once: of a run that is ended because it hangs it is all that is left.
    let status = Command::new("npm")
        .args(["run", "--silent", "e2e"])
        .current_dir(&folder)
        .env("TONGGUAN_URL", &url)
        .env("TONGGUAN_BOOTSTRAP", bootstrap)
        .status()
        .unwrap();
    assert!(status.success(), "the tests of the console failed");
}
