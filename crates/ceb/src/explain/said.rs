//! Values that a receipt gives in its text (回执给出的值): `[OrderHead.acturalPaid:1.00,…]`, also without
//! a colon (`PaymentHead.amountPaid3197.95`), and `totalPrice：26,114.44 > limitPrice: 26,000;`.

/// A value that the text gives: the record (empty when it names none), the element, the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) record: &'a str,
    pub(super) element: &'a str,
    pub(super) value: &'a str,
}

/// Most values taken from one text.
const SAID_MAX: usize = 20;

/// Signs between a name and its value.
const SIGNS: [char; 4] = [':', '：', '=', '＝'];

/// The values in a text. `is_element` knows the elements of records: where no sign stands between a
/// name and its value, nothing else tells where the name ends.
pub(super) fn said(info: &str, is_element: impl Fn(&str, &str) -> bool) -> Vec<Said<'_>> {
    let mut found = Vec::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
    let mut rest = info;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        if found.len() == SAID_MAX {
            break;
        }
        let word = &rest[start..];
        let len = word.find(|c| !is_name(c)).unwrap_or(word.len());
        let (name, after) = word.split_at(len);
        let value = after.trim_start();
        if value.starts_with(SIGNS) {
            let (value, next) = split_value(value.trim_start_matches(SIGNS));
            let (record, element) = name.split_once('.').unwrap_or(("", name));
            let is_element = element.starts_with(|c: char| c.is_ascii_lowercase());
            // `Code:` and `Desc:` are the wrapping, not values.
            let is_wrapping = record.is_empty() && ["code", "desc"].contains(&element);
            if is_element && !is_wrapping && !value.is_empty() {
                found.push(Said {
                    record,
                    element,
                    value,
                });
                rest = next;
                continue;
            }
        } else if let Some(one) = joined(word, name, &is_element) {
            rest = one.1;
            found.push(one.0);
            continue;
        }
        rest = after;
    }
    found
}

/// A name and its value with nothing between them: the longest name that is an element.
fn joined<'a>(
    word: &'a str,
    name: &'a str,
    is_element: impl Fn(&str, &str) -> bool,
) -> Option<(Said<'a>, &'a str)> {
    let digit = name.find(|c: char| !c.is_ascii_alphabetic())?;
    if name[digit..].starts_with(|c: char| c.is_ascii_digit()) && is_camel(&name[..digit]) {
        // Without a record only an element that the code is about will take it.
        let (value, next) = split_value(&word[digit..]);
        let (record, element) = ("", &name[..digit]);
        return Some((
            Said {
                record,
                element,
                value,
            },
            next,
        ));
    }
    let (record, rest) = name.split_once('.')?;
    let ends = (1..=rest.len()).rev();
    let mut ends = ends.filter(|end| rest[*end..].starts_with(|c: char| c.is_ascii_digit()));
    let end = ends.find(|end| is_element(record, &rest[..*end]))?;
    let (value, next) = split_value(&word[record.len() + 1 + end..]);
    let said = Said {
        record,
        element: &rest[..end],
        value,
    };
    Some((said, next))
}

/// Whether a word is written as elements are: `amountPaid`.
fn is_camel(word: &str) -> bool {
    let is_small = |c: char| c.is_ascii_lowercase();
    word.starts_with(is_small) && word.contains(|c: char| c.is_ascii_uppercase())
}

/// The value at the start of a text, and what follows. A comma inside a number belongs to it.
fn split_value(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let mut end = text.len();
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let is_inside = c == ','
            && before.is_ascii_digit()
            && chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        if !is_inside && ",;]>&<，；。】".contains(c) {
            end = at;
            break;
        }
        before = c;
    }
    (text[..end].trim_end(), &text[end..])
}
