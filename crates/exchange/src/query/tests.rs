//! Lists and lives, scoped by company.

use super::{Filter, detail, find, list};
use crate::message::State;
use crate::testing::{House, accepted};
use ceb::Kind;
use store::testing::each_engine;

/// Every way to ask for the message of this document.
fn filters(document: &super::DocumentView) -> [Filter; 6] {
    let by = |set: fn(&mut Filter, String), value: &Option<String>| {
        let mut filter = Filter::default();
        set(&mut filter, value.clone().unwrap());
        filter
    };
    [
        by(|f, v| f.order_no = Some(v), &document.order_no),
        by(|f, v| f.logistics_no = Some(v), &document.logistics_no),
        by(|f, v| f.cop_no = Some(v), &document.cop_no),
        by(|f, v| f.invt_no = Some(v), &document.invt_no),
        Filter {
            kind: Some("CEB621".to_owned()),
            ..Filter::default()
        },
        Filter {
            from_ms: Some(0),
            to_ms: Some(i64::MAX),
            ..Filter::default()
        },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_found_by_every_number_and_by_its_owner_only() {
    for test in each_engine() {
        let house = House::on(test).await;
        let mut ids = Vec::new();
        for (kind, xml) in ceb::sample::set(&house.spec(0, Kind::Ceb311, 7)) {
            ids.push((kind, accepted(house.accept(0, xml).await)));
        }
        house.settle().await;
        let id_of = |kind| {
            ids.iter()
                .find(|(k, _)| *k == kind)
                .map(|(_, id)| *id)
                .unwrap()
        };
        let listed = id_of(Kind::Ceb621);
        let company = house.company_id(0);
        let life = house
            .shared
            .db
            .read(move |tx| {
                let message = find(tx, company, listed)?.unwrap();
                detail(tx, &message)
            })
            .await
            .unwrap();
        let document = &life.documents[0];
        let told: Vec<&str> = life
            .receipts
            .iter()
            .map(|r| r.return_info.as_str())
            .collect();
        assert!(
            document.invt_no.is_some(),
            "customs gave a number: {told:?}"
        );
        let filters = filters(document);
        for filter in filters {
            for (n, expected) in [(0, true), (1, false)] {
                let (company, asked) = (house.company_id(n), filter.clone());
                let found = house
                    .shared
                    .db
                    .read(move |tx| list(tx, company, &asked, 50))
                    .await
                    .unwrap();
                assert_eq!(found.iter().any(|m| m.id == listed), expected, "{filter:?}");
            }
        }
        let stranger = house.company_id(1);
        assert!(
            house
                .shared
                .db
                .read(move |tx| find(tx, stranger, listed))
                .await
                .unwrap()
                .is_none()
        );
        let steps: Vec<&str> = life
            .timeline
            .iter()
            .map(|entry| entry.step.as_str())
            .collect();
        assert_eq!(steps[..3], ["received", "checked", "sent"], "{steps:?}");
        assert!(steps.contains(&"receipt") && steps.contains(&"settled"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_without_gap_or_overlap() {
    for test in each_engine() {
        let house = House::on(test).await;
        let arrivals = (0..25).map(|n| house.arrival(0, house.sample(0, Kind::Ceb311, n)).unwrap());
        house.accept_all(arrivals.collect()).await;
        let company = house.company_id(0);
        let mut seen = Vec::new();
        let mut filter = Filter {
            state: Some(State::Received),
            ..Filter::default()
        };
        loop {
            let asked = filter.clone();
            let page = house
                .shared
                .db
                .read(move |tx| list(tx, company, &asked, 10))
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            filter.before = Some(last.id);
            seen.extend(page.iter().map(|message| message.id));
        }
        assert_eq!(seen.len(), 25);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
    }
}
