//! Encryption at rest: what companies send is not to be found in the files, and is read as ever; keys
//! change, and a wrong one is found out at the start.

use crate::platform::Place;
use crate::samples;
use crate::wait;
use ceb::Kind;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

const K1: &str = "k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==";
const K2: &str = "k2 aes-256-gcm AAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8=";
const OTHER: &str = "k1 sm4-gcm DwECAwQFBgcICQoLDA0ODw==";

/// What a packed value begins with that is not sealed: whoever has the program reads it.
const PACKED: &str = "\0TG\u{2}";

const SETTING: &str = "TONGGUAN_STORE__ENCRYPTION_KEY_FILE";

/// Names and numbers of persons in a message.
fn persons(xml: &str) -> Vec<String> {
    let elements = ["buyerName", "consigneeAddress", "buyerIdNumber"];
    let found = elements.iter().filter_map(|element| {
        let open = format!("<ceb:{element}>");
        let (_, rest) = xml.split_once(&open)?;
        Some(rest.split_once('<')?.0.to_owned())
    });
    found.filter(|text| text.len() > 6).collect()
}

/// The files of the database and of the queue, with their logs.
fn files(folder: &Path) -> Vec<PathBuf> {
    let names = ["tongguan.db", "tongguan.db-wal", "queue.db", "queue.db-wal"];
    let paths = names.iter().map(|name| folder.join(name));
    paths.filter(|path| path.exists()).collect()
}

fn holds(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap();
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

/// Starts on these keys, which must be refused; answers what it says.
fn refused(place: &Place) -> String {
    let output = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    stderr
}

#[test]
fn what_is_stored_is_sealed_and_read_as_ever() {
    let keys = tempfile::tempdir().unwrap();
    let file = keys.path().join("vault.keys");
    std::fs::write(&file, K1).unwrap();
    let mut place = Place::new().with(SETTING, &file.display().to_string());
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let first = samples::message(Kind::Ceb311, &sender, 1);
    let id = company.accepted(first.as_bytes());
    company.until_state(&id, "settled");
    // One that is refused, whose findings quote it.
    let bad =
        samples::message(Kind::Ceb311, &sender, 2).replace("<ceb:appType>1", "<ceb:appType>7");
    let refused_id = company.accepted(bad.as_bytes());
    company.until_state(&refused_id, "refused");
    let path = format!("/api/v1/messages/{id}/xml");
    assert_eq!(company.get(&path).body, first.as_bytes());
    assert_eq!(company.statuses(&id), [2, 3, 120]);
    let xml = company.feed()[0]["xml"].as_str().unwrap().to_owned();
    assert!(xml.contains("CEB312"), "{xml}");
    assert_eq!(platform.process.stop(), Some(0));
    let words = persons(&first);
    assert!(!words.is_empty());
    for file in files(place.path()) {
        for word in &words {
            assert!(!holds(&file, word), "{word} in {}", file.display());
        }
        // The places of findings name elements; the messages themselves are nowhere.
        assert!(!holds(&file, "<ceb:CEB311Message"), "{}", file.display());
        assert!(!holds(&file, "<CEB312Message"), "{}", file.display());
    }

    // A rotation: what the old key sealed is read, the new one seals. The job that retires the old key is not due.
    std::fs::write(&file, format!("{K2}\n{K1}\n")).unwrap();
    put_off(&place);
    let platform = place.start();
    let company = platform.client(&company.key);
    assert_eq!(company.get(&path).body, first.as_bytes());
    let later = company.accepted(samples::message(Kind::Ceb311, &sender, 3).as_bytes());
    company.until_state(&later, "settled");
    assert_eq!(platform.process.stop(), Some(0));

    // The old key is gone, or another has its name, or there is none: said at once, nothing is harmed.
    std::fs::write(&file, K2).unwrap();
    let stderr = refused(&place);
    for word in ["k1", "放回密钥文件", "message.reseal", "定时任务"] {
        assert!(stderr.contains(word), "{stderr}");
    }
    std::fs::write(&file, format!("{K2}\n{OTHER}\n")).unwrap();
    assert!(refused(&place).contains("不是当初以此名加密本数据库的密钥"));
    place.settings.retain(|(name, _)| name != SETTING);
    assert!(refused(&place).contains("encryption_key_file"));
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
}

/// Keeps the job that seals anew from running at the next start: it is due in eight minutes.
fn put_off(place: &Place) {
    let database = Connection::open(place.path().join("tongguan.db")).unwrap();
    let due = "update job set due_at = (strftime('%s', 'now') + 480) * 1000 \
               where name = 'message.reseal'";
    assert_eq!(database.execute(due, []).unwrap(), 1);
}

/// Lets the job that seals anew run at the next start.
fn make_due(place: &Place) {
    let database = Connection::open(place.path().join("tongguan.db")).unwrap();
    let due = "update job set due_at = 0 where name = 'message.reseal'";
    assert_eq!(database.execute(due, []).unwrap(), 1);
}

/// What the job that seals anew has told last.
fn last_record(place: &Place) -> Option<String> {
    let database = Connection::open(place.path().join("tongguan.db")).unwrap();
    let sql = "select detail from job_run where job = 'message.reseal' and result = 'done' \
                order by id desc limit 1";
    database.query_row(sql, [], |row| row.get(0)).ok()
}

#[test]
fn an_old_key_may_go_when_the_job_says_so() {
    let keys = tempfile::tempdir().unwrap();
    let file = keys.path().join("vault.keys");
    std::fs::write(&file, K1).unwrap();
    let place = Place::new().with(SETTING, &file.display().to_string());
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let id = company.accepted(xml.as_bytes());
    company.until_state(&id, "settled");
    let feed = company.feed();
    assert_eq!(platform.process.stop(), Some(0));
    std::fs::write(&file, format!("{K2}\n{K1}\n")).unwrap();
    make_due(&place);
    let platform = place.start();
    let record = wait::until("the job to say that the old key may go", || {
        last_record(&place).filter(|record| record.contains("旧密钥 k1 已停用"))
    });
    assert!(record.contains("存量已全部处理"), "{record}");
    assert_eq!(platform.process.stop(), Some(0));
    std::fs::write(&file, K2).unwrap();
    let platform = place.start();
    let company = platform.client(&company.key);
    let path = format!("/api/v1/messages/{id}/xml");
    assert_eq!(company.get(&path).body, xml.as_bytes());
    assert_eq!(company.feed(), feed);
}

#[test]
fn what_went_through_the_queue_before_there_was_a_key_is_not_in_its_file() {
    let mut place = Place::new();
    let platform = place.start();
    let (sender, company) = platform.company(0);
    for seed in 1..=20 {
        let xml = samples::message(Kind::Ceb311, &sender, seed);
        company.until_state(&company.accepted(xml.as_bytes()), "settled");
    }
    assert_eq!(platform.process.stop(), Some(0));
    // Answers of customs, all of them acknowledged and deleted.
    let queue = place.path().join("queue.db");
    assert!(holds(&queue, PACKED), "without a key they stay");
    let keys = tempfile::tempdir().unwrap();
    let file = keys.path().join("vault.keys");
    std::fs::write(&file, K1).unwrap();
    place = place.with(SETTING, &file.display().to_string());
    let platform = place.start();
    let names = ["queue.db", "queue.db-wal"];
    for file in names.map(|name| place.path().join(name)) {
        let is_there = file.exists() && holds(&file, PACKED);
        assert!(!is_there, "{}", file.display());
    }
    assert_eq!(platform.process.stop(), Some(0));
    assert!(!holds(&queue, PACKED));
}
