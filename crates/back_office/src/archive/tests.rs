//! Who may ask for what of the archive, and what becomes of it.

use super::http::{ArchiveApi, routes};
use super::{verify_again, waits};
use ::archive::config::{ArchiveConfig, RetentionConfig};
use ::archive::job::jobs;
use ::archive::part::sql;
use ::archive::{Archive, ArchiveBase, ArchiveTable};
use jobs::Job;
use jobs::lease::{self, Claimer};
use registry::access::Actor;
use registry::context::AppContext;
use registry::role::Role;
use registry::testing::person;
use registry::todo::{Asking, Counter, Todo, list};
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;
use store::clock::parse_time;
use store::id::first_at_ms;
use store::testing::TestDb;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// An archive that is not set, of the tables of this crate.
fn archive(test: &TestDb, context: &AppContext, tables: Vec<&'static ArchiveTable>) -> Archive {
    let base = ArchiveBase {
        db: test.db.clone(),
        database: test.config.clone(),
        clock: Arc::clone(&context.clock),
        ids: Arc::clone(&context.ids),
    };
    let settings = (&ArchiveConfig::default(), &RetentionConfig::default());
    Archive::new(base, tables, settings).unwrap()
}

/// A run of a job that was noted in this month.
async fn ran_in(test: &TestDb, day: &str) {
    let at_ms = parse_time(day).unwrap();
    let write = move |tx: &mut Tx<'_>| {
        tx.execute(
            "insert into job_run (id, job, asked_by, started_at, ended_at, result, detail) \
             values ($1, 'test', '', $2, $2, 'done', '')",
            &[first_at_ms(at_ms).into(), at_ms.into()],
        )
    };
    test.db.write(write).await.unwrap();
}

/// A part of this state with ten rows.
async fn part(test: &TestDb, (id, month, state): (i64, &'static str, &'static str), at_ms: i64) {
    let write = move |tx: &mut Tx<'_>| {
        let written = (state != "writing").then_some(at_ms);
        tx.execute(
            "insert into archive_part (id, class, month, number, state, began_at, claim, n_rows, \
             written_at, verified_at, wants_more) values ($1, 'log', $2, 1, $3, $4, 7, 10, $5, $5, true)",
            &[
                id.into(),
                month.into(),
                state.into(),
                at_ms.into(),
                written.into(),
            ],
        )
    };
    test.db.write(write).await.unwrap();
}

/// What of the archive waits for somebody.
async fn waiting(
    archive: &Arc<Archive>,
    context: &AppContext,
    actor: &Actor,
) -> Vec<(&'static str, i64)> {
    let (archive, actor, now_ms) = (Arc::clone(archive), actor.clone(), context.now_ms());
    let read = move |tx: &mut Tx<'_>| {
        let asking = Asking {
            actor: &actor,
            approvals: &[],
            now_ms,
        };
        waits(&archive, tx, &asking)
    };
    let found = context.db.read(read).await.unwrap();
    let found = found.into_iter().filter(|todo| todo.count > 0);
    found.map(|todo| (todo.kind, todo.count)).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_broken_or_overdue_waits_for_those_on_duty_until_it_is_mended(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let (context, clock) = registry::testing::context(&test.db);
    let tables = crate::MODULES
        .iter()
        .flat_map(|module| module.archives.iter().copied().flatten());
    let archive = Arc::new(archive(&test, &context, tables.collect()));
    let operator = person(&context, "operator", Some(Role::Operator)).await;
    let admin = person(&context, "admin", Some(Role::SystemAdmin)).await;
    let clerk = person(&context, "clerk", Some(Role::BureauClerk)).await;
    assert!(waiting(&archive, &context, &operator).await.is_empty());
    let minutes_pass = || clock.advance(Duration::from_secs(301));
    // Of September, which is over since long, and of November, which is not over.
    ran_in(&test, "2026-09-05").await;
    ran_in(&test, "2026-11-05").await;
    minutes_pass();
    assert_eq!(
        waiting(&archive, &context, &operator).await,
        [("archive_overdue", 1)]
    );
    part(&test, (1, "2026-08", "broken"), context.now_ms()).await;
    assert_eq!(
        waiting(&archive, &context, &operator).await,
        [("archive_overdue", 1)],
        "all companies are not looked at for each console each minute"
    );
    minutes_pass();
    for who in [&operator, &admin] {
        assert_eq!(
            waiting(&archive, &context, who).await,
            [("archive_broken", 1), ("archive_overdue", 1)]
        );
    }
    assert!(waiting(&archive, &context, &clerk).await.is_empty());
    let health = archive.health().await.unwrap();
    assert_eq!((health.n_overdue, health.broken.len()), (1, 1));
    let plan = archive.plan().await.unwrap();
    let overdue: Vec<_> = plan.iter().filter(|line| line.is_overdue).collect();
    assert_eq!(overdue.len(), 1, "{overdue:?}");
    part(&test, (2, "2026-09", "verified"), context.now_ms()).await;
    let mend = |tx: &mut Tx<'_>| {
        tx.execute(
            "update archive_part set state = 'verified' where id = 1",
            &[],
        )
    };
    test.db.write(mend).await.unwrap();
    minutes_pass();
    assert!(waiting(&archive, &context, &operator).await.is_empty());
    // Whoever looks at the archive itself looks anew, for the others, too.
    part(&test, (3, "2026-07", "broken"), context.now_ms()).await;
    assert_eq!(archive.health().await.unwrap().broken.len(), 1);
    assert_eq!(
        waiting(&archive, &context, &operator).await,
        [("archive_broken", 1)]
    );
    let lately = archive.health_lately().await.unwrap();
    assert_eq!(lately.broken.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_cannot_be_read_hides_nothing_else_that_waits(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let (context, _) = registry::testing::context(&test.db);
    let archive = archive(&test, &context, Vec::new());
    let operator = person(&context, "operator", Some(Role::Operator)).await;
    part(&test, (1, "August", "broken"), context.now_ms()).await;
    let other = |_: &mut Tx<'_>, _: &Asking<'_>| Ok(vec![Todo::plain("held", ["", ""], 3)]);
    let counters: [Arc<Counter>; 2] = [
        Arc::new(other),
        Arc::new(move |tx: &mut Tx<'_>, asking: &Asking<'_>| waits(&archive, tx, asking)),
    ];
    let now_ms = context.now_ms();
    let read = move |tx: &mut Tx<'_>| {
        let asking = Asking {
            actor: &operator,
            approvals: &[],
            now_ms,
        };
        list(tx, &counters, &asking)
    };
    let found = context.db.read(read).await.unwrap();
    assert_eq!(found, [Todo::plain("held", ["", ""], 3)]);
}

