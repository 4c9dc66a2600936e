//! The feed: numbers, pages, rewinding.

use super::{after, before, fetched, note_fetched, reserve};
use registry::api_key::{self, ApiKey};
use registry::company::CompanyId;
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Db, Result, Tx};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_given_once_whatever_races(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let db = Arc::new(test.db.clone());
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let db = Arc::clone(&db);
            let wanted = BTreeMap::from([(CompanyId(1), 3), (CompanyId(2), i64::from(n % 2 == 0))]);
            tokio::spawn(async move { db.write(move |tx| reserve(tx, &wanted)).await })
        })
        .collect();
    let mut firsts = Vec::new();
    for task in tasks {
        firsts.push(task.await.unwrap().unwrap()[&CompanyId(1)]);
    }
    firsts.sort_unstable();
    let expected: Vec<i64> = (0..40).map(|n| n * 3 + 1).collect();
    assert_eq!(firsts, expected, "{}", test.db.engine_name());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_place_can_be_read_again(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = crate::testing::TestPlatform::on(test).await;
    for seed in 1..=4 {
        platform
            .accept(0, platform.sample(0, ceb::Kind::Ceb311, seed))
            .await;
    }
    platform.settle().await;
    let company = platform.company_id(0);
    let read = async |from: i64, limit: i64| {
        platform
            .shared
            .db
            .read(move |tx| after(tx, company, from, limit))
            .await
            .unwrap()
    };
    let all = read(0, 1000).await;
    assert_eq!(all.len(), 12);
    let page = read(all[4].feed_no, 3).await;
    assert_eq!(page, all[5..8]);
    assert_eq!(read(0, 1000).await, all);
    assert!(read(all[11].feed_no, 10).await.is_empty());
    let back = async |to: i64, limit: i64| {
        platform
            .shared
            .db
            .read(move |tx| before(tx, company, to, limit))
            .await
            .unwrap()
    };
    let newest: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(back(i64::MAX, 5).await, newest[..5]);
    assert_eq!(back(newest[4].feed_no, 1000).await, newest[5..]);
    assert!(back(all[0].feed_no, 10).await.is_empty());
}

/// A company with receipts 1 to 9 and keys 51, 52 and 53, which are in force until 1000.
struct Readers {
    db: Db,
    company: CompanyId,
}

impl Readers {
    async fn new(platform: &crate::testing::TestPlatform) -> Self {
        let company = CompanyId(9);
        let db = platform.shared.db.clone();
        let write = db.write(move |tx| -> Result<()> {
            let other = "insert into company (id, credit_code, customs_code, name, dxp_id, roles, profile, \
                         weight, suspended, created_at) select 9, 'c9', 'u9', name, 'DXPENT0000000009', roles, \
                         profile, weight, suspended, created_at from company where id = 1";
            tx.execute(other, &[])?;
            for feed_no in 1..=9_i64 {
                let receipt = "insert into receipt (company_id, feed_no, message_id, document_id, kind, guid, \
                               document_key, return_status, return_time, return_info, fingerprint, received_at, xml) \
                               values (9, $1, 1, 2, 'CEB312', '', '', 120, '', '', $1, 0, '')";
                tx.execute(receipt, &[feed_no.into()])?;
            }
            for id in [51, 52, 53] {
                let key = ApiKey {
                    id,
                    company_id: company,
                    label: String::new(),
                    created_at: 0,
                    expires_at: 1000,
                    revoked_at: None,
                };
                api_key::issue(tx, &key, &[u8::try_from(id).unwrap_or(0); 32])?;
            }
            Ok(())
        });
        write.await.unwrap();
        Self { db, company }
    }

    async fn reads(&self, key_id: i64, feed_no: i64) {
        let of = (self.company, key_id);
        let write = move |tx: &mut Tx<'_>| note_fetched(tx, of, feed_no, 1);
        self.db.write(write).await.unwrap();
    }

    async fn revoke(&self, key_id: i64) {
        let company = self.company;
        let write = move |tx: &mut Tx<'_>| api_key::revoke(tx, company, key_id, 2);
        assert!(self.db.write(write).await.unwrap());
    }

    async fn until(&self, now_ms: i64) -> i64 {
        let company = self.company;
        let read = move |tx: &mut Tx<'_>| fetched(tx, &BTreeSet::from([company]), now_ms);
        self.db.read(read).await.unwrap()[&company]
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_has_what_the_slowest_of_its_programs_has_read_whose_key_is_in_force(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = crate::testing::TestPlatform::on(engine.database()).await;
    let readers = Readers::new(&platform).await;
    assert_eq!(readers.until(3).await, 0, "nobody has read");
    readers.reads(51, 7).await;
    assert_eq!(readers.until(3).await, 7, "the others read nothing at all");
    readers.reads(52, 3).await;
    assert_eq!(readers.until(3).await, 3);
    readers.reads(52, 2).await;
    readers.reads(51, 40).await;
    assert_eq!(
        readers.until(3).await,
        3,
        "read again; beyond what there is"
    );
    readers.revoke(52).await;
    assert_eq!(readers.until(3).await, 7);
    readers.revoke(51).await;
    assert_eq!(readers.until(3).await, 0, "what is left has not read");
    assert_eq!(readers.until(1000).await, i64::MAX, "no key is in force");
}
