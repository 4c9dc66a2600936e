//! From a rejection to a release, on both engines.

mod part;
mod stored;
mod workbook;

use super::http::{
    CorrectionBody, CorrectionsBody, TakeCorrectionWorkbook, check_correction, correction,
    submit_correction, submit_corrections,
};
use super::view::CorrectionForm;
use super::{Edit, links};
use crate::message::MessageId;
use crate::story::http::story;
use crate::testing::{TestPlatform, accepted};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ceb::Kind;
use rstest::rstest;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::{JsonBody, Path};

/// An order that customs rejects for this word in its number.
fn order(platform: &TestPlatform, word: &str, seed: u64) -> String {
    let mut spec = platform.spec(0, Kind::Ceb311, seed);
    spec.order_no_prefix = Some(format!("DD{word}"));
    ceb::sample::message(&spec)
}

fn edit(element: &str, value: &str) -> Edit {
    Edit {
        document: None,
        line: None,
        element: element.to_owned(),
        value: value.to_owned(),
    }
}

async fn form(platform: &TestPlatform, n: usize, id: MessageId) -> Result<CorrectionForm, String> {
    let answer = correction(
        platform.by(n).await,
        State(platform.submit_state()),
        Path(id.to_string()),
    )
    .await;
    answer
        .map(|Json(form)| form)
        .map_err(|problem| problem.code)
}

async fn submit(platform: &TestPlatform, id: MessageId, edits: Vec<Edit>) -> (StatusCode, Value) {
    declare(platform, id, edits, Vec::new()).await
}

/// Declares these documents of a message again; none for all that came back.
async fn declare(
    platform: &TestPlatform,
    id: MessageId,
    edits: Vec<Edit>,
    documents: Vec<usize>,
) -> (StatusCode, Value) {
    let body = JsonBody(CorrectionBody { edits, documents });
    let answer = submit_correction(
        platform.by(0).await,
        State(platform.submit_state()),
        Path(id.to_string()),
        body,
    )
    .await;
    read(answer.unwrap()).await
}

async fn read(answer: Response) -> (StatusCode, Value) {
    let status = answer.status();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20)
        .await
        .unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

fn id_of(answer: &Value) -> MessageId {
    MessageId::parse(answer["id"].as_str().unwrap()).unwrap()
}

