//! Appointments and the rights that come and go with them, on both engines.

use super::{Appointment, KIND, end, of_company};
use crate::member;
use crate::tests::{World, code};
use registry::access::Actor;
use registry::company::CompanyId;
use registry::role::{self, Role};
use registry::session::{self, Session, SessionLimits, Stage};
use rstest::rstest;
use std::time::Duration;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const FORM: &[(&str, &str)] = &[
    ("agent", "1105900002"),
    ("directions", "import"),
    ("kinds", "CEB621,623"),
    ("until", "2027-11-22"),
];

async fn appointment(world: &World, principal: CompanyId) -> Appointment {
    let found = world
        .read(move |tx| of_company(tx, principal, &web::Begin::default(), 10))
        .await;
    found.into_iter().next().unwrap()
}

fn clerk_of(company: CompanyId) -> (String, Option<i64>) {
    ("company_clerk".to_owned(), Some(company.0))
}

async fn invite(world: &World, actor: &Actor, company: CompanyId, login: &'static str) -> Actor {
    let (context, who) = (world.context.clone(), actor.clone());
    let made = world
        .write(move |tx| {
            member::invite(
                tx,
                &context,
                &who,
                (company, Role::CompanyClerk),
                (login, "某人", login),
            )
        })
        .await
        .unwrap();
    Actor {
        who: registry::access::Who::Account(made.id),
        ..actor.clone()
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_come_with_an_appointment_and_end_with_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let principal = world.company(1, &["ebc"]).await;
    let agent = world.company(2, &["agent"]).await;
    let admin = world
        .person("principal", Role::CompanyAdmin, Some(principal.id))
        .await;
    let agent_admin = world
        .person("agent", Role::CompanyAdmin, Some(agent.id))
        .await;
    let reader = world
        .person("reader", Role::CompanyReader, Some(agent.id))
        .await;
    let (clerk, approver) = world.bureau().await;
    let case = world.open(&admin, KIND, FORM).await.unwrap();
    let people = (&admin, &clerk, &approver);
    world.grant(KIND, case, people).await.unwrap();
    // The agent's administrator is a clerk of the principal, its reader is nothing there.
    assert!(
        world
            .companies_of(&agent_admin)
            .await
            .contains(&clerk_of(principal.id))
    );
    assert_eq!(world.companies_of(&reader).await.len(), 1);
    let now = appointment(&world, principal.id).await;
    assert!(now.scope.covers("import", "CEB623") && now.scope.covers("import", "CEB621"));
    assert!(!now.scope.covers("import", "CEB311") && !now.scope.covers("export", "CEB603"));
    // Its people carry the limits with their role, the principal's have none.
    for (person, scope) in [(&agent_admin, Some(now.scope.clone())), (&admin, None)] {
        let (account, now_ms) = (person.require_account().unwrap(), world.context.now_ms());
        let grants = world
            .read(move |tx| role::of_account(tx, account, now_ms))
            .await;
        let of_principal = grants
            .into_iter()
            .find(|grant| grant.company == Some(principal.id));
        assert_eq!(of_principal.unwrap().scope, scope);
    }
    assert_eq!(code(world.open(&admin, KIND, FORM).await), "TG-R4341");
    // The agent's people are no members of the principal.
    let id = principal.id;
    let members = world.read(move |tx| member::of_company(tx, id)).await;
    assert_eq!(members.len(), 1);
    // Who joins the agent joins, who leaves it leaves.
    let joined = invite(&world, &agent_admin, agent.id, "joined").await;
    assert!(
        world
            .companies_of(&joined)
            .await
            .contains(&clerk_of(principal.id))
    );
    let (context, who) = (world.context.clone(), agent_admin.clone());
    let account = joined.require_account().unwrap();
    world
        .write(move |tx| member::remove(tx, &context, &who, agent.id, account))
        .await
        .unwrap();
    assert!(world.companies_of(&joined).await.is_empty());
    // Ended by the agent: the right is gone in the same transaction.
    let (context, who) = (world.context.clone(), agent_admin.clone());
    let ending = now.clone();
    let ended = world
        .write(move |tx| Ok(end(tx, &context, &who, &ending)?))
        .await;
    assert!(ended.unwrap());
    assert_eq!(world.companies_of(&agent_admin).await.len(), 1);
    let (context, who) = (world.context.clone(), agent_admin.clone());
    let again = world
        .write(move |tx| Ok(end(tx, &context, &who, &now)?))
        .await;
    assert!(!again.unwrap(), "ended once");
    assert_eq!(world.audited("agent.end").await, 1);
    assert_eq!(world.audited("agent.people").await, 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointment_that_ran_out_gives_nothing_and_may_be_renewed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let principal = world.company(1, &["ebc"]).await;
    let agent = world.company(2, &["agent"]).await;
    let other = world.company(3, &["ebc"]).await;
    let admin = world
        .person("principal", Role::CompanyAdmin, Some(principal.id))
        .await;
    let agent_admin = world
        .person("agent", Role::CompanyAdmin, Some(agent.id))
        .await;
    let (clerk, approver) = world.bureau().await;
    let people = (&admin, &clerk, &approver);
    let with = |name: &'static str, value: &'static str| -> Vec<(&'static str, &'static str)> {
        let changed = |(known, old): &(&'static str, &'static str)| {
            (*known, if *known == name { value } else { *old })
        };
        FORM.iter().map(changed).collect()
    };
    for (name, value, expected) in [
        ("agent", "1105900009", "TG-R4340"),
        ("agent", "1105900001", "TG-R4340"),
        ("agent", "1105900003", "TG-R4340"),
        ("agent", "'; drop table agent", "TG-R4340"),
        ("directions", "sideways", "TG-R4311"),
        ("kinds", "CEB999", "TG-R4311"),
        ("until", "2026-11-22", "TG-R4311"),
        ("until", "2099-01-01", "TG-R4311"),
        ("until", "soon", "TG-R4311"),
    ] {
        assert_eq!(
            code(world.open(&admin, KIND, &with(name, value)).await),
            expected,
            "{value}"
        );
    }
    assert!(other.id != agent.id);
    let case = world.open(&admin, KIND, FORM).await.unwrap();
    world.grant(KIND, case, people).await.unwrap();
    world.clock.advance(Duration::from_secs(366 * 24 * 3600));
    assert_eq!(world.companies_of(&agent_admin).await.len(), 1);
    let case = world
        .open(&admin, KIND, &with("until", "2028-11-22"))
        .await
        .unwrap();
    world.grant(KIND, case, people).await.unwrap();
    assert!(
        world
            .companies_of(&agent_admin)
            .await
            .contains(&clerk_of(principal.id))
    );
}

/// The company for which somebody acts who begins a session now and chooses none.
async fn acts_for(world: &World, actor: &Actor) -> Option<CompanyId> {
    let (context, account) = (world.context.clone(), actor.require_account().unwrap());
    let begin = move |tx: &mut Tx<'_>| {
        let (id, now_ms) = (context.ids.next(), context.now_ms());
        let begun = Session {
            id,
            hash: id.to_string(),
            account,
            stage: Stage::Full,
            methods: "password".to_owned(),
            company: None,
            authenticated_at: now_ms,
            created_at: now_ms,
            seen_at: now_ms,
            expires_at: now_ms + 1000,
            address: String::new(),
            agent: String::new(),
        };
        session::insert(tx, &begun)?;
        Ok(session::by_id(
            tx,
            id,
            now_ms,
            &SessionLimits::of(&context),
        )?)
    };
    let found = world.write(begin).await.unwrap();
    found.unwrap().company.map(|company| company.id)
}

/// Who is made an agent is not asked: it must not take its people from their own company.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointment_moves_nobody_from_their_own_company(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let principal = world.company(1, &["ebc"]).await;
    let agent = world.company(2, &["agent"]).await;
    let admin = world
        .person("principal", Role::CompanyAdmin, Some(principal.id))
        .await;
    let agent_admin = world
        .person("agent", Role::CompanyAdmin, Some(agent.id))
        .await;
    assert_eq!(acts_for(&world, &agent_admin).await, Some(agent.id));
    let (clerk, approver) = world.bureau().await;
    let case = world.open(&admin, KIND, FORM).await.unwrap();
    let people = (&admin, &clerk, &approver);
    world.grant(KIND, case, people).await.unwrap();
    assert_eq!(world.companies_of(&agent_admin).await.len(), 2);
    assert_eq!(acts_for(&world, &agent_admin).await, Some(agent.id));
}
