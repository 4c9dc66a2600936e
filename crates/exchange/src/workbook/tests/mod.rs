//! Workbooks and JSON through the routes: templates filled in, files that are no workbooks, mistakes
//! at their cells, all or nothing.

mod files;
mod marked;
mod tables;

use super::http::{template, workbook_report};
use super::{Body, XLSX, codes, read};
use crate::intake::http::SubmitState;
use crate::preflight::{PreflightAnswer, http::preflight};
use crate::submit::submit;
use crate::testing::TestPlatform;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use ceb::Kind;
use ceb::form::{ColumnPart, columns, sample_rows};
use rstest::rstest;
use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::Path;

fn api(platform: &TestPlatform) -> Arc<SubmitState> {
    platform.submit_state()
}

fn request(
    platform: &TestPlatform,
    n: usize,
    kind: &str,
    body: impl Into<axum::body::Body>,
) -> Request {
    platform.request(n, kind, body)
}

async fn bytes(response: Response) -> (u16, Vec<u8>) {
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    (status, body.to_vec())
}

async fn submitted(
    platform: &TestPlatform,
    api: &Arc<SubmitState>,
    kind: &str,
    body: Vec<u8>,
) -> (u16, Value) {
    let answer = submit(
        platform.by(0).await,
        State(Arc::clone(api)),
        request(platform, 0, kind, body),
    )
    .await;
    let (status, body) = bytes(answer.into_response()).await;
    (status, serde_json::from_slice(&body).unwrap())
}

async fn checked(
    platform: &TestPlatform,
    api: &Arc<SubmitState>,
    kind: &str,
    body: Vec<u8>,
) -> Result<PreflightAnswer, String> {
    let answer = preflight(
        platform.by(0).await,
        State(Arc::clone(api)),
        request(platform, 0, kind, body),
    )
    .await;
    answer
        .map(|answer| answer.0)
        .map_err(|problem| problem.code)
}

/// Cell, code of each finding.
fn findings(answer: &Value) -> Vec<String> {
    let list = answer["findings"].as_array().unwrap();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    list.iter()
        .map(|finding| format!("{} {}", text(finding, "cell"), text(finding, "code")))
        .collect()
}

/// A sheet as the template has it, with documents made from the sample: `change` may replace cells.
fn fill(
    sheet: &mut Worksheet,
    kind: Kind,
    n: usize,
    change: impl Fn(usize, &str) -> Option<String>,
) {
    sheet.set_name(kind.chinese()).unwrap();
    let columns = columns(kind);
    for (at, column) in (0_u16..).zip(&columns) {
        sheet.write_string(0, at, &column.chinese).unwrap();
        sheet.write_string(1, at, &column.name).unwrap();
    }
    let rows = sample_rows(kind);
    // One document is the sample itself but for what the test changes.
    for document in 0..n {
        for (line, row) in rows.iter().enumerate() {
            let number = document * rows.len() + line;
            for (at, column) in (0_u16..).zip(&columns) {
                let found = row.iter().find(|(part, element, _)| {
                    *part == column.part && *element == column.field.element
                });
                let is_key = column.part == ColumnPart::Head
                    && kind.spec().key.last() == Some(&column.field.element);
                let value = found.map(|(_, _, value)| match is_key {
                    true if n > 1 => format!("{value}{document:02}"),
                    true => value.clone(),
                    false => value.clone(),
                });
                let value = change(number, &column.name).or(value).unwrap_or_default();
                sheet
                    .write_string(u32::try_from(number + 2).unwrap(), at, value)
                    .unwrap();
            }
        }
    }
}

fn workbook(kind: Kind, n: usize, change: impl Fn(usize, &str) -> Option<String>) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), kind, n, change);
    workbook.save_to_buffer().unwrap()
}

fn unchanged(_: usize, _: &str) -> Option<String> {
    None
}

/// Another note in the first row makes the sample a document of one's own.
fn noted(row: usize, name: &str) -> Option<String> {
    (row == 0 && name == "note").then(|| "改".to_owned())
}

