//! Users on both engines.

use super::state::{Change, reset, set_state};
use super::{Details, change, create, personal};
use crate::account::personal::Field;
use crate::account::{self, AccountId};
use crate::role::Role;
use crate::testing::{ground, person};
use store::Tx;
use store::testing::each_engine;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_are_sealed_and_the_link_is_the_way_in() {
    for test in &each_engine() {
        let (ground, _) = ground(&test.db);
        let system = person(&ground, "system", Some(Role::SystemAdmin)).await;
        let make = async |login: &'static str, phone: &'static str| {
            let (shared, actor) = (ground.clone(), system.clone());
            let details = Details {
                name: "新人".to_owned(),
                phone: Some(phone.to_owned()),
                email: Some("new@example.com".to_owned()),
                ..Details::default()
            };
            let write = move |tx: &mut Tx<'_>| {
                create(
                    tx,
                    &shared,
                    &actor,
                    (login, &details),
                    ("hash", &[[1; 32], [2; 32]]),
                )
            };
            ground.act(write).await
        };
        assert_eq!(make("newcomer", "none").await.unwrap_err().code, "TG-R4500");
        let id = make("newcomer", "13800005678").await.unwrap();
        assert_eq!(
            make("NewComer", "13800005678").await.unwrap_err().code,
            "TG-R4501"
        );
        let found = test
            .db
            .read(move |tx| account::by_id(tx, id))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.state, "invited");
        let shared = ground.clone();
        let (phone, email) = test
            .db
            .read(move |tx| personal(tx, &shared, id))
            .await
            .unwrap();
        assert_eq!(
            (phone.as_str(), email.as_str()),
            ("13800005678", "new@example.com")
        );
        assert_eq!(Field::Phone.masked(&phone), "138****5678");
        assert_eq!(Field::Email.masked(&email), "n***@example.com");
        let stored = test
            .db
            .read(move |tx| account::profile(tx, id))
            .await
            .unwrap();
        let sealed = stored.phone_sealed.unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"5678"));
        let (shared, actor) = (ground.clone(), system.clone());
        let gone = Details {
            name: "改名".to_owned(),
            phone: Some(String::new()),
            ..Details::default()
        };
        let write = move |tx: &mut Tx<'_>| change(tx, &shared, &actor, (id, &gone), &[[3; 32]; 2]);
        ground.act(write).await.unwrap();
        let shared = ground.clone();
        let after = test
            .db
            .read(move |tx| personal(tx, &shared, id))
            .await
            .unwrap();
        assert_eq!(after, (String::new(), "new@example.com".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_closes_himself_or_the_last_officer() {
    for test in &each_engine() {
        let (ground, _) = ground(&test.db);
        let system = person(&ground, "system", Some(Role::SystemAdmin)).await;
        let security = person(&ground, "security", Some(Role::SecurityAdmin)).await;
        let operator = person(&ground, "operator", Some(Role::Operator)).await;
        let id = |actor: &crate::access::Actor| actor.require_account().unwrap();
        let set = async |to: AccountId, change: Change| {
            let (shared, actor) = (ground.clone(), security.clone());
            let write =
                move |tx: &mut Tx<'_>| set_state(tx, &shared, &actor, (to, change), "为了试验");
            ground.act(write).await.map_err(|problem| problem.code)
        };
        let refused = |code: &str| Err(code.to_owned());
        assert_eq!(
            set(id(&security), Change::Disable).await,
            refused("TG-R4502")
        );
        assert_eq!(set(id(&system), Change::Disable).await, refused("TG-R4506"));
        assert_eq!(
            set(AccountId(1), Change::Disable).await,
            refused("TG-R4040")
        );
        assert_eq!(set(id(&operator), Change::Disable).await, Ok(()));
        assert_eq!(
            set(id(&operator), Change::Disable).await,
            refused("TG-R4505")
        );
        let (shared, actor, to) = (ground.clone(), security.clone(), id(&operator));
        let again = move |tx: &mut Tx<'_>| reset(tx, &shared, &actor, (to, "h"), "为了试验");
        assert_eq!(ground.act(again).await.unwrap_err().code, "TG-R4505");
        assert_eq!(set(id(&operator), Change::Enable).await, Ok(()));
    }
}
