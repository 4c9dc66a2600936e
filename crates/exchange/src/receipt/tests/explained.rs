//! An explanation of a status reaches every document that has it: however many there are, and those that a crash left
//! out with their next answer.

use super::clocks::{became, declared, receipt_at};
use super::{answer, receipt};
use crate::answer::REVIEWED_AT_ONCE;
use crate::operator::explain::http::{AnswerBody, answer_unknown_code, withdraw_unknown_code};
use crate::query::unsure;
use crate::testing::{TestPlatform, accepted, person};
use crate::unknown_code::{Answer, put_answer};
use axum::extract::State;
use ceb::explain::Resubmit;
use ceb::sample::Spec;
use ceb::{Kind, Outcome, ReturnStatus};
use registry::access::Sight;
use registry::role::Role;
use rstest::rstest;
use store::Tx;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::{JsonBody, Path};

/// Documents of one message.
const OF_MESSAGE: u32 = 100;

/// Messages whose documents are more than one transaction reads again.
const MESSAGES: u64 = 6;

/// A number that a statement answers.
async fn number(platform: &TestPlatform, sql: &'static str) -> i64 {
    let read = move |tx: &mut Tx<'_>| -> store::Result<i64> {
        let row = tx.query_opt(sql, &[])?;
        row.map_or(Ok(0), |row| row.int(0))
    };
    platform.shared.db.read(read).await.unwrap()
}

/// The id of the only unknown code.
async fn code(platform: &TestPlatform) -> i64 {
    number(platform, "select id from unknown_code").await
}

/// How many documents are faulty and wait for their company.
async fn n_open(platform: &TestPlatform) -> i64 {
    let sql = "select count(*) from document where outcome = 'faulty' and needs_action";
    number(platform, sql).await
}

/// All documents with a status are read again when it is explained, and when that is taken back, also when there are
/// more of them than one transaction reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explanation_reaches_more_documents_than_one_transaction_reads() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let spec = |kind, n: u64| Spec {
        n_documents: OF_MESSAGE,
        ..platform.spec(0, kind, n * 1000)
    };
    for n in 1..=MESSAGES {
        let xml = ceb::sample::message(&spec(Kind::Ceb311, n));
        accepted(platform.accept(0, xml).await);
    }
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let receipts = (1..=MESSAGES)
        .map(|n| ceb::sample::receipt(&spec(Kind::Ceb312, n), ReturnStatus(777), ""))
        .collect::<Vec<String>>();
    answer(&platform, &platform.company(0).dxp_id.clone(), &receipts).await;
    let all = number(
        &platform,
        "select count(*) from document where status = 777",
    )
    .await;
    assert!(all > REVIEWED_AT_ONCE, "{all}");
    let id = code(&platform).await.to_string();
    let body = AnswerBody {
        meaning: "口岸试点状态。".to_owned(),
        advice: "见说明。".to_owned(),
        resubmit: Resubmit::Corrected.name().to_owned(),
    };
    let by = platform.by_person(Role::Operator, None).await;
    let saved = answer_unknown_code(by, State(platform.api()), Path(id.clone()), JsonBody(body));
    assert!(saved.await.is_ok());
    assert_eq!(n_open(&platform).await, all);
    let by = platform.by_person(Role::Operator, None).await;
    let taken_back = withdraw_unknown_code(by, State(platform.api()), Path(id));
    assert!(taken_back.await.is_ok());
    assert_eq!(n_open(&platform).await, 0);
}

/// An explanation was saved, and a crash kept a document from being read again: its next answer, which tells of progress
/// only, brings it up to date.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_left_out_is_read_with_the_next_answer(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 777, "20260302090000000")],
    )
    .await;
    let open = async || {
        let read = move |tx: &mut Tx<'_>| unsure(tx, [id].into_iter());
        platform.shared.db.read(read).await.unwrap()
    };
    assert_eq!(open().await.get(&id), Some(&777));
    let operator = person(9, Role::Operator, None, Sight::All);
    let (code, now_ms) = (code(&platform).await, platform.clock.now_ms());
    let save = platform.shared.db.write(move |tx| {
        let explained = Answer {
            meaning: "口岸试点状态。".to_owned(),
            advice: "见说明。".to_owned(),
            resubmit: Resubmit::Corrected.name().to_owned(),
        };
        put_answer(tx, &operator, code, &explained, now_ms).map(|_| ())
    });
    save.await.unwrap();
    assert_eq!(became(&platform, id).await.0, Outcome::Waiting);
    assert!(open().await.is_empty(), "it is explained");
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 300, "20260302090100000")],
    )
    .await;
    let after = became(&platform, id).await;
    assert_eq!((after.0, after.1), (Outcome::Faulty, true));
    // Another one is answered as ever.
    let other = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 6))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    answer(&platform, &dxp_id, &[receipt(&platform, 0, 6, 120, "入库")]).await;
    assert_eq!(became(&platform, other).await.0, Outcome::Accepted);
}
