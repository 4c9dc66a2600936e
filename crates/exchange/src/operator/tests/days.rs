//! The counts of the days when a message is sent on several of them.

use super::{free, hold};
use crate::operator::RELEASE;
use crate::testing::{TestPlatform, accepted};
use ceb::Kind;
use registry::access::Sight;
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A message that is sent on three days, after two people released it twice, counts under the last of them, and under
/// no other.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_released_twice_counts_under_the_last_day(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    for _ in 0..2 {
        hold(&platform, id).await;
        platform.clock.advance(DAY);
        free(&platform, RELEASE.name, id.0).await.unwrap();
        crate::pipeline::drain(&platform.shared).await.unwrap();
    }
    let mut sent = Vec::new();
    for day in ["2026-03-02", "2026-03-03", "2026-03-04"] {
        let read = move |tx: &mut store::Tx<'_>| crate::overview::day(tx, &Sight::All, day);
        let kinds = platform.shared.db.read(read).await.unwrap();
        sent.push(kinds.iter().map(|kind| kind.n_sent).sum::<i64>());
    }
    assert_eq!(sent, [0, 0, 1]);
}
