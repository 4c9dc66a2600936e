//! Counts that fit what was declared, scoped by sight.

use super::http::home;
use super::{by_day, day, lag, percentile, unsettled};
use crate::testing::{TestPlatform, accepted};
use axum::extract::State;
use ceb::Kind;
use registry::access::Sight;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

#[test]
fn percentiles_are_nearest_ranks() {
    assert_eq!(percentile(&mut [], 50), None);
    assert_eq!(percentile(&mut [7], 95), Some(7));
    assert_eq!(percentile(&mut [4, 1, 3, 2], 50), Some(2));
    assert_eq!(percentile(&mut (1..=100).collect::<Vec<_>>(), 95), Some(95));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counts_are_those_of_the_companies_that_are_seen(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    for (n, seed) in [(0, 1), (0, 2), (1, 3)] {
        platform
            .accept(n, platform.sample(n, Kind::Ceb311, seed))
            .await;
    }
    let bad = platform
        .sample(0, Kind::Ceb311, 4)
        .replace("<ceb:appType>1", "<ceb:appType>7");
    platform.accept(0, bad).await;
    platform.settle().await;
    platform
        .accept(0, platform.sample(0, Kind::Ceb411, 5))
        .await;
    let sights = [
        (platform.sight(0), Some((2, 1)), 2, 1),
        (platform.sight(1), Some((1, 0)), 1, 0),
        (Sight::All, Some((3, 1)), 3, 1),
        (Sight::District("1105".to_owned()), Some((3, 1)), 3, 1),
        (Sight::Nothing, None, 0, 0),
    ];
    for (sight, expected, n_lags, n_waiting) in sights {
        let asked = sight.clone();
        let found = platform.shared.db.read(move |tx| -> store::Result<_> {
            Ok((
                day(tx, &asked, "2026-03-02")?,
                by_day(tx, &asked, "2026-03-01", "2026-03-03")?,
                lag(tx, &asked)?,
                unsettled(tx, &asked)?,
            ))
        });
        let (kinds, days, lags, waiting) = found.await.unwrap();
        let counts = kinds.first().map(|kind| (kind.n_checked, kind.n_refused));
        assert_eq!(counts, expected, "{sight:?}");
        assert_eq!(
            days.first()
                .map(|row| (row.counts.n_checked, row.counts.n_refused)),
            expected
        );
        assert_eq!(lags.len(), n_lags, "{sight:?}");
        assert_eq!(waiting, n_waiting, "{sight:?}");
    }
    let page = home(platform.by(0).await, State(platform.api()))
        .await
        .unwrap()
        .0;
    assert_eq!(page.refusals.len(), 1);
    assert_eq!(page.day, "2026-03-02");
    assert_eq!(page.lag_ms.p50, Some(0));
    let quota = page.quota.unwrap();
    assert_eq!((quota.messages, quota.is_near), (4, false));
    assert!(quota.bytes > 4000 && quota.messages_max > 0);
}

/// What customs answered before our own commit of `Sent`, which a crash then prevented, was sent all the
/// same, and is counted once.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sent_counts_what_really_moved(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    platform.settle().await;
    // The state that a crash between customs' queue and our commit leaves behind.
    let undo = move |tx: &mut store::Tx<'_>| {
        tx.execute(
            "update message set state = 'checked', n_final = 0 where id = $1",
            &[id.0.into()],
        )?;
        tx.execute("delete from receipt", &[])?;
        tx.execute(
            "update document set status = null, status_time = null, is_final = false",
            &[],
        )?;
        tx.execute("delete from message_day", &[]).map(|_| ())
    };
    platform.shared.db.write(undo).await.unwrap();
    // Customs' answer comes before the message is sent once more.
    let receipt = ceb::sample::receipt(
        &platform.spec(0, Kind::Ceb312, 1),
        ceb::ReturnStatus(120),
        "测试",
    );
    let down = &platform.shared.customs.import_down;
    let body = bytes::Bytes::from(receipt);
    platform.shared.queue.put(down, &[body]).await.unwrap();
    crate::pipeline::take_for_test(&platform.shared).await;
    assert_eq!(platform.state(0, id).await, "settled");
    platform.settle().await;
    let sight = platform.sight(0);
    let counted = platform
        .shared
        .db
        .read(move |tx| day(tx, &sight, "2026-03-02"));
    let counted = counted.await.unwrap();
    assert_eq!((counted[0].n_sent, counted[0].n_settled), (1, 1));
}
