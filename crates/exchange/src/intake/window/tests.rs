//! A guid is known for as long as the setting says.

use super::run;
use crate::intake::ArrivalOutcome;
use crate::testing::{TestPlatform, accepted};
use ceb::Kind;
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guid_is_known_within_the_window_and_new_after_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = TestPlatform::on(engine.database()).await;
    let context = &platform.shared.context;
    let mut old = Vec::new();
    for seed in 1..=300 {
        let xml = platform.sample(0, Kind::Ceb311, seed);
        old.push(accepted(platform.accept(0, xml).await));
    }
    platform.clock.advance(DAY * 20);
    let young = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 301))
            .await,
    );
    assert_eq!(run(context, 30).await.unwrap(), "");
    platform.clock.advance(DAY * 20);
    let first = || platform.accept(0, platform.sample(0, Kind::Ceb311, 1));
    assert!(matches!(first().await, ArrivalOutcome::Duplicate(id, _) if id == old[0]));
    assert_eq!(run(context, 0).await.unwrap(), "", "0 is for ever");
    assert!(run(context, 30).await.unwrap().contains("300"));
    assert_eq!(run(context, 30).await.unwrap(), "");
    let again = accepted(first().await);
    assert!(again != old[0]);
    assert!(matches!(first().await, ArrivalOutcome::Duplicate(id, _) if id == again));
    let second = platform
        .accept(0, platform.sample(0, Kind::Ceb311, 301))
        .await;
    assert!(matches!(second, ArrivalOutcome::Duplicate(id, _) if id == young));
    // What was stored first is there, whatever is known of its guid.
    assert_eq!(platform.state(0, old[0]).await, "received");
}
