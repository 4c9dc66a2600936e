//! Shares: of everything that callers hold for a while, one takes all that he can, and another still
//! gets through.

use crate::http::{Answer, Client, Connection};
use crate::platform::{Engine, Place, Platform};
use crate::samples;
use crate::wait;
use ceb::Kind;
use std::sync::mpsc::{Receiver, channel};

/// A place where what is begun may take its time.
fn patient() -> Place {
    Place::new().with("TONGGUAN_HTTP__PACE_WINDOW_MS", "100000")
}

const MESSAGES: &str = "tongguan_places_held{resource=\"bodies\"} ";
const UPLOADS: &str = "tongguan_places_held{resource=\"uploads\"} ";
const BODIES: &str = "tongguan_places_held{resource=\"request_bodies\"} ";

/// Waits until so many places of a resource are held: what was written has been read by then.
fn held(platform: &Platform, name: &str, n: f64) {
    wait::until("what was sent to arrive", || {
        (platform.metric(name) >= n).then_some(())
    });
}

/// A request that is not finished: head and beginning of a body.
fn begun(client: &Client, path: &str, n_bytes: usize, sent: usize) -> Connection {
    let mut connection = Connection::open(&client.address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         content-type: application/xml\r\nexpect: 100-continue\r\ncontent-length: {n_bytes}\r\n\r\n",
        client.address, client.key
    );
    connection.write(head.as_bytes()).unwrap();
    // It is being read when the platform asks for the body.
    assert_eq!(connection.read_head().unwrap().status, 100);
    connection.write(&vec![b' '; sent]).unwrap();
    connection
}

#[test]
fn bodies_of_one_company_leave_room_for_another() {
    let place = patient()
        .with("TONGGUAN_INTAKE__BATCH_BYTES_MAX", "1000000")
        .with("TONGGUAN_INTAKE__MESSAGE_BYTES_MAX", "1000000")
        .with("TONGGUAN_INTAKE__WAITING_BYTES_MAX", "2000000");
    let platform = place.start();
    let (greedy, other) = (platform.company(0), platform.company(1));
    // What was announced and has not come takes no room, not even the company's own.
    let announced: Vec<Connection> = (0..40)
        .map(|_| begun(&greedy.1, "/api/v1/messages", 900_000, 100))
        .collect();
    let xml = samples::message(Kind::Ceb311, &greedy.0, 1);
    greedy.1.accepted(xml.as_bytes());
    // What has come does.
    let _held = begun(&greedy.1, "/api/v1/messages", 900_000, 890_000);
    // With those that were announced: a place each.
    held(&platform, MESSAGES, 40.0 + 869.0);
    wait::until("the share to be used up", || {
        let mut more = begun(&greedy.1, "/api/v1/messages", 900_000, 300_000);
        let answer = more.read().unwrap();
        (answer.code() == "TG-R4290").then(|| assert_eq!(answer.status, 429))
    });
    let xml = samples::message(Kind::Ceb311, &other.0, 2);
    other.1.accepted(xml.as_bytes());
    let padded = format!("{xml}{}", " ".repeat(900_000 - xml.len()));
    let again = other.1.submit(padded.as_bytes());
    assert_eq!(again.code(), "TG-R4090", "{}", again.text());
    drop(announced);
}

fn streams_of(client: &Client, n: usize) -> Vec<(Connection, Answer)> {
    let open = |_| {
        let mut connection = Connection::open(&client.address).unwrap();
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
            client.address, client.key
        );
        connection.write(request.as_bytes()).unwrap();
        let head = connection.read_head().unwrap();
        (connection, head)
    };
    (0..n).map(open).collect()
}

fn statuses(streams: &[(Connection, Answer)]) -> Vec<u16> {
    streams.iter().map(|(_, answer)| answer.status).collect()
}

