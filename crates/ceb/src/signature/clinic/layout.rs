//! Other layouts of a canonical document: on one line, or indented.

/// Where the text between two tags is nothing but white space, it goes, except inside a leaf.
pub(super) fn compact(canonical: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(canonical.len());
    let mut is_leaf = false;
    for (tag, text) in pieces(canonical) {
        out.extend_from_slice(tag);
        let is_start = is_start(tag);
        // The text after a start tag is a leaf's when an end tag follows; that is known by then.
        let is_blank = text.iter().all(|byte| crate::xml::is_space(*byte));
        is_leaf = is_start || (is_leaf && !is_blank);
        if !is_blank {
            out.extend_from_slice(text);
        }
    }
    out
}

/// Every element that has children on lines of its own, indented by so much for each level.
pub(super) fn indent(canonical: &[u8], by: &str) -> Vec<u8> {
    let compact = compact(canonical);
    let mut out = Vec::with_capacity(compact.len() * 2);
    let mut depth = 0_usize;
    let mut after_start = false;
    let mut has_text = false;
    for (tag, text) in pieces(&compact) {
        let is_end = tag.starts_with(b"</");
        if is_end {
            depth = depth.saturating_sub(1);
        }
        let is_inline = is_end && after_start;
        if !out.is_empty() && !is_inline && !has_text {
            out.push(b'\n');
            for _ in 0..depth {
                out.extend_from_slice(by.as_bytes());
            }
        }
        out.extend_from_slice(tag);
        out.extend_from_slice(text);
        after_start = is_start(tag);
        if after_start {
            depth += 1;
        }
        has_text = !text.is_empty();
    }
    out
}

fn is_start(tag: &[u8]) -> bool {
    !matches!(tag, [b'<', b'/' | b'!' | b'?', ..])
}

/// Tags, each with the text behind it. In canonical form `>` ends a tag wherever it stands, but in
/// attribute values, which these messages have at the root only.
fn pieces(canonical: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = canonical;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'>', rest).map_or(rest.len(), |end| end + 1);
        let (tag, more) = rest.split_at(end);
        let next = memchr::memchr(b'<', more).unwrap_or(more.len());
        let (text, after) = more.split_at(next);
        rest = after;
        Some((tag, text))
    })
}

/// The texts between tags changed, the tags as they are.
pub(super) fn in_texts(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for (tag, text) in text_pieces(text) {
        out.push_str(tag);
        out.push_str(&change(text));
    }
    out
}

/// Values without blanks at their ends.
pub(super) fn trimmed(text: &str) -> String {
    in_texts(text, |text| match text.trim() {
        "" => text.to_owned(),
        value => value.to_owned(),
    })
}

/// Elements with nothing in them as one tag.
pub(super) fn self_closed(text: &str, has_blank: bool) -> String {
    let end = if has_blank { " />" } else { "/>" };
    let mut out = String::with_capacity(text.len());
    let mut open: Option<&str> = None;
    for (tag, text) in text_pieces(text) {
        if let Some(start) = open.take() {
            if tag.starts_with("</") {
                out.push_str(start.trim_end_matches('>'));
                out.push_str(end);
                out.push_str(text);
                continue;
            }
            out.push_str(start);
        }
        if is_start(tag.as_bytes()) && text.is_empty() && !tag.ends_with("/>") {
            open = Some(tag);
        } else {
            out.push_str(tag);
            out.push_str(text);
        }
    }
    out.push_str(open.unwrap_or_default());
    out
}

/// Without elements that have nothing in them, and the white space before each.
pub(super) fn without_empty(text: &str) -> String {
    let closed = self_closed(text, false);
    let mut out = String::with_capacity(text.len());
    for (tag, text) in text_pieces(&closed) {
        if tag.ends_with("/>") {
            out.truncate(out.trim_end().len());
        } else {
            out.push_str(tag);
        }
        out.push_str(text);
    }
    out
}

/// The first element of each name among the children and grandchildren of the root, and the last
/// one's end.
pub(super) fn elements(canonical: &str) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for (tag, text) in text_pieces(canonical) {
        if tag.starts_with("</") {
            let Some((from, name)) = open.pop() else {
                break;
            };
            let is_new = !found.iter().any(|(known, _)| *known == name);
            if matches!(open.len(), 1 | 2) && is_new && found.len() < ELEMENTS_MAX {
                found.push((name, from..at + tag.len()));
            }
        } else if is_start(tag.as_bytes()) {
            let name = tag.trim_start_matches('<');
            let end = name.find([' ', '>']).unwrap_or(name.len());
            open.push((at, name.get(..end).unwrap_or_default()));
        }
        at += tag.len() + text.len();
    }
    found.into_iter().map(|(_, place)| place).collect()
}

/// Elements that are looked at one by one.
const ELEMENTS_MAX: usize = 16;

fn text_pieces(text: &str) -> impl Iterator<Item = (&str, &str)> {
    pieces(text.as_bytes()).map(|(tag, text)| {
        // Cut at ASCII characters, so both are text.
        let text_of = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        (text_of(tag), text_of(text))
    })
}
