//! Receipts come home: matched, idempotent, in any order, split, parked when nobody's.

mod clocks;
mod courses;
mod damaged;
mod early;
mod explained;
mod handed_over;
mod homes;
mod later;
mod odd;
mod redelivered;
mod unsure;

use super::matching::{Address, Candidate, Home, choose};
use crate::testing::{TestPlatform, accepted};
use bytes::Bytes;
use ceb::envelope::Envelope;
use ceb::{Kind, ReturnStatus};
use registry::company::CompanyId;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn candidate(company: i64, document_id: i64) -> Candidate {
    Candidate {
        company_id: CompanyId(company),
        document_id,
        first_id: document_id,
        n_same: 1,
        may_be_sent: true,
    }
}

fn to(companies: &[i64]) -> Address {
    Address {
        is_named: true,
        companies: companies.iter().copied().map(CompanyId).collect(),
        ..Address::default()
    }
}

#[test]
fn the_addressed_company_comes_first_and_nobody_guesses() {
    let found = [candidate(1, 10), candidate(2, 20), candidate(1, 30)];
    assert_eq!(choose(&found, &to(&[1])), Home::Document(candidate(1, 30)));
    assert_eq!(choose(&found, &to(&[2])), Home::Document(candidate(2, 20)));
    let nobody = Address::default();
    assert!(matches!(choose(&found, &nobody), Home::Unknown(_)));
    let only = choose(&found[1..2], &nobody);
    assert_eq!(only, Home::Document(candidate(2, 20)));
    // What is addressed to others is not given to whoever declared the same key.
    for others in [to(&[9]), to(&[])] {
        assert!(matches!(choose(&found[1..2], &others), Home::Unknown(_)));
    }
}

/// Puts receipts on the queue as customs would, addressed to `receivers` with blanks between, and lets the
/// platform apply them.
async fn answer(platform: &TestPlatform, receivers: &str, xmls: &[String]) {
    let bodies: Vec<Bytes> = xmls
        .iter()
        .map(|xml| {
            Bytes::from(ceb::envelope::seal(&Envelope {
                cop_msg_id: "C1".to_owned(),
                sender_id: "DXPEDCCEB0000002".to_owned(),
                receiver_ids: receivers.split(' ').map(str::to_owned).collect(),
                creat_time: "2026-03-02T09:00:00".to_owned(),
                msg_type: "CEB312Message".to_owned(),
                data: xml.clone().into_bytes(),
                ..Envelope::default()
            }))
        })
        .collect();
    platform
        .shared
        .queue
        .put(&platform.shared.customs.import_down, &bodies)
        .await
        .unwrap();
    crate::pipeline::drain(&platform.shared).await.unwrap();
}

