//! A platform of a few tables with months of rows, its archive in a folder or on a server that speaks S3.

mod asked;
mod claims;
mod faults;
mod folder;
mod late;
mod left_behind;
mod parts;
mod purges;
mod s3;
mod superseded;

use crate::class::ArchiveClass::Payload;
use crate::config::{ArchiveConfig, RetentionConfig};
use crate::engine::{Archive, ArchiveBase};
use crate::month::ArchiveMonth;
use crate::part::{ArchivePart, sql};
use crate::table::{
    ArchiveTable, ColumnKind as Kind, MonthBy, NumberedRows, Stay, Stays, none_stays,
};
use crate::turn::ArchiveTurn;
use jobs::lease::{self, Claimer};
use jobs::{Job, JobWords, Schedule};
use std::sync::Arc;
use std::time::Duration;
use store::clock::{Clock, TestClock, parse_time};
use store::id::{IdMaker, first_at_ms};
use store::purge::RowKey;
use store::testing::{TestDb, TestEngine};
use store::{Db, Result, Tx};
use tempfile::TempDir;

const BODY: ArchiveTable = ArchiveTable {
    class: Payload,
    table: "message_body",
    key: &["message_id"],
    columns: &[("message_id", Kind::Int), ("body", Kind::SealedBytes)],
    month: MonthBy::Id,
    is_fixed: true,
    batch: 3,
    stays: even_stays,
};
const FINDING: ArchiveTable = ArchiveTable {
    class: Payload,
    table: "message_finding",
    key: &["message_id", "number"],
    columns: &[
        ("message_id", Kind::Int),
        ("number", Kind::Int),
        ("code", Kind::Text),
        ("severity", Kind::Text),
        ("path", Kind::Text),
        ("line", Kind::Int),
        ("value", Kind::SealedText),
        ("text", Kind::SealedText),
        ("advice", Kind::Text),
    ],
    month: MonthBy::Id,
    is_fixed: false,
    batch: 4,
    stays: none_stays,
};
const XML: ArchiveTable = ArchiveTable {
    class: Payload,
    table: "receipt_xml",
    key: &["company_id", "feed_no"],
    columns: &[
        ("company_id", Kind::Int),
        ("feed_no", Kind::Int),
        ("xml", Kind::SealedBytes),
    ],
    month: MonthBy::Number(NumberedRows {
        source: "receipt",
        group: Some(("company_id", "feed")),
        number: "feed_no",
        time: "received_at",
    }),
    is_fixed: true,
    batch: 3,
    stays: none_stays,
};

/// Bodies of messages whose table of open ones (here: those with an hour) has them stay.
fn even_stays(tx: &mut Tx<'_>, keys: &[RowKey], _: i64) -> Result<Stays> {
    let rows = tx.query("select message_id from match_hold", &[])?;
    let held: Vec<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
    let kept = keys.iter().filter(|(id, _)| held.contains(id));
    Ok(kept.map(|key| (*key, Stay::OpenMessage)).collect())
}

/// A platform of a few tables.
struct World {
    test: TestDb,
    clock: Arc<TestClock>,
    archive: Arc<Archive>,
    turn: ArchiveTurn,
    folder: TempDir,
}

fn ms(day: &str) -> i64 {
    parse_time(day).unwrap()
}

fn month(text: &str) -> ArchiveMonth {
    ArchiveMonth::parse(text).unwrap()
}

/// The id of a message of a day in August 2026, at noon.
fn id_of(day: i64) -> i64 {
    first_at_ms(ms("2026-08-01") + (day - 1) * 86_400_000 + 43_200_000)
}

impl World {
    async fn new(engine: TestEngine) -> Self {
        Self::of(engine, vec![&BODY, &FINDING, &XML]).await
    }

    async fn with(test: TestDb, folder: TempDir, config: ArchiveConfig) -> Self {
        Self::made(test, folder, config, vec![&BODY, &FINDING, &XML]).await
    }

