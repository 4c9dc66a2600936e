//! Receipts come home: matched, idempotent, in any order, split, parked when nobody's.

use super::matching::{Candidate, Home, choose};
use crate::testing::{House, accepted};
use bytes::Bytes;
use ceb::envelope::Envelope;
use ceb::{Kind, ReturnStatus};
use registry::company::CompanyId;
use store::testing::each_engine;

fn candidate(company: i64, document_id: i64) -> Candidate {
    Candidate {
        company_id: CompanyId(company),
        document_id,
    }
}

#[test]
fn the_addressed_company_comes_first_and_nobody_guesses() {
    let found = [candidate(1, 10), candidate(2, 20), candidate(1, 30)];
    assert_eq!(
        choose(&found, &[CompanyId(1)]),
        Home::Document(candidate(1, 30))
    );
    assert_eq!(
        choose(&found, &[CompanyId(2)]),
        Home::Document(candidate(2, 20))
    );
    assert!(matches!(choose(&found, &[]), Home::Unknown(_)));
    assert!(matches!(choose(&found, &[CompanyId(9)]), Home::Unknown(_)));
    assert_eq!(
        choose(&found[1..2], &[CompanyId(9)]),
        Home::Document(candidate(2, 20))
    );
}

/// Puts receipts on the queue as customs would and lets the platform apply them.
async fn answer(house: &House, receiver: &str, xmls: &[String]) {
    let bodies: Vec<Bytes> = xmls
        .iter()
        .map(|xml| {
            Bytes::from(ceb::envelope::seal(&Envelope {
                cop_msg_id: "C1".to_owned(),
                sender_id: "DXPEDCCEB0000002".to_owned(),
                receiver_ids: vec![receiver.to_owned()],
                creat_time: "2026-03-02T09:00:00".to_owned(),
                msg_type: "CEB312Message".to_owned(),
                data: xml.clone().into_bytes(),
                ..Envelope::default()
            }))
        })
        .collect();
    house
        .shared
        .queue
        .put(&house.shared.customs.import_down, &bodies)
        .await
        .unwrap();
    crate::pipeline::drain(&house.shared).await.unwrap();
}

