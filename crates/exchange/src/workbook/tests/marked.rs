//! Workbooks with mistakes: how many there are said to be, and where they are when the marked copy comes back.

use super::{api, bytes, cell_of, fill, findings, request, submitted};
use crate::testing::TestPlatform;
use crate::workbook::XLSX;
use crate::workbook::http::workbook_report;
use axum::extract::State;
use ceb::Kind;
use rust_xlsxwriter::Workbook;
use std::sync::Arc;

/// Two sheets with three rows each: a letter instead of an amount in the second row of both, and less than nothing
/// in the third.
fn wrong() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let change = |row: usize, name: &str| match (row, name) {
        (_, "note") => Some("改".to_owned()),
        (1, "amountPaid" | "freight") => Some("x".to_owned()),
        (2, "amountPaid" | "weight") => Some("-1".to_owned()),
        _ => None,
    };
    fill(workbook.add_worksheet(), Kind::Ceb411, 3, change);
    fill(workbook.add_worksheet(), Kind::Ceb511, 3, change);
    workbook.save_to_buffer().unwrap()
}

/// "3 处拒收" counts what is listed, and the marked workbook, in which the sheets stand after a list, names the
/// same cells when it is handed in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_mistakes_are_counted_as_listed_and_the_marked_copy_names_the_same_cells() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let (status, first) = submitted(&platform, &api, XLSX, wrong()).await;
    assert_eq!(status, 422, "{first}");
    let found = findings(&first);
    for expected in [
        cell_of(Kind::Ceb411, "amountPaid", 4),
        cell_of(Kind::Ceb411, "amountPaid", 5),
        cell_of(Kind::Ceb511, "freight", 4),
        cell_of(Kind::Ceb511, "weight", 5),
    ] {
        let is_here = |one: &&String| one.split(' ').next() == Some(&expected);
        assert_eq!(found.iter().filter(is_here).count(), 1, "{found:?}");
    }
    let list = first["findings"].as_array().unwrap();
    let n_of = |severity: &str| {
        list.iter()
            .filter(|one| one["severity"] == severity)
            .count()
    };
    let counted = [("refuse", "拒收"), ("warn", "警告"), ("note", "提示")]
        .map(|(name, chinese)| (n_of(name), chinese))
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, chinese)| format!("{n} 处{chinese}"));
    let counted = counted.collect::<Vec<_>>().join("，");
    assert_eq!(first["detail"], counted.as_str());
    let report = workbook_report(
        platform.by(0).await,
        State(Arc::clone(&api)),
        request(&platform, 0, XLSX, wrong()),
    )
    .await;
    let (status, marked) = bytes(report.unwrap()).await;
    assert_eq!(status, 200);
    let (status, again) = submitted(&platform, &api, XLSX, marked).await;
    assert_eq!(status, 422, "{again}");
    assert_eq!(findings(&again), found);
    assert_eq!(again["detail"], first["detail"]);
}
