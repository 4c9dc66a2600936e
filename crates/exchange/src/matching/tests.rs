//! Any order of arrival, waiting, totals of persons, on both engines.

use super::*;
use crate::testing::{TestPlatform, accepted};
use ceb::{Kind, ReturnStatus};
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// The value of an element of a message, replaced wherever it stands.
pub(crate) fn with(xml: &str, element: &str, value: &str) -> String {
    let prefix = if xml.contains("<ceb:") { "ceb:" } else { "" };
    let (start, end) = (
        format!("<{prefix}{element}>"),
        format!("</{prefix}{element}>"),
    );
    let mut out = String::new();
    let mut rest = xml;
    while let Some(from) = rest.find(&start) {
        let from = from + start.len();
        let to = from + rest[from..].find(&end).unwrap();
        out.push_str(&rest[..from]);
        out.push_str(value);
        rest = &rest[to..];
    }
    out + rest
}

/// A document of a trade of company 0, sent by company `n`.
fn sent_by(platform: &TestPlatform, n: usize, kind: Kind, seed: u64) -> String {
    let xml = platform.sample(0, kind, seed);
    let company = platform.company(n);
    let xml = with(&xml, "copCode", &company.customs_code);
    with(&xml, "dxpId", &company.dxp_id)
}

/// The four documents of a trade: the order of company 0, the payment of 1, the waybill of 2, the list
/// of 0.
fn trade(platform: &TestPlatform, seed: u64) -> [(usize, Kind, String); 4] {
    [
        (0, Kind::Ceb311),
        (1, Kind::Ceb411),
        (2, Kind::Ceb511),
        (0, Kind::Ceb621),
    ]
    .map(|(n, kind)| (n, kind, sent_by(platform, n, kind, seed)))
}

fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for order in orders(n - 1) {
        for at in 0..=order.len() {
            let mut longer = order.clone();
            longer.insert(at, n - 1);
            all.push(longer);
        }
    }
    all
}

/// Codes and texts of the findings of a message.
async fn findings(platform: &TestPlatform, id: MessageId) -> Vec<(String, String)> {
    let found = platform.shared.db.read(move |tx| {
        tx.query(
            "select code, value || ' ' || text from message_finding where message_id = $1 \
             order by number",
            &[id.0.into()],
        )?
        .iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect::<Result<Vec<_>>>()
    });
    found.await.unwrap()
}