#[test]
fn streams_of_one_company_leave_some_for_another() {
    let place = patient()
        .with("TONGGUAN_LIMITS__STREAMS_MAX", "5")
        .with("TONGGUAN_LIMITS__STREAMS_PER_CALLER_MAX", "3");
    let platform = place.start();
    let (_, greedy) = platform.company(0);
    let taken = streams_of(&greedy, 6);
    assert_eq!(statuses(&taken), [200, 200, 200, 429, 429, 429]);
    let (_, other) = platform.company(1);
    let others = streams_of(&other, 1);
    assert_eq!(statuses(&others), [200]);
    // What is closed is given back.
    drop(taken);
    wait::until("a stream", || {
        (statuses(&streams_of(&greedy, 1)) == [200]).then_some(())
    });
}

/// Holds all `n` waiting places of a company by requests of this path; answers where their answers will
/// be heard. One more than there are places is sent, and the one that is refused says that all are taken.
pub(crate) fn polls_of(client: &Client, n: usize, path: &str) -> Receiver<Answer> {
    let (heard, answers) = channel();
    for _ in 0..=n {
        let (client, path, heard) = (client.clone(), path.to_owned(), heard.clone());
        std::thread::spawn(move || {
            if let Ok(answer) = client.try_call("GET", &path, b"") {
                // A test that is over hears nothing any more.
                let _ = heard.send(answer);
            }
        });
    }
    let refused = answers.recv().unwrap();
    assert_eq!((refused.status, refused.code().as_str()), (429, "TG-R4290"));
    answers
}

#[test]
fn waiting_requests_of_one_company_leave_room_for_another() {
    let place = patient()
        .with("TONGGUAN_LIMITS__POLLS_MAX", "3")
        .with("TONGGUAN_LIMITS__POLLS_PER_CALLER_MAX", "2");
    let platform = place.start();
    let (_, greedy) = platform.company(0);
    let _held = polls_of(&greedy, 2, "/api/v1/receipts?wait=60");
    let (_, other) = platform.company(1);
    assert_eq!(other.get("/api/v1/receipts?wait=1").status, 200);
    // Who does not wait needs no place.
    assert_eq!(greedy.get("/api/v1/receipts").status, 200);
}

const READS: &str = "tongguan_places_held{resource=\"reads\"} ";

