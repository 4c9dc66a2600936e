//! Every fact counts once.

use super::{READER, settle, turn};
use crate::overview::day;
use crate::tally::KIND;
use crate::testing::TestPlatform;
use ceb::Kind;
use registry::access::Sight;
use rstest::rstest;
use store::event::{Event, cursor};
use store::testing::TestEngine::{self, Postgres, Sqlite};

async fn n_checked(platform: &TestPlatform) -> i64 {
    let read = platform
        .shared
        .db
        .read(|tx| day(tx, &Sight::All, "2026-03-02"));
    let kinds = read.await.unwrap();
    kinds.iter().map(|kind| kind.n_checked).sum()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_add_the_same_facts_add_them_once(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    for seed in 0..5 {
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, seed))
            .await;
    }
    let tally = crate::tally::Tally {
        days: crate::tally::DayCounts::from([(
            (
                "2026-03-02".to_owned(),
                platform.company_id(0),
                "CEB311".to_owned(),
            ),
            crate::tally::Counts {
                n_checked: 1000,
                ..Default::default()
            },
        )]),
        ..Default::default()
    };
    let ids = std::sync::Arc::clone(&platform.shared.ids);
    let noted = platform.shared.db.write(move |tx| tally.note(tx, &ids, 1));
    noted.await.unwrap();
    // One of them may be told that the other was first: nothing of its sum is kept then.
    let (one, other) = tokio::join!(turn(&platform.shared), turn(&platform.shared));
    assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    settle(&platform.shared).await.unwrap();
    assert_eq!(n_checked(&platform).await, 1000);
    platform.settle().await;
    assert_eq!(n_checked(&platform).await, 1005);
    settle(&platform.shared).await.unwrap();
    assert_eq!(n_checked(&platform).await, 1005);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_tally_stops_nothing_that_comes_after_it() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let damaged = Event {
        id: platform.shared.ids.next(),
        at_ms: 1,
        kind: KIND.to_owned(),
        company_id: None,
        subject_id: 0,
        detail: "{".to_owned(),
    };
    let write = platform
        .shared
        .db
        .write(move |tx| store::event::append(tx, std::slice::from_ref(&damaged)));
    write.await.unwrap();
    platform
        .accept(0, platform.sample(0, Kind::Ceb311, 1))
        .await;
    platform.settle().await;
    assert_eq!(n_checked(&platform).await, 1);
    let all = platform
        .shared
        .db
        .read(|tx| cursor::has_read_all(tx, READER));
    assert!(all.await.unwrap());
}
