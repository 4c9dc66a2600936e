//! Parts are written, proven, read and restored.

use super::{World, id_of, month, ms, put_message, put_receipt};
use crate::class::ArchiveClass::Payload;
use crate::config::ArchiveConfig;
use crate::error::ArchiveError;
use crate::manifest::ArchiveManifest;
use crate::part::PartState;
use crate::rows::RowCell;
use rstest::rstest;
use std::time::Duration;
use store::clock::TestClock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Result, StoreConfig, Tx};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_is_written_with_its_manifest_proven_and_not_written_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 30 * 4));
    let parts = world.parts().await;
    assert_eq!(parts.len(), 1);
    let part = &parts[0];
    assert_eq!((part.state, part.n_same), (PartState::Verified, 120));
    assert_eq!(part.month, month("2026-08"));
    let bytes = std::fs::read(world.file("payload/2026-08/1-1/manifest.json")).unwrap();
    let manifest = ArchiveManifest::read(&bytes).unwrap();
    let rows: Vec<_> = manifest
        .tables
        .iter()
        .map(|one| (&*one.table, one.rows))
        .collect();
    assert_eq!(
        rows,
        [
            ("message_body", 30),
            ("message_finding", 60),
            ("receipt_xml", 30)
        ]
    );
    let keys = manifest.tables[0].keys.unwrap();
    assert_eq!(keys, [(id_of(1), 0), (id_of(30), 0)]);
    for file in &manifest.files {
        let path = format!("payload/2026-08/1-1/{}", file.name);
        let stored = std::fs::read(world.file(&path)).unwrap();
        assert_eq!(stored.len() as u64, file.bytes);
        assert_eq!((file.sha256.len(), file.sm3.len()), (64, 64));
    }
    // Whoever has the file and zstd reads the messages.
    let file = world.file("payload/2026-08/1-1/message_body.0001.jsonl.zst");
    let text = zstd::stream::decode_all(&*std::fs::read(file).unwrap()).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), 30);
    assert!(text.starts_with(&format!("[{},{{\"u\":\"<ceb:CEB311Message>报文", id_of(1))));
    let again = world.archive.run(&world.turn).await.unwrap();
    assert_eq!(again.text(), "");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_belongs_to_one_month_also_when_clocks_step_by_an_hour(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    let end = ms("2026-09-01");
    let write = world.test.db.write(move |tx| -> Result<()> {
        // The clock was set back by an hour: a receipt of August has a higher number than two of September.
        for (feed_no, at_ms) in [
            (90, end + 1),
            (91, end + 3_000_000),
            (92, end - 500_000),
            (93, end - 1),
        ] {
            put_receipt(tx, (1, feed_no), id_of(30), feed_no)?;
            let sql = "update receipt set received_at = $1 where company_id = 1 and feed_no = $2";
            tx.execute(sql, &[at_ms.into(), feed_no.into()])?;
        }
        Ok(())
    });
    write.await.unwrap();
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-10-02").await;
    world.archive.run(&world.turn).await.unwrap();
    let parts = world.parts().await;
    let rows: Vec<_> = parts
        .iter()
        .map(|part| (part.month.to_string(), part.n_rows))
        .collect();
    assert_eq!(
        rows,
        [("2026-08".to_owned(), 122), ("2026-09".to_owned(), 2)]
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_is_closed_hours_after_its_end_and_by_no_clock_that_runs_ahead(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    let config = ArchiveConfig {
        url: format!("file:{}", world.file("").display()),
        ..ArchiveConfig::default()
    };
    let early = world.on_clock(&config, TestClock::at(ms("2026-09-01") + 5 * 3_600_000));
    assert_eq!(early.run(&world.turn).await.unwrap().n_written, 0);
    // An event of now is a clock, too: years ahead, the machine's is not believed.
    world.go_to("2026-09-02").await;
    world.clock.advance(Duration::from_secs(3 * 366 * 86_400));
    world.archive.run(&world.turn).await.unwrap();
    let purged = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(
        (purged.n_removed, world.count("message_body").await),
        (0, 30)
    );
    // Something happens under the wrong time: now the events say the same, but no night is years later than the one before.
    let wrong = store::id::first_at_ms(store::clock::Clock::now_ms(&*world.clock));
    let event = "insert into event (place, id, at_ms, kind, company_id, subject_id, detail) \
                 values (9000000, $1, 0, 'message.sent', null, 1, '')";
    let write = world
        .test
        .db
        .write(move |tx| tx.execute(event, &[wrong.into()]));
    write.await.unwrap();
    let purged = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(
        (purged.n_removed, world.count("message_body").await),
        (0, 30)
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_or_changed_later_goes_into_a_further_part_and_nothing_twice(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let write = world.test.db.write(|tx| -> Result<()> {
        put_message(tx, id_of(31))?;
        let sql = "update message_finding set text = '改' where message_id = $1 and number = 1";
        tx.execute(sql, &[id_of(2).into()])?;
        Ok(())
    });
    write.await.unwrap();
    world.go_to("2026-12-05").await;
    let purged = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(purged.n_removed, 119, "the changed one stays");
    assert_eq!(world.count("message_body").await, 1);
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_rows, run.n_verified), (1, 4, 1));
    let parts = world.parts().await;
    assert_eq!((parts[1].number, parts[1].n_rows), (2, 4));
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_body").await, 0);
    assert_eq!(world.count("message_finding").await, 0);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
    // The newest part that has a row says how it is.
    let row = world.archive.row(
        (Payload, "message_finding"),
        month("2026-08"),
        (id_of(2), 1),
    );
    assert!(row.await.unwrap().contains(&RowCell::Text("改".to_owned())));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_row_is_read_from_the_archive_and_a_month_is_restored_into_a_file(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let at = (Payload, "message_body");
    let row = world
        .archive
        .row(at, month("2026-08"), (id_of(7), 0))
        .await
        .unwrap();
    let RowCell::Bytes(body) = &row[1] else {
        panic!("{row:?}")
    };
    assert!(String::from_utf8_lossy(body).contains(&id_of(7).to_string()));
    let missing = world
        .archive
        .row(at, month("2026-08"), (id_of(7) + 1, 0))
        .await;
    assert!(
        matches!(missing, Err(ArchiveError::Missing(_))),
        "{missing:?}"
    );
    let to = world.folder.path().join("restored.db");
    let restored = world
        .archive
        .restore((Payload, month("2026-08")), &to)
        .await
        .unwrap();
    assert_eq!((restored.n_parts, restored.n_rows), (1, 120));
    let config = StoreConfig {
        url: format!("sqlite:{}", to.display()),
        ..StoreConfig::default()
    };
    let opened = std::thread::spawn(move || store::Db::open(&config).unwrap());
    let db = opened.join().unwrap();
    let read = |tx: &mut Tx<'_>| -> Result<_> {
        let rows = tx.query("select body from message_body order by message_id", &[])?;
        Ok((rows.len(), rows[6].bytes(0)?))
    };
    assert_eq!(db.read(read).await.unwrap(), (30, body.clone()));
    let twice = world
        .archive
        .restore((Payload, month("2026-08")), &to)
        .await;
    assert!(twice.is_err(), "a file that is there is not overwritten");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_key_the_archive_holds_nothing_in_the_clear_and_is_read_with_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    std::fs::write(&keys, "k1 sm4-gcm AAECAwQFBgcICQoLDA0ODw==").unwrap();
    let mut test = engine.database();
    test.config.encryption_key_file = keys.display().to_string();
    let opening = test.config.clone();
    let opened = std::thread::spawn(move || store::Db::open(&opening).unwrap());
    test.db = opened.join().unwrap();
    let config = ArchiveConfig {
        url: format!("file:{}", folder.path().join("archive").display()),
        ..Default::default()
    };
    let world = World::with(test, folder, config).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let part = &world.parts().await[0];
    assert_eq!((part.state, &*part.key_id), (PartState::Verified, "k1"));
    let file = world.file("payload/2026-08/1-1/message_body.0001.jsonl.sealed");
    assert!(zstd::stream::decode_all(&*std::fs::read(file).unwrap()).is_err());
    let row = world
        .archive
        .row((Payload, "message_body"), month("2026-08"), (id_of(3), 0));
    assert!(matches!(&row.await.unwrap()[1], RowCell::Bytes(body) if body.starts_with(b"<ceb:")));
}
