//! A part that is broken and whose rows were all written anew comes to rest; one of which rows were removed does not.

use super::{BODY, World, id_of, month, put_message, put_receipt};
use crate::class::ArchiveClass::Payload;
use crate::error::ArchiveError;
use crate::part::PartState::{Broken, Purged, Superseded, Verified};
use rstest::rstest;
use store::Result;
use store::testing::TestEngine::{self, Postgres, Sqlite};

async fn breaks(world: &World, number: i64) {
    let part = world.parts().await;
    let part = part.iter().find(|part| part.number == number).unwrap();
    let name = format!("{}/message_body.0001.jsonl.zst", part.folder());
    std::fs::write(world.file(&name), b"torn").unwrap();
    let refused = world.archive.verify(&world.turn, part.id).await;
    assert!(matches!(refused, Err(ArchiveError::Broken(_))));
    let parts = world.parts().await;
    let fault = &parts
        .iter()
        .find(|part| part.number == number)
        .unwrap()
        .fault;
    assert!(fault.ends_with("2026-09-02 00:00 发现）"), "{fault}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_part_that_was_written_anew_and_proven_is_superseded_until_that_one_breaks(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let states = async || -> Vec<_> {
        let parts = world.parts().await;
        parts.iter().map(|part| part.state).collect()
    };
    breaks(&world, 1).await;
    assert_eq!(states().await, [Broken]);
    world.archive.run(&world.turn).await.unwrap();
    assert_eq!(states().await, [Superseded, Verified]);
    assert!(world.archive.health().await.unwrap().broken.is_empty());
    let plan = world.archive.plan().await.unwrap();
    assert_eq!((plan[0].state, plan[0].n_rows), (Some(Verified), 120));
    let to = world.folder.path().join("august.db");
    let restored = world.archive.restore((Payload, month("2026-08")), &to);
    let restored = restored.await.unwrap();
    assert_eq!((restored.n_parts, restored.n_rows), (1, 120));
    breaks(&world, 2).await;
    assert_eq!(states().await, [Broken, Broken]);
    world.archive.run(&world.turn).await.unwrap();
    assert_eq!(states().await, [Superseded, Superseded, Verified]);
    world.go_to("2026-12-02").await;
    assert_eq!(
        world.archive.purge(&world.turn).await.unwrap().n_removed,
        120
    );
    assert_eq!(states().await, [Superseded, Superseded, Purged]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_part_of_which_rows_were_removed_or_are_gone_stays_broken(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values(false, true)] is_purged: bool,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let write = world.test.db.write(move |tx| {
        let sql = match is_purged {
            true => "update archive_part set n_purged = 1",
            false => "delete from message_body where message_id = $1",
        };
        let id = [id_of(4).into()];
        tx.execute(sql, if is_purged { &[] } else { &id })
    });
    write.await.unwrap();
    breaks(&world, 1).await;
    world.archive.run(&world.turn).await.unwrap();
    let parts = world.parts().await;
    assert_eq!((parts[0].state, parts[1].state), (Broken, Verified));
    assert_eq!(world.archive.health().await.unwrap().broken.len(), 1);
}

/// As after an upgrade from a release that did not note it, or after the part behind it was broken for a while.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_of_the_part_behind_is_enough_to_bring_a_broken_one_to_rest_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values(false, true)] is_broken: bool,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    breaks(&world, 1).await;
    world.archive.run(&world.turn).await.unwrap();
    let newest = world.parts().await.remove(1);
    let name = format!("{}/message_body.0001.jsonl.zst", newest.folder());
    let whole = std::fs::read(world.file(&name)).unwrap();
    if is_broken {
        breaks(&world, 2).await;
    } else {
        world
            .run("update archive_part set is_covered = false")
            .await;
    }
    assert_eq!(world.parts().await[0].state, Broken);
    std::fs::write(world.file(&name), whole).unwrap();
    let proof = world.archive.verify(&world.turn, newest.id).await;
    assert_eq!(proof.unwrap().n_same, 120);
    let parts = world.parts().await;
    assert_eq!((parts[0].state, parts[1].state), (Superseded, Verified));
}

