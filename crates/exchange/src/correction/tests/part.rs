//! Messages of which a part came back, or of which a part is declared again.

use super::{answer_order, declare, edit, form, id_of, submit};
use crate::correction::http::{CorrectionsBody, submit_corrections};
use crate::message::MessageId;
use crate::testing::{TestPlatform, accepted};
use axum::extract::State;
use axum::http::StatusCode;
use ceb::Kind;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::JsonBody;

/// A message of two orders that are at customs, with the numbers of both.
pub(super) async fn two_orders(platform: &TestPlatform, seed: u64) -> (MessageId, [String; 2]) {
    let mut spec = platform.spec(0, Kind::Ceb311, seed);
    spec.n_documents = 2;
    let xml = ceb::sample::message(&spec);
    let mut numbers = xml.split("<ceb:orderNo>").skip(1);
    let mut number = || {
        let rest = numbers.next().unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    let both = [number(), number()];
    let id = accepted(platform.accept(0, xml.clone()).await);
    platform.settle().await;
    (id, both)
}

/// The numbers of the documents that are to be corrected.
async fn to_do(platform: &TestPlatform, id: MessageId) -> Vec<usize> {
    let shown = form(platform, 0, id).await.unwrap();
    shown.documents.iter().map(|one| one.number).collect()
}

const WRONG: &str = "[Code:1332;Desc:订购人信息有误]";

/// A message may come back piece by piece: each piece is corrected when it has come, and no correction
/// takes another piece off the list of what is to be done.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_come_back_later_are_corrected_later(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, [one, other]) = two_orders(&platform, 9).await;
    answer_order(&platform, &one, 100, WRONG).await;
    assert_eq!(to_do(&platform, id).await, [1]);
    let (status, first) = submit(&platform, id, vec![edit("orderNo", "DD-ONE")]).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{first}");
    // The other comes back before the correction of the first is on its way.
    answer_order(&platform, &other, 100, WRONG).await;
    platform.settle().await;
    let left = to_do(&platform, id).await;
    assert_eq!(left, [2], "the first is corrected, the other is to be");
    let (status, second) = submit(&platform, id, vec![edit("orderNo", "DD-OTHER")]).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{second}");
    platform.settle().await;
    assert_eq!(
        form(&platform, 0, id_of(&second)).await.unwrap_err(),
        "TG-R4421"
    );
}

/// No two documents are given one number: neither those of one message nor those of several.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_documents_are_not_given_one_number() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let (id, [one, other]) = two_orders(&platform, 13).await;
    for number in [&one, &other] {
        answer_order(&platform, number, 100, WRONG).await;
    }
    let (status, answer) = submit(&platform, id, vec![edit("orderNo", "DD-ONE")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    assert!(
        answer.to_string().contains("不能给多份单证填同一个值"),
        "{answer}"
    );
    let (second, [third, _]) = two_orders(&platform, 14).await;
    answer_order(&platform, &third, 100, WRONG).await;
    let body = CorrectionsBody {
        messages: vec![id.to_string(), second.to_string()],
        edits: vec![edit("orderNo", "DD-ONE")],
    };
    let answer = submit_corrections(
        platform.by(0).await,
        State(platform.submit_state()),
        JsonBody(body),
    )
    .await;
    let detail = answer.unwrap_err().detail.unwrap();
    assert!(detail.contains("请逐份更正"), "{detail}");
    // One of them, and one message alone, may have another number.
    let (status, answer) = submit(&platform, second, vec![edit("orderNo", "DD-ONE")]).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
}

/// Of a message some documents are declared again and others left: those still need an action.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_chosen_is_left_to_be_done(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, [one, other]) = two_orders(&platform, 11).await;
    answer_order(&platform, &one, 100, WRONG).await;
    answer_order(&platform, &other, -621_018, "系统异常").await;
    assert_eq!(to_do(&platform, id).await, [1, 2]);
    let edits = || vec![edit("orderNo", "DD-ONE")];
    let (status, _) = declare(&platform, id, edits(), vec![3]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "there is no third one");
    let (status, first) = declare(&platform, id, edits(), vec![1]).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{first}");
    platform.settle().await;
    let n_declared = crate::receipt::shown_of_message;
    let new = id_of(&first);
    let read = platform.shared.db.read(move |tx| n_declared(tx, new)).await;
    assert_eq!(read.unwrap().len(), 1);
    assert_eq!(to_do(&platform, id).await, [2]);
    let (status, second) = declare(&platform, id, Vec::new(), vec![2]).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{second}");
}

/// Whether the first document of a message needs an action.
pub(super) async fn asks(platform: &TestPlatform, id: MessageId) -> bool {
    let read = platform
        .shared
        .db
        .read(move |tx| crate::receipt::shown_of_message(tx, id));
    read.await.unwrap().remove(0).needs_action
}

/// A correction that is only stored at the E-Port (暂存) leaves what is to be done, and another may be made; when
/// it is declared from there, it counts.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_that_is_only_stored_settles_nothing_until_it_is_declared(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, [one, _]) = two_orders(&platform, 11).await;
    answer_order(&platform, &one, 100, WRONG).await;
    let stored = vec![edit("appStatus", "1"), edit("orderNo", "DD-STORED")];
    let (status, draft) = submit(&platform, id, stored).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{draft}");
    platform.settle().await;
    assert!(asks(&platform, id).await);
    answer_order(&platform, "DD-STORED", 120, "入库").await;
    assert!(!asks(&platform, id).await);
}

/// Beside a correction that is only stored the real one is made.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_correction_does_not_stand_in_the_way_of_the_real_one(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, [one, _]) = two_orders(&platform, 12).await;
    answer_order(&platform, &one, 100, WRONG).await;
    let stored = vec![edit("appStatus", "1"), edit("orderNo", "DD-STORED")];
    let (status, draft) = submit(&platform, id, stored).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{draft}");
    platform.settle().await;
    let (status, real) = submit(&platform, id, vec![edit("orderNo", "DD-REAL")]).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{real}");
}
