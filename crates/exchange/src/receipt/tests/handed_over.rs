//! Answers to a DXP id that has gone from one company to another, and answers that come again in another form.

use super::answer;
use super::clocks::{became, declared, receipt_at};
use super::courses::{declare_again, set_states};
use super::homes::{parked_now, release, renamed};
use super::odd::with_text;
use crate::message::MessageId;
use crate::receipt::return_time;
use crate::testing::TestPlatform;
use ceb::Outcome;
use rstest::rstest;
use std::time::Duration;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// An order of the first company under an id that is the second one's by now, which has declared the same key an
/// hour later: the first order, the id, and when the second one was declared, in Unix milliseconds.
async fn handed_over(platform: &TestPlatform) -> (MessageId, String, i64) {
    let (first, id) = declared(platform).await;
    platform.clock.advance(Duration::from_secs(1800));
    renamed(platform, 0, "DXPENT0000009999").await;
    renamed(platform, 1, &id).await;
    // Not on the minute, for some times are written to it.
    platform.clock.advance(Duration::from_secs(1821));
    let second_ms = hand_in(platform).await;
    (first, id, second_ms)
}

/// The second company declares the key of the first one's order.
async fn hand_in(platform: &TestPlatform) -> i64 {
    let second_ms = platform.clock.now_ms();
    let other = declare_again(platform, 2).await;
    let owner = platform.company(1).id.0;
    let hand_over = platform.shared.db.write(move |tx| {
        for table in ["message", "document"] {
            let sql = format!("update {table} set company_id = $1 where id >= $2");
            tx.execute(&sql, &[owner.into(), other.0.into()])?;
        }
        // Its sender was not the first company's any more; it is the second one's.
        let sql = "update document set outcome = 'waiting', needs_action = false, \
                   business_key = coalesce(business_key, refused_key), refused_key = null where id > $1";
        tx.execute(sql, &[other.0.into()])?;
        let sql = "update message set state = 'sent', outcome = 'waiting' where id = $1";
        tx.execute(sql, &[other.0.into()])
    });
    assert_eq!(hand_over.await.unwrap(), 1);
    platform.clock.advance(Duration::from_secs(60));
    second_ms
}

/// A late answer to what the former holder declared is never the new holder's, though that has declared the same key
/// since: by its time it is parked, for the former holder or for nobody.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_does_not_reach_the_new_holder_of_the_id(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for (before_ms, reason) in [(25 * 60_000, "归申报企业"), (25_000, "无法确定")] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (first, id, second_ms) = handed_over(&platform).await;
        let time = return_time(second_ms - before_ms);
        answer(&platform, &id, &[receipt_at(&platform, 100, &time)]).await;
        let waiting = parked_now(&platform).await;
        assert!(waiting[0].reason.contains(reason), "{waiting:?}");
        let is_certain = reason == "归申报企业";
        assert_eq!(release(&platform, waiting[0].id).await, is_certain);
        assert_eq!(
            became(&platform, first).await.0 == Outcome::Rejected,
            is_certain
        );
        assert!(platform.feed(1).await.is_empty());
    }
}

/// A late answer without a time that can be believed, or with one as coarse as what lies between the two, is neither's.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_a_time_is_nobodys_when_two_have_had_the_id(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, id, second_ms) = handed_over(&platform).await;
    let ahead = return_time(platform.clock.now_ms() + 3_600_000);
    let minute = format!("{}00", &return_time(second_ms)[..12]);
    let times = ["", "2026x", &ahead, "20260302", &minute];
    for time in times {
        answer(&platform, &id, &[receipt_at(&platform, 100, time)]).await;
        let parked = parked_now(&platform).await;
        assert!(parked[0].reason.contains("无法确定"), "{time}: {parked:?}");
        assert!(platform.feed(1).await.is_empty(), "{time}");
    }
    assert_eq!(became(&platform, first).await.0, Outcome::Waiting);
}

