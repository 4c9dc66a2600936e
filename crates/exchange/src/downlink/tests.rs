//! The feed: numbers, pages, rewinding.

use super::{after, before, reserve};
use registry::company::CompanyId;
use rstest::rstest;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::testing::TestEngine::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_given_once_whatever_races(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let db = Arc::new(test.db.clone());
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let db = Arc::clone(&db);
            let wanted = BTreeMap::from([(CompanyId(1), 3), (CompanyId(2), i64::from(n % 2 == 0))]);
            tokio::spawn(async move { db.write(move |tx| reserve(tx, &wanted)).await })
        })
        .collect();
    let mut firsts = Vec::new();
    for task in tasks {
        firsts.push(task.await.unwrap().unwrap()[&CompanyId(1)]);
    }
    firsts.sort_unstable();
    let expected: Vec<i64> = (0..40).map(|n| n * 3 + 1).collect();
    assert_eq!(firsts, expected, "{}", test.db.engine_name());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_place_can_be_read_again(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = crate::testing::TestPlatform::on(test).await;
    for seed in 1..=4 {
        platform
            .accept(0, platform.sample(0, ceb::Kind::Ceb311, seed))
            .await;
    }
    platform.settle().await;
    let company = platform.company_id(0);
    let read = async |from: i64, limit: i64| {
        platform
            .shared
            .db
            .read(move |tx| after(tx, company, from, limit))
            .await
            .unwrap()
    };
    let all = read(0, 1000).await;
    assert_eq!(all.len(), 12);
    let page = read(all[4].feed_no, 3).await;
    assert_eq!(page, all[5..8]);
    assert_eq!(read(0, 1000).await, all);
    assert!(read(all[11].feed_no, 10).await.is_empty());
    let back = async |to: i64, limit: i64| {
        platform
            .shared
            .db
            .read(move |tx| before(tx, company, to, limit))
            .await
            .unwrap()
    };
    let newest: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(back(i64::MAX, 5).await, newest[..5]);
    assert_eq!(back(newest[4].feed_no, 1000).await, newest[5..]);
    assert!(back(all[0].feed_no, 10).await.is_empty());
}
