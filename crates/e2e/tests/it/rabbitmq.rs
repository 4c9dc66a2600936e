//! Platform and customs as processes of their own, with a real broker between them.

use crate::http::Client;
use crate::platform::{Place, Platform, Process, service};
use crate::proxy::Proxy;
use crate::samples;
use crate::wait::{self, Chance};
use ceb::Kind;
use ceb::sample::Sender;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Rounds of the test in which processes and connections die.
const ROUNDS: u32 = 6;

/// Messages of each round.
const MESSAGES: u64 = 40;

/// A place whose queue is this broker, with queue names of its own.
fn place(url: &str, names: &str) -> Place {
    named(Place::new(), url, names)
}

/// A place on this broker with queues that no other test has.
pub(crate) fn on_broker(place: Place, url: &str) -> Place {
    named(place, url, &names())
}

fn named(place: Place, url: &str, names: &str) -> Place {
    let mut place = place
        .with("TONGGUAN_QUEUE__KIND", "rabbitmq")
        .with("TONGGUAN_QUEUE__RABBITMQ__URL", url)
        .with("TONGGUAN_QUEUE__RABBITMQ__QUEUE_KIND", "classic")
        .with("TONGGUAN_QUEUE__RABBITMQ__RETRY_MS_MAX", "500");
    for name in ["IMPORT_UP", "IMPORT_DOWN", "EXPORT_UP", "EXPORT_DOWN"] {
        let setting = format!("TONGGUAN_CUSTOMS__{name}");
        place = place.with(&setting, &format!("{names}.{name}"));
    }
    place
}

fn names() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("e2e.{}.{n}", std::process::id())
}

pub(crate) fn customs(place: &Place) -> Process {
    place.spawn(&["customs-sim".to_owned()], false).0
}

struct Setup {
    place: Place,
    sender: Sender,
    key: String,
}

impl Setup {
    fn new(url: &str, names: &str) -> Self {
        let place = place(url, names).serving("api,pipeline");
        let (sender, key) = place.company(1);
        Self { place, sender, key }
    }

    fn declare(&self, company: &Client, seed: u64) -> String {
        let kind = if seed.is_multiple_of(2) {
            Kind::Ceb311
        } else {
            Kind::Ceb303
        };
        company.accepted(samples::message(kind, &self.sender, seed).as_bytes())
    }
}

/// Every message is settled and has its three receipts once.
pub(crate) fn assert_all_home(company: &Client, ids: &[String]) {
    wait::until("all receipts", || {
        let n_settled = company
            .list()
            .iter()
            .filter(|m| m["state"] == "settled")
            .count();
        (n_settled == ids.len()).then_some(())
    });
    let feed = company.feed();
    for id in ids {
        let receipts = feed.iter().filter(|item| item["messageId"] == *id);
        let mut statuses: Vec<i64> = receipts
            .map(|item| item["returnStatus"].as_i64().unwrap())
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [2, 3, 120], "message {id}");
    }
    assert_eq!(feed.len(), ids.len() * 3);
}

#[test]
fn declarations_travel_over_the_broker_and_come_home() {
    let Some(url) = service("TONGGUAN_TEST_RABBITMQ") else {
        return;
    };
    let names = names();
    let setup = Setup::new(&url, &names);
    let platform = setup.place.start();
    let company = platform.client(&setup.key);
    // Customs is not there yet: what is sent waits in the broker.
    let ids: Vec<String> = (0..20).map(|seed| setup.declare(&company, seed)).collect();
    for id in &ids {
        company.until_state(id, "sent");
    }
    let customs_place = place(&url, &names);
    let customs = customs(&customs_place);
    assert_all_home(&company, &ids);
    assert_eq!(platform.n_parked(), 0.0);
    assert_eq!(customs.stop(), Some(0));
    assert_eq!(platform.process.stop(), Some(0));
}

#[test]
fn processes_and_connections_die_and_every_receipt_comes_home_once() {
    let Some(url) = service("TONGGUAN_TEST_RABBITMQ") else {
        return;
    };
    let mut chance = Chance::from_environment("rabbitmq");
    let (cable, through) = Proxy::into_url(&url);
    let names = names();
    let setup = Setup::new(&through, &names);
    let customs_place = place(&through, &names);
    let mut platform: Platform = setup.place.start();
    let mut simulator = customs(&customs_place);
    let mut ids = Vec::new();
    for round in 0..ROUNDS {
        let company = platform.client(&setup.key);
        let first = u64::from(round) * MESSAGES;
        ids.extend((first..first + MESSAGES).map(|seed| setup.declare(&company, seed)));
        wait::pause(Duration::from_millis(chance.below(300)));
        match round % 3 {
            0 => {
                simulator.kill();
                simulator = customs(&customs_place);
            }
            1 => {
                platform.process.kill();
                platform = setup.place.start();
            }
            _ => {
                cable.pull();
                // Accepting does not need the broker.
                ids.push(setup.declare(&company, 100_000 + u64::from(round)));
                wait::pause(Duration::from_millis(chance.below(500)));
                cable.put_back();
            }
        }
    }
    assert_all_home(&platform.client(&setup.key), &ids);
    assert_eq!(platform.n_parked(), 0.0);
    assert!(simulator.is_running());
}
