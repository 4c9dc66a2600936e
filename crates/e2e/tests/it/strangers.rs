//! Companies among each other, and callers who are none: nobody sees what is not theirs.

use crate::http::Client;
use crate::platform::{Place, Platform};
use crate::samples;
use crate::wait;
use ceb::Kind;
use ceb::sample::Sender;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Messages of each company in the flood.
const MESSAGES: u64 = 60;

/// Three companies at once, in both directions.
#[test]
fn receipts_come_home_to_the_company_that_declared_and_to_nobody_else() {
    let (_place, platform) = Platform::demo();
    let floods: Vec<_> = (0..3)
        .map(|n| {
            let (sender, company) = platform.company(n);
            std::thread::spawn(move || {
                let ids = flood(&sender, &company, u64::try_from(n).unwrap());
                (company, ids)
            })
        })
        .collect();
    let floods: Vec<(Client, BTreeMap<String, String>)> = floods
        .into_iter()
        .map(|flood| flood.join().unwrap())
        .collect();
    for (company, ids) in &floods {
        let feed = wait::until("all receipts", || {
            let feed = company.feed();
            (feed.len() >= ids.len() * 3).then_some(feed)
        });
        let mut statuses: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for item in &feed {
            let id = item["messageId"].as_str().unwrap();
            assert!(ids.contains_key(id), "a stranger's receipt: {item}");
            let status = item["returnStatus"].as_i64().unwrap();
            statuses.entry(id).or_default().push(status);
        }
        assert_eq!(statuses.len(), ids.len());
        assert!(statuses.values().all(|received| *received == [2, 3, 120]));
        // Each receipt is about the order of the message that it is filed under.
        for item in &feed {
            let order_no = &ids[item["messageId"].as_str().unwrap()];
            assert!(
                item["documentKey"].as_str().unwrap().contains(order_no),
                "{item}"
            );
        }
    }
    assert_eq!(platform.n_parked(), 0.0);
}

/// Declares many orders of both directions; answers the order number of each message.
fn flood(sender: &Sender, company: &Client, n: u64) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    for at in 0..MESSAGES {
        let kind = if at % 2 == 0 {
            Kind::Ceb311
        } else {
            Kind::Ceb303
        };
        let xml = samples::message(kind, sender, n * 1000 + at);
        let order_no = xml
            .split_once(":orderNo>")
            .and_then(|(_, rest)| rest.split_once('<'))
            .unwrap()
            .0;
        ids.insert(company.accepted(xml.as_bytes()), order_no.to_owned());
    }
    ids
}

#[test]
fn the_message_of_another_company_does_not_exist() {
    let (_place, platform) = Platform::demo();
    let (sender, owner) = platform.company(0);
    let (_, stranger) = platform.company(1);
    let answer = owner
        .submit(samples::message(Kind::Ceb311, &sender, 1).as_bytes())
        .expect(202);
    let id = answer["id"].as_str().unwrap();
    owner.until_state(id, "settled");
    let number = answer["acceptanceNo"].as_str().unwrap();
    let unknown = stranger.get("/api/v1/messages/1").text();
    for name in [id, number] {
        for path in [
            format!("/api/v1/messages/{name}"),
            format!("/api/v1/messages/{name}/xml"),
        ] {
            let refused = stranger.get(&path);
            assert_eq!(refused.status, 404, "{path}");
            // Not even the answer tells whether it exists.
            assert_eq!(refused.text(), unknown);
            assert_eq!(owner.get(&path).status, 200, "{path}");
        }
    }
    assert!(stranger.list().is_empty());
    assert!(stranger.feed().is_empty());
    assert_eq!(owner.feed().len(), 3);
    let order_no = &owner.message(id)["documents"][0]["orderNo"];
    let path = format!("/api/v1/messages?orderNo={}", order_no.as_str().unwrap());
    assert_eq!(
        stranger.get(&path).expect(200)["items"],
        Value::Array(Vec::new())
    );
}

