//! Rows are removed by their keys, and their room is given back.

use super::{KeyedTable, ROWS, find, free_pages, give_back, remove};
use crate::testing::TestEngine::{self, Postgres, Sqlite};
use rstest::rstest;

const ONE: KeyedTable = KeyedTable {
    table: "queue_body",
    key: &["id"],
};
const TWO: KeyedTable = KeyedTable {
    table: "receipt_xml",
    key: &["company_id", "feed_no"],
};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_found_and_removed_by_their_keys_and_no_others(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let n = i64::try_from(ROWS).unwrap() * 2 + 3;
    let write = test.db.write(move |tx| -> crate::Result<_> {
        for id in 0..n {
            let body: &[u8] = b"x";
            let sql = "insert into queue_body (id, body) values ($1, $2)";
            tx.execute(sql, &[id.into(), body.into()])?;
            let sql = "insert into receipt_xml (company_id, feed_no, xml) values ($1, $2, $3)";
            tx.execute(sql, &[(id % 2).into(), id.into(), body.into()])?;
        }
        let odd: Vec<_> = (0..n).filter(|id| id % 2 == 1).collect();
        let ones: Vec<_> = odd.iter().map(|id| (*id, 0)).collect();
        // Of another company: not there.
        let twos: Vec<_> = (0..n).map(|id| (1, id)).collect();
        let found = find(tx, TWO, "feed_no", &twos)?.len();
        Ok((
            found,
            odd.len(),
            remove(tx, ONE, &ones)?,
            remove(tx, TWO, &twos)?,
        ))
    });
    let (found, n_odd, one, two) = write.await.unwrap();
    assert_eq!(found, n_odd);
    assert_eq!((one, two), (found as u64, found as u64));
    let left = test.db.read(|tx| -> crate::Result<_> {
        let one = tx.query("select id from queue_body where id % 2 = 1", &[])?;
        let two = tx.query("select 1 from receipt_xml where company_id = 0", &[])?;
        Ok((one.len(), two.len()))
    });
    assert_eq!(
        left.await.unwrap(),
        (0, usize::try_from(n).unwrap() - n_odd)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_were_freed_are_given_back_piece_by_piece() {
    let test = Sqlite.database();
    let fill = test.db.write(|tx| -> crate::Result<_> {
        for id in 0..200_i64 {
            let body = vec![7_u8; 8192];
            let sql = "insert into queue_body (id, body) values ($1, $2)";
            tx.execute(sql, &[id.into(), body.as_slice().into()])?;
        }
        let keys: Vec<_> = (0..200).map(|id| (id, 0)).collect();
        remove(tx, ONE, &keys)
    });
    assert_eq!(fill.await.unwrap(), 200);
    let free = test.db.read(free_pages).await.unwrap().unwrap();
    assert!(free.is_returnable && free.n_bytes > 1 << 20, "{free:?}");
    let mut n_turns = 0;
    while test.db.write(|tx| give_back(tx, 64)).await.unwrap() {
        n_turns += 1;
    }
    assert!(n_turns > 3, "{n_turns}");
    let free = test.db.read(free_pages).await.unwrap().unwrap();
    assert_eq!(free.n_bytes, 0);
}
