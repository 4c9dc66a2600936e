//! Nothing acknowledged is lost or doubled: the process is killed again and again under load, and
//! in the end the platform is compared with what its callers were answered.
//!
//! Callers do what the API's description says: when there is no answer they send the same bytes
//! again. Kills come at moments drawn by chance; some rounds are shorter than the lease of the dead
//! process, others long enough for the pipeline to be in the middle of its work.

use crate::http::{Client, Connection};
use crate::platform::{Engine, Place};
use crate::samples;
use crate::wait::{self, Chance};
use ceb::Kind;
use ceb::sample::Sender;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Kills of one run.
const KILLS: u32 = 30;

/// Connections that submit.
const CALLERS: usize = 9;

/// Messages that may be begun at the start of a round, and shortly before its end.
const EARLY: i64 = 25;
const LATE: i64 = 50;

#[test]
fn nothing_acknowledged_is_lost_or_doubled_on_sqlite() {
    run(Engine::Sqlite);
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_on_postgres() {
    run(Engine::Postgres);
}

/// What a caller remembers of a message.
pub(crate) struct SentMessage {
    pub(crate) xml: String,
    /// The id it was given; nothing while there was no answer.
    pub(crate) id: Option<String>,
    /// Times that it was sent without an answer.
    pub(crate) n_unanswered: u32,
}

/// What callers, killer and reader share.
struct Setup {
    /// Where the platform listens now.
    address: Mutex<String>,
    /// Messages that may be begun.
    budget: AtomicI64,
    is_over: AtomicBool,
}

impl Setup {
    fn client(&self, key: &str) -> Client {
        Client {
            address: self.address.lock().unwrap().clone(),
            key: key.to_owned(),
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

fn run(engine: Engine) {
    let Some(place) = Place::on(engine) else {
        return;
    };
    // What a dead process had taken from a queue comes again at once: nobody waits for its lease.
    let place = place.with("TONGGUAN_QUEUE__BUILTIN__LEASE_MS", "3600000");
    let mut chance = Chance::from_environment(&format!("kill {engine:?}"));
    let mut platform = place.start();
    let companies: Vec<(Sender, String)> = (0..3)
        .map(|n| {
            let (sender, company) = platform.company(n);
            (sender, company.key)
        })
        .collect();
    let setup = Arc::new(Setup {
        address: Mutex::new(platform.address.clone()),
        budget: AtomicI64::new(0),
        is_over: AtomicBool::new(false),
    });
    let callers: Vec<_> = (0..CALLERS)
        .map(|n| {
            let (setup, company) = (Arc::clone(&setup), companies[n % 3].clone());
            std::thread::spawn(move || call(&setup, &company, n))
        })
        .collect();
    let reader = std::thread::spawn({
        let (setup, key) = (Arc::clone(&setup), companies[0].1.clone());
        move || follow(&setup, &key)
    });

    for _ in 0..KILLS {
        setup.budget.store(EARLY, Ordering::SeqCst);
        // One round in three outlives the lease of the process that was killed before it.
        let is_long = chance.below(3) == 0;
        let quiet_ms = if is_long { 2800 } else { 200 } + chance.below(900);
        wait::pause(Duration::from_millis(quiet_ms));
        setup.budget.store(LATE, Ordering::SeqCst);
        wait::pause(Duration::from_millis(5 + chance.below(120)));
        platform.process.kill();
        platform = place.start();
        setup.address.lock().unwrap().clone_from(&platform.address);
    }
    setup.is_over.store(true, Ordering::SeqCst);
    let sent: Vec<Vec<SentMessage>> = callers
        .into_iter()
        .map(|caller| caller.join().unwrap())
        .collect();
    let followed = reader.join().unwrap();
    let n_sent: usize = sent.iter().map(Vec::len).sum();
    let n_in_flight = sent
        .iter()
        .flatten()
        .filter(|message| message.n_unanswered > 0)
        .count();
    println!("{engine:?}: {KILLS} kills, {n_sent} messages, {n_in_flight} in flight at a kill");
    assert!(n_in_flight > 0, "no kill hit a submission");
    for (n, (_, key)) in companies.iter().enumerate() {
        let mine = sent.iter().skip(n).step_by(3).flatten().collect();
        compare(&platform.client(key), mine);
    }
    assert_eq!(platform.n_parked(), 0.0);
    // Who read on from cursor to cursor through all the kills has missed nothing.
    let feed = platform.client(&companies[0].1).feed();
    assert_eq!(followed, feed[..followed.len()]);
}

/// A company's program: sends, and sends again until there is an answer.
fn call(setup: &Setup, (sender, key): &(Sender, String), n: usize) -> Vec<SentMessage> {
    let mut sent: Vec<SentMessage> = Vec::new();
    let mut connection: Option<Connection> = None;
    let mut seed = u64::try_from(n).unwrap() * 10_000;
    loop {
        let is_waiting = sent.last().is_some_and(|last| last.id.is_none());
        if !is_waiting {
            if setup.is_over() {
                return sent;
            }
            if setup.budget.fetch_sub(1, Ordering::SeqCst) <= 0 {
                wait::pause(Duration::from_millis(5));
                continue;
            }
            seed += 1;
            let kind = if seed % 2 == 0 {
                Kind::Ceb311
            } else {
                Kind::Ceb303
            };
            sent.push(SentMessage {
                xml: samples::message(kind, sender, seed),
                id: None,
                n_unanswered: 0,
            });
        }
        let open = match connection.take() {
            Some(open) => Ok(open),
            None => Connection::open(&setup.client(key).address),
        };
        let last = sent.last_mut().unwrap();
        let answer = open.and_then(|mut open| {
            let answer = open.send("POST", "/api/v1/messages", Some(key), last.xml.as_bytes())?;
            Ok((open, answer))
        });
        match answer {
            Ok((open, answer)) => {
                connection = Some(open);
                if answer.status == 503 {
                    wait::pause(Duration::from_millis(50));
                    continue;
                }
                let answer = answer.expect(202);
                last.id = Some(answer["id"].as_str().unwrap().to_owned());
            }
            // The process is gone: nobody knows whether the message was stored.
            Err(_) => {
                last.n_unanswered += 1;
                wait::pause(Duration::from_millis(10));
            }
        }
    }
}

/// Reads the feed from cursor to cursor while the platform comes and goes.
fn follow(setup: &Setup, key: &str) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut after = "0".to_owned();
    while !setup.is_over() {
        let path = format!("/api/v1/receipts?after={after}&limit=1000&wait=1");
        let Ok(answer) = setup.client(key).try_call("GET", &path, b"") else {
            wait::pause(Duration::from_millis(10));
            continue;
        };
        if answer.status == 503 {
            continue;
        }
        let page = answer.expect(200);
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        after = page["next"].as_str().unwrap().to_owned();
    }
    found
}

/// Compares what a company was told with what the platform has.
pub(crate) fn compare(company: &Client, sent: Vec<&SentMessage>) {
    let mut by_id: BTreeMap<&str, &SentMessage> = BTreeMap::new();
    for one in sent {
        let id = one.id.as_deref().unwrap();
        assert!(
            by_id.insert(id, one).is_none(),
            "two messages were told the same id {id}"
        );
    }
    wait::until("every message to be settled", || {
        let waiting = company.list();
        let n_settled = waiting.iter().filter(|m| m["state"] == "settled").count();
        assert!(n_settled <= by_id.len());
        (n_settled == by_id.len()).then_some(())
    });
    // Every acknowledged message is there once, and none that was never submitted.
    let listed = company.list();
    let ids: BTreeSet<&str> = listed.iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), listed.len());
    assert_eq!(ids, by_id.keys().copied().collect());
    assert!(listed.iter().all(|message| message["state"] == "settled"));
    // Its bytes are those that were sent, and sending them again changes nothing.
    let mut connection = Connection::open(&company.address).unwrap();
    let key = Some(company.key.as_str());
    for (id, message) in &by_id {
        let path = format!("/api/v1/messages/{id}/xml");
        let stored = connection.send("GET", &path, key, b"").unwrap();
        assert_eq!(stored.body, message.xml.as_bytes(), "message {id}");
        let again = connection
            .send("POST", "/api/v1/messages", key, message.xml.as_bytes())
            .unwrap()
            .expect(202);
        assert_eq!(
            (&again["id"], &again["duplicate"]),
            (&Value::from(*id), &Value::from(true))
        );
    }
    // Each has its three receipts once. (In whatever order: what the dead process had taken comes
    // again later than what was behind it.)
    let mut statuses: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for item in company.feed() {
        let id = item["messageId"].as_str().unwrap().to_owned();
        let status = item["returnStatus"].as_i64().unwrap();
        statuses.entry(id).or_default().push(status);
    }
    for received in statuses.values_mut() {
        received.sort_unstable();
    }
    let wrong: Vec<_> = statuses
        .iter()
        .filter(|(_, received)| **received != [2, 3, 120])
        .collect();
    assert!(wrong.is_empty(), "receipts lost or doubled: {wrong:?}");
    assert_eq!(statuses.len(), by_id.len());
    // The counts of the first page are those of what was sent, whatever the kills came between.
    // They are added up behind the steps, a little later when the database was away.
    let n_messages = i64::try_from(by_id.len()).unwrap();
    wait::until("the counts of all that was sent", || {
        let home = company.get("/api/v1/home").expect(200);
        let sum = |name: &str| -> i64 {
            let kinds = home["kinds"].as_array().unwrap().iter();
            kinds.map(|kind| kind[name].as_i64().unwrap()).sum()
        };
        let counts = ["checked", "sent", "settled", "receipts"].map(sum);
        let most = [n_messages, n_messages, n_messages, 3 * n_messages];
        let is_too_much = counts.iter().zip(&most).any(|(count, most)| count > most);
        assert!(!is_too_much, "counted twice: {counts:?} of {most:?}");
        (counts == most).then_some(())
    });
}
