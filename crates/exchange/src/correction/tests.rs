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
use crate::testing::{House, accepted};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use ceb::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::testing::each_engine;
use web::{JsonBody, Path};

/// An order that customs rejects for this word in its number.
fn order(house: &House, word: &str, seed: u64) -> String {
    let mut spec = house.spec(0, Kind::Ceb311, seed);
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

async fn form(house: &House, n: usize, id: MessageId) -> Result<CorrectionForm, String> {
    let answer = correction(
        house.by(n).await,
        State(house.submit_state()),
        Path(id.to_string()),
    )
    .await;
    answer
        .map(|Json(form)| form)
        .map_err(|problem| problem.code)
}

async fn submit(house: &House, id: MessageId, edits: Vec<Edit>) -> (StatusCode, Value) {
    declare(house, id, edits, Vec::new()).await
}

/// Declares these documents of a message again; none for all that came back.
async fn declare(
    house: &House,
    id: MessageId,
    edits: Vec<Edit>,
    documents: Vec<usize>,
) -> (StatusCode, Value) {
    let body = JsonBody(CorrectionBody { edits, documents });
    let answer = submit_correction(
        house.by(0).await,
        State(house.submit_state()),
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
async fn statuses(house: &House, id: MessageId) -> Vec<i64> {
    let company = house.company_id(0);
    let items = house
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_order_is_corrected_declared_again_and_accepted_by_customs() {
    for test in each_engine() {
        let house = House::on(test).await;
        let id = accepted(house.accept(0, order(&house, "ZZ-R1332-", 1)).await);
        house.settle().await;
        assert!(
            statuses(&house, id).await.contains(&100),
            "customs rejected it"
        );
        let shown = form(&house, 0, id).await.unwrap();
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
        let (status, answer) = submit(&house, id, edits.clone()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        assert_eq!(answer["corrects"], id.to_string());
        let new = id_of(&answer);
        // The same correction sent twice is one message.
        let (_, again) = submit(&house, id, edits).await;
        assert_eq!(id_of(&again), new);
        assert_eq!(again["duplicate"], true);
        house.settle().await;
        assert!(statuses(&house, new).await.contains(&120), "customs has it");
        let sight = house.sight(0);
        let links_of = house.shared.db.read(move |tx| -> store::Result<_> {
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
            let (by, api) = (house.by(0).await, State(house.api()));
            let answer = story(by, api, Path(of.document(1).to_string())).await;
            let told = answer.unwrap().0.order.unwrap();
            let ids = [told.corrects, told.corrected_by].map(|link| link.map(|link| link.id));
            assert_eq!(
                ids,
                [corrects, corrected_by].map(|id| id.map(|id| id.to_string()))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_platform_marks_the_field_and_another_mistake_is_told_at_once() {
    for test in each_engine() {
        let house = House::on(test).await;
        let wrong = order(&house, "1", 2).replacen("<ceb:discount>0.00", "<ceb:discount>x", 1);
        let id = accepted(house.accept(0, wrong).await);
        house.settle().await;
        assert_eq!(house.state(0, id).await, "refused");
        let shown = form(&house, 0, id).await.unwrap();
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
            house.by(0).await,
            State(house.submit_state()),
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
        let (status, answer) = submit(&house, id, Vec::new()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer["code"], "TG-R4405");
        let (status, answer) = submit(&house, id, vec![edit("discount", "0.00")]).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        house.settle().await;
        assert!(statuses(&house, id_of(&answer)).await.contains(&120));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_customs_has_already_is_changed_and_not_declared_anew() {
    for test in each_engine() {
        let house = House::on(test).await;
        let first = accepted(house.accept(0, order(&house, "2", 3)).await);
        house.settle().await;
        assert!(statuses(&house, first).await.contains(&120));
        let mut spec = house.spec(0, Kind::Ceb311, 3);
        spec.order_no_prefix = Some("DD2".to_owned());
        let again = ceb::sample::message(&spec);
        let guid = ceb::sniff(again.as_bytes()).unwrap().guid.clone();
        let last = if guid.ends_with('9') { "8" } else { "9" };
        let other = format!("{}{last}", &guid[..35]);
        let again =
            again
                .replace(&guid, &other)
                .replacen("<ceb:currency>142", "<ceb:currency>999", 1);
        let id = accepted(house.accept(0, again).await);
        house.settle().await;
        let shown = form(&house, 0, id).await.unwrap();
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_and_what_did_not_come_back_get_no_form() {
    let house = House::on(store::testing::sqlite()).await;
    let id = accepted(house.accept(0, order(&house, "ZZ-R1332-", 4)).await);
    let good = accepted(house.accept(0, order(&house, "3", 5)).await);
    house.settle().await;
    assert_eq!(
        form(&house, 1, id).await.unwrap_err(),
        web::codes::NOT_FOUND.code
    );
    assert_eq!(form(&house, 0, good).await.unwrap_err(), "TG-R4421");
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
            house.by(0).await,
            State(house.submit_state()),
            Path(id.to_string()),
            body,
        );
        assert_eq!(answer.await.unwrap().status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_are_corrected_at_once_each_by_itself() {
    let house = House::on(store::testing::sqlite()).await;
    let mut messages = Vec::new();
    for seed in 6..9 {
        let id = accepted(house.accept(0, order(&house, "ZZ-R1332-", seed)).await);
        messages.push(id.to_string());
    }
    house.settle().await;
    messages.push("1".to_owned());
    let body = CorrectionsBody {
        messages: messages.clone(),
        edits: vec![edit("note", "更正")],
    };
    let answer = submit_corrections(
        house.by(0).await,
        State(house.submit_state()),
        JsonBody(body),
    )
    .await;
    let Json(outcomes) = answer.unwrap();
    let told: Vec<_> = outcomes
        .items
        .iter()
        .map(|item| (item.accepted.is_some(), item.problem.is_some()))
        .collect();
    assert_eq!(
        told,
        [(true, false), (true, false), (true, false), (false, true)]
    );
    let many = CorrectionsBody {
        messages: vec![messages[0].clone(); super::MESSAGES_MAX + 1],
        edits: Vec::new(),
    };
    let answer = submit_corrections(
        house.by(0).await,
        State(house.submit_state()),
        JsonBody(many),
    )
    .await;
    assert_eq!(answer.unwrap_err().code, web::codes::BAD_REQUEST.code);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_named_twice_counts_once_and_all_together_are_bounded() {
    let house = House::on(store::testing::sqlite()).await;
    let id = accepted(house.accept(0, order(&house, "ZZ-R1332-", 21)).await);
    let other = accepted(house.accept(0, order(&house, "ZZ-R1332-", 22)).await);
    house.settle().await;
    let ask = async |messages: Vec<String>| {
        let edits = vec![edit("note", "更正")];
        let body = JsonBody(CorrectionsBody { messages, edits });
        submit_corrections(house.by(0).await, State(house.submit_state()), body).await
    };
    // More than may be told together, and no message is worked on.
    let half = super::http::TOGETHER_BYTES_MAX / 2 + 1;
    let resize = house
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
    let told: Vec<_> = outcomes
        .items
        .iter()
        .map(|item| (item.message.as_str(), item.accepted.is_some()))
        .collect();
    assert_eq!(told, [(id.to_string().as_str(), true), ("x", false)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_take_no_workbook_away() {
    let house = House::on(store::testing::sqlite()).await;
    let refused = house.let_in::<TakeCorrectionWorkbook>(0).await.err();
    assert_eq!(refused.unwrap().code, "TG-R4601");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_correction_of_a_message_stands_and_masks_are_no_values() {
    for test in each_engine() {
        let house = House::on(test).await;
        let id = accepted(house.accept(0, order(&house, "ZZ-R1332-", 7)).await);
        house.settle().await;
        let (status, answer) = submit(&house, id, vec![edit("buyerName", "孙**")]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        let (status, answer) = submit(&house, id, vec![edit("note", "a\u{1}b")]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        let good = || vec![edit("orderNo", "DD1"), edit("note", "一")];
        let (status, answer) = submit(&house, id, good()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        // The same once more is the same message; another one is told that it comes too late.
        let (status, answer) = submit(&house, id, good()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        assert_eq!(answer["duplicate"], true);
        let other = vec![edit("orderNo", "DD1"), edit("note", "二")];
        let (status, answer) = submit(&house, id, other.clone()).await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::CONFLICT, &"TG-R4425".into())
        );
        house.settle().await;
        let (status, answer) = submit(&house, id, other).await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::CONFLICT, &"TG-R4425".into())
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_correction_that_was_turned_down_is_not_called_declared() {
    for test in each_engine() {
        let house = House::on(test).await;
        let id = accepted(house.accept(0, order(&house, "ZZ-R1332-", 8)).await);
        house.settle().await;
        // The word for which customs rejects it is still there.
        let same = || vec![edit("note", "未改单号")];
        let (status, first) = submit(&house, id, same()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{first}");
        house.settle().await;
        let (status, answer) = submit(&house, id, same()).await;
        assert_eq!(
            (status, &answer["code"]),
            (StatusCode::CONFLICT, &"TG-R4426".into())
        );
        assert_eq!(answer["messageId"], first["id"], "it says what to correct");
    }
}

/// A receipt for the order with this number, in time after what customs said before.
async fn told(house: &House, number: &str, status: i32, info: &str) {
    let xml = ceb::sample::receipt(
        &house.spec(0, Kind::Ceb312, 1),
        ceb::ReturnStatus(status),
        info,
    );
    let from = xml.find("<orderNo>").unwrap() + 9;
    let to = xml.find("</orderNo>").unwrap();
    let mut xml = format!("{}{number}{}", &xml[..from], &xml[to..]);
    let from = xml.find("<returnTime>").unwrap() + 12;
    let to = xml.find("</returnTime>").unwrap();
    let time = crate::receipt::return_time(house.shared.clock.now_ms() + 3_600_000);
    xml.replace_range(from..to, &time);
    let down = house.shared.customs.import_down.clone();
    let bodies = [bytes::Bytes::from(xml)];
    house.shared.queue.put(&down, &bodies).await.unwrap();
    crate::pipeline::drain(&house.shared).await.unwrap();
}

/// What was declared anew by another way is not declared once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_declared_anew_meanwhile_is_no_correction_any_more() {
    for test in each_engine() {
        let house = House::on(test).await;
        let xml = order(&house, "ZZ-R1332-", 10);
        let id = accepted(house.accept(0, xml.clone()).await);
        house.settle().await;
        assert_eq!(form(&house, 0, id).await.unwrap().documents.len(), 1);
        let mut again = xml;
        for old in ["guid=\"", "<ceb:guid>"] {
            let from = again.find(old).unwrap() + old.len();
            again.replace_range(from..from + 8, "0000000A");
        }
        accepted(house.accept(0, again).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        assert_eq!(form(&house, 0, id).await.unwrap_err(), "TG-R4421");
    }
}

/// What may have one value only is nobody's to type: it is put right and shown, and the rest is enough.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_be_one_value_only_is_put_right_by_itself() {
    for test in each_engine() {
        let house = House::on(test).await;
        let wrong = house
            .sample(0, Kind::Ceb311, 1)
            .replace("<ceb:orderType>I<", "<ceb:orderType>X<")
            .replace("<ceb:currency>142<", "<ceb:currency>502<");
        let id = accepted(house.accept(0, wrong).await);
        house.settle().await;
        let shown = form(&house, 0, id).await.unwrap();
        let fields = &shown.documents[0].fields;
        let fixed: Vec<_> = fields
            .iter()
            .filter(|field| field.element == "orderType")
            .collect();
        assert_eq!(fixed.len(), 1);
        assert_eq!(fixed[0].value, "I");
        assert_eq!(fixed[0].was.as_deref(), Some("X"));
        assert!(fixed[0].reasons.iter().any(|why| why.contains('I')));
        let (status, answer) = submit(&house, id, Vec::new()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        house.settle().await;
        assert_eq!(statuses(&house, id_of(&answer)).await, [2, 3, 120]);
    }
}
