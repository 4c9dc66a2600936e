//! The workbook of rejected rows: what stands in it, and that the platform takes it when it comes back.

use super::part::{asks, two_orders};
use super::{answer_order, order, read};
use crate::correction::http::{CorrectionWorkbookBody, correction_workbook};
use crate::message::MessageId;
use crate::submit::submit as hand_in;
use crate::testing::{TestPlatform, accepted};
use crate::workbook::XLSX;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use ceb::Kind;
use ceb::form::xlsx::{self, cell_name, part_name};
use ceb::form::{ColumnPart, columns};
use registry::role::Role;
use rstest::rstest;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::JsonBody;
use zip::ZipArchive;

const KIND: Kind = Kind::Ceb311;

/// The red of cells that customs or the platform named.
const RED: &str = "FFFF7C80";

/// A workbook as a spreadsheet would read it.
struct Book {
    bytes: Vec<u8>,
    parts: BTreeMap<String, Vec<u8>>,
    sheets: Vec<(String, Vec<Vec<String>>)>,
}

impl Book {
    fn of(bytes: Vec<u8>) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(&bytes[..])).unwrap();
        let mut parts = BTreeMap::new();
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).unwrap();
            let name = part_name(&entry.name().unwrap());
            let mut part = Vec::new();
            entry.read_to_end(&mut part).unwrap();
            parts.insert(name, part);
        }
        drop(archive);
        let texts = |sheet: ceb::form::grid::Sheet| {
            let rows = sheet.rows.into_iter();
            rows.map(|row| row.iter().map(|cell| cell.shown()).collect())
                .collect()
        };
        let sheets = xlsx::read(&parts).unwrap().into_iter();
        let sheets = sheets.map(|(name, sheet)| (name, texts(sheet))).collect();
        Self {
            bytes,
            parts,
            sheets,
        }
    }

    fn sheet(&self, name: &str) -> &[Vec<String>] {
        let found = self.sheets.iter().find(|(known, _)| known == name);
        &found.unwrap().1
    }

    fn part(&self, name: &str) -> &str {
        std::str::from_utf8(&self.parts[name]).unwrap()
    }

    /// The red cells of the first sheet.
    fn red(&self) -> Vec<String> {
        let styles = self.part("xl/styles.xml");
        let between = |from: &str, to: &str| {
            let rest = &styles[styles.find(from).unwrap()..];
            &rest[..rest.find(to).unwrap()]
        };
        let fills = between("<fills", "</fills>").split("<fill>").skip(1);
        let fills: Vec<String> = (0..)
            .zip(fills)
            .filter(|(_, fill)| fill.contains(RED))
            .map(|(at, _): (usize, _)| format!("fillId=\"{at}\""))
            .collect();
        let formats = between("<cellXfs", "</cellXfs>").split("<xf ").skip(1);
        let formats: Vec<String> = (0..)
            .zip(formats)
            .filter(|(_, format)| fills.iter().any(|fill| format.contains(fill)))
            .map(|(at, _): (usize, _)| format!("s=\"{at}\""))
            .collect();
        let cells = self.part("xl/worksheets/sheet1.xml");
        let cells = cells.split("<c r=\"").skip(1);
        cells
            .filter(|cell| {
                let head = &cell[..cell.find('>').unwrap()];
                formats.iter().any(|format| head.contains(format))
            })
            .map(|cell| cell[..cell.find('"').unwrap()].to_owned())
            .collect()
    }

    /// The note at a cell of the first sheet.
    fn note(&self, cell: &str) -> &str {
        let notes = self.part("xl/comments1.xml");
        let rest = &notes[notes.find(&format!("<comment ref=\"{cell}\"")).unwrap()..];
        &rest[..rest.find("</comment>").unwrap()]
    }
}

/// The column of an element of the head, from 0.
fn column(element: &str) -> usize {
    let is = |one: &ceb::form::Column| one.part == ColumnPart::Head && one.field.element == element;
    columns(KIND).iter().position(is).unwrap()
}

fn cell(row: u32, element: &str) -> String {
    cell_name(row, u32::try_from(column(element) + 1).unwrap())
}

async fn taken(platform: &TestPlatform, messages: &[MessageId]) -> Book {
    let by = platform.by_person(Role::CompanyClerk, Some(0)).await;
    let body = CorrectionWorkbookBody {
        messages: messages.iter().map(ToString::to_string).collect(),
        reason: "更正退单".to_owned(),
    };
    let answer = correction_workbook(by, State(platform.submit_state()), JsonBody(body)).await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
    Book::of(bytes.unwrap().to_vec())
}

async fn uploaded(platform: &TestPlatform, book: &Book) -> (StatusCode, Value) {
    let request = platform.request(0, XLSX, book.bytes.clone());
    let answer = hand_in(
        platform.by(0).await,
        State(platform.submit_state()),
        request,
    )
    .await;
    read(answer.into_response()).await
}

