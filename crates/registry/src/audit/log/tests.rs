//! The two logs on both engines.

use super::people;
use crate::access::{Actor, Origin};
use crate::audit::{self, Filter, Outcome, list};
use crate::login;
use crate::login::own_logins;
use crate::role::Role;
use crate::testing::{NOW, ground, person};
use store::testing::{TestDb, each_engine};
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
        let (done, refused) = (Outcome::Done, Outcome::Refused);
        for (actor, act, outcome, told) in [
            (&one, login::IN, done, "密码；待两步验证"),
            (&one, login::IN, done, "密码、动态验证码；登录完成"),
            (&two, login::IN, done, "方式 password，阶段 full"),
            (&one, login::FAILED, refused, ""),
            (&one, login::OUT, done, ""),
            (&nobody, login::FAILED, refused, ""),
        ] {
            audit::append(tx, NOW, actor, act, ("session:1", outcome, told))?;
        }
        Ok(())
    };
    test.db.write(write).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_name_and_sees_his_own_logins() {
    for test in &each_engine() {
        let (ground, _) = ground(&test.db);
        let clerk = from(&person(&ground, "wang.clerk", None).await, "10.0.0.1");
        let other = person(&ground, "li.operator", Some(Role::Operator)).await;
        write(test, clerk.clone(), from(&other, "10.0.0.2")).await;
        let id = clerk.require_account().unwrap();
        let own = ground.read(move |tx| own_logins(tx, id, 10)).await.unwrap();
        let own: Vec<(&str, &str)> = own
            .iter()
            .map(|row| (row.act.as_str(), row.address.as_str()))
            .collect();
        assert_eq!(
            own,
            [("login.failed", "10.0.0.1"), ("login.in", "10.0.0.1")]
        );

        let found = ground.read(|tx| people(tx, "Wang")).await.unwrap();
        assert_eq!(found, [id.0]);
        let of = |accounts: &[i64], of_people, is_done, address: Option<&str>| Filter {
            accounts: accounts.to_vec(),
            of_people,
            is_done,
            address: address.map(str::to_owned),
            ..Filter::default()
        };
        for (filter, n_rows) in [
            (of(&[id.0], false, None, None), 4),
            (of(&[], true, None, None), 5),
            (of(&[], false, Some(false), None), 2),
            (of(&[], true, Some(true), None), 4),
            (of(&[], false, None, Some("10.0.0.2")), 1),
        ] {
            let asked = filter.clone();
            let rows = ground.read(move |tx| list(tx, &asked, 50)).await.unwrap();
            assert_eq!(rows.len(), n_rows, "{filter:?}");
        }
    }
}
