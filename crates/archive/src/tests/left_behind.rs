//! The folder of a proof whose process was killed goes with the next proof; one in use stays.

use super::World;
use crate::config::ArchiveConfig;
use crate::scratch::Scratch;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use store::testing::TestEngine::Sqlite;

/// Says in which place the program that is killed makes its folder.
const PLACE: &str = "TONGGUAN_TEST_SCRATCH";

/// A program that does not outlive the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn folders(place: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

async fn scratch(world: &World, place: &Path) -> Scratch {
    let config = ArchiveConfig {
        url: format!("file:{}", world.file("").display()),
        scratch_dir: place.display().to_string(),
        ..ArchiveConfig::default()
    };
    Scratch::new(&world.again(&config), false).await.unwrap()
}

/// Run once more as a program of its own, it makes a folder and waits until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_a_killed_proof_left_is_removed_by_the_next_one_and_no_folder_in_use() {
    let world = World::new(Sqlite).await;
    if let Some(place) = std::env::var_os(PLACE) {
        let _held = scratch(&world, Path::new(&place)).await;
        std::io::stderr().write_all(b"made\n").unwrap();
        loop {
            std::thread::park();
        }
    }
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("of somebody else")).unwrap();
    let name = "tests::left_behind::a_folder_that_a_killed_proof_left_is_removed_by_the_next_one_and_no_folder_in_use";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(PLACE, place.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = Killed(child.unwrap());
    let lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let made = lines.map_while(Result::ok).any(|line| line == "made");
    assert!(made);
    // While it lives, its folder is in use.
    let own = scratch(&world, place.path()).await;
    assert_eq!(folders(place.path()).len(), 3);
    drop(child);
    let next = scratch(&world, place.path()).await;
    assert_eq!(folders(place.path()).len(), 3, "its own, and one in use");
    drop((own, next));
    assert_eq!(folders(place.path()).len(), 1);
}
