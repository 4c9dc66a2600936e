//! Dates in other spellings and characters that nobody sees, in the cells of a sheet.

use super::*;

#[test]
fn dates_with_one_reading_and_what_nobody_sees_are_put_right() {
    let kind = Kind::Ceb311;
    let text = |text: &str| Cell::Text(text.to_owned());
    let number = |text: &str| Cell::Number(text.to_owned());
    let value = |name: &'static str, cell: Cell, is_1904: bool| {
        let mut sheet = sheet_of(&sample_of(kind));
        sheet.is_1904 = is_1904;
        sheet.rows[2][column_of(kind, name)] = cell;
        let draft = grid::read(kind, &sheet).0.unwrap();
        let entry = draft.documents[0].head.entry(name).cloned();
        (
            found_in(kind, &sheet),
            entry.map(|entry| entry.text).unwrap_or_default(),
        )
    };
    for (cell, is_1904) in [
        (text("2026-01-05 12:00"), false),
        (text("2026年1月5日 12时"), false),
        (text("Mon Jan 05 12:00:00 CST 2026"), false),
        (text("46027.5"), false),
        (number("46027.5"), false),
        (number("44565.5"), true),
        (number("20260105120000"), false),
        (number("1767585600"), false),
    ] {
        let (found, value) = value("appTime", cell.clone(), is_1904);
        assert_eq!(
            (found.as_slice(), &*value),
            (&[][..], "20260105120000"),
            "{cell:?}"
        );
    }
    for cell in [text("02/03/2026"), number("5"), text("昨天")] {
        let (found, _) = value("appTime", cell.clone(), false);
        assert_eq!(found, ["TG-E1206 3 appTime"], "{cell:?}");
    }
    let (found, telephone) = value(
        "buyerTelephone",
        text("\u{202D}13000000001\u{202C} "),
        false,
    );
    assert_eq!((found.as_slice(), &*telephone), (&[][..], "13000000001"));
    let (_, name) = value(
        "buyerName",
        text("\u{FEFF}张\u{200B}三\u{2764}\u{FE0F}"),
        false,
    );
    assert_eq!(name, "张三\u{2764}\u{FE0F}");
    let (found, _) = value("orderNo", text("2.02601E+13"), false);
    assert_eq!(found[0], "TG-E1707 3 orderNo");
}
