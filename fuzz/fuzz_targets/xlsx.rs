//! The reader of workbooks never panics, keeps to its limits, and what it reads makes a draft that can
//! be checked. Input: the XML of a sheet, of the texts and of the styles, with a NUL between.
#![no_main]

use ceb::form::xlsx::{COLUMNS_MAX, Parts, ROWS_MAX, read};
use ceb::form::{grid, Origin};
use ceb::{Kind, Profile};

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn relations(list: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut out = String::from(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    );
    for (id, kind, target) in list {
        out += &format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>");
    }
    (out + "</Relationships>").into_bytes()
}

fn parts(bytes: &[u8]) -> Parts {
    let mut given = bytes.splitn(3, |byte| *byte == 0);
    let mut next = || given.next().unwrap_or_default().to_vec();
    let book = format!(
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
         xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"进口订单\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    Parts::from([
        ("_rels/.rels".to_owned(), relations(&[("r1", "officeDocument", "xl/workbook.xml")])),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            relations(&[
                ("r1", "worksheet", "worksheets/sheet1.xml"),
                ("r2", "sharedStrings", "sharedStrings.xml"),
                ("r3", "styles", "styles.xml"),
            ]),
        ),
        ("xl/workbook.xml".to_owned(), book.into_bytes()),
        ("xl/worksheets/sheet1.xml".to_owned(), next()),
        ("xl/sharedStrings.xml".to_owned(), next()),
        ("xl/styles.xml".to_owned(), next()),
    ])
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(sheets) = read(&parts(bytes)) else { return };
    for (_, sheet) in &sheets {
        let _ = grid::is_blank(sheet);
        let (draft, findings) = grid::read(Kind::Ceb311, sheet);
        for finding in &findings {
            assert!(finding.place.row <= ROWS_MAX + 1 && finding.place.column <= COLUMNS_MAX + 1);
        }
        let Some(draft) = draft else { continue };
        let origin = Origin {
            code: "1105960001".to_owned(),
            name: "测试企业".to_owned(),
            dxp_id: "DXPENT0000000001".to_owned(),
            time14: "20260105093000".to_owned(),
            signature_frame: true,
        };
        for made in draft.make(&origin, |_| [7; 16]) {
            let _ = draft.check(&made, Profile::Strict);
        }
    }
});
