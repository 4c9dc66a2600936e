//! Shares: of everything that callers hold for a while, one takes all that he can, and another still
//! gets through.

use crate::http::{Answer, Client, Connection};
use crate::platform::{Place, Platform};
use crate::wait;
use std::sync::mpsc::{Receiver, channel};

/// A place where what is begun may take its time.
fn patient() -> Place {
    Place::new().with("TONGGUAN_HTTP__PACE_WINDOW_MS", "100000")
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
    let _begun: Vec<Connection> = (0..20)
        .map(|_| registration(&platform, "198.51.100.1", 10))
        .collect();
    assert_eq!(
        finished(&platform, "198.51.100.1"),
        400,
        "a form with faults"
    );
    // One that sends much does.
    let _held = registration(&platform, "198.51.100.2", 290_000);
    wait::until("the share to be used up", || {
        let mut more = registration(&platform, "198.51.100.2", 100_000);
        (more.read().unwrap().status == 429).then_some(())
    });
    assert_eq!(finished(&platform, "198.51.100.3"), 400);
}
