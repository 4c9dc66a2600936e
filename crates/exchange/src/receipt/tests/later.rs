//! What customs says later changes no step that was taken before it.

use super::answer;
use super::clocks::{declared, said};
use crate::finder::find;
use crate::message::MessageId;
use crate::query::{MessageDetail, TimelineEntry, detail};
use crate::testing::TestPlatform;
use std::time::Duration;
use store::clock::{Clock, beijing_rfc3339};
use store::testing::each_engine;

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
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_keeps_its_holder_and_the_new_state_its_own_moment() {
    for test in each_engine() {
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        answer(
            &platform,
            &dxp_id,
            &[said(&platform, 120, "20260302031114000")],
        )
        .await;
        let before = life(&platform, id).await;
        let step = settled(&before);
        assert_eq!((&*step.step_name, &*step.holder), ("回执已收齐", "无"));
        assert_eq!(step.outcome.as_deref(), Some("accepted"));

        platform.clock.advance(Duration::from_secs(3));
        let fault = said(&platform, -777_001, "20260302031117000");
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
}

/// What the company has dealt with was its own to deal with before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dismissal_changes_no_step_before_it() {
    for test in each_engine() {
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        answer(
            &platform,
            &dxp_id,
            &[said(&platform, 100, "20260302031114000")],
        )
        .await;
        let before = settled(&life(&platform, id).await).holder.clone();
        assert_eq!(before, "企业（海关退单，请更正后重新申报）");
        platform.clock.advance(Duration::from_secs(3));
        super::courses::dismiss(&platform, id).await;
        let after = life(&platform, id).await;
        assert_eq!(settled(&after).holder, before);
        assert_eq!(after.summary.holder, "无（已重新申报或不再处理）");
    }
}
