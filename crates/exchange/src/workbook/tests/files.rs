//! Files that are no good workbooks, and what spreadsheets do to values.

use super::{api, cell_of, checked, fill, findings, noted, submitted, unchanged, workbook};
use crate::testing::TestPlatform;
use crate::workbook::XLSX;
use ceb::Kind;
use ceb::form::columns;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// An archive with these entries.
pub(super) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_are_no_good_workbooks_get_a_clear_answer() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let good = workbook(Kind::Ceb311, 1, noted);
    let zeros = vec![b' '; 65 << 20];
    let bomb = archive(&[("_rels/.rels", b"<x/>"), ("xl/workbook.xml", &zeros)]);
    assert!(
        bomb.len() < 1 << 20,
        "the bomb is small before it is unpacked"
    );
    let mut many = Workbook::new();
    let sheet = many.add_worksheet();
    fill(sheet, Kind::Ceb411, 1, noted);
    sheet.write_string(99_999, 0, "1").unwrap();
    let mut wide = Workbook::new();
    fill(wide.add_worksheet(), Kind::Ceb411, 1, noted);
    wide.worksheet_from_index(0)
        .unwrap()
        .write_string(0, 16_000, "1")
        .unwrap();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "TG-R4401"),
        (
            "xls",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old".to_vec(),
            "TG-R4401",
        ),
        ("csv", "orderNo,note,price\n1,2,3\n".into(), "TG-R4408"),
        ("html", b"<html></html>".to_vec(), "TG-R4401"),
        ("pdf", b"%PDF-1.7".to_vec(), "TG-R4401"),
        (
            "docx",
            archive(&[("_rels/.rels", b"<x/>"), ("word/document.xml", b"<x/>")]),
            "TG-R4401",
        ),
        ("zip", archive(&[("a.txt", b"1")]), "TG-R4401"),
        (
            "xlsb",
            archive(&[("_rels/.rels", b"<x/>"), ("xl/workbook.bin", b"1")]),
            "TG-R4401",
        ),
        ("cut", good[..good.len() / 2].to_vec(), "TG-R4402"),
        ("hollow", archive(&[("_rels/.rels", b"<x/>")]), "TG-R4402"),
        ("bomb", bomb, "TG-R4403"),
        ("rows", many.save_to_buffer().unwrap(), "TG-R4403"),
        ("columns", wide.save_to_buffer().unwrap(), "TG-R4403"),
        (
            "empty",
            Workbook::new().save_to_buffer().unwrap(),
            "TG-R4402",
        ),
        ("blank", workbook(Kind::Ceb311, 1, unchanged), "TG-R4404"),
    ];
    for (name, file, expected) in cases {
        let outcome = checked(&platform, &api, XLSX, file.clone()).await;
        // A workbook without any sheet gets one when it is saved: it is blank.
        let found = outcome.err();
        let expected = if name == "empty" {
            "TG-R4404"
        } else {
            expected
        };
        assert_eq!(found.as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn files_of_other_kinds_are_called_by_their_names() {
    let mut password = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    let name = "EncryptedPackage".encode_utf16();
    password.extend(name.flat_map(u16::to_le_bytes));
    let part = |name: &str| archive(&[("_rels/.rels", b"<x/>"), (name, b"1")]);
    let cases: [(Vec<u8>, &str); 5] = [
        (password, "密码"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old".to_vec(), ".xls"),
        (part("xl/workbook.bin"), ".xlsb"),
        (part("xl/vbaProject.bin"), "宏"),
        (part("xl/externalLinks/externalLink1.xml"), "链接"),
    ];
    for (file, word) in cases {
        let problem = crate::workbook::unpack::parts(&file).unwrap_err();
        assert_eq!(problem.code, "TG-R4401", "{word}");
        let detail = problem.detail.unwrap_or_default();
        assert!(detail.contains(word), "{detail}");
    }
}

/// What a spreadsheet makes of a value.
#[derive(Debug)]
enum Made {
    Number(f64),
    Date(f64),
    Truth,
    Formula,
    Merged,
}

fn put(sheet: &mut Worksheet, name: &str, made: &Made) {
    let at = columns(Kind::Ceb311)
        .iter()
        .position(|column| column.name == name);
    let column = u16::try_from(at.unwrap()).unwrap();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    match made {
        Made::Number(number) => sheet.write_number(2, column, *number),
        Made::Date(number) => sheet.write_number_with_format(2, column, *number, &date),
        Made::Truth => sheet.write_boolean(2, column, true),
        Made::Formula => sheet.write_formula(2, column, Formula::new("=1+1")),
        Made::Merged => sheet.merge_range(2, column, 3, column, "合", &plain),
    }
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_spreadsheets_do_to_values_is_reported_at_the_cell() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let kind = Kind::Ceb311;
    let cases = [
        ("OrderList/unit", Made::Number(35.0), "TG-E1706"),
        (
            "buyerIdNumber",
            Made::Number(110_101_199_001_010_019.0),
            "TG-E1707",
        ),
        ("goodsValue", Made::Formula, "TG-E1708"),
        ("consignee", Made::Truth, "TG-E1704"),
        ("orderNo", Made::Date(46027.0), "TG-E1704"),
        ("note", Made::Merged, "TG-E1709"),
        ("appTime", Made::Date(46027.5), ""),
        ("freight", Made::Number(5.0), "TG-E1401"),
    ];
    for (name, made, expected) in cases {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        fill(sheet, kind, 1, noted);
        put(sheet, name, &made);
        let file = book.save_to_buffer().unwrap();
        let answer = checked(&platform, &api, XLSX, file).await.unwrap();
        let found = answer.findings.iter().map(|finding| {
            let cell = finding.finding.cell.as_deref().unwrap_or("-");
            format!("{cell} {}", finding.finding.code)
        });
        let found: Vec<String> = found.collect();
        match expected {
            "" => assert_eq!(found, [""; 0], "{name}"),
            "TG-E1401" => assert_eq!(found.len(), 1, "the sum does not fit: {found:?}"),
            code => assert_eq!(
                found,
                [format!("{} {code}", cell_of(kind, name, 3))],
                "{name}"
            ),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_of_unknown_name_is_reported_and_several_kinds_go_together() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = api(&platform);
    let mut book = Workbook::new();
    fill(book.add_worksheet(), Kind::Ceb311, 1, noted);
    fill(book.add_worksheet(), Kind::Ceb411, 2, unchanged);
    let both = book.save_to_buffer().unwrap();
    let (status, answer) = submitted(&platform, &api, XLSX, both).await;
    assert_eq!(status, 202);
    let sheets: Vec<&str> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["sheet"].as_str().unwrap())
        .collect();
    assert_eq!(sheets, ["进口订单", "进口支付单"]);
    book.add_worksheet()
        .set_name("我的备忘")
        .unwrap()
        .write_string(0, 0, "x")
        .unwrap();
    let (status, answer) = submitted(&platform, &api, XLSX, book.save_to_buffer().unwrap()).await;
    assert_eq!(
        (status, findings(&answer)),
        (422, vec!["我的备忘!A1 TG-E1710".to_owned()])
    );
}
