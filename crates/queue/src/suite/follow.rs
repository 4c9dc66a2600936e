//! What a process that was killed had in hand.

use super::{bodies, texts};
use crate::{Builtin, Queue, builtin};
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::clock::TestClock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A process that follows one of its number has at once what that one had in hand, before what was put
/// later; what a process with another number has in hand stays there.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_had_taken_comes_again_at_once(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let clock = TestClock::at(1_800_000_000_000);
    let start = |node| {
        let clock = Arc::clone(&clock);
        Builtin::new(
            test.db.clone(),
            clock,
            node,
            builtin::BuiltinConfig::default(),
        )
    };
    let (dead, alive) = (start(1), start(11));
    dead.put("q", &bodies(&["a", "b", "c"])).await.unwrap();
    assert_eq!(dead.take("q", 2, Duration::ZERO).await.unwrap().len(), 2);
    let in_hand = alive.take("q", 1, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&in_hand), ["c"]);
    drop(dead);
    clock.advance(Duration::from_secs(1));
    let next = start(1);
    next.begin_after_what_waits().await.unwrap();
    next.put("q", &bodies(&["d"])).await.unwrap();
    assert_eq!(next.follow().await.unwrap(), 2);
    let again = next.take("q", 9, Duration::ZERO).await.unwrap();
    assert_eq!(texts(&again), ["a", "b", "d"]);
    next.ack(&again).await.unwrap();
    alive.ack(&in_hand).await.unwrap();
    assert_eq!(next.follow().await.unwrap(), 0);
}
