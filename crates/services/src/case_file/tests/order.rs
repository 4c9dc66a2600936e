//! The list of cases in every order, and how many there are, on both engines.

use crate::case_file::http::listed;
use crate::case_file::{CaseFilter, CaseId, CaseOrder, Verb, find, sees};
use crate::tests::{PLAIN, World};
use registry::access::Actor;
use registry::role::Role;
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::unreadable::DAMAGED;
use store::{Error, Tx};
use web::{Begin, Page, PageQuery};

/// So much later that the next cases are due at another time.
const LATER: Duration = Duration::from_secs(72 * 3600);

/// Ids and total of a page of cases, and where the next one begins.
async fn asked(world: &World, actor: &Actor, sort: &str, page: PageQuery) -> Page<i64> {
    let (context, actor) = (world.context.clone(), actor.clone());
    let filter = CaseFilter {
        begin: page.begin(Some(sort)).unwrap(),
        ..CaseFilter::default()
    };
    let read = move |tx: &mut Tx<'_>| {
        let who = (&actor, &[PLAIN][..]);
        listed(tx, who, (&filter, &page), context.now_ms())
    };
    let found = world.context.db.read(read).await.unwrap();
    found.map(|case| case.id.parse().unwrap())
}

/// Many cases are due at the same moment, and those that are closed at none: every order shows each of them once.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_shows_each_case_once_and_the_most_urgent_come_first(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company.id))
        .await;
    let mut cases: Vec<(Option<i64>, CaseId)> = Vec::new();
    for n in 0..7 {
        let what = format!("{n}");
        let mut case = world.open(&admin, PLAIN, &[("what", &what)]).await.unwrap();
        if n < 2 {
            let ended = world.act(&admin, PLAIN, &case, Verb::Withdraw).await;
            case = ended.unwrap();
        }
        cases.push((case.due_at, case.id));
        if n == 4 {
            // What comes later is due later.
            world.clock.advance(LATER);
        }
    }
    assert!(cases.iter().filter(|(due, _)| due.is_none()).count() == 2);
    let by_age: Vec<i64> = cases.iter().map(|(_, id)| id.0).collect();
    let mut urgent = cases.clone();
    urgent.sort_by_key(|(due, id)| (due.unwrap_or(i64::MAX), id.0));
    let urgent = urgent.iter().map(|(_, id)| id.0).collect();
    let newest = by_age.iter().rev().copied().collect();
    for (sort, expected) in [("oldest", by_age), ("newest", newest), ("due", urgent)] {
        for limit in [1, 2, 3, 50] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = PageQuery {
                    after,
                    limit: Some(limit),
                    count: Some(true),
                };
                let page = asked(&world, &admin, sort, page).await;
                assert_eq!(page.total, Some(7));
                seen.extend(page.items);
                let Some(next) = page.next else { break };
                for other in ["oldest", "newest", "due"] {
                    let begin = Begin::<CaseOrder>::of(Some(other), Some(&next));
                    assert_eq!(begin.is_ok(), other == sort, "{next}");
                }
                after = Some(next);
            }
            assert_eq!(seen, expected, "{sort} {limit}");
        }
    }
    let other = world.company(2, &["ebc"]).await.id;
    let stranger = world
        .person("stranger", Role::CompanyAdmin, Some(other))
        .await;
    let page = PageQuery {
        count: Some(true),
        ..PageQuery::default()
    };
    let page = asked(&world, &stranger, "due", page).await;
    assert_eq!((page.items, page.total), (vec![], Some(0)));
}

/// Some cases are damaged on the disk: the list shows each with what can be read of it, and a damaged one opens with the
/// words that say so.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_case_hides_no_other(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company.id))
        .await;
    let mut ids = Vec::new();
    for what in ["a", "b", "c"] {
        let case = world.open(&admin, PLAIN, &[("what", what)]).await.unwrap();
        ids.push(case.id);
    }
    let (first, second) = (ids[0].0, ids[1].0);
    let harm = move |tx: &mut Tx<'_>| {
        let sealed: &[u8] = b"sealed";
        let sql = "update case_file set form = '{', private_sealed = $3 where id in ($1, $2)";
        tx.execute(sql, &[first.into(), second.into(), sealed.into()])
    };
    test.db.write(harm).await.unwrap();
    let clerk = world.person("clerk", Role::BureauClerk, None).await;
    let context = world.context.clone();
    let read = move |tx: &mut Tx<'_>| {
        let who = (&clerk, &[PLAIN][..]);
        let filter = CaseFilter::default();
        listed(tx, who, (&filter, &PageQuery::default()), context.now_ms())
    };
    let found = test.db.read(read).await.unwrap();
    let shown: Vec<bool> = found
        .items
        .iter()
        .map(|case| case.title == DAMAGED)
        .collect();
    assert_eq!(shown, [false, true, true]);
    // Who applied for something with personal data is nobody's name to read, damaged or not.
    let masked = found.items.iter().map(|case| case.applied_by.contains('*'));
    assert_eq!(masked.collect::<Vec<_>>(), [true, true, true]);
    let seen = sees(&admin);
    let read = move |tx: &mut Tx<'_>| find(tx, &seen, CaseId(first));
    let opened = test.db.read(read).await;
    assert!(matches!(opened, Err(Error::Damaged(_))), "{opened:?}");
}
