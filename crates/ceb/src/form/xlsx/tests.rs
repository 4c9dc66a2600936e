//! Parts written by hand, as spreadsheets of different makers write them.

use super::{BookFault, Parts, Wanted, cell_name, read, read_wanted};
use crate::form::grid::Cell;
use crate::kind::Kind;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

fn relation(id: &str, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
}

fn parts(sheet: &str, texts: &str, book: &str) -> Parts {
    let relations =
        |inner: &str| format!("<Relationships xmlns=\"{PACKAGE}\">{inner}</Relationships>");
    let files = [
        (
            "_rels/.rels",
            relations(&relation("r1", "officeDocument", "/xl/workbook.xml")),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&format!(
                "{}{}{}",
                relation("r1", "worksheet", "worksheets/sheet1.xml"),
                relation("r2", "sharedStrings", "sharedStrings.xml"),
                relation("r3", "styles", "/xl/styles.xml")
            )),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\">{book}\
                 <sheets><sheet name=\"进口订单\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/sharedStrings.xml",
            format!("<sst xmlns=\"{MAIN}\" uniqueCount=\"99999999999999\">{texts}</sst>"),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{MAIN}\"><numFmts><numFmt numFmtId=\"164\" \
                 formatCode=\"yyyy&quot;年&quot;mm&quot;月&quot;\"/>\
                 <numFmt numFmtId=\"165\" formatCode=\"[Red]#,##0&quot;days&quot;\"/></numFmts>\
                 <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
                 <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"164\"/><xf \
                 numFmtId=\"165\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
                 <worksheet xmlns=\"{MAIN}\"><sheetData>{sheet}</sheetData></worksheet>"
            ),
        ),
    ];
    let files = files.into_iter();
    files
        .map(|(name, text)| (name.to_owned(), text.into_bytes()))
        .collect()
}

fn cells(sheet: &str) -> Result<Vec<Vec<Cell>>, BookFault> {
    let texts = "<si><t>一</t></si><si><r><t>二</t></r><r><t xml:space=\"preserve\"> 三</t></r>\
                 <rPh sb=\"0\" eb=\"1\"><t>er</t></rPh></si><si><t>a_x000D_b_x</t></si>";
    read(&parts(sheet, texts, "")).map(|mut sheets| sheets.remove(0).1.rows)
}

#[test]
fn cells_of_every_type() {
    let text = |text: &str| Cell::Text(text.to_owned());
    let number = |text: &str| Cell::Number(text.to_owned());
    let moment = |text: &str| Cell::Moment(text.to_owned());
    let cases: [(&str, Cell); 24] = [
        ("<c r=\"A1\" t=\"s\"><v>0</v></c>", text("一")),
        ("<c r=\"A1\" t=\"s\"><v>1</v></c>", text("二 三")),
        ("<c r=\"A1\" t=\"s\"><v>2</v></c>", text("a\rb_x")),
        (
            "<c r=\"A1\" t=\"inlineStr\"><is><t>x&amp;y</t></is></c>",
            text("x&y"),
        ),
        ("<c><v>12</v></c>", number("12")),
        ("<c r=\"A1\"><v>12.0</v></c>", number("12")),
        ("<c r=\"A1\"><v>0.30000000000000004</v></c>", number("0.3")),
        ("<c r=\"A1\"><v>19.899999999999999</v></c>", number("19.9")),
        (
            "<c r=\"A1\"><v>1.1010119900101E+17</v></c>",
            number("110101199001010000"),
        ),
        ("<c r=\"A1\"><v>1.5E-3</v></c>", number("0.0015")),
        ("<c r=\"A1\"><v>-0</v></c>", number("0")),
        (
            "<c r=\"A1\" s=\"1\"><v>46027.424444444441</v></c>",
            moment("20260105101112"),
        ),
        (
            "<c r=\"A1\" s=\"2\"><v>46027</v></c>",
            moment("20260105000000"),
        ),
        ("<c r=\"A1\" s=\"3\"><v>46027</v></c>", number("46027")),
        (
            "<c r=\"A1\" s=\"1\"><v>59</v></c>",
            moment("19000228000000"),
        ),
        (
            "<c r=\"A1\" s=\"1\"><v>61</v></c>",
            moment("19000301000000"),
        ),
        (
            "<c r=\"A1\" s=\"1\"><v>1E+20</v></c>",
            number("100000000000000000000"),
        ),
        (
            "<c r=\"A1\" t=\"d\"><v>2026-01-05T10:11:12</v></c>",
            moment("20260105101112"),
        ),
        ("<c r=\"A1\" t=\"b\"><v>1</v></c>", Cell::Bool(true)),
        (
            "<c r=\"A1\" t=\"e\"><v>#N/A</v></c>",
            Cell::Fault("#N/A".to_owned()),
        ),
        (
            "<c r=\"A1\"><f>B1*2</f><v>4</v></c>",
            Cell::Formula("4".to_owned()),
        ),
        (
            "<c r=\"A1\" t=\"str\"><f t=\"shared\" si=\"99999999999\"/><v>4</v></c>",
            Cell::Formula("4".to_owned()),
        ),
        (
            "<c r=\"A1\"><v>1E+99999</v></c>",
            Cell::Fault("1E+99999".to_owned()),
        ),
        ("<c r=\"A1\"><v>NaN</v></c>", Cell::Fault("NaN".to_owned())),
    ];
    for (xml, expected) in cases {
        let found = cells(&format!("<row r=\"1\">{xml}</row>"));
        assert_eq!(found, Ok(vec![vec![expected]]), "{xml}");
    }
}

