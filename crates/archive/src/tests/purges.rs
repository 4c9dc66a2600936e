//! What is removed, what stays, and that a purge may stop anywhere.

use super::{World, id_of};
use crate::error::ArchiveError;
use crate::part::{PartState, sql};
use crate::table::Stay;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Result, Tx};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_removed_before_its_period_has_passed_and_its_part_is_proven(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    // 92 days after the end of August.
    world.go_to("2026-11-30").await;
    assert_eq!(world.archive.purge(&world.turn).await.unwrap().n_parts, 0);
    world.go_to("2026-12-02").await;
    world.run("update archive_part set state = 'written'").await;
    assert_eq!(world.archive.purge(&world.turn).await.unwrap().n_parts, 0);
    world
        .run("update archive_part set state = 'verified'")
        .await;
    let run = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!((run.n_parts, run.n_removed), (1, 120));
    assert_eq!(world.parts().await[0].state, PartState::Purged);
    for table in ["message_body", "message_finding", "receipt_xml"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    assert_eq!(world.count("receipt").await, 30);
    assert_eq!(world.archive.purge(&world.turn).await.unwrap().text(), "");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_must_stay_stays_with_its_reason_and_goes_when_it_may(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let hold = world.test.db.write(|tx| {
        tx.execute(
            "insert into match_hold (message_id, company_id, direction, until_ms, why) \
             values ($1, 1, 'import', 0, '')",
            &[id_of(9).into()],
        )
    });
    hold.await.unwrap();
    world.go_to("2026-12-02").await;
    let run = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(run.kept.get(&Stay::OpenMessage), Some(&1));
    let part = &world.parts().await[0];
    assert_eq!(
        (part.state, part.n_purged, part.n_kept),
        (PartState::Purging, 119, 1)
    );
    assert_eq!(
        (&*part.kept_why, part.wants_more),
        ("open_message 1", false)
    );
    assert_eq!(world.count("message_body").await, 1);
    // Not again every night.
    assert_eq!(world.archive.purge(&world.turn).await.unwrap().n_parts, 0);
    world.run("delete from match_hold").await;
    world.go_to("2026-12-10").await;
    let run = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!((run.n_removed, world.count("message_body").await), (1, 0));
    assert_eq!(world.parts().await[0].n_purged, 120);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_that_was_killed_between_two_transactions_goes_on_and_its_counts_agree(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    // As a process leaves it that died after its first transaction: 12 bodies are gone, and the place says so.
    let id = world.parts().await[0].id;
    let last = id_of(12);
    let cut = world.test.db.write(move |tx| -> Result<()> {
        tx.execute(
            "delete from message_body where message_id <= $1",
            &[last.into()],
        )?;
        let place = crate::part::PurgePlace {
            last: (last, 0),
            n_removed: 12,
            ..Default::default()
        };
        sql::begin_purge(tx, id)?;
        sql::set_place(tx, id, "message_body", &place)?;
        sql::add_purged(tx, id, 12)
    });
    cut.await.unwrap();
    world.archive.purge(&world.turn).await.unwrap();
    let part = &world.parts().await[0];
    assert_eq!((part.state, part.n_purged), (PartState::Purged, 120));
    assert_eq!(world.count("archive_purge").await, 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_is_torn_after_its_proof_removes_nothing_more_and_the_rest_is_archived_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    let file = world.file("payload/2026-08/1-1/message_body.0001.jsonl.zst");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let torn = world.archive.purge(&world.turn).await;
    assert!(matches!(torn, Err(ArchiveError::Broken(_))), "{torn:?}");
    assert_eq!(world.count("message_body").await, 30);
    assert_eq!(world.parts().await[0].state, PartState::Broken);
    // All of it is still here: it is written anew, as a further part, and that one is purged.
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_rows), (1, 120));
    assert_eq!(
        world.archive.purge(&world.turn).await.unwrap().n_removed,
        120
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_differs_from_the_archive_is_never_removed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    world
        .run("update message_finding set advice = 'x' where number = 2")
        .await;
    let run = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(run.kept.get(&Stay::Changed), Some(&30));
    assert_eq!(world.count("message_finding").await, 30);
    assert!(world.parts().await[0].wants_more);
    assert!(run.text().contains("归档后有变化"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_run_that_took_over_cannot_be_overtaken_by_the_old_one(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    world.run("update job set fence = fence + 1").await;
    let lost = world.archive.purge(&world.turn).await;
    assert_eq!(lost, Err(ArchiveError::Lost));
    assert_eq!(world.count("message_body").await, 30);
    let read = |tx: &mut Tx<'_>| -> Result<_> { sql::all(tx) };
    let parts = world.test.db.read(read).await.unwrap();
    assert_eq!(parts[0].state, PartState::Verified);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_an_embedded_database_shrinks_after_a_purge() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    let grow = world.test.db.write(|tx| -> Result<()> {
        // Bodies that do not pack.
        for day in 1..=30 {
            let noise: Vec<u8> = (0..60_000_u64)
                .map(|n| (n.wrapping_mul(n) >> 7) as u8)
                .collect();
            let sql = "update message_body set body = $1 where message_id = $2";
            tx.execute(sql, &[noise.as_slice().into(), id_of(day).into()])?;
        }
        Ok(())
    });
    grow.await.unwrap();
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    world.archive.purge(&world.turn).await.unwrap();
    let free = crate::purge::free_pages(&world.test.db)
        .await
        .unwrap()
        .unwrap();
    assert!(free.is_returnable && free.n_bytes == 0, "{free:?}");
}
