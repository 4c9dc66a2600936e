//! Workbooks that read back as the list, without formulas, audited.

use crate::testing::TestPlatform;
use ceb::form::grid::Cell;
use ceb::form::xlsx::{Parts, read};
use std::fs::File;
use std::io::Read;
use web::sheet::{Book, SheetValue};
use zip::ZipArchive;

fn parts(file: File) -> Parts {
    let mut archive = ZipArchive::new(file).unwrap();
    let mut parts = Parts::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut part = Vec::new();
        entry.read_to_end(&mut part).unwrap();
        parts.insert(name, part);
    }
    parts
}

#[test]
fn text_that_looks_like_a_formula_stays_text_and_sheets_follow_each_other() {
    let columns = vec![("甲".into(), 10), ("乙".into(), 10)];
    let mut book = Book::with_rows("表", columns, 3).unwrap();
    let bad = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "=cmd|' /C calc'!A0",
        "平",
    ];
    for (n, text) in (0_i64..).zip(bad) {
        book.row(&[SheetValue::from(text), SheetValue::from(n)])
            .unwrap();
    }
    let (file, n_bytes) = book.finish().unwrap();
    assert!(n_bytes > 0);
    let parts = parts(file);
    let all: String = parts
        .values()
        .map(|part| String::from_utf8_lossy(part))
        .collect();
    assert!(!all.contains("<f>"), "a formula was written");
    assert!(all.contains("quotePrefix=\"1\""));
    let sheets = read(&parts).unwrap();
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["表", "表 (2)", "表 (3)"]);
    let texts: Vec<Cell> = sheets
        .iter()
        .flat_map(|(_, sheet)| sheet.rows.iter().skip(1).map(|row| row[0].clone()))
        .collect();
    assert_eq!(texts.len(), bad.len());
    assert_eq!(texts[0], Cell::Text("=1+1".to_owned()));
    assert_eq!(texts[6], Cell::Text(bad[6].to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_exports_nothing() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let refused = platform
        .let_in::<super::http::ExportReceipts>(0)
        .await
        .err();
    assert_eq!(refused.unwrap().code, "TG-R4601");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_company_that_exports_leaves_a_turn_for_another() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let exports = super::http::Exports {
        api: platform.api(),
        turns: web::shares::Shares::new("exports", 2, 1),
    };
    let _turn = exports.turn(&platform.programs[0]).await.unwrap();
    let own = platform.programs[0].holder();
    assert!(exports.turns.try_take(&own, 1).is_err(), "it has its share");
    assert!(exports.turn(&platform.programs[1]).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_list_was_narrowed_to_is_written_in_words() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let company = platform.company(0);
    platform.shared.directory.refresh().await.unwrap();
    let asked = |text: String| {
        let axum::extract::Query(query) = axum::extract::Query::try_from_uri(
            &format!("/?{text}").parse::<axum::http::Uri>().unwrap(),
        )
        .unwrap();
        let directory = &platform.shared.directory;
        let filter = crate::query::http::filter(query, None, directory).unwrap();
        crate::query::words(&filter, directory)
    };
    assert_eq!(asked(String::new()), "");
    let id = company.id.0;
    let narrowed = asked(format!(
        "kind=311&state=refused&direction=import&company={id}&from=2026-11-28&orderNo=A"
    ));
    assert_eq!(
        narrowed,
        format!(
            "报文类型 进口订单CEB311，状态 平台拒收，进出口 进口，企业 {}，订单编号 A，开始 2026-11-28",
            company.name
        )
    );
}

#[test]
fn a_moment_is_a_date_of_the_spreadsheet_in_beijing() {
    let mut book = Book::new("表", vec![("时间".into(), 20)]).unwrap();
    // 2026-11-24 06:23:35 in Beijing.
    for value in [
        SheetValue::Time(1_795_472_615_206),
        SheetValue::Time(i64::MAX),
    ] {
        book.row(&[value]).unwrap();
    }
    let (file, _) = book.finish().unwrap();
    let sheets = read(&parts(file)).unwrap();
    let cells: Vec<&Cell> = sheets[0].1.rows.iter().skip(1).map(|row| &row[0]).collect();
    assert!(
        matches!(cells[0], Cell::Moment(digits) if digits.starts_with("20261124062335")),
        "{cells:?}"
    );
}
