//! Answers that came before what they seem to answer was sent, or to an address that means another one by now.

use super::clocks::{became, declared, receipt_at};
use super::courses::{declare_again, dismiss, set_states};
use super::homes::{parked_now, release, renamed};
use super::odd::with_text;
use super::{answer, receipt};
use crate::receipt::parked;
use crate::testing::{TestPlatform, accepted};
use ceb::{Kind, Outcome};
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const TIME: &str = "20260302090000123";

/// What waits to be sent goes out now, and everything that passed its check did so just now.
pub(super) async fn send_later(platform: &TestPlatform) {
    platform.clock.advance(Duration::from_secs(60));
    let now_ms = platform.shared.clock.now_ms();
    let set = platform.shared.db.write(move |tx| {
        let sql = "update event set at_ms = $1 where kind = 'message.checked'";
        tx.execute(sql, &[now_ms.into()])
    });
    assert!(set.await.unwrap() > 0);
    set_states(platform, "sent").await;
}

/// When two operators dismissed the answer.
#[derive(Clone, Copy, PartialEq)]
enum Dismissed {
    BeforeSending,
    AfterSending,
}

/// Two operators dismiss a parked answer.
async fn give_up(platform: &TestPlatform, id: i64) {
    let close = platform.shared.db.write(move |tx| parked::close(tx, id, 7));
    assert!(close.await.unwrap());
}

/// An answer that came when nothing had been sent under its key answers none of what is sent later: neither when
/// it is delivered once more, dismissed meanwhile or not, nor when operators match it again. Another one does.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_before_a_document_was_sent_never_answers_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for (is_contested, dismissed) in [
        (false, None),
        (true, None),
        (false, Some(Dismissed::BeforeSending)),
        (true, Some(Dismissed::AfterSending)),
    ] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        if is_contested {
            declare_again(&platform, 2).await;
        }
        set_states(&platform, "waiting").await;
        let early = receipt_at(&platform, 100, TIME);
        answer(&platform, &dxp_id, std::slice::from_ref(&early)).await;
        if dismissed == Some(Dismissed::BeforeSending) {
            let waiting = parked_now(&platform).await.remove(0);
            give_up(&platform, waiting.id).await;
            platform.clock.advance(Duration::from_secs(60));
            answer(&platform, &dxp_id, std::slice::from_ref(&early)).await;
        }
        send_later(&platform).await;
        if dismissed == Some(Dismissed::AfterSending) {
            let waiting = parked_now(&platform).await.remove(0);
            give_up(&platform, waiting.id).await;
        }
        answer(&platform, &dxp_id, &[early]).await;
        let waiting = parked_now(&platform).await;
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0].reason.contains("尚未发往海关"), "{waiting:?}");
        assert!(!release(&platform, waiting[0].id).await);
        assert!(platform.feed(0).await.is_empty());
        assert_eq!(became(&platform, id).await.0, Outcome::Waiting);
        answer(
            &platform,
            &dxp_id,
            &[receipt_at(&platform, 100, "20260302090100456")],
        )
        .await;
        assert_eq!(became(&platform, id).await.0, Outcome::Rejected);
    }
}

/// A company has declared a key under its former DXP id and again under its new one: an answer to the former id
/// that names none of them is nobody's, whoever looks at it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_a_former_id_reaches_nothing_that_was_declared_under_another(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, former) = declared(&platform).await;
    let until_ms = platform.shared.clock.now_ms();
    platform.clock.advance(Duration::from_secs(60));
    let second = declare_again(&platform, 2).await;
    renamed(&platform, 0, "DXPENT0000009999").await;
    renamed(&platform, 1, &former).await;
    // The second one was declared after the change.
    let set = platform.shared.db.write(move |tx| {
        let sql = "update company_former_dxp set until_ms = $1";
        tx.execute(sql, &[until_ms.into()])
    });
    assert_eq!(set.await.unwrap(), 2);
    platform.clock.advance(Duration::from_secs(60));
    answer(&platform, &former, &[receipt_at(&platform, 100, TIME)]).await;
    let waiting = parked_now(&platform).await;
    assert!(waiting[0].reason.contains("无法确定"), "{waiting:?}");
    assert!(!release(&platform, waiting[0].id).await);
    for id in [first, second] {
        assert_eq!(became(&platform, id).await.0, Outcome::Waiting);
    }
}

