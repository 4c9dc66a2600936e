//! Programs of others in Python, from the package registry into `target/NAME`, when the whole suite
//! is asked for (`TONGGUAN_TEST_FULL=1`).

use std::path::PathBuf;
use std::process::Command;

/// Installs `crates/e2e/NAME/requirements.txt` once; answers the folder of the programs, or nothing
/// when they are not asked for. Several tests are several processes: the one that holds the lock
/// installs, the others wait.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    if std::env::var("TONGGUAN_TEST_FULL").as_deref() != Ok("1") {
        println!("skipped: TONGGUAN_TEST_FULL=1 is not set");
        return None;
    }
    let here = std::env::current_exe().unwrap();
    let target = here.ancestors().nth(3).unwrap();
    let place = target.join(name);
    let list = format!("{}/{name}/requirements.txt", env!("CARGO_MANIFEST_DIR"));
    let wanted = std::fs::read_to_string(&list).unwrap();
    let lock = std::fs::File::create(target.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let mark = place.join("installed.txt");
    if std::fs::read_to_string(&mark).ok().as_ref() != Some(&wanted) {
        let run = |command: &mut Command| {
            let output = command.output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{command:?}: {stderr}");
        };
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&place));
        let mut pip = Command::new(place.join("bin/pip"));
        let options = ["install", "--quiet", "--disable-pip-version-check", "-r"];
        run(pip.args(options).arg(&list));
        std::fs::write(&mark, &wanted).unwrap();
    }
    Some(place.join("bin"))
}