fn receipt(house: &House, n: usize, seed: u64, status: i32, info: &str) -> String {
    ceb::sample::receipt(
        &house.spec(n, Kind::Ceb312, seed),
        ReturnStatus(status),
        info,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_journey_of_both_directions_ends_settled() {
    for test in each_engine() {
        let house = House::on(test).await;
        let order = accepted(house.accept(0, house.sample(0, Kind::Ceb311, 1)).await);
        let export = accepted(house.accept(1, house.sample(1, Kind::Ceb303, 2)).await);
        house.settle().await;
        assert_eq!(house.state(0, order).await, "settled");
        let feed = house.feed(0).await;
        let statuses: Vec<&str> = feed
            .iter()
            .filter_map(|line| line.split(' ').nth(2))
            .collect();
        assert_eq!(statuses, ["2", "3", "120"], "{feed:?}");
        assert!(!house.feed(1).await.is_empty());
        assert!(
            house
                .feed(1)
                .await
                .iter()
                .all(|line| line.starts_with("CEB304"))
        );
        assert!(["answered", "settled"].contains(&&*house.state(1, export).await));
        assert!(house.feed(2).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_receipt_counts_once_and_a_late_one_does_not_turn_time_back() {
    for test in each_engine() {
        let house = House::on(test).await;
        let id = accepted(house.accept(0, house.sample(0, Kind::Ceb311, 5)).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        let dxp_id = house.company(0).dxp_id.clone();
        let at = |xml: String, time: &str| {
            let from = xml.find("<returnTime>").unwrap() + 12;
            let to = xml.find("</returnTime>").unwrap();
            format!("{}{time}{}", &xml[..from], &xml[to..])
        };
        let late = at(receipt(&house, 0, 5, 120, "入库"), "20260302090010000");
        let early = at(receipt(&house, 0, 5, 2, "申报中"), "20260302090001000");
        let odd = at(receipt(&house, 0, 5, 777, "新代码"), "20260302090005000");
        answer(
            &house,
            &dxp_id,
            &[late.clone(), late.clone(), odd, early.clone()],
        )
        .await;
        answer(&house, &dxp_id, &[late, early]).await;
        assert_eq!(house.feed(0).await.len(), 3);
        assert_eq!(house.state(0, id).await, "settled");
        let documents = house
            .shared
            .db
            .read(move |tx| super::status_of_message(tx, id))
            .await;
        assert_eq!(documents.unwrap()[0].status, Some(120));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fits_nobody_is_parked_once_and_garbage_too() {
    for test in each_engine() {
        let house = House::on(test).await;
        let stranger = receipt(&house, 0, 99, 120, "谁的");
        answer(
            &house,
            "DXPENT0000000001",
            &[stranger.clone(), stranger, "no xml".to_owned()],
        )
        .await;
        let parked = house
            .shared
            .db
            .read(|tx| tx.query("select reason from parked_receipt order by id", &[]))
            .await
            .unwrap();
        assert_eq!(parked.len(), 2);
        let events = house
            .shared
            .db
            .read(|tx| tx.query("select id from event where kind = 'receipt.parked'", &[]))
            .await
            .unwrap();
        assert_eq!(events.len(), 2);
        assert!(house.feed(0).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_message_of_customs_for_two_companies_is_split() {
    for test in each_engine() {
        let house = House::on(test).await;
        accepted(house.accept(0, house.sample(0, Kind::Ceb311, 1)).await);
        accepted(house.accept(1, house.sample(1, Kind::Ceb311, 2)).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        let (one, two) = (
            receipt(&house, 0, 1, 120, "甲"),
            receipt(&house, 1, 2, 100, "乙"),
        );
        let entry = |xml: &str| {
            let (from, to) = (xml.find("<OrderReturn>"), xml.find("</CEB312Message>"));
            xml[from.unwrap()..to.unwrap()].to_owned()
        };
        let both = one.replace(
            "</CEB312Message>",
            &format!("{}</CEB312Message>", entry(&two)),
        );
        answer(&house, "DXPENT0000000001", &[both]).await;
        let of = async |n: usize| {
            let company = house.company_id(n);
            let read = house
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
}

/// Puts bytes on the queue as a port without envelopes hands them over.
async fn hand_over(house: &House, bodies: Vec<Vec<u8>>) {
    let bodies: Vec<Bytes> = bodies.into_iter().map(Bytes::from).collect();
    let down = &house.shared.customs.import_down;
    house.shared.queue.put(down, &bodies).await.unwrap();
    crate::pipeline::drain(&house.shared).await.unwrap();
}

/// A text with one part of its bytes replaced.
fn with_bytes(text: &str, from: &str, to: &[u8]) -> Vec<u8> {
    let at = text.find(from).unwrap();
    let (before, after) = (&text[..at], &text[at + from.len()..]);
    [before.as_bytes(), to, after.as_bytes()].concat()
}

/// `不一致` in GBK.
const IN_GBK: &[u8] = b"\xB2\xBB\xD2\xBB\xD6\xC2";

/// A refusal reaches its company whatever encoding the port writes and declares; what is no text is
/// parked with a reason of its own, byte for byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_gbk_reaches_its_company() {
    for test in each_engine() {
        let house = House::on(test).await;
        accepted(house.accept(0, house.sample(0, Kind::Ceb311, 5)).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        let declared = |encoding: &str, n: usize| {
            let xml = receipt(&house, 0, 5, 100, &format!("[Code:1332;Desc:不一致]{n}"));
            let body = xml.split_once("?>").map_or(&*xml, |(_, body)| body);
            format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{body}")
        };
        let damaged = with_bytes(&declared("gb2312", 9), "不一致", b"\xB2\xFF\xFF");
        let bodies = vec![
            with_bytes(&declared("gb2312", 1), "不一致", IN_GBK),
            declared("gb2312", 2).into_bytes(),
            with_bytes(&declared("UTF-8", 3), "不一致", IN_GBK),
            damaged.clone(),
        ];
        hand_over(&house, bodies).await;
        let company = house.company_id(0);
        let read = house.shared.db.read(move |tx| {
            let items = crate::downlink::after(tx, company, 0, 100)?;
            let parked = tx.query("select reason, body from parked_receipt", &[])?;
            Ok((items, parked.len()))
        });
        let (items, n_parked) = read.await.unwrap();
        let mut infos: Vec<&str> = items.iter().map(|item| &*item.return_info).collect();
        infos.sort_unstable();
        let expected = [1, 2, 3].map(|n| format!("[Code:1332;Desc:不一致]{n}"));
        assert_eq!(infos, expected);
        assert!(items.iter().all(|item| !item.xml.contains("gb2312")));
        assert_eq!(n_parked, 1);
        let opened = super::open_for_test(Bytes::from(damaged));
        let reason = opened.content.unwrap_err();
        assert!(
            reason.contains("损坏") && reason.contains("gb2312"),
            "{reason}"
        );
    }
}

/// A receipt without namespace, guid and version is read by its names; what stands in it twice counts
/// once, also when it comes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_without_namespace_counts_once() {
    for test in each_engine() {
        let house = House::on(test).await;
        let id = accepted(house.accept(0, house.sample(0, Kind::Ceb311, 5)).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        let xml = receipt(&house, 0, 5, 120, "入库");
        let from = xml.find("<OrderReturn>").unwrap();
        let to = xml.find("</CEB312Message>").unwrap();
        let entry = &xml[from..to];
        let bare = format!("<CEB312Message>{entry}{entry}</CEB312Message>");
        let small = format!(
            "<ceb312message>{}</ceb312message>",
            entry
                .replace("OrderReturn", "orderReturn")
                .replace("returnInfo", "ReturnInfo")
        );
        let prefixed = format!("<c:CEB312Message>{entry}</c:CEB312Message>");
        let bodies = [bare, small, prefixed].map(String::into_bytes);
        hand_over(&house, bodies.to_vec()).await;
        assert_eq!(house.feed(0).await.len(), 1);
        assert_eq!(house.state(0, id).await, "settled");
        let parked = house
            .shared
            .db
            .read(|tx| tx.query("select id from parked_receipt", &[]))
            .await;
        assert!(parked.unwrap().is_empty());
    }
}
