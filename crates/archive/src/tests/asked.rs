//! Proofs that cannot be done keep nothing else from being done.

use super::{World, id_of, month, put_message};
use crate::config::ArchiveConfig;
use crate::error::ArchiveError;
use crate::part::{PartState, sql};
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// August and September, archived.
async fn two_months(engine: TestEngine) -> World {
    let world = World::new(engine).await;
    world.fill().await;
    let write = world.test.db.write(|tx| put_message(tx, id_of(40)));
    write.await.unwrap();
    world.go_to("2026-10-02").await;
    world.archive.run(&world.turn).await.unwrap();
    assert_eq!(world.parts().await.len(), 2);
    world
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_cannot_be_proven_keeps_no_other_from_it_and_does_not_stay_asked_for_for_ever(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = two_months(engine).await;
    let ids: Vec<i64> = world.parts().await.iter().map(|part| part.id).collect();
    let ask = move |tx: &mut Tx<'_>| ids.iter().try_for_each(|id| sql::ask_proof(tx, *id));
    world.test.db.write(ask).await.unwrap();
    // Nothing can be read in a place where a file is in the way of the folder; the store itself is there.
    let first = world.file("payload/2026-08/1-1");
    std::fs::remove_dir_all(&first).unwrap();
    std::fs::write(&first, b"in the way").unwrap();
    for is_last in [false, true] {
        let failed = world.archive.verify_asked(&world.turn, is_last).await;
        assert!(
            matches!(&failed, Err(ArchiveError::Unproven(why)) if why.starts_with("payload/2026-08/1-1：归档存储不可用")),
            "{failed:?}"
        );
        let parts = world.parts().await;
        let asked: Vec<bool> = parts.iter().map(|part| part.is_proof_asked).collect();
        assert_eq!(asked, [!is_last, false]);
        assert_eq!(
            parts[0].state,
            PartState::Verified,
            "nothing is known against it"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stays_asked_for_when_the_store_is_away_at_the_last_attempt(
    #[values(false, true)] is_last: bool,
) {
    let world = two_months(Sqlite).await;
    world
        .run("update archive_part set proof_asked = true")
        .await;
    std::fs::rename(world.file(""), world.folder.path().join("aside")).unwrap();
    std::fs::create_dir(world.file("")).unwrap();
    let failed = world.archive.verify_asked(&world.turn, is_last).await;
    assert!(
        matches!(failed, Err(ArchiveError::Unavailable(_))),
        "{failed:?}"
    );
    let parts = world.parts().await;
    assert!(parts.iter().all(|part| part.is_proof_asked != is_last));
}

/// The part that cannot be read any more is proven again, and there is no room for that.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_whose_parts_cannot_be_proven_again_keeps_no_later_one_from_the_archive(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.fill_late().await;
    let torn = world.file("payload/2026-08/1-1/message_body.0001.jsonl.zst");
    std::fs::write(torn, b"torn").unwrap();
    world.go_to("2026-10-02").await;
    let config = ArchiveConfig {
        url: format!("file:{}", world.file("").display()),
        scratch_dir: "/dev/full".to_owned(),
        ..ArchiveConfig::default()
    };
    let failed = world.again(&config).run(&world.turn).await;
    assert!(
        matches!(&failed, Err(ArchiveError::Unfinished(why)) if why.contains("payload/2026-08：还原校验")),
        "{failed:?}"
    );
    let parts = world.parts().await;
    let september = parts.iter().find(|part| part.month == month("2026-09"));
    assert_eq!(september.map(|part| part.state), Some(PartState::Written));
}
