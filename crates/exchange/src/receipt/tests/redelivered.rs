//! What customs sends once more, with another number, in another spelling, or after the first copy was damaged:
//! it says nothing new.

use super::clocks::{became, declared, receipt_at};
use super::courses::{declare_again, dismiss};
use super::odd::with_text;
use super::{answer, documents, receipt};
use crate::receipt::parked::{self, Listed};
use crate::testing::TestPlatform;
use ceb::Outcome;
use rstest::rstest;
use std::time::Duration;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A rejection with its own number, which looks like a guid as often as not.
fn numbered(platform: &TestPlatform, time: &str, guid: &str) -> String {
    with_text(&receipt_at(platform, 100, time), "guid", guid)
}

/// A rejection of the order before it was corrected, sent once more under another number, is no answer to the
/// corrected one; also when its own number looks like a guid.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_that_comes_again_does_not_reach_the_corrected_order(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let number = "0F9A6C1E-5B7D-4E21-9C44-1A2B3C4D5E6F";
    // Who corrects by a program does so at once; of a time to the minute a second answer within it looks the same.
    let cases = [
        ("E-PORT-9", 60, "20260302090000123"),
        (number, 60, "20260302090000123"),
        (number, 1, "20260302090000123"),
        (number, 1, "20260302090005000"),
        (number, 1, "20260302090005"),
        (number, 60, "20260302090000"),
    ];
    for (number, gap_s, time) in cases {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (first, dxp_id) = declared(&platform).await;
        let rejection = numbered(&platform, time, "AAAAAAAA-5B7D-4E21-9C44-1A2B3C4D5E6F");
        answer(&platform, &dxp_id, &[rejection]).await;
        platform.clock.advance(Duration::from_secs(gap_s));
        let second = declare_again(&platform, 2).await;
        let guid = documents(&platform, second).await.remove(0).guid.unwrap();
        let taken = receipt(&platform, 0, 5, 2, &format!("新增申报成功[{guid}]"));
        let taken = with_text(&taken, "returnTime", "20260302090100001");
        let accepted = receipt_at(&platform, 120, "20260302090101002");
        answer(&platform, &dxp_id, &[taken, accepted]).await;
        assert_eq!(became(&platform, second).await.0, Outcome::Accepted);
        answer(&platform, &dxp_id, &[numbered(&platform, time, number)]).await;
        let (outcome, needs_action, _) = became(&platform, second).await;
        assert_eq!(
            (outcome, needs_action),
            (Outcome::Accepted, false),
            "{number}"
        );
        assert!(!became(&platform, first).await.1, "{number}");
        assert_eq!(platform.feed(0).await.len(), 3, "{number}");
    }
}

/// Two orders under one number that were declared before customs answered have an answer each, though customs says
/// the same of both in one moment.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_answers_of_one_moment_reach_two_declarations(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, dxp_id) = declared(&platform).await;
    platform.clock.advance(Duration::from_secs(1));
    let second = declare_again(&platform, 2).await;
    platform.clock.advance(Duration::from_secs(1));
    for number in [
        "11111111-5B7D-4E21-9C44-1A2B3C4D5E6F",
        "22222222-5B7D-4E21-9C44-1A2B3C4D5E6F",
    ] {
        let rejection = numbered(&platform, "20260302090000123", number);
        answer(&platform, &dxp_id, &[rejection]).await;
    }
    assert_eq!(platform.feed(0).await.len(), 2);
    for id in [first, second] {
        assert_eq!(became(&platform, id).await.0, Outcome::Rejected);
    }
    assert!(became(&platform, second).await.1);
}

/// A rejection that was dismissed stays so when the same comes once more, with another number and its time spelt
/// in another way, or without any time.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_spelling_of_the_time_undoes_no_dismissal(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let cases = [
        ("20260302090000", "20260302090000000"),
        ("20260302090000000", "20260302090000"),
        ("20260302090000", "20260302090000123"),
        ("20260302090000123", "2026-03-02 09:00:00"),
        ("", ""),
    ];
    for (first, again) in cases {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        let rejection = numbered(&platform, first, "11111111-5B7D-4E21-9C44-1A2B3C4D5E6F");
        answer(&platform, &dxp_id, &[rejection]).await;
        dismiss(&platform, id).await;
        platform.clock.advance(Duration::from_secs(1));
        let same = numbered(&platform, again, "22222222-5B7D-4E21-9C44-1A2B3C4D5E6F");
        answer(&platform, &dxp_id, &[same]).await;
        assert!(!became(&platform, id).await.1, "{first} {again}");
        assert_eq!(platform.feed(0).await.len(), 1, "{first} {again}");
        // Another minute is another answer.
        let other = numbered(
            &platform,
            "20260302090101456",
            "33333333-5B7D-4E21-9C44-1A2B3C4D5E6F",
        );
        answer(&platform, &dxp_id, &[other]).await;
        assert!(became(&platform, id).await.1, "{first} {again}");
    }
}

/// A parked receipt that was damaged is whole again when customs sends it once more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_parked_receipt_is_whole_again_when_it_comes_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for is_dismissed in [false, true] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let rejection = receipt(&platform, 0, 5, 100, "退单");
        let address = platform.company(0).dxp_id.clone();
        answer(&platform, &address, std::slice::from_ref(&rejection)).await;
        let list = |tx: &mut Tx<'_>| parked::list(tx, &web::Begin::default(), 9);
        let id = platform.shared.db.read(list).await.unwrap()[0].id;
        super::damaged::damage(&platform, "update parked_receipt set body = $1", false).await;
        if is_dismissed {
            let close = platform.shared.db.write(move |tx| parked::close(tx, id, 7));
            assert!(close.await.unwrap());
        }
        answer(&platform, &address, &[rejection]).await;
        let waiting = platform.shared.db.read(list).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].id), (1, id));
        assert!(matches!(waiting[0].body, Listed::Whole(_)));
        let (declared, _) = declared(&platform).await;
        assert!(super::homes::release(&platform, id).await);
        assert_eq!(became(&platform, declared).await.0, Outcome::Rejected);
    }
}
