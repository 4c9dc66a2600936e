//! The chain on both engines.

use super::{AuditedAct, done, later, number_waiting, verify};
use crate::testing::{context, person};
use rstest::rstest;
use store::testing::{
    TestDb,
    TestEngine::{self, Postgres, Sqlite},
};

const TRIED: AuditedAct = AuditedAct {
    name: "test.tried",
    chinese: "试",
};

/// Lets a test do what the platform never does.
async fn open_up(test: &TestDb) {
    let is_sqlite = test.config.url.starts_with("sqlite:");
    let texts: &[&str] = if is_sqlite {
        &[
            "drop trigger audit_no_update",
            "drop trigger audit_no_delete",
        ]
    } else {
        &["drop trigger audit_no_change on audit"]
    };
    for text in texts {
        test.db.write(|tx| tx.execute(text, &[])).await.unwrap();
    }
}

async fn append(test: &TestDb, n_rows: i64, detail: &'static str) {
    let (context, _) = context(&test.db);
    let actor = person(&context, "somebody", None).await;
    for number in 0..n_rows {
        let (actor, object) = (actor.clone(), format!("thing:{number}"));
        let write = move |tx: &mut store::Tx<'_>| done(tx, number, &actor, TRIED, &object, detail);
        test.db.write(write).await.unwrap();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_was_changed_removed_or_cut_off_is_found(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let acts = [
        (
            "update audit set detail = 'other' where number = 4",
            Some(4),
        ),
        ("update audit set actor_id = 1 where number = 4", Some(4)),
        ("delete from audit where number = 4", Some(4)),
        ("delete from audit where number = 9", Some(9)),
        ("update audit set hash = 'x' where number = 9", Some(9)),
    ];
    for (act, broken_at) in acts {
        let test = &engine.database();
        append(test, 9, "é, 中文").await;
        let whole = verify(&test.db, None).await.unwrap();
        assert_eq!((whole.n_rows, whole.broken_at), (9, None));
        let refused = test.db.write(|tx| tx.execute(act, &[])).await;
        assert!(refused.is_err(), "the engine refuses: {act}");
        open_up(test).await;
        test.db.write(|tx| tx.execute(act, &[])).await.unwrap();
        let found = verify(&test.db, None).await.unwrap();
        assert_eq!(found.broken_at, broken_at, "{act}");
        assert!(!found.holds());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_was_written_anew_does_not_hold_what_was_kept_elsewhere(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    append(test, 3, "before").await;
    let kept = verify(&test.db, None).await.unwrap().head;
    let same = verify(&test.db, Some(kept.clone())).await.unwrap();
    assert!(same.holds());
    open_up(test).await;
    for text in [
        "delete from audit",
        "update audit_head set number = 0, hash = ''",
        "delete from account",
        "delete from party",
    ] {
        test.db.write(|tx| tx.execute(text, &[])).await.unwrap();
    }
    append(test, 3, "after").await;
    let anew = verify(&test.db, Some(kept)).await.unwrap();
    assert_eq!((anew.broken_at, anew.has_known), (None, Some(false)));
    assert!(!anew.holds());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_at_once_write_one_chain(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "somebody", None).await;
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (db, actor) = (test.db.clone(), actor.clone());
            tokio::spawn(async move {
                for _ in 0..25 {
                    let actor = actor.clone();
                    let write =
                        move |tx: &mut store::Tx<'_>| done(tx, 1, &actor, TRIED, "thing:1", "");
                    db.write(write).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let found = verify(&test.db, None).await.unwrap();
    assert_eq!((found.n_rows, found.broken_at), (200, None));
}

/// Rows that wait are in the chain once, in the order of their acts, however many processes number them.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_wait_get_their_numbers_once_and_in_order(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "somebody", None).await;
    let write = test.db.write(move |tx| -> store::Result<()> {
        for n in 0..300 {
            later(tx, (1000 + n, n), &actor, TRIED, &format!("thing:{n}"), "")?;
        }
        Ok(())
    });
    write.await.unwrap();
    let four = (0..4).map(|_| {
        let db = test.db.clone();
        tokio::spawn(async move { while db.write(number_waiting).await.unwrap() {} })
    });
    for one in four.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let rows = test.db.read(|tx| super::after(tx, 0, 1000)).await.unwrap();
    let rows: Vec<_> = rows.iter().filter(|row| row.act == TRIED.name).collect();
    let objects: Vec<String> = rows.iter().map(|row| row.object.clone()).collect();
    let wanted: Vec<String> = (0..300).map(|n| format!("thing:{n}")).collect();
    assert_eq!(objects, wanted);
    let left = test.db.read(super::oldest_waiting).await.unwrap();
    assert_eq!(left, None);
    assert!(verify(&test.db, None).await.unwrap().holds());
}
