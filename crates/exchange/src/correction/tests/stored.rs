//! Messages that were only stored at the E-Port (暂存) before they came back.

use super::{edit, form, id_of, order, statuses, submit};
use crate::testing::{TestPlatform, accepted};
use axum::http::StatusCode;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A message that was only stored is declared when it is corrected.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_only_stored_is_declared_when_it_is_corrected(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let wrong = order(&platform, "4", 34)
        .replacen("<ceb:appStatus>2", "<ceb:appStatus>1", 1)
        .replacen("<ceb:discount>0.00", "<ceb:discount>x", 1);
    let id = accepted(platform.accept(0, wrong).await);
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "refused");
    let shown = form(&platform, 0, id).await.unwrap();
    let fields = &shown.documents[0].fields;
    let status = fields.iter().find(|field| field.element == "appStatus");
    let status = status.unwrap();
    assert_eq!((&*status.value, status.was.as_deref()), ("2", Some("1")));
    let (answered, answer) = submit(&platform, id, vec![edit("discount", "0.00")]).await;
    assert_eq!(answered, StatusCode::ACCEPTED, "{answer}");
    platform.settle().await;
    let new = id_of(&answer);
    let sight = platform.sight(0);
    let body = platform
        .shared
        .db
        .read(move |tx| crate::finder::body(tx, &sight, new));
    let body = String::from_utf8(body.await.unwrap().unwrap()).unwrap();
    assert!(body.contains("appStatus>2<"), "{body}");
    assert_eq!(statuses(&platform, new).await, [2, 3, 120]);
}
