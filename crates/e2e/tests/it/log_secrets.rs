//! Nothing of what companies send or customs answers comes into a log, whatever goes wrong with it.
//!
//! A word that stands nowhere else is sent through every way to fail; then the log is searched for it,
//! as text and in the forms in which bytes are printed.

use crate::customs_trouble::{IMPORT_DOWN, put};
use crate::http::Connection;
use crate::platform::{Place, Platform};
use crate::samples;
use crate::wait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ceb::Kind;

/// The word.
const CANARY: &str = "CANARYWQ7X4Z";

/// The word as a log may show it: as text, in hexadecimal, as a list of numbers, in Base64.
fn forms() -> Vec<String> {
    let bytes = CANARY.as_bytes();
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let mut forms = vec![
        CANARY.to_owned(),
        CANARY.to_ascii_lowercase(),
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        numbers.join(", "),
    ];
    for before in 0..3 {
        let padded = [&vec![b'.'; before][..], bytes].concat();
        let text = STANDARD.encode(padded);
        // The ends depend on what stands beside the word.
        forms.push(text[4..text.len() - 4].to_owned());
    }
    forms
}

fn assert_silent(platform: &Platform) {
    let log = platform.process.log();
    assert!(log.contains("INFO") || log.contains("WARN"), "{log}");
    for form in forms() {
        let line = log.lines().find(|line| line.contains(&form));
        assert!(line.is_none(), "{form}: {}", line.unwrap_or_default());
    }
}

/// A message that carries the word in the name and number of a person.
fn with_word(xml: &str) -> String {
    let mut marked = xml.to_owned();
    for element in [
        "buyerName",
        "consignee",
        "consigneeAddress",
        "buyerIdNumber",
    ] {
        let open = format!("<ceb:{element}>");
        if let Some(at) = marked.find(&open) {
            marked.insert_str(at + open.len(), CANARY);
        }
    }
    assert!(marked.contains(CANARY));
    marked
}

/// Requests of all kinds that carry the word and cannot succeed.
fn refuse(platform: &Platform, key: &str) {
    let word = CANARY.as_bytes();
    let broken = format!("<a><{CANARY}></a>");
    let json = format!("{{\"xml\":\"{CANARY}\",\"{CANARY}\":1}}");
    let form = format!("openReq={CANARY}");
    let paths = [
        "/api/v1/messages",
        "/api/v1/messages:batch",
        "/api/v1/preflight",
        "/api/v1/tax-estimate",
        "/api/v1/signature-clinic",
        "/api/v1/payment-data",
        "/179/1105960001/platDataOpen",
        "/login",
        "/register",
        "/oauth2/token",
        "/cas/login",
    ];
    for path in paths {
        for body in [word, broken.as_bytes(), json.as_bytes(), form.as_bytes()] {
            let mut connection = Connection::open(&platform.address).unwrap();
            // Some ask for another content type, some hang up: whatever they do, they do it silently.
            let _ = connection.send("POST", path, Some(key), body);
        }
    }
}

#[test]
fn what_goes_wrong_is_logged_without_what_was_sent() {
    // As loud as the settings can make it; libraries are held back whatever the settings say.
    let place = Place::new()
        .with("TONGGUAN_NODE__LOG", "trace")
        .with("TONGGUAN_STORE__SQLITE_BUSY_MS", "200");
    let platform = place.start();
    let (sender, company) = platform.company(0);
    // Refused by the check; in time, and while the database takes nothing.
    let xml = with_word(&samples::message(Kind::Ceb311, &sender, 1));
    let bad = xml.replace("<ceb:appType>1", "<ceb:appType>7");
    let refused = company.accepted(bad.as_bytes());
    company.until_state(&refused, "refused");
    let other = with_word(&samples::message(Kind::Ceb311, &sender, 2));
    let other = company.accepted(other.as_bytes());
    wait::until("the check", || {
        ["refused", "settled"]
            .contains(&company.state(&other).as_str())
            .then_some(())
    });
    let locked = rusqlite::Connection::open(place.path().join("tongguan.db")).unwrap();
    locked.execute_batch("begin immediate").unwrap();
    let late = with_word(&samples::message(Kind::Ceb311, &sender, 3));
    assert_eq!(company.submit(late.as_bytes()).status, 503);
    locked.execute_batch("rollback").unwrap();
    // A signature over something else.
    let list = with_word(&samples::message(Kind::Ceb621, &sender, 4));
    let _ = company.submit(list.as_bytes());
    refuse(&platform, &company.key);
    // Answers of customs that nobody can read, or that are nobody's.
    let nobodys = samples::spec(Kind::Ceb312, &sender, 999);
    let answer = ceb::sample::receipt(&nobodys, ceb::ReturnStatus(100), CANARY);
    let garbage = [
        CANARY.to_owned(),
        format!("<{CANARY}>"),
        format!("<a>{CANARY}</b>"),
        answer.replace(
            "<ceb:guid>",
            &format!("<ceb:{CANARY}>x</ceb:{CANARY}><ceb:guid>"),
        ),
        answer,
    ];
    put(&place, IMPORT_DOWN, garbage.map(Bytes::from).to_vec());
    wait::until("the garbage to be parked", || {
        (platform.n_parked() >= 4.0).then_some(())
    });
    assert_silent(&platform);
}
