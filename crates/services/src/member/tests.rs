//! Members, the last administrator, and races, on both engines.

use super::{change, invite, invite_again, of_company, remove};
use crate::tests::{World, code};
use registry::access::Actor;
use registry::account::{self, AccountId};
use registry::company::CompanyId;
use registry::role::Role;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::Problem;

async fn add(
    world: &World,
    actor: &Actor,
    company: CompanyId,
    login: &'static str,
    role: Role,
) -> Result<AccountId, Problem> {
    let (context, actor) = (world.context.clone(), actor.clone());
    let made = world
        .write(move |tx| {
            invite(
                tx,
                &context,
                &actor,
                (company, role),
                (login, "某人", login),
            )
        })
        .await?;
    Ok(made.id)
}

async fn gone(
    world: &World,
    actor: &Actor,
    company: CompanyId,
    account: AccountId,
) -> Result<(), Problem> {
    let (context, actor) = (world.context.clone(), actor.clone());
    world
        .write(move |tx| remove(tx, &context, &actor, company, account))
        .await
}

async fn changed(
    world: &World,
    actor: &Actor,
    company: CompanyId,
    account: AccountId,
    role: Role,
) -> Result<(), Problem> {
    let (context, actor) = (world.context.clone(), actor.clone());
    world
        .write(move |tx| change(tx, &context, &actor, company, account, role))
        .await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_keeps_an_administrator_who_can_log_in(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await.id;
    let other = world.company(2, &["ebc"]).await.id;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company))
        .await;
    let foreign = world
        .person("foreign", Role::CompanyAdmin, Some(other))
        .await;
    let me = admin.require_account().unwrap();
    assert_eq!(code(gone(&world, &admin, company, me).await), "TG-R4330");
    assert_eq!(
        code(changed(&world, &admin, company, me, Role::CompanyReader).await),
        "TG-R4330"
    );
    // Somebody who was invited and has no password yet does not count.
    let second = add(&world, &admin, company, "second", Role::CompanyAdmin)
        .await
        .unwrap();
    assert_eq!(code(gone(&world, &admin, company, me).await), "TG-R4330");
    world
        .write(move |tx| Ok(account::set_password(tx, second, "hash", 5)?))
        .await
        .unwrap();
    changed(&world, &admin, company, me, Role::CompanyReader)
        .await
        .unwrap();
    assert_eq!(
        world.companies_of(&admin).await,
        [("company_reader".to_owned(), Some(company.0))]
    );
    // Another company's people do not exist.
    let stranger = foreign.require_account().unwrap();
    assert_eq!(
        code(gone(&world, &admin, company, stranger).await),
        "TG-R4040"
    );
    assert_eq!(
        code(add(&world, &admin, company, "SECOND", Role::CompanyClerk).await),
        "TG-R4331"
    );
    assert_eq!(
        code(add(&world, &admin, company, "<script>", Role::CompanyClerk).await),
        "TG-R4331"
    );
    // Who is removed cannot log in any more.
    gone(&world, &admin, company, me).await.unwrap();
    let state = world
        .read(move |tx| account::by_id(tx, me))
        .await
        .unwrap()
        .state;
    assert_eq!(state, "disabled");
    assert_eq!(world.read(move |tx| of_company(tx, company)).await.len(), 1);
    let (context, who) = (world.context.clone(), foreign.clone());
    let link = world
        .write(move |tx| invite_again(tx, &context, &who, (other, second, "hash2")))
        .await;
    assert_eq!(code(link), "TG-R4040");
    assert_eq!(world.audited("member.remove").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_cannot_remove_each_other(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    for n in 1..=5 {
        let company = world.company(n, &["ebc"]).await.id;
        let one = world
            .person(&format!("one{n}"), Role::CompanyAdmin, Some(company))
            .await;
        let two = world
            .person(&format!("two{n}"), Role::CompanyAdmin, Some(company))
            .await;
        let (left, right) = tokio::join!(
            gone(&world, &one, company, two.require_account().unwrap()),
            gone(&world, &two, company, one.require_account().unwrap())
        );
        assert_eq!(usize::from(left.is_ok()) + usize::from(right.is_ok()), 1);
        assert_eq!(world.read(move |tx| of_company(tx, company)).await.len(), 1);
    }
}
