//! Lists and lives, scoped by company.

use super::detail;
use super::http::{ListQuery, ReadMessages, message, messages};
use super::search::search;
use crate::finder::{self, Filter, find, list};
use crate::message::guid::SoughtGuid;
use crate::message::{MessageId, State};
use crate::testing::{TestPlatform, accepted, person};
use axum::extract::State as Held;
use ceb::Kind;
use registry::access::{By, Sight};
use registry::role::Role;
use rstest::rstest;
use std::sync::Arc;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::{Page, PageQuery, Path, Problem, QueryOf};

/// The list of messages, asked with a query.
async fn asked(
    platform: &TestPlatform,
    by: By<ReadMessages>,
    query: &str,
) -> Result<Page<super::MessageSummary>, Problem> {
    let address = format!("/api/v1/messages?{query}").parse().unwrap();
    let (query, page) = (
        QueryOf::<ListQuery>::of(&address).unwrap(),
        QueryOf::<PageQuery>::of(&address).unwrap(),
    );
    let page = messages(by, Held(platform.api()), query, page).await;
    page.map(|page| page.0)
}

/// Every way to ask for the message of this document.
fn filters(document: &super::DocumentView) -> [Filter; 6] {
    let by = |set: fn(&mut Filter, String), value: &Option<String>| {
        let mut filter = Filter::default();
        set(&mut filter, value.clone().unwrap());
        filter
    };
    [
        by(|f, v| f.order_no = Some(v), &document.order_no),
        by(|f, v| f.logistics_no = Some(v), &document.logistics_no),
        by(|f, v| f.cop_no = Some(v), &document.cop_no),
        by(|f, v| f.invt_no = Some(v), &document.invt_no),
        Filter {
            kind: Some("CEB621".to_owned()),
            ..Filter::default()
        },
        Filter {
            from_ms: Some(0),
            to_ms: Some(i64::MAX),
            ..Filter::default()
        },
    ]
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_found_by_every_number_and_by_its_owner_only(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut ids = Vec::new();
    for (kind, xml) in ceb::sample::set(&platform.spec(0, Kind::Ceb311, 7)) {
        ids.push((kind, accepted(platform.accept(0, xml).await)));
    }
    platform.settle().await;
    let id_of = |kind| {
        ids.iter()
            .find(|(k, _)| *k == kind)
            .map(|(_, id)| *id)
            .unwrap()
    };
    let listed = id_of(Kind::Ceb621);
    let sight = platform.sight(0);
    let life = platform
        .shared
        .db
        .read(move |tx| {
            let message = find(tx, &sight, listed)?.unwrap();
            detail(tx, &message)
        })
        .await
        .unwrap();
    let document = &life.documents[0];
    let texts: Vec<&str> = life
        .receipts
        .iter()
        .map(|r| r.return_info.as_str())
        .collect();
    assert!(
        document.invt_no.is_some(),
        "customs gave a number: {texts:?}"
    );
    let filters = filters(document);
    for filter in filters {
        for (n, expected) in [(0, true), (1, false)] {
            let (sight, asked) = (platform.sight(n), filter.clone());
            let found = platform
                .shared
                .db
                .read(move |tx| list(tx, &sight, &asked, 50))
                .await
                .unwrap();
            assert_eq!(found.iter().any(|m| m.id == listed), expected, "{filter:?}");
        }
    }
    let stranger = platform.sight(1);
    assert!(
        platform
            .shared
            .db
            .read(move |tx| find(tx, &stranger, listed))
            .await
            .unwrap()
            .is_none()
    );
    let steps: Vec<&str> = life
        .timeline
        .iter()
        .map(|entry| entry.step.as_str())
        .collect();
    assert_eq!(steps[..3], ["received", "checked", "sent"], "{steps:?}");
    assert!(steps.contains(&"receipt") && steps.contains(&"settled"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_each_other_without_gap_or_overlap(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let arrivals = (0..25).map(|n| {
        platform
            .arrival(0, platform.sample(0, Kind::Ceb311, n))
            .unwrap()
    });
    platform.accept_all(arrivals.collect()).await;
    let sight = platform.sight(0);
    let mut seen = Vec::new();
    let mut filter = Filter {
        state: Some(State::Received),
        ..Filter::default()
    };
    loop {
        let (sight, asked) = (sight.clone(), filter.clone());
        let page = platform
            .shared
            .db
            .read(move |tx| list(tx, &sight, &asked, 10))
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        filter.begin.after = Some(last.id.0.into());
        seen.extend(page.iter().map(|message| message.id));
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_shows_each_message_once_and_no_place_serves_another(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut ids: Vec<String> = Vec::new();
    for seed in 0..5 {
        let xml = platform.sample(0, Kind::Ceb311, seed);
        ids.push(accepted(platform.accept(0, xml).await).to_string());
    }
    for sort in ["oldest", "newest"] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let query = format!("sort={sort}&limit=2{after}");
            let page = asked(&platform, platform.by(0).await, &query).await;
            let page = page.unwrap();
            seen.extend(page.items.into_iter().map(|one| one.id));
            let Some(next) = page.next else { break };
            for other in ["oldest", "newest"] {
                let query = format!("sort={other}&after={next}");
                let page = asked(&platform, platform.by(0).await, &query).await;
                assert_eq!(page.is_ok(), other == sort, "{query}");
            }
            after = format!("&after={next}");
        }
        assert_eq!(seen, ids, "{sort}");
        ids.reverse();
    }
    let refused = asked(&platform, platform.by(0).await, "sort=kind").await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.status, 400);
    assert!(refused.detail.unwrap().contains("newest、oldest"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_total_counts_what_the_caller_sees_under_the_filters(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    for (n, seed) in [(0, 1), (0, 2), (0, 3), (1, 4)] {
        accepted(
            platform
                .accept(n, platform.sample(n, Kind::Ceb311, seed))
                .await,
        );
    }
    let code = platform.company(1).customs_code.clone();
    let of_other = format!("count=true&company={code}");
    let staff = || platform.by_person(Role::Operator, None);
    for (is_staff, query, total) in [
        (false, "limit=1", None),
        (false, "count=false", None),
        (false, "count=true&limit=1", Some(3)),
        (false, "count=true&kind=CEB621", Some(0)),
        (false, "count=true&state=received", Some(3)),
        (false, &*of_other, Some(0)),
        (true, "count=true", Some(4)),
        (true, &*of_other, Some(1)),
    ] {
        let by = match is_staff {
            true => staff().await,
            false => platform.by(0).await,
        };
        let page = asked(&platform, by, query).await.unwrap();
        assert_eq!(page.total, total, "{query}");
        assert!(!page.more_than_total);
    }
    // It is the same on every page.
    let first = asked(&platform, platform.by(0).await, "limit=1").await;
    let second = format!("count=true&after={}", first.unwrap().next.unwrap());
    let second = asked(&platform, platform.by(0).await, &second).await;
    assert_eq!(second.unwrap().total, Some(3));
}

/// Every finder of the desks, asked with one sight: how much each found.
fn all_finders(
    tx: &mut store::Tx<'_>,
    sight: &Sight,
    id: MessageId,
    numbers: &[String],
) -> store::Result<Vec<(&'static str, usize)>> {
    let document = id.document(1);
    let asker = person(1, Role::CompanyClerk, None, sight.clone());
    let mut found = vec![
        ("find", usize::from(find(tx, sight, id)?.is_some())),
        ("body", usize::from(finder::body(tx, sight, id)?.is_some())),
        (
            "document",
            usize::from(finder::document(tx, sight, document)?.is_some()),
        ),
        ("documents", finder::documents_of(tx, sight, id, 20)?.len()),
        (
            "story",
            usize::from(crate::story::trade(tx, &asker, document, 0)?.is_some()),
        ),
    ];
    for number in numbers {
        found.push(("search", search(tx, sight, number)?.len()));
        let filters = [
            Filter {
                order_no: Some(number.clone()),
                ..Filter::default()
            },
            Filter {
                logistics_no: Some(number.clone()),
                ..Filter::default()
            },
            Filter {
                cop_no: Some(number.clone()),
                ..Filter::default()
            },
            Filter {
                guid: Some(SoughtGuid::of(number)),
                ..Filter::default()
            },
        ];
        for filter in filters {
            found.push(("list", list(tx, sight, &filter, 20)?.len()));
        }
    }
    Ok(found)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_finder_shows_what_is_foreign_whatever_id_is_tried(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut ids = Vec::new();
    for (_, xml) in ceb::sample::set(&platform.spec(0, Kind::Ceb311, 7)) {
        ids.push(accepted(platform.accept(0, xml).await));
    }
    platform.settle().await;
    let (owner, ids_of) = (platform.sight(0), ids.clone());
    let strangers = vec![
        platform.sight(1),
        Sight::Nothing,
        Sight::District("99".to_owned()),
        Sight::Subtree(Arc::from([platform.company_id(1), platform.company_id(2)])),
        Sight::Subtree(Arc::from([])),
    ];
    let checked = platform.shared.db.read(move |tx| -> store::Result<_> {
        for id in &ids_of {
            let message = find(tx, &owner, *id)?.unwrap();
            let life = detail(tx, &message)?;
            let mut numbers = vec![message.guid.clone(), id.to_string(), id.acceptance_no()];
            for document in life.documents {
                let declared = [document.order_no, document.logistics_no, document.cop_no];
                numbers.extend(declared.into_iter().flatten());
                numbers.extend(document.pre_no.into_iter().chain(document.invt_no));
            }
            let own = all_finders(tx, &owner, *id, &numbers)?;
            assert!(own[..5].iter().all(|(_, n)| *n > 0), "{own:?}");
            for stranger in &strangers {
                // The id itself, and ids and documents about it.
                for near in [-128, -1, 0, 1, 2, 127, 128] {
                    let tried = MessageId(id.0.saturating_add(near));
                    let found = all_finders(tx, stranger, tried, &numbers)?;
                    let shown: Vec<_> = found.iter().filter(|(_, n)| *n > 0).collect();
                    assert!(shown.is_empty(), "{stranger:?} {near}: {shown:?}");
                }
            }
        }
        Ok(())
    });
    checked.await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_name_a_company_by_any_of_its_codes(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let directory = &platform.shared.directory;
    directory.refresh().await.unwrap();
    let (company, id) = (platform.company(1), platform.company_id(1));
    for code in [&company.customs_code, &company.credit_code, &company.dxp_id] {
        assert_eq!(directory.named(&format!(" {code} ")), Some(id));
    }
    assert_eq!(directory.named(&id.0.to_string()), Some(id));
    assert_eq!(directory.named("91110105MA0000000X"), None);
}

/// A finding that is damaged is shown by its code; the message and the lists stay as they are.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_finding_hides_no_message(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let wrong = platform.sample(0, Kind::Ceb311, 5);
    let wrong = wrong.replace("<ceb:appType>1", "<ceb:appType>7");
    let id = accepted(platform.accept(0, wrong).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let damage = platform.shared.db.write(|tx| {
        let sql = "update message_finding set text = $1, value = $1";
        tx.execute(sql, &["\u{1}TG1:AAAA".into()])
    });
    assert!(damage.await.unwrap() > 0);
    let sight = platform.sight(0);
    let read = platform.shared.db.read(move |tx| -> store::Result<_> {
        let message = find(tx, &sight, id)?.unwrap();
        Ok((finder::findings(tx, id)?, finder::why(tx, &message)?))
    });
    let (findings, why) = read.await.unwrap();
    assert!(findings[0].text.contains("已损坏"), "{findings:?}");
    let code = &findings[0].code;
    assert!(why.starts_with(&format!("[{code}]")), "{why}");
}

/// Staff see in the list and in the life of a message whose it is; a company, that sees its own only, is not
/// told.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_see_whose_message_it_is(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    for n in 0..2 {
        let seed = u64::try_from(n).unwrap();
        accepted(
            platform
                .accept(n, platform.sample(n, Kind::Ceb311, seed))
                .await,
        );
    }
    let named = |one: &super::MessageSummary| one.company.as_ref().map(|of| of.name.clone());
    let by = platform.by_person(Role::Operator, None).await;
    let page = asked(&platform, by, "").await.unwrap();
    let names: Vec<_> = page.items.iter().map(named).collect();
    let name = |n| Some(platform.company(n).name.clone());
    assert_eq!(names, [name(1), name(0)]);
    for (n, item) in [1, 0].into_iter().zip(&page.items) {
        let by = platform.by_person(Role::Operator, None).await;
        let life = message(by, Held(platform.api()), Path(item.id.clone())).await;
        assert_eq!(named(&life.unwrap().0.summary), name(n));
    }
    let own = asked(&platform, platform.by(0).await, "").await;
    let own = own.unwrap().items;
    assert_eq!(own.iter().map(named).collect::<Vec<_>>(), [None]);
}

/// A row of which a value is of another type or unknown, as SQLite hands out what was changed on the disk, is shown with
/// what can be read of it: the lists, the search, the home page and the life of the message go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_takes_no_list_away() {
    for sql in [
        "update document set status = 'x'",
        "update document set status = 1.5",
        "update message set n_bytes = 1.5, needs_action = 1.5",
        "update document set kind = cast(kind as blob)",
        "update document set outcome = 'x'",
        "update document set cop_no = cast('x' as blob), order_no = cast(order_no as blob)",
        "update document set company_id = 'x'",
        "update message set received_at = 'x'",
        "update message set outcome = 'x'",
        "update message_day set kind = cast(kind as blob)",
        "update message_day set n_sent = 'x'",
        "update message_outcome set outcome = 'x'",
    ] {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let id = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 5))
                .await,
        );
        platform.settle().await;
        let spoil = platform.shared.db.write(move |tx| tx.execute(sql, &[]));
        assert!(spoil.await.unwrap() > 0, "{sql}");
        let by = platform.by_person(Role::Operator, None).await;
        let listed = asked(&platform, by, "").await.expect(sql).items;
        assert_eq!(listed.len(), 1, "{sql}");
        let life = message(
            platform.by_person(Role::Operator, None).await,
            Held(platform.api()),
            Path(listed[0].id.clone()),
        )
        .await;
        assert_eq!(life.expect(sql).0.documents.len(), 1, "{sql}");
        let number = id.to_string();
        let read = move |tx: &mut store::Tx<'_>| search(tx, &Sight::All, &number);
        let hits = platform.shared.db.read(read).await.expect(sql);
        assert_eq!(hits.len(), 1, "{sql}");
        let home = crate::overview::http::home(
            platform.by_person(Role::Operator, None).await,
            Held(platform.api()),
        )
        .await;
        assert!(home.is_ok(), "{sql}");
    }
}

/// The largest numbers are asked for like any other, and nothing is found.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_numbers_find_nothing(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let last = MessageId(i64::MAX);
    for number in [last.to_string(), last.acceptance_no()] {
        let read = move |tx: &mut store::Tx<'_>| search(tx, &Sight::All, &number);
        assert!(platform.shared.db.read(read).await.unwrap().is_empty());
    }
}
