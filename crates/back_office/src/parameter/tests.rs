//! Parameters on both engines.

use super::http::set;
use super::{KINDS, SET_KIND};
use crate::administration::AdministrationApi;
use identity::login::{FAILURES_MAX, PARAMETERS};
use registry::access::{Actor, Gate};
use registry::approval::{self, Decision, Doing, decide};
use registry::context::AppContext;
use registry::parameter::{Parameter, ParameterBoard, changes, refresh};
use registry::role::Role;
use registry::session::IDLE_MINUTES;
use registry::testing::{context, person};
use rstest::rstest;
use std::sync::Arc;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const LOOSE: &Parameter = &Parameter {
    name: "test.loose",
    is_security: false,
    ..IDLE_MINUTES
};

fn api(context: &AppContext) -> AdministrationApi {
    AdministrationApi {
        gate: Arc::new(Gate::new(context.clone(), &[])),
        acts: Arc::new([]),
    }
}

async fn wish(
    context: &AppContext,
    actor: &Actor,
    parameter: &'static Parameter,
    value: Option<i64>,
) -> Result<Option<i64>, String> {
    let (api, actor) = (api(context), actor.clone());
    let write = move |tx: &mut Tx<'_>| set(tx, &api, &actor, parameter, value, "为了试验");
    context.act(write).await.map_err(|problem| problem.code)
}

async fn approve(context: &AppContext, actor: &Actor, id: i64) -> Result<String, String> {
    let (shared, actor) = (context.clone(), actor.clone());
    let write = move |tx: &mut Tx<'_>| {
        let approval = approval::find(tx, id)?.unwrap();
        let doing = Doing {
            approval: &approval,
            actor: &actor,
            context: &shared,
        };
        Ok(decide(tx, &doing, &KINDS[0], &Decision::Approve)?)
    };
    let decided = context.act(write).await;
    decided.map_err(|problem| problem.detail.unwrap_or(problem.code))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_security_parameter_waits_for_a_second_person_and_then_holds_everywhere(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (mut one, _) = context(&test.db);
    one.parameters = Arc::new(ParameterBoard::new(&[PARAMETERS]));
    let mut other = one.clone();
    other.parameters = Arc::new(ParameterBoard::new(&[PARAMETERS]));
    let system = person(&one, "system", Some(Role::SystemAdmin)).await;
    let security = person(&one, "security", Some(Role::SecurityAdmin)).await;
    assert_eq!(one.number(&FAILURES_MAX), 5, "the file's value");

    let id = wish(&one, &system, &FAILURES_MAX, Some(3)).await.unwrap();
    let id = id.unwrap();
    refresh(&one.db, &one.parameters).await.unwrap();
    assert_eq!(one.number(&FAILURES_MAX), 5, "it waits");
    let twice = wish(&one, &system, &FAILURES_MAX, Some(4)).await;
    assert_eq!(twice, Err("TG-R4505".to_owned()));
    let own = approve(&one, &system, id).await;
    assert_eq!(own, Err(approval::codes::OWN.code.to_owned()));
    let change = approve(&one, &security, id).await.unwrap();
    assert_eq!(change, "登录失败锁定次数：默认（5 次） → 3 次");
    for process in [&one, &other] {
        refresh(&process.db, &process.parameters).await.unwrap();
        assert_eq!(process.number(&FAILURES_MAX), 3);
    }

    // Back to the file's value, by two people as well.
    let id = wish(&one, &system, &FAILURES_MAX, None).await.unwrap();
    approve(&one, &security, id.unwrap()).await.unwrap();
    refresh(&other.db, &other.parameters).await.unwrap();
    assert_eq!(other.number(&FAILURES_MAX), 5);
    let read = |tx: &mut Tx<'_>| changes(tx, FAILURES_MAX.name, 10);
    let noted = one.read(read).await.unwrap();
    let values: Vec<Option<i64>> = noted.iter().map(|change| change.value).collect();
    assert_eq!(values, [None, Some(3)]);
    assert!(noted.iter().all(|change| {
        (change.asked_name.as_str(), change.approved_name.as_str()) == ("system", "security")
    }));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_does_not_undo_what_was_done_meanwhile_and_ranges_hold(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (mut context, _) = context(&test.db);
    context.parameters = Arc::new(ParameterBoard::new(&[PARAMETERS]));
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let security = person(&context, "security", Some(Role::SecurityAdmin)).await;
    let id = wish(&context, &system, &FAILURES_MAX, Some(3))
        .await
        .unwrap();
    let meanwhile = |tx: &mut Tx<'_>| registry::parameter::set(tx, FAILURES_MAX.name, Some(9), 1);
    test.db.write(meanwhile).await.unwrap();
    let late = approve(&context, &security, id.unwrap()).await;
    assert_eq!(late, Err("提交之后参数已被变更".to_owned()));

    // A value of another release that is out of range does not count.
    let wrong = |tx: &mut Tx<'_>| registry::parameter::set(tx, FAILURES_MAX.name, Some(900), 1);
    test.db.write(wrong).await.unwrap();
    refresh(&context.db, &context.parameters).await.unwrap();
    assert_eq!(context.number(&FAILURES_MAX), 5);
    assert!(FAILURES_MAX.check(2).is_err() && FAILURES_MAX.check(20).is_ok());
    assert_eq!(SET_KIND.deciders, [Role::SecurityAdmin]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_hold_at_once_and_the_history_stays(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    assert_eq!(wish(&context, &system, LOOSE, Some(60)).await, Ok(None));
    let same = wish(&context, &system, LOOSE, Some(60)).await;
    assert_eq!(same, Err("TG-R4505".to_owned()));
    refresh(&context.db, &context.parameters).await.unwrap();
    assert_eq!(context.number(LOOSE), 60);
    let forge = |tx: &mut Tx<'_>| {
        tx.execute("update parameter_change set why = 'x'", &[])
            .map(|_| ())
    };
    assert!(test.db.write(forge).await.is_err(), "append only");
}
