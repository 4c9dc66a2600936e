//! Three nodes on one database and one broker share the companies; each of them is killed in its turn.

use crate::http::Client;
use crate::platform::{Engine, Place, Process, service};
use crate::rabbitmq::{assert_all_home, customs, on_broker};
use crate::samples;
use crate::wait;
use ceb::Kind;
use ceb::sample::Sender;
use std::time::Instant;

const NODES: usize = 3;

const COMPANIES: u64 = 6;

/// Messages of each company in a round.
const MESSAGES: u64 = 12;

/// Starts a node that works the lanes, under a number of its own.
fn node(place: &mut Place, number: usize) -> Process {
    let setting = ("TONGGUAN_NODE__NUMBER".to_owned(), number.to_string());
    place.settings.push(setting);
    let verb = ["serve", "--roles", "api,pipeline"].map(str::to_owned);
    let (process, _) = place.spawn(&verb, true);
    place.settings.pop();
    process
}

/// How many shards of the check of imports each node has, in the order of their numbers.
fn shares(place: &Place) -> Vec<(i64, i64)> {
    let sql = "select split_part(owner, '.', 1)::bigint, count(*) from lane_shard \
               where step = 'import.check' and until_ms > extract(epoch from now()) * 1000 \
               group by 1 order by 1";
    let rows = place.postgres().query(sql, &[]).unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn until_shared(place: &Place, wanted: &[(i64, i64)]) {
    wait::until("equal shares", || (shares(place) == wanted).then_some(()));
}

/// The order numbers of a company in the order in which customs has first seen them.
fn seen_by_customs(place: &Place, sender: &Sender) -> Vec<String> {
    let customs = rusqlite::Connection::open(place.path().join("customs-box.db")).unwrap();
    let sql = "select key from box_document where receiver = ?1 order by id";
    let mut find = customs.prepare(sql).unwrap();
    let keys = find.query_map([&sender.dxp_id], |row| row.get::<_, String>(0));
    let order_no = |key: String| key.rsplit('|').next().unwrap_or_default().to_owned();
    keys.unwrap().map(|key| order_no(key.unwrap())).collect()
}

fn order_no(xml: &str) -> String {
    let (_, rest) = xml.split_once("<ceb:orderNo>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[test]
fn three_nodes_share_the_companies_and_any_of_them_may_die() {
    let Some(url) = service("TONGGUAN_TEST_RABBITMQ") else {
        return;
    };
    let Some(place) = Place::on(Engine::Postgres) else {
        return;
    };
    let mut place = on_broker(place, &url).serving("api");
    let senders: Vec<(Sender, String)> = (1..=COMPANIES).map(|n| place.company(n)).collect();
    let api = place.start();
    let clients: Vec<Client> = senders.iter().map(|(_, key)| api.client(key)).collect();
    let _customs = customs(&place);
    let mut nodes: Vec<Process> = (1..=NODES).map(|n| node(&mut place, n)).collect();
    until_shared(&place, &[(1, 8), (2, 8), (3, 8)]);
    let mut ids = vec![Vec::new(); senders.len()];
    let mut orders = ids.clone();
    for round in 0..=NODES {
        for seed in 0..MESSAGES {
            for (n, (sender, _)) in senders.iter().enumerate() {
                // No two companies declare the same order.
                let seed = (round * 100 + n) as u64 * 100 + seed;
                let xml = samples::message(Kind::Ceb311, sender, seed);
                ids[n].push(clients[n].accepted(xml.as_bytes()));
                orders[n].push(order_no(&xml));
            }
        }
        let Some(dead) = nodes.get_mut(round) else {
            break;
        };
        dead.kill();
        let killed = Instant::now();
        let alive: Vec<(i64, i64)> = (1..=3)
            .filter(|number| *number != i64::try_from(round + 1).unwrap())
            .map(|number| (number, 12))
            .collect();
        until_shared(&place, &alive);
        println!("its shards were taken over after {:?}", killed.elapsed());
        nodes[round] = node(&mut place, round + 1);
        until_shared(&place, &[(1, 8), (2, 8), (3, 8)]);
    }
    for (client, ids) in clients.iter().zip(&ids) {
        assert_all_home(client, ids);
    }
    for ((sender, _), orders) in senders.iter().zip(&orders) {
        assert_eq!(&seen_by_customs(&place, sender), orders);
    }
    assert!(nodes.iter_mut().all(Process::is_running));
}
