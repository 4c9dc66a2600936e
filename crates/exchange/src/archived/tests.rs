//! The whole way on a platform with customs: months pass, originals go to the archive and are removed, what is open or not
//! fetched stays, and what went is one click away.

use super::codes;
use crate::archived::http::receipt_xml;
use crate::message::MessageId;
use crate::query::http::{message, xml};
use crate::receipt_feed::http::{FeedQuery, FeedState, receipts};
use crate::shared::Feed;
use crate::testing::{TestPlatform, accepted};
use archive::ArchiveTurn;
use archive::table::Stay;
use archive::{ArchiveClass, ArchiveMonth, RowCell};
use axum::body::to_bytes;
use axum::extract::State;
use axum::response::Response;
use ceb::Kind;
use ceb::form::sample_rows;
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::clock::{Clock, parse_time};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Result, Tx};
use web::shares::Shares;
use web::{Path, QueryOf};

/// Three messages of the beginning of March 2026: one that customs released, one that the platform refused, one that
/// customs has not answered.
struct March {
    platform: TestPlatform,
    turn: ArchiveTurn,
    settled: (MessageId, String),
    refused: MessageId,
    open: MessageId,
}

impl March {
    async fn new(engine: TestEngine) -> Self {
        let platform = TestPlatform::on(engine.database()).await;
        let body = platform.sample(0, Kind::Ceb311, 1);
        let settled = accepted(platform.accept(0, body.clone()).await);
        let wrong = platform.sample(0, Kind::Ceb621, 2);
        let wrong = wrong.replace("<ceb:appType>1", "<ceb:appType>9");
        let refused = accepted(platform.accept(0, wrong).await);
        platform.settle().await;
        let later = platform.sample(0, Kind::Ceb311, 3);
        let open = accepted(platform.accept(0, later).await);
        crate::pipeline::drain(&platform.shared).await.unwrap();
        let fence = registry::testing::fence(&platform.shared.context).await;
        Self {
            platform,
            turn: ArchiveTurn::from(fence),
            settled: (settled, body),
            refused,
            open,
        }
    }

    /// Moves on to a day, on which something happens: the newest event is a clock, too.
    async fn go_to(&self, day: &str) {
        let now_ms = self.platform.clock.now_ms();
        let by = u64::try_from(parse_time(day).unwrap() - now_ms).unwrap();
        self.platform.clock.advance(Duration::from_millis(by));
        let event = store::event::Event {
            id: self.platform.shared.ids.next(),
            at_ms: self.platform.clock.now_ms(),
            kind: "test".to_owned(),
            company_id: None,
            subject_id: 1,
            detail: String::new(),
        };
        let write = move |tx: &mut Tx<'_>| store::event::append(tx, std::slice::from_ref(&event));
        self.platform.shared.db.write(write).await.unwrap();
    }

