//! Receipts whose times are wrong, and rejections that must be seen whatever else was said.

use super::odd::{hand_over, with_text};
use super::{again, answer, documents, receipt};
use crate::message::MessageId;
use crate::testing::{TestPlatform, accepted};
use ceb::{Kind, Outcome};
use registry::access::Actor;
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// An answer to the sample order with this status and time.
pub(super) fn receipt_at(platform: &TestPlatform, status: i32, time: &str) -> String {
    with_text(&receipt(platform, 0, 5, status, ""), "returnTime", time)
}

/// The sample order of the first company, handed over to customs; the DXP id that its answers go to.
pub(super) async fn declared(platform: &TestPlatform) -> (MessageId, String) {
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 5))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    (id, platform.company(0).dxp_id.clone())
}

/// What became of a message's only document: outcome, whether somebody must act, state of the message.
pub(super) async fn became(platform: &TestPlatform, id: MessageId) -> (Outcome, bool, String) {
    let document = documents(platform, id).await.remove(0);
    let state = platform.state(0, id).await;
    (document.outcome, document.needs_action, state)
}

/// A rejection counts whatever its time looks like, and whatever clocks say of the word before it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_time_hides_a_rejection(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let cases: [&[(i32, &str)]; 17] = [
        &[(2, "20260302090000500"), (100, "2026-03-02 09:00:01")],
        &[(2, "20260302090000500"), (100, "20260302")],
        &[(2, "20260302090000500"), (100, "上午九点")],
        // The clock of the E-Port is fast.
        &[
            (2, "20260302090005000"),
            (3, "20260302090006000"),
            (100, "20260302090000000"),
        ],
        &[(100, "20260302090000000"), (3, "20260302090006000")],
        &[(100, "20260302090000000"), (300, "20260302090006000")],
        &[(120, "20990101000000000"), (100, "20260302090000000")],
        // A clock that is slow, or in another zone, or a day that does not exist.
        &[(120, "20260302090000000"), (100, "20010101000000000")],
        &[(120, "20260302090000000"), (100, "20260302010005000")],
        &[(120, "20260302090000000"), (100, "20260231000000")],
        &[(120, "20260302090900000"), (100, "20260302090000000")],
        // One written to the minute or the second may be later than one of the same minute or second.
        &[(100, "2026-03-02 09:00"), (120, "20260302090005123")],
        &[(120, "20260302090005123"), (100, "2026-03-02 09:00")],
        &[(100, "20260302090005"), (120, "20260302090005300")],
        &[(100, "20260302090005000"), (120, "20260302090005300")],
        // An acceptance whose time is a guess takes no rejection back.
        &[(100, "20260302090000000"), (120, "")],
        &[(100, "20260302090000000"), (120, "20990101000000000")],
    ];
    for case in cases {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        for (status, time) in case {
            answer(&platform, &dxp_id, &[receipt_at(&platform, *status, time)]).await;
            platform.clock.advance(Duration::from_millis(100));
        }
        let expected = (Outcome::Rejected, true, "settled".to_owned());
        assert_eq!(became(&platform, id).await, expected, "{case:?}");
    }
}

/// What customs takes in after it has turned it down, by its own word and in that order, is taken in.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_is_taken_back_by_what_comes_after_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    let (rejection, acceptance) = (
        receipt_at(&platform, 100, "20260302090000000"),
        receipt_at(&platform, 120, "20260302090001000"),
    );
    for one in [&rejection, &acceptance, &rejection] {
        answer(&platform, &dxp_id, std::slice::from_ref(one)).await;
    }
    let expected = (Outcome::Accepted, false, "settled".to_owned());
    assert_eq!(became(&platform, id).await, expected);
}

