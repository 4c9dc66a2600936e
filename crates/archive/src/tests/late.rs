//! What comes into a month or changes in it after it was archived: found, archived as it is last, and never removed before.

use super::{World, id_of, month, ms, put_message, put_receipt};
use crate::class::ArchiveClass::{Evidence, Payload};
use crate::part::PartState;
use crate::plan::PlanLine;
use crate::rows::RowCell;
use crate::table::{ArchiveTable, ColumnKind as Kind, MonthBy, Stay, none_stays};
use rstest::rstest;
use store::purge::RowKey;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Result, Tx};

impl World {
    async fn put(&self, id: i64) {
        let write = self.test.db.write(move |tx| put_message(tx, id));
        write.await.unwrap();
    }

    async fn set_text(&self, day: i64, text: &'static str) {
        let sql = "update message_finding set text = $1 where message_id = $2 and number = 1";
        let write = move |tx: &mut Tx<'_>| tx.execute(sql, &[text.into(), id_of(day).into()]);
        assert_eq!(self.test.db.write(write).await.unwrap(), 1);
    }

    /// The line of August in the plan.
    async fn august(&self) -> PlanLine {
        let lines = self.archive.plan().await.unwrap();
        let found = lines
            .into_iter()
            .find(|line| (line.class, line.month) == (Payload, month("2026-08")));
        found.unwrap()
    }

    /// The text of the first finding of a day's message, as the archive has it.
    async fn archived_text(&self, day: i64) -> RowCell {
        let at = (Payload, "message_finding");
        let row = self.archive.row(at, month("2026-08"), (id_of(day), 1));
        row.await.unwrap().swap_remove(7)
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_late_into_a_month_is_shown_by_the_plan_and_archived_by_the_next_run(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let line = world.august().await;
    assert_eq!((line.n_rows, line.n_unarchived), (120, 0));
    world.put(id_of(31)).await;
    let line = world.august().await;
    assert_eq!((line.n_rows, line.n_unarchived), (123, 3));
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_verified, run.n_rows), (1, 1, 3));
    assert_eq!(world.august().await.n_unarchived, 0);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
    world.go_to("2026-12-02").await;
    let purged = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(purged.n_removed, 123);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_into_a_month_that_was_purged_already_is_not_forgotten(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.parts().await[0].state, PartState::Purged);
    world.put(id_of(9) + 128).await;
    let line = world.august().await;
    assert_eq!((line.n_rows, line.n_unarchived), (3, 3));
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_body").await, 1);
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_rows), (1, 3));
    let purged = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(
        (purged.n_removed, world.count("message_body").await),
        (3, 0)
    );
}

/// Numbers of the feed tell which month a receipt is in where its time cannot be right.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_whose_clock_was_days_behind_or_years_ahead_are_in_one_part_and_are_found(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let write = world.test.db.write(|tx| -> Result<()> {
        for feed_no in 100..=160_i64 {
            put_receipt(tx, (1, feed_no), id_of(30), 32 + (feed_no - 100) / 3)?;
            let at_ms = match feed_no {
                113 => ms("2026-08-10"),
                127 => ms("2020-01-01"),
                131..=133 => ms("2031-01-01"),
                _ => continue,
            };
            let sql = "update receipt set received_at = $1 where company_id = 1 and feed_no = $2";
            tx.execute(sql, &[at_ms.into(), feed_no.into()])?;
        }
        Ok(())
    });
    write.await.unwrap();
    world.go_to("2026-10-02").await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-11-02").await;
    world.archive.run(&world.turn).await.unwrap();
    let n_rows: i64 = world.parts().await.iter().map(|part| part.n_rows).sum();
    assert_eq!(n_rows, 120 + 61, "each in one part");
    for (feed_no, of) in [(113, "2026-08"), (127, "2020-01"), (132, "2031-01")] {
        let at = (Payload, "receipt_xml");
        let row = world.archive.row(at, month(of), (1, feed_no)).await;
        assert!(row.is_ok(), "{feed_no}: {row:?}");
    }
    world.go_to("2027-01-10").await;
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("receipt_xml").await, 0);
}

/// The first receipts of all came under a clock that was years ahead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_row_from_the_future_keeps_no_month_from_the_archive() {
    let world = World::new(Sqlite).await;
    let write = world.test.db.write(|tx| -> Result<()> {
        tx.execute("insert into feed (company_id, last) values (1, 100)", &[])?;
        for feed_no in 1..=9 {
            put_receipt(tx, (1, feed_no), id_of(1), feed_no)?;
        }
        let sql = "update receipt set received_at = $1 where feed_no = 1";
        tx.execute(sql, &[ms("2040-01-01").into()])?;
        Ok(())
    });
    write.await.unwrap();
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!(run.n_rows, 9);
}