    async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("select count(*) from {table}");
        let read = move |tx: &mut Tx<'_>| -> Result<i64> { tx.query(&sql, &[])?[0].int(0) };
        self.platform.shared.db.read(read).await.unwrap()
    }

    async fn xml_of(&self, id: MessageId) -> std::result::Result<Response, web::Problem> {
        let platform = &self.platform;
        let (by, api) = (platform.by(0).await, platform.api());
        xml(by, State(api), Path(id.to_string())).await
    }

    /// The feed as the program of the company reads it from a place on.
    async fn read_from(&self, after: i64) -> Vec<crate::receipt_feed::ReceiptItem> {
        let platform = &self.platform;
        let state = FeedState {
            gate: Arc::clone(&platform.gate),
            db: platform.shared.db.clone(),
            feed: Arc::new(Feed::default()),
            clock: platform.clock.clone(),
            polls: Shares::new("polls", 8, 8),
            stop: tokio::sync::watch::channel(false).1,
        };
        let query = FeedQuery {
            after: Some(after.to_string()),
            before: None,
            limit: None,
            wait: None,
        };
        let page = receipts(platform.by(0).await, State(state), QueryOf(query)).await;
        page.unwrap().0.items
    }
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn originals_go_to_the_archive_and_come_back_while_what_is_open_or_not_fetched_stays(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let march = March::new(engine).await;
    let archive = &march.platform.shared.archive;
    march.go_to("2026-04-02").await;
    let run = archive.run(&march.turn).await.unwrap();
    assert_eq!(
        (run.n_written, run.n_verified),
        (3, 3),
        "payload, trade, log"
    );
    march.go_to("2026-07-03").await;
    let (n_bodies, n_xml) = (
        march.count("message_body").await,
        march.count("receipt_xml").await,
    );
    assert!(n_bodies == 3 && n_xml >= 3, "{n_bodies} {n_xml}");
    let purged = archive.purge(&march.turn).await.unwrap();
    // The one that customs has not answered, and receipts that the program has not read.
    assert_eq!(march.count("message_body").await, 1);
    assert_eq!(purged.kept.get(&Stay::OpenMessage), Some(&1));
    assert_eq!(purged.kept.get(&Stay::Undelivered), Some(&n_xml));
    assert_eq!(march.count("receipt_xml").await, n_xml);
    let items = march.read_from(0).await;
    assert!(
        items
            .iter()
            .all(|item| item.archived.is_none() && !item.xml.is_empty())
    );
    let last = items.last().unwrap().cursor.parse().unwrap();
    march.read_from(last).await;
    march.go_to("2026-07-12").await;
    archive.purge(&march.turn).await.unwrap();
    assert_eq!(march.count("receipt_xml").await, 0);
    // The trade records are here still, the feed can be read again, and the message says where its original is.
    assert_eq!(march.count("message").await, 3);
    let again = march.read_from(0).await;
    assert_eq!(again.len(), items.len());
    assert!(
        again
            .iter()
            .all(|item| item.archived.as_deref() == Some("2026-03"))
    );
    assert!(
        again
            .iter()
            .all(|item| item.xml.is_empty() && !item.unreadable)
    );
    let (id, body) = &march.settled;
    let (by, api) = (march.platform.by(0).await, march.platform.api());
    let detail = message(by, State(api), Path(id.to_string()))
        .await
        .unwrap()
        .0;
    assert_eq!(detail.body_archived.as_deref(), Some("2026-03"));
    assert_eq!(&text(march.xml_of(*id).await.unwrap()).await, body);
    for item in items
        .iter()
        .filter(|item| item.message_id == id.to_string())
    {
        let (by, api) = (march.platform.by(0).await, march.platform.api());
        let path = Path((item.message_id.clone(), item.cursor.clone()));
        let fetched = receipt_xml(by, State(api), path).await.unwrap();
        assert_eq!(text(fetched).await, item.xml);
    }
    // Nobody else sees it, in the archive or not.
    let (by, api) = (march.platform.by(1).await, march.platform.api());
    let other = xml(by, State(api), Path(id.to_string())).await;
    assert_eq!(other.unwrap_err().status, 404);
    let (by, api) = (march.platform.by(0).await, march.platform.api());
    let open = message(by, State(api), Path(march.open.to_string()))
        .await
        .unwrap()
        .0;
    assert_eq!(open.body_archived, None);
    assert!(march.xml_of(march.open).await.is_ok());
}