/// The statuses of the receipts of a message's order.
async fn statuses(platform: &TestPlatform, id: MessageId) -> Vec<i64> {
    let company = platform.company_id(0);
    let items = platform
        .shared
        .db
        .read(move |tx| crate::receipt::of_message(tx, company, id, 100));
    items
        .await
        .unwrap()
        .iter()
        .map(|item| item.return_status)
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_order_is_corrected_declared_again_and_accepted_by_customs(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(platform.accept(0, order(&platform, "ZZ-R1332-", 1)).await);
    platform.settle().await;
    assert!(
        statuses(&platform, id).await.contains(&100),
        "customs rejected it"
    );
    let shown = form(&platform, 0, id).await.unwrap();
    let document = &shown.documents[0];
    assert!(
        document.reasons[0].text.contains("1332"),
        "{:?}",
        document.reasons
    );
    let order_no = document
        .fields
        .iter()
        .find(|field| field.element == "orderNo")
        .unwrap();
    assert!(order_no.value.contains("ZZ-R1332"), "{order_no:?}");
    let edits = vec![edit("orderNo", "DD202611280001")];
    let (status, answer) = submit(&platform, id, edits.clone()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    assert_eq!(answer["corrects"], id.to_string());
    let new = id_of(&answer);
    // The same correction sent twice is one message.
    let (_, again) = submit(&platform, id, edits).await;
    assert_eq!(id_of(&again), new);
    assert_eq!(again["duplicate"], true);
    platform.settle().await;
    assert!(
        statuses(&platform, new).await.contains(&120),
        "customs has it"
    );
    let sight = platform.sight(0);
    let links_of = platform.shared.db.read(move |tx| -> store::Result<_> {
        let old = crate::finder::find(tx, &sight, id)?.unwrap();
        let new = crate::finder::find(tx, &sight, new)?.unwrap();
        let open = (old.needs_action, new.needs_action);
        Ok((links(tx, &BTreeSet::from([old.id, new.id]))?, open))
    });
    let (found, open) = links_of.await.unwrap();
    assert_eq!(open, (false, false), "neither needs an action any more");
    assert_eq!(found.corrects, BTreeMap::from([(new, id)]));
    assert_eq!(found.corrected_by, BTreeMap::from([(id, new)]));
    // The story of either tells of the other.
    for (of, corrects, corrected_by) in [(id, None, Some(new)), (new, Some(id), None)] {
        let (by, api) = (platform.by(0).await, State(platform.api()));
        let answer = story(by, api, Path(of.document(1).to_string())).await;
        let order = answer.unwrap().0.order.unwrap();
        let ids = [order.corrects, order.corrected_by].map(|link| link.map(|link| link.id));
        assert_eq!(
            ids,
            [corrects, corrected_by].map(|id| id.map(|id| id.to_string()))
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_platform_marks_the_field_and_another_mistake_is_reported_at_once(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let wrong = order(&platform, "1", 2).replacen("<ceb:discount>0.00", "<ceb:discount>x", 1);
    let id = accepted(platform.accept(0, wrong).await);
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "refused");
    let shown = form(&platform, 0, id).await.unwrap();
    let fields = &shown.documents[0].fields;
    let marked: Vec<&str> = fields
        .iter()
        .filter(|field| !field.reasons.is_empty())
        .map(|field| field.element.as_str())
        .collect();
    assert_eq!(marked, ["discount"]);
    let body = JsonBody(CorrectionBody {
        edits: vec![edit("discount", "y")],
        documents: Vec::new(),
    });
    let checked = check_correction(
        platform.by(0).await,
        State(platform.submit_state()),
        Path(id.to_string()),
        body,
    );
    let Json(verdict) = checked.await.unwrap();
    assert!(!verdict.ok);
    let found: Vec<_> = verdict
        .findings
        .iter()
        .map(|one| (one.document, one.element.as_str()))
        .collect();
    assert!(found.contains(&(Some(1), "discount")), "{found:?}");
    let (status, answer) = submit(&platform, id, Vec::new()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer["code"], "TG-R4405");
    let (status, answer) = submit(&platform, id, vec![edit("discount", "0.00")]).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    platform.settle().await;
    assert!(statuses(&platform, id_of(&answer)).await.contains(&120));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_customs_has_already_is_changed_and_not_declared_anew(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let first = accepted(platform.accept(0, order(&platform, "2", 3)).await);
    platform.settle().await;
    assert!(statuses(&platform, first).await.contains(&120));
    let mut spec = platform.spec(0, Kind::Ceb311, 3);
    spec.order_no_prefix = Some("DD2".to_owned());
    let again = ceb::sample::message(&spec);
    let guid = ceb::sniff(again.as_bytes()).unwrap().guid.clone();
    let last = if guid.ends_with('9') { "8" } else { "9" };
    let other = format!("{}{last}", &guid[..35]);
    let again = again
        .replace(&guid, &other)
        .replacen("<ceb:currency>142", "<ceb:currency>999", 1);
    let id = accepted(platform.accept(0, again).await);
    platform.settle().await;
    let shown = form(&platform, 0, id).await.unwrap();
    let fields = &shown.documents[0].fields;
    let app_type = fields
        .iter()
        .find(|field| field.element == "appType")
        .unwrap();
    assert_eq!(
        (app_type.value.as_str(), app_type.was.as_deref()),
        ("2", Some("1"))
    );
    assert!(app_type.reasons[0].contains("海关已有"), "{app_type:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_and_what_did_not_come_back_get_no_form() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let id = accepted(platform.accept(0, order(&platform, "ZZ-R1332-", 4)).await);
    let good = accepted(platform.accept(0, order(&platform, "3", 5)).await);
    platform.settle().await;
    assert_eq!(
        form(&platform, 1, id).await.unwrap_err(),
        web::codes::NOT_FOUND.code
    );
    assert_eq!(form(&platform, 0, good).await.unwrap_err(), "TG-R4421");
    for (element, line) in [("noSuchElement", None), ("qty", Some(99))] {
        let wrong = Edit {
            line,
            ..edit(element, "1")
        };
        let body = JsonBody(CorrectionBody {
            edits: vec![wrong],
            documents: Vec::new(),
        });
        let answer = submit_correction(
            platform.by(0).await,
            State(platform.submit_state()),
            Path(id.to_string()),
            body,
        );
        assert_eq!(answer.await.unwrap().status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_are_corrected_at_once_each_by_itself() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let mut messages = Vec::new();
    for seed in 6..9 {
        let id = accepted(
            platform
                .accept(0, order(&platform, "ZZ-R1332-", seed))
                .await,
        );
        messages.push(id.to_string());
    }
    platform.settle().await;
    messages.push("1".to_owned());
    let body = CorrectionsBody {
        messages: messages.clone(),
        edits: vec![edit("note", "更正")],
    };
    let answer = submit_corrections(
        platform.by(0).await,
        State(platform.submit_state()),
        JsonBody(body),
    )
    .await;
    let Json(outcomes) = answer.unwrap();
    let results: Vec<_> = outcomes
        .items
        .iter()
        .map(|item| (item.accepted.is_some(), item.problem.is_some()))
        .collect();
    assert_eq!(
        results,
        [(true, false), (true, false), (true, false), (false, true)]
    );
    let many = CorrectionsBody {
        messages: vec![messages[0].clone(); super::MESSAGES_MAX + 1],
        edits: Vec::new(),
    };
    let answer = submit_corrections(
        platform.by(0).await,
        State(platform.submit_state()),
        JsonBody(many),
    )
    .await;
    assert_eq!(answer.unwrap_err().code, web::codes::BAD_REQUEST.code);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_named_twice_counts_once_and_all_together_are_bounded() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let id = accepted(platform.accept(0, order(&platform, "ZZ-R1332-", 21)).await);
    let other = accepted(platform.accept(0, order(&platform, "ZZ-R1332-", 22)).await);
    platform.settle().await;
    let ask = async |messages: Vec<String>| {
        let edits = vec![edit("note", "更正")];
        let body = JsonBody(CorrectionsBody { messages, edits });
        submit_corrections(platform.by(0).await, State(platform.submit_state()), body).await
    };
    // More than may be told together, and no message is worked on.
    let half = super::http::TOGETHER_BYTES_MAX / 2 + 1;
    let resize = platform
        .shared
        .db
        .write(move |tx| tx.execute("update message set n_bytes = $1", &[half.into()]));
    resize.await.unwrap();
    let problem = ask(vec![id.to_string(), other.to_string()])
        .await
        .unwrap_err();
    assert_eq!(problem.code, web::codes::BAD_REQUEST.code);
    let detail = problem.detail.unwrap();
    assert!(
        detail.contains("32 MiB") && detail.contains("分几次"),
        "{detail}"
    );
    let names = vec![
        id.to_string(),
        id.acceptance_no(),
        "x".to_owned(),
        "x".to_owned(),
    ];
    let Json(outcomes) = ask([names.clone(), names].concat()).await.unwrap();
    let results: Vec<_> = outcomes
        .items
        .iter()
        .map(|item| (item.message.as_str(), item.accepted.is_some()))
        .collect();
    assert_eq!(results, [(id.to_string().as_str(), true), ("x", false)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_take_no_workbook_away() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let refused = platform.let_in::<TakeCorrectionWorkbook>(0).await.err();
    assert_eq!(refused.unwrap().code, "TG-R4601");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_correction_of_a_message_stands_and_masks_are_no_values(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(platform.accept(0, order(&platform, "ZZ-R1332-", 7)).await);
    platform.settle().await;
    let (status, answer) = submit(&platform, id, vec![edit("buyerName", "孙**")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    let (status, answer) = submit(&platform, id, vec![edit("note", "a\u{1}b")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    let good = || vec![edit("orderNo", "DD1"), edit("note", "一")];
    let (status, answer) = submit(&platform, id, good()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    // The same once more is the same message; another one is told that it comes too late.
    let (status, answer) = submit(&platform, id, good()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    assert_eq!(answer["duplicate"], true);
    let other = vec![edit("orderNo", "DD1"), edit("note", "二")];
    let (status, answer) = submit(&platform, id, other.clone()).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::CONFLICT, &"TG-R4425".into())
    );
    platform.settle().await;
    let (status, answer) = submit(&platform, id, other).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::CONFLICT, &"TG-R4425".into())
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_correction_that_was_turned_down_is_not_called_declared(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(platform.accept(0, order(&platform, "ZZ-R1332-", 8)).await);
    platform.settle().await;
    // The word for which customs rejects it is still there.
    let same = || vec![edit("note", "未改单号")];
    let (status, first) = submit(&platform, id, same()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{first}");
    platform.settle().await;
    let (status, answer) = submit(&platform, id, same()).await;
    assert_eq!(
        (status, &answer["code"]),
        (StatusCode::CONFLICT, &"TG-R4426".into())
    );
    assert_eq!(answer["messageId"], first["id"], "it says what to correct");
}

/// A receipt for the order with this number, in time after what customs said before.
async fn answer_order(platform: &TestPlatform, number: &str, status: i32, info: &str) {
    let xml = ceb::sample::receipt(
        &platform.spec(0, Kind::Ceb312, 1),
        ceb::ReturnStatus(status),
        info,
    );
    let from = xml.find("<orderNo>").unwrap() + 9;
    let to = xml.find("</orderNo>").unwrap();
    let mut xml = format!("{}{number}{}", &xml[..from], &xml[to..]);
    let from = xml.find("<returnTime>").unwrap() + 12;
    let to = xml.find("</returnTime>").unwrap();
    let time = crate::receipt::return_time(platform.shared.clock.now_ms() + 3_600_000);
    xml.replace_range(from..to, &time);
    let down = platform.shared.customs.import_down.clone();
    let bodies = [bytes::Bytes::from(xml)];
    platform.shared.queue.put(&down, &bodies).await.unwrap();
    crate::pipeline::drain(&platform.shared).await.unwrap();
}

/// What was declared anew by another way is not declared once more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_declared_anew_meanwhile_is_no_correction_any_more(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let xml = order(&platform, "ZZ-R1332-", 10);
    let id = accepted(platform.accept(0, xml.clone()).await);
    platform.settle().await;
    assert_eq!(form(&platform, 0, id).await.unwrap().documents.len(), 1);
    let mut again = xml;
    for old in ["guid=\"", "<ceb:guid>"] {
        let from = again.find(old).unwrap() + old.len();
        again.replace_range(from..from + 8, "0000000A");
    }
    accepted(platform.accept(0, again).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(form(&platform, 0, id).await.unwrap_err(), "TG-R4421");
}

/// What may have one value only is nobody's to type: it is put right and shown, and the rest is enough.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_be_one_value_only_is_put_right_by_itself(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let wrong = platform
        .sample(0, Kind::Ceb311, 1)
        .replace("<ceb:orderType>I<", "<ceb:orderType>X<")
        .replace("<ceb:currency>142<", "<ceb:currency>502<");
    let id = accepted(platform.accept(0, wrong).await);
    platform.settle().await;
    let shown = form(&platform, 0, id).await.unwrap();
    let fields = &shown.documents[0].fields;
    let fixed: Vec<_> = fields
        .iter()
        .filter(|field| field.element == "orderType")
        .collect();
    assert_eq!(fixed.len(), 1);
    assert_eq!(fixed[0].value, "I");
    assert_eq!(fixed[0].was.as_deref(), Some("X"));
    assert!(fixed[0].reasons.iter().any(|why| why.contains('I')));
    let (status, answer) = submit(&platform, id, Vec::new()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    platform.settle().await;
    assert_eq!(statuses(&platform, id_of(&answer)).await, [2, 3, 120]);
}