/// As many as are looked at together: of such a company every row is of the month that the last ones tell.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_first_rows_from_the_future_keep_no_later_row_from_the_archive(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    let write = world.test.db.write(|tx| -> Result<()> {
        tx.execute("insert into feed (company_id, last) values (1, 100)", &[])?;
        for feed_no in 1..=30 {
            put_receipt(tx, (1, feed_no), id_of(1), feed_no)?;
        }
        let sql = "update receipt set received_at = $1 where feed_no <= 9";
        tx.execute(sql, &[ms("2040-01-01").into()])?;
        // Another company's tell that there was an August.
        tx.execute("insert into feed (company_id, last) values (2, 100)", &[])?;
        put_receipt(tx, (2, 40), id_of(1), 1)
    });
    write.await.unwrap();
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!(run.n_rows, 31);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_changes_back_is_archived_again_before_it_is_removed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.go_to("2026-12-02").await;
    world.set_text(2, "改").await;
    let purged = world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(purged.kept.get(&Stay::Changed), Some(&1));
    assert_eq!(world.archive.run(&world.turn).await.unwrap().n_rows, 1);
    // As it is now the first part has it; the second one would be read.
    world.set_text(2, "说明").await;
    world.go_to("2026-12-10").await;
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_finding").await, 1);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().n_rows, 1);
    world.go_to("2026-12-18").await;
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_finding").await, 0);
    let text = world.archived_text(2).await;
    assert_eq!(text, RowCell::Text("说明".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_the_last_part_of_a_month_lacks_is_found_by_the_pass_of_the_first(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.put(id_of(31)).await;
    world.archive.run(&world.turn).await.unwrap();
    world.set_text(2, "改").await;
    world.go_to("2026-12-02").await;
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_finding").await, 1);
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_rows), (1, 1));
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_finding").await, 0);
    let text = world.archived_text(2).await;
    assert_eq!(text, RowCell::Text("改".to_owned()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_that_finds_changes_has_them_archived_by_the_next_run(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world.set_text(3, "改").await;
    let id = world.parts().await[0].id;
    // A month that is just over is still being answered: that goes into the archive with what changes later.
    world.archive.verify(&world.turn, id).await.unwrap();
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
    world.go_to("2026-10-15").await;
    let proof = world.archive.verify(&world.turn, id).await.unwrap();
    assert_eq!((proof.n_changed, proof.n_outdated), (1, 1));
    let run = world.archive.run(&world.turn).await.unwrap();
    assert_eq!((run.n_written, run.n_rows), (1, 1));
    let proof = world.archive.verify(&world.turn, id).await.unwrap();
    assert_eq!((proof.n_changed, proof.n_outdated), (1, 0));
}

/// A message that two people had checked anew has fewer findings: nothing came, and nothing is written.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_gone_for_another_reason_make_no_part_and_hide_none_that_come(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    world
        .run("delete from message_finding where number = 2")
        .await;
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
    assert_eq!(world.parts().await.len(), 1);
    world.put(id_of(31)).await;
    assert_eq!(world.archive.run(&world.turn).await.unwrap().n_rows, 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_rows_late_as_are_gone_are_found_at_the_latest_by_the_purge(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::new(engine).await;
    world.fill().await;
    world.archive.run(&world.turn).await.unwrap();
    let gone = world.test.db.write(|tx| {
        let sql = "delete from message_finding where number = 2 and message_id <= $1";
        tx.execute(sql, &[id_of(3).into()])
    });
    assert_eq!(gone.await.unwrap(), 3);
    world.put(id_of(31)).await;
    world.go_to("2026-12-02").await;
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_body").await, 1);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().n_rows, 3);
    world.archive.purge(&world.turn).await.unwrap();
    assert_eq!(world.count("message_body").await, 0);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
}

const APPROVAL: ArchiveTable = ArchiveTable {
    class: Evidence,
    table: "approval",
    key: &["id"],
    columns: &[
        ("id", Kind::Int),
        ("kind", Kind::Text),
        ("state", Kind::Text),
        ("title", Kind::Text),
        ("payload", Kind::Text),
        ("asked_by", Kind::Int),
        ("asked_name", Kind::Text),
        ("asked_at", Kind::Int),
        ("why", Kind::Text),
    ],
    month: MonthBy::Id,
    is_fixed: false,
    batch: 4,
    stays: none_stays,
};

/// No purge ever compares it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_that_changes_after_its_month_is_archived_by_the_next_run(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let world = World::of(engine, vec![&APPROVAL]).await;
    let write = world.test.db.write(|tx| {
        tx.execute(
            "insert into approval (id, kind, title, payload, state, asked_by, asked_name, asked_at, why) \
             values ($1, 'k', '', '', 'pending', 1, '', 0, '')",
            &[id_of(30).into()],
        )
    });
    write.await.unwrap();
    assert_eq!(world.archive.run(&world.turn).await.unwrap().n_rows, 1);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
    world.run("update approval set state = 'done'").await;
    assert_eq!(world.archive.run(&world.turn).await.unwrap().n_rows, 1);
    assert_eq!(world.archive.run(&world.turn).await.unwrap().text(), "");
    let key: RowKey = (id_of(30), 0);
    let row = world
        .archive
        .row((Evidence, "approval"), month("2026-08"), key);
    let done = RowCell::Text("done".to_owned());
    assert_eq!(row.await.unwrap()[2], done);
}

/// A search would come upon the receipt in the middle, whose time is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_without_receipts_of_a_month_is_not_searched_for_it() {
    let world = World::new(Sqlite).await;
    world.fill().await;
    let write = world.test.db.write(|tx| -> Result<()> {
        tx.execute("insert into feed (company_id, last) values (3, 100)", &[])?;
        for feed_no in 1..=40 {
            put_receipt(tx, (3, feed_no), id_of(70), 70)?;
        }
        let sql =
            "update receipt set received_at = 'damaged' where company_id = 3 and feed_no = 21";
        tx.execute(sql, &[]).map(|_| ())
    });
    write.await.unwrap();
    assert_eq!(world.august().await.n_rows, 120);
    world.archive.run(&world.turn).await.unwrap();
    assert_eq!(world.august().await.n_unarchived, 0);
}