/// The machine that took a receipt had the wrong year: the numbers around it say in which month it was archived and purged.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_with_a_wrong_time_is_in_the_archive_when_its_xml_was_purged_and_damaged_when_not(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let march = March::new(engine).await;
    let archive = &march.platform.shared.archive;
    let items = march.read_from(0).await;
    let (odd, last) = (items[1].cursor.clone(), items.last().unwrap());
    let (feed_no, at_ms) = (
        odd.parse::<i64>().unwrap(),
        parse_time("2031-05-06").unwrap(),
    );
    let write = march.platform.shared.db.write(move |tx| {
        let sql = "update receipt set received_at = $1 where feed_no = $2";
        tx.execute(sql, &[at_ms.into(), feed_no.into()])
    });
    write.await.unwrap();
    march.read_from(last.cursor.parse().unwrap()).await;
    march.go_to("2026-04-02").await;
    archive.run(&march.turn).await.unwrap();
    march.go_to("2026-07-12").await;
    archive.purge(&march.turn).await.unwrap();
    assert_eq!(march.count("receipt_xml").await, 0);
    let again = march.read_from(0).await;
    assert_eq!((&again[1].cursor, again[1].unreadable), (&odd, false));
    assert_eq!(again[1].archived.as_deref(), Some("2026-03"));
    let (by, api) = (march.platform.by(0).await, march.platform.api());
    let path = Path((again[1].message_id.clone(), odd));
    let fetched = receipt_xml(by, State(api), path).await.unwrap();
    assert_eq!(text(fetched).await, items[1].xml);
    // Of a month of which nothing was removed it can only be damaged.
    let write = march
        .platform
        .shared
        .db
        .write(|tx| tx.execute("update archive_part set n_purged = 0", &[]));
    write.await.unwrap();
    let damaged = march.read_from(0).await;
    assert!(
        damaged
            .iter()
            .all(|item| item.unreadable && item.archived.is_none())
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_that_is_away_or_torn_is_told_apart_and_a_correction_says_what_to_do(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let march = March::new(engine).await;
    let archive = &march.platform.shared.archive;
    march.go_to("2026-04-02").await;
    archive.run(&march.turn).await.unwrap();
    march.go_to("2026-07-03").await;
    archive.purge(&march.turn).await.unwrap();
    let code = |refused: std::result::Result<Response, web::Problem>| refused.unwrap_err().code;
    let state = march.platform.submit_state();
    let by = march.platform.by(0).await;
    let refused =
        crate::correction::http::correction(by, State(state), Path(march.refused.to_string()))
            .await;
    assert_eq!(refused.err().unwrap().code, codes::NOT_HERE.code);
    // It is refused, its bytes are away: it is not checked anew.
    let (ids, id) = (Arc::clone(&march.platform.shared.ids), march.refused);
    let reopen = move |tx: &mut Tx<'_>| crate::message::reopen(tx, &ids, id, 1, "");
    assert!(!march.platform.shared.db.write(reopen).await.unwrap());
    let folder = march.platform.archive_folder.path();
    let file = folder.join("payload/2026-03/1-1/message_body.0001.jsonl.zst");
    let whole = std::fs::read(&file).unwrap();
    let mut torn = whole.clone();
    torn[40] ^= 1;
    std::fs::write(&file, torn).unwrap();
    assert_eq!(
        code(march.xml_of(march.settled.0).await),
        codes::UNREADABLE.code
    );
    std::fs::write(&file, whole).unwrap();
    assert!(march.xml_of(march.settled.0).await.is_ok());
}

/// The original of a receipt that is gone or another's is an error, never an empty answer or wrong bytes.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_original_of_a_receipt_that_is_damaged_is_an_error(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values("delete from receipt_xml", "update receipt_xml set xml = $1")] spoils: &'static str,
) {
    let march = March::new(engine).await;
    let item = march.read_from(0).await.remove(0);
    let read = async || {
        let (by, api) = (march.platform.by(0).await, march.platform.api());
        let path = Path((item.message_id.clone(), item.cursor.clone()));
        receipt_xml(by, State(api), path).await
    };
    assert!(read().await.is_ok());
    let other = b"<CEB312Message guid=\"another\"/>".as_slice();
    let write = move |tx: &mut Tx<'_>| {
        let values = [store::Value::Bytes(other)];
        tx.execute(spoils, &values[..spoils.matches('$').count()])
    };
    march.platform.shared.db.write(write).await.unwrap();
    let problem = read().await.unwrap_err();
    assert_eq!(problem.code, web::codes::DAMAGED.code);
}

/// What may change of a row after its month was archived, table by table: by a late answer, a release, a match, a dismissal.
const CHANGES: &[(&str, &str, &str)] = &[
    (
        "message",
        "outcome",
        "update message set outcome = 'later', needs_action = true where outcome <> ''",
    ),
    (
        "document",
        "outcome",
        "update document set outcome = 'later', is_dismissed = true where outcome <> ''",
    ),
    (
        "match_fact",
        "list_no",
        "update match_fact set list_no = 'later', given_back = 7, is_withdrawn = true",
    ),
    (
        "receipt",
        "document_key",
        "update receipt set document_key = 'later' where feed_no <= 2",
    ),
    (
        "message_finding",
        "advice",
        "update message_finding set advice = 'later'",
    ),
    (
        "message_signature",
        "serial",
        "update message_signature set serial = 'later'",
    ),
];

impl March {
    /// The keys of the rows of a table that were changed, and where the changed column stands in the archive.
    async fn changed(
        &self,
        (table, column, _): (&'static str, &str, &str),
    ) -> (Vec<(i64, i64)>, usize) {
        let of = crate::archived::TABLES.iter().copied().flatten();
        let of = of.into_iter().find(|one| one.table == table).unwrap();
        let at = of
            .columns
            .iter()
            .position(|(name, _)| *name == column)
            .unwrap();
        let second = of.key.get(1).copied().unwrap_or("0");
        let sql = format!(
            "select {}, {second} from {table} where {column} = 'later'",
            of.key[0]
        );
        let read = move |tx: &mut Tx<'_>| -> Result<Vec<_>> {
            let rows = tx.query(&sql, &[])?;
            rows.iter()
                .map(|row| Ok((row.int(0)?, row.int(1)?)))
                .collect()
        };
        (self.platform.shared.db.read(read).await.unwrap(), at)
    }

