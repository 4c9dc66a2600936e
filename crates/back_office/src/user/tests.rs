//! Users on both engines.

use super::http::view;
use super::state::{Change, invite_again, reset, set_state};
use super::{Details, change, create, personal};
use registry::account::personal::Field;
use registry::account::{self, AccountId};
use registry::role::Role;
use registry::testing::{context, person};
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::unreadable::DAMAGED;
use store::{Error, Tx};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_are_sealed_and_the_link_is_the_way_in(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let make = async |login: &'static str, phone: &'static str| {
        let (shared, actor) = (context.clone(), system.clone());
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
        context.act(write).await
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
    let shared = context.clone();
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
    let (shared, actor) = (context.clone(), system.clone());
    let gone = Details {
        name: "改名".to_owned(),
        phone: Some(String::new()),
        ..Details::default()
    };
    let write = move |tx: &mut Tx<'_>| change(tx, &shared, &actor, id, &gone, &[[3; 32]; 2]);
    context.act(write).await.unwrap();
    let shared = context.clone();
    let after = test
        .db
        .read(move |tx| personal(tx, &shared, id))
        .await
        .unwrap();
    assert_eq!(after, (String::new(), "new@example.com".to_owned()));
}

/// A row is damaged on the disk, which PostgreSQL's types do not let happen: the list goes on, and shows it as damaged.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_account_hides_no_other(#[values(Sqlite)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    person(&context, "system", Some(Role::SystemAdmin)).await;
    let other = person(&context, "other", Some(Role::Operator)).await;
    let id = other.require_account().unwrap();
    let harm = move |tx: &mut Tx<'_>| {
        let sql = "update account set created_at = 'x', language = x'ff' where id = $1";
        tx.execute(sql, &[id.0.into()])
    };
    test.db.write(harm).await.unwrap();
    let read = |tx: &mut Tx<'_>| account::list(tx, &account::AccountFilter::default(), 10);
    let found = test.db.read(read).await.unwrap();
    let shown: Vec<(&str, &str)> = found
        .iter()
        .map(|one| (one.login.as_str(), one.language.as_str()))
        .collect();
    assert_eq!(shown, [("other", DAMAGED), ("system", "zh")]);
}

/// A telephone number is damaged on the disk: the person is still in the list, to be given another one.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_number_hides_no_user(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let id = system.require_account().unwrap();
    let harm = move |tx: &mut Tx<'_>| {
        let sealed: &[u8] = b"no seal opens this";
        tx.execute(
            "update account set phone_sealed = $2 where id = $1",
            &[id.0.into(), sealed.into()],
        )
    };
    test.db.write(harm).await.unwrap();
    let shared = context.clone();
    let read = move |tx: &mut Tx<'_>| {
        let found = account::by_id(tx, id)?.unwrap();
        view(tx, &shared, found)
    };
    let shown = test.db.read(read).await.unwrap();
    assert_eq!((shown.phone.as_str(), shown.email.as_str()), (DAMAGED, ""));
    let shared = context.clone();
    let opened = test.db.read(move |tx| personal(tx, &shared, id)).await;
    assert!(matches!(opened, Err(Error::Damaged(_))), "{opened:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_closes_himself_or_the_last_officer(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let security = person(&context, "security", Some(Role::SecurityAdmin)).await;
    let operator = person(&context, "operator", Some(Role::Operator)).await;
    let id = |actor: &registry::access::Actor| actor.require_account().unwrap();
    let set = async |to: AccountId, change: Change| {
        let (shared, actor) = (context.clone(), security.clone());
        let write = move |tx: &mut Tx<'_>| set_state(tx, &shared, &actor, (to, change), "为了试验");
        context.act(write).await.map_err(|problem| problem.code)
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
    let (shared, actor, to) = (context.clone(), security.clone(), id(&operator));
    let again = move |tx: &mut Tx<'_>| reset(tx, &shared, &actor, to, "h", "为了试验");
    assert_eq!(context.act(again).await.unwrap_err().code, "TG-R4505");
    assert_eq!(set(id(&operator), Change::Enable).await, Ok(()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_link_is_made_again_and_the_old_one_opens_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let system = person(&context, "system", Some(Role::SystemAdmin)).await;
    let operator = person(&context, "operator", Some(Role::Operator)).await;
    let (shared, actor) = (context.clone(), system.clone());
    let details = Details {
        name: "新人".to_owned(),
        ..Details::default()
    };
    let write = move |tx: &mut Tx<'_>| {
        let secrets = ("first", &[[1; 32], [2; 32]]);
        create(tx, &shared, &actor, ("newcomer", &details), secrets)
    };
    let id = context.act(write).await.unwrap();
    let again = async |id: AccountId, hash: &'static str| {
        let (shared, actor) = (context.clone(), system.clone());
        let write = move |tx: &mut Tx<'_>| invite_again(tx, &shared, &actor, id, hash, "链接遗失");
        context.act(write).await.map_err(|problem| problem.code)
    };
    assert_eq!(again(id, "second").await, Ok(()));
    let now_ms = context.now_ms();
    let opens = async |hash: &'static str| {
        let read = move |tx: &mut Tx<'_>| account::of_link(tx, hash, now_ms);
        test.db.read(read).await.unwrap().is_some()
    };
    assert!(!opens("first").await, "the old one");
    assert!(opens("second").await);
    let sql = "select detail from audit where act = 'account.reset'";
    let rows = test.db.read(|tx| tx.query(sql, &[])).await.unwrap();
    let detail = rows.first().unwrap().text(0).unwrap();
    assert!(
        detail.contains("newcomer") && detail.contains("链接遗失"),
        "{detail}"
    );
    // Who has a password is not put out by the system administrator alone.
    let active = operator.require_account().unwrap();
    assert_eq!(again(active, "third").await, Err("TG-R4505".to_owned()));
    let own = system.require_account().unwrap();
    assert_eq!(again(own, "third").await, Err("TG-R4502".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_officers_who_disable_each_other_at_once_do_not_both_succeed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    for _ in 0..10 {
        let sql = "select count(*) from account where state = 'active'";
        let one = person(&context, "one", Some(Role::SecurityAdmin)).await;
        let other = person(&context, "other", Some(Role::SecurityAdmin)).await;
        let disable = async |actor: &registry::access::Actor, to: &registry::access::Actor| {
            let (shared, actor) = (context.clone(), actor.clone());
            let to = (to.require_account().unwrap(), Change::Disable);
            let write = move |tx: &mut Tx<'_>| set_state(tx, &shared, &actor, to, "互相");
            context.act(write).await.is_ok()
        };
        let done = tokio::join!(disable(&one, &other), disable(&other, &one));
        assert_ne!(done, (true, true));
        let rows = test.db.read(|tx| tx.query(sql, &[])).await.unwrap();
        assert_eq!(rows.first().unwrap().int(0).unwrap(), 1);
        let clear = |tx: &mut Tx<'_>| -> store::Result<_> {
            tx.execute("delete from role_grant", &[])?;
            tx.execute("delete from account", &[])?;
            Ok(())
        };
        test.db.write(clear).await.unwrap();
    }
}
