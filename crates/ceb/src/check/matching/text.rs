//! How a difference is reported.

use super::{Facts, Known, shown};
use crate::kind::Kind;
use crate::personal;

/// `订购人电话（buyerTelephone）`.
pub(super) fn name(kind: Kind, element: &str, is_line: bool) -> String {
    let spec = kind.spec();
    let field = match &spec.lines {
        Some((record, _)) if is_line => record.field(element),
        _ => spec.head.field(element),
    };
    match field {
        Some(field) => format!("{}（{element}）", field.chinese),
        None => element.to_owned(),
    }
}

/// `实际支付金额为 10，支付单的支付金额为 11`. What another owner's document says about a person is not
/// told, not even masked.
pub(super) fn unequal(
    judged: &Known,
    element: &str,
    partner: &Known,
    partner_element: &str,
) -> String {
    let own = value(&judged.facts, element);
    let partner_name = partner.facts.part().chinese();
    let own_name = name(judged.facts.kind, element, false);
    if personal::of_element(partner_element).is_some() && judged.owner != partner.owner {
        return format!("{own_name}为 {own}，与{partner_name}不同");
    }
    let partner_value = value(&partner.facts, partner_element);
    let other = name(partner.facts.kind, partner_element, false);
    if own == partner_value && personal::of_element(element).is_some() {
        return format!(
            "{own_name}与{partner_name}的{other}脱敏后同为 {own}，但原文不同：隐去的部分不一致，或含有空格、看不见的字符"
        );
    }
    format!("{own_name}为 {own}，{partner_name}的{other}为 {partner_value}")
}

fn value<'a>(facts: &'a Facts, element: &str) -> &'a str {
    facts
        .get(element)
        .map_or("空", |value| shown(element, value))
}
