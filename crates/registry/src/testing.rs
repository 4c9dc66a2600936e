//! People and a context for the tests of the modules.

use crate::access::{Actor, Origin, Sight, Who};
use crate::account::{self, AccountId, NewAccount};
use crate::config::RegistryConfig;
use crate::context::{AppContext, RandomSecret};
use crate::role::{self, Grant, Role};
use crate::seal::Seal;
use jobs::fence::Fence;
use jobs::{JobWords, Schedule, lease};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::clock::TestClock;
use store::id::IdMaker;
use store::{Db, Tx};

/// 2026-11-23 10:00 in Beijing.
pub const NOW: i64 = 1_795_399_200_000;

/// Foundations on a database, and the clock that they stand on.
pub fn context(db: &Db) -> (AppContext, Arc<TestClock>) {
    let clock = TestClock::at(NOW);
    let context = AppContext {
        db: db.clone(),
        clock: clock.clone(),
        ids: Arc::new(IdMaker::new(clock.clone(), 1)),
        random: Arc::new(|| Some(RandomSecret::default())),
        seal: Arc::new(Seal::new(&[7; 32])),
        config: Arc::new(RegistryConfig::default()),
        parameters: Arc::default(),
        code_tables: Arc::default(),
    };
    (context, clock)
}

/// Makes a person of the staff with an active account and a role.
#[expect(
    clippy::unwrap_used,
    reason = "tests alone ask for it, and there is nobody to tell"
)]
pub async fn person(context: &AppContext, login: &'static str, role: Option<Role>) -> Actor {
    let shared = context.clone();
    let write = move |tx: &mut Tx<'_>| -> store::Result<_> {
        let (id, party) = (AccountId(shared.ids.next()), shared.ids.next());
        let new = NewAccount {
            id,
            party,
            login: login.to_owned(),
            name: login.to_owned(),
            is_staff: true,
            password_hash: Some("none".to_owned()),
            at_ms: shared.now_ms(),
        };
        account::add(tx, &new).unwrap();
        if let Some(role) = role {
            role::grant(tx, &held(&shared, id, party, role)).unwrap();
        }
        Ok(id)
    };
    let id = context.db.write(write).await.unwrap();
    Actor {
        who: Who::Account(id),
        name: login.to_owned(),
        company: None,
        roles: role
            .iter()
            .map(|role| role.name().to_owned())
            .collect::<BTreeSet<_>>(),
        sight: Sight::Nothing,
        scope: None,
        session: None,
        origin: Origin::default(),
    }
}

/// The fence of a run that has just begun, of a job of its own.
#[expect(
    clippy::unwrap_used,
    reason = "tests alone ask for it, and there is nobody to tell"
)]
pub async fn fence(context: &AppContext) -> Fence {
    let (run, now_ms) = (context.ids.next(), context.now_ms());
    // Names of jobs live as long as the program.
    let name = String::leak(format!("test.{run}"));
    let words = JobWords {
        name,
        chinese: "测试",
        english: "Test",
        about: ("测试。", "Tests."),
    };
    let job = crate::job::of(context, words, Schedule::Every(60_000), |_, _| {
        Box::pin(async { Ok(String::new()) })
    });
    let claim = move |tx: &mut Tx<'_>| {
        lease::ensure(tx, std::slice::from_ref(&job), now_ms)?;
        let who = lease::Claimer {
            owner: "1.1".to_owned(),
            node: 1,
            run,
            now_ms,
        };
        lease::claim(tx, &job, &who)
    };
    context.db.write(claim).await.unwrap().unwrap().fence
}

/// A grant as the first officers have it.
pub fn held(context: &AppContext, account: AccountId, party: i64, role: Role) -> Grant {
    Grant {
        id: context.ids.next(),
        account,
        party,
        role: role.name().to_owned(),
        company: None,
        district: None,
        sight: "nothing".to_owned(),
        granted_by: None,
        approved_by: None,
        granted_at: context.now_ms(),
        expires_at: None,
        scope: None,
    }
}