fn cell_of(kind: Kind, name: &str, row: u32) -> String {
    let at = columns(kind)
        .iter()
        .position(|column| column.name == name)
        .unwrap();
    let column = u32::try_from(at + 1).unwrap();
    format!(
        "{}!{}",
        kind.chinese(),
        ceb::form::xlsx::cell_name(row, column)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_template_of_every_kind_reads_back_and_declares_nothing() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    for kind in Kind::ALL {
        let path = Path(kind.code().to_owned());
        let answer = template(platform.by(0).await, State(Arc::clone(&api)), path).await;
        if !kind.is_declaration() {
            assert_eq!(answer.err().unwrap().code, codes::NO_TEMPLATE.code);
            continue;
        }
        let (status, file) = bytes(answer.unwrap()).await;
        assert_eq!(status, 200);
        let problem = read(Body::Workbook, &file)
            .err()
            .map(|problem| problem.code);
        assert_eq!(
            problem.as_deref(),
            Some(codes::NOTHING_DECLARED.code),
            "{kind}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workbook_of_every_kind_is_accepted_and_goes_to_customs(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let api = api(&platform);
    let mut ids = Vec::new();
    for kind in Kind::ALL
        .iter()
        .copied()
        .filter(|kind| kind.is_declaration())
    {
        let file = workbook(kind, 1, noted);
        let answer = checked(&platform, &api, XLSX, file.clone()).await.unwrap();
        assert!(answer.ok, "{kind}: {:?}", answer.findings);
        assert_eq!(answer.documents.len(), 1);
        assert!(answer.documents[0].key.is_some());
        let (status, answer) = submitted(&platform, &api, XLSX, file).await;
        assert_eq!(status, 202, "{answer}");
        let id = answer["items"][0]["id"].as_str().unwrap();
        ids.push((kind, crate::message::MessageId::parse(id).unwrap()));
    }
    platform.settle().await;
    for (kind, id) in ids {
        let state = platform.state(0, id).await;
        assert!(
            ["sent", "answered", "settled"].contains(&&*state),
            "{kind} {state}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_mistake_refuses_all_of_it_and_is_reported_at_its_cell(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let api = api(&platform);
    let kind = Kind::Ceb311;
    let wrong = |row: usize, name: &str| {
        (row == 2 && name == "buyerIdNumber").then(|| "110101199001010019".to_owned())
    };
    let file = workbook(kind, 3, wrong);
    let (status, answer) = submitted(&platform, &api, XLSX, file.clone()).await;
    assert_eq!(
        (status, answer["code"].as_str()),
        (422, Some(codes::FINDINGS.code))
    );
    let expected = [format!("{} TG-E1312", cell_of(kind, "buyerIdNumber", 5))];
    let found = findings(&answer);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].split(' ').next(), expected[0].split(' ').next());
    let sight = platform.sight(0);
    let stored = platform
        .shared
        .db
        .read(move |tx| crate::finder::list(tx, &sight, &crate::finder::Filter::default(), 10));
    assert_eq!(stored.await.unwrap(), Vec::new());
    let report = workbook_report(
        platform.by(0).await,
        State(Arc::clone(&api)),
        request(&platform, 0, XLSX, file),
    )
    .await;
    let (status, marked) = bytes(report.unwrap()).await;
    assert_eq!(status, 200);
    // The marked workbook says the same and may be handed in again.
    let (_, again) = submitted(&platform, &api, XLSX, marked).await;
    assert_eq!(findings(&again), found);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_workbook_twice_is_declared_once(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let api = api(&platform);
    let no_time = |_: usize, name: &str| (name == "appTime").then(String::new);
    let file = workbook(Kind::Ceb411, 120, no_time);
    let (status, first) = submitted(&platform, &api, XLSX, file.clone()).await;
    assert_eq!(status, 202, "{first}");
    let sizes: Vec<u64> = first["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["nDocuments"].as_u64().unwrap())
        .collect();
    assert_eq!(sizes, [100, 20]);
    platform.clock.advance(Duration::from_secs(90));
    let (status, again) = submitted(&platform, &api, XLSX, file).await;
    assert_eq!(status, 202);
    for at in 0..2 {
        assert_eq!(again["items"][at]["id"], first["items"][at]["id"]);
        assert_eq!(again["items"][at]["duplicate"], Value::Bool(true));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_is_accepted_or_reported_by_line() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let rows = sample_rows(Kind::Ceb411);
    let members: Vec<String> = rows[0]
        .iter()
        .map(|(_, element, value)| format!("  \"{element}\": \"{value}\""))
        .collect();
    let json = format!(
        "{{\"kind\": \"CEB411\", \"documents\": [{{\n{}\n}}]}}",
        members.join(",\n")
    );
    let (status, answer) =
        submitted(&platform, &api, "application/json", json.clone().into()).await;
    assert_eq!((status, answer["kind"].as_str()), (202, Some("CEB411")));
    let wrong = json.replace("\"amountPaid\": \"", "\"amountPaid\": \"-");
    let (status, answer) =
        submitted(&platform, &api, "application/json", wrong.clone().into()).await;
    assert_eq!(status, 422);
    let line = 1 + wrong
        .lines()
        .position(|line| line.contains("amountPaid"))
        .unwrap();
    assert_eq!(
        answer["findings"][0]["line"].as_u64(),
        u64::try_from(line).ok()
    );
    assert_eq!(answer["findings"][0]["path"], "/documents/0/amountPaid");
    // XML is XML as before, and the preflight says what the check would.
    let xml = platform.sample(0, Kind::Ceb311, 5);
    let answer = checked(&platform, &api, "application/xml", xml.clone().into())
        .await
        .unwrap();
    assert!(answer.ok && answer.documents.len() == 1);
    let bad = xml.replace("<ceb:appType>1", "<ceb:appType>7");
    let answer = checked(&platform, &api, "application/xml", bad.into())
        .await
        .unwrap();
    assert!(!answer.ok && answer.findings[0].finding.line > 1);
    let foreign = platform.sample(1, Kind::Ceb311, 5);
    assert_eq!(
        checked(&platform, &api, "application/xml", foreign.into())
            .await
            .err()
            .as_deref(),
        Some("TG-R4031")
    );
}
