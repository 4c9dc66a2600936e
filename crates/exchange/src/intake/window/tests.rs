//! A guid is known for as long as the setting says.

use super::run;
use crate::intake::ArrivalOutcome;
use crate::message::guid::guid_key;
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
    platform.settle().await;
    let unfinished = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 302))
            .await,
    );
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
    // The clock is believed because something came by it.
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 303))
            .await,
    );
    assert!(run(context, 30).await.unwrap().contains("300"));
    assert_eq!(run(context, 30).await.unwrap(), "");
    let again = accepted(first().await);
    assert!(again != old[0]);
    assert!(matches!(first().await, ArrivalOutcome::Duplicate(id, _) if id == again));
    let second = platform
        .accept(0, platform.sample(0, Kind::Ceb311, 301))
        .await;
    assert!(matches!(second, ArrivalOutcome::Duplicate(id, _) if id == young));
    let third = platform
        .accept(0, platform.sample(0, Kind::Ceb311, 302))
        .await;
    assert!(
        matches!(third, ArrivalOutcome::Duplicate(id, _) if id == unfinished),
        "customs has not finished with it"
    );
    // What was stored first is there, whatever is known of its guid.
    assert_eq!(platform.state(0, old[0]).await, "settled");
}

/// A clock that was set ahead for a night, while nobody handed in anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_runs_ahead_forgets_nothing_that_is_new() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    platform.settle().await;
    platform.clock.advance(DAY * 4000);
    assert_eq!(run(&platform.shared.context, 90).await.unwrap(), "");
}

/// The migration has noted the guids of older messages by SQL.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sql_and_program_know_a_guid_by_the_same_bytes(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    for guid in ["3C0A5E78-CE5A-407A-A25B-1A4A2F17F606", "", "编号一 '", "a"] {
        let ask = test.db.write(move |tx| {
            let sql = "select substr(sha256(convert_to(cast($1 as text), 'UTF8')), 1, 16)";
            tx.query(sql, &[guid.into()])?[0].bytes(0)
        });
        assert_eq!(ask.await.unwrap(), guid_key(guid), "{guid}");
    }
}
