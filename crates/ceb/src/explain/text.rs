//! What a receipt says in its text (回执原文): reason code, the guid of the declared document, the
//! elements with their values.

/// The reason code of customs and its text in `[Code:n;Desc:…]`, if there is one.
#[must_use]
pub fn reason(info: &str) -> Option<(i64, &str)> {
    let rest = info.split_once("[Code:")?.1;
    let (code, rest) = rest.split_once(';')?;
    let text = rest.strip_prefix("Desc:").unwrap_or(rest);
    // The text may have brackets of its own; the last one closes the whole.
    let text = text.rsplit_once(']').map_or(text, |(text, _)| text);
    Some((code.trim().parse().ok()?, text))
}

/// Characters of a guid.
const GUID_CHARS: usize = 36;

/// The guid of the declared document: `新增申报成功[guid]`, the only place where it comes back.
pub(super) fn guid(info: &str) -> Option<&str> {
    let mut rest = info.split_once("申报成功")?.1;
    while let Some((_, inner)) = rest.split_once('[') {
        let (word, after) = inner.split_once(']')?;
        let is_guid = word.chars().count() == GUID_CHARS
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if is_guid {
            return Some(word);
        }
        rest = after;
    }
    None
}

/// A value that the text gives: the record (empty when it names none), the element, the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) record: &'a str,
    pub(super) element: &'a str,
    pub(super) value: &'a str,
}

/// Most values taken from one text.
const SAID_MAX: usize = 20;

/// The values in a text: `[OrderHead.acturalPaid:1.00,PaymentHead.amountPaid:2.00]`, and
/// `totalPrice：26,114.44 > limitPrice: 26,000;`.
pub(super) fn said(info: &str) -> Vec<Said<'_>> {
    let mut found = Vec::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
    let mut rest = info;
    while let Some(at) = rest.find([':', '：']) {
        let (before, after) = rest.split_at(at);
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| is_name(*c))
            .last()
            .map_or(at, |(start, _)| start);
        let name = &before[start..];
        let value = after.trim_start_matches([':', '：']);
        let (value, next) = split_value(value);
        let (record, element) = name.split_once('.').unwrap_or(("", name));
        let is_element = element.starts_with(|c: char| c.is_ascii_lowercase());
        // `Code:` and `Desc:` begin with a capital: they are the wrapping, not values.
        if is_element && !value.is_empty() && found.len() < SAID_MAX {
            found.push(Said {
                record,
                element,
                value,
            });
            rest = next;
        } else {
            rest = after.trim_start_matches([':', '：']);
        }
    }
    found
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
        if !is_inside && [',', ';', ']', '>', '<', '，', '；', '。'].contains(&c) {
            end = at;
            break;
        }
        before = c;
    }
    (text[..end].trim_end(), &text[end..])
}
