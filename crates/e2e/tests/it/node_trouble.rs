//! A second process with the number of the first, a damaged file, files that others can read: each is
//! found out before harm is done, and says what to do.

use crate::browser::first_start;
use crate::platform::{Engine, Place};
use crate::samples;
use ceb::Kind;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

/// Tries to start a second platform on the data of this place; answers how it ended and what it said.
fn second(place: &Place) -> (Option<i32>, String) {
    let output = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), stderr)
}

#[test]
fn a_second_process_with_the_same_number_is_refused() {
    let place = Place::new();
    let platform = place.start();
    let (code, stderr) = second(&place);
    assert_eq!(code, Some(1), "{stderr}");
    let advice = "TONGGUAN_NODE__NUMBER";
    assert!(
        stderr.contains("node.number 0") && stderr.contains(advice),
        "{stderr}"
    );
    // Commands run beside the platform, and the platform is not disturbed.
    assert!(place.run(&["doctor"]).status.success());
    assert!(platform.is_ready());
    assert_eq!(platform.process.stop(), Some(0));
    // After its end, orderly or not, the number is free at once.
    let mut again = place.start();
    again.process.kill();
    drop(place.start());
}

/// Elsewhere means another data folder: the row in the database tells the two apart.
#[test]
fn a_second_process_elsewhere_is_refused_while_the_first_one_lives() {
    let Some(place) = Place::on(Engine::Postgres) else {
        return;
    };
    let place = place.serving("api");
    let platform = place.start();
    let url = place.setting("TONGGUAN_STORE__URL");
    let elsewhere = Place::new().with("TONGGUAN_STORE__URL", &url);
    let (code, stderr) = second(&elsewhere);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("node.number 0"), "{stderr}");
    assert!(platform.is_ready());
}

/// A copied folder, a cloned machine, a restored backup: the name of the place is the same, and the place another.
#[test]
fn a_copy_of_the_data_folder_takes_no_number_from_a_living_process() {
    let Some(place) = Place::on(Engine::Postgres) else {
        return;
    };
    let place = place.serving("api");
    let mut platform = place.start();
    let url = place.setting("TONGGUAN_STORE__URL");
    let copy = Place::new().with("TONGGUAN_STORE__URL", &url);
    for file in std::fs::read_dir(place.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    // Who cannot listen takes no number and asks for none.
    let output = copy.run(&["serve", "--listen", &platform.address]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains("无法监听"), "{stderr}");
    assert!(!stderr.contains("node.number"), "{stderr}");
    let (code, stderr) = second(&copy);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("node.number 0"), "{stderr}");
    assert!(platform.process.is_running() && platform.is_ready());
}

#[test]
fn a_start_that_fails_for_its_port_leaves_no_trace() {
    let place = Place::new();
    let holder = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let output = place.run(&["serve", "--listen", &address]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("端口已被占用"), "{stderr}");
    assert!(!stderr.contains("ERROR"), "{stderr}");
    assert!(!place.path().join("tongguan.db").exists());
}

/// As left by a process whose clock was an hour ahead.
#[test]
fn commands_give_no_id_twice_while_the_clock_is_behind_what_was_given() {
    let place = Place::new().serving("api");
    let platform = place.start();
    assert_eq!(platform.process.stop(), Some(0));
    let database = rusqlite::Connection::open(place.path().join("tongguan.db")).unwrap();
    let ahead = "update node set ids_ms = beat_at + 3600000";
    database.execute(ahead, []).unwrap();
    let keys: std::collections::BTreeSet<String> = (1..=3).map(|n| place.company(n).1).collect();
    assert_eq!(keys.len(), 3);
    let (sender, _) = place.company(4);
    for _ in 0..3 {
        place.tool(&["key", "issue", &sender.code]);
    }
    assert_eq!(place.start().process.stop(), Some(0));
}

#[test]
fn a_damaged_database_is_not_started_and_doctor_says_so() {
    let place = Place::new();
    let platform = place.start();
    let (sender, company) = platform.company(0);
    for seed in 1..=40 {
        company.accepted(samples::message(Kind::Ceb311, &sender, seed).as_bytes());
    }
    assert_eq!(platform.process.stop(), Some(0));
    let path = place.path().join("tongguan.db");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).open(&path).unwrap();
    for page in 20..60 {
        file.seek(SeekFrom::Start(page * 4096)).unwrap();
        file.write_all(&[0xA5; 1024]).unwrap();
    }
    drop(file);
    let (code, stderr) = second(&place);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("已损坏") && stderr.contains("备份"),
        "{stderr}"
    );
    let doctor = place.run(&["doctor", "--json"]);
    assert_eq!(doctor.status.code(), Some(1));
    let value: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    // It has looked at each file by itself: one is damaged, the queue's is not.
    let findings = value["findings"].as_array().unwrap().iter();
    let files: Vec<_> = findings.filter(|one| one["what"] == "数据库文件").collect();
    let is = |file: &str, ok: bool, word: &str| {
        files.iter().any(|one| {
            let text = one["text"].as_str().unwrap();
            text.contains(file) && one["ok"] == ok && text.contains(word)
        })
    };
    assert!(is("tongguan.db", false, "已损坏"), "{value}");
    assert!(is("queue.db", true, "完好"), "{value}");
}

/// Another key would open nothing: nobody would get in, and what is personal would be lost behind new values.
#[test]
fn a_platform_whose_seal_key_is_gone_is_not_started_and_gets_no_other() {
    let place = Place::new();
    let platform = place.start();
    drop(first_start(&platform));
    assert_eq!(platform.process.stop(), Some(0));
    let key = place.path().join("seal.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let (code, stderr) = second(&place);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("seal.key") && stderr.contains("备份"),
        "{stderr}"
    );
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(!key.exists(), "nobody has made another one");
    std::fs::write(&key, kept).unwrap();
    assert_eq!(place.start().process.stop(), Some(0));
}

#[test]
fn nobody_else_reads_the_data() {
    let place = Place::new();
    let rights = |name: &str| {
        let about = std::fs::metadata(place.path().join(name)).unwrap();
        about.mode() & 0o777
    };
    let files = [
        "tongguan.db",
        "tongguan.db-wal",
        "queue.db",
        "queue.db-wal",
        "seal.key",
    ];
    drop(place.start());
    for name in files {
        assert_eq!(rights(name), 0o600, "{name}");
    }
    // As an earlier release, or a careless hand, has left them.
    for name in files {
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(place.path().join(name), open).unwrap();
    }
    let doctor = place.run(&["doctor"]);
    let stdout = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert_eq!(doctor.status.code(), Some(1), "{stdout}");
    let is_reported = stdout.contains("seal.key") && stdout.contains("可被其他用户读取");
    assert!(is_reported, "{stdout}");
    drop(place.start());
    for name in files {
        assert_eq!(rights(name), 0o600, "{name}");
    }
}
