//! Who sees personal data, for how long, how often.

use super::{SHOWN_MS, UNMASK, codes, is_masked, open};
use crate::finder::find;
use crate::message::MessageId;
use crate::testing::{TestPlatform, accepted, person};
use ceb::Kind;
use registry::access::Actor;
use registry::role::Role;
use rstest::rstest;
use std::time::Duration;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::Problem;

async fn ask(platform: &TestPlatform, actor: &Actor, id: MessageId) -> Result<(), String> {
    let (actor, now_ms) = (actor.clone(), platform.clock.now_ms());
    let opened = platform.shared.db.write(move |tx| {
        let Some(message) = find(tx, &actor.sight, id)? else {
            return Err(Problem::new(web::codes::NOT_FOUND));
        };
        open(tx, &actor, &message, "核对购买人", now_ms, 30)
    });
    opened.await.map_err(|problem| problem.code)
}

async fn masked(platform: &TestPlatform, actor: &Actor, id: MessageId) -> bool {
    let (actor, now_ms) = (actor.clone(), platform.clock.now_ms());
    let masked = platform
        .shared
        .db
        .read(move |tx| is_masked(tx, &actor, id, now_ms));
    masked.await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_shown_to_one_session_for_ten_minutes_and_the_reason_is_audited(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    let other = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 2))
            .await,
    );
    let clerk = person(
        1,
        Role::CompanyClerk,
        Some(platform.company(0)),
        platform.sight(0),
    );
    let colleague = person(
        2,
        Role::CompanyClerk,
        Some(platform.company(0)),
        platform.sight(0),
    );
    let stranger = person(
        3,
        Role::CompanyClerk,
        Some(platform.company(1)),
        platform.sight(1),
    );
    assert!(masked(&platform, &clerk, id).await);
    assert!(!masked(&platform, &platform.programs[0], id).await);
    assert_eq!(
        ask(&platform, &stranger, id).await,
        Err("TG-R4040".to_owned())
    );
    assert_eq!(ask(&platform, &clerk, id).await, Ok(()));
    assert!(!masked(&platform, &clerk, id).await);
    assert!(masked(&platform, &clerk, other).await);
    assert!(masked(&platform, &colleague, id).await);
    platform
        .clock
        .advance(Duration::from_millis(SHOWN_MS.unsigned_abs()));
    assert!(masked(&platform, &clerk, id).await);
    let filter = registry::audit::AuditFilter {
        acts: vec![UNMASK.name.to_owned()],
        ..registry::audit::AuditFilter::default()
    };
    let rows = platform
        .shared
        .db
        .read(move |tx| registry::audit::list(tx, &filter, 10));
    let rows = rows.await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].object, format!("message:{id}"));
    assert_eq!(rows[0].detail, "CEB311；理由：核对购买人");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_may_do_so_thirty_times_an_hour(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let clerk = person(
        1,
        Role::CompanyClerk,
        Some(platform.company(0)),
        platform.sight(0),
    );
    let mut outcomes = Vec::new();
    for n in 0..=30 {
        let id = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb411, n))
                .await,
        );
        outcomes.push(ask(&platform, &clerk, id).await);
    }
    let refused = Err(codes::HOURLY.code.to_owned());
    assert_eq!(outcomes.last(), Some(&refused));
    assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 30);
    platform.clock.advance(Duration::from_secs(3601));
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb411, 99))
            .await,
    );
    assert_eq!(ask(&platform, &clerk, id).await, Ok(()));
}
