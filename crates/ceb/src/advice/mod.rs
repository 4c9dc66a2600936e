//! Advice (处理建议) by kind of field: what somebody meant who wrote something else than the standard
//! wants.
//!
//! * [`moment`]: dates and times in the spellings of people, spreadsheets and programs.
//! * [`invisible`]: characters that nobody sees, and where they are right.
//! * [`reference`]: references (`&…;`) that XML does not know.
//! * [`words`]: names where a code should stand, numbers with signs and separators.
//!
//! Only a form may change a value by this, and only where there is one reading; in XML it is reported.

pub(crate) mod invisible;
pub(crate) mod moment;
pub(crate) mod reference;
pub(crate) mod words;

use crate::code_table::Tables;
use crate::spec::{FieldSpec, FieldType, Rule};

/// Rules whose values are codes, numbers or digits: never text in a human language.
fn is_code_rule(rule: &Rule) -> bool {
    match rule {
        Rule::Fixed(_)
        | Rule::Default(_)
        | Rule::In(_)
        | Rule::Time14
        | Rule::Time17
        | Rule::Date8
        | Rule::Company(_)
        | Rule::Identity
        | Rule::Digits(_)
        | Rule::HalfWidth
        | Rule::Assigned
        | Rule::Table(_) => true,
        Rule::Name | Rule::NotNegative | Rule::Positive | Rule::Wild(_) => false,
    }
}

/// Whether a field holds a code, a number or a time, not text in a human language.
#[must_use]
pub(crate) fn is_code(field: &FieldSpec) -> bool {
    let is_text = matches!(field.kind, FieldType::Text { .. });
    let element = &*field.element;
    !is_text
        || field.rules.iter().any(is_code_rule)
        || element == "guid"
        || ["Code", "No"].iter().any(|end| element.ends_with(end))
}

/// What to do about a value that its field does not take; `None` when the code's own advice says it.
#[must_use]
pub(crate) fn of(field: &FieldSpec, value: &str, tables: &Tables) -> Option<String> {
    if value.trim().is_empty() {
        return None;
    }
    let hidden = invisible::find(value, is_code(field));
    if !hidden.is_empty() {
        let characters = invisible::describe(&hidden);
        return Some(format!(
            "其中有看不见的字符：{characters}；删除后重新填写。"
        ));
    }
    if let Some(form) = moment::Form::of(field) {
        return moment::advise(form, value);
    }
    words::advise(field, value, tables)
}
