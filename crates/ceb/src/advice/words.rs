//! Names where the standard wants codes (“件” for 011, 新西兰 for 609, USD for 502), and numbers as people and
//! spreadsheets write them.

use crate::code_table::{CodeRow, Table, Tables};
use crate::spec::{CodeTable, FieldSpec, FieldType};

/// Longest value that is looked up, in characters.
const NAME_CHARS_MAX: usize = 40;

/// Codes of a shorter name that are suggested together.
const SUGGESTED_MAX: usize = 3;

/// Other words for a unit, with its code.
const UNITS: &[(&str, &str)] = &[
    ("kg", "035"),
    ("kgs", "035"),
    ("公斤", "035"),
    ("g", "036"),
    ("l", "095"),
    ("公升", "095"),
    ("ml", "096"),
    ("m", "030"),
    ("t", "070"),
    ("公吨", "070"),
    ("pcs", "011"),
    ("pc", "011"),
    ("piece", "011"),
    ("set", "006"),
    ("box", "140"),
    ("bottle", "142"),
    ("can", "122"),
    ("bag", "136"),
    ("pair", "025"),
    ("听", "122"),
    ("㎏", "035"),
    ("平米", "032"),
    ("立方", "033"),
];

/// Other words for a country, with its code.
const COUNTRIES: &[(&str, &str)] = &[
    ("中华人民共和国", "142"),
    ("中国大陆", "142"),
    ("cn", "142"),
    ("china", "142"),
    ("jp", "116"),
    ("japan", "116"),
    ("kr", "133"),
    ("korea", "133"),
    ("南韩", "133"),
    ("大韩民国", "133"),
    ("us", "502"),
    ("usa", "502"),
    ("美利坚合众国", "502"),
    ("gb", "303"),
    ("uk", "303"),
    ("大不列颠", "303"),
    ("de", "304"),
    ("germany", "304"),
    ("fr", "305"),
    ("france", "305"),
    ("it", "307"),
    ("italy", "307"),
    ("nl", "309"),
    ("es", "312"),
    ("ch", "331"),
    ("au", "601"),
    ("australia", "601"),
    ("nz", "609"),
    ("new zealand", "609"),
    ("ca", "501"),
    ("canada", "501"),
    ("hk", "110"),
    ("mo", "121"),
    ("tw", "143"),
    ("sg", "132"),
    ("th", "136"),
    ("my", "122"),
    ("ru", "344"),
];

/// Letters and other words for a currency, with its code.
const CURRENCIES: &[(&str, &str)] = &[
    ("cny", "142"),
    ("rmb", "142"),
    ("cnh", "142"),
    ("￥", "142"),
    ("¥", "142"),
    ("元", "142"),
    ("人民币元", "142"),
    ("usd", "502"),
    ("$", "502"),
    ("美金", "502"),
    ("eur", "300"),
    ("€", "300"),
    ("jpy", "116"),
    ("日元", "116"),
    ("hkd", "110"),
    ("港元", "110"),
    ("gbp", "303"),
    ("aud", "601"),
    ("nzd", "609"),
    ("cad", "501"),
    ("krw", "133"),
    ("韩元", "133"),
    ("sgd", "132"),
    ("chf", "331"),
    ("mop", "121"),
    ("twd", "143"),
    ("thb", "136"),
    ("myr", "122"),
    ("php", "129"),
    ("idr", "112"),
    ("dkk", "302"),
    ("nok", "326"),
    ("sek", "330"),
    ("rub", "344"),
];

/// What to do about a value that is a word, or a number in another spelling.
pub(super) fn advise(field: &FieldSpec, value: &str, tables: &Tables) -> Option<String> {
    let value = value.trim();
    match field.kind {
        FieldType::Decimal { .. } | FieldType::Int { .. } => return number(value),
        FieldType::Text { .. } | FieldType::Xml => {}
    }
    if let Some(which) = field.table() {
        return code(field, which, value, tables);
    }
    if let Some(list) = field.list() {
        return listed(field, list, value);
    }
    scientific(value).filter(|_| super::is_code(field))
}

