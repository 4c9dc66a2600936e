//! The built-in tables are read without fault; faults name their lines; dates choose the version.

use super::*;

#[test]
fn built_in_files_have_no_fault() {
    for text in file::BUILT_IN {
        let table = read(text).unwrap();
        assert!(table.rows().windows(2).all(|two| two[0].code < two[1].code));
        assert_eq!(
            read(&file::text(&table)),
            Ok(table),
            "read as it was written"
        );
    }
}

#[test]
fn names() {
    assert_eq!(chinese(CodeTable::Unit, "035"), Some("千克"));
    assert_eq!(chinese(CodeTable::Country, "116"), Some("日本"));
    assert_eq!(chinese(CodeTable::Country, "JPN"), Some("日本"));
    assert_eq!(chinese(CodeTable::Currency, "142"), Some("人民币"));
    assert_eq!(chinese(CodeTable::Traffic, "5"), Some("航空"));
    assert_eq!(chinese(CodeTable::Wrap, "2"), Some("纸箱"));
    assert_eq!(chinese(CodeTable::Region, "110101"), Some("北京市"));
    assert_eq!(
        chinese(CodeTable::District, "0129"),
        Some("北京海关天竺综合保税区")
    );
    assert_eq!(chinese(CodeTable::Unit, "999"), None);
    assert_eq!(chinese(CodeTable::Port, "3160"), None);
    let n = |table| entries(table).len();
    assert!(n(CodeTable::Unit) == 123 && n(CodeTable::Country) == 243);
}

#[test]
fn only_a_complete_table_denies_and_only_codes_of_its_form() {
    let built_in = |which| Tables::built_in().newest(which).unwrap();
    assert!(built_in(CodeTable::Unit).denies("999"));
    assert!(!built_in(CodeTable::Unit).denies("035"));
    assert!(built_in(CodeTable::Country).denies("888"));
    assert!(!built_in(CodeTable::Country).denies("ZZZ"));
    assert!(!built_in(CodeTable::District).denies("2244"));
    assert!(built_in(CodeTable::Region).denies("990101"));
    assert!(built_in(CodeTable::Tariff).has_heading("1901"));
    assert!(!built_in(CodeTable::Tariff).has_heading("0101"));
}

fn wrap(version: u32, effective: &str, codes: &str) -> Table {
    let text = format!(
        "table|wrap\nversion|{version}\neffective|{effective}\ncomplete|yes\nsource|测试\n[codes]\n{codes}"
    );
    read(&text).unwrap()
}

#[test]
fn a_document_is_judged_by_the_table_of_its_day() {
    let mut tables = Tables::built_in().clone();
    assert!(tables.add(wrap(20_260_101, "20260301", "1|木箱\n8|新箱")));
    assert!(!tables.add(wrap(20_260_101, "20260301", "1|木箱")));
    let has = |day, code| {
        tables
            .on(CodeTable::Wrap, day)
            .unwrap()
            .find(code)
            .is_some()
    };
    assert!(!has(Some("20260228"), "8") && has(Some("20260301"), "8"));
    assert!(has(None, "8") && !has(None, "2"));
    assert!(has(Some("19990101"), "2"), "nothing held yet: the oldest");
}

#[test]
fn the_difference_is_shown() {
    let old = wrap(20_250_101, "20250101", "1|木箱\n2|纸箱\n3|桶装");
    let new = wrap(20_260_101, "20260101", "1|木箱\n2|瓦楞纸箱\n9|托盘");
    let difference = CodeTableDifference::between(Some(&old), &new);
    assert_eq!(difference.added, [("9".into(), "托盘".into())]);
    assert_eq!(difference.removed, [("3".into(), "桶装".into())]);
    let changed = ("2".into(), "2 | 纸箱".into(), "2 | 瓦楞纸箱".into());
    assert_eq!(difference.changed, [changed]);
    assert!(CodeTableDifference::between(Some(&new), &new).is_empty());
    assert_eq!(CodeTableDifference::between(None, &new).added.len(), 3);
}

#[test]
fn faults_name_their_lines() {
    let head =
        "table|tariff\nversion|20260101\neffective|20260101\ncomplete|no\nsource|x\n[codes]\n";
    for (text, line, part) in [
        ("", 0, "table 应为"),
        ("#\n# \0", 2, "控制字符"),
        ("table|fish", 1, "实际为“fish”"),
        (
            &*head.replace("complete|no", "complete|maybe"),
            4,
            "yes 或 no",
        ),
        (&*head.replace("20260101", "20261301"), 2, "发布日期"),
        (head, 0, "应有 1 至"),
        (&*format!("{head}123|x|-|-|13|0|yes"), 7, "应为 10 位"),
        (&*format!("{head}1234567890|x"), 7, "应有 7 列"),
        (&*format!("{head}1234567890|x|035|-|13%|0|yes"), 7, "不带 %"),
        (
            &*format!("{head}1234567890|x|035|-|13|0|perhaps"),
            7,
            "yes、no",
        ),
        (&*format!("{head}1234567890||035|-|13|0|yes"), 7, "没有名称"),
        (
            &*format!("{head}1234567890|x|035|-|13|0|yes\n#\n1234567890|y|035|-|13|0|yes"),
            9,
            "重复",
        ),
    ] {
        let faults = read(text).unwrap_err();
        let is_found = faults
            .iter()
            .any(|fault| fault.line == line && fault.text.contains(part));
        assert!(is_found, "{text}: {faults:?}");
    }
    let many = format!("{head}{}", "x\n".repeat(1000));
    assert_eq!(read(&many).unwrap_err().len(), file::FAULTS_MAX);
}