async fn ask(
    context: &AppContext,
    (job, id): (&Job, i64),
    actor: &Actor,
) -> Result<(), web::Problem> {
    let (job, actor, now_ms) = (job.clone(), actor.clone(), context.now_ms());
    let write =
        move |tx: &mut Tx<'_>| verify_again(tx, (&job, id), (&actor, "磁盘更换之后"), now_ms);
    context.act(write).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_asked_for_once_at_a_time_and_audited(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let (context, _) = registry::testing::context(&test.db);
    let archive = Arc::new(archive(&test, &context, Vec::new()));
    let job = jobs(&archive).into_iter().next_back().unwrap();
    let operator = person(&context, "operator", Some(Role::Operator)).await;
    part(&test, (1, "2026-08", "broken"), context.now_ms()).await;
    part(&test, (2, "2026-09", "writing"), context.now_ms()).await;
    let asked = async |id: i64| {
        let find = move |tx: &mut Tx<'_>| sql::find(tx, id);
        let found = test.db.read(find).await.unwrap();
        found.is_some_and(|part| part.is_proof_asked)
    };
    ask(&context, (&job, 1), &operator).await.unwrap();
    assert!(asked(1).await);
    for absent in [2, 3] {
        let refused = ask(&context, (&job, absent), &operator).await.unwrap_err();
        assert_eq!(refused.status, 404);
    }
    let (run, now_ms, claimed) = (context.ids.next(), context.now_ms(), job.clone());
    let claim = move |tx: &mut Tx<'_>| {
        let who = Claimer {
            owner: "1.1".to_owned(),
            node: 1,
            run,
            now_ms,
        };
        let undo = "update archive_part set proof_asked = false";
        tx.execute(undo, &[])?;
        lease::claim(tx, &claimed, &who)
    };
    let claim = test.db.write(claim).await.unwrap().unwrap();
    assert_eq!(claim.asked_by, "operator");
    let refused = ask(&context, (&job, 1), &operator).await.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (409, "TG-R4507"));
    assert!(!asked(1).await, "what is refused leaves nothing behind");
    let count = |tx: &mut Tx<'_>| -> store::Result<i64> {
        let sql = "select count(*) from audit where act = 'archive.verify'";
        tx.query(sql, &[])?[0].int(0)
    };
    assert_eq!(test.db.read(count).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_that_is_not_set_has_periods_and_nothing_else(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let (context, _) = registry::testing::context(&test.db);
    let archive = archive(&test, &context, Vec::new());
    let health = archive.health().await.unwrap();
    let status = super::ArchiveStatus::of(&archive, &health);
    assert_eq!(
        (status.url.as_str(), status.n_overdue, status.n_parts),
        ("", 0, 0)
    );
    let days: Vec<_> = status
        .classes
        .iter()
        .map(|class| (class.days, class.least_days))
        .collect();
    assert_eq!(
        days,
        [
            (Some(92), Some(90)),
            (Some(1826), Some(1096)),
            (Some(366), Some(184)),
            (None, None)
        ]
    );
    let api = ArchiveApi {
        gate: Arc::new(registry::access::Gate::new(context, [])),
        archive: Arc::new(archive),
        jobs: Arc::from([]),
    };
    drop((routes(), api));
}
