//! The coming version is rehearsed in the background, for each company its own list.

use super::run::SETTLED_MS;
use super::{Coming, DROP, LOAD, VersionRefusal, coming, drop, load, sql, turn};
use crate::testing::{TestPlatform, accepted, person};
use ceb::Kind;
use registry::access::Sight;
use registry::role::Role;
use rstest::rstest;
use std::time::Duration;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const COMING: &str = "standard | 2027\nname | 试验版\neffective | 2027-01-01\n\
    [CEB311/OrderHead]\n+ batchNo after orderNo | 批次号 | C1..20 | R | - | 新版必填\n";

async fn put(platform: &TestPlatform, overlay: &'static str) -> Result<Coming, VersionRefusal> {
    let now_ms = platform.clock.now_ms();
    let operator = person(9, Role::Operator, None, Sight::All);
    platform
        .shared
        .db
        .write(move |tx| load(tx, &operator, overlay, None, now_ms))
        .await
}

/// What somebody sees: company, kind, code, element, messages.
async fn seen(platform: &TestPlatform, sight: Sight) -> Vec<String> {
    let found = platform
        .shared
        .db
        .read(move |tx| sql::broken(tx, &sight, "2027", 100))
        .await
        .unwrap();
    found
        .into_iter()
        .map(|broken| {
            format!(
                "{} {} {} {} {}",
                broken.company_id.0, broken.kind, broken.code, broken.element, broken.n_messages
            )
        })
        .collect()
}

async fn state(platform: &TestPlatform) -> Option<(i64, i64)> {
    let found = platform.shared.db.read(coming).await.unwrap();
    found.map(|coming| (coming.n_rehearsed, coming.n_broken))
}

/// Drops the version: what was counted goes with it, and both acts are audited.
async fn dropped(platform: &TestPlatform) {
    let now_ms = platform.clock.now_ms();
    let gone = platform
        .shared
        .db
        .write(move |tx| -> store::Result<_> {
            let operator = person(9, Role::Operator, None, Sight::All);
            Ok((
                drop(tx, &operator, "2028", now_ms)?,
                drop(tx, &operator, "2027", now_ms)?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(gone, (false, true));
    assert_eq!(state(platform).await, None);
    assert!(seen(platform, Sight::All).await.is_empty());
    let filter = registry::audit::AuditFilter {
        acts: vec![LOAD.name.to_owned(), DROP.name.to_owned()],
        ..registry::audit::AuditFilter::default()
    };
    let rows = platform
        .shared
        .db
        .read(move |tx| registry::audit::list(tx, &filter, 10))
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_company_learns_what_will_break_for_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    // Nothing is loaded: nothing happens.
    assert_eq!(turn(&platform.shared).await.unwrap(), 0);
    for (company, kind, seed) in [
        (0, Kind::Ceb311, 1),
        (0, Kind::Ceb311, 2),
        (1, Kind::Ceb311, 3),
        (1, Kind::Ceb411, 4),
    ] {
        accepted(
            platform
                .accept(company, platform.sample(company, kind, seed))
                .await,
        );
    }
    // Refused now, so left out: it will be put right first.
    let wrong = platform
        .sample(2, Kind::Ceb311, 5)
        .replace("<ceb:appType>1", "<ceb:appType>7");
    accepted(platform.accept(2, wrong).await);
    put(&platform, COMING).await.unwrap();
    let again = put(&platform, COMING).await;
    assert!(matches!(again, Err(VersionRefusal::Problems(why)) if why[0].contains("已装入")));

    platform
        .clock
        .advance(Duration::from_millis(SETTLED_MS.unsigned_abs() * 2));
    // Live traffic comes first.
    assert_eq!(turn(&platform.shared).await.unwrap(), 0);
    platform.shared.directory.refresh().await.unwrap();
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(turn(&platform.shared).await.unwrap(), 5);
    assert_eq!(turn(&platform.shared).await.unwrap(), 0);
    assert_eq!(state(&platform).await, Some((4, 3)));
    assert_eq!(
        seen(&platform, platform.sight(0)).await,
        ["1 CEB311 TG-E1201 OrderHead/batchNo 2"]
    );
    assert_eq!(
        seen(&platform, platform.sight(1)).await,
        ["2 CEB311 TG-E1201 OrderHead/batchNo 1"]
    );
    assert!(seen(&platform, platform.sight(2)).await.is_empty());
    assert_eq!(seen(&platform, Sight::All).await.len(), 2);

    // What comes later is added; what was counted is not counted again.
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 6))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    platform
        .clock
        .advance(Duration::from_millis(SETTLED_MS.unsigned_abs() * 2));
    assert_eq!(turn(&platform.shared).await.unwrap(), 1);
    assert_eq!(
        seen(&platform, platform.sight(0)).await,
        ["1 CEB311 TG-E1201 OrderHead/batchNo 3"]
    );

    dropped(&platform).await;
}

/// What is damaged is passed over, counted, and hides nothing that comes after it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_damaged_is_reported_and_passed_over(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let first = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let damage = platform.shared.db.write(move |tx| {
        let damaged = &b"\0TG\x01\x02k1 no key opens this"[..];
        let sql = "update message_body set body = $1 where message_id = $2";
        tx.execute(sql, &[damaged.into(), first.0.into()])
    });
    assert_eq!(damage.await.unwrap(), 1);
    put(&platform, COMING).await.unwrap();
    platform
        .clock
        .advance(Duration::from_millis(SETTLED_MS.unsigned_abs() * 2));
    // Alone in its turn.
    assert_eq!(turn(&platform.shared).await.unwrap(), 1);
    assert_eq!(turn(&platform.shared).await.unwrap(), 0);
    let found = platform.shared.db.read(coming).await.unwrap().unwrap();
    assert_eq!((found.n_rehearsed, found.n_unreadable), (0, 1));
}

