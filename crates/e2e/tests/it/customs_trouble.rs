//! Customs misbehaves: silent, slow, wrong, twice, in disorder. Whatever it says is kept, goes to
//! the company that declared or is parked for a person, and holds nobody else up.

use crate::http::Client;
use crate::platform::{Place, Platform};
use crate::samples;
use crate::wait;
use bytes::Bytes;
use ceb::envelope::{Envelope, Node};
use ceb::sample::Sender;
use ceb::{Kind, ReturnStatus};
use queue::{Builtin, Queue};
use std::time::{Duration, Instant};
use store::clock::SystemClock;

/// Queue of receipts of import declarations, by default.
pub(crate) const IMPORT_DOWN: &str = "tongguan.customs.import.down";

/// Magic word, kind, what the company is told in the end, state of its message.
const WORDS: &[(&str, Kind, &[i64], &str)] = &[
    ("ZZ-R1332", Kind::Ceb311, &[2, 3, 100], "settled"),
    ("ZZ-N621018", Kind::Ceb311, &[-621_018], "settled"),
    ("ZZ-DUP", Kind::Ceb311, &[2, 3, 120], "settled"),
    ("ZZ-ORDER", Kind::Ceb311, &[2, 3, 120], "settled"),
    ("ZZ-BATCH", Kind::Ceb311, &[2, 3, 120], "settled"),
    ("ZZ-UNKNOWN777", Kind::Ceb311, &[2, 3, 120, 777], "answered"),
    ("ZZ-GARBAGE", Kind::Ceb303, &[2, 3, 120], "settled"),
    ("ZZ-SENDFAIL", Kind::Ceb303, &[2, 4], "settled"),
    ("ZZ-MANUAL", Kind::Ceb621, &[2, 3, 120, 300], "answered"),
    (
        "ZZ-INSPECT",
        Kind::Ceb621,
        &[2, 3, 120, 500, 800, 899],
        "settled",
    ),
];

