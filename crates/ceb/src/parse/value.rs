//! Values against their type: exactly what the facets of the official schema say.

use std::borrow::Cow;

use crate::code::{self, Code};
use crate::spec::{FieldSpec, FieldType, UNBOUNDED, label};
use crate::xml::is_space;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueProblem {
    pub(crate) code: &'static Code,
    pub(crate) text: String,
}

fn problem(code: &'static Code, text: String) -> Option<ValueProblem> {
    Some(ValueProblem { code, text })
}

/// Checks a value; `None` when it is good. An element that is really empty may take a default.
#[inline]
pub(crate) fn check(field: &FieldSpec, value: &str, may_default: bool) -> Option<ValueProblem> {
    // An empty element takes the fixed or default value of the schema.
    if may_default && value.is_empty() && field.default_value().is_some() {
        return None;
    }
    let found = match field.kind {
        FieldType::Text { min, max, collapse } => text(field, value, min, max, collapse),
        FieldType::Decimal { total, fraction } => decimal(field, value, total, fraction),
        FieldType::Int { digits } => int(field, value, digits),
        FieldType::Xml => None,
    };
    if found.is_none()
        && let Some(fixed) = field.fixed()
        && value != fixed
    {
        return problem(
            &code::FIXED_VALUE,
            format!("{}只能是 {fixed}", label(field)),
        );
    }
    found
}

fn text(
    field: &FieldSpec,
    value: &str,
    min: u32,
    max: u32,
    collapse: bool,
) -> Option<ValueProblem> {
    let value = if collapse {
        collapsed(value)
    } else {
        Cow::Borrowed(value)
    };
    let (min, max) = (
        min as usize,
        if max == UNBOUNDED {
            usize::MAX
        } else {
            max as usize
        },
    );
    let bytes = value.len();
    // A character has one to four bytes, so the bytes often decide without counting.
    if bytes <= max && bytes.div_ceil(4) >= min {
        return None;
    }
    let chars = value.chars().count();
    if chars > max {
        let why = if trimmed(&value).chars().count() <= max {
            "，前后有多余的空白"
        } else {
            ""
        };
        let text = if min == max {
            format!("{}应为 {max} 个字符，实际 {chars} 个{why}", label(field))
        } else {
            format!("{}最多 {max} 个字符，实际 {chars} 个{why}", label(field))
        };
        return problem(&code::TOO_LONG, text);
    }
    if chars < min {
        let text = match (chars, min == max) {
            (0, _) => format!("{}为空", label(field)),
            (_, true) => format!("{}应为 {min} 个字符，实际 {chars} 个", label(field)),
            (_, false) => format!("{}至少 {min} 个字符，实际 {chars} 个", label(field)),
        };
        return problem(&code::TOO_SHORT, text);
    }
    None
}

/// White space collapsed as XML Schema does it.
pub(crate) fn collapsed(value: &str) -> Cow<'_, str> {
    let bytes = value.as_bytes();
    let clean = !bytes.first().is_some_and(|b| is_space(*b))
        && !bytes.last().is_some_and(|b| is_space(*b))
        && !bytes.iter().any(|b| matches!(b, b'\t' | b'\n' | b'\r'))
        && !bytes.windows(2).any(|pair| pair == b"  ");
    if clean {
        return Cow::Borrowed(value);
    }
    let words = value
        .split([' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

fn trimmed(value: &str) -> &str {
    value.trim_matches([' ', '\t', '\n', '\r'])
}

fn decimal(
    field: &FieldSpec,
    value: &str,
    total_max: u32,
    fraction_max: u32,
) -> Option<ValueProblem> {
    let number = trimmed(value);
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() == 0 {
        let text = format!("{}应为数字", label(field));
        return problem(&code::NOT_DECIMAL, text);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > fraction_max as usize {
        let text = format!(
            "{}最多 {fraction_max} 位小数，实际 {} 位",
            label(field),
            fraction.len()
        );
        return problem(&code::TOO_MANY_DECIMALS, text);
    }
    let whole = whole.trim_start_matches('0');
    let total = if whole.is_empty() {
        fraction.len()
    } else {
        whole.len() + fraction.len()
    };
    if total > total_max as usize {
        let text = format!("{}最多 {total_max} 位数字，实际 {total} 位", label(field));
        return problem(&code::TOO_MANY_DIGITS, text);
    }
    None
}

fn int(field: &FieldSpec, value: &str, digits_max: u32) -> Option<ValueProblem> {
    // Unlike around decimals, white space is not allowed here: the schema's own wording would let
    // it pass, the usual validators do not.
    let number = value;
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let not_integer = || problem(&code::NOT_INTEGER, format!("{}应为整数", label(field)));
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return not_integer();
    }
    let significant = digits.trim_start_matches('0');
    let range_exceeded = significant
        .parse::<u64>()
        .map_or(!significant.is_empty(), |n| {
            n > if number.starts_with('-') {
                1 << 31
            } else {
                (1 << 31) - 1
            }
        });
    if range_exceeded || significant.len() > digits_max as usize {
        let most = digits_max.min(10);
        return problem(
            &code::TOO_MANY_DIGITS,
            format!("{}最多 {most} 位数字", label(field)),
        );
    }
    None
}