#[test]
fn nobody_declares_in_the_name_of_another_company() {
    let (_place, platform) = Platform::demo();
    let (sender, _) = platform.company(0);
    let (stranger_sender, stranger) = platform.company(1);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let refused = stranger.submit(xml.as_bytes());
    assert_eq!((refused.status, refused.code().as_str()), (403, "TG-R4031"));
    // With one's own code and another's transmission account neither.
    let half = Sender {
        code: stranger_sender.code,
        ..sender
    };
    let xml = samples::message(Kind::Ceb311, &half, 2);
    let refused = stranger.submit(xml.as_bytes());
    assert_eq!((refused.status, refused.code().as_str()), (403, "TG-R4031"));
    assert!(stranger.list().is_empty());
}

#[test]
fn a_key_that_does_not_open_gets_its_reason() {
    let place = Place::new().serving("api");
    let (sender, key) = place.company(1);
    let platform = place.start();
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let calls = [
        ("POST", "/api/v1/messages", xml.as_bytes()),
        ("POST", "/api/v1/messages:batch", b"".as_slice()),
        ("GET", "/api/v1/messages", b""),
        ("GET", "/api/v1/messages/1", b""),
        ("GET", "/api/v1/messages/1/xml", b""),
        ("GET", "/api/v1/receipts", b""),
    ];
    let cut = &key[..key.len() - 1];
    for (method, path, body) in calls {
        for (given, code) in [
            (None, "TG-R4600"),
            (Some(""), "TG-R4010"),
            (Some(cut), "TG-R4011"),
            (Some("tg_1_nonsense"), "TG-R4011"),
        ] {
            let answer = platform.connect().send(method, path, given, body).unwrap();
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (401, code),
                "{method} {path}"
            );
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    assert_eq!(platform.client(&key).submit(xml.as_bytes()).status, 202);
}

#[test]
fn a_revoked_key_stops_within_about_a_second() {
    let place = Place::new().serving("api");
    let (sender, key) = place.company(1);
    let platform = place.start();
    let company = platform.client(&key);
    assert_eq!(company.get("/api/v1/receipts").status, 200);
    let number = key.split('_').nth(1).unwrap();
    let revoked = place.tool(&["key", "revoke", &sender.code, number]);
    assert_eq!(revoked["revoked"], true);
    let begun = Instant::now();
    let refused = wait::until("the key to stop", || {
        let answer = company.get("/api/v1/receipts");
        (answer.status != 200).then_some(answer)
    });
    assert_eq!((refused.status, refused.code().as_str()), (401, "TG-R4012"));
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    assert_eq!(company.submit(xml.as_bytes()).code(), "TG-R4012");
    // Twice is once, and another key of the company is not touched.
    let again = place.run(&["key", "revoke", &sender.code, number]);
    assert_eq!(again.status.code(), Some(1));
    let other = place.tool(&["key", "issue", &sender.code]);
    let other = platform.client(other["key"].as_str().unwrap());
    assert_eq!(other.submit(xml.as_bytes()).status, 202);
}

#[test]
fn an_expired_key_says_so() {
    let place = Place::new().serving("api");
    let (_, key) = place.company(1);
    // The command line issues keys for days; the day is moved into the past on the database.
    let database = rusqlite::Connection::open(place.path().join("tongguan.db")).unwrap();
    database
        .execute("update api_key set expires_at = 1000", [])
        .unwrap();
    drop(database);
    let platform = place.start();
    let answer = platform.client(&key).get("/api/v1/receipts");
    assert_eq!((answer.status, answer.code().as_str()), (401, "TG-R4013"));
}

#[test]
fn a_suspended_company_reads_but_does_not_declare() {
    let place = Place::new().serving("api");
    let (sender, key) = place.company(1);
    let database = rusqlite::Connection::open(place.path().join("tongguan.db")).unwrap();
    database
        .execute("update company set suspended = 1", [])
        .unwrap();
    drop(database);
    let platform = place.start();
    let company = platform.client(&key);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let refused = company.submit(xml.as_bytes());
    assert_eq!((refused.status, refused.code().as_str()), (403, "TG-R4030"));
    assert_eq!(company.get("/api/v1/receipts").status, 200);
    assert!(company.list().is_empty());
}