/// What has been taken in stays so when the word that it was handed on is dated late; when customs looks at it
/// once more it is on its way again, message and document alike.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_progress_takes_nothing_back(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    for (status, time) in [(120, "20260302090000000"), (3, "20260302090001000")] {
        answer(&platform, &dxp_id, &[receipt_at(&platform, status, time)]).await;
    }
    let expected = (Outcome::Accepted, false, "settled".to_owned());
    assert_eq!(became(&platform, id).await, expected);
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 300, "20260302090002000")],
    )
    .await;
    let expected = (Outcome::Waiting, false, "answered".to_owned());
    assert_eq!(became(&platform, id).await, expected);
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 120, "20260302090003000")],
    )
    .await;
    let expected = (Outcome::Accepted, false, "settled".to_owned());
    assert_eq!(became(&platform, id).await, expected);
}

/// What was dismissed was the first word: another one asks anew, the same one does not.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_after_a_dismissed_fault_asks_for_an_action(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    let fault = receipt_at(&platform, -301_001, "20260302090000000");
    answer(&platform, &dxp_id, std::slice::from_ref(&fault)).await;
    assert!(became(&platform, id).await.1);
    let (ids, now_ms) = (platform.shared.ids.clone(), platform.shared.clock.now_ms());
    let dismiss = move |tx: &mut store::Tx<'_>| {
        let nobody = Actor::nobody(registry::access::Origin::default());
        crate::outcome::dismiss(tx, &ids, &nobody, id, "", now_ms)
    };
    assert!(platform.shared.db.write(dismiss).await.unwrap());
    answer(&platform, &dxp_id, &[fault]).await;
    assert!(!became(&platform, id).await.1, "the same word came twice");
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302090001000")],
    )
    .await;
    let (outcome, needs_action, _) = became(&platform, id).await;
    assert_eq!((outcome, needs_action), (Outcome::Rejected, true));
}

/// A duplicate that is turned down as one takes nothing off the company's hands, whichever is told first.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_duplicate_does_not_replace_what_was_rejected(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for is_duplicate_first in [true, false] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let order = platform.sample(0, Kind::Ceb311, 5);
        let first = accepted(platform.accept(0, order.clone()).await);
        let second = accepted(platform.accept(0, again(&order, 2)).await);
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let named = async |id, status, text: &str| {
            let guid = documents(&platform, id).await.remove(0).guid.unwrap();
            receipt(&platform, 0, 5, status, &format!("{text}[{guid}]"))
        };
        let duplicate = named(second, -301_010, "重复申报").await;
        let rejection = named(first, 100, "退单").await;
        let mut order = [duplicate, rejection];
        if !is_duplicate_first {
            order.reverse();
        }
        let dxp_id = platform.company(0).dxp_id.clone();
        for one in order {
            answer(&platform, &dxp_id, &[one]).await;
        }
        let (outcome, needs_action, _) = became(&platform, first).await;
        let standing = (outcome, needs_action);
        assert_eq!(standing, (Outcome::Rejected, true), "{is_duplicate_first}");
        assert_eq!(became(&platform, second).await.0, Outcome::Faulty);
    }
}

/// The text of an element of a message.
pub(super) fn text_of<'a>(xml: &'a str, element: &str) -> &'a str {
    let open = format!("<ceb:{element}>");
    let from = xml.find(&open).unwrap() + open.len();
    xml[from..].split('<').next().unwrap()
}

/// Two companies declared one key, and a port sends no envelopes: the guid that an answer names decides.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guid_decides_between_companies(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let order = platform.sample(0, Kind::Ceb311, 5);
    let mut other = platform.sample(1, Kind::Ceb311, 6);
    for element in ["orderNo", "ebpCode"] {
        other = other.replace(
            &format!("<ceb:{element}>{}<", text_of(&other, element)),
            &format!("<ceb:{element}>{}<", text_of(&order, element)),
        );
    }
    let first = accepted(platform.accept(0, order).await);
    let second = accepted(platform.accept(1, other).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let guid = documents(&platform, second).await.remove(0).guid.unwrap();
    let named = receipt(&platform, 0, 5, 100, &format!("退单[{guid}]"));
    let unnamed = receipt(&platform, 0, 5, 100, "退单");
    hand_over(&platform, vec![named.into_bytes(), unnamed.into_bytes()]).await;
    assert_eq!(became(&platform, first).await.0, Outcome::Waiting);
    assert_eq!(became(&platform, second).await.0, Outcome::Rejected);
    assert_eq!(
        (platform.feed(0).await.len(), platform.feed(1).await.len()),
        (0, 1)
    );
}

