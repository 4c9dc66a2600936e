//! The two logs on both engines.

use super::{own_logins, people};
use crate::access::{Actor, Origin};
use crate::audit::{self, Filter, Outcome, list};
use crate::login;
use crate::role::Role;
use crate::testing::{NOW, ground, person};
use store::Tx;
use store::testing::each_engine;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_found_by_name_and_sees_his_own_logins() {
    for test in &each_engine() {
        let (ground, _) = ground(&test.db);
        let from = |actor: &Actor, address: &str| Actor {
            origin: Origin {
                address: address.to_owned(),
                ..Origin::default()
            },
            ..actor.clone()
        };
        let clerk = from(&person(&ground, "wang.clerk", None).await, "10.0.0.1");
        let other = from(
            &person(&ground, "li", Some(Role::Operator)).await,
            "10.0.0.2",
        );
        let (one, two) = (clerk.clone(), other.clone());
        let write = move |tx: &mut Tx<'_>| {
            let object = "session:1";
            audit::done(
                tx,
                NOW,
                &one,
                login::IN,
                object,
                "方式 password，阶段 second",
            )?;
            audit::done(
                tx,
                NOW,
                &one,
                login::IN,
                object,
                "方式 password,totp，阶段 full",
            )?;
            audit::append(
                tx,
                NOW,
                &two,
                login::IN,
                (object, Outcome::Done, "阶段 full"),
            )?;
            audit::append(tx, NOW, &one, login::FAILED, (object, Outcome::Refused, ""))?;
            audit::done(tx, NOW, &one, login::OUT, object, "")?;
            let nobody = Actor::nobody(Origin::default());
            audit::append(
                tx,
                NOW,
                &nobody,
                login::FAILED,
                (object, Outcome::Refused, ""),
            )
        };
        test.db.write(write).await.unwrap();
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
        let cases = [
            (
                Filter {
                    accounts: vec![id.0],
                    ..Filter::default()
                },
                4,
            ),
            (
                Filter {
                    of_people: true,
                    ..Filter::default()
                },
                5,
            ),
            (
                Filter {
                    is_done: Some(false),
                    ..Filter::default()
                },
                2,
            ),
            (
                Filter {
                    is_done: Some(true),
                    of_people: true,
                    ..Filter::default()
                },
                4,
            ),
            (
                Filter {
                    address: Some("10.0.0.2".to_owned()),
                    ..Filter::default()
                },
                1,
            ),
        ];
        for (filter, n_rows) in cases {
            let asked = filter.clone();
            let rows = ground.read(move |tx| list(tx, &asked, 50)).await.unwrap();
            assert_eq!(rows.len(), n_rows, "{filter:?}");
        }
    }
}
