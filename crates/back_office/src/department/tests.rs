//! Departments and posts on both engines.

use super::{DISTRICT, DepartmentDetails, DistrictWish, all, in_order, put, remove, subtree};
use crate::{post, user};
use registry::access::{Actor, Sight};
use registry::account;
use registry::account::AccountId;
use registry::approval::{self, Decision, Doing, Request, Undecided, decide};
use registry::context::AppContext;
use registry::request::codes;
use registry::role::{self, Role};
use registry::session::{self, Session, SessionLimits, Stage};
use registry::testing::{context, held, person};
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

async fn made(
    context: &AppContext,
    actor: &Actor,
    (id, parent): (Option<i64>, Option<i64>),
    code: &'static str,
) -> Result<i64, String> {
    let (shared, actor) = (context.clone(), actor.clone());
    let details = DepartmentDetails {
        parent,
        name: format!("部门 {code}"),
        code: code.to_owned(),
        ..DepartmentDetails::default()
    };
    let write = move |tx: &mut Tx<'_>| put(tx, &shared, &actor, id, &details);
    let made = context.act(write).await;
    made.map_err(|problem| problem.detail.unwrap_or(problem.code))
}

async fn tree(context: &AppContext) -> Vec<(String, usize)> {
    let read = |tx: &mut Tx<'_>| all(tx, 100);
    let found = in_order(context.read(read).await.unwrap()).into_iter();
    found.map(|(one, level)| (one.code, level)).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_department_moves_with_all_below_it_and_never_into_itself(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "system", Some(Role::SystemAdmin)).await;
    let mut above = None;
    let mut ids = Vec::new();
    for code in ["1", "2", "3", "4", "5", "6"] {
        above = Some(made(&context, &actor, (None, above), code).await.unwrap());
        ids.push(above.unwrap());
    }
    let deep = made(&context, &actor, (None, above), "7").await;
    assert_eq!(deep.unwrap_err(), "部门最多 6 级");
    let other = made(&context, &actor, (None, None), "b").await.unwrap();
    let taken = made(&context, &actor, (None, None), "b").await;
    assert_eq!(taken.unwrap_err(), codes::TAKEN.code);
    for below in [ids[0], ids[1], ids[5]] {
        let circle = made(&context, &actor, (Some(ids[0]), Some(below)), "1").await;
        assert_eq!(circle.unwrap_err(), "不能移到本部门或其下级部门之下");
    }
    let long = made(&context, &actor, (Some(ids[0]), Some(other)), "1").await;
    assert_eq!(long.unwrap_err(), "部门最多 6 级");
    let nowhere = made(&context, &actor, (None, Some(5)), "x").await;
    assert_eq!(nowhere.unwrap_err(), "没有这个上级部门");
    let moved = made(&context, &actor, (Some(ids[3]), Some(other)), "4").await;
    assert_eq!(moved, Ok(ids[3]));
    let shown: Vec<(&str, usize)> = vec![
        ("1", 1),
        ("2", 2),
        ("3", 3),
        ("b", 1),
        ("4", 2),
        ("5", 3),
        ("6", 4),
    ];
    let found = tree(&context).await;
    let found: Vec<(&str, usize)> = found.iter().map(|(code, n)| (code.as_str(), *n)).collect();
    assert_eq!(found, shown);
    let top = other;
    let below = context.read(move |tx| subtree(tx, top)).await.unwrap();
    assert_eq!(below, [other, ids[3], ids[4], ids[5]]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_people_or_parts_stays(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "system", Some(Role::SystemAdmin)).await;
    let clerk = person(&context, "clerk", None)
        .await
        .require_account()
        .unwrap();
    let top = made(&context, &actor, (None, None), "top").await.unwrap();
    let part = made(&context, &actor, (None, Some(top)), "part")
        .await
        .unwrap();
    let place = async |department: Option<i64>, wanted: Option<i64>| {
        let (shared, actor) = (context.clone(), actor.clone());
        let details = user::Details {
            name: "经办".to_owned(),
            department,
            post: wanted,
            ..user::Details::default()
        };
        let write = move |tx: &mut Tx<'_>| {
            user::change(tx, &shared, &actor, clerk, &details, &[[1; 32]; 2])
        };
        context.act(write).await.map_err(|problem| problem.code)
    };
    let gone = async |id: i64| {
        let (shared, actor) = (context.clone(), actor.clone());
        let write = move |tx: &mut Tx<'_>| remove(tx, &shared, &actor, id);
        context.act(write).await.map_err(|problem| problem.code)
    };
    let in_use = || Err(codes::IN_USE.code.to_owned());
    let unknown = Err(codes::FIELD.code.to_owned());
    assert_eq!(place(Some(9), None).await, unknown);
    assert_eq!(place(None, Some(9)).await, unknown);
    place(Some(part), None).await.unwrap();
    assert_eq!(gone(top).await, in_use());
    assert_eq!(gone(part).await, in_use());

    // Who sees by his department does not move.
    let shared = context.clone();
    let see = move |tx: &mut Tx<'_>| {
        let (party, _) = account::person_of(tx, clerk)?.unwrap();
        let grant = role::Grant {
            sight: "subtree".to_owned(),
            ..held(&shared, clerk, party, Role::CustomsOfficer)
        };
        role::grant(tx, &grant)
    };
    test.db.write(see).await.unwrap();
    assert_eq!(place(None, None).await, Err(codes::STATE.code.to_owned()));
    place(Some(part), None).await.unwrap();

    let now_ms = context.now_ms();
    let take = move |tx: &mut Tx<'_>| -> store::Result<_> {
        for grant in role::of_account(tx, clerk, now_ms)? {
            role::revoke(tx, grant.id, now_ms)?;
        }
        Ok(())
    };
    test.db.write(take).await.unwrap();
    place(None, None).await.unwrap();
    assert_eq!(gone(part).await, Ok(()));
    assert_eq!(gone(top).await, Ok(()));
    assert_eq!(gone(top).await, Err("TG-R4040".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_offered_while_it_is_active(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "system", Some(Role::SystemAdmin)).await;
    let post = async |id: Option<i64>, code: &'static str, is_active: bool| {
        let (shared, actor) = (context.clone(), actor.clone());
        let given = post::Post {
            code: code.to_owned(),
            name: "=cmd|' /C calc'!A0".to_owned(),
            is_active,
            ..post::Post::default()
        };
        let write = move |tx: &mut Tx<'_>| post::put(tx, &shared, &actor, id, &given);
        context.act(write).await.map_err(|problem| problem.code)
    };
    let id = post(None, "head", false).await.unwrap();
    assert_eq!(post(None, "head", true).await, Err("TG-R4501".to_owned()));
    assert_eq!(post(None, "a b", true).await, Err("TG-R4500".to_owned()));
    assert_eq!(post(Some(7), "x", true).await, Err("TG-R4040".to_owned()));
    let clerk = person(&context, "clerk", None)
        .await
        .require_account()
        .unwrap();
    let give = async || {
        let (shared, actor) = (context.clone(), actor.clone());
        let details = user::Details {
            name: "经办".to_owned(),
            post: Some(id),
            ..user::Details::default()
        };
        let write = move |tx: &mut Tx<'_>| {
            user::change(tx, &shared, &actor, clerk, &details, &[[1; 32]; 2])
        };
        context.act(write).await.map_err(|problem| problem.code)
    };
    assert_eq!(give().await, Err("TG-R4500".to_owned()));
    assert_eq!(post(Some(id), "head", true).await, Ok(id));
    assert_eq!(give().await, Ok(()));
    // Disabled, it stays with those who have it.
    assert_eq!(post(Some(id), "head", false).await, Ok(id));
    assert_eq!(give().await, Ok(()));
    let shared = context.clone();
    let by = actor.clone();
    let gone = move |tx: &mut Tx<'_>| post::remove(tx, &shared, &by, id);
    assert_eq!(context.act(gone).await.unwrap_err().code, "TG-R4504");
}

