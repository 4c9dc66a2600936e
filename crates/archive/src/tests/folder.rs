//! A folder that does not answer, takes nothing, holds too much, or is not there yet.

use super::World;
use crate::error::ArchiveError;
use crate::part::PartState;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;
use store::testing::TestEngine::Sqlite;

const BODIES: &str = "payload/2026-08/1-1/message_body.0001.jsonl.zst";

/// A pipe that nobody writes to blocks whoever opens it, as a server of disks does that is gone. That this test ends at all
/// shows that the runtime does not wait for the thread that is stuck.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_hangs_ends_with_the_limit_of_one_request_and_does_not_hold_the_stop() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let id = world.parts().await[0].id;
    std::fs::remove_file(world.file(BODIES)).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(world.file(BODIES))
        .status();
    assert!(made.unwrap().success());
    let (archive, turn) = (Arc::clone(&world.archive), world.turn.clone());
    let reading = tokio::spawn(async move {
        let frame = archive.store().unwrap().piece(BODIES, 0, 0).await;
        (frame, archive.verify(&turn, id).await)
    });
    while !reading.is_finished() {
        world.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    let (frame, _) = reading.await.unwrap();
    assert!(
        matches!(&frame, Err(ArchiveError::Unavailable(why)) if why.starts_with("30 秒")),
        "{frame:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_takes_nothing_is_away_and_who_looks_leaves_nothing_behind() {
    let world = World::new(Sqlite).await;
    let away = world.archive.health().await.unwrap().away;
    assert_eq!(
        (away, world.file("").exists()),
        (None, false),
        "only looked at"
    );
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let n_before = std::fs::read_dir(world.file("")).unwrap().count();
    assert_eq!(world.archive.health().await.unwrap().away, None);
    assert_eq!(std::fs::read_dir(world.file("")).unwrap().count(), n_before);
    let allow = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(world.file(""), mode).unwrap();
    };
    allow(0o500);
    let is_root = std::fs::write(world.file("probe"), b"").is_ok();
    let away = world.archive.health().await.unwrap().away;
    allow(0o700);
    // Root may write anywhere.
    assert!(
        is_root || away.as_ref().is_some_and(|why| why.contains("没有权限")),
        "{away:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_larger_than_what_was_written_is_not_read_at_all() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let part = world.parts().await.remove(0);
    for name in ["manifest.json", "index.json.zst"] {
        let file = world.file(&format!("{}/{name}", part.folder()));
        let whole = std::fs::read(&file).unwrap();
        let opened = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
        opened.set_len(1 << 40).unwrap();
        let refused = world.archive.verify(&world.turn, part.id).await;
        assert!(
            matches!(&refused, Err(ArchiveError::Broken(why)) if why.contains("过大")),
            "{refused:?}"
        );
        std::fs::write(&file, whole).unwrap();
    }
    world.archive.verify(&world.turn, part.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_grew_is_found_before_a_row_is_removed() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    let mut bytes = std::fs::read(world.file(BODIES)).unwrap();
    bytes.extend_from_slice(b"behind the last frame");
    std::fs::write(world.file(BODIES), bytes).unwrap();
    let refused = world.archive.purge(&world.turn).await;
    assert!(
        matches!(refused, Err(ArchiveError::Broken(_))),
        "{refused:?}"
    );
    let part = world.parts().await.remove(0);
    assert_eq!((part.state, part.n_purged), (PartState::Broken, 0));
    assert_eq!(world.count("message_body").await, 30);
}
