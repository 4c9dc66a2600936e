//! The two logs on both engines.

use super::{people, syslog};
use identity::login;
use identity::login::own_logins;
use registry::access::{Actor, Origin};
use registry::audit::{self, AuditFilter, AuditOutcome, list};
use registry::role::Role;
use registry::testing::{NOW, context, person};
use rstest::rstest;
use store::testing::{
    TestDb,
    TestEngine::{self, Postgres, Sqlite},
};
use store::{Result, Tx};

fn from(actor: &Actor, address: &str) -> Actor {
    Actor {
        origin: Origin {
            address: address.to_owned(),
            ..Origin::default()
        },
        ..actor.clone()
    }
}

/// Six rows: a whole login, another's, a failure, a farewell, and a failure of nobody.
async fn write(test: &TestDb, one: Actor, two: Actor) {
    let write = move |tx: &mut Tx<'_>| -> Result<()> {
        let nobody = Actor::nobody(Origin::default());
        let (done, refused) = (AuditOutcome::Done, AuditOutcome::Refused);
        for (actor, act, outcome, detail) in [
            (&one, login::IN, done, "密码；待两步验证"),
            (&one, login::IN, done, "密码、动态验证码；登录完成"),
            (&two, login::IN, done, "方式 password，阶段 full"),
            (&one, login::FAILED, refused, ""),
            (&one, login::OUT, done, ""),
            (&nobody, login::FAILED, refused, ""),
        ] {
            audit::append(tx, NOW, actor, act, ("session:1", outcome, detail))?;
        }
        Ok(())
    };
    test.db.write(write).await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_name_and_sees_his_own_logins(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let clerk = from(&person(&context, "wang.clerk", None).await, "10.0.0.1");
    let other = person(&context, "li.operator", Some(Role::Operator)).await;
    write(test, clerk.clone(), from(&other, "10.0.0.2")).await;
    let id = clerk.require_account().unwrap();
    let own = context
        .read(move |tx| own_logins(tx, id, 10))
        .await
        .unwrap();
    let own: Vec<(&str, &str)> = own
        .iter()
        .map(|row| (row.act.as_str(), row.address.as_str()))
        .collect();
    assert_eq!(
        own,
        [("login.failed", "10.0.0.1"), ("login.in", "10.0.0.1")]
    );

    let found = context.read(|tx| people(tx, "Wang")).await.unwrap();
    assert_eq!(found, [id.0]);
    let of = |accounts: &[i64], of_people, is_done, address: Option<&str>| AuditFilter {
        accounts: accounts.to_vec(),
        of_people,
        is_done,
        address: address.map(str::to_owned),
        ..AuditFilter::default()
    };
    for (filter, n_rows) in [
        (of(&[id.0], false, None, None), 4),
        (of(&[], true, None, None), 5),
        (of(&[], false, Some(false), None), 2),
        (of(&[], true, Some(true), None), 4),
        (of(&[], false, None, Some("10.0.0.2")), 1),
    ] {
        let asked = filter.clone();
        let rows = context.read(move |tx| list(tx, &asked, 50)).await.unwrap();
        assert_eq!(rows.len(), n_rows, "{filter:?}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_whose_row_cannot_be_written_does_not_happen(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "somebody", None).await;
    test.db
        .write(|tx| tx.execute("delete from audit_head", &[]))
        .await
        .unwrap();
    let (shared, login) = (context.clone(), "another");
    let details = crate::user::Details {
        name: "别人".to_owned(),
        ..Default::default()
    };
    let write = move |tx: &mut Tx<'_>| {
        let nonces = [[0; 32]; 2];
        crate::user::create(tx, &shared, &actor, (login, &details), ("hash", &nonces))
    };
    assert_eq!(context.act(write).await.unwrap_err().status, 500);
    let left = test
        .db
        .read(|tx| registry::account::by_login(tx, "another"))
        .await;
    assert_eq!(left.unwrap(), None);
}

#[test]
fn a_row_is_one_line_of_syslog() {
    let row = audit::AuditRow {
        number: 7,
        at_ms: 0,
        actor_kind: "account".to_owned(),
        actor_id: Some(5),
        actor_name: "a\"b]c\\d".to_owned(),
        company: None,
        act: "test.tried".to_owned(),
        object: "thing:1".to_owned(),
        result: "refused".to_owned(),
        address: "127.0.0.1".to_owned(),
        request_id: String::new(),
        detail: "one\r\n<13>1 two".to_owned(),
        previous: String::new(),
        hash: "h".to_owned(),
    };
    assert_eq!(
        syslog::message(&row),
        "<108>1 1970-01-01T08:00:00.000+08:00 - tongguan - test.tried [audit@32473 number=\"7\" \
         actorKind=\"account\" actorId=\"5\" actor=\"a\\\"b\\]c\\\\d\" object=\"thing:1\" \
         result=\"refused\" address=\"127.0.0.1\" hash=\"h\"] \u{feff}one  <13>1 two"
    );
}

#[test]
fn a_cell_is_never_a_formula() {
    for (text, cell) in [
        ("=1+1", "\"'=1+1\""),
        ("@x", "\"'@x\""),
        ("a\"b,c", "\"a\"\"b,c\""),
    ] {
        assert_eq!(super::audit::cell(text), cell);
    }
}