/// A rejection that came before anything was declared under its key is no answer to what was declared later, however
/// often customs repeats it and whatever was done with the first; two operators may match it after a loss of data.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_before_the_declaration_is_not_taken_by_being_repeated(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for is_dismissed in [false, true] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let dxp_id = platform.company(0).dxp_id.clone();
        let time = return_time(platform.clock.now_ms());
        let early = receipt_at(&platform, 100, &time);
        answer(&platform, &dxp_id, std::slice::from_ref(&early)).await;
        let parked = parked_now(&platform).await.remove(0);
        if is_dismissed {
            let close = platform
                .shared
                .db
                .write(move |tx| crate::receipt::parked::close(tx, parked.id, 7));
            assert!(close.await.unwrap());
        }
        platform.clock.advance(Duration::from_secs(60));
        let (id, _) = declared(&platform).await;
        platform.clock.advance(Duration::from_secs(60));
        let number = "44444444-5B7D-4E21-9C44-1A2B3C4D5E6F";
        let renumbered = with_text(&early, "guid", number);
        let coarse = receipt_at(&platform, 100, &time[..14]);
        answer(&platform, &dxp_id, &[early, renumbered, coarse]).await;
        assert_eq!(became(&platform, id).await.0, Outcome::Waiting);
        assert!(platform.feed(0).await.is_empty());
        assert!(release(&platform, parked.id).await);
        assert_eq!(became(&platform, id).await.0, Outcome::Rejected);
    }
}

/// An answer to what the new holder has declared is its own.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_came_after_it_is_the_new_holders(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, id, second_ms) = handed_over(&platform).await;
    let time = return_time(second_ms + 20_000);
    answer(&platform, &id, &[receipt_at(&platform, 100, &time)]).await;
    assert_eq!(platform.feed(1).await.len(), 1);
    assert_eq!(became(&platform, first).await.0, Outcome::Waiting);
}

/// An answer that came to the id before the new holder declared the key is the former holder's, however soon that
/// followed, and in whatever form customs sends it again.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_parked_before_the_new_holder_declared_is_not_its_own(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for pause_ms in [800, 7000] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (first, id) = declared(&platform).await;
        platform.clock.advance(Duration::from_secs(1800));
        renamed(&platform, 0, "DXPENT0000009999").await;
        renamed(&platform, 1, &id).await;
        let time = return_time(platform.clock.now_ms());
        answer(&platform, &id, &[receipt_at(&platform, 100, &time)]).await;
        let parked = parked_now(&platform).await.remove(0);
        assert!(parked.reason.contains("归申报企业"), "{parked:?}");
        platform.clock.advance(Duration::from_millis(pause_ms));
        hand_in(&platform).await;
        let number = "22222222-5B7D-4E21-9C44-1A2B3C4D5E6F";
        let renumbered = with_text(&receipt_at(&platform, 100, &time), "guid", number);
        let coarse = receipt_at(&platform, 100, &time[..14]);
        answer(&platform, &id, &[renumbered, coarse]).await;
        assert!(platform.feed(1).await.is_empty(), "{pause_ms}");
        assert!(release(&platform, parked.id).await, "{pause_ms}");
        assert_eq!(became(&platform, first).await.0, Outcome::Rejected);
        assert!(platform.feed(1).await.is_empty(), "{pause_ms}");
    }
}

/// What came before a document was sent is no answer to it when customs sends it again under another number or with a
/// coarser time, nor when two operators have one of the copies matched once more; another answer is.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_early_is_known_in_another_form(#[values(Sqlite, Postgres)] engine: TestEngine) {
    for status in [100, 800] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        set_states(&platform, "waiting").await;
        let time = return_time(platform.clock.now_ms());
        answer(&platform, &dxp_id, &[receipt_at(&platform, status, &time)]).await;
        assert_eq!(parked_now(&platform).await.len(), 1);
        super::early::send_later(&platform).await;
        let number = "33333333-5B7D-4E21-9C44-1A2B3C4D5E6F";
        let renumbered = with_text(&receipt_at(&platform, status, &time), "guid", number);
        let coarse = receipt_at(&platform, status, &time[..14]);
        answer(&platform, &dxp_id, &[renumbered, coarse]).await;
        assert_eq!(became(&platform, id).await.0, Outcome::Waiting, "{status}");
        assert!(platform.feed(0).await.is_empty(), "{status}");
        let waiting = parked_now(&platform).await;
        assert_eq!(waiting.len(), 3);
        for one in waiting {
            assert!(!release(&platform, one.id).await, "{status}");
        }
        assert_eq!(became(&platform, id).await.0, Outcome::Waiting, "{status}");
        let later = return_time(platform.clock.now_ms());
        answer(&platform, &dxp_id, &[receipt_at(&platform, status, &later)]).await;
        assert_ne!(became(&platform, id).await.0, Outcome::Waiting, "{status}");
    }
}
