//! A full disk, a manifest that lies, a store that is down, a crash between any two steps.

use super::{World, id_of, month, put_message};
use crate::class::ArchiveClass::Payload;
use crate::config::ArchiveConfig;
use crate::error::ArchiveError;
use crate::part::PartState;
use jobs::JobFailure;
use rstest::rstest;
use sha2::{Digest, Sha256};
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// Changes a file of the archive as a text.
fn change(world: &World, name: &str, from: &str, to: &str) {
    let file = world.file(name);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
}

const MANIFEST: &str = "payload/2026-08/1-1/manifest.json";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manifest_that_lies_is_found_out_even_by_whoever_also_changed_its_hash(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let id = world.parts().await[0].id;
    change(&world, MANIFEST, "\"rows\": 30", "\"rows\": 29");
    let refused = world.archive.verify(&world.turn, id).await;
    assert!(
        matches!(&refused, Err(ArchiveError::Broken(why)) if why.contains("清单与写入时不同")),
        "{refused:?}"
    );
    // The database's own note of its hash was changed, too: the rows are counted.
    let bytes = std::fs::read(world.file(MANIFEST)).unwrap();
    let hash = crate::manifest::hex(&Sha256::digest(&bytes));
    let write = world.test.db.write(move |tx| {
        let sql = "update archive_part set manifest_hash = $1, state = 'written'";
        tx.execute(sql, &[(&hash).into()])
    });
    write.await.unwrap();
    let refused = world.archive.verify(&world.turn, id).await;
    assert!(
        matches!(&refused, Err(ArchiveError::Broken(why)) if why.contains("29")),
        "{refused:?}"
    );
    let part = &world.parts().await[0];
    assert_eq!(part.state, PartState::Broken);
    assert!(!part.fault.is_empty());
    // Put back, it is proven again.
    change(&world, MANIFEST, "\"rows\": 29", "\"rows\": 30");
    let bytes = std::fs::read(world.file(MANIFEST)).unwrap();
    let hash = crate::manifest::hex(&Sha256::digest(&bytes));
    let write = world.test.db.write(move |tx| {
        tx.execute(
            "update archive_part set manifest_hash = $1",
            &[(&hash).into()],
        )
    });
    write.await.unwrap();
    world.archive.verify(&world.turn, id).await.unwrap();
    assert_eq!(world.parts().await[0].state, PartState::Verified);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_file_in_any_place_is_found_out_by_the_proof(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let id = world.parts().await[0].id;
    for name in [
        "message_body.0001.jsonl.zst",
        "receipt_xml.0001.jsonl.zst",
        "index.json.zst",
        "manifest.json",
    ] {
        let file = world.file(&format!("payload/2026-08/1-1/{name}"));
        let whole = std::fs::read(&file).unwrap();
        let flipped = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            bytes
        };
        let longer = [whole.as_slice(), b"x"].concat();
        for bytes in [
            flipped(0),
            flipped(whole.len() - 1),
            whole[..whole.len() - 1].to_vec(),
            longer,
            Vec::new(),
        ] {
            std::fs::write(&file, &bytes).unwrap();
            let refused = world.archive.verify(&world.turn, id).await;
            assert!(
                matches!(refused, Err(ArchiveError::Broken(_))),
                "{name}: {refused:?}"
            );
        }
        std::fs::remove_file(&file).unwrap();
        let refused = world.archive.verify(&world.turn, id).await;
        assert!(
            matches!(refused, Err(ArchiveError::Broken(_))),
            "{name}: {refused:?}"
        );
        std::fs::write(&file, &whole).unwrap();
        world.archive.verify(&world.turn, id).await.unwrap();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_not_mounted_is_no_loss_of_parts_and_is_not_written_to(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    let (folder, aside) = (world.file(""), world.folder.path().join("aside"));
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::create_dir(&folder).unwrap();
    let is_away = |error: ArchiveError| matches!(error, ArchiveError::Unavailable(_));
    let id = world.parts().await[0].id;
    assert!(is_away(world.archive.run(&world.turn).await.unwrap_err()));
    assert!(is_away(world.archive.purge(&world.turn).await.unwrap_err()));
    assert!(is_away(
        world.archive.verify(&world.turn, id).await.unwrap_err()
    ));
    let row = world
        .archive
        .row((Payload, "message_body"), month("2026-08"), (id_of(1), 0));
    assert!(is_away(row.await.unwrap_err()));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(world.parts().await[0].state, PartState::Verified);
    std::fs::remove_dir(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    assert_eq!(
        world.archive.purge(&world.turn).await.unwrap().n_removed,
        120
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_never_changes_and_differs_here_breaks_the_proof(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let other = world.test.db.write(|tx| {
        let body: &[u8] = b"<other/>";
        let sql = "update message_body set body = $1 where message_id = $2";
        tx.execute(sql, &[body.into(), id_of(4).into()])
    });
    other.await.unwrap();
    let refused = world
        .archive
        .verify(&world.turn, world.parts().await[0].id)
        .await;
    assert!(
        matches!(refused, Err(ArchiveError::Broken(_))),
        "{refused:?}"
    );
}

/// What the files and rows are like when a process died: before the manifest, and between it and its note.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_died_is_done_again_or_taken_over_as_far_as_it_came(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values(false, true)] has_manifest: bool,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world
        .run("update archive_part set state = 'writing', manifest_hash = '', n_rows = 0, written_at = null, verified_at = null")
        .await;
    let written = std::fs::read(world.file(MANIFEST)).unwrap();
    if !has_manifest {
        std::fs::remove_file(world.file(MANIFEST)).unwrap();
    }
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 120));
    let parts = world.parts().await;
    assert_eq!(
        (parts.len(), parts[0].number, parts[0].state),
        (1, 1, PartState::Verified)
    );
    let same = std::fs::read(world.file(MANIFEST)).unwrap() == written;
    assert!(
        same,
        "the clock stands still, and the same is written again"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_complete_part_that_is_not_known_here_is_never_overwritten_and_blocks_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let before = std::fs::read(world.file(MANIFEST)).unwrap();
    // A database that was restored from an older backup knows nothing of it, and has the same claim once more.
    world.run("delete from archive_part").await;
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 120));
    assert_eq!(world.parts().await[0].folder(), "payload/2026-08/2-1");
    assert_eq!(std::fs::read(world.file(MANIFEST)).unwrap(), before);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
}

/// A database that was restored from an older backup has the same number and claim once more, and a damaged byte or a later release
/// may be all that keeps the manifest from being read: the rows may stand there alone.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_whose_manifest_cannot_be_read_is_left_as_it_is_and_a_further_number_is_taken(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values("1-0", "1-1")] folder: &str,
    #[values("{\"format\": 1, \"part\": \"12", "{\"format\": 2}")] manifest: &str,
) {
    let world = World::new(engine).await;
    world.fill().await;
    let left = world.file(&format!("payload/2026-08/{folder}"));
    std::fs::create_dir_all(&left).unwrap();
    std::fs::write(left.join("manifest.json"), manifest).unwrap();
    std::fs::write(left.join("message_body.0001.jsonl.zst"), b"rows").unwrap();
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 120));
    assert_eq!(world.parts().await[0].folder(), "payload/2026-08/2-1");
    let rows = std::fs::read(left.join("message_body.0001.jsonl.zst")).unwrap();
    assert_eq!(rows, b"rows");
    let found = std::fs::read(left.join("manifest.json")).unwrap();
    assert_eq!(found, manifest.as_bytes());
}

