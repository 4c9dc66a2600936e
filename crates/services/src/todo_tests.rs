//! Whom what waits for, on both engines.

use crate::case_file::{self, Verb};
use crate::docking::{self, DockingMove, DockingStage};
use crate::tests::{PLAIN, World};
use registry::access::Actor;
use registry::role::Role;
use registry::todo::{Asking, Counter, list};
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// What waits for somebody: kind, count, late ones.
async fn of(world: &World, actor: &Actor) -> Vec<(&'static str, i64, i64)> {
    let (actor, now_ms) = (actor.clone(), world.context.now_ms());
    let modules = [registry::MODULES, crate::MODULES, exchange::MODULES];
    let counts = modules
        .into_iter()
        .flatten()
        .flat_map(|module| module.todos);
    let mut counters: Vec<Arc<Counter>> = counts
        .map(|count| Arc::new(*count) as Arc<Counter>)
        .collect();
    counters.push(Arc::new(|tx: &mut Tx<'_>, asking: &Asking<'_>| {
        case_file::waits(&[PLAIN], tx, asking)
    }));
    let found = world
        .read(move |tx| {
            let asking = Asking {
                actor: &actor,
                approvals: &[],
                now_ms,
            };
            list(tx, &counters, &asking)
        })
        .await;
    found
        .into_iter()
        .map(|todo| (todo.kind, todo.count, todo.overdue))
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_waits_for_the_one_whose_turn_it_is(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let (clerk, approver) = world.bureau().await;
    let admin = |login, company| world.person(login, Role::CompanyAdmin, Some(company));
    let boss = admin("boss", company.id).await;
    let other = world.company(2, &["ebc"]).await;
    let stranger = admin("stranger", other.id).await;
    assert!(of(&world, &clerk).await.is_empty());
    let case = world.open(&boss, PLAIN, &[("what", "a")]).await.unwrap();
    world.attach(&boss, PLAIN, &case, "proof").await.unwrap();
    assert_eq!(of(&world, &clerk).await, [("cases_review", 1, 0)]);
    assert!(of(&world, &approver).await.is_empty());
    assert!(of(&world, &boss).await.is_empty());
    let case = world.act(&clerk, PLAIN, &case, Verb::Accept).await.unwrap();
    let case = world.act(&clerk, PLAIN, &case, Verb::Supplement).await;
    assert_eq!(of(&world, &boss).await, [("cases_supplement", 1, 0)]);
    assert!(of(&world, &stranger).await.is_empty());
    assert!(of(&world, &clerk).await.is_empty());
    let case = world
        .act(&boss, PLAIN, &case.unwrap(), Verb::Resubmit)
        .await;
    let case = world
        .act(&clerk, PLAIN, &case.unwrap(), Verb::Approve)
        .await;
    assert_eq!(of(&world, &approver).await, [("cases_approve", 1, 0)]);
    assert!(of(&world, &clerk).await.is_empty());
    world.clock.advance(Duration::from_secs(60 * 86_400));
    assert_eq!(of(&world, &approver).await, [("cases_approve", 1, 1)]);
    let case = world
        .act(&approver, PLAIN, &case.unwrap(), Verb::Finish)
        .await;
    assert!(case.is_ok());
    assert!(of(&world, &approver).await.is_empty());
}

/// A returned application waits for its applicant until the same is applied for again, or a month has passed.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_returned_is_a_to_do_until_it_is_applied_for_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let (clerk, _) = world.bureau().await;
    let admin = |login, company| world.person(login, Role::CompanyAdmin, Some(company));
    let boss = admin("boss", company.id).await;
    let other = world.company(2, &["ebc"]).await;
    let stranger = admin("stranger", other.id).await;
    let case = world.open(&boss, PLAIN, &[("what", "a")]).await.unwrap();
    world.act(&clerk, PLAIN, &case, Verb::Return).await.unwrap();
    assert_eq!(of(&world, &boss).await, [("cases_returned", 1, 0)]);
    for nobody in [&clerk, &stranger] {
        assert!(of(&world, nobody).await.is_empty());
    }
    let again = world.open(&boss, PLAIN, &[("what", "a")]).await.unwrap();
    assert!(of(&world, &boss).await.is_empty());
    world
        .act(&clerk, PLAIN, &again, Verb::Return)
        .await
        .unwrap();
    assert_eq!(of(&world, &boss).await, [("cases_returned", 1, 0)]);
    world.clock.advance(Duration::from_secs(31 * 86_400));
    assert!(of(&world, &boss).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_docking_that_is_late_waits_for_its_company_and_for_the_clerk(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let other = world.company(2, &["ebc"]).await;
    let clerk = world.person("clerk", Role::BureauClerk, None).await;
    let boss = world
        .person("boss", Role::CompanyAdmin, Some(company.id))
        .await;
    let stranger = world
        .person("stranger", Role::CompanyAdmin, Some(other.id))
        .await;
    for (day, late) in [("2026-11-23", 0), ("2026-11-22", 1)] {
        let wanted = DockingMove {
            stage: DockingStage::Testing,
            person: "某工程师".to_owned(),
            next_step: "联调".to_owned(),
            due_day: day.to_owned(),
            note: String::new(),
        };
        let (context, who, company) = (world.context.clone(), clerk.clone(), company.clone());
        world
            .write(move |tx| docking::set(tx, &context, &who, &company, "http", &wanted))
            .await
            .unwrap();
        let expected: Vec<_> = (late > 0)
            .then_some(("docking", 1, 1))
            .into_iter()
            .collect();
        assert_eq!(of(&world, &clerk).await, expected, "{day}");
        assert_eq!(of(&world, &boss).await, expected, "{day}");
        assert!(of(&world, &stranger).await.is_empty());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_customs_turned_down_waits_for_those_who_declare_in_its_company(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let other = world.company(2, &["ebc"]).await;
    let of_company = async |login, role, id| world.person(login, role, Some(id)).await;
    let clerk = of_company("clerk", Role::CompanyClerk, company.id).await;
    let reader = of_company("reader", Role::CompanyReader, company.id).await;
    let stranger = of_company("stranger", Role::CompanyClerk, other.id).await;
    assert!(of(&world, &clerk).await.is_empty());
    let id = company.id.0;
    world
        .write(move |tx| {
            for (n, outcome, needs_action) in [
                (1, "rejected", true),
                (2, "rejected", true),
                (3, "rejected", false),
                (4, "faulty", true),
                (5, "accepted", false),
            ] {
                let guid = format!("G{n}");
                tx.execute(
                    "insert into message (id, company_id, key_id, direction, kind, guid, shape, \
                     profile, state, n_bytes, n_documents, n_final, hash, received_at, \
                     changed_at, outcome, needs_action) values ($1, $2, 1, 'import', 'CEB311', \
                     $3, 'bare', 'strict', 'settled', 1, 1, 1, $4, 0, 0, $5, $6)",
                    &[
                        (n * 128_i64).into(),
                        id.into(),
                        guid.as_str().into(),
                        [0_u8; 1].as_slice().into(),
                        outcome.into(),
                        needs_action.into(),
                    ],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(
        of(&world, &clerk).await,
        [("rejected", 2, 0), ("faulty", 1, 0)]
    );
    assert!(of(&world, &reader).await.is_empty());
    assert!(of(&world, &stranger).await.is_empty());
}