async fn codes_of(platform: &TestPlatform, id: MessageId) -> Vec<String> {
    let mut codes: Vec<String> = findings(platform, id)
        .await
        .into_iter()
        .map(|(code, _)| code)
        .filter(|code| code != "TG-E1920")
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

async fn total(platform: &TestPlatform) -> Vec<(i64, i64)> {
    let found = platform.shared.db.read(|tx| {
        tx.query(
            "select amount, n_lists from personal_total order by person_key",
            &[],
        )?
        .iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect::<Result<Vec<_>>>()
    });
    found.await.unwrap()
}

async fn set(platform: &TestPlatform, n: usize, policy: MatchingPolicy) {
    let company = platform.company_id(n);
    let set = platform
        .shared
        .db
        .write(move |tx| sql::set_policy(tx, company, policy, 1));
    set.await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_arrives_first_all_owners_are_notified(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    for (seed, order) in (100..).zip(orders(4)) {
        let trade = trade(&platform, seed);
        let mut ids = [MessageId(0); 4];
        for at in &order {
            let (n, kind, xml) = &trade[*at];
            let xml = if *kind == Kind::Ceb411 {
                with(&with(xml, "amountPaid", "1.23"), "payerName", "邹样二")
            } else {
                xml.clone()
            };
            ids[*at] = accepted(platform.accept(*n, xml).await);
            crate::pipeline::drain(&platform.shared).await.unwrap();
        }
        for (at, expected) in [
            (0, vec!["TG-E1901", "TG-E1902"]),
            (1, vec!["TG-E1901", "TG-E1902"]),
            (2, vec![]),
            (3, vec!["TG-E1901", "TG-E1902"]),
        ] {
            assert_eq!(
                codes_of(&platform, ids[at]).await,
                expected,
                "{order:?} {at}"
            );
        }
        let notified = findings(&platform, ids[0]).await;
        assert!(
            notified.iter().any(|(_, text)| text.contains("1.23")),
            "{notified:?}"
        );
        assert!(
            notified.iter().all(|(_, text)| !text.contains('邹')),
            "{notified:?}"
        );
        let notified = findings(&platform, ids[3]).await;
        assert!(
            notified.iter().all(|(_, text)| !text.contains("1.23")),
            "{notified:?}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_kept_names_a_person(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut values = Vec::new();
    for (n, _, xml) in trade(&platform, 7) {
        let message = ceb::parse(xml.as_bytes(), ceb::Profile::Down)
            .message
            .unwrap();
        let head = &message.documents[0].head;
        let personal = head
            .iter()
            .filter(|(e, _)| ceb::personal::of_element(e).is_some());
        values.extend(personal.map(|(_, value)| value.to_owned()));
        accepted(platform.accept(n, xml).await);
    }
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let kept = platform.shared.db.read(|tx| {
        tx.query(
            "select packed, coalesce(person_key, '') from match_fact \
             union all select null, person_key from personal_total",
            &[],
        )?
        .iter()
        .map(|row| {
            let packed = row.bytes_opt(0)?.unwrap_or_default();
            let facts = String::from_utf8_lossy(&store::pack::unpack(packed)?).into_owned();
            Ok(facts + &row.text(1)?)
        })
        .collect::<Result<Vec<_>>>()
    });
    let kept = kept.await.unwrap().join("\n");
    assert!(values.len() > 8);
    for value in values.iter().filter(|value| value.chars().count() > 1) {
        assert!(!kept.contains(value), "{value}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_that_wants_no_matching_gets_no_findings(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    set(&platform, 0, MatchingPolicy::Off).await;
    let [order, payment, ..] = trade(&platform, 8);
    let first = accepted(platform.accept(0, order.2).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let xml = with(&payment.2, "amountPaid", "1.23");
    let second = accepted(platform.accept(1, xml).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert!(codes_of(&platform, first).await.is_empty());
    assert_eq!(codes_of(&platform, second).await, ["TG-E1901"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_waits_for_its_partners_in_any_order_and_goes_on_by_itself(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    set(&platform, 0, MatchingPolicy::Hold).await;
    for (seed, order) in (200..).zip(orders(3)) {
        let trade = trade(&platform, seed);
        let list = accepted(platform.accept(0, trade[3].2.clone()).await);
        crate::pipeline::drain(&platform.shared).await.unwrap();
        for (at, partner) in order.iter().enumerate() {
            assert_eq!(platform.state(0, list).await, "waiting", "{order:?} {at}");
            let (n, _, xml) = &trade[*partner];
            accepted(platform.accept(*n, xml.clone()).await);
            crate::pipeline::drain(&platform.shared).await.unwrap();
        }
        assert_eq!(platform.state(0, list).await, "sent", "{order:?}");
    }
    let left = platform
        .shared
        .db
        .read(|tx| tx.query("select * from match_hold", &[]));
    assert!(left.await.unwrap().is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_waits_says_for_what_until_its_time_is_over(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    set(&platform, 0, MatchingPolicy::Hold).await;
    let [order, payment, waybill, list] = trade(&platform, 9);
    let xml = with(&payment.2, "amountPaid", "1.23");
    for (n, xml) in [(0, order.2), (1, xml)] {
        accepted(platform.accept(n, xml).await);
    }
    let id = accepted(platform.accept(0, list.2).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.state(0, id).await, "waiting");
    accepted(platform.accept(2, waybill.2).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.state(0, id).await, "waiting");
    let events = platform
        .shared
        .db
        .read(move |tx| store::event::of_subject(tx, id.0, 100));
    let events = events.await.unwrap();
    let waiting = events.iter().find(|event| event.kind == "message.waiting");
    assert_eq!(
        waiting.unwrap().detail,
        "缺少运单；支付金额与订单实付金额不一致"
    );
    platform.clock.advance(Duration::from_secs(59 * 60));
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.state(0, id).await, "waiting");
    platform.clock.advance(Duration::from_secs(60));
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.state(0, id).await, "sent");
    let notified = findings(&platform, id).await;
    let last = notified.last().unwrap();
    assert_eq!(last.0, "TG-E1921");
    assert!(last.1.contains("支付金额与订单实付金额不一致"), "{last:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_waits_is_released_once_or_replaced(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    set(&platform, 0, MatchingPolicy::Hold).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb621, 10))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let release = async |n: usize| {
        let path = web::Path(id.to_string());
        let api = axum::extract::State(platform.api());
        http::release_match(platform.by(n).await, api, path)
            .await
            .map_err(|problem| problem.code)
    };
    // To release is to declare: an agent's people may it for what their appointment names.
    let mut agent = platform.by(0).await;
    agent.actor.scope = Some(registry::access::DeclarationScope {
        directions: "import".to_owned(),
        kinds: "CEB411".to_owned(),
    });
    let (api, path) = (
        axum::extract::State(platform.api()),
        web::Path(id.to_string()),
    );
    let released = http::release_match(agent, api, path).await;
    assert_eq!(released.unwrap_err().code, "TG-R4037");
    assert_eq!(release(1).await.unwrap_err(), "TG-R4040");
    assert!(release(0).await.is_ok());
    assert_eq!(release(0).await.unwrap_err(), "TG-R4431");
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.state(0, id).await, "sent");

    let first = platform.sample(0, Kind::Ceb621, 11);
    let earlier = accepted(platform.accept(0, first.clone()).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let guid = first.split("guid=\"").nth(1).unwrap()[..36].to_owned();
    let anew = first.replace(&guid, "11111111-1111-4111-8111-111111111111");
    let anew = with(&anew, "appType", "2");
    let later = accepted(platform.accept(0, anew).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.state(0, earlier).await, "refused");
    assert_eq!(platform.state(0, later).await, "waiting");
    assert!(
        codes_of(&platform, earlier)
            .await
            .contains(&"TG-E1922".to_owned())
    );
    assert_eq!(platform.feed(0).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_runs_twice_reports_and_counts_once(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let [order, payment, _, list] = trade(&platform, 12);
    let order = accepted(platform.accept(0, order.2).await);
    platform.check(vec![order]).await;
    let xml = with(&payment.2, "amountPaid", "1.23");
    let payment = accepted(platform.accept(1, xml).await);
    let list = accepted(platform.accept(0, list.2).await);
    for _ in 0..2 {
        let turn = vec![payment, list];
        platform.check(turn).await;
    }
    let notified = findings(&platform, order).await;
    let n_notified = notified
        .iter()
        .filter(|(code, _)| code == "TG-E1901")
        .count();
    assert_eq!(n_notified, 1, "{notified:?}");
    assert_eq!(total(&platform).await[0].1, 1);
}

/// A list of one buyer, worth 10,000 yuan in one piece.
fn dear(platform: &TestPlatform, seed: u64, app_time: &str) -> String {
    let spec = ceb::sample::Spec {
        n_lines: 1,
        ..platform.spec(0, Kind::Ceb621, seed)
    };
    let xml = ceb::sample::message(&spec);
    let xml = with(&xml, "buyerIdNumber", "11010119900307109X");
    let xml = with(&with(&xml, "freight", "0"), "appTime", app_time);
    let xml = with(&with(&xml, "qty", "1"), "price", "10000");
    with(&xml, "totalPrice", "10000")
}

/// Applies a receipt of customs.
async fn receive(platform: &TestPlatform, kind: Kind, seed: u64, status: i32, time: &str) {
    let receipt = ceb::sample::receipt(&platform.spec(0, kind, seed), ReturnStatus(status), "样例");
    let receipt = with(&receipt, "returnTime", time);
    let shared = std::sync::Arc::clone(&platform.shared);
    let opened = vec![crate::receipt::open(bytes::Bytes::from(receipt))];
    let applied = platform
        .shared
        .db
        .write(move |tx| crate::answer::apply(tx, &shared, &opened, 5).map(|_| ()));
    applied.await.unwrap();
}

const YUAN: i64 = 100_000;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_year_adds_up_and_is_given_back(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let declare = async |seed: u64, time: &str| {
        let id = accepted(platform.accept(0, dear(&platform, seed, time)).await);
        crate::pipeline::drain(&platform.shared).await.unwrap();
        id
    };
    let now = "20260302090000";
    declare(20, now).await;
    declare(21, now).await;
    assert_eq!(total(&platform).await, [(20_000 * YUAN, 2)]);
    let third = declare(22, now).await;
    let notified = findings(&platform, third).await;
    let annual = notified
        .iter()
        .find(|(code, _)| code == "TG-E1942")
        .unwrap();
    assert!(
        annual.1.contains("已用 20000 元，本清单 10000 元"),
        "{annual:?}"
    );
    assert!(annual.1.starts_with("110***9X ") && annual.1.contains("剩余 6000 元"));
    // Another year counts by itself.
    let other_year = declare(23, "20250302090000").await;
    assert!(
        !codes_of(&platform, other_year)
            .await
            .contains(&"TG-E1942".to_owned())
    );
    assert_eq!(
        total(&platform).await.iter().map(|t| t.0).sum::<i64>(),
        40_000 * YUAN
    );
    // Refused by customs: given back, once.
    for _ in 0..2 {
        receive(&platform, Kind::Ceb622, 20, 100, "20260302091000000").await;
    }
    assert_eq!(
        total(&platform).await.iter().map(|t| t.0).sum::<i64>(),
        30_000 * YUAN
    );
    // Cancelled, and the cancel is granted.
    receive(&platform, Kind::Ceb622, 21, 120, "20260302091000000").await;
    let cancel = platform.sample(0, Kind::Ceb623, 21);
    accepted(platform.accept(0, cancel).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(
        total(&platform).await.iter().map(|t| t.0).sum::<i64>(),
        30_000 * YUAN
    );
    for _ in 0..2 {
        receive(&platform, Kind::Ceb624, 21, 399, "20260302092000000").await;
    }
    assert_eq!(
        total(&platform).await.iter().map(|t| t.0).sum::<i64>(),
        20_000 * YUAN
    );
    // Returned, and the return is granted.
    receive(&platform, Kind::Ceb622, 22, 800, "20260302091000000").await;
    let spec = ceb::sample::Spec {
        n_lines: 1,
        ..platform.spec(0, Kind::Ceb625, 22)
    };
    let refund = with(&ceb::sample::message(&spec), "qty", "1");
    accepted(platform.accept(0, refund).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    receive(&platform, Kind::Ceb626, 22, 399, "20260302093000000").await;
    assert_eq!(
        total(&platform).await.iter().map(|t| t.0).sum::<i64>(),
        10_000 * YUAN
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tax_bill_that_differs_is_reported(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb621, 30))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    receive(&platform, Kind::Ceb622, 30, 800, "20260302091000000").await;
    let bill = platform.sample(0, Kind::Ceb816, 30);
    let bill = bill.replace("<valueAddedTax>", "<valueAddedTax>9");
    let shared = std::sync::Arc::clone(&platform.shared);
    let opened = vec![crate::receipt::open(bytes::Bytes::from(bill))];
    let applied = platform
        .shared
        .db
        .write(move |tx| crate::answer::apply(tx, &shared, &opened, 5).map(|_| ()));
    applied.await.unwrap();
    let notified = findings(&platform, id).await;
    assert_eq!(notified.last().unwrap().0, "TG-E1980", "{notified:?}");
}