/// A message whose row is damaged, as SQLite hands out what was changed on the disk, is passed over and counted: what
/// comes after it is rehearsed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_does_not_end_the_rehearsal() {
    let spoilt = [
        ("kind", "cast(x'80ff' as text)"),
        ("profile", "cast(profile as blob)"),
        ("state", "cast(x'80ff' as text)"),
        ("state", "'sold'"),
        ("company_id", "'x'"),
    ];
    for (column, value) in spoilt {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let first = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 1))
                .await,
        );
        accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 2))
                .await,
        );
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let damage = platform.shared.db.write(move |tx| {
            let sql = format!("update message set {column} = {value} where id = $1");
            tx.execute(&sql, &[first.0.into()])
        });
        assert_eq!(damage.await.unwrap(), 1);
        put(&platform, COMING).await.unwrap();
        platform
            .clock
            .advance(Duration::from_millis(SETTLED_MS.unsigned_abs() * 2));
        assert_eq!(turn(&platform.shared).await.unwrap(), 2, "{column} {value}");
        let found = platform.shared.db.read(coming).await.unwrap().unwrap();
        let figures = (found.n_rehearsed, found.n_unreadable);
        assert_eq!(figures, (1, 1), "{column} {value}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_is_not_whole_is_not_loaded() {
    let test = store::testing::sqlite();
    let platform = TestPlatform::on(test).await;
    for (overlay, word) in [
        ("standard | 2027\nname | 试验版\n", "生效日期"),
        (
            "standard | 202205\nname | x\neffective | 2027-01-01\n",
            "内置",
        ),
        (
            "standard | 2027\nname | x\neffective | 2027-01-01\n[CEB999]\n",
            "不是 [报文]",
        ),
    ] {
        let Err(VersionRefusal::Problems(problems)) = put(&platform, overlay).await else {
            panic!("loaded");
        };
        assert!(
            problems.iter().any(|line| line.contains(word)),
            "{problems:?}"
        );
    }
    assert_eq!(state(&platform).await, None);
}