/// A receipt that its envelope addresses to somebody else is nobody's here, though a company has declared the
/// same key.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_the_receipt_of_another(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, own) = declared(&platform).await;
    let rejection = receipt(&platform, 0, 5, 100, "订购人身份信息不一致");
    for stranger in [
        platform.company(1).dxp_id.clone(),
        "DXPENT9999999999".to_owned(),
    ] {
        answer(&platform, &stranger, std::slice::from_ref(&rejection)).await;
    }
    assert!(platform.feed(0).await.is_empty() && platform.feed(1).await.is_empty());
    assert_eq!(became(&platform, id).await.0, Outcome::Waiting);
    let parked = platform
        .shared
        .db
        .read(|tx| crate::receipt::parked::list(tx, &web::Begin::default(), 10))
        .await
        .unwrap();
    assert!(
        parked
            .iter()
            .all(|one| one.reason.contains("传输报文写明的接收方")),
        "{parked:?}"
    );
    assert_eq!(parked.len(), 2);
    // Nor when two operators let it through.
    let context = platform.shared.context.clone();
    let released = platform.shared.db.write(move |tx| -> store::Result<_> {
        let mut companies = Vec::new();
        for one in &parked {
            let body = crate::receipt::parked::body(tx, one.id)?.unwrap();
            companies.extend(crate::answer::again(tx, &context, body, one.at_ms)?);
        }
        Ok(companies)
    });
    assert!(released.await.unwrap().is_empty());
    assert!(platform.feed(0).await.is_empty() && platform.feed(1).await.is_empty());
    // One that comes with the right envelope arrives.
    answer(&platform, &own, std::slice::from_ref(&rejection)).await;
    assert_eq!(became(&platform, id).await.0, Outcome::Rejected);
}

/// A status that cannot be read says nothing of the document, so somebody is told of it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_cannot_be_read_is_counted_for_the_operator(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (_, dxp_id) = declared(&platform).await;
    let plain = receipt(&platform, 0, 5, 100, "退单");
    let twice = plain.replace(
        "<returnStatus>",
        "<returnStatus>120</returnStatus><returnStatus>",
    );
    let all = [
        with_text(&plain, "returnStatus", "abc"),
        with_text(&plain, "returnStatus", ""),
        twice,
    ];
    answer(&platform, &dxp_id, &all).await;
    let open = platform.shared.db.read(crate::unknown_code::n_open).await;
    assert_eq!(open.unwrap(), 3);
    assert_eq!(platform.feed(0).await.len(), 3);
}

/// Of two nodes one has a clock that is an hour behind: to it the time of the answer is still to come. The answer comes to both.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_comes_again_to_another_clock_stands_once(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for is_behind_first in [false, true] {
        let platform = TestPlatform::on(engine.database()).await;
        let (_, dxp_id) = declared(&platform).await;
        let hour = Duration::from_secs(3600);
        let said = [receipt_at(&platform, 2, "20260302090000500")];
        if is_behind_first {
            platform.clock.set_back(hour);
        }
        answer(&platform, &dxp_id, &said).await;
        match is_behind_first {
            true => platform.clock.advance(hour),
            false => platform.clock.set_back(hour),
        }
        answer(&platform, &dxp_id, &said).await;
        assert_eq!(platform.feed(0).await.len(), 1, "{is_behind_first}");
        // What says something else is another one, whatever the clock says.
        let other = receipt(&platform, 0, 5, 2, "另有说明");
        answer(&platform, &dxp_id, &[other]).await;
        assert_eq!(platform.feed(0).await.len(), 2, "{is_behind_first}");
    }
}