    /// A platform with other tables.
    async fn of(engine: TestEngine, tables: Vec<&'static ArchiveTable>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = ArchiveConfig {
            url: format!("file:{}", folder.path().join("archive").display()),
            ..ArchiveConfig::default()
        };
        Self::made(engine.database(), folder, config, tables).await
    }

    async fn made(
        test: TestDb,
        folder: TempDir,
        config: ArchiveConfig,
        tables: Vec<&'static ArchiveTable>,
    ) -> Self {
        let clock = TestClock::at(ms("2026-09-02"));
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let base = ArchiveBase {
            db: test.db.clone(),
            database: test.config.clone(),
            clock: clock.clone(),
            ids: Arc::clone(&ids),
        };
        let retention = RetentionConfig::default();
        let archive = Arc::new(Archive::new(base, tables, (&config, &retention)).unwrap());
        let turn = turn(&test.db, &ids, &*clock).await;
        Self {
            test,
            clock,
            archive,
            turn,
            folder,
        }
    }

    /// Another process on the same database and archive.
    fn again(&self, config: &ArchiveConfig) -> Archive {
        self.on_clock(config, self.clock.clone())
    }

    /// The same with a clock of its own.
    fn on_clock(&self, config: &ArchiveConfig, clock: Arc<TestClock>) -> Archive {
        let base = ArchiveBase {
            db: self.test.db.clone(),
            database: self.test.config.clone(),
            clock: clock.clone(),
            ids: Arc::new(IdMaker::new(clock, 2)),
        };
        let retention = RetentionConfig::default();
        Archive::new(base, vec![&BODY, &FINDING, &XML], (config, &retention)).unwrap()
    }

    /// A message of August that came behind its archive, and one of September.
    async fn fill_late(&self) {
        let write = self.test.db.write(|tx| {
            put_message(tx, id_of(31))?;
            put_message(tx, id_of(40))
        });
        write.await.unwrap();
    }

    /// August 2026: a message a day with a body and two findings, and a receipt of company 1 or 2.
    async fn fill(&self) {
        let write = self.test.db.write(|tx| -> Result<()> {
            for company in [1_i64, 2] {
                let sql = "insert into feed (company_id, last) values ($1, 100)";
                tx.execute(sql, &[company.into()])?;
            }
            for day in 1..=30 {
                put_message(tx, id_of(day))?;
                put_receipt(tx, (1 + day % 2, day), id_of(day), day)?;
            }
            Ok(())
        });
        write.await.unwrap();
    }

    async fn run(&self, sql: &'static str) {
        self.test
            .db
            .write(move |tx| tx.execute(sql, &[]))
            .await
            .unwrap();
    }

    async fn count(&self, table: &'static str) -> i64 {
        let sql = format!("select count(*) from {table}");
        let read = move |tx: &mut Tx<'_>| -> Result<i64> { tx.query(&sql, &[])?[0].int(0) };
        self.test.db.read(read).await.unwrap()
    }

    async fn parts(&self) -> Vec<ArchivePart> {
        let mut parts = self.test.db.read(sql::all).await.unwrap();
        parts.sort_by_key(|part| (part.month, part.number));
        parts
    }

    /// The file of the archive with this name.
    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("archive").join(name)
    }

    /// Moves on to a day, with something that happens there: the newest event is a clock, too.
    async fn go_to(&self, day: &str) {
        let at_ms = ms(day);
        let by = u64::try_from(at_ms - self.clock.now_ms()).unwrap();
        self.clock.advance(Duration::from_millis(by));
        let write = self.test.db.write(move |tx| {
            let event = store::event::Event {
                id: first_at_ms(at_ms),
                at_ms,
                kind: "test".to_owned(),
                company_id: None,
                subject_id: 1,
                detail: String::new(),
            };
            store::event::append(tx, &[event])
        });
        write.await.unwrap();
    }
}

fn put_message(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    let body = format!(
        "<ceb:CEB311Message>报文 {id} {}</ceb:CEB311Message>",
        "数据".repeat(40)
    );
    let closed = tx
        .vault()
        .close(body.as_bytes(), store::pack::PackDictionary::NONE)?
        .into_owned();
    let sql = "insert into message_body (message_id, body) values ($1, $2)";
    tx.execute(sql, &[id.into(), closed.as_slice().into()])?;
    for number in 1..=2_i64 {
        tx.execute(
            "insert into message_finding (message_id, number, code, severity, path, line, value, text, advice) \
             values ($1, $2, 'TG-E1001', 'error', '/a', 3, '值', '说明', '')",
            &[id.into(), number.into()],
        )?;
    }
    Ok(())
}

fn put_receipt(tx: &mut Tx<'_>, (company, feed_no): RowKey, message: i64, day: i64) -> Result<()> {
    let at_ms = ms("2026-08-01") + (day - 1) * 86_400_000 + 50_000_000;
    tx.execute(
        "insert into receipt (company_id, feed_no, message_id, document_id, kind, guid, document_key, \
         return_status, return_time, return_info, fingerprint, received_at, xml) \
         values ($1, $2, $3, $4, 'CEB312', '', '', 120, '', '', $5, $6, '')",
        &[company.into(), feed_no.into(), message.into(), (message + 1).into(), feed_no.into(), at_ms.into()],
    )?;
    let xml: &[u8] = "<ceb:CEB312Message>回执</ceb:CEB312Message>".as_bytes();
    let sql = "insert into receipt_xml (company_id, feed_no, xml) values ($1, $2, $3)";
    tx.execute(sql, &[company.into(), feed_no.into(), xml.into()])
        .map(|_| ())
}

/// The turn of a job that has just begun.
async fn turn(db: &Db, ids: &Arc<IdMaker>, clock: &dyn Clock) -> ArchiveTurn {
    let (run, now_ms) = (ids.next(), clock.now_ms());
    let job = Job {
        words: JobWords {
            name: "test.archive",
            chinese: "测试",
            english: "Test",
            about: ("测试。", "Tests."),
        },
        schedule: Schedule::Every(60_000),
        limits: jobs::job::LIMITS,
        run: Arc::new(|_| Box::pin(async { Ok(String::new()) })),
    };
    let claim = move |tx: &mut Tx<'_>| {
        lease::ensure(tx, std::slice::from_ref(&job), now_ms)?;
        let who = Claimer {
            owner: "1.1".to_owned(),
            node: 1,
            run,
            now_ms,
        };
        lease::claim(tx, &job, &who)
    };
    ArchiveTurn::from(db.write(claim).await.unwrap().unwrap().fence)
}