#[test]
fn whatever_customs_says_comes_home() {
    let place = Place::new().with("TONGGUAN_CUSTOMS_BOX__TAX_BILLS", "false");
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let silent = samples::marked(Kind::Ceb311, &sender, 1, "ZZ-SILENT");
    let silent = company.accepted(silent.as_bytes());
    let ids: Vec<String> = WORDS
        .iter()
        .zip(10..)
        .map(|((word, kind, ..), seed)| {
            company.accepted(samples::marked(*kind, &sender, seed, word).as_bytes())
        })
        .collect();
    let mut wrong = Vec::new();
    for ((word, _, expected, state), id) in WORDS.iter().zip(&ids) {
        let mut statuses = Vec::new();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(15) {
            statuses = company.statuses(id);
            if statuses.len() >= expected.len() && company.state(id) == *state {
                break;
            }
            wait::pause(Duration::from_millis(20));
        }
        let mut sorted = statuses.clone();
        sorted.sort_by_key(|status| expected.iter().position(|one| one == status));
        if sorted != *expected || company.state(id) != *state {
            wrong.push(format!("{word}: {statuses:?}, {}", company.state(id)));
        }
        // The latest time decides, not the last to arrive.
        let latest = company.message(id)["documents"][0]["returnStatus"].clone();
        if latest != *expected.last().unwrap() {
            wrong.push(format!("{word}: the latest status is {latest}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Only the bytes of ZZ-GARBAGE fitted nothing.
    assert_eq!(platform.n_parked(), 1.0);
    assert_eq!(company.state(&silent), "sent");
    assert!(company.statuses(&silent).is_empty());
}

#[test]
fn slow_customs_is_waited_for_and_others_pass() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let slow = samples::marked(Kind::Ceb311, &sender, 1, "ZZ-D2S");
    let slow = company.accepted(slow.as_bytes());
    let quick = company.accepted(samples::message(Kind::Ceb311, &sender, 2).as_bytes());
    company.until_state(&quick, "settled");
    assert_eq!(company.state(&slow), "sent");
    company.until_state(&slow, "settled");
    assert_eq!(company.statuses(&slow), [2, 3, 120]);
}

#[test]
fn a_format_fault_ends_the_whole_message() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = ceb::sample::message(&ceb::sample::Spec {
        n_documents: 5,
        marker: Some("ZZ-900".to_owned()),
        ..samples::spec(Kind::Ceb311, &sender, 1)
    });
    let id = company.accepted(xml.as_bytes());
    let detail = company.until_state(&id, "settled");
    let receipts = detail["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0]["kind"], "CEB900");
    assert!(receipts[0]["returnStatus"].as_i64().unwrap() < 0);
    assert_eq!(company.feed().len(), 1);
    assert_eq!(platform.n_parked(), 0.0);
}

/// Puts bodies on a queue of the platform, as customs' node would.
pub(crate) fn put(place: &Place, queue: &str, bodies: Vec<Bytes>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let db = store::Db::open(&store::StoreConfig {
            url: format!("sqlite:{}", place.path().join("queue.db").display()),
            ..store::StoreConfig::default()
        });
        let clock = SystemClock::shared();
        let builtin = Builtin::new(
            db.unwrap(),
            clock,
            63,
            queue::builtin::BuiltinConfig::default(),
        );
        builtin.put(queue, &bodies).await.unwrap();
    });
}

/// A receipt of customs in its envelope.
fn receipt(spec: &ceb::sample::Spec, receiver: &Sender, status: i32, number: u32) -> Bytes {
    let xml = ceb::sample::receipt(spec, ReturnStatus(status), "测试回执");
    sealed(xml.into_bytes(), receiver, number)
}

fn sealed(data: Vec<u8>, receiver: &Sender, number: u32) -> Bytes {
    Bytes::from(ceb::envelope::seal(&Envelope {
        cop_msg_id: format!("E2E{number:08}"),
        sender_id: "DXPEDCCEB0000002".to_owned(),
        receiver_ids: vec![receiver.dxp_id.clone()],
        creat_time: "2026-01-05T09:30:00".to_owned(),
        msg_type: "CEB312Message".to_owned(),
        data,
        node: Some(Node {
            msg_id: format!("0000000220260105093000{number:010}"),
            sub_msg_id: None,
            send_time: "2026-01-05T09:30:00".to_owned(),
            end_node: "01000001".to_owned(),
            sta_node: "00000002".to_owned(),
        }),
        add_info: None,
    }))
}

#[test]
fn garbage_from_customs_is_parked_and_the_rest_goes_on() {
    let (place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let before = company.accepted(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    company.until_state(&before, "settled");
    let nobodys = receipt(&samples::spec(Kind::Ceb311, &sender, 999), &sender, 2, 1);
    let garbage = vec![
        Bytes::from_static(b"\x00\xff\xfe"),
        Bytes::from_static(b"<html><body>502 Bad Gateway</body></html>"),
        Bytes::from(nobodys[..nobodys.len() / 2].to_vec()),
        sealed(b"not XML".to_vec(), &sender, 2),
        sealed(
            samples::message(Kind::Ceb311, &sender, 3).into_bytes(),
            &sender,
            3,
        ),
        nobodys.clone(),
        Bytes::from(vec![b'<'; 1 << 20]),
    ];
    let n_garbage = garbage.len();
    // A good one behind each piece of garbage.
    let spec = samples::spec(Kind::Ceb311, &sender, 1);
    let mut bodies = Vec::new();
    for (piece, number) in garbage.into_iter().zip(10..) {
        bodies.push(piece);
        bodies.push(receipt(
            &spec,
            &sender,
            300 + number,
            u32::try_from(number).unwrap(),
        ));
    }
    put(&place, IMPORT_DOWN, bodies.clone());
    let statuses = wait::until("the good receipts", || {
        let statuses = company.statuses(&before);
        (statuses.len() >= 3 + n_garbage).then_some(statuses)
    });
    assert_eq!(statuses[..3], [2, 3, 120]);
    assert_eq!(statuses.len(), 3 + n_garbage);
    let n_parked = platform.n_parked();
    assert_eq!(n_parked, 7.0);
    // Customs says the same again: nothing is told twice, nothing is parked twice.
    bodies.push(receipt(&spec, &sender, 399, 99));
    put(&place, IMPORT_DOWN, bodies);
    wait::until("the last receipt", || {
        (company.statuses(&before).last() == Some(&399)).then_some(())
    });
    assert_eq!(company.statuses(&before).len(), 4 + n_garbage);
    assert_eq!(platform.n_parked(), n_parked);
    let after = company.accepted(samples::message(Kind::Ceb311, &sender, 2).as_bytes());
    company.until_state(&after, "settled");
    // Whoever looks after the platform is informed.
    let doctor = place.run(&["doctor", "--json"]);
    assert_eq!(doctor.status.code(), Some(1));
}

#[test]
fn a_receipt_addressed_to_another_company_is_parked() {
    let (place, platform) = Platform::demo();
    let (sender, owner) = platform.company(0);
    let (stranger_sender, stranger) = platform.company(1);
    let id = owner.accepted(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    owner.until_state(&id, "settled");
    let spec = samples::spec(Kind::Ceb311, &sender, 1);
    let n_before = platform.n_parked();
    put(
        &place,
        IMPORT_DOWN,
        vec![receipt(&spec, &stranger_sender, 300, 1)],
    );
    wait::until("the receipt", || {
        (platform.n_parked() > n_before).then_some(())
    });
    assert!(stranger.feed().is_empty());
    assert!(receipts_with(&owner, &id, 300).is_none());
}

fn receipts_with(company: &Client, id: &str, status: i64) -> Option<()> {
    company.statuses(id).contains(&status).then_some(())
}