    async fn read_all(&self) {
        let items = self.read_from(0).await;
        self.read_from(items.last().unwrap().cursor.parse().unwrap())
            .await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_after_its_month_was_archived_is_archived_as_it_is_before_it_is_removed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let march = March::new(engine).await;
    let archive = &march.platform.shared.archive;
    march.go_to("2026-04-02").await;
    archive.run(&march.turn).await.unwrap();
    // Customs answers late, and the company reads it.
    march.platform.settle().await;
    march.read_all().await;
    let mut changed = Vec::new();
    for change in CHANGES {
        let sql = change.2;
        let n = march
            .platform
            .shared
            .db
            .write(move |tx| tx.execute(sql, &[]));
        assert!(n.await.unwrap() > 0, "{}", change.0);
        let (keys, at) = march.changed(*change).await;
        changed.push((change.0, keys, at));
    }
    // Years later the first pass removes the originals and none of the rows that changed.
    march.go_to("2031-06-10").await;
    let purged = archive.purge(&march.turn).await.unwrap();
    assert_eq!(march.count("message_body").await, 0);
    assert!(purged.kept.contains_key(&Stay::Changed), "{purged:?}");
    for (change, (_, keys, _)) in CHANGES.iter().zip(&changed) {
        assert_eq!(&march.changed(*change).await.0, keys, "{}", change.0);
    }
    archive.run(&march.turn).await.unwrap();
    march.go_to("2031-06-20").await;
    archive.purge(&march.turn).await.unwrap();
    let month = ArchiveMonth::parse("2026-03").unwrap();
    for (table, keys, at) in changed {
        assert_eq!(march.count(table).await, 0, "{table}");
        for key in keys {
            let row = archive.row((ArchiveClass::Trade, table), month, key).await;
            assert_eq!(
                row.unwrap()[at],
                RowCell::Text("later".to_owned()),
                "{table}"
            );
        }
    }
    assert_eq!(archive.run(&march.turn).await.unwrap().n_written, 0);
}

/// What a column has that the archive does not know of would be lost with the row.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_column_of_an_archived_table_is_archived(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let sql = match engine {
        Sqlite => "select name from pragma_table_info($1)",
        Postgres => {
            "select column_name::text from information_schema.columns where table_name = $1 \
             and table_schema = any(current_schemas(false))"
        }
    };
    for of in crate::archived::TABLES.iter().copied().flatten() {
        let read = |tx: &mut Tx<'_>| -> Result<Vec<String>> {
            let rows = tx.query(sql, &[of.table.into()])?;
            rows.iter().map(|row| row.text(0)).collect()
        };
        let mut columns = test.db.read(read).await.unwrap();
        let mut known: Vec<_> = of
            .columns
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        columns.sort_unstable();
        known.sort_unstable();
        assert_eq!(columns, known, "{}", of.table);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_handed_in_again_after_its_original_was_removed_is_answered_as_the_first_time(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let march = March::new(engine).await;
    let members: Vec<String> = sample_rows(Kind::Ceb411)[0]
        .iter()
        .filter(|(_, element, _)| *element != "appTime")
        .map(|(_, element, value)| format!("\"{element}\": \"{value}\""))
        .collect();
    let form = format!(
        "{{\"kind\": \"CEB411\", \"documents\": [{{{}}}]}}",
        members.join(", ")
    );
    let (platform, state) = (&march.platform, march.platform.submit_state());
    let submit = async |form: String| {
        let request = platform.request(0, "application/json", form);
        let answer =
            crate::submit::submit(platform.by(0).await, State(Arc::clone(&state)), request);
        let answer = text(answer.await.unwrap()).await;
        serde_json::from_str::<serde_json::Value>(&answer).unwrap()
    };
    let first = submit(form.clone()).await;
    platform.settle().await;
    march.read_all().await;
    let archive = &platform.shared.archive;
    march.go_to("2026-04-02").await;
    archive.run(&march.turn).await.unwrap();
    march.go_to("2026-07-03").await;
    archive.purge(&march.turn).await.unwrap();
    assert_eq!(march.count("message_body").await, 0);
    let again = submit(form.clone()).await;
    for same in ["id", "guid", "receivedAt"] {
        assert_eq!(again[same], first[same]);
    }
    assert_eq!(
        (&first["duplicate"], &again["duplicate"]),
        (&false.into(), &true.into())
    );
    assert_eq!(march.count("message").await, 4);
    // Another content has another guid, and is another message.
    let other = submit(form.replace("\"amountPaid\": \"", "\"amountPaid\": \"1")).await;
    assert_ne!(other["id"], first["id"]);
}
