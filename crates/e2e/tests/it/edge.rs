//! The edge: hosts, proxies, who may read the numbers, and what happens to open requests at the end.

use crate::http::{Answer, Connection};
use crate::platform::{Place, Platform};
use crate::samples;
use crate::shares::polls_of;
use crate::wait;
use ceb::Kind;

/// Sends whatever bytes and reads the answer.
#[track_caller]
fn raw(platform: &Platform, request: &str) -> Answer {
    let mut connection = platform.connect();
    connection.write(request.as_bytes()).unwrap();
    connection.read().unwrap()
}

#[test]
fn a_request_names_one_host() {
    let (_place, platform) = Platform::demo();
    let own = &platform.address;
    for good in [
        format!("GET /healthz HTTP/1.1\r\nhost: {own}\r\n\r\n"),
        format!("GET http://{own}/healthz HTTP/1.1\r\nhost: {own}\r\n\r\n"),
        "GET /healthz HTTP/1.0\r\n\r\n".to_owned(),
    ] {
        assert_eq!(raw(&platform, &good).status, 200, "{good}");
    }
    for bad in [
        "GET /healthz HTTP/1.1\r\n\r\n".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nhost: {own}\r\nhost: other.example\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\nhost: {own}\r\nHost: {own}\r\n\r\n"),
        format!("GET http://other.example/healthz HTTP/1.1\r\nhost: {own}\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\nhost: {own}, other.example\r\n\r\n"),
        "GET /healthz HTTP/1.1\r\nhost: user@127.0.0.1\r\n\r\n".to_owned(),
        "GET /nowhere HTTP/1.1\r\n\r\n".to_owned(),
    ] {
        let answer = raw(&platform, &bad);
        let result = (answer.status, answer.code());
        assert_eq!(result, (400, "TG-R4007".to_owned()), "{bad}");
        assert_eq!(answer.header("connection"), Some("close"));
    }
}

#[test]
fn numbers_and_particulars_are_for_those_inside() {
    let place = Place::new();
    let token = place.path().join("token");
    std::fs::write(&token, "a-token-of-some-length\n").unwrap();
    let place = place.with("TONGGUAN_HTTP__METRICS_TOKEN_FILE", token.to_str().unwrap());
    let platform = place.start();
    let own = &platform.address;
    let ask = |path: &str, headers: &str| {
        raw(
            &platform,
            &format!("GET {path} HTTP/1.1\r\n{headers}\r\n\r\n"),
        )
    };
    let own_host = format!("host: {own}");
    assert_eq!(ask("/metrics", &own_host).status, 200);
    let token = "host: tongguan.example\r\nauthorization: Bearer a-token-of-some-length";
    assert_eq!(ask("/metrics", token).status, 200);
    for outside in [
        "host: tongguan.example".to_owned(),
        format!("{own_host}\r\nx-forwarded-for: 127.0.0.1"),
        format!("{own_host}\r\nforwarded: for=127.0.0.1"),
        "host: tongguan.example\r\nauthorization: Bearer a-token-of-no-worth".to_owned(),
    ] {
        let answer = ask("/metrics", &outside);
        let result = (answer.status, answer.code());
        assert_eq!(result, (403, "TG-R4036".to_owned()), "{outside}");
        let ready = ask("/readyz", &outside);
        assert_eq!((ready.status, ready.text().as_str()), (200, "ready\n"));
    }
}

/// A login that fails, through a proxy that adds a line of its own to the caller's.
fn fails(platform: &Platform, forged: &str, real: &str) -> u16 {
    let body = "login=nobody&password=wrong";
    let request = format!(
        "POST /login HTTP/1.1\r\nhost: {}\r\nx-forwarded-for: {forged}\r\n\
         x-forwarded-for: {real}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        platform.address,
        body.len()
    );
    raw(platform, &request).status
}

#[test]
fn a_forged_line_before_that_of_the_proxy_changes_nothing() {
    let place = Place::new()
        .with("TONGGUAN_REGISTRY__TRUSTED_PROXIES", "[\"127.0.0.0/8\"]")
        .with("TONGGUAN_REGISTRY__ADDRESS_FAILURES_MAX", "3");
    let platform = place.start();
    let statuses: Vec<u16> = (0..6)
        .map(|n| fails(&platform, &format!("203.0.113.{n}"), "198.51.100.1"))
        .collect();
    assert_eq!(statuses[3..], [429, 429, 429], "{statuses:?}");
    // Nor does another address in the same line of a customer.
    let statuses: Vec<u16> = (0..4)
        .map(|n| fails(&platform, "203.0.113.9", &format!("2001:db8::{n}")))
        .collect();
    assert_eq!(statuses[3], 429, "{statuses:?}");
    assert_ne!(fails(&platform, "203.0.113.9", "198.51.100.2"), 429);
}

#[test]
fn open_requests_end_well_when_the_platform_is_stopped() {
    let place = Place::new().with("TONGGUAN_LIMITS__POLLS_PER_CALLER_MAX", "1");
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let open = |request: String| {
        let mut connection = Connection::open(&company.address).unwrap();
        connection.write(request.as_bytes()).unwrap();
        connection
    };
    let headers = format!(
        "host: {}\r\nauthorization: Bearer {}\r\n",
        company.address, company.key
    );
    let mut stream = open(format!("GET /api/v1/events HTTP/1.1\r\n{headers}\r\n"));
    let stream_head = stream.read_head().unwrap();
    assert_eq!(stream_head.status, 200);
    let polls = polls_of(&company, 1, "/api/v1/receipts?after=7&wait=60");
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let mut upload = open(format!(
        "POST /api/v1/messages HTTP/1.1\r\n{headers}expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        xml.len()
    ));
    assert_eq!(upload.read_head().unwrap().status, 100);
    platform.process.ask_to_stop();
    // Who waits is answered: nothing new, and where to go on.
    let answer = polls.recv().unwrap().expect(200);
    assert_eq!(answer["next"], "7");
    assert_eq!(answer["items"].as_array().unwrap().len(), 0);
    // Who listens comes to a proper end.
    stream.read_body(stream_head).unwrap();
    // Who is sending may finish, and is accepted.
    upload.write(xml.as_bytes()).unwrap();
    upload.read().unwrap().expect(202);
    wait::until("the door to be shut", || {
        Connection::open(&company.address).is_err().then_some(())
    });
    let log = place.path().join("log");
    assert_eq!(platform.process.ended(), Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(!log.contains("cut off"), "{log}");
}

#[test]
fn an_early_answer_reaches_a_caller_who_is_still_sending() {
    let (_place, platform) = Platform::demo();
    let (_, company) = platform.company(0);
    for _ in 0..20 {
        let mut connection = platform.connect();
        let head = format!(
            "POST /api/v1/messages HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-length: 12000000\r\n\r\n",
            platform.address, company.key
        );
        connection.write(head.as_bytes()).unwrap();
        // As programs do: all of it first, and then a look at what was said.
        connection.write(&vec![b' '; 12_000_000]).unwrap();
        let answer = connection.read().unwrap();
        assert_eq!((answer.status, answer.code().as_str()), (413, "TG-R4130"));
    }
}