/// The rows that a message of orders has in the template: each cell as declared, but for the moment.
fn expected(xml: &str) -> Vec<Vec<String>> {
    let message = ceb::parse(xml.as_bytes(), ceb::Profile::Strict).message;
    let message = message.unwrap();
    let mut rows = Vec::new();
    for document in &message.documents {
        for (at, line) in document.lines.iter().enumerate() {
            let value = |column: &ceb::form::Column| {
                let element = &*column.field.element;
                let record = match column.part {
                    ColumnPart::Line => line,
                    // Later rows repeat the key only.
                    ColumnPart::Head if at == 0 || ["orderNo", "ebpCode"].contains(&element) => {
                        &document.head
                    }
                    ColumnPart::Head => return String::new(),
                };
                match element {
                    "appTime" => String::new(),
                    _ => record.get(element).unwrap_or_default().to_owned(),
                }
            };
            rows.push(columns(KIND).iter().map(value).collect());
        }
    }
    rows
}

/// Takes off empty cells at the end of a row: a sheet does not have them.
fn trimmed(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let trim = |row: &Vec<String>| {
        let n_used = row.iter().rposition(|cell| !cell.is_empty());
        row[..n_used.map_or(0, |last| last + 1)].to_vec()
    };
    rows.iter().map(trim).collect()
}

/// A workbook of several rejected messages has every rejected row with its values and a sheet that tells
/// the reason of each, and the platform accepts it when it is uploaded.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejected_rows_come_as_a_workbook_and_are_accepted_when_it_comes_back(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (two, [first, second]) = two_orders(&platform, 31).await;
    let amounts = "[Code:1332;Desc:支付金额不一致],[OrderHead.acturalPaid:1]";
    answer_order(&platform, &first, 100, amounts).await;
    answer_order(&platform, &second, -621_018, "系统异常").await;
    let xml = order(&platform, "ZZ-R1332-", 32);
    let one = accepted(platform.accept(0, xml.clone()).await);
    platform.settle().await;
    let book = taken(&platform, &[two, one]).await;
    let mut spec = platform.spec(0, KIND, 31);
    spec.n_documents = 2;
    let mut rows = expected(&ceb::sample::message(&spec));
    let n_of_two = rows.len();
    rows.extend(expected(&xml));
    let found = &book.sheet(KIND.chinese())[2..];
    assert_eq!(trimmed(found), trimmed(&rows));
    // The cell that customs named is red, and its note says why.
    let named = cell(3, "acturalPaid");
    assert!(book.red().contains(&named), "{:?}", book.red());
    assert!(book.note(&named).contains("支付金额不一致"));
    // Each document has a line among the reasons, with the row where it stands.
    let reasons = &book.sheet(crate::workbook::SUMMARY_SHEET)[1..];
    let of = |number: &str| {
        let is = |row: &&Vec<String>| row.get(3).is_some_and(|key| key.contains(number));
        reasons.iter().find(is).unwrap()
    };
    let reports_of = |row: &Vec<String>| (row[0].clone(), row[1].clone(), row[2].clone());
    let sheet = KIND.chinese().to_owned();
    let row = |at: usize| (at + 3).to_string();
    assert_eq!(
        reports_of(of(&first)),
        (two.acceptance_no(), sheet.clone(), row(0))
    );
    assert_eq!(
        reports_of(of(&second)),
        (two.acceptance_no(), sheet.clone(), row(n_of_two / 2))
    );
    assert_eq!(
        reports_of(of("ZZ-R1332")),
        (one.acceptance_no(), sheet, row(n_of_two))
    );
    assert_eq!(of(&first)[5], amounts);
    assert!(of(&second)[5].contains("系统异常") && !of(&second)[6].is_empty());
    let (status, answer) = uploaded(&platform, &book).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let items = answer["items"].as_array().unwrap().iter();
    let n_documents = items.map(|item| item["nDocuments"].as_u64().unwrap());
    assert_eq!(n_documents.sum::<u64>(), 3);
    platform.settle().await;
    assert!(!asks(&platform, two).await && !asks(&platform, one).await);
}

/// What the platform refused has its field in red with the reason, and is refused there when nothing was
/// put right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_the_platform_named_is_red_and_still_wrong_when_it_comes_back_unchanged() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let wrong = order(&platform, "1", 2).replacen("<ceb:discount>0.00", "<ceb:discount>x", 1);
    let id = accepted(platform.accept(0, wrong).await);
    platform.settle().await;
    let book = taken(&platform, &[id]).await;
    let named = cell(3, "discount");
    assert_eq!(book.red(), std::slice::from_ref(&named));
    let reason = &book.sheet(crate::workbook::SUMMARY_SHEET)[1];
    assert!(reason[5].starts_with("TG-E"), "{reason:?}");
    assert!(book.note(&named).contains(&reason[5]), "{reason:?}");
    let (status, answer) = uploaded(&platform, &book).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    let at = answer["findings"][0]["cell"].as_str().unwrap();
    assert_eq!(at, format!("{}!{named}", KIND.chinese()));
}
