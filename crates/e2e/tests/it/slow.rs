//! Slow callers: whoever says nothing, drips or does not read is cut off, on every route, and in the
//! meantime others are served.

use crate::http::Connection;
use crate::platform::{Place, Platform};
use crate::samples;
use crate::scan::certificate;
use crate::wait;
use ceb::Kind;
use ceb::sample::Spec;

/// A place with little patience.
fn impatient() -> Place {
    Place::new()
        .with("TONGGUAN_HTTP__HEAD_MS_MAX", "700")
        .with("TONGGUAN_HTTP__IDLE_MS_MAX", "900")
        .with("TONGGUAN_HTTP__PACE_WINDOW_MS", "500")
        .with("TONGGUAN_HTTP__PACE_BYTES_MIN", "1000")
}

/// Writes a byte now and then until the other side has had enough.
fn drip(connection: &mut Connection, byte: &[u8]) {
    wait::until("to be cut off while dripping", || {
        connection.write(byte).is_err().then_some(())
    });
}

#[test]
fn silence_and_dripping_heads_are_cut_off() {
    let place = impatient();
    let platform = place.start();
    let mut silent = platform.connect();
    assert!(silent.until_end().unwrap().is_empty());
    let mut half = platform.connect();
    half.write(b"GET /healthz HTTP/1.1\r\nhost: 127").unwrap();
    assert!(half.until_end().is_ok());
    let mut dripping = platform.connect();
    dripping.write(b"GET /healthz HTTP/1.1\r\nx-").unwrap();
    drip(&mut dripping, b"a");
    // After an answer the next request is awaited, but not for ever.
    let mut kept = platform.connect();
    for _ in 0..2 {
        assert_eq!(kept.send("GET", "/healthz", None, b"").unwrap().status, 200);
    }
    assert!(kept.until_end().unwrap().is_empty());
    assert!(platform.is_ready());
}

/// Who asks now and then keeps his connection longer than a stranger may take for his first request.
#[test]
fn a_stranger_has_less_time_than_who_has_asked_before() {
    let place = Place::new().with("TONGGUAN_HTTP__HEAD_MS_MAX", "700");
    let platform = place.start();
    let mut kept = platform.connect();
    assert_eq!(kept.send("GET", "/healthz", None, b"").unwrap().status, 200);
    let mut silent = platform.connect();
    assert!(silent.until_end().unwrap().is_empty());
    assert_eq!(kept.send("GET", "/healthz", None, b"").unwrap().status, 200);
}

#[test]
fn callers_are_asked_to_drop_an_idle_connection_before_it_is_closed() {
    let place = Place::new().with("TONGGUAN_HTTP__IDLE_MS_MAX", "9000");
    let platform = place.start();
    let mut kept = platform.connect();
    let answer = kept.send("GET", "/healthz", None, b"").unwrap();
    assert_eq!(answer.header("keep-alive"), Some("timeout=8"));
    let answer = kept.send("GET", "/nowhere", None, b"").unwrap();
    assert_eq!(answer.header("keep-alive"), Some("timeout=8"));
}

/// Routes that take a body, with a type that gets it read.
const FORM: &str = "application/x-www-form-urlencoded";
const BODIES: [(&str, &str); 9] = [
    ("/login", FORM),
    ("/register", "multipart/form-data; boundary=x"),
    ("/oauth2/token", FORM),
    ("/cas/login", FORM),
    ("/bootstrap", FORM),
    ("/179/1105960001/platDataOpen", FORM),
    ("/api/v1/messages", "application/xml"),
    ("/api/v1/preflight", "application/xml"),
    ("/api/v1/payment-data", "application/json"),
];

fn post(platform: &Platform, path: &str, kind: &str, n_bytes: usize) -> Connection {
    let mut connection = platform.connect();
    let key = platform.company(0).1.key;
    let authorization = if path.starts_with("/api/") {
        format!("authorization: Bearer {key}\r\n")
    } else {
        String::new()
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\n{authorization}content-type: {kind}\r\n\
         content-length: {n_bytes}\r\n\r\n",
        platform.address
    );
    connection.write(head.as_bytes()).unwrap();
    connection
}