/// A DXP id has gone to a company that has declared the same key but not sent it: the answer is to what was sent
/// under the id before, when it comes and when it is looked at after the other one has been sent.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_new_holder_has_not_sent_takes_no_answer_from_the_former(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, former) = declared(&platform).await;
    // The new holder's order of the same number, declared by the company that has it; then it is its own.
    let other = declare_again(&platform, 2).await;
    platform.clock.advance(Duration::from_secs(60));
    renamed(&platform, 0, "DXPENT0000009999").await;
    renamed(&platform, 1, &former).await;
    platform.clock.advance(Duration::from_secs(60));
    let owner = platform.company(1).id.0;
    let hand_over = platform.shared.db.write(move |tx| {
        for table in ["message", "document"] {
            let sql = format!("update {table} set company_id = $1 where id >= $2");
            tx.execute(&sql, &[owner.into(), other.0.into()])?;
        }
        let sql = "update message set state = 'waiting' where id = $1";
        tx.execute(sql, &[other.0.into()])
    });
    assert_eq!(hand_over.await.unwrap(), 1);
    answer(&platform, &former, &[receipt_at(&platform, 100, TIME)]).await;
    let waiting = parked_now(&platform).await;
    assert!(waiting[0].reason.contains("现属另一企业"), "{waiting:?}");
    platform.clock.advance(Duration::from_secs(60));
    let now_ms = platform.shared.clock.now_ms();
    let send = platform.shared.db.write(move |tx| {
        let sql = "update event set at_ms = $1 where kind = 'message.checked' \
                   and subject_id = $2";
        tx.execute(sql, &[now_ms.into(), other.0.into()])?;
        let sql = "update message set state = 'sent' where id = $1";
        tx.execute(sql, &[other.0.into()])
    });
    assert_eq!(send.await.unwrap(), 1);
    assert!(release(&platform, waiting[0].id).await);
    assert_eq!(became(&platform, first).await.0, Outcome::Rejected);
    assert!(platform.feed(1).await.is_empty());
}

/// A rejection that names a document of the new holder, which the platform refused and never sent, is no answer to
/// the former one's, whoever looks at it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_names_a_document_of_the_new_holder_is_not_the_former_ones(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, former) = declared(&platform).await;
    let other = declare_again(&platform, 2).await;
    platform.clock.advance(Duration::from_secs(60));
    renamed(&platform, 0, "DXPENT0000009999").await;
    renamed(&platform, 1, &former).await;
    platform.clock.advance(Duration::from_secs(60));
    let guid = super::documents(&platform, other)
        .await
        .remove(0)
        .guid
        .unwrap();
    let owner = platform.company(1).id.0;
    let refuse = platform.shared.db.write(move |tx| {
        let sql = "update message set company_id = $1, state = 'refused' where id = $2";
        tx.execute(sql, &[owner.into(), other.0.into()])?;
        let sql = "update document set company_id = $1, outcome = 'refused', \
                   refused_key = business_key, business_key = null, needs_action = true \
                   where id > $2";
        tx.execute(sql, &[owner.into(), other.0.into()])
    });
    assert_eq!(refuse.await.unwrap(), 1);
    let named = receipt(&platform, 0, 5, 100, &format!("退单[{guid}]"));
    answer(&platform, &former, &[named]).await;
    let waiting = parked_now(&platform).await;
    assert_eq!(waiting.len(), 1);
    assert!(!release(&platform, waiting[0].id).await);
    assert_eq!(became(&platform, first).await.0, Outcome::Waiting);
    assert!(platform.feed(0).await.is_empty() && platform.feed(1).await.is_empty());
}

