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