/// A name of a code table, or a code with its leading zeros lost.
fn code(field: &FieldSpec, which: CodeTable, value: &str, tables: &Tables) -> Option<String> {
    if which == CodeTable::Region {
        return division(value, tables);
    }
    let table = tables.newest(which)?;
    let rows = named(table, value);
    let fixed = field.fixed();
    match rows.as_slice() {
        [] => {
            let Some(right) = padded(field, table, value) else {
                return other_length(field, value);
            };
            Some(format!(
                "代码前面的 0 可能丢失了：若是{}，改为 {}。",
                right.chinese, right.code
            ))
        }
        [row] if fixed.is_some_and(|fixed| fixed != row.code) => Some(format!(
            "“{value}”的代码是 {}，此处只能填 {}：金额折算后再申报。",
            row.code,
            fixed.unwrap_or_default()
        )),
        [row] => Some(format!(
            "“{value}”的代码是 {}，改为 {}。",
            row.code, row.code
        )),
        rows => {
            let codes: Vec<String> = rows
                .iter()
                .map(|row| format!("{} {}", row.code, row.chinese))
                .collect();
            Some(format!("填写代码，不填名称，例如 {}。", codes.join("、")))
        }
    }
}

/// The rows that a word may name: the one with this name, else those whose name holds it.
fn named<'t>(table: &'t Table, value: &str) -> Vec<&'t CodeRow> {
    let n_chars = value.chars().count();
    if n_chars == 0 || n_chars > NAME_CHARS_MAX || value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let other_words = match table.which {
        CodeTable::Unit => UNITS,
        CodeTable::Country => COUNTRIES,
        CodeTable::Currency => CURRENCIES,
        CodeTable::Traffic
        | CodeTable::Wrap
        | CodeTable::District
        | CodeTable::Port
        | CodeTable::Region
        | CodeTable::Tariff => &[],
    };
    let lower = value.to_lowercase();
    let known = other_words.iter().find(|(word, _)| *word == lower);
    if let Some(row) = known.and_then(|(_, code)| table.find(code)) {
        return vec![row];
    }
    let plain = value
        .strip_prefix("中国")
        .filter(|rest| !rest.is_empty())
        .unwrap_or(value);
    let same = |row: &&CodeRow| {
        row.chinese == value || row.chinese == plain || row.alias == value.to_uppercase()
    };
    if let Some(row) = table.rows().iter().find(same) {
        return vec![row];
    }
    // A part of a name is looked for only where it says something.
    if n_chars < 2 || value.is_ascii() {
        return Vec::new();
    }
    let holds = |row: &&CodeRow| {
        row.chinese.contains(plain)
            || (row.chinese.chars().count() > 1 && plain.contains(&*row.chinese))
    };
    let mut rows: Vec<&CodeRow> = table.rows().iter().filter(holds).collect();
    // Of many the shortest names say most: the whole before its parts.
    if rows.len() > SUGGESTED_MAX {
        rows.sort_by_key(|row| row.chinese.chars().count());
        rows.truncate(SUGGESTED_MAX);
    }
    rows
}

/// A code of another length than the table's: neither to be cut nor to be filled up.
fn other_length(field: &FieldSpec, value: &str) -> Option<String> {
    let FieldType::Text { max, .. } = field.kind else {
        return None;
    };
    let is_code = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_code && value.len() != max as usize)
        .then(|| format!("此处填 {max} 位的代码：请核对后填写完整，不要截短或补位。"))
}

fn padded<'t>(field: &FieldSpec, table: &'t Table, value: &str) -> Option<&'t CodeRow> {
    let FieldType::Text { max, .. } = field.kind else {
        return None;
    };
    let width = max as usize;
    let is_short = value.len() < width && value.bytes().all(|byte| byte.is_ascii_digit());
    is_short.then(|| table.find(&format!("{value:0>width$}")))?
}

/// A division is compared by its province: the first two digits.
fn division(value: &str, tables: &Tables) -> Option<String> {
    let table = tables.newest(CodeTable::Region)?;
    let named = table.rows().iter().find(|row| {
        let short: String = row.chinese.chars().take(2).collect();
        !value.is_ascii() && value.starts_with(&short)
    });
    named.map(|row| {
        format!(
            "填写 6 位行政区划代码，不填名称；{}的代码以 {} 开头。",
            row.chinese, row.code
        )
    })
}

/// One of a few values, each with its meaning in the note of the table: `1 新增，2 变更`.
fn listed(field: &FieldSpec, list: &[String], value: &str) -> Option<String> {
    let digits = value.trim_start_matches('0');
    if let Some(right) = list
        .iter()
        .find(|one| *one == digits || one.eq_ignore_ascii_case(value))
    {
        return Some(format!("改为 {right}。"));
    }
    let mut parts = field.note.split(['，', '；', '、', '。']);
    let right = parts.find_map(|part| {
        let (code, name) = part.trim().split_once(' ')?;
        let is_it = list.iter().any(|one| one == code) && !name.is_empty();
        (is_it && (name == value || name.starts_with(value) && value.chars().count() > 1))
            .then_some(code)
    })?;
    Some(format!("“{value}”填写为 {right}。"))
}