/// One between it and the newest has its rows.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_part_stays_at_rest_while_any_proven_part_has_its_rows(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    breaks(&world, 1).await;
    world.archive.run(&world.turn).await.unwrap();
    let late = world.test.db.write(|tx| put_message(tx, id_of(31)));
    late.await.unwrap();
    world.archive.run(&world.turn).await.unwrap();
    breaks(&world, 3).await;
    let states: Vec<_> = world.parts().await.iter().map(|part| part.state).collect();
    assert_eq!(states, [Superseded, Verified, Broken]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_brings_broken_parts_to_rest_also_in_a_month_of_which_no_row_is_left(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::of(engine, vec![&BODY]).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    breaks(&world, 1).await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    let purged = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(
        (purged.n_removed, world.count("message_body").await),
        (30, 0)
    );
    world
        .run("update archive_part set is_covered = false")
        .await;
    let states = async || -> Vec<_> {
        let parts = world.parts().await;
        parts.iter().map(|part| part.state).collect()
    };
    assert_eq!(states().await, [Broken, Purged]);
    world.archive.run(&world.turn).await.unwrap();
    assert_eq!(states().await, [Superseded, Purged]);
}

/// As many rows as before, or more, are in the part behind the broken one; whether they are the same say their keys alone.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_came_late_do_not_stand_for_a_row_that_only_the_broken_part_has(
    #[values(Sqlite, Postgres)] engine: TestEngine,
    #[values(false, true)] is_gone: bool,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let write = world.test.db.write(move |tx| -> Result<()> {
        put_receipt(tx, (1, 99), id_of(30), 31)?;
        put_receipt(tx, (2, 98), id_of(30), 31)?;
        let sql = "delete from receipt_xml where company_id = 1 and feed_no = 4";
        if is_gone {
            assert_eq!(tx.execute(sql, &[])?, 1);
        }
        Ok(())
    });
    write.await.unwrap();
    breaks(&world, 1).await;
    world.archive.run(&world.turn).await.unwrap();
    let parts = world.parts().await;
    assert!(parts[1].n_rows > parts[0].n_rows);
    let expected = if is_gone { Broken } else { Superseded };
    assert_eq!((parts[0].state, parts[1].state), (expected, Verified));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_made_is_told_as_what_it_is_and_nothing_is_overwritten_or_followed() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let folder = world.folder.path().to_owned();
    std::fs::write(folder.join("there"), b"mine").unwrap();
    std::os::unix::fs::symlink(folder.join("behind"), folder.join("link")).unwrap();
    for (to, why) in [
        (folder.join("there"), "已存在"),
        (folder.join("link"), "已存在"),
        (folder.join("nowhere/august.db"), "目录不存在"),
        (
            format!("file:{}", folder.join("uri").display()).into(),
            "file:",
        ),
    ] {
        let refused = world.archive.restore((Payload, month("2026-08")), &to);
        let refused = refused.await.unwrap_err();
        assert!(
            matches!(&refused, ArchiveError::Target(said) if said.contains(why)),
            "{refused}"
        );
    }
    assert!(!folder.join("behind").exists() && !folder.join("uri").exists());
    assert_eq!(std::fs::read(folder.join("there")).unwrap(), b"mine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_month_with_two_parts_are_restored_and_counted_once_and_each_reason_is_told_once()
{
    let world = World::new(Sqlite).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world
        .run("update message_finding set advice = 'new' where number = 2")
        .await;
    world.go_to("2026-12-02").await;
    world.archive.purge(&world.turn).await.unwrap();
    world.archive.run(&world.turn).await.unwrap();
    let plan = world.archive.plan().await.unwrap();
    let line = plan.iter().find(|line| line.n_parts == 2).unwrap();
    assert_eq!(
        (line.n_rows, line.n_kept, line.kept_why.as_str()),
        (30, 0, "")
    );
    let to = world.folder.path().join("august.db");
    let restored = world.archive.restore((Payload, month("2026-08")), &to);
    assert_eq!(restored.await.unwrap().n_rows, 120);
    world
        .run("update archive_part set kept_why = 'open_message 2, undelivered 1', n_kept = 3")
        .await;
    let plan = world.archive.plan().await.unwrap();
    let line = plan.iter().find(|line| line.n_parts == 2).unwrap();
    assert_eq!(line.kept_why, "open_message 4, undelivered 2");
}
