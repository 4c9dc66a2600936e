//! Roles pass four eyes, on both engines.

use super::{GRANT, GrantProposal, KINDS, REVOKE, Taking};
use registry::access::Actor;
use registry::account;
use registry::approval::{self, Decision, Doing, Request, decide};
use registry::context::AppContext;
use registry::role::{self, Role};
use registry::testing::{context, held, person};
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::Problem;

async fn ask(context: &AppContext, actor: &Actor, kind: &'static str, payload: String) -> i64 {
    let (shared, actor) = (context.clone(), actor.clone());
    let request = Request {
        kind,
        title: "试".to_owned(),
        payload,
        company: None,
        why: "为了试验".to_owned(),
    };
    let write = move |tx: &mut Tx<'_>| approval::ask(tx, &shared, &actor, &request);
    context.db.write(write).await.unwrap()
}

async fn settle(context: &AppContext, actor: &Actor, id: i64) -> Result<(), String> {
    let (shared, actor) = (context.clone(), actor.clone());
    let write = move |tx: &mut Tx<'_>| -> Result<(), Problem> {
        let found = approval::find(tx, id)?.unwrap();
        let kind = KINDS.iter().find(|kind| kind.name == found.kind).unwrap();
        let doing = Doing {
            approval: &found,
            actor: &actor,
            context: &shared,
        };
        decide(tx, &doing, kind, &Decision::Approve)?;
        Ok(())
    };
    context.act(write).await.map_err(|problem| problem.code)
}

fn wish(to: &Actor, role: Role) -> String {
    let wish = GrantProposal {
        account: to.who.id().unwrap(),
        role: role.name().to_owned(),
        sight: if role.is_officer() { "nothing" } else { "all" }.to_owned(),
        district: None,
        expires_at: None,
    };
    serde_json::to_string(&wish).unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_comes_by_two_people_and_never_to_either_of_them(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let security = person(&context, "security", Some(Role::SecurityAdmin)).await;
    let somebody = person(&context, "somebody", None).await;
    let wanted = ask(
        &context,
        &system,
        GRANT.name,
        wish(&somebody, Role::Operator),
    )
    .await;
    assert_eq!(
        settle(&context, &system, wanted).await,
        Err("TG-R4611".to_owned())
    );
    let raced = tokio::join!(
        settle(&context, &security, wanted),
        settle(&context, &security, wanted)
    );
    let n_done = usize::from(raced.0.is_ok()) + usize::from(raced.1.is_ok());
    assert_eq!(n_done, 1, "{raced:?}");
    for (to, role) in [
        (&somebody, Role::Operator),
        (&somebody, Role::AuditAdmin),
        (&system, Role::Operator),
        (&security, Role::Operator),
        (&somebody, Role::CompanyAdmin),
    ] {
        let refused = ask(&context, &system, GRANT.name, wish(to, role)).await;
        let answer = settle(&context, &security, refused).await;
        // Somebody else may approve what is about whoever approves.
        let code = match to.who == security.who {
            true => "TG-R4615",
            false => "TG-R4613",
        };
        assert_eq!(answer, Err(code.to_owned()), "{} {role:?}", to.name);
        let still = test
            .db
            .read(move |tx| approval::find(tx, refused))
            .await
            .unwrap();
        assert_eq!(
            still.unwrap().state,
            "pending",
            "a refusal undoes the decision"
        );
    }
    let audited = registry::audit::verify(&test.db, None).await.unwrap();
    assert_eq!(audited.broken_at, None);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_officer_stays(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let security = person(&context, "security", Some(Role::SecurityAdmin)).await;
    let audit = person(&context, "audit", Some(Role::AuditAdmin)).await;
    let id = audit.require_account().unwrap();
    let held = test
        .db
        .read(move |tx| role::of_account(tx, id, 0))
        .await
        .unwrap();
    let taking = Taking {
        grant: held[0].id,
        account: id.0,
    };
    let payload = serde_json::to_string(&taking).unwrap();
    let wanted = ask(&context, &system, REVOKE.name, payload.clone()).await;
    assert_eq!(
        settle(&context, &security, wanted).await,
        Err("TG-R4613".to_owned())
    );
    person(&context, "audit2", Some(Role::AuditAdmin)).await;
    assert_eq!(settle(&context, &security, wanted).await, Ok(()));
    let left = test
        .db
        .read(move |tx| role::of_account(tx, id, 0))
        .await
        .unwrap();
    assert_eq!(left, []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tables_themselves_keep_the_offices_apart(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let id = system.require_account().unwrap();
    let found = test
        .db
        .read(move |tx| account::by_id(tx, id))
        .await
        .unwrap()
        .unwrap();
    let second = held(&context, id, found.party, Role::AuditAdmin);
    let insert = move |tx: &mut Tx<'_>| {
        tx.execute(
            "insert into role_grant (id, account_id, party_id, role, sight, granted_at) \
             values ($1, $2, $3, 'audit_admin', 'nothing', 1)",
            &[
                second.id.into(),
                second.account.0.into(),
                second.party.into(),
            ],
        )
    };
    let error = test.db.write(insert).await.unwrap_err();
    assert!(matches!(error, store::Error::Constraint(_)), "{error}");
    let wanted = ask(&context, &system, GRANT.name, wish(&system, Role::Operator)).await;
    let own = move |tx: &mut Tx<'_>| {
        tx.execute(
            "update approval set state = 'done', decided_by = asked_by where id = $1",
            &[wanted.into()],
        )
    };
    let error = test.db.write(own).await.unwrap_err();
    assert!(matches!(error, store::Error::Constraint(_)), "{error}");
}
