//! The board of docking, on both engines.

use super::{DockingFilter, DockingMove, DockingStage, counts, find, list, set, steps};
use crate::tests::{World, code};
use registry::access::Sight;
use registry::role::Role;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn wanted(stage: DockingStage) -> DockingMove {
    DockingMove {
        stage,
        person: "某工程师".to_owned(),
        next_step: "联调第二批报文".to_owned(),
        due_day: "2026-11-20".to_owned(),
        note: "已开通测试队列".to_owned(),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stages_move_with_a_history_and_live_needs_a_dxp_id(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let other = world.company(2, &["ebc"]).await;
    let clerk = world.person("clerk", Role::BureauClerk, None).await;
    for stage in [
        DockingStage::Materials,
        DockingStage::Testing,
        DockingStage::Live,
    ] {
        let (context, who, company) = (world.context.clone(), clerk.clone(), company.clone());
        world
            .write(move |tx| set(tx, &context, &who, &company, "http", &wanted(stage)))
            .await
            .unwrap();
    }
    let (context, who) = (world.context.clone(), clerk.clone());
    let mut without = company.clone();
    without.dxp_id = crate::company_ledger::provisional_dxp_id(&without.customs_code);
    let refused = world
        .write(move |tx| {
            set(
                tx,
                &context,
                &who,
                &without,
                "mq",
                &wanted(DockingStage::Live),
            )
        })
        .await;
    assert_eq!(code(refused), "TG-R4350");
    let id = company.id;
    let http = world.read(move |tx| find(tx, id, "http")).await.unwrap();
    assert_eq!((http.stage, http.n_changes), (DockingStage::Live, 3));
    assert!(world.read(move |tx| find(tx, id, "mq")).await.is_none());
    let history = world.read(move |tx| steps(tx, id, "http", 10)).await;
    let moves: Vec<_> = history
        .iter()
        .map(|s| (s.from.as_str(), s.to.as_str()))
        .collect();
    assert_eq!(
        moves,
        [
            ("testing", "live"),
            ("materials", "testing"),
            ("registered", "materials")
        ]
    );
    let all = world
        .read(|tx| list(tx, &Sight::All, &DockingFilter::default(), 10))
        .await;
    assert_eq!(all.len(), 2);
    let after = DockingFilter {
        after: Some((all[0].company.0, all[0].channel.clone())),
        ..DockingFilter::default()
    };
    let next = world
        .read(move |tx| list(tx, &Sight::All, &after, 10))
        .await;
    assert_eq!(next, all[1..]);
    let own = Sight::Company(other.id);
    let seen = world
        .read(move |tx| list(tx, &own, &DockingFilter::default(), 10))
        .await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].company, other.id);
    let sums = world.read(|tx| counts(tx, &Sight::All)).await;
    assert_eq!(sums.iter().map(|(_, n)| n).sum::<i64>(), 2);
    assert_eq!(world.audited("docking.move").await, 3);
}
