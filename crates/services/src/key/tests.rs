//! Keys of a company, on both engines.

use super::{KEYS_MAX, issue, revoke};
use crate::tests::{World, code};
use registry::role::Role;
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::task::JoinSet;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_the_companys_own_and_not_too_many(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await.id;
    let other = world.company(2, &["ebc"]).await.id;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company))
        .await;
    let mut ids = Vec::new();
    for n in 0..=KEYS_MAX {
        let (context, who) = (world.context.clone(), admin.clone());
        let secret = [u8::try_from(n).unwrap(); 32];
        let issued = world
            .write(move |tx| issue(tx, &context, &who, company, ("erp", 30, &secret)))
            .await;
        match issued {
            Ok((key, text)) => {
                assert!(text.starts_with(&format!("tg_{}_", key.id)));
                ids.push(key.id);
            }
            Err(problem) => assert_eq!((n, problem.code.as_str()), (KEYS_MAX, "TG-R4334")),
        }
    }
    let first = ids[0];
    let (context, who) = (world.context.clone(), admin.clone());
    let foreign = world
        .write(move |tx| revoke(tx, &context, &who, other, first))
        .await;
    assert_eq!(code(foreign), "TG-R4040");
    for expected in [true, false] {
        let (context, who) = (world.context.clone(), admin.clone());
        let done = world
            .write(move |tx| revoke(tx, &context, &who, company, first))
            .await;
        assert_eq!(done.is_ok(), expected);
    }
    assert_eq!(world.audited("key.issue").await, KEYS_MAX);
    assert_eq!(world.audited("key.revoke").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_keys_asked_for_at_once_no_more_than_the_limit_are_issued(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await.id;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company))
        .await;
    let mut all = JoinSet::new();
    for n in 0..2 * KEYS_MAX {
        let (context, who) = (world.context.clone(), admin.clone());
        let secret = [u8::try_from(n).unwrap(); 32];
        all.spawn(async move {
            let shared = context.clone();
            let write =
                move |tx: &mut Tx<'_>| issue(tx, &shared, &who, company, ("erp", 30, &secret));
            context.act(write).await.is_ok()
        });
    }
    let issued = all.join_all().await;
    assert_eq!(issued.into_iter().filter(|is_ok| *is_ok).count(), KEYS_MAX);
}
