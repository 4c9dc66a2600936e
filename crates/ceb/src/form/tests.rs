//! Forms of every kind make the message that the same values make; mistakes are told at their place.

mod dates;
mod marks;

use super::grid::{Cell, Sheet};
use super::{
    Column, ColumnPart, Draft, FormOrigin, PlacedFinding, columns, grid, join, members, sample_rows,
};
use crate::sample::{self, Spec};
use crate::{Kind, Message, Profile, Severity, Terms, parse};

fn declared() -> impl Iterator<Item = Kind> {
    let kinds = Kind::ALL.iter().copied();
    kinds.filter(|kind| kind.is_declaration())
}

fn origin() -> FormOrigin {
    let sender = Spec::new(Kind::Ceb311, 1).sender;
    FormOrigin {
        code: sender.code,
        name: sender.name,
        dxp_id: sender.dxp_id,
        time14: String::from("20260105093000"),
        signature_frame: true,
    }
}

/// Not a real hash: different contents of these tests have different sums.
fn hash(content: &[u8]) -> [u8; 16] {
    let mut sum: u128 = 1;
    for byte in content {
        sum = sum
            .wrapping_mul(0x0100_0193)
            .wrapping_add(u128::from(*byte));
    }
    sum.to_be_bytes()
}

fn sample_of(kind: Kind) -> Message {
    let spec = Spec {
        n_documents: 3,
        n_lines: 2,
        ..Spec::new(kind, 9)
    };
    let parsed = parse(sample::message(&spec).as_bytes(), Profile::Strict);
    parsed.message.unwrap()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn members_of(record: &crate::Record) -> String {
    let members = record
        .iter()
        .filter(|(element, value)| *element != "guid" && !value.is_empty());
    let members = members.map(|(element, value)| format!("{}: {}", quoted(element), quoted(value)));
    members.collect::<Vec<_>>().join(",\n")
}

fn json_of(message: &Message) -> String {
    let document = |document: &crate::Document| {
        let mut text = members_of(&document.head);
        if !document.lines.is_empty() {
            let lines = document.lines.iter();
            let lines: Vec<String> = lines
                .map(|line| format!("{{{}}}", members_of(line)))
                .collect();
            text.push_str(&format!(",\n\"lines\": [{}]", lines.join(",\n")));
        }
        format!("{{{text}}}")
    };
    let documents: Vec<String> = message.documents.iter().map(document).collect();
    format!(
        "{{\"kind\": \"{}\",\n\"documents\": [{}]}}",
        message.kind,
        documents.join(",\n")
    )
}

/// Everything that a message says, but for guids and signature.
fn values_of(message: &Message) -> Vec<Vec<(&'static str, String)>> {
    let record = |record: &crate::Record| {
        let values = record
            .iter()
            .filter(|(element, value)| *element != "guid" && !value.is_empty());
        values
            .map(|(element, value)| (element, value.to_owned()))
            .collect()
    };
    let mut all = Vec::new();
    for document in &message.documents {
        all.push(record(&document.head));
        all.extend(document.lines.iter().map(record));
    }
    all
}

fn made_messages(draft: &Draft) -> Vec<Message> {
    let made = draft.make(&origin(), hash);
    made.iter()
        .map(|made| {
            let mut findings = draft.check(made, &Terms::new(Profile::Strict));
            // A note says that nothing is wrong.
            findings.retain(|placed| placed.finding.severity != Severity::Note);
            assert_eq!(findings, Vec::new(), "{}", made.xml);
            parse(made.xml.as_bytes(), Profile::Strict).message.unwrap()
        })
        .collect()
}

#[test]
fn json_of_every_kind_makes_the_same_message() {
    for kind in declared() {
        let message = sample_of(kind);
        let json = json_of(&message);
        let (draft, findings) = members::read(json.as_bytes());
        assert_eq!(findings, Vec::new(), "{kind}");
        let again = made_messages(&draft.unwrap());
        assert_eq!(again.len(), 1);
        assert_eq!(values_of(&again[0]), values_of(&message), "{kind}");
    }
}

fn header(columns: &[Column]) -> Vec<Cell> {
    let cells = columns.iter();
    cells
        .map(|column| Cell::Text(column.name.clone()))
        .collect()
}

fn row_of(
    columns: &[Column],
    head: Option<&crate::Record>,
    line: Option<&crate::Record>,
) -> Vec<Cell> {
    let value = |column: &Column| {
        let record = match column.part {
            ColumnPart::Head => head,
            ColumnPart::Line => line,
        };
        let value = record.and_then(|record| record.filled(&column.field.element));
        value.map_or(Cell::Empty, |value| Cell::Text(value.to_owned()))
    };
    columns.iter().map(value).collect()
}

/// A sheet as the template has it: Chinese names, element names, a row for each line.
fn sheet_of(message: &Message) -> Sheet {
    let columns = columns(message.kind);
    let chinese = columns
        .iter()
        .map(|column| Cell::Text(column.chinese.clone()));
    let mut rows = vec![chinese.collect(), header(&columns)];
    for document in &message.documents {
        if document.lines.is_empty() {
            rows.push(row_of(&columns, Some(&document.head), None));
        }
        for (at, line) in document.lines.iter().enumerate() {
            let head = (at == 0).then_some(&document.head);
            rows.push(row_of(&columns, head, Some(line)));
        }
    }
    Sheet {
        first_row: 1,
        first_column: 1,
        is_1904: false,
        rows,
    }
}

#[test]
fn a_sheet_of_every_kind_makes_the_same_message() {
    for kind in declared() {
        let message = sample_of(kind);
        let (draft, findings) = grid::read(kind, &sheet_of(&message));
        assert_eq!(findings, Vec::new(), "{kind}");
        let again = made_messages(&draft.unwrap());
        assert_eq!(values_of(&again[0]), values_of(&message), "{kind}");
    }
}

#[test]
fn sample_rows_are_good_and_are_no_declaration() {
    for kind in declared() {
        let columns = columns(kind);
        let samples = sample_rows(kind);
        assert!(!samples.is_empty(), "{kind}");
        let rows = |mark: &str| {
            let mut rows = vec![header(&columns)];
            for sample in &samples {
                let cell = |column: &Column| {
                    let found = sample.iter().find(|(part, element, _)| {
                        *part == column.part && *element == column.field.element
                    });
                    found.map_or(Cell::Empty, |(_, element, text)| {
                        let marked = if *element == "note" { mark } else { "" };
                        Cell::Text(format!("{text}{marked}"))
                    })
                };
                rows.push(columns.iter().map(cell).collect());
            }
            Sheet {
                first_row: 1,
                first_column: 1,
                is_1904: false,
                rows,
            }
        };
        let unchanged = grid::read(kind, &rows(""));
        assert_eq!(unchanged, (None, Vec::new()), "{kind}");
        if !samples[0].iter().any(|(_, element, _)| *element == "note") {
            continue;
        }
        let (draft, findings) = grid::read(kind, &rows("改"));
        assert_eq!(findings, Vec::new(), "{kind}");
        assert_eq!(made_messages(&draft.unwrap()).len(), 1, "{kind}");
    }
}

fn column_of(kind: Kind, name: &str) -> usize {
    let columns = columns(kind);
    columns
        .iter()
        .position(|column| column.name == name)
        .unwrap()
}

fn checked(draft: Option<&Draft>) -> Vec<PlacedFinding> {
    let made = draft.iter().flat_map(|draft| draft.make(&origin(), hash));
    made.flat_map(|made| draft.unwrap().check(&made, &Terms::new(Profile::Strict)))
        .collect()
}

/// Code, row and column name of every finding.
fn found_in(kind: Kind, sheet: &Sheet) -> Vec<String> {
    let columns = columns(kind);
    let (draft, findings) = grid::read(kind, sheet);
    let findings = join(findings, checked(draft.as_ref()));
    let line = |placed: &PlacedFinding| {
        let column = usize::try_from(placed.place.column).unwrap();
        let name = column.checked_sub(1).and_then(|at| columns.get(at));
        let name = name.map_or("?", |column| &column.name);
        format!("{} {} {name}", placed.finding.code, placed.place.row)
    };
    findings.iter().map(line).collect()
}

#[test]
fn mistakes_in_a_sheet_are_reported_at_their_cells() {
    let kind = Kind::Ceb311;
    let text = |text: &str| Cell::Text(text.to_owned());
    let number = |text: &str| Cell::Number(text.to_owned());
    let cases: [(&str, usize, Cell, &[&str]); 13] = [
        ("goodsValue", 2, text("一百"), &["TG-E1207 3 goodsValue"]),
        (
            "OrderList/unit",
            3,
            number("35"),
            &["TG-E1706 4 OrderList/unit"],
        ),
        (
            "OrderList/qty",
            3,
            number("1.5"),
            &["TG-E1402 4 OrderList/totalPrice"],
        ),
        (
            "buyerIdNumber",
            2,
            number("110101199001010000"),
            &["TG-E1707 3 buyerIdNumber"],
        ),
        (
            "buyerTelephone",
            2,
            Cell::Formula(String::new()),
            &["TG-E1708 3 buyerTelephone"],
        ),
        (
            "consignee",
            2,
            Cell::Fault("#N/A".to_owned()),
            &["TG-E1704 3 consignee"],
        ),
        (
            "OrderList/gmodel",
            3,
            Cell::Bool(true),
            &["TG-E1704 4 OrderList/gmodel"],
        ),
        (
            "orderNo",
            2,
            Cell::Moment("20260105000000".to_owned()),
            &["TG-E1704 3 orderNo"],
        ),
        ("note", 4, Cell::Merged(String::new()), &["TG-E1709 5 note"]),
        ("consignee", 3, text("另一人"), &["TG-E1705 4 consignee"]),
        ("ebpCode", 2, Cell::Empty, &["TG-E1201 3 ebpCode"]),
        ("appTime", 2, Cell::Moment("20260105101112".to_owned()), &[]),
        ("appTime", 2, Cell::Empty, &[]),
    ];
    for (name, row, cell, expected) in cases {
        let mut sheet = sheet_of(&sample_of(kind));
        sheet.rows[row][column_of(kind, name)] = cell.clone();
        assert_eq!(found_in(kind, &sheet), expected, "{name} {cell:?}");
    }
}

#[test]
fn the_header_decides_what_a_column_is() {
    let kind = Kind::Ceb311;
    let mut sheet = sheet_of(&sample_of(kind));
    sheet.rows[1][column_of(kind, "note")] = Cell::Text("OrderHead/note".to_owned());
    assert_eq!(found_in(kind, &sheet), [""; 0]);
    sheet.rows[1][column_of(kind, "batchNumbers")] = Cell::Text("payTime".to_owned());
    let found = found_in(kind, &sheet);
    assert_eq!(found[0], "TG-E1703 2 batchNumbers");
    sheet.rows.remove(1);
    assert_eq!(found_in(kind, &sheet), ["TG-E1702 1 appType"]);
}

#[test]
fn rows_find_their_document_by_key() {
    let kind = Kind::Ceb311;
    let mut sheet = sheet_of(&sample_of(kind));
    // The second line of the first order stands at the end, with its order number.
    let mut moved = sheet.rows.remove(3);
    let order_no = column_of(kind, "orderNo");
    moved[order_no] = sheet.rows[2][order_no].clone();
    sheet.rows.push(moved);
    let (draft, findings) = grid::read(kind, &sheet);
    assert_eq!(findings, Vec::new());
    let lines: Vec<usize> = draft
        .unwrap()
        .documents
        .iter()
        .map(|d| d.lines.len())
        .collect();
    assert_eq!(lines, [2, 2, 2]);
}

#[test]
fn more_documents_than_a_message_carries_make_several() {
    let kind = Kind::Ceb411;
    let mut sheet = sheet_of(&sample_of(kind));
    let row = sheet.rows[2].clone();
    let at = column_of(kind, "payTransactionId");
    for n in 0..148 {
        let mut row = row.clone();
        row[at] = Cell::Text(format!("PAY{n}"));
        sheet.rows.push(row);
    }
    sheet.rows[150][column_of(kind, "amountPaid")] = Cell::Text("-1".to_owned());
    let (draft, _) = grid::read(kind, &sheet);
    let made = draft.unwrap().make(&origin(), hash);
    let sizes: Vec<usize> = made.iter().map(|made| made.n_documents).collect();
    assert_eq!(sizes, [100, 51]);
    assert_ne!(made[0].guid, made[1].guid);
    assert_eq!(found_in(kind, &sheet), ["TG-E1309 151 amountPaid"]);
}

#[test]
fn the_same_form_twice_is_the_same_message() {
    let json = json_of(&sample_of(Kind::Ceb311));
    let make = |json: &str, time14: &str| {
        let (draft, _) = members::read(json.as_bytes());
        let origin = FormOrigin {
            time14: time14.to_owned(),
            ..origin()
        };
        draft.unwrap().make(&origin, hash).remove(0)
    };
    let first = make(&json, "20260105093000");
    assert_eq!(first, make(&json, "20260106093000"));
    let other = make(&json.replacen("20260105", "20260107", 1), "20260105093000");
    assert_ne!(first.guid, other.guid);
}

#[test]
fn mistakes_in_json_are_reported_at_their_line() {
    let good = json_of(&sample_of(Kind::Ceb311));
    let findings_in = |json: &str| -> Vec<String> {
        let (draft, findings) = members::read(json.as_bytes());
        let findings = join(findings, checked(draft.as_ref()));
        let line = |placed: &PlacedFinding| {
            let finding = &placed.finding;
            format!("{} {} {}", finding.code, finding.line, finding.path)
        };
        findings.iter().map(line).collect()
    };
    let cases: [(&str, &str, &str); 8] = [
        (
            "\"kind\": \"CEB311\"",
            "\"kind\": \"CEB312\"",
            "TG-E1702 1 /kind",
        ),
        ("\"kind\"", "\"Kind\"", "TG-E1703 1 /Kind"),
        (
            "\"orderNo\"",
            "\"orderno\"",
            "TG-E1703 6 /documents/0/orderno",
        ),
        ("\"appType\": \"1\"", "\"appType\": 1", ""),
        (
            "\"appType\": \"1\"",
            "\"appType\": \"9\"",
            "TG-E1304 2 /documents/0/appType",
        ),
        (
            "\"appType\": \"1\"",
            "\"appType\": [1]",
            "TG-E1704 2 /documents/0/appType",
        ),
        (
            "\"appType\": \"1\",",
            "\"appType\": \"1\",\"appType\": \"1\",",
            "TG-E1702 2 /documents/0/appType",
        ),
        ("\"appType\": \"1\",", "\"appType\": \"1\"", "TG-E1701 3 "),
    ];
    for (from, to, expected) in cases {
        let json = good.replacen(from, to, 1);
        assert_ne!(json, good);
        let found = findings_in(&json);
        assert_eq!(
            found.first().map_or("", |line| &**line),
            expected,
            "{to}: {found:?}"
        );
    }
    for text in [
        "",
        "[]",
        "{",
        "{\"kind\": \"CEB311\", \"documents\": []}",
        "\u{1}",
        "nul",
        "\"\\ud800\"",
    ] {
        assert!(!findings_in(text).is_empty(), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_json_or_not(text in "[\\[\\]{}:,\"\\\\u0-9a-f.eE+\\- \n]{0,60}") {
        let _ = members::read(text.as_bytes());
    }

    #[test]
    fn any_text_comes_through_json(text in "\\PC{0,40}") {
        let node = super::json::read(quoted(&text).as_bytes()).unwrap();
        proptest::prop_assert_eq!(node.value, super::json::Json::Text(text));
    }
}