#[test]
fn silent_and_dripping_bodies_are_cut_off_on_every_route() {
    let place = impatient();
    let platform = place.start();
    for (path, kind) in BODIES {
        let mut silent = post(&platform, path, kind, 100_000);
        silent.write(b"<a").unwrap();
        let answer = silent.until_end();
        let answer = String::from_utf8(answer.unwrap_or_else(|_| panic!("{path} waits"))).unwrap();
        // Customs get their own form of an answer; everybody else is told the reason.
        let is_reported = answer.starts_with("HTTP/1.1 408") || path.starts_with("/179/");
        assert!(is_reported, "{path}: {answer}");
        let mut dripping = post(&platform, path, kind, 100_000);
        drip(&mut dripping, b"a");
    }
    let slow = platform.metric("tongguan_slow_transfers_total{direction=\"body\"}");
    assert!(
        slow >= f64::from(u32::try_from(BODIES.len()).unwrap()),
        "{slow}"
    );
    assert!(platform.is_ready());
}

#[test]
fn an_answer_that_nobody_reads_is_given_up() {
    let place = impatient();
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let orders = ceb::sample::message(&Spec {
        n_documents: 100,
        n_lines: 60,
        ..samples::spec(Kind::Ceb311, &sender, 1)
    });
    let described = "</ceb:itemDescribe>";
    let n_more = (9_000_000 - orders.len()) / orders.matches(described).count();
    let big = orders.replace(described, &format!("{}{described}", "a".repeat(n_more)));
    let id = company.accepted(big.as_bytes());
    let mut lazy = platform.connect();
    // Several answers at once: more than the system keeps for somebody who does not read.
    let request = format!(
        "GET /api/v1/messages/{id}/xml HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
        platform.address, company.key
    );
    lazy.write(request.repeat(4).as_bytes()).unwrap();
    let counted = "tongguan_slow_transfers_total{direction=\"answer\"}";
    wait::until("the answer to be given up", || {
        (platform.metric(counted) > 0.0).then_some(())
    });
    // Who reads gets all of it.
    let path = format!("/api/v1/messages/{id}/xml");
    assert!(company.get(&path).body == big.as_bytes());
}

#[test]
fn who_says_nothing_to_tls_is_cut_off() {
    let place = impatient();
    let (chain, key) = certificate(place.path());
    let place = place
        .with("TONGGUAN_HTTP__TLS_CERTIFICATE", chain.to_str().unwrap())
        .with("TONGGUAN_HTTP__TLS_KEY", key.to_str().unwrap())
        .serving("api");
    let platform = place.start();
    let mut silent = platform.connect();
    assert!(silent.until_end().unwrap().is_empty());
    let mut plain = platform.connect();
    plain.write(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert!(plain.until_end().is_ok());
}

#[test]
fn one_address_does_not_take_all_connections() {
    let place = Place::new()
        .with("TONGGUAN_HTTP__CONNECTIONS_MAX", "60")
        .with("TONGGUAN_HTTP__CONNECTIONS_PER_ADDRESS_MAX", "40");
    let platform = place.start();
    let mut silent: Vec<Connection> = (0..200).map(|_| platform.connect()).collect();
    // Those beyond the share are told so at once, and closed.
    let refusal = silent[40].read().unwrap();
    assert_eq!((refusal.status, refusal.code().as_str()), (503, "TG-F5030"));
    assert!(refusal.header("retry-after").is_some());
    let other = || Connection::open_from("127.0.0.2", &platform.address).unwrap();
    let metrics = other().send("GET", "/metrics", None, b"").unwrap().text();
    let counted = "tongguan_places_refused_total{resource=\"connections\",why=\"share\"} ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(counted));
    assert_eq!(line, Some("160"), "{metrics}");
    let healthy = other().send("GET", "/healthz", None, b"").unwrap();
    assert_eq!(healthy.status, 200);
    // With the silent ones gone, their address is served again.
    drop(silent);
    wait::until("a place", || platform.is_ready().then_some(()));
}

#[test]
fn without_descriptors_it_waits_until_some_are_free() {
    // Some thirty are open already, and half of the limit may be connections.
    let place = Place::new().with_files(60);
    let platform = place.start();
    let connections: Vec<Connection> = (0..60).map(|_| platform.connect()).collect();
    drop(connections);
    wait::until("to be served again", || platform.is_ready().then_some(()));
    assert!(platform.metric("tongguan_accept_failures_total ") > 0.0);
}
