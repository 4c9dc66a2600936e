//! Tables as text, archives of other makers, and forms that become several messages.

use super::{api, checked, fill, noted, submitted, workbook};
use crate::testing::TestPlatform;
use crate::workbook::{Body, XLSX, origin, read};
use ceb::Kind;
use ceb::form::{ColumnPart, columns, sample_rows};
use rstest::rstest;
use rust_xlsxwriter::Workbook;
use std::io::{Cursor, Read, Write};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use zip::ZipArchive;
use zip::write::SimpleFileOptions;

/// The template of a kind with the sample made a document of one's own, as text.
fn table(kind: Kind, separator: &str, note: &str) -> String {
    let columns = columns(kind);
    let quoted = |text: &str| match text.contains([',', '"', '\n', ';']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let mut lines = vec![
        columns
            .iter()
            .map(|column| quoted(&column.chinese))
            .collect::<Vec<_>>(),
        columns.iter().map(|column| column.name.clone()).collect(),
    ];
    for (at, row) in sample_rows(kind).iter().enumerate() {
        let value = |column: &ceb::form::Column| {
            let is_note =
                column.part == ColumnPart::Head && column.field.element == "note" && at == 0;
            let found = row.iter().find(|(part, element, _)| {
                *part == column.part && *element == column.field.element
            });
            match (is_note, found) {
                (true, _) => quoted(note),
                (false, Some((_, _, value))) => quoted(value),
                (false, None) => String::new(),
            }
        };
        lines.push(columns.iter().map(value).collect());
    }
    let lines: Vec<String> = lines.iter().map(|line| line.join(separator)).collect();
    lines.join("\r\n")
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_as_text_is_accepted_in_every_usual_encoding() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let text = table(Kind::Ceb311, ",", "两行,\"引号\"\n第二行；备注");
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "GBK",
            encoding_rs::GBK.encode(&text).0.into_owned(),
            "text/csv",
        ),
        (
            "UTF-8",
            text.clone().into_bytes(),
            "application/vnd.ms-excel",
        ),
        (
            "UTF-8 with its mark",
            format!("\u{FEFF}{text}").into_bytes(),
            "application/octet-stream",
        ),
        ("UTF-16", utf16(&text, u16::to_le_bytes), "text/csv"),
        (
            "UTF-16, big end first",
            utf16(&text, u16::to_be_bytes),
            "text/csv",
        ),
        ("tabs", table(Kind::Ceb311, "\t", "制表").into_bytes(), ""),
        (
            "semicolons",
            format!("sep=;\r\n{}", table(Kind::Ceb311, ";", "分号")).into_bytes(),
            "text/plain",
        ),
        (
            "payment",
            table(Kind::Ceb411, ",", "支付").into_bytes(),
            "text/csv",
        ),
    ];
    for (name, file, kind) in files {
        let (status, answer) = submitted(&platform, &api, kind, file).await;
        assert_eq!(status, 202, "{name}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_as_text_that_is_wrong_or_is_none_says_so() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let text = table(Kind::Ceb311, ",", "备注");
    let wrong = text.replacen("\r\n1,", "\r\n7,", 1);
    assert_ne!(wrong, text);
    let (status, answer) = submitted(&platform, &api, "text/csv", wrong.into()).await;
    assert_eq!(
        (status, &*super::findings(&answer)[0]),
        (422, "进口订单!A3 TG-E1304")
    );
    let detail = answer["detail"].as_str();
    assert_eq!(
        detail,
        Some("1 处拒收"),
        "what is counted is what is listed"
    );
    let parts: [(&str, &[u8]); 2] = [("_rels/.rels", b"<x/>"), ("word/document.xml", b"<x/>")];
    let word = super::files::archive(&parts);
    for kind in [
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        XLSX,
        "",
    ] {
        let (status, answer) = submitted(&platform, &api, kind, word.clone()).await;
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert!(
            status == 400 && detail.contains("Word 文档（.docx）"),
            "{kind}: {answer}"
        );
    }
    // Without element names nobody knows what it is, and the answer says so.
    for (kind, file) in [
        ("text/csv", "订单编号,金额,备注,状态\n1,2,3,4"),
        ("", "a,b,c,d\n1,2,3,4"),
    ] {
        let (status, answer) = submitted(&platform, &api, kind, file.into()).await;
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert_eq!((status, answer["code"].as_str()), (400, Some("TG-R4408")));
        assert!(detail.contains("元素名"), "{detail}");
    }
}

type Rename = fn(&str) -> String;

/// The same archive with other names of its entries.
fn renamed(file: &[u8], name: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let new = name(&entry.name().unwrap());
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        writer
            .start_file(new, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn archives_of_other_makers_are_read_whatever_they_call_their_parts() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let good = workbook(Kind::Ceb311, 1, noted);
    let names: [(&str, Rename); 5] = [
        ("backslashes", |name| name.replace('/', "\\")),
        ("capitals", |name| name.to_ascii_uppercase()),
        ("a leading slash", |name| format!("/{name}")),
        ("a leading dot", |name| format!("./{name}")),
        ("all of them", |name| {
            format!("\\{}", name.replace("sheet", "Sheet").replace('/', "\\"))
        }),
    ];
    for (what, name) in names {
        let answer = checked(&platform, &api, XLSX, renamed(&good, name)).await;
        assert!(
            answer.is_ok_and(|answer| answer.ok && answer.documents.len() == 1),
            "{what}"
        );
    }
}

/// An order and its payment in one workbook.
fn two_sheets(paid: &'static str) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(
        book.add_worksheet(),
        Kind::Ceb311,
        1,
        |row, name| match name {
            "orderNo" => Some("SO1".to_owned()),
            _ => noted(row, name),
        },
    );
    fill(
        book.add_worksheet(),
        Kind::Ceb411,
        1,
        |row, name| match name {
            "orderNo" => Some("SO1".to_owned()),
            "amountPaid" => Some(paid.to_owned()),
            _ => noted(row, name),
        },
    );
    book.save_to_buffer().unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_several_messages_is_accepted_whole_or_not_at_all(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let api = api(&platform);
    let file = two_sheets("10");
    // Somebody has used the guid of the second message for something else.
    let form = read(Body::Workbook, &file).unwrap();
    let made = form.remade(&origin(platform.company(0), 1_767_576_600_000, true));
    let other = made[1]
        .made
        .xml
        .replacen("<ceb:amountPaid>10<", "<ceb:amountPaid>11<", 1);
    assert_ne!(other, made[1].made.xml);
    let (status, _) = submitted(&platform, &api, "application/xml", other.into()).await;
    assert_eq!(status, 202);
    let (status, answer) = submitted(&platform, &api, XLSX, file).await;
    assert_eq!(
        (status, answer["code"].as_str()),
        (409, Some("TG-R4090")),
        "{answer}"
    );
    let mut alone = Workbook::new();
    fill(
        alone.add_worksheet(),
        Kind::Ceb311,
        1,
        |row, name| match name {
            "orderNo" => Some("SO1".to_owned()),
            _ => noted(row, name),
        },
    );
    let alone = alone.save_to_buffer().unwrap();
    let (status, first) = submitted(&platform, &api, XLSX, alone.clone()).await;
    assert_eq!(
        (status, &first["items"][0]["duplicate"]),
        (202, &false.into()),
        "nothing was kept"
    );
    // What is there already is called a duplicate, and the rest comes in.
    let (status, both) = submitted(&platform, &api, XLSX, two_sheets("12")).await;
    assert_eq!(status, 202);
    assert_eq!(both["items"][0]["id"], first["items"][0]["id"]);
    assert_eq!(both["items"][0]["duplicate"], true);
    assert_eq!(both["items"][1]["duplicate"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_between_documents_is_reported_at_its_cell_too() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let answer = checked(&platform, &api, XLSX, two_sheets("1.23"))
        .await
        .unwrap();
    let paid: Vec<_> = answer
        .findings
        .iter()
        .filter(|one| one.finding.code == "TG-E1901")
        .map(|one| one.finding.cell.clone().unwrap_or_default())
        .collect();
    assert_eq!(paid.len(), 2, "{:?}", answer.findings);
    assert!(
        paid.contains(&super::cell_of(Kind::Ceb311, "acturalPaid", 3)),
        "{paid:?}"
    );
    assert!(
        paid.contains(&super::cell_of(Kind::Ceb411, "amountPaid", 3)),
        "{paid:?}"
    );
}