/// A manifest is put last: without one a folder is of a process that was killed.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_without_a_manifest_counts_for_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values("1-0", "1-1")] folder: &str,
) {
    let world = World::new(engine).await;
    world.fill().await;
    let torn = world.file(&format!("payload/2026-08/{folder}"));
    std::fs::create_dir_all(&torn).unwrap();
    std::fs::write(torn.join("message_finding.0007.jsonl.zst"), b"rows").unwrap();
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 120));
    assert_eq!(world.parts().await[0].folder(), "payload/2026-08/1-1");
    assert!(
        !world
            .file("payload/2026-08/1-1/message_finding.0007.jsonl.zst")
            .exists()
    );
}

/// A month to which something came late, whose first part cannot be read any more, and the month after it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_fails_keeps_no_later_one_from_the_archive_and_is_written_anew_by_the_next_run(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.fill_late().await;
    std::fs::write(
        world.file("payload/2026-08/1-1/message_body.0001.jsonl.zst"),
        b"torn",
    )
    .unwrap();
    world.go_to("2026-10-02").await;
    let refused = world.archive.run(&world.turn).await;
    assert!(
        matches!(&refused, Err(ArchiveError::Broken(why)) if why.contains("payload/2026-08/1-1")),
        "{refused:?}"
    );
    let state_of = async |name: &str| {
        let parts = world.parts().await;
        let found = parts.iter().rfind(|part| part.month == month(name));
        found.map(|part| (part.number, part.state))
    };
    assert_eq!(state_of("2026-09").await, Some((1, PartState::Verified)));
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_rows), (1, 123));
    assert_eq!(state_of("2026-08").await, Some((2, PartState::Verified)));
}