/// Two answers with exact times in one second are two, also of a key that was declared twice; the same one with
/// another number is one.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exact_times_in_one_second_are_two_answers(#[values(Sqlite, Postgres)] engine: TestEngine) {
    for is_contested in [false, true] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (_, dxp_id) = declared(&platform).await;
        if is_contested {
            declare_again(&platform, 2).await;
        }
        let at = |time| receipt_at(&platform, 100, time);
        let times = [TIME, "20260302090000456", "20260302090000456"];
        for time in times {
            answer(&platform, &dxp_id, &[at(time)]).await;
        }
        assert_eq!(platform.feed(0).await.len(), 2, "{is_contested}");
    }
}

/// A rejection that asks for an action only later, because what was declared meanwhile turned out to be its
/// duplicate, and one after a dismissal, stand in the history as any other.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_that_asks_later_is_reported(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, dxp_id) = declared(&platform).await;
    let second = declare_again(&platform, 2).await;
    let guid = super::documents(&platform, first)
        .await
        .remove(0)
        .guid
        .unwrap();
    let rejection = receipt(&platform, 0, 5, 100, &format!("退单[{guid}]"));
    answer(
        &platform,
        &dxp_id,
        &[with_text(&rejection, "returnTime", TIME)],
    )
    .await;
    assert!(!became(&platform, first).await.1);
    assert_eq!(outcomes_reported(&platform, first.0).await, 0);
    let guid = super::documents(&platform, second)
        .await
        .remove(0)
        .guid
        .unwrap();
    let duplicate = receipt(&platform, 0, 5, 100, &format!("重复申报[{guid}]"));
    answer(&platform, &dxp_id, &[duplicate]).await;
    assert!(became(&platform, first).await.1);
    assert_eq!(outcomes_reported(&platform, first.0).await, 1);
    dismiss(&platform, first).await;
    let guid = super::documents(&platform, first)
        .await
        .remove(0)
        .guid
        .unwrap();
    let another = receipt(&platform, 0, 5, 100, &format!("[Code:1313][{guid}]"));
    let another = with_text(&another, "returnTime", "20260302090200789");
    answer(&platform, &dxp_id, &[another]).await;
    assert!(became(&platform, first).await.1);
    assert_eq!(outcomes_reported(&platform, first.0).await, 2);
}

/// How often the history of a message says that it was turned down.
async fn outcomes_reported(platform: &TestPlatform, id: i64) -> usize {
    let read = move |tx: &mut store::Tx<'_>| store::event::of_subject(tx, id, 99);
    let events = platform.shared.db.read(read).await.unwrap();
    let of_outcome = |event: &&store::event::Event| crate::outcome::of_event(event).is_some();
    events.iter().filter(of_outcome).count()
}

/// What is to be done is told by the last word on a document, however many came before it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_word_says_what_is_to_be_done(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 5))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let dxp_id = platform.company(0).dxp_id.clone();
    let wrong = |n: usize| {
        let xml = receipt(&platform, 0, 5, 100, &format!("[Code:1332]第{n}次"));
        with_text(
            &xml,
            "returnTime",
            &format!("202603020900{:02}{:03}", n / 10, n),
        )
    };
    let words: Vec<String> = (0..210).map(wrong).collect();
    answer(&platform, &dxp_id, &words).await;
    let last = receipt(&platform, 0, 5, 100, "[Code:1313]");
    let last = with_text(&last, "returnTime", "20260302090100000");
    answer(&platform, &dxp_id, &[last]).await;
    let found = platform.shared.db.read(move |tx| {
        let sight = registry::access::Sight::All;
        let message = crate::finder::find(tx, &sight, id)?.unwrap();
        crate::query::doing(tx, &message)
    });
    assert_eq!(found.await.unwrap(), "call");
}
