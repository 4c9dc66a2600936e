//! What customs says later changes no step that was taken before it.

use super::clocks::{declared, receipt_at};
use super::odd::with_text;
use super::{answer, receipt};
use crate::finder::find;
use crate::message::MessageId;
use crate::query::{MessageDetail, OPERATORS, TimelineEntry, detail};
use crate::testing::{TestPlatform, accepted};
use ceb::Kind;
use rstest::rstest;
use std::time::Duration;
use store::clock::{Clock, beijing_rfc3339};
use store::testing::TestEngine::{self, Postgres, Sqlite};

async fn life(platform: &TestPlatform, id: MessageId) -> MessageDetail {
    let sight = platform.sight(0);
    let read = platform.shared.db.read(move |tx| {
        let message = find(tx, &sight, id)?.unwrap();
        detail(tx, &message)
    });
    read.await.unwrap()
}

fn settled(life: &MessageDetail) -> &TimelineEntry {
    let mut steps = life.timeline.iter();
    steps.find(|step| step.step == "settled").unwrap()
}

/// An order that was taken in and found faulty three seconds later was nobody's to act on in between; the message is
/// in its new state since the fault.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_keeps_its_holder_and_the_new_state_its_own_moment(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 120, "20260302031114000")],
    )
    .await;
    let before = life(&platform, id).await;
    let step = settled(&before);
    assert_eq!((&*step.step_name, &*step.holder), ("回执已收齐", "无"));
    assert_eq!(step.outcome.as_deref(), Some("accepted"));

    platform.clock.advance(Duration::from_secs(3));
    let fault = receipt_at(&platform, -777_001, "20260302031117000");
    answer(&platform, &dxp_id, &[fault]).await;
    let after = life(&platform, id).await;
    let old = after.timeline.iter().zip(&before.timeline);
    for (now, then) in old {
        assert_eq!(
            (&now.at, &now.step_name, &now.holder, &now.outcome),
            (&then.at, &then.step_name, &then.holder, &then.outcome)
        );
    }
    let last = after.timeline.last().unwrap();
    assert_eq!((&*last.step, &*last.step_name), ("faulty", "处理异常"));
    assert_eq!(last.holder, "企业（处理异常，请按回执处理）");
    assert_eq!(after.summary.since, last.at);
    assert_eq!(last.at, beijing_rfc3339(platform.clock.now_ms()));
}

/// A message of two orders, of the seeds 5 and 6.
fn two_orders(platform: &TestPlatform) -> String {
    let [one, two] = [5, 6].map(|seed| platform.sample(0, Kind::Ceb311, seed));
    let end = "</ceb:Order>";
    let from = two.find("<ceb:Order>").unwrap();
    let to = two.find(end).unwrap() + end.len();
    one.replacen(end, &format!("{end}{}", &two[from..to]), 1)
}

/// The steps of a message, each with its moment, name, holder and outcome.
fn steps(life: &MessageDetail) -> Vec<(&str, &str, &str, Option<&str>)> {
    let all = life.timeline.iter();
    all.map(|step| {
        let name = step.step_name.as_str();
        let holder = step.holder.as_str();
        (step.at.as_str(), name, holder, step.outcome.as_deref())
    })
    .collect()
}

/// What the company has dealt with was its own to deal with before, and stays so in the timeline; what ends after it
/// asks nobody.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dismissal_changes_no_step_before_it(#[values(Sqlite, Postgres)] engine: TestEngine) {
    const OWN: &str = "企业（海关退单，请更正后重新申报）";
    const NOBODY: &str = "无（已重新申报或不再处理）";
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(platform.accept(0, two_orders(&platform)).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let dxp_id = platform.company(0).dxp_id.clone();
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302031114000")],
    )
    .await;
    let before = life(&platform, id).await;
    let own = before.timeline.iter().filter(|step| step.holder == OWN);
    assert!(own.count() > 0, "{:?}", before.timeline);

    platform.clock.advance(Duration::from_secs(3));
    super::courses::dismiss(&platform, id).await;
    platform.clock.advance(Duration::from_secs(3));
    let good = with_text(
        &receipt(&platform, 0, 6, 120, ""),
        "returnTime",
        "20260302031120000",
    );
    answer(&platform, &dxp_id, &[good]).await;
    let after = life(&platform, id).await;
    let (was, now) = (steps(&before), steps(&after));
    assert_eq!(was, now[..was.len()]);
    assert_eq!(settled(&after).outcome.as_deref(), Some("rejected"));
    assert_eq!(settled(&after).holder, NOBODY);
    assert_eq!(after.summary.holder, NOBODY);
}

/// A rejection of all that there was, which the company dismisses, was its own until then.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_over_keeps_its_holder_when_it_is_dismissed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302031114000")],
    )
    .await;
    let before = life(&platform, id).await;
    platform.clock.advance(Duration::from_secs(3));
    super::courses::dismiss(&platform, id).await;
    let after = life(&platform, id).await;
    let (was, now) = (steps(&before), steps(&after));
    assert_eq!(was, now[..was.len()]);
    assert_eq!(settled(&after).holder, "企业（海关退单，请更正后重新申报）");
    assert_eq!(after.summary.holder, "无（已重新申报或不再处理）");
}

/// A message that was over is not any more when a status comes that nobody knows: that step is the operators', and those
/// before it stay what they were.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_back_for_a_status_that_nobody_knows_is_the_operators(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 120, "20260302031114000")],
    )
    .await;
    let before = life(&platform, id).await;
    platform.clock.advance(Duration::from_secs(3));
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 777, "20260302031117000")],
    )
    .await;
    let after = life(&platform, id).await;
    let (was, now) = (steps(&before), steps(&after));
    assert_eq!(was, now[..was.len()]);
    let mut later = after.timeline[was.len()..].iter();
    let back = later.find(|step| step.step == "answered").unwrap();
    assert_eq!(back.holder, OPERATORS);
    assert_eq!(after.summary.holder, OPERATORS);
}