/// The folder of one month takes nothing; that of the next one does.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_cannot_be_written_is_named_at_the_end_with_what_was_done(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    let later = world.test.db.write(|tx| put_message(tx, id_of(40)));
    later.await.unwrap();
    std::fs::create_dir_all(world.file("payload")).unwrap();
    std::fs::write(world.file("payload/2026-08"), b"in the way").unwrap();
    world.go_to("2026-10-02").await;
    let failed = world.archive.run(&world.turn).await.unwrap_err();
    let JobFailure::Failed(said) = failed.into() else {
        panic!("it was not told to stop");
    };
    for part in [
        "未全部归档：payload/2026-08：",
        "其余月份：写入 1 卷（3 行）",
    ] {
        assert!(said.contains(part), "{said}");
    }
    std::fs::remove_file(world.file("payload/2026-08")).unwrap();
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_rows), (1, 120));
}

/// A disk on which no file can be made any more, as on one that is full: a file is in the way of the folder.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_takes_nothing_is_reported_and_the_next_run_goes_on(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    std::fs::create_dir(world.file("")).unwrap();
    std::fs::write(world.file("payload"), b"in the way").unwrap();
    let refused = world.archive.run(&world.turn).await;
    assert!(
        matches!(refused, Err(ArchiveError::Unfinished(_))),
        "{refused:?}"
    );
    assert_eq!(world.parts().await[0].state, PartState::Writing);
    std::fs::remove_file(world.file("payload")).unwrap();
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified), (1, 1));
}

/// A disk without room would need rights that a test has not; a folder that is none takes nothing, either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_room_for_the_proof_says_nothing_against_the_part() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let config = ArchiveConfig {
        url: format!("file:{}", world.file("").display()),
        scratch_dir: "/dev/full".to_owned(),
        ..ArchiveConfig::default()
    };
    let refused = world
        .again(&config)
        .verify(&world.turn, world.parts().await[0].id)
        .await;
    assert!(
        matches!(refused, Err(ArchiveError::Scratch(_))),
        "{refused:?}"
    );
    assert_eq!(world.parts().await[0].state, PartState::Verified);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_archive_store_nothing_is_archived_and_nothing_removed() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    let without = world.again(&ArchiveConfig::default());
    assert_eq!(without.run(&world.turn).await, Err(ArchiveError::NotSet));
    assert_eq!(without.purge(&world.turn).await, Err(ArchiveError::NotSet));
    let row = without
        .row((Payload, "message_body"), month("2026-08"), (id_of(1), 0))
        .await;
    assert_eq!(row, Err(ArchiveError::NotSet));
    assert_eq!(world.count("message_body").await, 30);
}

/// A disk that is not mounted yet, or whose server is down: a file is in the way of the folder.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_stops_no_start_is_told_and_is_used_when_it_is_back(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().join("mount");
    std::fs::write(&mount, b"in the way").unwrap();
    let config = ArchiveConfig {
        url: format!("file:{}/archive", mount.display()),
        ..ArchiveConfig::default()
    };
    let world = World::with(engine.database(), folder, config).await;
    world.fill().await;
    let away = world.archive.health().await.unwrap().away;
    assert!(away.is_some_and(|why| why.contains("归档目录")));
    let refused = world.archive.run(&world.turn).await;
    assert!(
        matches!(refused, Err(ArchiveError::Unavailable(_))),
        "{refused:?}"
    );
    std::fs::remove_file(&mount).unwrap();
    let health = world.archive.health().await.unwrap();
    assert_eq!((health.is_set, health.away), (true, None));
    assert_eq!(world.archive.run(&world.turn).await.unwrap().n_rows, 120);
    // Away again, with parts in it.
    std::fs::rename(mount.join("archive"), mount.join("aside")).unwrap();
    let away = world.archive.health().await.unwrap().away;
    assert!(away.is_some_and(|why| why.contains("没有挂载")));
}