/// `1.10101E+17`: what a spreadsheet makes of a long number.
fn scientific(value: &str) -> Option<String> {
    is_scientific(value).then(|| {
        "被表格软件写成了科学计数法，后面的数字已经丢失：把单元格的格式设为“文本”，从原始资料重新填写。".to_owned()
    })
}

/// Whether a text is a long number as a spreadsheet shows it: one digit before the point, and an exponent
/// with its sign. An order number such as `12E5` is none.
pub(crate) fn is_scientific(value: &str) -> bool {
    let Some((front, exponent)) = value.split_once(['E', 'e']) else {
        return false;
    };
    let Some(exponent) = exponent.strip_prefix(['+', '-']) else {
        return false;
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, rest) = front.split_once('.').unwrap_or((front, "0"));
    is_digits(exponent)
        && exponent.len() <= 3
        && whole.len() == 1
        && is_digits(whole)
        && is_digits(rest)
}

/// A number with signs of a currency, separators, a unit, or an exponent.
fn number(value: &str) -> Option<String> {
    let half: String = value
        .chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '−' => '-',
            _ => c,
        })
        .collect();
    let exponent = half
        .contains(['E', 'e'])
        .then(|| rust_decimal::Decimal::from_scientific(&half));
    if let Some(Ok(plain)) = exponent {
        let plain = plain.normalize();
        return Some(format!("不能用科学计数法，写成普通的数：{plain}。"));
    }
    let front = half.trim_start_matches(['¥', '￥', '$', '€', ' ']);
    let end = front
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+' | '\'' | ' '))
        .unwrap_or(front.len());
    let (digits, unit) = (front[..end].trim(), front[end..].trim());
    let plain: String = digits
        .chars()
        .filter(|c| !matches!(c, ',' | '\'' | ' '))
        .collect();
    let is_number = crate::number::decimal(&plain).is_some();
    if !is_number || plain == value {
        return None;
    }
    let comma = digits.contains(',') && !digits.contains('.');
    let last = digits.rsplit(',').next().unwrap_or_default();
    if comma && last.len() != 3 {
        let right = digits.replace(',', ".");
        return Some(format!("小数点用半角句点，例如 {right}。"));
    }
    Some(if unit.is_empty() {
        format!("只写数字和小数点，不写货币符号、千位分隔符和全角数字：{plain}。")
    } else {
        format!("只写数字，不写“{unit}”：{plain}。")
    })
}

#[cfg(test)]
mod tests {
    use crate::code_table::Tables;
    use crate::kind::Kind;

    fn advice(kind: Kind, element: &str, value: &str) -> String {
        let spec = kind.spec();
        let lines = spec
            .lines
            .as_ref()
            .and_then(|(table, _)| table.field(element));
        let field = spec.head.field(element).or(lines).unwrap();
        crate::advice::of(field, value, Tables::built_in()).unwrap_or_default()
    }

    #[test]
    fn words_give_their_codes() {
        for (element, value, code) in [
            ("unit", "件", "011"),
            ("unit", "公斤", "035"),
            ("unit", "KG", "035"),
            ("unit", "11", "011"),
            ("country", "新西兰", "609"),
            ("country", "日本", "116"),
            ("country", "USA", "502"),
            ("country", "中国香港", "110"),
            ("currency", "人民币", "142"),
            ("currency", "CNY", "142"),
            ("currency", "USD", "502"),
            ("tradeMode", "直购进口", "9610"),
            ("appType", "新增", "1"),
            ("appType", "01", "1"),
            ("trafMode", "航空", "5"),
            ("trafMode", "航空运输", "5"),
            ("wrapType", "纸箱", "2"),
            ("customsCode", "北京关区", "0100"),
            ("customsCode", "北京", "0100 北京关区"),
            ("wrapType", "99", "1 位"),
            ("country", "5020", "3 位"),
            ("netWeight", "1.5kg", "1.5。"),
            ("netWeight", "１．５", "1.5。"),
            ("price", "￥1,234.50", "1234.50。"),
            ("price", "12,5", "12.5"),
            ("price", "1.5E-3", "0.0015"),
            ("price", "218元", "218。"),
            ("orderNo", "2.02601E+13", "科学计数法"),
        ] {
            let advice = advice(Kind::Ceb621, element, value);
            assert!(advice.contains(code), "{element} {value}: {advice}");
        }
        assert_eq!(
            advice(Kind::Ceb311, "consigneeDistrict", "北京市东城区")
                .matches("11")
                .count(),
            1
        );
        for (element, value) in [
            ("unit", "吅"),
            ("country", "火星"),
            ("price", "免费"),
            ("orderNo", "12E5"),
        ] {
            assert_eq!(advice(Kind::Ceb621, element, value), "", "{value}");
        }
    }
}