/// Whose data somebody sees who begins a session now.
async fn sight(context: &AppContext, account: AccountId) -> Sight {
    let shared = context.clone();
    let begin = move |tx: &mut Tx<'_>| {
        let now_ms = shared.now_ms();
        let id = shared.ids.next();
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
        session::by_id(tx, id, now_ms, &SessionLimits::of(&shared))
    };
    context.db.write(begin).await.unwrap().unwrap().sight
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_of_the_department_sees_its_district_which_two_people_set(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let security = person(&context, "security", Some(Role::SecurityAdmin)).await;
    let officer = person(&context, "officer", None).await;
    let officer = officer.require_account().unwrap();
    let id = made(&context, &system, (None, None), "hg").await.unwrap();
    let (shared, by) = (context.clone(), system.clone());
    let give = move |tx: &mut Tx<'_>| {
        let details = user::Details {
            name: "关员".to_owned(),
            department: Some(id),
            ..user::Details::default()
        };
        user::change(tx, &shared, &by, officer, &details, &[[1; 32]; 2]).unwrap();
        let (party, _) = account::person_of(tx, officer)?.unwrap();
        let grant = role::Grant {
            sight: "subtree".to_owned(),
            ..held(&shared, officer, party, Role::CustomsOfficer)
        };
        role::grant(tx, &grant)
    };
    test.db.write(give).await.unwrap();
    assert_eq!(sight(&context, officer).await, Sight::Nothing);

    let (shared, asker, decider) = (context.clone(), system.clone(), security.clone());
    let set = move |tx: &mut Tx<'_>| {
        let wish = DistrictWish {
            department: id,
            district: Some("1105".to_owned()),
        };
        let request = Request {
            kind: DISTRICT.name,
            title: String::new(),
            payload: serde_json::to_string(&wish).unwrap(),
            company: None,
            why: "为了试验".to_owned(),
        };
        let asked = approval::ask(tx, &shared, &asker, &request)?;
        let approval = approval::find(tx, asked)?.unwrap();
        let doing = |actor| Doing {
            approval: &approval,
            actor,
            context: &shared,
        };
        let own = decide(tx, &doing(&asker), &DISTRICT, &Decision::Approve);
        assert_eq!(own, Err(Undecided::Refused(approval::codes::OWN)));
        decide(tx, &doing(&decider), &DISTRICT, &Decision::Approve)
    };
    let change = test.db.write(set).await.unwrap();
    assert_eq!(change, "部门 hg：无 → 1105");
    let expected = Sight::District("1105".to_owned());
    assert_eq!(sight(&context, officer).await, expected);
}
