//! The value that a cell gives a field, or what the spreadsheet has done to it.

use super::Cell;
use crate::advice::{self, invisible, moment};
use crate::code::{self, Code};
use crate::serial as number;
use crate::spec::{FieldSpec, FieldType, Rule};

/// Digits that a spreadsheet keeps of a number.
const NUMBER_DIGITS: usize = 15;

pub(super) type CellProblem = (&'static Code, String, String, Option<String>);

/// The value that a cell gives a field, or what the spreadsheet has done to it.
pub(super) fn text_of(
    field: &FieldSpec,
    cell: &Cell,
    is_1904: bool,
) -> Result<String, CellProblem> {
    let bad = |code, value: &str, text: &str| Err((code, value.to_owned(), text.to_owned(), None));
    let form = moment::Form::of(field);
    match cell {
        Cell::Text(text) => {
            // What nobody sees was not meant, as the white space around.
            let text = invisible::cleaned(text, advice::is_code(field));
            let text = text.trim();
            let converted = form.and_then(|form| {
                moment::convert(form, text).or_else(|| serial(form, text, is_1904))
            });
            let is_cut = advice::is_code(field) && matches!(field.kind, FieldType::Text { .. });
            if is_cut && advice::words::is_scientific(text) {
                let why = "被表格软件写成了科学计数法，后面的数字已丢失";
                return bad(&code::FORM_DIGITS_LOST, text, why);
            }
            Ok(converted.unwrap_or_else(|| text.to_owned()))
        }
        Cell::Number(number) => match form.and_then(|form| {
            serial(form, number, is_1904).or_else(|| moment::convert(form, number))
        }) {
            Some(converted) => Ok(converted),
            None => number_of(field, number),
        },
        Cell::Moment(moment) => moment_of(field, moment),
        Cell::Bool(value) => bad(
            &code::FORM_VALUE,
            if *value { "TRUE" } else { "FALSE" },
            "应为文字或数字",
        ),
        Cell::Formula(value) => bad(&code::FORM_FORMULA, value, "是公式，平台不计算公式"),
        Cell::Fault(text) => bad(&code::FORM_VALUE, text, "是错误值"),
        Cell::Empty | Cell::Merged(_) => Ok(String::new()),
    }
}

/// The day or time of a number of days, when it lies in years in which somebody declares.
fn serial(form: moment::Form, number: &str, is_1904: bool) -> Option<String> {
    let is_plain = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let days = number::decimal(number).filter(|_| is_plain)?;
    let moment = number::moment(days, is_1904).filter(|moment| number::is_recent(moment))?;
    moment::convert(form, &moment).or(Some(moment))
}

fn number_of(field: &FieldSpec, number: &str) -> Result<String, CellProblem> {
    if !matches!(field.kind, FieldType::Text { .. }) {
        return Ok(number.to_owned());
    }
    let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole && number.len() > NUMBER_DIGITS {
        let text = format!("作为数字保存，超过 {NUMBER_DIGITS} 位的部分已被表格软件改为 0");
        return Err((&code::FORM_DIGITS_LOST, number.to_owned(), text, None));
    }
    if let Some(width) = width(field).filter(|width| is_whole && number.len() < *width) {
        let right = format!("{number:0>width$}");
        let text = format!("应为 {width} 位，作为数字保存时前面的 0 已丢失");
        let advice = format!("把该单元格的格式设为“文本”，再填写 {right}（若这就是原来的代码）。");
        return Err((
            &code::FORM_ZEROS_LOST,
            number.to_owned(),
            text,
            Some(advice),
        ));
    }
    Ok(number.to_owned())
}

/// Digits that a code must have.
fn width(field: &FieldSpec) -> Option<usize> {
    match field.kind {
        FieldType::Text { min, max, .. } if min == max && field.table().is_some() => {
            Some(max as usize)
        }
        FieldType::Text { .. }
        | FieldType::Decimal { .. }
        | FieldType::Int { .. }
        | FieldType::Xml => field.digits(),
    }
}

fn moment_of(field: &FieldSpec, moment: &str) -> Result<String, CellProblem> {
    if field.rules.contains(&Rule::Time14) {
        return Ok(moment.to_owned());
    }
    if field.rules.contains(&Rule::Date8) {
        return Ok(moment.get(..8).unwrap_or(moment).to_owned());
    }
    let text = String::from("被表格软件当成了日期");
    let advice = String::from("把该单元格的格式设为“文本”，再重新填写原来的内容。");
    Err((&code::FORM_VALUE, moment.to_owned(), text, Some(advice)))
}