/// The table of receipts is locked, so that reads of it last until the test lets them go on. With the settings
/// that everybody has.
#[test]
fn reads_of_one_company_leave_readers_for_another() {
    let Some(place) = Place::on(Engine::Postgres) else {
        return;
    };
    let platform = place.start();
    let (_, greedy) = platform.company(0);
    let (sender, other) = platform.company(1);
    let mut client = place.postgres();
    let mut locked = client.transaction().unwrap();
    locked
        .batch_execute("lock table receipt in access exclusive mode")
        .unwrap();
    let (heard, answers) = channel();
    for _ in 0..40 {
        let (client, heard) = (greedy.clone(), heard.clone());
        std::thread::spawn(move || {
            let answer = client.try_call("GET", "/api/v1/receipts?after=0&limit=500", b"");
            // A test that is over hears nothing any more.
            let _ = heard.send(answer.unwrap().status);
        });
    }
    held(&platform, READS, 3.0);
    // Readers are left, whatever the forty do, and a message is accepted as ever.
    for _ in 0..20 {
        assert_eq!(other.get("/api/v1/messages").status, 200);
    }
    other.submit(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    assert_eq!(platform.metric(READS), 3.0);
    locked.rollback().unwrap();
    // Nobody waits for nothing: who had to wait for too long was told so.
    for status in answers.iter().take(40) {
        assert!(matches!(status, 200 | 429), "{status}");
    }
    assert_eq!(greedy.get("/api/v1/receipts?after=0&limit=500").status, 200);
}

/// A registration through a proxy, from this address: head and the beginning of a file.
fn registration(platform: &Platform, from: &str, n_bytes: usize) -> Connection {
    let mut connection = platform.connect();
    let part =
        "--x\r\ncontent-disposition: form-data; name=\"license\"; filename=\"a.pdf\"\r\n\r\n";
    let head = format!(
        "POST /register HTTP/1.1\r\nhost: {}\r\nx-forwarded-for: {from}\r\n\
         content-type: multipart/form-data; boundary=x\r\nexpect: 100-continue\r\n\
         content-length: 1000000\r\n\r\n",
        platform.address
    );
    connection.write(head.as_bytes()).unwrap();
    assert_eq!(connection.read_head().unwrap().status, 100);
    connection.write(part.as_bytes()).unwrap();
    connection.write(&vec![b'x'; n_bytes]).unwrap();
    connection
}

/// A registration that ends; answers the status of its page.
fn finished(platform: &Platform, from: &str) -> u16 {
    let body = "--x\r\ncontent-disposition: form-data; name=\"login\"\r\n\r\nnobody\r\n--x--\r\n";
    let mut connection = platform.connect();
    let request = format!(
        "POST /register HTTP/1.1\r\nhost: {}\r\nx-forwarded-for: {from}\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: {}\r\n\r\n{body}",
        platform.address,
        body.len()
    );
    connection.write(request.as_bytes()).unwrap();
    connection.read().unwrap().status
}

#[test]
fn registrations_from_one_address_leave_room_for_another() {
    let place = patient()
        .with("TONGGUAN_REGISTRY__TRUSTED_PROXIES", "[\"127.0.0.1\"]")
        .with("TONGGUAN_LIMITS__UPLOAD_BYTES_MAX", "500000")
        .with("TONGGUAN_LIMITS__UPLOAD_BYTES_PER_CALLER_MAX", "300000");
    let platform = place.start();
    // Twenty that hardly begin do not even stop their own address.
    let begun: Vec<Connection> = (0..20)
        .map(|_| registration(&platform, "198.51.100.1", 10))
        .collect();
    assert_eq!(
        finished(&platform, "198.51.100.1"),
        400,
        "a form with faults"
    );
    // One that sends much does.
    drop(begun);
    wait::until("their places to be free", || {
        (platform.metric(UPLOADS) == 0.0).then_some(())
    });
    let _held = registration(&platform, "198.51.100.2", 290_000);
    held(&platform, UPLOADS, 283.0);
    wait::until("the share to be used up", || {
        let mut more = registration(&platform, "198.51.100.2", 100_000);
        (more.read().unwrap().status == 429).then_some(())
    });
    assert_eq!(finished(&platform, "198.51.100.3"), 400);
}

/// A call with a long body that nobody has asked who he is for: its beginning.
fn anonymous(platform: &Platform, from: &str, n_bytes: usize) -> Connection {
    let mut connection = platform.connect();
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nhost: {}\r\nx-forwarded-for: {from}\r\n\
         content-type: application/json\r\nexpect: 100-continue\r\n\
         content-length: 4000000\r\n\r\n",
        platform.address
    );
    connection.write(head.as_bytes()).unwrap();
    assert_eq!(connection.read_head().unwrap().status, 100);
    connection.write(&vec![b' '; n_bytes]).unwrap();
    connection
}

#[test]
fn bodies_from_one_address_leave_memory_for_another() {
    let place = patient()
        .with("TONGGUAN_REGISTRY__TRUSTED_PROXIES", "[\"127.0.0.1\"]")
        .with("TONGGUAN_LIMITS__BODY_BYTES_MAX", "1500000")
        .with("TONGGUAN_LIMITS__BODY_BYTES_PER_CALLER_MAX", "1000000");
    let platform = place.start();
    let _held = anonymous(&platform, "198.51.100.1", 900_000);
    held(&platform, BODIES, 878.0);
    wait::until("the share to be used up", || {
        let mut more = anonymous(&platform, "198.51.100.1", 200_000);
        let answer = more.read().unwrap();
        (answer.code() == "TG-R4290").then(|| assert_eq!(answer.status, 429))
    });
    // Another address, and a company from there, are served.
    let (sender, company) = platform.company(0);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    company.accepted(xml.as_bytes());
    assert_eq!(finished(&platform, "198.51.100.2"), 400);
}
