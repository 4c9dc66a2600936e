//! A process that was paused until another took its job over, and wakes up: it harms nothing that the other wrote.

use super::s3::{SECRET, config, serve};
use super::{BODY, World, id_of, month, turn};
use crate::class::ArchiveClass::Payload;
use crate::error::ArchiveError;
use crate::frame::TableWriter;
use crate::manifest::MANIFEST;
use crate::part::{ArchivePart, PartState, sql};
use crate::rows::RowLine;
use crate::turn::ArchiveTurn;
use rstest::rstest;
use std::sync::Arc;
use store::id::IdMaker;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const AUGUST: &str = "payload/2026-08";

/// A writer that has begun a part, with a first frame on its way.
async fn writer(world: &World) -> (ArchivePart, TableWriter) {
    let archive = &world.archive;
    archive.look_for_store().await.unwrap();
    let of = (Payload, month("2026-08"));
    let part = archive.begin(&world.turn, of, 1).await.unwrap();
    let (store, vault) = (archive.store().unwrap(), archive.vault().await.unwrap());
    let mut writer = TableWriter::new(store, vault, &part.folder(), &BODY);
    writer.push(row(1)).await.unwrap();
    (part, writer)
}

/// A row of the size of a frame.
fn row(day: i64) -> RowLine {
    let id = id_of(day);
    let noise: String = (0..150_000_u64)
        .map(|n| format!("{:07x}", n.wrapping_mul(2_654_435_761) >> 5))
        .collect();
    RowLine {
        key: (id, 0),
        line: format!("[{id},{{\"u\":\"{noise}\"}}]"),
    }
}

/// Another process takes the job over.
async fn taken_over(world: &World) -> ArchiveTurn {
    world.run("update job set lease_until = 0").await;
    let ids = Arc::new(IdMaker::new(world.clock.clone(), 3));
    turn(&world.test.db, &ids, &*world.clock).await
}

/// What the old writer does when it wakes: it writes on, ends its files, and puts its manifest.
async fn wakes(world: &World, part: &ArchivePart, mut writer: TableWriter) {
    let written = async {
        writer.push(row(2)).await?;
        writer.finish().await.map(|_| ())
    };
    // Its folder may be gone; then it has nowhere to write to.
    let _ = written.await;
    let store = world.archive.store().unwrap();
    let own = format!("{}/{MANIFEST}", part.folder());
    let newer = format!("{AUGUST}/1-2/{MANIFEST}");
    let text = store.get(&newer, 1 << 20).await.unwrap().unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let text = text.replace("\"rows\": 30", "\"rows\": 2");
    store.put(&own, text.into_bytes()).await.unwrap();
    let noted = part.clone();
    let note = move |tx: &mut store::Tx<'_>| sql::written(tx, &noted);
    let lost = world.turn.write(&world.test.db, note).await;
    assert_eq!(lost, Err(ArchiveError::Lost));
}

async fn harms_nothing(world: World) {
    world.fill().await;
    let (part, old) = writer(&world).await;
    let successor = taken_over(&world).await;
    let run = world.archive.run(&successor).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 120));
    wakes(&world, &part, old).await;
    let parts = world.parts().await;
    assert_eq!(parts.len(), 1);
    assert_eq!(
        (parts[0].id, parts[0].folder()),
        (part.id, format!("{AUGUST}/1-2"))
    );
    let proof = world.archive.verify(&successor, part.id).await.unwrap();
    assert_eq!((proof.n_same, proof.n_changed, proof.n_gone), (120, 0, 0));
    // What the old one left is no other platform's.
    assert_eq!(world.archive.run(&successor).await.unwrap().text(), "");
    world.go_to("2026-12-02").await;
    let purged = world.archive.purge(&successor).await.unwrap();
    assert_eq!(purged.n_removed, 120);
    let at = (Payload, "message_body");
    let row = world.archive.row(at, month("2026-08"), (id_of(2), 0)).await;
    assert_eq!(row.unwrap().len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_wakes_after_another_took_over_harms_nothing_in_a_folder(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    harms_nothing(World::new(engine).await).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_wakes_after_another_took_over_harms_nothing_in_a_bucket(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let folder = tempfile::tempdir().unwrap();
    let (address, server) = serve(&folder, "127.0.0.1:0").await;
    let settings = config(&folder, address, SECRET);
    harms_nothing(World::with(engine.database(), folder, settings).await).await;
    server.abort();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_process_wrote_to_its_end_and_did_not_note_is_noted_by_the_next_one(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world
        .run("update archive_part set state = 'writing', manifest_hash = '', n_rows = 0, written_at = null, verified_at = null")
        .await;
    let successor = taken_over(&world).await;
    let run = world.archive.run(&successor).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 120));
    assert_eq!(world.parts().await[0].folder(), format!("{AUGUST}/1-1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_left_half_written_takes_no_room_any_more() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    let (_, old) = writer(&world).await;
    let left = world.file(&format!("{AUGUST}/1-1"));
    let has_begun = || std::fs::read_dir(&left).is_ok_and(|files| files.count() > 0);
    assert!(has_begun(), "a file is on its way");
    // As a process that is killed: nothing of it is cleared away.
    std::mem::forget(old);
    let successor = taken_over(&world).await;
    world.archive.run(&successor).await.unwrap();
    assert!(!left.exists());
    assert_eq!(world.parts().await[0].state, PartState::Verified);
}