#[test]
fn places_are_given_or_counted() {
    let found = cells(
        "<row><c><v>1</v></c><c r=\"C1\"><v>2</v></c><c><v>3</v></c></row><row r=\"3\"><c><v>4</v></c></row>",
    );
    let found = found.unwrap();
    let shape: Vec<usize> = found.iter().map(Vec::len).collect();
    assert_eq!(shape, [4, 0, 1]);
    assert_eq!(found[0][1], Cell::Empty);
}

#[test]
fn merged_cells_are_marked_and_dates_may_count_from_1904() {
    let sheet = "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>44565</v></c><c r=\"B1\"><v>1</v></c></row></sheetData>\
                 <mergeCells><mergeCell ref=\"B1:XFD1048576\"/></mergeCells><sheetData>";
    let book = "<workbookPr date1904=\"1\"/>";
    let sheets = read(&parts(sheet, "", book)).unwrap();
    let expected = vec![
        Cell::Moment("20260105000000".to_owned()),
        Cell::Merged("1".to_owned()),
    ];
    assert_eq!(sheets[0].1.rows, [expected]);
}

#[test]
fn merged_ranges_without_end_are_not_read_to_their_end() {
    let sheet = |n_merged: usize| {
        let ranges = "<mergeCell ref=\"A2:XFD2\"/>".repeat(n_merged);
        format!(
            "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>\
             <mergeCells>{ranges}</mergeCells><sheetData>"
        )
    };
    assert!(read(&parts(&sheet(super::MERGED_MAX), "", "")).is_ok());
    let refused = read(&parts(&sheet(super::MERGED_MAX + 1), "", ""));
    assert_eq!(refused.unwrap_err(), BookFault::TooManyCells);
}

#[test]
fn what_a_file_only_claims_costs_nothing() {
    assert_eq!(
        cells("<row r=\"20001\"><c r=\"A20001\"><v>1</v></c></row>"),
        Err(BookFault::TooManyRows)
    );
    assert_eq!(
        cells("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>"),
        Err(BookFault::TooManyColumns)
    );
    // Empty cells with a format may stand anywhere.
    assert_eq!(
        cells("<row r=\"1048576\"><c r=\"XFD1048576\" s=\"1\"/></row>"),
        Ok(Vec::new())
    );
    assert_eq!(
        cells("<row r=\"4294967295\"/><row><c><v>1</v></c></row>"),
        Err(BookFault::TooManyRows)
    );
}

#[test]
fn broken_parts_are_refused() {
    assert_eq!(
        cells("<row><c t=\"s\"><v>7</v></c></row>"),
        Err(BookFault::Malformed)
    );
    assert_eq!(cells("<row><c><v>1</v></row>"), Err(BookFault::Malformed));
    let whole = parts("", "", "");
    for name in whole.keys() {
        for broken in [&b"<!DOCTYPE x []><x/>"[..], b"", b"\xFF\xFE<\0x\0", b"<x>"] {
            let mut parts = whole.clone();
            parts.insert(name.clone(), broken.to_vec());
            assert_eq!(read(&parts), Err(BookFault::Malformed), "{name}");
        }
    }
    assert_eq!(read(&Parts::new()), Err(BookFault::Malformed));
}

#[test]
fn cells_have_names() {
    let names: Vec<String> = [(1, 1), (7, 26), (7, 27), (9, 702), (1, 703)]
        .map(|(row, column)| cell_name(row, column))
        .into();
    assert_eq!(names, ["A1", "Z7", "AA7", "ZZ9", "AAA1"]);
}

/// Of a column that no element has the first cell is read, which tells of the column; the others would only cost. Who
/// wants everything gets it.
#[test]
fn columns_of_nobody_are_passed_over() {
    let inline = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |cells: [&str; 5]| format!("<row>{}</row>", cells.map(inline).concat());
    let sheet = [
        row(["guid", "orderNo", "备注", "ebpCode", "ebcCode"]),
        row(["1", "2", "x", "3", "4"]),
        row(["1", "2", "y", "3", "4"]),
        row(["1", "2", "z", "3", "4"]),
    ]
    .concat();
    let third = |wanted: Wanted| -> Vec<Cell> {
        let sheets = read_wanted(&mut parts(&sheet, "", ""), |_| wanted).unwrap();
        let rows = sheets[0].1.rows[1..].iter();
        rows.map(|row| row[2].clone()).collect()
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    let all = ["x", "y", "z"].map(text);
    assert_eq!(third(Wanted::Everything), all);
    let first = [text("x"), Cell::Empty, Cell::Empty];
    assert_eq!(third(Wanted::Columns(Kind::Ceb311)), first);
}
