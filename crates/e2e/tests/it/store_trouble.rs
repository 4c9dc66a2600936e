//! The database is locked, full or gone: nothing is acknowledged then, nothing acknowledged is
//! lost, and afterwards everything goes on by itself.

use crate::http::{Answer, Client};
use crate::platform::{Place, Platform, service};
use crate::proxy::Proxy;
use crate::samples;
use crate::wait;
use ceb::Kind;
use ceb::sample::{Sender, Spec};
use rusqlite::Connection;

/// The answer to a call that the database could not take.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(answer.code(), "TG-F5030");
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait));
}

fn lock(place: &Place, file: &str) -> Connection {
    let database = Connection::open(place.path().join(file)).unwrap();
    database.execute_batch("begin immediate").unwrap();
    database
}

#[test]
fn while_the_database_is_locked_nothing_is_acknowledged() {
    let place = Place::new().with("TONGGUAN_STORE__SQLITE_BUSY_MS", "200");
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let first = company.accepted(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    company.until_state(&first, "settled");

    let locked = lock(&place, "tongguan.db");
    let xml = samples::message(Kind::Ceb311, &sender, 2);
    for _ in 0..3 {
        assert_unavailable(&company.submit(xml.as_bytes()));
    }
    let line = serde_json::json!({ "xml": xml }).to_string();
    let lines = company.post("/api/v1/messages:batch", line.as_bytes());
    assert!(lines.text().contains("\"status\":503"), "{}", lines.text());
    // Reading goes on.
    assert_eq!(company.list().len(), 1);
    assert_eq!(company.feed().len(), 3);
    // Whoever asks hears that no write works.
    let text = wait::until("readiness to notice", || {
        let answer = platform.connect().send("GET", "/readyz", None, b"");
        let answer = answer.unwrap();
        (answer.status == 503).then(|| answer.text())
    });
    assert!(text.contains("database.write"), "{text}");
    locked.execute_batch("rollback").unwrap();
    drop(locked);

    // Nothing was kept of what was not acknowledged: it is new now.
    let answer = wait::until("the database", || {
        let answer = company.submit(xml.as_bytes());
        (answer.status == 202).then_some(answer)
    });
    assert_eq!(answer.json()["duplicate"], false);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    company.until_state(&id, "settled");
    wait::until("readiness", || platform.is_ready().then_some(()));
    assert_eq!(company.list().len(), 2);
    assert_eq!(company.statuses(&id), [2, 3, 120]);
}

#[test]
fn while_the_queue_to_customs_is_locked_messages_wait_and_go_on() {
    let place = Place::new().with("TONGGUAN_STORE__SQLITE_BUSY_MS", "200");
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let locked = lock(&place, "queue.db");
    let ids: Vec<String> = (1..=5)
        .map(|seed| company.accepted(samples::message(Kind::Ceb311, &sender, seed).as_bytes()))
        .collect();
    for id in &ids {
        company.until_state(id, "checked");
    }
    wait::until("dispatch to try and fail", || {
        let failures = "tongguan_step_failures_total{step=\"dispatch\"} ";
        (platform.metric(failures) >= 1.0).then_some(())
    });
    locked.execute_batch("rollback").unwrap();
    drop(locked);
    for id in &ids {
        company.until_state(id, "settled");
        assert_eq!(company.statuses(id), [2, 3, 120]);
    }
}

#[test]
fn a_full_disk_takes_nothing_more_and_keeps_what_it_has() {
    let mut place = Place::new();
    // The companies and keys of the demo first.
    let ready = place.start();
    let key = ready.company(0).1.key;
    let sender = ready.company(0).0;
    drop(ready);
    place
        .settings
        .push(("TONGGUAN_STORE__SQLITE_MIB_MAX".to_owned(), "2".to_owned()));
    place.serve("api");
    let platform = place.start();
    let company = platform.client(&key);
    let (kept, refused) = fill(&company, &sender);
    println!("{} messages until the disk was full", kept.len());
    assert!(kept.len() > 5);
    // Full is full, for everyone and again; but what is there can be read.
    assert_unavailable(&company.submit(refused.as_bytes()));
    wait::until("readiness to notice", || {
        (!platform.is_ready()).then_some(())
    });
    assert_all_there(&company, &kept);
    // The same bytes again are known, full or not; at worst the platform cannot say so now.
    let again = company.submit(kept[0].1.as_bytes());
    if again.status == 202 {
        assert_eq!(again.json()["id"], kept[0].0);
    } else {
        assert_unavailable(&again);
    }
    drop(platform);

    // After a power cut with the disk still full it is all there still.
    let platform = place.start();
    let company = platform.client(&key);
    assert_all_there(&company, &kept);
    drop(platform);

    // With room again everything travels, what was refused as well.
    place.settings.pop();
    place.demo();
    let platform = place.start();
    let company = platform.client(&key);
    let answer = company.submit(refused.as_bytes()).expect(202);
    assert_eq!(answer["duplicate"], false);
    for (id, _) in &kept {
        company.until_state(id, "settled");
    }
    company.until_state(answer["id"].as_str().unwrap(), "settled");
    assert_eq!(company.list().len(), kept.len() + 1);
}

/// Submits until nothing more is taken; answers what was acknowledged, and what was not.
fn fill(company: &Client, sender: &Sender) -> (Vec<(String, String)>, String) {
    let mut kept = Vec::new();
    for seed in 1..2000 {
        let xml = ceb::sample::message(&Spec {
            n_documents: 10,
            ..samples::spec(Kind::Ceb311, sender, seed)
        });
        let answer = company.submit(xml.as_bytes());
        if answer.status != 202 {
            assert_unavailable(&answer);
            return (kept, xml);
        }
        kept.push((answer.json()["id"].as_str().unwrap().to_owned(), xml));
    }
    panic!("the disk was never full");
}

#[track_caller]
fn assert_all_there(company: &Client, kept: &[(String, String)]) {
    assert_eq!(company.list().len(), kept.len());
    for (id, xml) in kept {
        let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
        assert_eq!((stored.status, &*stored.body), (200, xml.as_bytes()));
    }
}

#[test]
fn while_the_connection_to_postgres_is_lost_nothing_is_acknowledged() {
    let Some(url) = service("TONGGUAN_TEST_PG") else {
        return;
    };
    let (cable, url) = Proxy::into_url(&url);
    let url = crate::platform::fresh_schema(&url);
    let place = Place::new().with("TONGGUAN_STORE__URL", &url);
    let platform: Platform = place.start();
    let (sender, company) = platform.company(0);
    let first = company.accepted(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    company.until_state(&first, "settled");
    cable.pull();
    let xml = samples::message(Kind::Ceb311, &sender, 2);
    for _ in 0..3 {
        assert_unavailable(&company.submit(xml.as_bytes()));
    }
    wait::until("the platform to say that it is not ready", || {
        (!platform.is_ready()).then_some(())
    });
    cable.put_back();
    let id = wait::until("the database", || {
        let answer = company.submit(xml.as_bytes());
        let id = answer.json()["id"].as_str()?.to_owned();
        (answer.status == 202).then_some(id)
    });
    company.until_state(&id, "settled");
    assert!(platform.is_ready());
    assert_eq!(company.statuses(&id), [2, 3, 120]);
    assert_eq!(company.list().len(), 2);
}

#[test]
fn readiness_and_doctor_report_a_disk_without_room() {
    let place = Place::new().with("TONGGUAN_STORE__FREE_MIB_MIN", "999999999");
    let platform = place.start();
    let text = wait::until("readiness to notice", || {
        let answer = platform.connect().send("GET", "/readyz", None, b"");
        let answer = answer.unwrap();
        (answer.status == 503).then(|| answer.text())
    });
    assert!(text.contains("disk"), "{text}");
    // It is a warning in time: messages are taken as long as there is room.
    let (sender, company) = platform.company(0);
    let id = company.accepted(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    company.until_state(&id, "settled");
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    let stdout = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(stdout.contains("异常  磁盘"), "{stdout}");
}