fn receipt(platform: &TestPlatform, n: usize, seed: u64, status: i32, info: &str) -> String {
    ceb::sample::receipt(
        &platform.spec(n, Kind::Ceb312, seed),
        ReturnStatus(status),
        info,
    )
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_journey_of_both_directions_ends_settled(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let order = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    let export = accepted(
        platform
            .accept(1, platform.sample(1, Kind::Ceb303, 2))
            .await,
    );
    platform.settle().await;
    assert_eq!(platform.state(0, order).await, "settled");
    let feed = platform.feed(0).await;
    let statuses: Vec<&str> = feed
        .iter()
        .filter_map(|line| line.split(' ').nth(2))
        .collect();
    assert_eq!(statuses, ["2", "3", "120"], "{feed:?}");
    assert!(!platform.feed(1).await.is_empty());
    assert!(
        platform
            .feed(1)
            .await
            .iter()
            .all(|line| line.starts_with("CEB304"))
    );
    assert!(["answered", "settled"].contains(&&*platform.state(1, export).await));
    assert!(platform.feed(2).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_receipt_counts_once_and_a_late_one_does_not_turn_time_back(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 5))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let dxp_id = platform.company(0).dxp_id.clone();
    let at = |xml: String, time: &str| {
        let from = xml.find("<returnTime>").unwrap() + 12;
        let to = xml.find("</returnTime>").unwrap();
        format!("{}{time}{}", &xml[..from], &xml[to..])
    };
    let late = at(receipt(&platform, 0, 5, 120, "入库"), "20260302090010000");
    let early = at(receipt(&platform, 0, 5, 2, "申报中"), "20260302090001000");
    let odd = at(receipt(&platform, 0, 5, 777, "新代码"), "20260302090005000");
    answer(
        &platform,
        &dxp_id,
        &[late.clone(), late.clone(), odd, early.clone()],
    )
    .await;
    answer(&platform, &dxp_id, &[late, early]).await;
    assert_eq!(platform.feed(0).await.len(), 3);
    assert_eq!(platform.state(0, id).await, "settled");
    let documents = platform
        .shared
        .db
        .read(move |tx| super::shown_of_message(tx, id))
        .await;
    assert_eq!(documents.unwrap()[0].status, Some(120));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fits_nobody_is_parked_once_and_garbage_too(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let stranger = receipt(&platform, 0, 99, 120, "谁的");
    answer(
        &platform,
        "DXPENT0000000001",
        &[stranger.clone(), stranger, "no xml".to_owned()],
    )
    .await;
    let parked = platform
        .shared
        .db
        .read(|tx| tx.query("select reason from parked_receipt order by id", &[]))
        .await
        .unwrap();
    assert_eq!(parked.len(), 2);
    let events = platform
        .shared
        .db
        .read(|tx| tx.query("select id from event where kind = 'receipt.parked'", &[]))
        .await
        .unwrap();
    assert_eq!(events.len(), 2);
    assert!(platform.feed(0).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_message_of_customs_for_two_companies_is_split(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    accepted(
        platform
            .accept(1, platform.sample(1, Kind::Ceb311, 2))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let (one, two) = (
        receipt(&platform, 0, 1, 120, "甲"),
        receipt(&platform, 1, 2, 100, "乙"),
    );
    let entry = |xml: &str| {
        let (from, to) = (xml.find("<OrderReturn>"), xml.find("</CEB312Message>"));
        xml[from.unwrap()..to.unwrap()].to_owned()
    };
    let both = one.replace(
        "</CEB312Message>",
        &format!("{}</CEB312Message>", entry(&two)),
    );
    let addressed = format!(
        "{} {}",
        platform.company(0).dxp_id,
        platform.company(1).dxp_id
    );
    answer(&platform, &addressed, &[both]).await;
    let of = async |n: usize| {
        let company = platform.company_id(n);
        let read = platform
            .shared
            .db
            .read(move |tx| crate::downlink::after(tx, company, 0, 10));
        read.await.unwrap()
    };
    let (first, second) = (of(0).await, of(1).await);
    assert_eq!((first.len(), second.len()), (1, 1));
    assert!(first[0].xml.contains("甲") && !first[0].xml.contains("乙"));
    assert!(second[0].xml.contains("乙") && !second[0].xml.contains("甲"));
}

/// A message with other guids, so that it is another message about the same business.
fn again(xml: &str, n: usize) -> String {
    let mut xml = xml.to_owned();
    for (open, close) in [("guid=\"", "\""), ("<ceb:guid>", "</ceb:guid>")] {
        let from = xml.find(open).unwrap() + open.len();
        let to = from + xml[from..].find(close).unwrap();
        xml.replace_range(
            from..to,
            &format!("0000000{n}-AAAA-4000-8000-00000000000{n}"),
        );
    }
    xml
}

async fn documents(
    platform: &TestPlatform,
    id: crate::message::MessageId,
) -> Vec<super::DocumentStatus> {
    let read = platform
        .shared
        .db
        .read(move |tx| super::shown_of_message(tx, id));
    read.await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_duplicate_keeps_its_refusal_and_the_first_its_acceptance(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let order = platform.sample(0, Kind::Ceb311, 1);
    let first = accepted(platform.accept(0, order.clone()).await);
    let second = accepted(platform.accept(0, again(&order, 2)).await);
    platform.settle().await;
    // Once more when the first is accepted already.
    let third = accepted(platform.accept(0, again(&order, 3)).await);
    platform.settle().await;
    let mut standings = Vec::new();
    for id in [first, second, third] {
        let document = documents(&platform, id).await.remove(0);
        standings.push((
            document.status,
            document.outcome.name(),
            platform.state(0, id).await,
        ));
    }
    let settled = || "settled".to_owned();
    let expected = [
        (Some(120), "accepted", settled()),
        (Some(-301_010), "faulty", settled()),
        (Some(-301_010), "faulty", settled()),
    ];
    assert_eq!(standings, expected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_orders_with_one_number_in_one_message_each_have_a_status(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let order = platform.sample(0, Kind::Ceb311, 1);
    let entry = |xml: &str| {
        let (from, to) = (xml.find("<ceb:Order>"), xml.find("</ceb:Order>"));
        xml[from.unwrap()..to.unwrap() + "</ceb:Order>".len()].to_owned()
    };
    let own = entry(&order);
    let both = order.replacen(&own, &format!("{own}{}", entry(&again(&order, 2))), 1);
    let id = accepted(platform.accept(0, both).await);
    platform.settle().await;
    let statuses: Vec<_> = documents(&platform, id)
        .await
        .iter()
        .map(|one| one.status)
        .collect();
    assert_eq!(statuses, [Some(120), Some(-301_010)]);
    assert_eq!(platform.state(0, id).await, "settled");
}

/// A small generator of orders: equal seeds give equal orders.
fn shuffled<T>(mut list: Vec<T>, mut seed: u64) -> Vec<T> {
    for at in (1..list.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        list.swap(at, usize::try_from((seed >> 33) % (at as u64 + 1)).unwrap());
    }
    list
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_any_order_and_twice_each_document_ends_with_its_own_answers(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let dxp_id = platform.company(0).dxp_id.clone();
    for seed in 1..=12 {
        let order = platform.sample(0, Kind::Ceb311, 100 + seed);
        let mut ids = Vec::new();
        for n in 1..=4 {
            ids.push(accepted(
                platform
                    .accept(
                        0,
                        again(&order, n).replace("-8000-0000", &format!("-80{seed:02}-0000")),
                    )
                    .await,
            ));
        }
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let mut guids = Vec::new();
        for id in &ids {
            guids.push(documents(&platform, *id).await.remove(0).guid.unwrap());
        }
        // Rejected; declared again and accepted, a duplicate turned down in between; a change.
        let answers: [(usize, i32, bool); 10] = [
            (0, 2, true),
            (0, 3, false),
            (0, 100, false),
            (1, 2, true),
            (2, -301_010, true),
            (1, 3, false),
            (1, 120, false),
            (3, 2, true),
            (3, 3, false),
            (3, 120, false),
        ];
        let receipts = answers.iter().zip(1..).map(|((at, status, is_named), n)| {
            let info = if *is_named {
                format!("[{}]", guids[*at])
            } else {
                String::new()
            };
            let xml = receipt(&platform, 0, 100 + seed, *status, &info);
            let from = xml.find("<returnTime>").unwrap() + 12;
            let to = xml.find("</returnTime>").unwrap();
            let xml = format!("{}20260302090{n:06}{}", &xml[..from], &xml[to..]);
            let from = xml.find("<guid>").unwrap() + 6;
            let to = xml.find("</guid>").unwrap();
            format!("{}{seed:018}{n:018}{}", &xml[..from], &xml[to..])
        });
        let twice: Vec<String> = receipts.clone().chain(receipts).collect();
        let n_before = platform.feed(0).await.len();
        for part in shuffled(twice, seed).chunks(3) {
            answer(&platform, &dxp_id, part).await;
        }
        let mut statuses = Vec::new();
        for id in &ids {
            statuses.push(documents(&platform, *id).await.remove(0).status);
            assert_eq!(platform.state(0, *id).await, "settled", "{seed}");
        }
        let expected = [Some(100), Some(120), Some(-301_010), Some(120)];
        assert_eq!(statuses, expected, "{seed}");
        assert_eq!(
            platform.feed(0).await.len() - n_before,
            answers.len(),
            "{seed}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_without_its_key_goes_to_the_document_that_it_names(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let order = platform.sample(0, Kind::Ceb311, 1);
    let id = accepted(platform.accept(0, order).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let guid = documents(&platform, id).await.remove(0).guid.unwrap();
    let xml = receipt(&platform, 0, 1, 120, "海关入库");
    let from = xml.find("<ebpCode>").unwrap() + 9;
    let to = xml.find("</ebpCode>").unwrap();
    let keyless = format!("{}{}", &xml[..from], &xml[to..]);
    let from = keyless.find("<guid>").unwrap() + 6;
    let to = keyless.find("</guid>").unwrap();
    let named = format!(
        "{}{}{}",
        &keyless[..from],
        guid.to_lowercase(),
        &keyless[to..]
    );
    answer(
        &platform,
        &platform.company(1).dxp_id,
        std::slice::from_ref(&named),
    )
    .await;
    assert!(
        platform.feed(0).await.is_empty(),
        "it is addressed to another company"
    );
    answer(&platform, &platform.company(0).dxp_id, &[named]).await;
    assert_eq!(documents(&platform, id).await[0].status, Some(120));
}

/// An answer to a list, given at this time of the day (six digits), with the number of the list or without.
fn list_answer(platform: &TestPlatform, status: i32, time: &str, is_numbered: bool) -> String {
    let spec = platform.spec(0, Kind::Ceb622, 1);
    let mut xml = ceb::sample::receipt(&spec, ReturnStatus(status), "");
    let mut put = |element: &str, text: &str| {
        let open = format!("<{element}>");
        let from = xml.find(&open).unwrap() + open.len();
        let to = from + xml[from..].find('<').unwrap();
        xml.replace_range(from..to, text);
    };
    put("returnTime", &format!("20260302{time}000"));
    if !is_numbered {
        put("invtNo", "");
        put("preNo", "");
    }
    xml
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_of_customs_moves_with_the_answer_that_gave_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let list = platform.sample(0, Kind::Ceb621, 1);
    let first = accepted(platform.accept(0, list.clone()).await);
    let second = accepted(platform.accept(0, again(&list, 2)).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let numbers = async |id| {
        let document = documents(&platform, id).await.remove(0);
        (document.status, document.invt_no, document.pre_no)
    };
    let dxp_id = platform.company(0).dxp_id.clone();
    answer(
        &platform,
        &dxp_id,
        &[list_answer(&platform, 120, "090500", true)],
    )
    .await;
    let (status, list_no, entry_no) = numbers(first).await;
    assert_eq!(status, Some(120));
    assert!(list_no.is_some() && entry_no.is_some());
    // Customs had turned the first one down before: what it accepted is the second.
    let rejected = list_answer(&platform, 100, "090100", false);
    answer(&platform, &dxp_id, &[rejected]).await;
    assert_eq!(numbers(first).await, (Some(100), None, None));
    assert_eq!(numbers(second).await, (Some(120), list_no, entry_no));
}
